//! A picture of the screens at a moment of virtual time.

use std::time::Duration;

use crate::both::{Both, Rest};
use crate::console;
use crate::error::Error;
use crate::events;
use crate::machine::now;
use crate::options::Options;
use crate::picture::Picture;

/// How long an appliance may take until its first picture.
const FIRST_PICTURE_LIMIT: Duration = Duration::from_secs(60);

/// How long after the first picture somebody does something to the screen, at the earliest: nobody is faster, and an appliance
/// begins to listen when its picture is on the screen.
const REACTION: Duration = Duration::from_millis(200);

/// Runs the appliance until its picture is due, and takes it.
pub fn take(mut both: Both, options: &Options) -> Result<Picture, Error> {
    options.console.as_deref().map_or(Ok(()), console::read_all)?;
    let screens = both.screens.clone();
    if !run(&mut both, FIRST_PICTURE_LIMIT, || screens.any_lit())? {
        return Err(Error::NoPicture(FIRST_PICTURE_LIMIT));
    }
    let mut begin = now();
    if !options.input.events().is_empty() {
        begin += REACTION;
    }
    for (at, event) in options.input.events() {
        run(&mut both, begin + *at, || false)?;
        events::happened(*event);
    }
    run(&mut both, begin + options.input.length() + options.after, || false)?;
    Ok(screens.picture(both.columns))
}

/// Lets time pass until `end`, or until what happens at a time has made it `done`, which is what is returned.
fn run(both: &mut Both, end: Duration, done: impl Fn() -> bool) -> Result<bool, Error> {
    loop {
        let next = match both.settle() {
            Rest::Until(next) => next,
            Rest::Never => return Err(Error::Restless(now())),
            Rest::Ended(reason) => return Err(Error::Ended(reason)),
        };
        if done() {
            return Ok(true);
        }
        if now() >= end {
            return Ok(false);
        }
        both.advance_to(next.map_or(end, |next| next.min(end)));
    }
}

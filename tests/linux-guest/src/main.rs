//! The guest's init: brings up the display's driver, then carries out orders that come as lines on the console.
//!
//! | order | does |
//! |---|---|
//! | `open` | opens the card anew, and waits for it to have a connected connector |
//! | `show FORMAT FRAME` | shows this frame of the test card, as large as the mode |
//! | `import FORMAT FRAME` | the same, in memory of another driver (`vgem`) |
//! | `part FORMAT X Y WIDTH HEIGHT FRAME` | shows the part at X, Y of a test card that is larger than the mode |
//! | `flip FORMAT COUNT` | flips between frames 1 and 2 of the test card; says `linux: flips` after the first flip |
//! | `blank` | switches the connector off, and gives the buffers back |
//! | `unbind` | takes the display away from its driver; nobody may have it open |
//! | `bind` | gives it back |
//! | `end` | powers the guest off |
//!
//! The answer to the Nth order is a line `linux N: ...`; where something went wrong, `linux N: error: ...`.

#![forbid(unsafe_code)]

mod screen;
mod system;

use std::io::stdin;
use std::str::{FromStr, SplitWhitespace};

use anyhow::{Context, Result, bail};
use screen::Screen;
use vitrine_linux_guest::pixels::Format;

fn main() -> Result<()> {
    system::start()?;
    println!("linux: ready");
    let mut screen = None;
    for (number, line) in (1..).zip(stdin().lines()) {
        match order(&mut screen, &line?) {
            Ok(answer) => println!("linux {number}: {answer}"),
            Err(error) => println!("linux {number}: error: {error:#}"),
        }
    }
    bail!("the console is closed")
}

fn order(screen: &mut Option<Screen>, line: &str) -> Result<String> {
    let mut words = line.split_whitespace();
    match words.next().unwrap_or_default() {
        "open" => {
            // An unplugged card keeps its number until nobody has it open.
            drop(screen.take());
            return Ok(screen.insert(Screen::open()?).describe());
        }
        "unbind" | "bind" => {
            drop(screen.take());
            system::tell_driver(line.trim())?;
            return Ok("done".into());
        }
        "end" => system::end()?,
        _ => {}
    }
    let screen = screen.as_mut().context("no card is open")?;
    let mut words = line.split_whitespace();
    match words.next().unwrap_or_default() {
        "show" => screen.show(format(&mut words)?, number(&mut words)?)?,
        "import" => screen.import(format(&mut words)?, number(&mut words)?)?,
        "part" => {
            let format = format(&mut words)?;
            let [x, y, width, height, frame] = [(); 5].map(|()| number(&mut words));
            screen.part(format, (x?, y?), (width?, height?), frame?)?;
        }
        "flip" => {
            let (format, count) = (format(&mut words)?, number(&mut words)?);
            let events = screen.flip(format, count)?;
            return Ok(format!("{count} flips, {events} events"));
        }
        "blank" => screen.blank()?,
        other => bail!("{other:?} is no order"),
    }
    Ok("done".into())
}

fn format(words: &mut SplitWhitespace<'_>) -> Result<Format> {
    let name = words.next().unwrap_or_default();
    Format::named(name).with_context(|| format!("{name:?} is no format"))
}

fn number<T: FromStr>(words: &mut SplitWhitespace<'_>) -> Result<T> {
    let word = words.next().unwrap_or_default();
    word.parse().ok().with_context(|| format!("{word:?} is no number that is wanted here"))
}

//! Pictures of the screen: one as soon as the guest has something on it, or some time later.

use anyhow::{Result, bail};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};
use xtask::machine::{Guest, Machine};
use xtask::picture::Picture;

/// What the guest's console says when its first picture is on the screen.
const FIRST_FLIP: &str = "milestone first-flip";

/// How long the screen may take to show what the guest has flipped to.
const PICTURE_LIMIT: Duration = Duration::from_secs(5);

/// What to wait for before the picture is taken.
pub struct Wait<'f> {
    /// Where the picture goes; looks at the screen before it go there too.
    pub file: &'f Path,
    /// How long the first flip may take.
    pub limit: Duration,
    /// How long after the first flip the picture is taken.
    pub after: Duration,
}

impl Wait<'_> {
    /// Saves the screen once the guest has flipped and the screen shows something else than `before`.
    ///
    /// # Errors
    ///
    /// The guest ends, or flips nothing in time, or the screen doesn't show it.
    pub fn shoot(&self, machine: &Machine, guest: &Guest<'_>, before: &Picture) -> Result<Picture> {
        guest.wait_line(FIRST_FLIP, self.limit)?;
        if !self.after.is_zero()
            && let Some(reason) = guest.wait_gone(self.after)?
        {
            bail!("{} ended ({reason:?}) before its picture was taken:\n{}", guest.name(), guest.console());
        }
        let deadline = Instant::now() + PICTURE_LIMIT;
        loop {
            let picture = of_screen(machine, self.file)?;
            if !picture.is_black() && picture != *before {
                return Ok(picture);
            }
            if Instant::now() > deadline {
                bail!("the first flip was reported, but the screen shows nothing new: see {}", self.file.display());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// What is on the screen now; `file` has it too.
///
/// # Errors
///
/// The file can't be written.
pub fn of_screen(machine: &Machine, file: &Path) -> Result<Picture> {
    machine.screendump(file)?;
    Picture::read(file)
}

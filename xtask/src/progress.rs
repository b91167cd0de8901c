//! Progress bars and lines for people; on standard error, so that standard output stays for results.

use crate::host;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How often a bar looks at what it shows.
const TICK: Duration = Duration::from_millis(100);

/// A line with a turning sign, for steps whose length is unknown.
pub fn spinner(what: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what.to_owned());
    bar.set_style(ProgressStyle::with_template("{spinner} {msg} {elapsed}").expect("a fixed template"));
    bar.enable_steady_tick(TICK);
    note_without_terminal(&bar, what);
    bar
}

/// A bar over `steps` steps.
pub fn steps(what: &str, steps: u64) -> ProgressBar {
    let bar = ProgressBar::new(steps).with_message(what.to_owned());
    bar.set_style(ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}").expect("a fixed template"));
    note_without_terminal(&bar, what);
    bar
}

/// Runs `job` under a bar that shows how much of `total` bytes has arrived in `folder`.
pub fn watch_folder<T: Send>(what: &str, folder: &Path, total: u64, job: impl FnOnce() -> T + Send) -> T {
    let bar = ProgressBar::new(total).with_message(what.to_owned());
    let template = "{msg} [{bar:30}] {bytes}/{total_bytes} {eta}";
    bar.set_style(ProgressStyle::with_template(template).expect("a fixed template"));
    note_without_terminal(&bar, &format!("{what}: {} MB", total.div_ceil(1_000_000)));
    let (done, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let bar = &bar;
        scope.spawn(move || {
            while is_done.recv_timeout(TICK) == Err(mpsc::RecvTimeoutError::Timeout) {
                bar.set_position(host::size_of(folder).min(total));
            }
            bar.finish_and_clear();
        });
        let result = job();
        drop(done);
        result
    })
}

/// A log without a terminal gets one line instead of a bar.
fn note_without_terminal(bar: &ProgressBar, what: &str) {
    if bar.is_hidden() {
        crate::note!("{what}");
    }
}

//! The domain's console, as far as the appliance reads it: the bytes of a file or a terminal (`--console`).

use std::collections::VecDeque;
use std::fs::File;
use std::future::poll_fn;
use std::io::Read;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::error::Error;

#[derive(Default)]
struct Arrived {
    bytes: VecDeque<u8>,
    reader: Option<Waker>,
}

static ARRIVED: Mutex<Arrived> = Mutex::new(Arrived { bytes: VecDeque::new(), reader: None });

fn arrived() -> MutexGuard<'static, Arrived> {
    ARRIVED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What arrives on the console.
pub struct ConsoleInput(());

/// The console's input. Only one may read it: with two, each byte reaches one of them.
pub fn console_input() -> ConsoleInput {
    ConsoleInput(())
}

impl ConsoleInput {
    /// Waits until something has arrived, and copies as much of it as there is into the first bytes of `bytes`, which must not
    /// be empty. Returns how many bytes those are, at least one.
    pub async fn read(&mut self, bytes: &mut [u8]) -> usize {
        poll_fn(|context| {
            let mut arrived = arrived();
            let count = arrived.bytes.len().min(bytes.len());
            if count == 0 {
                arrived.reader = Some(context.waker().clone());
                return Poll::Pending;
            }
            for (place, byte) in bytes.iter_mut().zip(arrived.bytes.drain(..count)) {
                *place = byte;
            }
            Poll::Ready(count)
        })
        .await
    }
}

/// Everything in a file arrives at once.
pub fn read_all(path: &Path) -> Result<(), Error> {
    let bytes = std::fs::read(path).map_err(|error| Error::Console(path.to_owned(), error))?;
    arrived().bytes.extend(bytes);
    Ok(())
}

/// What comes out of a file, a pipe or a terminal arrives when it comes; `notify` is called each time, on another thread.
pub fn follow(path: &Path, notify: impl Fn() + Send + 'static) -> Result<(), Error> {
    let mut file = File::open(path).map_err(|error| Error::Console(path.to_owned(), error))?;
    let path = path.to_owned();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        loop {
            match file.read(&mut bytes) {
                Ok(0) => return,
                Ok(count) => {
                    let mut arrived = arrived();
                    arrived.bytes.extend(&bytes[..count]);
                    arrived.reader.take().into_iter().for_each(Waker::wake);
                }
                Err(error) => return log::warn!("console: {} can't be read: {error}", path.display()),
            }
            notify();
        }
    });
    Ok(())
}

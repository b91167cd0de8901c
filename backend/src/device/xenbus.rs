//! `/dev/xen/xenbus`: the xenstore through the kernel, with the same messages as on xenstored's ring.
//!
//! One request is under way at a time, and its answer is waited for; watch events that arrive meanwhile are kept. The
//! kernel answers XS_WATCH and XS_UNWATCH by itself, with request number 0
//! (Linux `drivers/xen/xenbus/xenbus_dev_frontend.c`).

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use vitrine_xen::DomainId;
use vitrine_xen::io::displif::nodes::parse_number;
use vitrine_xen::platform::{BackStore, StoreError};
use vitrine_xen::xenstore::{Decoder, Message, MessageType, directory_names, encode};

use super::open_node;

/// How long an answer may take before xenstored counts as gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something at or below a watched path may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchEvent {
    /// The node that was changed.
    pub path: String,
    /// The watch's token.
    pub token: String,
}

/// A connection to the xenstore.
#[derive(Clone)]
pub struct Xenbus(Rc<RefCell<Connection>>);

struct Connection {
    file: File,
    decoder: Decoder,
    last_request: u32,
    answer: Option<Message>,
    events: VecDeque<WatchEvent>,
}

impl Xenbus {
    /// Opens the device node. The error names it.
    pub fn open() -> io::Result<Self> {
        let file = open_node("/dev/xen/xenbus")?;
        let connection =
            Connection { file, decoder: Decoder::new(), last_request: 0, answer: None, events: VecDeque::new() };
        Ok(Self(Rc::new(RefCell::new(connection))))
    }

    /// The number of the domain that this runs in.
    pub fn own_domain(&self) -> Result<DomainId, StoreError> {
        let number = parse_number(&self.read("domid")?).and_then(|number| u16::try_from(number).ok());
        number.map(DomainId).ok_or(StoreError::Malformed)
    }

    /// The next watch event that has arrived; never blocks.
    pub fn next_event(&self) -> Result<Option<WatchEvent>, StoreError> {
        let mut connection = self.0.borrow_mut();
        if connection.events.is_empty() {
            connection.receive()?;
        }
        Ok(connection.events.pop_front())
    }

    /// Whether watch events have been taken from the device node while an answer was waited for.
    pub fn has_events(&self) -> bool {
        !self.0.borrow().events.is_empty()
    }

    /// Calls `act` with what is readable when watch events have come.
    pub fn with_fd<R>(&self, act: impl FnOnce(BorrowedFd<'_>) -> R) -> R {
        act(self.0.borrow().file.as_fd())
    }

    fn request(&self, kind: MessageType, parts: &[&[u8]]) -> Result<Vec<u8>, StoreError> {
        self.0.borrow_mut().request(kind, parts)
    }
}

impl Connection {
    fn request(&mut self, kind: MessageType, parts: &[&[u8]]) -> Result<Vec<u8>, StoreError> {
        self.last_request = self.last_request.wrapping_add(1).max(1);
        let message = encode(kind, self.last_request, 0, parts).map_err(|_| StoreError::TooBig)?;
        self.answer = None;
        self.send(&message)?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.receive()?;
            if let Some(answer) = self.answer.take() {
                return answer.into_answer(kind);
            }
            self.wait_until(deadline)?;
        }
    }

    fn send(&mut self, mut message: &[u8]) -> Result<(), StoreError> {
        while !message.is_empty() {
            match rustix::io::write(&self.file, message) {
                Ok(written) => message = &message[written..],
                Err(Errno::INTR) => {}
                Err(Errno::INVAL) => return Err(StoreError::Invalid),
                Err(Errno::EXIST) => return Err(StoreError::Exists),
                Err(Errno::NOENT) => return Err(StoreError::NotFound),
                Err(_) => return Err(StoreError::Disconnected),
            }
        }
        Ok(())
    }

    /// Takes all that there is to read.
    fn receive(&mut self) -> Result<(), StoreError> {
        let mut bytes = [0; 4096];
        loop {
            match rustix::io::read(&self.file, &mut bytes) {
                Ok(0) => return Err(StoreError::Disconnected),
                Ok(length) => self.take(&bytes[..length])?,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(_) => return Err(StoreError::Disconnected),
            }
        }
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        while !bytes.is_empty() {
            let Some(message) = self.decoder.decode(&mut bytes).map_err(|_| StoreError::Malformed)? else { break };
            if message.kind() == Some(MessageType::WatchEvent) {
                let event = message.watch_event();
                self.events.extend(event.map(|(path, token)| WatchEvent { path: path.into(), token: token.into() }));
            } else if message.header.request == self.last_request || message.header.request == 0 {
                self.answer = Some(message);
            }
        }
        Ok(())
    }

    fn wait_until(&self, deadline: Instant) -> Result<(), StoreError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let timeout = Timespec { tv_sec: left.as_secs() as i64, tv_nsec: i64::from(left.subsec_nanos()) };
        match poll(&mut [PollFd::new(&self.file, PollFlags::IN)], Some(&timeout)) {
            Ok(0) => Err(StoreError::Disconnected),
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(_) => Err(StoreError::Disconnected),
        }
    }
}

impl BackStore for Xenbus {
    fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        self.request(MessageType::Read, &[path.as_bytes(), b"\0"])
    }

    fn directory(&self, path: &str) -> Result<Vec<String>, StoreError> {
        let payload = self.request(MessageType::Directory, &[path.as_bytes(), b"\0"])?;
        directory_names(&payload).ok_or(StoreError::Malformed)
    }

    fn write(&self, path: &str, value: &[u8]) -> Result<(), StoreError> {
        self.request(MessageType::Write, &[path.as_bytes(), b"\0", value]).map(drop)
    }

    fn remove(&self, path: &str) -> Result<(), StoreError> {
        self.request(MessageType::Remove, &[path.as_bytes(), b"\0"]).map(drop)
    }

    fn watch(&self, path: &str, token: &str) -> Result<(), StoreError> {
        self.request(MessageType::Watch, &[path.as_bytes(), b"\0", token.as_bytes(), b"\0"]).map(drop)
    }

    fn unwatch(&self, path: &str, token: &str) -> Result<(), StoreError> {
        self.request(MessageType::Unwatch, &[path.as_bytes(), b"\0", token.as_bytes(), b"\0"]).map(drop)
    }
}

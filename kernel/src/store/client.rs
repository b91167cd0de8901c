//! A client of xenstored, as a machine of states over a ring page.
//!
//! Requests are submitted, get a number, and are answered in whatever order xenstored likes. [`Client::pump`] moves
//! bytes both ways and is called on every event and after every submission.
//!
//! xenstored can go away in the middle of anything. When it says so (`error` in the ring page), or when what it sends
//! makes no sense, the client asks for a new connection (`connection`), which empties both rings and ends all watches
//! and transactions. Then everything that is not answered yet is sent again, all watches are registered again (which
//! makes them fire), and whatever belonged to a transaction fails with [`StoreError::Again`].

use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::task::{Poll, Waker};

use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::StoreError;
use vitrine_xen::xenstore::{Decoder, Message, MessageType, encode, ring};

use super::ring::{BadIndex, StoreRing};

/// The most requests that wait for an answer at once.
const MAX_REQUESTS: usize = 256;

/// A request's number (`req_id`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(u32);

/// A watch's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WatchId(u32);

/// A request that is not done with.
struct Request {
    id: RequestId,
    kind: MessageType,
    transaction: u32,
    /// The whole message, kept so that it can be sent again.
    message: Vec<u8>,
    answer: Option<Result<Vec<u8>, StoreError>>,
    waker: Option<Waker>,
    /// Nobody waits for the answer.
    abandoned: bool,
}

/// A watch that was asked for.
struct Watch {
    id: WatchId,
    path: String,
    fired: bool,
    waker: Option<Waker>,
}

/// How the connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connection {
    /// Both ends talk.
    Connected,
    /// A new connection was asked for.
    Reconnecting,
    /// xenstored is gone, and has said before that it knows no way back.
    Lost,
}

/// The client.
pub(crate) struct Client {
    ring: StoreRing,
    connection: Connection,
    decoder: Decoder,
    requests: Vec<Request>,
    /// Requests that are not wholly sent, in the order of their submission.
    unsent: VecDeque<RequestId>,
    /// How much of the first of them is sent.
    sent: usize,
    watches: Vec<Watch>,
    next: u32,
}

impl Client {
    /// A client on this ring page, continued where it is.
    pub(crate) fn new(page: SharedMemory<'static>) -> Self {
        Self {
            ring: StoreRing::new(page),
            connection: Connection::Connected,
            decoder: Decoder::new(),
            requests: Vec::new(),
            unsent: VecDeque::new(),
            sent: 0,
            watches: Vec::new(),
            next: 1,
        }
    }

    /// Queues a request whose payload is `parts`. To be followed by [`Self::pump`].
    pub(crate) fn submit(
        &mut self,
        kind: MessageType,
        transaction: u32,
        parts: &[&[u8]],
    ) -> Result<RequestId, StoreError> {
        if self.connection == Connection::Lost {
            return Err(StoreError::Disconnected);
        }
        if self.requests.len() >= MAX_REQUESTS {
            return Err(StoreError::Busy);
        }
        let id = RequestId(self.number());
        let message = encode(kind, id.0, transaction, parts).map_err(|_| StoreError::TooBig)?;
        let request = Request { id, kind, transaction, message, answer: None, waker: None, abandoned: false };
        self.requests.push(request);
        self.unsent.push_back(id);
        Ok(id)
    }

    /// The answer to a request, once it is there. After that the request is forgotten.
    pub(crate) fn poll_answer(&mut self, id: RequestId, waker: &Waker) -> Poll<Result<Vec<u8>, StoreError>> {
        let Some(index) = self.index_of(id) else { return Poll::Ready(Err(StoreError::Disconnected)) };
        match self.requests[index].answer.take() {
            Some(answer) => {
                self.requests.swap_remove(index);
                Poll::Ready(answer)
            }
            None => {
                self.requests[index].waker = Some(waker.clone());
                Poll::Pending
            }
        }
    }

    /// Says that nobody wants the answer to a request any more.
    pub(crate) fn abandon(&mut self, id: RequestId) {
        let Some(index) = self.index_of(id) else { return };
        let begun = self.sent > 0 && self.unsent.front() == Some(&id);
        let unsent = self.unsent.contains(&id) && !begun;
        let harmless = !matches!(self.requests[index].kind, MessageType::Unwatch | MessageType::TransactionEnd);
        if self.requests[index].answer.is_some() || unsent && harmless {
            self.unsent.retain(|other| *other != id);
            self.requests.swap_remove(index);
        } else {
            self.requests[index].abandoned = true;
            self.requests[index].waker = None;
        }
    }

    /// Queues a request that nobody waits for. It is lost when there is no room for it.
    pub(crate) fn submit_unattended(&mut self, kind: MessageType, transaction: u32, parts: &[&[u8]]) {
        if let Ok(id) = self.submit(kind, transaction, parts)
            && let Some(request) = self.requests.last_mut()
        {
            debug_assert_eq!(request.id, id);
            request.abandoned = true;
        }
    }

    /// Registers a watch. Its request is answered like others; until [`Self::unwatch`] the watch is registered again
    /// after every loss of the connection.
    pub(crate) fn watch(&mut self, path: &str) -> Result<(WatchId, RequestId), StoreError> {
        let id = WatchId(self.number());
        let token = id.0.to_string();
        let request = self.submit(MessageType::Watch, 0, &[path.as_bytes(), b"\0", token.as_bytes(), b"\0"])?;
        self.watches.push(Watch { id, path: String::from(path), fired: false, waker: None });
        Ok((id, request))
    }

    /// Ends a watch.
    pub(crate) fn unwatch(&mut self, id: WatchId) {
        let Some(index) = self.watches.iter().position(|watch| watch.id == id) else { return };
        let watch = self.watches.swap_remove(index);
        let token = id.0.to_string();
        self.submit_unattended(MessageType::Unwatch, 0, &[watch.path.as_bytes(), b"\0", token.as_bytes(), b"\0"]);
    }

    /// Ready once the watch has fired since this was last ready, or when the connection is lost for good.
    pub(crate) fn poll_watch(&mut self, id: WatchId, waker: &Waker) -> Poll<()> {
        let Some(watch) = self.watches.iter_mut().find(|watch| watch.id == id) else { return Poll::Ready(()) };
        if core::mem::take(&mut watch.fired) {
            return Poll::Ready(());
        }
        watch.waker = Some(waker.clone());
        Poll::Pending
    }

    /// Moves what can be moved between the ring and the requests. Returns whether xenstored is to be notified.
    pub(crate) fn pump(&mut self) -> bool {
        match self.connection {
            Connection::Lost => return false,
            Connection::Reconnecting if !self.ring.is_connected() => return false,
            Connection::Reconnecting => self.start_anew(),
            Connection::Connected => {}
        }
        if let Some(error) = self.ring.error() {
            log::warn!("xenstored gave up this connection (error {error})");
            return self.reconnect();
        }
        let received = match self.receive() {
            Ok(notify) => notify,
            Err(Broken) => return self.reconnect(),
        };
        match self.send() {
            Ok(notify) => notify || received,
            Err(Broken) => self.reconnect(),
        }
    }

    /// Takes all that xenstored has sent. Returns whether it may be waiting for room.
    fn receive(&mut self) -> Result<bool, Broken> {
        let mut buffer = [0; ring::SIZE];
        let mut notify = false;
        loop {
            let count = self.ring.receive(&mut buffer)?;
            if count == 0 {
                return Ok(notify);
            }
            notify |= count == ring::SIZE;
            self.digest(&buffer[..count])?;
        }
    }

    /// Takes messages out of received bytes.
    fn digest(&mut self, mut bytes: &[u8]) -> Result<(), Broken> {
        while !bytes.is_empty() {
            match self.decoder.decode(&mut bytes) {
                Ok(Some(message)) => self.take(message),
                Ok(None) => {}
                Err(bad) => {
                    log::error!("xenstored announced a message of {} bytes", bad.announced);
                    return Err(Broken);
                }
            }
        }
        Ok(())
    }

    /// Gives a message to whoever it is for.
    fn take(&mut self, message: Message) {
        if message.kind() == Some(MessageType::WatchEvent) {
            let token = message.watch_event().and_then(|(_, token)| token.parse().ok());
            if let Some(watch) = self.watches.iter_mut().find(|watch| Some(watch.id.0) == token) {
                watch.fire();
            }
            // An event of a watch that has just ended is nobody's.
            return;
        }
        let id = RequestId(message.header.request);
        let Some(index) = self.index_of(id) else {
            log::warn!("xenstored answered request {}, which nobody made", id.0);
            return;
        };
        let kind = self.requests[index].kind;
        self.answer(index, message.into_answer(kind));
    }

    /// Notes the answer to a request.
    fn answer(&mut self, index: usize, answer: Result<Vec<u8>, StoreError>) {
        let request = &mut self.requests[index];
        if !request.abandoned {
            request.answer = Some(answer);
            if let Some(waker) = request.waker.take() {
                waker.wake();
            }
            return;
        }
        let kind = request.kind;
        self.requests.swap_remove(index);
        // A transaction that nobody wants any more is ended, or xenstored would keep it.
        if kind == MessageType::TransactionStart
            && let Some(transaction) = answer.ok().as_deref().and_then(transaction_number)
        {
            self.submit_unattended(MessageType::TransactionEnd, transaction, &[b"F\0"]);
        }
    }

    /// Sends as much as there is room for. Returns whether anything was sent.
    fn send(&mut self) -> Result<bool, Broken> {
        let mut notify = false;
        while let Some(&id) = self.unsent.front() {
            // A request that was abandoned meanwhile has nothing left to send.
            let index = self.index_of(id);
            let rest = index.map_or(&[][..], |index| &self.requests[index].message[self.sent..]);
            let count = self.ring.send(rest)?;
            notify |= count > 0;
            self.sent += count;
            if count < rest.len() {
                break;
            }
            self.unsent.pop_front();
            self.sent = 0;
        }
        Ok(notify)
    }

    /// Asks for a new connection. Returns whether xenstored is to be notified.
    fn reconnect(&mut self) -> bool {
        if !self.ring.ask_for_reconnection() {
            log::error!("the connection to xenstored is lost, and this xenstored has no way back");
            self.lose();
            return false;
        }
        log::warn!("connecting to xenstored again");
        self.connection = Connection::Reconnecting;
        true
    }

    /// Fails everything, now and from now on.
    fn lose(&mut self) {
        self.connection = Connection::Lost;
        self.unsent.clear();
        for index in (0..self.requests.len()).rev() {
            if self.requests[index].answer.is_none() {
                self.answer(index, Err(StoreError::Disconnected));
            }
        }
        self.watches.iter_mut().for_each(Watch::fire);
        self.watches.clear();
    }

    /// Begins to talk on a new connection.
    fn start_anew(&mut self) {
        self.connection = Connection::Connected;
        self.ring.restart();
        self.decoder.reset();
        self.unsent.clear();
        self.sent = 0;
        let in_transaction = |request: &Request| request.transaction != 0;
        for index in (0..self.requests.len()).rev() {
            let request = &self.requests[index];
            let stale = in_transaction(request) || request.kind == MessageType::Unwatch;
            if request.answer.is_none() && stale {
                self.answer(index, Err(StoreError::Again));
            }
        }
        // A watch whose own request is about to be sent again needs no second one.
        let repeated: Vec<RequestId> = self.requests.iter().filter(|r| r.answer.is_none()).map(|r| r.id).collect();
        self.unsent.extend(repeated);
        self.repeat_watches();
    }

    /// Registers all watches again whose registration had been answered before the connection was lost.
    fn repeat_watches(&mut self) {
        let watches: Vec<(String, String)> = self
            .watches
            .iter()
            .map(|watch| (watch.path.clone(), watch.id.0.to_string()))
            .filter(|(_, token)| !self.requests.iter().any(|request| request.registers(token)))
            .collect();
        for (path, token) in watches {
            self.submit_unattended(MessageType::Watch, 0, &[path.as_bytes(), b"\0", token.as_bytes(), b"\0"]);
        }
    }

    fn index_of(&self, id: RequestId) -> Option<usize> {
        self.requests.iter().position(|request| request.id == id)
    }

    /// A number that is not in use. 0 is never one: xenstored's own messages have it.
    fn number(&mut self) -> u32 {
        let number = self.next;
        self.next = self.next.checked_add(1).unwrap_or(1);
        number
    }
}

impl Request {
    /// Whether it waits for the registration of the watch with this token.
    fn registers(&self, token: &str) -> bool {
        let ends_with_token = || self.message.strip_suffix(b"\0").is_some_and(|m| m.ends_with(token.as_bytes()));
        self.kind == MessageType::Watch && self.answer.is_none() && ends_with_token()
    }
}

impl Watch {
    fn fire(&mut self) {
        self.fired = true;
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

/// xenstored broke the protocol.
struct Broken;

impl From<BadIndex> for Broken {
    fn from(bad: BadIndex) -> Self {
        log::error!("xenstored's index is impossible: {} bytes in a ring of {}", bad.bytes, ring::SIZE);
        Self
    }
}

/// The number in the answer to a transaction's start.
pub(crate) fn transaction_number(answer: &[u8]) -> Option<u32> {
    let digits = answer.strip_suffix(&[0]).unwrap_or(answer);
    core::str::from_utf8(digits).ok()?.parse().ok().filter(|number| *number != 0)
}

#[cfg(test)]
mod tests;

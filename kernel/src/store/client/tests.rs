use super::*;
use core::ptr::NonNull;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// xenstored's end of a ring page, small: it answers reads and writes from a map, and can be told to misbehave.
struct Daemon {
    page: SharedMemory<'static>,
    decoder: Decoder,
    nodes: BTreeMap<Vec<u8>, Vec<u8>>,
    watches: Vec<(Vec<u8>, Vec<u8>)>,
    /// What is still to be sent.
    outgoing: VecDeque<u8>,
    /// Requests that were understood, by type.
    seen: Vec<MessageType>,
    /// How many bytes it moves at a time, each way.
    step: usize,
}

impl Daemon {
    fn new() -> (Self, Client) {
        let words = Box::leak(Box::new([0u64; 512]));
        // SAFETY: leaked, aligned, and from here on reached only through views.
        let page = unsafe { SharedMemory::new(NonNull::from(words).cast(), 4096) };
        page.write_u32(ring::SERVER_FEATURES, ring::FEATURE_RECONNECTION | ring::FEATURE_ERROR);
        // Indices about to wrap, and in the middle of the ring.
        for offset in [ring::REQ_CONS, ring::REQ_PROD, ring::RSP_CONS, ring::RSP_PROD] {
            page.write_u32(offset, u32::MAX - 100);
        }
        let daemon = Self {
            page,
            decoder: Decoder::new(),
            nodes: BTreeMap::new(),
            watches: Vec::new(),
            outgoing: VecDeque::new(),
            seen: Vec::new(),
            step: 4096,
        };
        (daemon, Client::new(page))
    }

    /// Moves up to `step` bytes in and out, and answers what is whole.
    fn serve(&mut self) {
        if self.page.read_u32(ring::CONNECTION) == ring::RECONNECT {
            self.restart();
        }
        let mut taken = Vec::new();
        let mut consumer = self.page.read_u32(ring::REQ_CONS);
        while consumer != self.page.read_u32(ring::REQ_PROD) && taken.len() < self.step {
            taken.push(self.page.read_u8(ring::REQ + consumer as usize % ring::SIZE));
            consumer = consumer.wrapping_add(1);
        }
        self.page.write_u32(ring::REQ_CONS, consumer);
        let mut rest = &taken[..];
        while !rest.is_empty() {
            if let Some(message) = self.decoder.decode(&mut rest).unwrap() {
                self.answer(message);
            }
        }
        self.send();
    }

    fn send(&mut self) {
        let mut producer = self.page.read_u32(ring::RSP_PROD);
        for _ in 0..self.step {
            let full = producer.wrapping_sub(self.page.read_u32(ring::RSP_CONS)) as usize >= ring::SIZE;
            if full || self.outgoing.is_empty() {
                break;
            }
            let byte = self.outgoing.pop_front().unwrap();
            self.page.write_u8(ring::RSP + producer as usize % ring::SIZE, byte);
            producer = producer.wrapping_add(1);
        }
        self.page.write_u32(ring::RSP_PROD, producer);
    }

    /// A new daemon begins on the old page.
    fn restart(&mut self) {
        for offset in [ring::REQ_CONS, ring::REQ_PROD, ring::RSP_CONS, ring::RSP_PROD, ring::ERROR] {
            self.page.write_u32(offset, 0);
        }
        self.decoder.reset();
        self.outgoing.clear();
        self.watches.clear();
        self.page.write_u32(ring::CONNECTION, ring::CONNECTED);
    }

    fn answer(&mut self, message: Message) {
        let kind = message.kind().unwrap();
        self.seen.push(kind);
        let mut strings = message.payload.splitn(2, |byte| *byte == 0).map(<[u8]>::to_vec);
        let (first, second) = (strings.next().unwrap_or_default(), strings.next().unwrap_or_default());
        let (kind, payload) = match kind {
            MessageType::Read => match self.nodes.get(&first) {
                Some(value) => (kind, value.clone()),
                None => (MessageType::Error, b"ENOENT\0".to_vec()),
            },
            MessageType::Write => {
                self.nodes.insert(first, second);
                (kind, b"OK\0".to_vec())
            }
            MessageType::TransactionStart => (kind, b"7\0".to_vec()),
            MessageType::Watch => {
                self.watches.push((first.clone(), second.clone()));
                self.say(MessageType::Watch, message.header.request, b"OK\0");
                self.fire(&first, &second);
                return;
            }
            kind => (kind, b"OK\0".to_vec()),
        };
        self.say(kind, message.header.request, &payload);
    }

    fn fire(&mut self, path: &[u8], token: &[u8]) {
        let payload = [path, b"\0", token].concat();
        self.say(MessageType::WatchEvent, 0, &payload);
    }

    fn say(&mut self, kind: MessageType, request: u32, payload: &[u8]) {
        self.outgoing.extend(encode(kind, request, 0, &[payload]).unwrap());
    }
}

/// Lets both ends work until the request is answered.
fn settle(daemon: &mut Daemon, client: &mut Client, id: RequestId) -> Result<Vec<u8>, StoreError> {
    for _ in 0..20_000 {
        client.pump();
        daemon.serve();
        client.pump();
        if let Poll::Ready(answer) = client.poll_answer(id, Waker::noop()) {
            return answer;
        }
    }
    panic!("no answer");
}

fn read(client: &mut Client, path: &[u8]) -> RequestId {
    client.submit(MessageType::Read, 0, &[path, b"\0"]).unwrap()
}

#[test]
fn answers_find_their_requests_in_any_order() {
    let (mut daemon, mut client) = Daemon::new();
    let (first, second) = (read(&mut client, b"a"), read(&mut client, b"b"));
    client.pump();
    daemon.say(MessageType::Read, second.0, b"two");
    daemon.say(MessageType::Read, first.0, b"one");
    daemon.send();
    client.pump();
    assert_eq!(client.poll_answer(first, Waker::noop()), Poll::Ready(Ok(b"one".to_vec())));
    assert_eq!(client.poll_answer(second, Waker::noop()), Poll::Ready(Ok(b"two".to_vec())));
    assert!(client.requests.is_empty());
}

#[test]
fn messages_longer_than_the_ring_pass_both_ways() {
    let (mut daemon, mut client) = Daemon::new();
    let value: Vec<u8> = (0..4000).map(|index| index as u8).collect();
    let write = client.submit(MessageType::Write, 0, &[b"big\0", &value]).unwrap();
    assert_eq!(settle(&mut daemon, &mut client, write), Ok(b"OK\0".to_vec()));
    let id = read(&mut client, b"big");
    assert_eq!(settle(&mut daemon, &mut client, id), Ok(value));
}

#[test]
fn a_slow_daemon_is_waited_for() {
    let (mut daemon, mut client) = Daemon::new();
    daemon.step = 1;
    daemon.nodes.insert(b"a".to_vec(), vec![b'x'; 3000]);
    let id = read(&mut client, b"a");
    assert_eq!(settle(&mut daemon, &mut client, id), Ok(vec![b'x'; 3000]));
}

#[test]
fn a_missing_node_is_an_error() {
    let (mut daemon, mut client) = Daemon::new();
    let id = read(&mut client, b"nothing");
    assert_eq!(settle(&mut daemon, &mut client, id), Err(StoreError::NotFound));
}

#[test]
fn a_watch_fires_for_its_own_token() {
    let (mut daemon, mut client) = Daemon::new();
    let (watch, id) = client.watch("device").unwrap();
    settle(&mut daemon, &mut client, id).unwrap();
    daemon.serve();
    client.pump();
    assert!(client.poll_watch(watch, Waker::noop()).is_ready());
    assert!(client.poll_watch(watch, Waker::noop()).is_pending());
    daemon.fire(b"device/x", b"999999");
    daemon.serve();
    client.pump();
    assert!(client.poll_watch(watch, Waker::noop()).is_pending());
    daemon.fire(b"device/x", watch.0.to_string().as_bytes());
    daemon.serve();
    client.pump();
    assert!(client.poll_watch(watch, Waker::noop()).is_ready());
    client.unwatch(watch);
    client.pump();
    daemon.serve();
    assert_eq!(daemon.seen.last(), Some(&MessageType::Unwatch));
}

#[test]
fn a_daemon_that_restarts_in_the_middle_of_an_answer_is_asked_again() {
    let (mut daemon, mut client) = Daemon::new();
    daemon.nodes.insert(b"a".to_vec(), vec![b'x'; 2000]);
    let (watch, registered) = client.watch("device").unwrap();
    settle(&mut daemon, &mut client, registered).unwrap();
    client.pump();
    assert!(client.poll_watch(watch, Waker::noop()).is_ready());
    let id = read(&mut client, b"a");
    client.pump();
    daemon.step = 300;
    daemon.serve();
    client.pump();
    // The old daemon goes away; the new one marks the ring as broken.
    daemon.outgoing.clear();
    daemon.page.write_u32(ring::ERROR, 1);
    assert!(client.pump(), "the client asks for a new connection");
    assert_eq!(daemon.page.read_u32(ring::CONNECTION), ring::RECONNECT);
    assert_eq!(settle(&mut daemon, &mut client, id), Ok(vec![b'x'; 2000]));
    for _ in 0..10 {
        client.pump();
        daemon.serve();
    }
    client.pump();
    assert_eq!(daemon.watches.len(), 1, "the watch was registered again");
    assert!(client.poll_watch(watch, Waker::noop()).is_ready(), "and counts as fired");
}

#[test]
fn a_transaction_does_not_survive_a_restart() {
    let (mut daemon, mut client) = Daemon::new();
    let write = client.submit(MessageType::Write, 7, &[b"a\0", b"1"]).unwrap();
    client.pump();
    daemon.page.write_u32(ring::ERROR, 1);
    assert_eq!(settle(&mut daemon, &mut client, write), Err(StoreError::Again));
    assert!(daemon.nodes.is_empty());
}

#[test]
fn a_watch_under_registration_is_registered_once() {
    let (mut daemon, mut client) = Daemon::new();
    let (_, id) = client.watch("device").unwrap();
    client.pump();
    daemon.page.write_u32(ring::ERROR, 1);
    settle(&mut daemon, &mut client, id).unwrap();
    assert_eq!(daemon.watches.len(), 1);
}

#[test]
fn without_a_way_back_everything_fails() {
    let (daemon, mut client) = Daemon::new();
    daemon.page.write_u32(ring::SERVER_FEATURES, 0);
    let (watch, _) = client.watch("device").unwrap();
    let id = read(&mut client, b"a");
    client.pump();
    daemon.page.write_u32(ring::RSP_PROD, daemon.page.read_u32(ring::RSP_CONS).wrapping_add(5000));
    client.pump();
    assert_eq!(client.poll_answer(id, Waker::noop()), Poll::Ready(Err(StoreError::Disconnected)));
    assert!(client.poll_watch(watch, Waker::noop()).is_ready());
    assert_eq!(client.submit(MessageType::Read, 0, &[b"a\0"]), Err(StoreError::Disconnected));
}

#[test]
fn impossible_indices_and_lengths_end_the_connection() {
    let (daemon, mut client) = Daemon::new();
    daemon.page.write_u32(ring::REQ_CONS, 5);
    read(&mut client, b"a");
    assert!(client.pump());
    assert_eq!(client.connection, Connection::Reconnecting);
    let (mut daemon, mut client) = Daemon::new();
    daemon.outgoing.extend([0xff; 16]);
    daemon.send();
    client.pump();
    assert_eq!(client.connection, Connection::Reconnecting);
}

#[test]
fn an_abandoned_request_leaves_nothing_behind() {
    let (mut daemon, mut client) = Daemon::new();
    let unsent = read(&mut client, b"a");
    client.abandon(unsent);
    assert!(client.requests.is_empty() && client.unsent.is_empty());
    let sent = read(&mut client, b"a");
    client.pump();
    client.abandon(sent);
    daemon.serve();
    client.pump();
    assert!(client.requests.is_empty());
    let start = client.submit(MessageType::TransactionStart, 0, &[b"\0"]).unwrap();
    client.pump();
    client.abandon(start);
    for _ in 0..3 {
        daemon.serve();
        client.pump();
    }
    assert_eq!(daemon.seen.last(), Some(&MessageType::TransactionEnd));
    assert!(client.requests.is_empty());
}

#[test]
fn there_is_a_limit_to_what_waits() {
    let (_daemon, mut client) = Daemon::new();
    for _ in 0..MAX_REQUESTS {
        read(&mut client, b"a");
    }
    assert_eq!(client.submit(MessageType::Read, 0, &[b"a\0"]), Err(StoreError::Busy));
    assert_eq!(client.submit(MessageType::Write, 0, &[&[0; 5000]]), Err(StoreError::Busy));
}

proptest! {
    /// Whatever a daemon writes into the page, the client survives, and remembers no more than it asked for.
    #[test]
    fn any_page_is_survived(noise in prop::collection::vec((0usize..2084, any::<u32>()), 0..60)) {
        let (mut daemon, mut client) = Daemon::new();
        client.watch("device").unwrap();
        for (place, word) in noise {
            daemon.page.write_u32(place / 4 * 4, word);
            // It may fail: the noise may have said that the connection is lost.
            let _ = client.submit(MessageType::Read, 0, &[b"a\0"]);
            client.pump();
            daemon.page.write_u32(ring::REQ_CONS, daemon.page.read_u32(ring::REQ_PROD));
            client.pump();
            daemon.send();
        }
    }
}

//! The xenstore's wire format (`io/xs_wire.h`): messages, their encoding and decoding, the ring page, paths, errors.
//!
//! Nothing here does input or output. A guest's client and a daemon's server both build messages with [`encode`] and take
//! them out of a stream of bytes with [`Decoder`], which is bounded: whatever a peer sends, it keeps at most one message
//! of [`PAYLOAD_MAX`] bytes.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::platform::StoreError;

/// The longest payload of a message, in bytes (`XENSTORE_PAYLOAD_MAX`).
pub const PAYLOAD_MAX: usize = 4096;
/// The longest absolute path, in bytes (`XENSTORE_ABS_PATH_MAX`).
pub const ABSOLUTE_PATH_MAX: usize = 3072;
/// The longest path relative to a domain's home, in bytes (`XENSTORE_REL_PATH_MAX`).
pub const RELATIVE_PATH_MAX: usize = 2048;
/// Bytes of a message's header (`struct xsd_sockmsg`).
pub const HEADER_SIZE: usize = 16;

/// Byte offsets in the ring page that a domain shares with xenstored (`struct xenstore_domain_interface`). Indices run
/// freely and wrap at 2^32.
pub mod ring {
    /// Bytes of each of the two rings (`XENSTORE_RING_SIZE`).
    pub const SIZE: usize = 1024;
    /// Offset of `req`: what the domain sends.
    pub const REQ: usize = 0;
    /// Offset of `rsp`: what xenstored sends.
    pub const RSP: usize = SIZE;
    /// Offset of `req_cons`, which xenstored writes.
    pub const REQ_CONS: usize = 2 * SIZE;
    /// Offset of `req_prod`, which the domain writes.
    pub const REQ_PROD: usize = REQ_CONS + 4;
    /// Offset of `rsp_cons`, which the domain writes.
    pub const RSP_CONS: usize = REQ_PROD + 4;
    /// Offset of `rsp_prod`, which xenstored writes.
    pub const RSP_PROD: usize = RSP_CONS + 4;
    /// Offset of `server_features`.
    pub const SERVER_FEATURES: usize = RSP_PROD + 4;
    /// Offset of `connection`.
    pub const CONNECTION: usize = SERVER_FEATURES + 4;
    /// Offset of `error`.
    pub const ERROR: usize = CONNECTION + 4;

    /// Bit of `server_features`: the domain may ask for a new connection.
    pub const FEATURE_RECONNECTION: u32 = 1;
    /// Bit of `server_features`: `error` means something.
    pub const FEATURE_ERROR: u32 = 2;
    /// `connection`: all is well.
    pub const CONNECTED: u32 = 0;
    /// `connection`: the domain has asked for a new connection, which makes both rings empty and ends all watches and
    /// transactions; xenstored answers by writing [`CONNECTED`].
    pub const RECONNECT: u32 = 1;
}

/// What a message is (`enum xsd_sockmsg_type`), as far as guests use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum MessageType {
    /// `XS_DIRECTORY`: path; the answer is the children's names.
    Directory = 1,
    /// `XS_READ`: path; the answer is the value.
    Read = 2,
    /// `XS_GET_PERMS`: path; the answer is permission strings.
    GetPermissions = 3,
    /// `XS_WATCH`: path, token.
    Watch = 4,
    /// `XS_UNWATCH`: path, token.
    Unwatch = 5,
    /// `XS_TRANSACTION_START`: an empty string; the answer is the transaction's number in decimal.
    TransactionStart = 6,
    /// `XS_TRANSACTION_END`: "T" to commit, "F" to abort.
    TransactionEnd = 7,
    /// `XS_GET_DOMAIN_PATH`: a domain's number in decimal; the answer is its home.
    GetDomainPath = 10,
    /// `XS_WRITE`: path, then the value without a final 0.
    Write = 11,
    /// `XS_MKDIR`: path.
    MakeDirectory = 12,
    /// `XS_RM`: path.
    Remove = 13,
    /// `XS_SET_PERMS`: path, permission strings.
    SetPermissions = 14,
    /// `XS_WATCH_EVENT`: path, token; sent by xenstored on its own account.
    WatchEvent = 15,
    /// `XS_ERROR`: the answer to a request that failed: an error's name.
    Error = 16,
    /// `XS_DIRECTORY_PART`: path, offset in decimal; the answer is a generation and the names from that offset on.
    DirectoryPart = 22,
}

impl MessageType {
    /// The type with this number.
    pub fn from_number(number: u32) -> Option<Self> {
        use MessageType::*;
        [
            Directory,
            Read,
            GetPermissions,
            Watch,
            Unwatch,
            TransactionStart,
            TransactionEnd,
            GetDomainPath,
            Write,
            MakeDirectory,
            Remove,
            SetPermissions,
            WatchEvent,
            Error,
            DirectoryPart,
        ]
        .into_iter()
        .find(|kind| *kind as u32 == number)
    }
}

/// A message's header (`struct xsd_sockmsg`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// A [`MessageType`], or whatever the peer sent.
    pub kind: u32,
    /// The request's number, which its answer repeats (`req_id`).
    pub request: u32,
    /// The transaction's number, 0 outside of transactions (`tx_id`).
    pub transaction: u32,
    /// Bytes of payload that follow, at most [`PAYLOAD_MAX`].
    pub length: u32,
}

impl Header {
    /// The header's bytes.
    pub fn encode(&self) -> [u8; HEADER_SIZE] {
        let mut bytes = [0; HEADER_SIZE];
        let words = [self.kind, self.request, self.transaction, self.length];
        for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// Reads a header from its bytes.
    pub fn decode(bytes: &[u8; HEADER_SIZE]) -> Self {
        let word =
            |index: usize| u32::from_le_bytes([bytes[index], bytes[index + 1], bytes[index + 2], bytes[index + 3]]);
        Self { kind: word(0), request: word(4), transaction: word(8), length: word(12) }
    }
}

/// The payload would be longer than [`PAYLOAD_MAX`] bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadTooLong(pub usize);

impl fmt::Display for PayloadTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a xenstore message of {} bytes; {PAYLOAD_MAX} are the most", self.0)
    }
}

/// Encodes a message whose payload is `parts`, one after the other. Final zeroes of strings are part of the parts.
pub fn encode(kind: MessageType, request: u32, transaction: u32, parts: &[&[u8]]) -> Result<Vec<u8>, PayloadTooLong> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if length > PAYLOAD_MAX {
        return Err(PayloadTooLong(length));
    }
    let header = Header { kind: kind as u32, request, transaction, length: length as u32 };
    let mut message = Vec::with_capacity(HEADER_SIZE + length);
    message.extend_from_slice(&header.encode());
    for part in parts {
        message.extend_from_slice(part);
    }
    Ok(message)
}

/// A whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its header.
    pub header: Header,
    /// Its payload, as long as the header says.
    pub payload: Vec<u8>,
}

impl Message {
    /// Its type, if it is one that is known.
    pub fn kind(&self) -> Option<MessageType> {
        MessageType::from_number(self.header.kind)
    }

    /// The strings that the payload consists of, each without its final 0. A last string may lack it.
    pub fn strings(&self) -> impl Iterator<Item = &[u8]> {
        let payload = self.payload.strip_suffix(&[0]).unwrap_or(&self.payload);
        let nothing = self.payload.is_empty();
        payload.split(|byte| *byte == 0).filter(move |_| !nothing)
    }

    /// The path and the token of a watch event; `None` when the message is something else, or when it isn't made of two
    /// strings of UTF-8.
    pub fn watch_event(&self) -> Option<(&str, &str)> {
        if self.kind() != Some(MessageType::WatchEvent) {
            return None;
        }
        let mut strings = self.strings();
        let path = core::str::from_utf8(strings.next()?).ok()?;
        let token = core::str::from_utf8(strings.next()?).ok()?;
        Some((path, token))
    }

    /// The payload of an answer to a request of type `asked`, or the error that it is.
    pub fn into_answer(self, asked: MessageType) -> Result<Vec<u8>, StoreError> {
        match self.kind() {
            Some(MessageType::Error) => Err(error_from_name(&self.payload)),
            Some(kind) if kind == asked => Ok(self.payload),
            _ => Err(StoreError::Malformed),
        }
    }
}

/// A header that announces more than [`PAYLOAD_MAX`] bytes. What follows in the stream can't be made sense of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadStream {
    /// What the header announced, in bytes.
    pub announced: u32,
}

/// Takes messages out of a stream of bytes that comes in pieces of any size.
#[derive(Debug, Default)]
pub struct Decoder {
    /// The bytes of the message that is not whole yet.
    bytes: Vec<u8>,
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// How many more bytes the message at hand needs before something can be said about it: at least 1.
    pub fn wanted(&self) -> usize {
        self.goal().unwrap_or(HEADER_SIZE) - self.bytes.len()
    }

    /// Takes bytes from the front of `bytes`, at most as far as the end of one message, and leaves the rest there. The
    /// answer is that message, or nothing when all of `bytes` was taken and more are needed.
    pub fn decode(&mut self, bytes: &mut &[u8]) -> Result<Option<Message>, BadStream> {
        loop {
            let count = self.wanted().min(bytes.len());
            let (taken, rest) = bytes.split_at(count);
            self.bytes.extend_from_slice(taken);
            *bytes = rest;
            let Some(header) = self.header() else { return Ok(None) };
            if header.length as usize > PAYLOAD_MAX {
                return Err(BadStream { announced: header.length });
            }
            if self.goal() == Some(self.bytes.len()) {
                let payload = self.bytes.split_off(HEADER_SIZE);
                self.bytes.clear();
                return Ok(Some(Message { header, payload }));
            }
            if bytes.is_empty() {
                return Ok(None);
            }
        }
    }

    /// Forgets the message at hand: a new stream begins.
    pub fn reset(&mut self) {
        self.bytes.clear();
    }

    fn header(&self) -> Option<Header> {
        self.bytes.first_chunk().map(Header::decode)
    }

    /// The length of the whole message at hand, once its header is there.
    fn goal(&self) -> Option<usize> {
        Some(HEADER_SIZE + (self.header()?.length as usize).min(PAYLOAD_MAX))
    }
}

/// The errors that have a name on the wire (`xsd_errors`), with what this workspace calls them.
const ERRORS: [(&str, StoreError); 16] = [
    ("ENOENT", StoreError::NotFound),
    ("EACCES", StoreError::Denied),
    ("EINVAL", StoreError::Invalid),
    ("EAGAIN", StoreError::Again),
    ("EEXIST", StoreError::Exists),
    ("E2BIG", StoreError::TooBig),
    ("ENOSPC", StoreError::TooBig),
    ("EDQUOT", StoreError::TooBig),
    ("EBUSY", StoreError::Busy),
    ("EPERM", StoreError::Denied),
    ("EROFS", StoreError::Denied),
    ("EIO", StoreError::Other),
    ("ENOMEM", StoreError::Other),
    ("ENOSYS", StoreError::Other),
    ("ENOTEMPTY", StoreError::Other),
    ("EISCONN", StoreError::Other),
];

/// The error that the payload of an [`MessageType::Error`] names.
pub fn error_from_name(payload: &[u8]) -> StoreError {
    let name = payload.strip_suffix(&[0]).unwrap_or(payload);
    let known = ERRORS.iter().find(|(known, _)| known.as_bytes() == name);
    known.map_or_else(
        || {
            log::warn!("xenstored's error \"{}\" has no meaning here", name.escape_ascii());
            StoreError::Other
        },
        |(_, error)| *error,
    )
}

/// The name of an error on the wire, without a final 0; what has no name there is "EIO".
pub fn error_name(error: StoreError) -> &'static str {
    ERRORS.iter().find(|(_, known)| *known == error).map_or("EIO", |(name, _)| name)
}

/// Whether xenstored would take this as a node's path: not too long, made of the characters that it allows, without
/// empty parts. Watches may name special paths with `@` too.
pub fn is_path(path: &str) -> bool {
    let limit = if path.starts_with('/') { ABSOLUTE_PATH_MAX } else { RELATIVE_PATH_MAX };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-/_@".contains(&byte);
    let whole = path == "/" || !path.ends_with('/');
    !path.is_empty() && path.len() <= limit && path.bytes().all(allowed) && whole && !path.contains("//")
}

/// The names in the payload of an answer to [`MessageType::Directory`]. `None` when one is no UTF-8.
pub fn directory_names(payload: &[u8]) -> Option<Vec<String>> {
    let names = payload.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| Some(String::from(core::str::from_utf8(name).ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec;

    #[test]
    fn a_read_request_byte_by_byte() {
        let message = encode(MessageType::Read, 0x0102_0304, 5, &[b"domid", b"\0"]).unwrap();
        let expected = [2, 0, 0, 0, 4, 3, 2, 1, 5, 0, 0, 0, 6, 0, 0, 0, b'd', b'o', b'm', b'i', b'd', 0];
        assert_eq!(message, expected);
    }

    #[test]
    fn a_watch_event_byte_by_byte() {
        let mut bytes: &[u8] = &[15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, b'a', b'/', b'b', 0, b'7', 0];
        let message = Decoder::new().decode(&mut bytes).unwrap().unwrap();
        assert_eq!(message.watch_event(), Some(("a/b", "7")));
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_watch_event_of_one_string_is_none() {
        let mut bytes: &[u8] = &encode(MessageType::WatchEvent, 0, 0, &[b"a\0"]).unwrap();
        let message = Decoder::new().decode(&mut bytes).unwrap().unwrap();
        assert_eq!(message.watch_event(), None);
    }

    #[test]
    fn an_error_is_named() {
        let mut bytes: &[u8] = &encode(MessageType::Error, 9, 0, &[b"ENOENT\0"]).unwrap();
        let message = Decoder::new().decode(&mut bytes).unwrap().unwrap();
        assert_eq!(message.into_answer(MessageType::Read), Err(StoreError::NotFound));
        for (name, error) in ERRORS {
            assert_eq!(error_from_name(name.as_bytes()), error);
            assert_eq!(error_from_name(error_name(error).as_bytes()), error);
        }
        assert_eq!(error_from_name(b"EWHATEVER\0"), StoreError::Other);
    }

    #[test]
    fn an_answer_to_another_question_is_malformed() {
        let mut bytes: &[u8] = &encode(MessageType::Write, 9, 0, &[b"OK\0"]).unwrap();
        let message = Decoder::new().decode(&mut bytes).unwrap().unwrap();
        assert_eq!(message.into_answer(MessageType::Read), Err(StoreError::Malformed));
    }

    #[test]
    fn a_payload_has_a_limit_both_ways() {
        assert_eq!(encode(MessageType::Write, 1, 0, &[&[0; 4000], &[0; 97]]), Err(PayloadTooLong(4097)));
        let header = Header { kind: 2, request: 1, transaction: 0, length: 4097 };
        let mut bytes: &[u8] = &header.encode();
        assert_eq!(Decoder::new().decode(&mut bytes), Err(BadStream { announced: 4097 }));
    }

    #[test]
    fn strings_end_at_zeroes() {
        let message = |payload: &[u8]| {
            let mut bytes: &[u8] = &encode(MessageType::Directory, 1, 0, &[payload]).unwrap();
            Decoder::new().decode(&mut bytes).unwrap().unwrap()
        };
        let strings = |payload: &[u8]| message(payload).strings().map(<[u8]>::to_vec).collect::<Vec<_>>();
        assert_eq!(strings(b""), Vec::<Vec<u8>>::new());
        assert_eq!(strings(b"a\0b\0"), [b"a", b"b"]);
        assert_eq!(strings(b"a\0\0b"), [&b"a"[..], b"", b"b"]);
        assert_eq!(directory_names(b"0\0state\0"), Some(vec!["0".into(), "state".into()]));
        assert_eq!(directory_names(b"\xff\0"), None);
    }

    #[test]
    fn paths_are_what_xenstored_takes() {
        for path in ["/", "device", "device/vdispl/0", "/local/domain/1", "a_b-c@d"] {
            assert!(is_path(path), "{path}");
        }
        for path in ["", "a/", "a//b", "a b", "a\0b", "ü"] {
            assert!(!is_path(path), "{path}");
        }
        assert!(is_path(&"a".repeat(2048)) && !is_path(&"a".repeat(2049)));
        assert!(!is_path(&std::format!("/{}", "a".repeat(3072))));
    }

    proptest! {
        #[test]
        fn messages_survive_any_cutting(
            messages in prop::collection::vec((any::<u32>(), any::<u32>(), prop::collection::vec(any::<u8>(), 0..300)), 1..8),
            cuts in prop::collection::vec(1usize..50, 1..40),
        ) {
            let mut stream = Vec::new();
            for (request, transaction, payload) in &messages {
                stream.extend(encode(MessageType::Read, *request, *transaction, &[payload]).unwrap());
            }
            let mut decoder = Decoder::new();
            let mut decoded = Vec::new();
            let mut rest = &stream[..];
            let mut cuts = cuts.iter().cycle();
            while !rest.is_empty() {
                let (mut piece, after) = rest.split_at((*cuts.next().unwrap()).min(rest.len()));
                while !piece.is_empty() {
                    decoded.extend(decoder.decode(&mut piece).unwrap());
                }
                rest = after;
            }
            prop_assert_eq!(decoded.len(), messages.len());
            for (message, (request, transaction, payload)) in decoded.iter().zip(&messages) {
                prop_assert_eq!(message.header.request, *request);
                prop_assert_eq!(message.header.transaction, *transaction);
                prop_assert_eq!(&message.payload, payload);
            }
        }

        /// Garbage ends in an error or in messages, never in a panic, and never in more memory than one message.
        #[test]
        fn any_stream_is_survived(stream in prop::collection::vec(any::<u8>(), 0..600)) {
            let mut decoder = Decoder::new();
            let mut rest = &stream[..];
            while !rest.is_empty() {
                let Ok(message) = decoder.decode(&mut rest) else { break };
                if let Some(message) = message {
                    message.watch_event();
                    message.strings().count();
                    let _ = message.into_answer(MessageType::Read);
                }
                prop_assert!(decoder.bytes.len() < HEADER_SIZE + PAYLOAD_MAX);
            }
        }
    }
}

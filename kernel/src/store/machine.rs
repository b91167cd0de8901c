//! The xenstore client of this machine.

use alloc::string::String;
use alloc::vec::Vec;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::ptr::NonNull;
use core::task::{Context, Poll};

use vitrine_xen::memory::SharedMemory;
use vitrine_xen::platform::{StoreError, Watch};
use vitrine_xen::xenstore::{MessageType, directory_names, is_path};
use vitrine_xen::{Gfn, PAGE_SIZE, Port};

use super::client::{Client, RequestId, WatchId, transaction_number};
use crate::one_cpu::OneCpu;
use crate::{events, executor, memory};

struct Connected {
    client: Client,
    port: Port,
}

static STORE: OneCpu<Option<Connected>> = OneCpu::new(None);

/// The most bytes of names that a directory is read to.
const MAX_DIRECTORY: usize = 256 * 1024;
/// How often something is tried that meets other domains' changes.
const TRIES: usize = 16;

/// Connects to the ring on `frame` and spawns the task that serves it.
///
/// # Safety
/// `frame` must be the xenstore's special page.
pub(crate) unsafe fn connect(frame: Gfn, port: Port) {
    let page = NonNull::new(memory::map_special(frame)).expect("the xenstore's page is not page 0");
    // SAFETY: mapped for good just now, page-aligned, and only this client reaches it.
    let page = unsafe { SharedMemory::new(page, PAGE_SIZE) };
    events::listen(port);
    *STORE.borrow() = Some(Connected { client: Client::new(page), port });
    executor::spawn(serve(port));
}

/// Lets the client look at the ring whenever xenstored has sent an event.
async fn serve(port: Port) {
    loop {
        events::wait(port).await;
        with(|_| ());
    }
}

/// Does something with the client, and then moves what can be moved.
fn with<T>(act: impl FnOnce(&mut Client) -> T) -> T {
    let mut store = STORE.borrow();
    let Connected { client, port } = store.as_mut().expect("the xenstore is connected before the first task runs");
    let result = act(client);
    if client.pump() {
        events::notify(*port);
    }
    result
}

/// A request that was submitted. Dropping it abandons the request.
struct Request {
    id: RequestId,
    done: bool,
}

impl Request {
    fn submit(kind: MessageType, transaction: u32, parts: &[&[u8]]) -> Result<Self, StoreError> {
        let id = with(|client| client.submit(kind, transaction, parts))?;
        Ok(Self { id, done: false })
    }

    /// A request about one node.
    fn about(kind: MessageType, transaction: u32, path: &str, value: &[u8]) -> Result<Self, StoreError> {
        if !is_path(path) {
            return Err(StoreError::Invalid);
        }
        Self::submit(kind, transaction, &[path.as_bytes(), b"\0", value])
    }
}

impl Future for Request {
    type Output = Result<Vec<u8>, StoreError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let id = self.id;
        let poll = with(|client| client.poll_answer(id, context.waker()));
        self.done = poll.is_ready();
        poll
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if !self.done {
            with(|client| client.abandon(self.id));
        }
    }
}

/// The answer to a request about one node.
pub(crate) async fn request_value(kind: MessageType, path: &str) -> Result<Vec<u8>, StoreError> {
    Request::about(kind, 0, path, b"")?.await
}

/// Writes one node.
pub(crate) async fn write(path: &str, value: &[u8]) -> Result<(), StoreError> {
    Request::about(MessageType::Write, 0, path, value)?.await.map(drop)
}

/// The names of a node's children; in parts, when they are too many for one answer.
pub(crate) async fn directory(path: &str) -> Result<Vec<String>, StoreError> {
    let names = match request_value(MessageType::Directory, path).await {
        Err(StoreError::TooBig) => long_directory(path).await?,
        answer => answer?,
    };
    directory_names(&names).ok_or(StoreError::Malformed)
}

/// The names of a node with many children, each followed by a 0.
async fn long_directory(path: &str) -> Result<Vec<u8>, StoreError> {
    for _ in 0..TRIES {
        if let Some(names) = directory_parts(path).await? {
            return Ok(names);
        }
    }
    Err(StoreError::Busy)
}

/// All parts of a directory, or `None` when it changed in between.
async fn directory_parts(path: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut names = Vec::new();
    let mut first_generation: Option<Vec<u8>> = None;
    loop {
        let offset = alloc::format!("{}\0", names.len());
        let part = Request::about(MessageType::DirectoryPart, 0, path, offset.as_bytes())?.await?;
        let zero = part.iter().position(|byte| *byte == 0).ok_or(StoreError::Malformed)?;
        let (generation, part) = (&part[..zero], &part[zero + 1..]);
        if first_generation.get_or_insert_with(|| generation.to_vec()) != generation {
            return Ok(None);
        }
        // An empty name ends the list.
        if let Some(rest) = part.strip_suffix(b"\0").filter(|rest| rest.is_empty() || rest.ends_with(b"\0")) {
            names.extend_from_slice(rest);
            return Ok(Some(names));
        }
        if part.is_empty() || !part.ends_with(b"\0") || names.len() + part.len() > MAX_DIRECTORY {
            return Err(StoreError::Malformed);
        }
        names.extend_from_slice(part);
    }
}

/// Writes several nodes in one transaction, again and again while it meets other transactions.
pub(crate) async fn write_together(nodes: &[(String, String)]) -> Result<(), StoreError> {
    for _ in 0..TRIES {
        let transaction = Transaction::start().await?;
        // All of them are under way before the first is answered.
        let writes: Result<Vec<Request>, StoreError> = nodes
            .iter()
            .map(|(path, value)| Request::about(MessageType::Write, transaction.number, path, value.as_bytes()))
            .collect();
        match finish(transaction, writes?).await {
            Err(StoreError::Again) => {}
            result => return result,
        }
    }
    Err(StoreError::Again)
}

/// Waits for writes of a transaction, and commits it.
async fn finish(transaction: Transaction, writes: Vec<Request>) -> Result<(), StoreError> {
    for write in writes {
        write.await?;
    }
    transaction.commit().await
}

/// A transaction: what is read and written in it happens all at once, or not at all. Dropping it undoes it.
pub struct Transaction {
    number: u32,
    ended: bool,
}

impl Transaction {
    /// Starts one.
    pub async fn start() -> Result<Self, StoreError> {
        let answer = Request::submit(MessageType::TransactionStart, 0, &[b"\0"])?.await?;
        let number = transaction_number(&answer).ok_or(StoreError::Malformed)?;
        Ok(Self { number, ended: false })
    }

    /// The value of a node, at most 4,096 bytes.
    pub async fn read(&self, path: &str) -> Result<Vec<u8>, StoreError> {
        Request::about(MessageType::Read, self.number, path, b"")?.await
    }

    /// Writes a node.
    pub async fn write(&self, path: &str, value: &[u8]) -> Result<(), StoreError> {
        Request::about(MessageType::Write, self.number, path, value)?.await.map(drop)
    }

    /// Removes a node and everything below it.
    pub async fn remove(&self, path: &str) -> Result<(), StoreError> {
        Request::about(MessageType::Remove, self.number, path, b"")?.await.map(drop)
    }

    /// Makes it all happen. [`StoreError::Again`] says that another domain changed the same nodes meanwhile: nothing
    /// happened, and the caller starts from the beginning.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        self.ended = true;
        Request::submit(MessageType::TransactionEnd, self.number, &[b"T\0"])?.await.map(drop)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if !self.ended {
            with(|client| client.submit_unattended(MessageType::TransactionEnd, self.number, &[b"F\0"]));
        }
    }
}

/// A watch of the xenstore. Dropping it ends it.
pub struct StoreWatch {
    id: WatchId,
}

/// Watches a node and everything below it.
pub(crate) async fn watch(path: &str) -> Result<StoreWatch, StoreError> {
    if !is_path(path) {
        return Err(StoreError::Invalid);
    }
    let (id, request) = with(|client| client.watch(path))?;
    let watch = StoreWatch { id };
    Request { id: request, done: false }.await?;
    Ok(watch)
}

impl Watch for StoreWatch {
    async fn changed(&mut self) {
        poll_fn(|context| with(|client| client.poll_watch(self.id, context.waker()))).await;
    }
}

impl Drop for StoreWatch {
    fn drop(&mut self) {
        with(|client| client.unwatch(self.id));
    }
}

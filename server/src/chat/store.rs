//! The chat's history: an embedded, transactional store in one file, `<data-dir>/chat/history.redb`.
//!
//! One thread writes ([`writer`]) and one reads, so that neither the disk nor a deep page of history keeps a room
//! waiting. [`tables`] says what the file holds.
//!
//! What is simplified: the file never shrinks, though what is removed makes room for what comes; messages are kept
//! as text, uncompressed.

mod error;
mod tables;
mod writer;

#[cfg(test)]
mod tests;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use playground_core::chat::wire::Message;
use playground_core::chat::{Claim, Recovered};
use redb::Database;
use tokio::sync::oneshot;

pub(crate) use error::StoreError;
use tables::Contents;
pub(crate) use tables::Wanted;
pub(crate) use writer::Ticket;
use writer::{Messages, Request, Writer};

const FILE: &str = "history.redb";
/// How much of the file is kept in memory at most, in bytes.
const CACHE_BYTES: usize = 2 << 20;

/// How much is kept of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keep {
    /// The bytes of all messages, about. The largest channel loses its oldest first.
    pub(crate) bytes: u64,
}

/// The file while it is open.
#[derive(Debug)]
struct File {
    path: PathBuf,
    database: Mutex<Option<Arc<Database>>>,
    is_writable: AtomicBool,
}

type Question = Box<dyn FnOnce(&File) + Send>;

/// The store. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    file: Arc<File>,
    writes: Sender<Request>,
    reads: Sender<Question>,
}

impl Store {
    /// Opens the store in this folder, making both if they are not there.
    ///
    /// # Errors
    /// [`StoreError::InUse`] if another process has it open, and any other.
    pub(crate) fn open(folder: &Path, keep: Keep) -> Result<Self, StoreError> {
        fs::create_dir_all(folder)?;
        let file = Arc::new(File {
            path: folder.join(FILE),
            database: Mutex::default(),
            is_writable: AtomicBool::new(false),
        });
        let contents = file.open(true)?;
        let (writes, requests) = channel();
        let writer = Writer::new(file.clone(), requests, keep, contents);
        thread::Builder::new().name("chat-writer".into()).spawn(move || writer.run())?;
        let (reads, questions) = channel::<Question>();
        let read_file = file.clone();
        thread::Builder::new().name("chat-reader".into()).spawn(move || {
            for question in questions {
                question(&read_file);
            }
        })?;
        Ok(Store { file, writes, reads })
    }

    /// Whether it can be written. If not, it may be so again later.
    pub(crate) fn works(&self) -> bool {
        self.file.is_writable()
    }

    /// Makes a message durable, and tells the ticket. A channel that is new has this epoch.
    pub(crate) fn append(&self, message: Arc<Message>, epoch: u64, ticket: &Arc<Ticket>) {
        let (messages, ticket) = (Messages::One(message), ticket.clone());
        self.ask(Request::Append { messages, epoch, ticket });
    }

    /// Makes messages durable, all or none, and tells the ticket. Channels that are new have this epoch.
    pub(crate) fn append_all(&self, messages: Vec<Arc<Message>>, epoch: u64, ticket: &Arc<Ticket>) {
        let (messages, ticket) = (Messages::Several(messages), ticket.clone());
        self.ask(Request::Append { messages, epoch, ticket });
    }

    /// Makes durable who has a name, and tells the ticket. An inbox that is new has this epoch.
    pub(crate) fn claim(&self, claim: &Claim, epoch: u64, ticket: &Arc<Ticket>) {
        let json = serde_json::to_vec(claim).expect("names and numbers are always JSON");
        let (name, ticket) = (claim.name.clone(), ticket.clone());
        self.ask(Request::Claim { name, epoch, json, ticket });
    }

    /// Forgets a person and the inbox, not later than anything that is made durable after this.
    pub(crate) fn forget(&self, name: Arc<str>) {
        self.ask(Request::Forget { name });
    }

    /// Forgets the messages of a channel before a number, some time.
    pub(crate) fn trim(&self, name: Arc<str>, keep_from: u64) {
        self.ask(Request::Trim { name, keep_from });
    }

    fn ask(&self, request: Request) {
        // The writer ends only when the server does.
        let _ = self.writes.send(request);
    }

    /// Finishes what waits, and closes the file.
    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        self.ask(Request::Close { done });
        // An error means that it was closed already.
        let _ = closed.await;
    }

    /// Who has which name.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(crate) async fn claims(&self) -> Result<Vec<Claim>, StoreError> {
        self.reading(|file| file.read(tables::claims)).await
    }

    /// What is stored of a channel, with its last messages; `epoch` is that of one that is not there.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(crate) async fn recover(
        &self,
        name: &Arc<str>,
        epoch: u64,
        recent: usize,
    ) -> Result<Recovered, StoreError> {
        let name = name.clone();
        self.reading(move |file| file.read(|db| tables::recover(db, &name, epoch, recent))).await
    }

    /// Reads messages on the reader's thread, and has `then` take them there.
    pub(crate) fn read(
        &self,
        name: Arc<str>,
        wanted: Wanted,
        then: impl FnOnce(Result<Vec<Arc<Message>>, StoreError>) + Send + 'static,
    ) {
        let question = move |file: &File| {
            then(file.read(|database| tables::messages(database, &name, &wanted)));
        };
        // The reader ends only when the server does.
        let _ = self.reads.send(Box::new(question));
    }

    /// Messages of a channel.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(crate) async fn messages(
        &self,
        name: Arc<str>,
        wanted: Wanted,
    ) -> Result<Vec<Arc<Message>>, StoreError> {
        self.reading(move |file| file.read(|db| tables::messages(db, &name, &wanted))).await
    }

    /// The names of all channels, with the numbers of their first and last messages.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub(crate) async fn channels(&self) -> Result<Vec<(Arc<str>, u64, u64)>, StoreError> {
        self.reading(|file| file.read(tables::bounds)).await
    }

    async fn reading<T: Send + 'static>(
        &self,
        read: impl FnOnce(&File) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        // Whoever asked may have given up.
        let question = move |file: &File| drop(tell.send(read(file)));
        let _ = self.reads.send(Box::new(question));
        told.await.map_err(|_| StoreError::Failed)?
    }
}

impl File {
    fn database(&self) -> Option<Arc<Database>> {
        self.slot().clone()
    }

    fn close(&self) {
        self.set_writable(false);
        // The last reader that is still at it closes it.
        let closed = self.slot().take();
        drop(closed);
    }

    /// Opens the file: what is in it.
    fn open(&self, is_writable: bool) -> Result<Contents, StoreError> {
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let mut builder = Database::builder();
            builder.set_cache_size(CACHE_BYTES);
            let database = match builder.create(&self.path) {
                Err(redb::DatabaseError::DatabaseAlreadyOpen) => {
                    return Err(StoreError::InUse { path: self.path.clone() });
                }
                opened => opened?,
            };
            let found = tables::prepare(&database)?;
            Ok((database, found))
        }));
        let (database, found) = opened.unwrap_or(Err(StoreError::Panicked))?;
        *self.slot() = Some(Arc::new(database));
        self.set_writable(is_writable);
        Ok(found)
    }

    fn is_writable(&self) -> bool {
        self.is_writable.load(Ordering::Acquire)
    }

    fn set_writable(&self, is_writable: bool) {
        self.is_writable.store(is_writable, Ordering::Release);
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&Database) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let database = self.database().ok_or(StoreError::Failed)?;
        let outcome = catch_unwind(AssertUnwindSafe(|| read(&database)));
        outcome.unwrap_or(Err(StoreError::Panicked))
    }

    fn slot(&self) -> MutexGuard<'_, Option<Arc<Database>>> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Group commit: many waiting messages, one transaction, one forced write.
//!
//! A thread of its own writes, since a forced write blocks. It takes everything that waits, writes it in one
//! transaction, and tells each channel's owner through its [`Ticket`] how far it has come. While it forces, the next
//! group gathers.
//!
//! After a failure nothing is certain, not even that the failed transaction is not there. So everybody whose message
//! was in it, or comes behind it, is told, and the file is opened anew: what it then holds is the truth. Reading goes
//! on, if that works; writing is tried again after a pause.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use playground_core::chat::wire::Message;
use redb::{Database, Durability};
use tokio::sync::{Notify, oneshot};

use super::error::StoreError;
use super::tables::{Contents, Writing};
use super::{File, Keep};

/// The most requests of one transaction, so that nobody waits for ever.
const MOST_TOGETHER: usize = 4096;
/// How many messages are removed in one transaction at most: removing should not keep anybody waiting.
const MOST_REMOVED: u64 = 2048;
/// How long nothing is written after a failure: at first, and at most after one failure upon another.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(60);

/// How the owner of a channel learns what is durable. After a failure it never says anything else: a channel that
/// is opened again has another one.
#[derive(Debug, Default)]
pub(crate) struct Ticket {
    durable: AtomicU64,
    failed: AtomicBool,
    news: Notify,
}

impl Ticket {
    /// How many of the owner's records are durable: the first so many.
    pub(crate) fn durable(&self) -> u64 {
        self.durable.load(Ordering::Acquire)
    }

    /// Whether the others never will be.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Waits until something may have changed since this was last waited for.
    pub(crate) async fn changed(&self) {
        self.news.notified().await;
    }

    fn advance(&self, outcome: Result<u64, ()>) {
        match outcome {
            // What comes behind a failure was passed over.
            Ok(_) if self.has_failed() => {}
            Ok(records) => drop(self.durable.fetch_add(records, Ordering::AcqRel)),
            Err(()) => self.failed.store(true, Ordering::Release),
        }
        self.news.notify_one();
    }
}

#[derive(Debug)]
pub(super) enum Request {
    /// All or none; channels that are new have this epoch.
    Append {
        messages: Messages,
        epoch: u64,
        ticket: Arc<Ticket>,
    },
    Trim {
        name: Arc<str>,
        keep_from: u64,
    },
    /// Who has a name; an inbox that is new has this epoch.
    Claim {
        name: Arc<str>,
        epoch: u64,
        json: Vec<u8>,
        ticket: Arc<Ticket>,
    },
    Forget {
        name: Arc<str>,
    },
    /// Finish what waits, and close the file.
    Close {
        done: oneshot::Sender<()>,
    },
}

#[derive(Debug)]
pub(super) enum Messages {
    One(Arc<Message>),
    Several(Vec<Arc<Message>>),
}

impl Messages {
    fn as_slice(&self) -> &[Arc<Message>] {
        match self {
            Messages::One(message) => std::slice::from_ref(message),
            Messages::Several(messages) => messages,
        }
    }
}

pub(super) struct Writer {
    file: Arc<File>,
    requests: Receiver<Request>,
    keep: Keep,
    contents: Contents,
    /// What is to be removed, a little at a time.
    trims: BTreeMap<Arc<str>, u64>,
    /// After a failure: when it is to be tried again.
    broken: Option<Instant>,
    /// How long to wait after the next failure.
    pause: Duration,
}

impl Writer {
    pub(super) fn new(
        file: Arc<File>,
        requests: Receiver<Request>,
        keep: Keep,
        contents: Contents,
    ) -> Self {
        Writer {
            file,
            requests,
            keep,
            contents,
            trims: BTreeMap::new(),
            broken: None,
            pause: FIRST_PAUSE,
        }
    }

    /// Writes until nobody can ask for anything more.
    pub(super) fn run(mut self) {
        while let Some(group) = self.group() {
            let (closing, group): (Vec<_>, Vec<_>) =
                group.into_iter().partition(|it| matches!(it, Request::Close { .. }));
            match self.file.database().filter(|_| self.file.is_writable()) {
                Some(database) => self.write(database, group),
                None => tell(group, Err(())),
            }
            if !closing.is_empty() {
                self.file.close();
                for request in closing {
                    if let Request::Close { done } = request {
                        // Nobody may be waiting.
                        let _ = done.send(());
                    }
                }
                return;
            }
        }
        self.file.close();
    }

    /// What is to be done next: nothing but removing if it is empty; none if nobody is left to ask.
    fn group(&mut self) -> Option<Vec<Request>> {
        let first = loop {
            if let Some(at) = self.broken {
                let left = at.saturating_duration_since(Instant::now());
                match self.requests.recv_timeout(left) {
                    Ok(request) => break Some(request),
                    Err(RecvTimeoutError::Timeout) => self.mend(),
                    Err(RecvTimeoutError::Disconnected) => return None,
                }
            } else if self.trims.is_empty() {
                break Some(self.requests.recv().ok()?);
            } else {
                match self.requests.try_recv() {
                    Ok(request) => break Some(request),
                    Err(TryRecvError::Empty) => break None,
                    Err(TryRecvError::Disconnected) => return None,
                }
            }
        };
        let rest = self.requests.try_iter().take(MOST_TOGETHER);
        Some(first.into_iter().chain(rest).collect())
    }

    fn write(&mut self, database: Arc<Database>, group: Vec<Request>) {
        // The engine says that it may panic on a damaged file; what it leaves behind then is dropped.
        let written = catch_unwind(AssertUnwindSafe(|| self.commit(&database, &group)));
        match written.unwrap_or(Err(StoreError::Panicked)) {
            Ok(()) => {
                self.pause = FIRST_PAUSE;
                tell(group, Ok(()));
            }
            Err(error) => {
                tracing::error!(%error, "the chat's history cannot be written");
                drop(database);
                self.trims.clear();
                self.file.close();
                self.reopen(false);
                self.broken = Some(Instant::now() + self.pause);
                self.pause = (2 * self.pause).min(LAST_PAUSE);
                tell(group, Err(()));
            }
        }
    }

    /// After a pause everything is tried again; should it fail again, the next pause is longer.
    fn mend(&mut self) {
        if self.reopen(true) {
            tracing::info!("the chat's history can perhaps be written again");
            self.broken = None;
        } else {
            self.broken = Some(Instant::now() + self.pause);
            self.pause = (2 * self.pause).min(LAST_PAUSE);
        }
    }

    /// Opens the file, unless it is open; whether that went well.
    fn reopen(&mut self, is_writable: bool) -> bool {
        if self.file.database().is_some() {
            self.file.set_writable(is_writable);
            return true;
        }
        match self.file.open(is_writable) {
            Ok(contents) => {
                self.contents = contents;
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the chat's history cannot be opened again yet");
                false
            }
        }
    }

    fn commit(&mut self, database: &Database, group: &[Request]) -> Result<(), StoreError> {
        let mut write = database.begin_write()?;
        write.set_durability(Durability::Immediate)?;
        let mut writing = Writing::begin(&write, &mut self.contents)?;
        let mut json = Vec::new();
        for request in group {
            match request {
                Request::Append { ticket, .. } | Request::Claim { ticket, .. }
                    if ticket.has_failed() => {}
                Request::Append { messages, epoch, .. } => {
                    for message in messages.as_slice() {
                        json.clear();
                        serde_json::to_writer(&mut json, &**message)?;
                        writing.append(message, *epoch, &json)?;
                    }
                }
                Request::Trim { name, keep_from } => {
                    let trim = self.trims.entry(name.clone()).or_default();
                    *trim = (*keep_from).max(*trim);
                }
                Request::Claim { name, epoch, json, .. } => writing.claim(name, *epoch, json)?,
                Request::Forget { name } => writing.forget(name)?,
                Request::Close { .. } => {}
            }
        }
        remove(&mut writing, &mut self.trims, &self.keep)?;
        writing.finish()?;
        write.commit()?;
        Ok(())
    }
}

/// Removes what may go, up to a bound.
fn remove(
    writing: &mut Writing<'_>,
    trims: &mut BTreeMap<Arc<str>, u64>,
    keep: &Keep,
) -> Result<(), StoreError> {
    let contents = writing.contents();
    if contents.bytes > keep.bytes && trims.is_empty() {
        // The largest loses an eighth: rooms that are quiet keep what they have.
        let largest = contents.channels.iter().max_by_key(|(_, channel)| channel.bytes);
        if let Some((name, channel)) = largest {
            let eighth = (channel.last + 1).saturating_sub(channel.first).div_ceil(8);
            trims.insert(name.clone(), channel.first + eighth);
        }
    }
    let mut left = MOST_REMOVED;
    while left > 0
        && let Some((name, keep_from)) = trims.pop_first()
    {
        let removed = writing.trim(&name, keep_from, left)?;
        if removed == left {
            trims.insert(name, keep_from);
        }
        left -= removed;
    }
    Ok(())
}

/// Tells everybody what became of the group: records of the same owner that follow each other at once.
fn tell(group: Vec<Request>, outcome: Result<(), ()>) {
    let mut run: Option<(Arc<Ticket>, u64)> = None;
    for request in group {
        let (Request::Append { ticket, .. } | Request::Claim { ticket, .. }) = request else {
            continue;
        };
        match &mut run {
            Some((same, records)) if Arc::ptr_eq(same, &ticket) => *records += 1,
            _ => {
                if let Some((before, records)) = run.replace((ticket, 1)) {
                    before.advance(outcome.map(|()| records));
                }
            }
        }
    }
    if let Some((ticket, records)) = run {
        ticket.advance(outcome.map(|()| records));
    }
}

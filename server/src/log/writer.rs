//! Group commit: many waiting records, one forced write.
//!
//! A thread of its own owns the log, since a forced write blocks. It takes everything that waits, appends it,
//! forces once if anything asks for it, and tells how far it has come. While it forces, the next group gathers.
//! What need not be forced goes to the system at once, so that a process that is killed takes nothing along.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use playground_core::sim::{Durability, Log};

use super::Gauge;

/// The most requests that are served together, so that a stream without end is answered now and then.
const MOST_TOGETHER: usize = 4096;

/// How far a log has come. Requests are counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Every request up to this one has been carried out.
    pub appended: u64,
    /// Every record up to this one is durable.
    pub durable: u64,
    /// The size of the log in bytes.
    pub bytes: u64,
    /// How often the disk was asked to make something durable since the log was opened.
    pub forces: u64,
}

enum Request<R> {
    Append(R, Durability),
    Replace(Vec<R>),
}

/// A log on a thread of its own. When it is dropped, what has been asked for is still carried out and made
/// durable, and the log is closed.
#[derive(Debug)]
pub struct Writer<R> {
    /// None only while it is being dropped.
    requests: Option<Sender<Request<R>>>,
    asked: u64,
    thread: Option<JoinHandle<()>>,
}

impl<R: Send + 'static> Writer<R> {
    /// Starts the thread. `told` is called on it after each group, and a last time if the log fails: then
    /// nothing more is written.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start<L>(
        log: L,
        told: impl FnMut(Result<Progress, L::Error>) + Send + 'static,
    ) -> io::Result<Self>
    where
        L: Log<R> + Gauge + Send + 'static,
    {
        let (requests, waiting) = channel();
        let thread =
            thread::Builder::new().name("log".into()).spawn(move || serve(log, waiting, told))?;
        Ok(Writer { requests: Some(requests), asked: 0, thread: Some(thread) })
    }

    /// Appends a record; if it is forced, it is made durable at once. Returns its place in the count of
    /// requests. After a failure of the log nothing happens.
    pub fn append(&mut self, record: R, durability: Durability) -> u64 {
        self.ask(Request::Append(record, durability))
    }

    /// Replaces all records so far by these, durably. Returns the place in the count of requests.
    pub fn replace(&mut self, records: Vec<R>) -> u64 {
        self.ask(Request::Replace(records))
    }

    fn ask(&mut self, request: Request<R>) -> u64 {
        self.asked += 1;
        if let Some(requests) = &self.requests {
            // Fails only after the log has failed, which has been told.
            let _ = requests.send(request);
        }
        self.asked
    }
}

impl<R> Drop for Writer<R> {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            // If it panicked, whoever waits for its progress knows.
            let _ = thread.join();
        }
    }
}

fn serve<R, L: Log<R> + Gauge>(
    mut log: L,
    requests: Receiver<Request<R>>,
    mut told: impl FnMut(Result<Progress, L::Error>),
) {
    let mut progress = Progress::default();
    while let Ok(first) = requests.recv() {
        let group = std::iter::once(first).chain(requests.try_iter()).take(MOST_TOGETHER);
        let outcome = carry_out(&mut log, group, &mut progress).map(|()| progress);
        let has_failed = outcome.is_err();
        told(outcome);
        if has_failed {
            return;
        }
    }
    // Nobody waits any more, but lazy records should not be lost to an orderly end.
    if let Err(error) = log.force() {
        told(Err(error));
    }
}

fn carry_out<R, L: Log<R> + Gauge>(
    log: &mut L,
    group: impl Iterator<Item = Request<R>>,
    progress: &mut Progress,
) -> Result<(), L::Error> {
    let mut must_force = false;
    for request in group {
        progress.appended += 1;
        match request {
            Request::Append(record, durability) => {
                log.append(&record)?;
                must_force |= durability == Durability::Forced;
            }
            Request::Replace(records) => {
                log.replace(&records)?;
                must_force = false;
                progress.durable = progress.appended;
            }
        }
    }
    if must_force {
        log.force()?;
        progress.durable = progress.appended;
    } else {
        log.hand_over()?;
    }
    progress.bytes = log.len_bytes();
    progress.forces = log.forces();
    Ok(())
}

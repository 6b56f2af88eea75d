//! An append-only log: what a node keeps through a crash.

use std::convert::Infallible;

/// An append-only log of records, of which a crash leaves a prefix that holds everything forced.
///
/// The simulator's disk and the server's files both implement it, so that a protocol's promise
/// ("durable before anything that follows it") means the same in both.
pub trait Log<R> {
    /// Why a write failed. A log that has failed once must not be written to again: what is on the
    /// disk is unknown until the node has recovered.
    type Error;

    /// Appends a record behind all others; it is durable only after the next [`force`](Log::force).
    fn append(&mut self, record: &R) -> Result<(), Self::Error>;

    /// Returns once every record appended so far is durable.
    fn force(&mut self) -> Result<(), Self::Error>;

    /// Hands what was appended to whoever outlives this process, if there is anybody: a process that is
    /// killed then loses nothing, a machine that loses power may.
    fn hand_over(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Replaces all records by these, durably and at once: a crash leaves the old or the new.
    fn replace(&mut self, records: &[R]) -> Result<(), Self::Error>;
}

/// A log in memory, as a simulated disk keeps it: a crash leaves exactly what was forced.
///
/// What is simplified: sectors do not tear, and nothing that was not forced ever survives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemoryLog<R> {
    records: Vec<R>,
    durable: usize,
    /// What a crash leaves instead of the durable records above: those from before a replacement
    /// that the disk confirmed without carrying it out.
    overtaken: Option<Vec<R>>,
    /// Whether the disk confirms what a crash will take.
    pub lies: bool,
}

impl<R> Default for MemoryLog<R> {
    /// An empty log on an honest disk.
    fn default() -> Self {
        MemoryLog { records: Vec::new(), durable: 0, overtaken: None, lies: false }
    }
}

impl<R> MemoryLog<R> {
    /// The records written so far, in order.
    pub fn records(&self) -> &[R] {
        &self.records
    }

    /// The records that a crash would leave.
    pub fn durable_records(&self) -> &[R] {
        self.overtaken.as_deref().unwrap_or(&self.records[..self.durable])
    }

    /// Loses what is not durable, and tells how many records that were.
    pub fn crash(&mut self) -> usize {
        let written = self.records.len();
        if let Some(old) = self.overtaken.take() {
            self.durable = old.len();
            self.records = old;
            return written;
        }
        self.records.truncate(self.durable);
        written - self.durable
    }
}

impl<R: Clone> Log<R> for MemoryLog<R> {
    type Error = Infallible;

    fn append(&mut self, record: &R) -> Result<(), Infallible> {
        self.records.push(record.clone());
        Ok(())
    }

    fn force(&mut self) -> Result<(), Infallible> {
        if !self.lies {
            self.durable = self.records.len();
            self.overtaken = None;
        }
        Ok(())
    }

    fn replace(&mut self, records: &[R]) -> Result<(), Infallible> {
        if self.lies && self.overtaken.is_none() {
            self.overtaken = Some(self.records[..self.durable].to_vec());
        }
        self.records = records.to_vec();
        self.durable = 0;
        self.force()
    }
}

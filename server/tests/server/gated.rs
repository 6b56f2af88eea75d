//! A log whose forced writes take until a test lets them through.

use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};

use playground_core::sim::{Log, MemoryLog};
use playground_server::log::{Gauge, LogError};

pub struct Gated<R> {
    log: MemoryLog<R>,
    forces: u64,
    waits: Sender<()>,
    verdict: Receiver<bool>,
}

/// Lets forced writes through. Once it is gone, all pass.
pub struct Gate {
    waits: Receiver<()>,
    verdict: Sender<bool>,
}

impl<R> Gated<R> {
    pub fn new() -> (Self, Gate) {
        let (waits, is_waiting) = channel();
        let (verdict, told) = channel();
        let log = Gated { log: MemoryLog::default(), forces: 0, waits, verdict: told };
        (log, Gate { waits: is_waiting, verdict })
    }
}

impl Gate {
    /// Waits until the next forced write has begun.
    pub fn wait(&self) {
        self.waits.recv().expect("the log is in use");
    }

    /// Lets a forced write succeed.
    pub fn open(&self) {
        self.verdict.send(true).expect("the log is in use");
    }

    /// Has a forced write fail.
    pub fn fail(&self) {
        self.verdict.send(false).expect("the log is in use");
    }
}

impl<R: Clone> Log<R> for Gated<R> {
    type Error = LogError;

    fn append(&mut self, record: &R) -> Result<(), LogError> {
        let Ok(()) = self.log.append(record);
        Ok(())
    }

    fn force(&mut self) -> Result<(), LogError> {
        self.forces += 1;
        // Fails once the gate is gone, as does what follows.
        let _ = self.waits.send(());
        if !self.verdict.recv().unwrap_or(true) {
            return Err(LogError::Io { doing: "force", source: io::Error::other("told to fail") });
        }
        let Ok(()) = self.log.force();
        Ok(())
    }

    fn replace(&mut self, records: &[R]) -> Result<(), LogError> {
        let Ok(()) = self.log.replace(records);
        Ok(())
    }
}

impl<R: Clone> Gauge for Gated<R> {
    fn len_bytes(&self) -> u64 {
        self.log.records().len() as u64
    }

    fn forces(&self) -> u64 {
        self.forces
    }
}

//! A log in a file, which survives `kill -9` and loss of power: what a node of a real cluster keeps.
//!
//! [`FileLog`] implements the core's [`Log`], as the simulator's disk does. `frame.rs` says what the file looks
//! like, [`storage`] what is asked of the disk, and [`writer`] shares one forced write among many records.
//!
//! What is simplified: the whole log is read into memory when it is opened, and one file holds it.

mod error;
mod frame;
pub mod storage;
pub mod writer;

use std::marker::PhantomData;
use std::path::Path;

use playground_core::sim::Log;
use serde::Serialize;
use serde::de::DeserializeOwned;

use error::Doing;
pub use error::LogError;
use storage::{Folder, Storage, StoredFile};

const NAME: &str = "log";
const NEW_NAME: &str = "log.new";
/// Records wait in memory up to this many bytes, unless they are asked for earlier.
const BUFFER_BYTES: usize = 256 << 10;

/// A log in one file of a folder of its own.
///
/// A record that was appended and not forced lives in memory, or with the system: it may be lost, as the trait
/// says. After the first error of the system everything is refused: a second `fsync` may succeed although the
/// first has dropped what it could not write.
#[derive(Debug)]
pub struct FileLog<R, S: Storage = Folder> {
    storage: S,
    file: S::File,
    /// What was appended and not yet written.
    buffer: Vec<u8>,
    /// Where the next byte of the buffer goes: everything before it was written.
    written: u64,
    /// How much of it is durable.
    synced: u64,
    /// The length of the file; from `written` on it is zero.
    length: u64,
    forces: u64,
    failed: bool,
    records: PhantomData<fn(&R)>,
}

/// The figures of a log.
pub trait Gauge {
    /// The size of the log in bytes, with what is not durable yet.
    fn len_bytes(&self) -> u64;

    /// How often the disk was asked to make something durable since the log was opened.
    fn forces(&self) -> u64;
}

/// What was found when a log was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Whether there was no log yet.
    pub created: bool,
    /// The size of the log in bytes.
    pub bytes: u64,
    /// How many bytes at its end were being written when the process died, and have been removed. Nobody was
    /// told that they were durable.
    pub torn_bytes: u64,
}

impl<R: Serialize + DeserializeOwned> FileLog<R> {
    /// Opens the log in this folder, creating both if they are not there: the log, its records, and what was
    /// found. All of it is durable when this returns.
    ///
    /// # Errors
    /// [`LogError::Locked`] if another process has it open; [`LogError::Damaged`], [`LogError::Foreign`],
    /// [`LogError::NotALog`] and [`LogError::Version`] if it cannot be trusted; [`LogError::Io`].
    pub fn open(folder: &Path) -> Result<(Self, Vec<R>, Recovery), LogError> {
        Self::open_on(Folder::open(folder)?)
    }
}

impl<R: Serialize + DeserializeOwned, S: Storage> FileLog<R, S> {
    /// As [`FileLog::open`], on any kind of disk.
    ///
    /// # Errors
    /// As [`FileLog::open`].
    pub fn open_on(storage: S) -> Result<(Self, Vec<R>, Recovery), LogError> {
        let Some(bytes) = storage.read(NAME).doing("read")? else {
            return Self::create_on(storage);
        };
        let contents = frame::read(&bytes)?;
        let mut records = Vec::with_capacity(contents.payloads.len());
        for payload in contents.payloads {
            let offset = payload.start as u64;
            let record = serde_json::from_slice(&bytes[payload]);
            records.push(record.map_err(|source| LogError::Foreign { offset, source })?);
        }
        let mut file = storage.open(NAME).doing("open")?;
        let end = contents.end as u64;
        if contents.torn > 0 {
            file.set_len(end).doing("shorten")?;
        }
        // A process that was killed leaves records with the system that are not durable yet; whoever acts on
        // them must not lose them to a power failure later. The same holds for the file's name.
        file.sync().doing("force")?;
        storage.sync_folder().doing("force the folder of")?;
        let length = if contents.torn > 0 { end } else { bytes.len() as u64 };
        let log = Self::new(storage, file, end, length);
        let recovery = Recovery { created: false, bytes: end, torn_bytes: contents.torn as u64 };
        Ok((log, records, recovery))
    }

    fn create_on(storage: S) -> Result<(Self, Vec<R>, Recovery), LogError> {
        let (file, length) = write_whole(&storage, &frame::FILE_HEAD)?;
        let bytes = frame::FILE_HEAD.len() as u64;
        let log = Self::new(storage, file, bytes, length);
        Ok((log, Vec::new(), Recovery { created: true, bytes, torn_bytes: 0 }))
    }

    fn new(storage: S, file: S::File, end: u64, length: u64) -> Self {
        FileLog {
            storage,
            file,
            buffer: Vec::new(),
            written: end,
            synced: end,
            length,
            forces: 0,
            failed: false,
            records: PhantomData,
        }
    }
}

impl<R, S: Storage> FileLog<R, S> {
    /// Carries something out unless the log has failed, and remembers whether it does.
    fn unless_failed<T>(
        &mut self,
        act: impl FnOnce(&mut Self) -> Result<T, LogError>,
    ) -> Result<T, LogError> {
        if self.failed {
            return Err(LogError::Failed);
        }
        let outcome = act(self);
        self.failed = matches!(outcome, Err(LogError::Io { .. }));
        outcome
    }

    /// Hands the buffer to the system.
    fn write(&mut self) -> Result<(), LogError> {
        let end = self.len_bytes();
        if end > self.length {
            self.length = end + self.storage.growth() as u64;
            self.buffer.resize((self.length - self.written) as usize, 0);
        }
        self.file.write_at(self.written, &self.buffer).doing("write to")?;
        self.buffer.clear();
        self.written = end;
        Ok(())
    }
}

impl<R, S: Storage> Gauge for FileLog<R, S> {
    fn len_bytes(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    fn forces(&self) -> u64 {
        self.forces
    }
}

impl<R: Serialize, S: Storage> Log<R> for FileLog<R, S> {
    type Error = LogError;

    fn append(&mut self, record: &R) -> Result<(), LogError> {
        self.unless_failed(|log| {
            frame::push(&mut log.buffer, log.synced, record)?;
            if log.buffer.len() >= BUFFER_BYTES { log.write() } else { Ok(()) }
        })
    }

    fn hand_over(&mut self) -> Result<(), LogError> {
        self.unless_failed(|log| if log.buffer.is_empty() { Ok(()) } else { log.write() })
    }

    fn force(&mut self) -> Result<(), LogError> {
        self.unless_failed(|log| {
            if !log.buffer.is_empty() {
                log.write()?;
            }
            if log.synced < log.written {
                log.forces += 1;
                log.file.sync().doing("force")?;
                log.synced = log.written;
            }
            Ok(())
        })
    }

    fn replace(&mut self, records: &[R]) -> Result<(), LogError> {
        self.unless_failed(|log| {
            let mut bytes = frame::FILE_HEAD.to_vec();
            for record in records {
                // The file gets its name only once all of it is durable: a hole in it is damage.
                let synced = bytes.len() as u64;
                frame::push(&mut bytes, synced, record)?;
            }
            log.forces += 1;
            (log.file, log.length) = write_whole(&log.storage, &bytes)?;
            log.buffer.clear();
            log.written = bytes.len() as u64;
            log.synced = log.written;
            Ok(())
        })
    }
}

/// Writes a log's file anew, so that a crash leaves the old one or this one; its handle and its length.
fn write_whole<S: Storage>(storage: &S, bytes: &[u8]) -> Result<(S::File, u64), LogError> {
    let mut file = storage.create(NEW_NAME).doing("create")?;
    let mut padded = bytes.to_vec();
    padded.resize(bytes.len() + storage.growth(), 0);
    file.write_at(0, &padded).doing("write to")?;
    file.sync().doing("force")?;
    storage.rename(NEW_NAME, NAME).doing("replace")?;
    storage.sync_folder().doing("force the folder of")?;
    Ok((file, padded.len() as u64))
}

//! Why a log cannot be opened or written to.

use std::io;
use std::path::PathBuf;

/// Why a log cannot be opened or written to.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another process has the log open.
    #[error("another process has the log in {} open", .0.display())]
    Locked(PathBuf),
    /// The file is something else.
    #[error("the file does not begin like a log")]
    NotALog,
    /// The file was written by another version of the playground.
    #[error("the log has format version {0}, but only version {known} can be read", known = super::frame::VERSION)]
    Version(u32),
    /// A record in the middle is damaged, although it had been made durable: the disk has broken its promise,
    /// and what follows must not be trusted without a person looking at it.
    #[error("the log is damaged at byte {offset}, but goes on at byte {next}")]
    Damaged {
        /// Where the damaged record begins, in bytes from the start of the file.
        offset: u64,
        /// Where a whole record follows that was written later.
        next: u64,
    },
    /// A record is whole, but not one of this log's records.
    #[error("the record at byte {offset} is of another kind")]
    Foreign {
        /// Where it begins, in bytes from the start of the file.
        offset: u64,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A record cannot be written down. Nothing was written.
    #[error("a record cannot be written as JSON")]
    Encoding(#[source] serde_json::Error),
    /// A record has this many bytes, which is too many. Nothing was written.
    #[error("a record of {0} bytes is too large")]
    TooLarge(usize),
    /// The system failed to do something.
    #[error("cannot {doing} the log")]
    Io {
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The log failed before, so that what is on the disk is unknown until it is opened anew.
    #[error("the log has failed before")]
    Failed,
}

/// Says what was tried when something fails.
pub(super) trait Doing<T> {
    fn doing(self, doing: &'static str) -> Result<T, LogError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &'static str) -> Result<T, LogError> {
        self.map_err(|source| LogError::Io { doing, source })
    }
}

//! Why an item could not be put or taken. An item that is refused comes back in the error.

use thiserror::Error;

/// The queue is closed, and takes no more items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the queue is closed")]
pub struct PutError<T>(
    /// The item that was refused.
    pub T,
);

/// Why an item was not put at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TryPutError<T> {
    /// There is no room for it now.
    #[error("the queue is full")]
    Full(
        /// The item that was refused.
        T,
    ),
    /// The queue is closed, and takes no more items.
    #[error("the queue is closed")]
    Closed(
        /// The item that was refused.
        T,
    ),
}

/// Why an item was not put in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PutTimeoutError<T> {
    /// There was no room for it all the time.
    #[error("the queue was full for too long")]
    TimedOut(
        /// The item that was refused.
        T,
    ),
    /// The queue is closed, and takes no more items.
    #[error("the queue is closed")]
    Closed(
        /// The item that was refused.
        T,
    ),
}

/// The queue is closed and empty, so nothing will ever come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the queue is closed and empty")]
pub struct TakeError;

/// Why no item was taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TryTakeError {
    /// There is none now.
    #[error("the queue is empty")]
    Empty,
    /// The queue is closed and empty, so nothing will ever come.
    #[error("the queue is closed and empty")]
    Closed,
}

/// Why no item was taken in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TakeTimeoutError {
    /// None has come.
    #[error("the queue was empty for too long")]
    TimedOut,
    /// The queue is closed and empty, so nothing will ever come.
    #[error("the queue is closed and empty")]
    Closed,
}

impl<T> PutError<T> {
    /// The item that was refused.
    pub fn into_item(self) -> T {
        self.0
    }
}

impl<T> TryPutError<T> {
    /// The item that was refused.
    pub fn into_item(self) -> T {
        match self {
            TryPutError::Full(item) | TryPutError::Closed(item) => item,
        }
    }
}

impl<T> PutTimeoutError<T> {
    /// The item that was refused.
    pub fn into_item(self) -> T {
        match self {
            PutTimeoutError::TimedOut(item) | PutTimeoutError::Closed(item) => item,
        }
    }
}

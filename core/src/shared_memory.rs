//! Words that several threads share, with the operations of ECMAScript's `Atomics`, and what threads build on them.
//!
//! In the browser the words are a `SharedArrayBuffer` and the threads are web workers; natively they are
//! [`NativeMemory`] and threads of the operating system. What is written against [`SharedMemory`] runs on both:
//!
//! - [`Lock`]: one thread at a time, in one word
//! - [`EventCount`]: to wait until something has changed, at the cost of one load for those who change it
//! - [`Barrier`]: to wait until everybody is here
//! - [`Journal`]: to tell somebody who looks on, without waiting for them
//! - [`Teamwork`]: what several threads do together, from its first word to its last
//! - the queue of the lab [`blocking_queue`](crate::blocking_queue), whose workers really wait

mod barrier;
mod event_count;
mod journal;
mod lock;
mod native;
mod teamwork;

pub use barrier::Barrier;
pub use event_count::{EventCount, Key};
pub use journal::Journal;
pub use lock::{Guard, Lock};
pub use native::NativeMemory;
pub use teamwork::{MOST_WORKERS, Teamwork};

/// 32-bit words that several threads share.
///
/// All operations but the plain ones are atomic and sequentially consistent, as those of ECMAScript's
/// [`Atomics`](https://tc39.es/ecma262/#sec-atomics-object) are: there is one order of all of them that every
/// thread sees.
///
/// # Panics
/// All methods may panic, or throw in the browser, if `at` is not less than [`words`](SharedMemory::words).
pub trait SharedMemory {
    /// How many words there are.
    fn words(&self) -> usize;

    /// What a word holds.
    fn load(&self, at: usize) -> u32;

    /// Puts a value into a word.
    fn store(&self, at: usize, value: u32);

    /// Adds to a word, wrapping around; what it held before.
    fn add(&self, at: usize, delta: u32) -> u32;

    /// Sets bits of a word; what it held before.
    fn or(&self, at: usize, bits: u32) -> u32;

    /// Puts a value into a word; what it held before.
    fn exchange(&self, at: usize, value: u32) -> u32;

    /// Puts `replacement` into a word if it holds `expected`; what it held before, `expected` if it was replaced.
    fn compare_exchange(&self, at: usize, expected: u32, replacement: u32) -> u32;

    /// Parks the thread until somebody [notifies](SharedMemory::notify) this word, if it holds `expected`; for ever,
    /// or for `at_most_ms` milliseconds. That the word is looked at and that the thread counts as parked is one
    /// indivisible step.
    fn wait(&self, at: usize, expected: u32, at_most_ms: Option<f64>) -> Waited;

    /// Wakes those who wait for this word, the longest waiting first, at most so many; how many it was.
    fn notify(&self, at: usize, at_most: u32) -> u32;

    /// What a word holds, without any promise about when others see what, as an element of a typed array is read.
    fn plain_load(&self, at: usize) -> u32;

    /// Puts a value into a word, without any promise about when others see it.
    fn plain_store(&self, at: usize, value: u32);
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    /// Somebody has notified.
    Woken,
    /// The word did not hold what was expected, so there was nothing to wait for.
    NotEqual,
    /// The time was over.
    TimedOut,
}

/// How many words share a cache line with each other: 64 bytes. What different threads write often is kept so far
/// apart, or every write of one would take the line from the other.
pub const LINE: usize = 16;

impl<M: SharedMemory + ?Sized> SharedMemory for &M {
    fn words(&self) -> usize {
        (**self).words()
    }

    fn load(&self, at: usize) -> u32 {
        (**self).load(at)
    }

    fn store(&self, at: usize, value: u32) {
        (**self).store(at, value);
    }

    fn add(&self, at: usize, delta: u32) -> u32 {
        (**self).add(at, delta)
    }

    fn or(&self, at: usize, bits: u32) -> u32 {
        (**self).or(at, bits)
    }

    fn exchange(&self, at: usize, value: u32) -> u32 {
        (**self).exchange(at, value)
    }

    fn compare_exchange(&self, at: usize, expected: u32, replacement: u32) -> u32 {
        (**self).compare_exchange(at, expected, replacement)
    }

    fn wait(&self, at: usize, expected: u32, at_most_ms: Option<f64>) -> Waited {
        (**self).wait(at, expected, at_most_ms)
    }

    fn notify(&self, at: usize, at_most: u32) -> u32 {
        (**self).notify(at, at_most)
    }

    fn plain_load(&self, at: usize) -> u32 {
        (**self).plain_load(at)
    }

    fn plain_store(&self, at: usize, value: u32) {
        (**self).plain_store(at, value);
    }
}

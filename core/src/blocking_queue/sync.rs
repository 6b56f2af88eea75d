//! What the native queues are built from, in one place: the tests put loom's parts in place of this file and compile
//! the same queues once more, to run them in every order that the memory model allows.

pub(super) use std::hint::spin_loop;
pub(super) use std::sync::atomic::{AtomicU64, Ordering};
pub(super) use std::sync::{Condvar, Mutex, MutexGuard};
pub(super) use std::thread::yield_now; // tidy: allow it lets the thread run that is waited for

use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// How long a thread stays off at first before it looks again, in hints to the processor that it is spinning: about as
/// long as others need for tens of items. Whoever comes back for each single one meets the other side at the same slot,
/// item for item, and then most of the time goes into moving that slot between the processors.
pub(super) const MIN_SPINS: u32 = 32;
/// How long it stays off at most.
pub(super) const MAX_SPINS: u32 = 128;
/// How often it spins or lets others run before it parks.
pub(super) const ROUNDS: u32 = 16;
/// How often a thread lets others run before it waits on a condition variable of the textbook's queue.
pub(super) const YIELDS: u32 = 8;

/// Until when a thread waits. A thread that really waits does so by the clock of the machine.
#[derive(Debug)]
pub(super) struct Deadline(Option<Instant>);

impl Deadline {
    pub(super) fn never() -> Self {
        Deadline(None)
    }

    /// A time-out beyond what the clock can show is none.
    pub(super) fn after(timeout: Duration) -> Self {
        Deadline(now().checked_add(timeout))
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_some_and(|deadline| now() >= deadline)
    }

    /// Waits until it is notified, until the deadline, or for no reason. Whether the deadline has come.
    pub(super) fn wait<'a, T>(
        &self,
        waiters: &Condvar,
        guard: MutexGuard<'a, T>,
    ) -> (MutexGuard<'a, T>, bool) {
        match self.0 {
            None => (waiters.wait(guard).unwrap_or_else(PoisonError::into_inner), false),
            Some(deadline) => {
                let left = deadline.saturating_duration_since(now());
                let waited = waiters.wait_timeout(guard, left);
                let (guard, result) = waited.unwrap_or_else(PoisonError::into_inner);
                (guard, result.timed_out())
            }
        }
    }
}

#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now() // tidy: allow it is no part of a model's state
}

/// A cell whose content is reached by a pointer, as in loom, which sees who does so at the same time as who.
#[derive(Debug)]
pub(super) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub(super) fn new(content: T) -> Self {
        UnsafeCell(std::cell::UnsafeCell::new(content))
    }

    #[inline(always)]
    pub(super) fn with<R>(&self, read: impl FnOnce(*const T) -> R) -> R {
        read(self.0.get())
    }

    #[inline(always)]
    pub(super) fn with_mut<R>(&self, write: impl FnOnce(*mut T) -> R) -> R {
        write(self.0.get())
    }
}

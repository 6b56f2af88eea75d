//! loom's parts in place of those of `core/src/blocking_queue/sync.rs`.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::LockResult;
use std::time::Duration;

pub(super) use loom::cell::UnsafeCell;
pub(super) use loom::sync::atomic::{AtomicU64, Ordering};

// Whatever can be seen while a thread is patient can be seen without it, too: it parks at once.
pub(super) const MIN_SPINS: u32 = 1;
pub(super) const MAX_SPINS: u32 = 1;
pub(super) const ROUNDS: u32 = 0;
pub(super) const YIELDS: u32 = 0;

/// How often threads may wait for another one in a run before its other continuations are left out. Two that wait could
/// else take turns for ever and never let the third go on: an order that no scheduler has.
const PATIENCE: u32 = 8;

thread_local! {
    // loom runs all threads of a run on one.
    static PAUSES: Cell<u32> = const { Cell::new(0) };
}

/// To be called when a run begins.
pub(super) fn begin() {
    PAUSES.set(0);
}

pub(super) fn yield_now() {
    PAUSES.set(PAUSES.get() + 1);
    if PAUSES.get() > PATIENCE {
        loom::skip_branch();
    }
    loom::thread::yield_now();
}

pub(super) fn spin_loop() {
    yield_now();
}

/// A mutex whose guard knows it, for [`Deadline::wait`].
pub(super) struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(super) fn new(content: T) -> Self {
        Mutex(loom::sync::Mutex::new(content))
    }

    pub(super) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        Ok(self.guard())
    }

    fn guard(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, guard: self.0.lock().unwrap() }
    }
}

pub(super) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    guard: loom::sync::MutexGuard<'a, T>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

pub(super) struct Condvar(loom::sync::Condvar);

impl Condvar {
    pub(super) fn new() -> Self {
        Condvar(loom::sync::Condvar::new())
    }

    pub(super) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(super) fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// Time is whatever happens meanwhile: a deadline comes at any moment, or never. loom's own waiting never ends early.
pub(super) enum Deadline {
    Never,
    Sometime,
}

impl Deadline {
    pub(super) fn never() -> Self {
        Deadline::Never
    }

    pub(super) fn after(_timeout: Duration) -> Self {
        Deadline::Sometime
    }

    pub(super) fn is_over(&self) -> bool {
        false
    }

    pub(super) fn wait<'a, T>(
        &self,
        waiters: &Condvar,
        guard: MutexGuard<'a, T>,
    ) -> (MutexGuard<'a, T>, bool) {
        let MutexGuard { mutex, guard } = guard;
        match self {
            Deadline::Never => {
                let guard = waiters.0.wait(guard).unwrap();
                (MutexGuard { mutex, guard }, false)
            }
            Deadline::Sometime => {
                drop(guard);
                yield_now();
                (mutex.guard(), true)
            }
        }
    }
}

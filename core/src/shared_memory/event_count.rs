//! Waiting for a condition that others bring about without a lock.
//!
//! Who waits says so *before* looking at the condition for the last time; who has changed something looks *afterwards*
//! whether anybody waits. As all operations have one order, one of the two sees the other (Dekker's argument), and no
//! wake-up is lost. As long as nobody waits, a change costs one load more.
//!
//! Eventcounts are Reed and Kanodia's (1979); that the count is a futex is Dmitry Vyukov's idea.

use super::{SharedMemory, Waited};

/// How many wait, or are about to.
const WAITING: usize = 0;
/// 1 while somebody is being woken who has not looked at the condition yet. Further changes need wake nobody else
/// meanwhile: whoever has been served passes the word on.
const WAKING: usize = 1;
/// Another number after every wake-up: what threads are parked at.
const EPOCH: usize = 2;

/// A place to wait in, in three words of a shared memory.
///
/// ```text
/// to wait                                   to change
/// loop {                                    change();
///     if condition() { break }              events.notify();
///     let key = events.prepare();
///     if condition() { events.cancel(key); break }
///     events.wait(key, None);
/// }
/// if it still holds { events.notify() }
/// ```
///
/// The last line matters: a wake-up reaches one thread only, and while it is on its way others are not sent. So whoever
/// leaves has to notify once more if there is something left for another one.
#[derive(Debug)]
pub struct EventCount<'m, M> {
    memory: &'m M,
    base: usize,
}

/// What was to be seen when a thread prepared to wait.
#[derive(Debug)]
#[must_use = "who has prepared waits or cancels"]
pub struct Key(u32);

impl<'m, M: SharedMemory> EventCount<'m, M> {
    /// How many words it takes.
    pub const WORDS: usize = 3;

    /// The place in the words from `base`, which are 0 at first.
    pub fn new(memory: &'m M, base: usize) -> Self {
        EventCount { memory, base }
    }

    /// How many wait, or are about to.
    pub fn waiting(&self) -> u32 {
        self.memory.load(self.base + WAITING)
    }

    /// Says that this thread is going to wait. It has to look at the condition after this, and to wait or to cancel.
    pub fn prepare(&self) -> Key {
        self.memory.add(self.base + WAITING, 1);
        let key = Key(self.memory.load(self.base + EPOCH));
        // A wake-up from before may still be on its way; this thread will not hear of it, so it must not hold back the
        // next one. What it announces is seen by the look at the condition that follows.
        self.memory.store(self.base + WAKING, 0);
        key
    }

    /// There is nothing to wait for any more.
    pub fn cancel(&self, key: Key) {
        let Key(_) = key;
        self.leave();
    }

    /// Parks the thread, unless somebody was woken since it prepared; for ever, or for `at_most_ms` milliseconds.
    /// Whatever ends it, the condition has to be looked at again.
    pub fn wait(&self, key: Key, at_most_ms: Option<f64>) -> Waited {
        let waited = self.memory.wait(self.base + EPOCH, key.0, at_most_ms);
        self.leave();
        waited
    }

    /// Wakes one thread, if any waits and none is being woken already.
    pub fn notify(&self) {
        if self.waiting() != 0 && self.memory.compare_exchange(self.base + WAKING, 0, 1) == 0 {
            self.memory.add(self.base + EPOCH, 1);
            self.memory.notify(self.base + EPOCH, 1);
        }
    }

    /// Wakes all of them: for what concerns everybody, and when a thread that was being woken is known to be dead.
    pub fn notify_all(&self) {
        self.memory.add(self.base + EPOCH, 1);
        self.memory.store(self.base + WAKING, 0);
        self.memory.notify(self.base + EPOCH, u32::MAX);
    }

    fn leave(&self) {
        self.memory.store(self.base + WAKING, 0);
        self.memory.add(self.base + WAITING, u32::MAX);
    }
}

//! Shared words natively: atomics of the standard library, and for each word a line of those who wait for it.

use super::{SharedMemory, Waited};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Lots to park in. Threads that wait for different words of one lot only share its mutex.
const LOTS: usize = 16;

/// Words that the threads of this process share.
///
/// A wait is what ECMAScript's [waiter list](https://tc39.es/ecma262/#sec-waiterlist-records) makes of it: the word
/// is compared inside the critical section that a notification has to pass, too, so none comes between.
#[derive(Debug)]
pub struct NativeMemory {
    words: Box<[AtomicU32]>,
    lots: [Mutex<Lot>; LOTS],
}

/// Those who wait, the longest waiting first.
type Lot = VecDeque<Arc<Waiter>>;

#[derive(Debug)]
struct Waiter {
    at: usize,
    /// Changed inside the lot's critical section only.
    is_woken: AtomicBool,
    woken: Condvar,
}

impl NativeMemory {
    /// So many words, all 0.
    pub fn new(words: usize) -> Self {
        NativeMemory {
            words: (0..words).map(|_| AtomicU32::new(0)).collect(),
            lots: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// How many threads are parked at a word.
    pub fn parked(&self, at: usize) -> usize {
        self.lot(at).iter().filter(|waiter| waiter.at == at).count()
    }

    fn lot(&self, at: usize) -> MutexGuard<'_, Lot> {
        // Nothing in the critical sections leaves a lot half changed.
        self.lots[at % LOTS].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SharedMemory for NativeMemory {
    fn words(&self) -> usize {
        self.words.len()
    }

    fn load(&self, at: usize) -> u32 {
        self.words[at].load(Ordering::SeqCst)
    }

    fn store(&self, at: usize, value: u32) {
        self.words[at].store(value, Ordering::SeqCst);
    }

    fn add(&self, at: usize, delta: u32) -> u32 {
        self.words[at].fetch_add(delta, Ordering::SeqCst)
    }

    fn or(&self, at: usize, bits: u32) -> u32 {
        self.words[at].fetch_or(bits, Ordering::SeqCst)
    }

    fn exchange(&self, at: usize, value: u32) -> u32 {
        self.words[at].swap(value, Ordering::SeqCst)
    }

    fn compare_exchange(&self, at: usize, expected: u32, replacement: u32) -> u32 {
        let (success, failure) = (Ordering::SeqCst, Ordering::SeqCst);
        match self.words[at].compare_exchange(expected, replacement, success, failure) {
            Ok(old) | Err(old) => old,
        }
    }

    fn wait(&self, at: usize, expected: u32, at_most_ms: Option<f64>) -> Waited {
        let mut lot = self.lot(at);
        if self.load(at) != expected {
            return Waited::NotEqual;
        }
        let is_woken = AtomicBool::new(false);
        let waiter = Arc::new(Waiter { at, is_woken, woken: Condvar::new() });
        lot.push_back(waiter.clone());
        let is_parked = |_: &mut Lot| !waiter.is_woken.load(Ordering::Relaxed);
        let mut lot = match at_most_ms.and_then(duration) {
            Some(limit) => {
                let waited = waiter.woken.wait_timeout_while(lot, limit, is_parked);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => {
                let waited = waiter.woken.wait_while(lot, is_parked);
                waited.unwrap_or_else(PoisonError::into_inner)
            }
        };
        if waiter.is_woken.load(Ordering::Relaxed) {
            return Waited::Woken;
        }
        lot.retain(|other| !Arc::ptr_eq(other, &waiter));
        Waited::TimedOut
    }

    fn notify(&self, at: usize, at_most: u32) -> u32 {
        let mut woken = 0;
        self.lot(at).retain(|waiter| {
            if waiter.at != at || woken == at_most {
                return true;
            }
            woken += 1;
            waiter.is_woken.store(true, Ordering::Relaxed);
            waiter.woken.notify_one();
            false
        });
        woken
    }

    fn plain_load(&self, at: usize) -> u32 {
        self.words[at].load(Ordering::Relaxed)
    }

    fn plain_store(&self, at: usize, value: u32) {
        self.words[at].store(value, Ordering::Relaxed);
    }
}

/// As a length of time; none if it never ends. What is below zero, or no number, is no time at all.
fn duration(ms: f64) -> Option<Duration> {
    if ms > 0.0 { Duration::try_from_secs_f64(ms / 1_000.0).ok() } else { Some(Duration::ZERO) }
}

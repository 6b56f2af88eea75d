//! Why the fast queue announces parked threads in the word that the other side swaps: a flag of its own needs a fence
//! in every call, and without one a wake-up gets lost on hardware that keeps stores back. Caught by loom.

use loom::sync::atomic::{AtomicU64, Ordering, fence};
use loom::sync::{Condvar, Mutex};
use loom::thread;
// Not loom's, which is at a loss when it is dropped by a panic.
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Announced {
    /// By a bit in the word that is swapped, as in `ring.rs`.
    InTheWord,
    /// By a flag beside it.
    Beside,
    /// By a flag beside it, with a fence on either side.
    BesideWithFences,
}

const PARKED: u64 = 1 << 62;

/// How many items there are, and the consumer that may be parked.
struct Line {
    items: AtomicU64,
    flag: AtomicU64,
    is_woken: Mutex<bool>,
    woken: Condvar,
}

impl Line {
    /// Whether there is nothing, and whoever brings something knows that this thread parks.
    fn announce(&self, how: Announced) -> bool {
        if how == Announced::InTheWord {
            let swap = self.items.compare_exchange(0, PARKED, Ordering::AcqRel, Ordering::Relaxed);
            return swap.is_ok();
        }
        self.flag.store(1, Ordering::Release);
        if how == Announced::BesideWithFences {
            fence(Ordering::SeqCst);
        }
        self.items.load(Ordering::Acquire) == 0
    }

    /// Whether a thread is parked.
    fn bring(&self, how: Announced) -> bool {
        let before = self.items.fetch_add(1, Ordering::AcqRel);
        if how == Announced::InTheWord {
            return before & PARKED != 0;
        }
        if how == Announced::BesideWithFences {
            fence(Ordering::SeqCst);
        }
        self.flag.load(Ordering::Acquire) == 1
    }
}

fn run(how: Announced) {
    loom::model(move || {
        let line = Arc::new(Line {
            items: AtomicU64::new(0),
            flag: AtomicU64::new(0),
            is_woken: Mutex::new(false),
            woken: Condvar::new(),
        });
        let consumer = thread::spawn({
            let line = Arc::clone(&line);
            move || {
                let mut is_woken = line.is_woken.lock().unwrap();
                if line.announce(how) {
                    while !*is_woken {
                        is_woken = line.woken.wait(is_woken).unwrap();
                    }
                }
            }
        });
        if line.bring(how) {
            *line.is_woken.lock().unwrap() = true;
            line.woken.notify_one();
        }
        consumer.join().unwrap();
    });
}

#[test]
fn a_bit_in_the_word_needs_no_fence() {
    run(Announced::InTheWord);
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_flag_beside_it_loses_a_wake_up() {
    run(Announced::Beside);
}

#[test]
fn a_flag_beside_it_needs_two_fences() {
    run(Announced::BesideWithFences);
}

//! The lock, the eventcount and the queue on words in every order of their threads, by loom.
//!
//! That nobody sleeps for ever is checked everywhere: if all threads that are left wait, loom calls it a deadlock.
//! loom knows sequential consistency only of read-modify-writes, which see what was written last; so the atomic loads
//! and stores are such here. The plain ones are relaxed: what they carry has to be published by others.

use loom::sync::atomic::{AtomicU32, Ordering};
use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;
use playground_core::blocking_queue::shared::{Forever, PutError, SharedQueue, TakeError};
use playground_core::shared_memory::{Barrier, EventCount, Lock, SharedMemory, Waited};
use std::collections::VecDeque;

struct LoomMemory {
    words: Vec<AtomicU32>,
    lot: Mutex<VecDeque<Arc<Waiter>>>,
}

struct Waiter {
    at: usize,
    is_woken: std::sync::atomic::AtomicBool,
    woken: Condvar,
}

impl LoomMemory {
    fn new(words: usize) -> Arc<Self> {
        let words = (0..words).map(|_| AtomicU32::new(0)).collect();
        Arc::new(LoomMemory { words, lot: Mutex::new(VecDeque::new()) })
    }
}

impl SharedMemory for LoomMemory {
    fn words(&self) -> usize {
        self.words.len()
    }

    fn load(&self, at: usize) -> u32 {
        self.words[at].fetch_or(0, Ordering::SeqCst)
    }

    fn store(&self, at: usize, value: u32) {
        self.words[at].swap(value, Ordering::SeqCst);
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

    /// Nobody has a time limit here.
    fn wait(&self, at: usize, expected: u32, _at_most_ms: Option<f64>) -> Waited {
        let mut lot = self.lot.lock().unwrap();
        if self.load(at) != expected {
            return Waited::NotEqual;
        }
        let is_woken = false.into();
        let waiter = Arc::new(Waiter { at, is_woken, woken: Condvar::new() });
        lot.push_back(waiter.clone());
        while !waiter.is_woken.load(std::sync::atomic::Ordering::SeqCst) {
            lot = waiter.woken.wait(lot).unwrap();
        }
        Waited::Woken
    }

    fn notify(&self, at: usize, at_most: u32) -> u32 {
        let mut woken = 0;
        self.lot.lock().unwrap().retain(|waiter| {
            if waiter.at != at || woken == at_most {
                return true;
            }
            woken += 1;
            waiter.is_woken.store(true, std::sync::atomic::Ordering::SeqCst);
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

/// Every order with up to so many forced switches between threads; whoever waits or ends switches freely. Most mistakes
/// need no more than two (Musuvathi and Qadeer, 2007), and all orders would be too many.
fn in_every_order(forced_switches: usize, run: impl Fn() + Sync + Send + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(forced_switches);
    builder.check(run);
}

/// Does the same on another thread.
fn beside<T: 'static>(
    memory: &Arc<LoomMemory>,
    work: impl FnOnce(&LoomMemory) -> T + 'static,
) -> thread::JoinHandle<T> {
    let memory = memory.clone();
    thread::spawn(move || work(&memory))
}

type Queue<'m> = SharedQueue<'m, LoomMemory, 1>;

fn a_queue(capacity: u32) -> Arc<LoomMemory> {
    let memory = LoomMemory::new(Queue::words(capacity));
    Queue::create(&*memory, 0, capacity);
    memory
}

fn put(memory: &LoomMemory, number: u32) -> Result<(), PutError> {
    Queue::attach(memory, 0).put([number], &mut Forever)
}

fn take(memory: &LoomMemory) -> Result<u32, TakeError> {
    Queue::attach(memory, 0).take(&mut Forever).map(|[number]| number)
}

#[test]
fn one_at_a_time_has_the_lock_and_sees_what_others_have_done() {
    in_every_order(3, || {
        let memory = LoomMemory::new(2);
        let count = |memory: &LoomMemory| {
            let _held = Lock::new(memory, 0).lock();
            memory.plain_store(1, memory.plain_load(1) + 1);
        };
        let others = [beside(&memory, count), beside(&memory, count)];
        count(&memory);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!((memory.load(0), memory.load(1)), (0, 3));
    });
}

#[test]
fn everybody_passes_a_barrier_together() {
    in_every_order(3, || {
        const COUNT: usize = Barrier::<LoomMemory>::WORDS;
        let memory = LoomMemory::new(COUNT + 1);
        let pass = |memory: &LoomMemory| {
            memory.add(COUNT, 1);
            let is_last = Barrier::new(memory, 0, 2).wait();
            assert_eq!(memory.load(COUNT), 2);
            is_last
        };
        let other = beside(&memory, pass);
        assert!(pass(&memory) ^ other.join().unwrap(), "one of them was the last");
    });
}

#[test]
fn two_changes_reach_two_who_wait_for_them() {
    in_every_order(3, || {
        const TOKENS: usize = EventCount::<LoomMemory>::WORDS;
        let memory = LoomMemory::new(TOKENS + 1);
        let wait = |memory: &LoomMemory| {
            let events = EventCount::new(memory, 0);
            let take = || {
                let tokens = memory.load(TOKENS);
                tokens > 0 && memory.compare_exchange(TOKENS, tokens, tokens - 1) == tokens
            };
            while !take() {
                let key = events.prepare();
                if take() {
                    events.cancel(key);
                    break;
                }
                events.wait(key, None);
            }
            if memory.load(TOKENS) > 0 {
                events.notify();
            }
        };
        let others = [beside(&memory, wait), beside(&memory, wait)];
        for _ in 0..2 {
            memory.add(TOKENS, 1);
            EventCount::new(&*memory, 0).notify();
        }
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(memory.load(TOKENS), 0);
    });
}

#[test]
fn an_item_comes_whole_whoever_is_first() {
    in_every_order(4, || {
        let memory = a_queue(1);
        let taker = beside(&memory, take);
        put(&memory, 7).unwrap();
        assert_eq!(taker.join().unwrap(), Ok(7));
    });
}

#[test]
fn who_waits_for_room_gets_it() {
    in_every_order(3, || {
        let memory = a_queue(1);
        let putter = beside(&memory, |memory| [put(memory, 1), put(memory, 2)]);
        assert_eq!((take(&memory), take(&memory)), (Ok(1), Ok(2)));
        assert_eq!(putter.join().unwrap(), [Ok(()), Ok(())]);
    });
}

#[test]
fn two_items_reach_two_who_wait_for_them() {
    in_every_order(3, || {
        let memory = a_queue(2);
        let takers = [beside(&memory, take), beside(&memory, take)];
        put(&memory, 1).unwrap();
        put(&memory, 2).unwrap();
        let taken = takers.map(|taker| taker.join().unwrap().unwrap());
        assert!(taken == [1, 2] || taken == [2, 1], "{taken:?}");
    });
}

/// Two producers fill two slots in any order: who is told of the second one may find that the first is still empty.
#[test]
fn two_who_put_reach_one_who_takes_twice() {
    in_every_order(3, || {
        let memory = a_queue(2);
        let putters =
            [beside(&memory, |memory| put(memory, 1)), beside(&memory, |memory| put(memory, 2))];
        let taken = [take(&memory).unwrap(), take(&memory).unwrap()];
        assert!(taken == [1, 2] || taken == [2, 1], "{taken:?}");
        putters.into_iter().for_each(|putter| putter.join().unwrap().unwrap());
    });
}

#[test]
fn closing_wakes_who_waits_and_loses_nothing() {
    in_every_order(3, || {
        let memory = a_queue(1);
        let taker = beside(&memory, |memory| [take(memory), take(memory)]);
        let is_in = put(&memory, 1).is_ok();
        Queue::attach(&*memory, 0).close();
        assert!(is_in);
        assert_eq!(taker.join().unwrap(), [Ok(1), Err(TakeError::Closed)]);
    });
}

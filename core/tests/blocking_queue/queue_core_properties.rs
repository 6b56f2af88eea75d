//! The queue beside a naive one, and real waiters beside the names that it gives: whatever is called in whatever order,
//! nobody sleeps beside what they wait for.

use playground_core::blocking_queue::{Displaced, Offered, Order, Polled, QueueCore, Who};
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroUsize;

/// What may happen. Threads are numbers from 0 to 7; the first four put in, the others take out.
#[derive(Clone, Debug)]
enum Step {
    /// A thread calls the queue, if it does not sleep.
    Call(u64),
    Try(u64),
    Displace,
    GiveUp(u64),
    WakeUnwoken(u64),
    SetCapacity(usize),
    Close,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let thread = 0..8_u64;
    let step = prop_oneof![
        12 => thread.clone().prop_map(Step::Call),
        2 => thread.clone().prop_map(Step::Try),
        1 => Just(Step::Displace),
        2 => thread.clone().prop_map(Step::GiveUp),
        2 => thread.prop_map(Step::WakeUnwoken),
        1 => (1..5_usize).prop_map(Step::SetCapacity),
        1 => Just(Step::Close),
    ];
    proptest::collection::vec(step, 0..120)
}

/// How wake-ups reach the threads.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wakes {
    /// As the queue names them.
    ByName,
    /// Another one of the same side, as a condition variable may choose: the one that has slept least.
    Last,
}

/// The queue and its threads.
struct World {
    queue: QueueCore<u64>,
    wakes: Wakes,
    naive: VecDeque<u64>,
    next: u64,
    /// Whether those who wait sleep, or have been woken and will call again.
    waiting: BTreeMap<Who, bool>,
    sleepers: Vec<Who>,
    is_closed: bool,
}

fn is_putter(who: Who) -> bool {
    who.0 < 4
}

impl World {
    fn wake(&mut self, who: Option<Who>) {
        let Some(named) = who else { return };
        assert!(self.waiting.contains_key(&named), "it waits");
        let woken = match self.wakes {
            Wakes::ByName => Some(named),
            Wakes::Last => {
                let mut sleeping = self.sleepers.iter().rev();
                sleeping.find(|it| is_putter(**it) == is_putter(named)).copied()
            }
        };
        if let Some(woken) = woken {
            self.waiting.insert(woken, true);
            self.sleepers.retain(|it| *it != woken);
        }
    }

    fn sleep(&mut self, who: Who) {
        self.waiting.insert(who, false);
        self.sleepers.retain(|it| *it != who);
        self.sleepers.push(who);
    }

    fn go_on(&mut self, who: Who) {
        self.waiting.remove(&who);
        self.sleepers.retain(|it| *it != who);
    }

    fn call(&mut self, who: Who) {
        if is_putter(who) {
            match self.queue.offer(who, self.next) {
                Offered::Stored { wake } => {
                    assert!(self.naive.len() < self.queue.capacity() && !self.is_closed);
                    self.naive.push_back(self.next);
                    self.next += 1;
                    self.go_on(who);
                    self.wake(wake);
                }
                Offered::Full { item } => {
                    assert_eq!(item, self.next);
                    self.sleep(who);
                }
                Offered::Closed { item } => {
                    assert!(self.is_closed && item == self.next);
                    self.go_on(who);
                }
            }
        } else {
            match self.queue.poll(who) {
                Polled::Taken { item, wake } => {
                    assert_eq!(Some(item), self.naive.pop_front());
                    self.go_on(who);
                    self.wake(wake);
                }
                Polled::Empty => self.sleep(who),
                Polled::Closed => {
                    assert!(self.is_closed && self.naive.is_empty());
                    self.go_on(who);
                }
            }
        }
    }

    fn try_call(&mut self, who: Who) {
        if is_putter(who) {
            if let Offered::Stored { wake } = self.queue.try_offer(self.next) {
                self.naive.push_back(self.next);
                self.next += 1;
                self.wake(wake);
            }
        } else if let Polled::Taken { item, wake } = self.queue.try_poll() {
            assert_eq!(Some(item), self.naive.pop_front());
            self.wake(wake);
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            // Who sleeps, sleeps; who has been woken, comes back by the same call.
            Step::Call(thread) if self.waiting.get(&Who(thread)) == Some(&false) => {}
            Step::Call(thread) => self.call(Who(thread)),
            Step::Try(thread) => self.try_call(Who(thread)),
            Step::Displace => {
                if let Displaced::Stored { oldest, wake } = self.queue.displace(self.next) {
                    let is_full = self.naive.len() >= self.queue.capacity();
                    assert_eq!(oldest, if is_full { self.naive.pop_front() } else { None });
                    self.naive.push_back(self.next);
                    self.next += 1;
                    self.wake(wake);
                }
            }
            Step::GiveUp(thread) => {
                let who = Who(thread);
                let wake = self.queue.cancel(who);
                self.go_on(who);
                self.wake(wake);
            }
            Step::WakeUnwoken(thread) => {
                if self.waiting.contains_key(&Who(thread)) {
                    self.call(Who(thread));
                }
            }
            Step::SetCapacity(capacity) => {
                let capacity = NonZeroUsize::new(capacity).expect("at least one");
                let woken = self.queue.set_capacity(capacity);
                woken.into_iter().for_each(|who| self.wake(Some(who)));
            }
            Step::Close => {
                self.is_closed = true;
                let closing = self.queue.close();
                match self.wakes {
                    Wakes::ByName => {
                        let all = closing.putters.into_iter().chain(closing.takers);
                        all.for_each(|who| self.wake(Some(who)));
                    }
                    // As `notify_all` does.
                    Wakes::Last => {
                        self.waiting.values_mut().for_each(|it| *it = true);
                        self.sleepers.clear();
                    }
                }
            }
        }
        self.check();
    }

    fn check(&self) {
        assert!(self.queue.items().eq(&self.naive), "the same items");
        assert_eq!((self.queue.len(), self.queue.peek()), (self.naive.len(), self.naive.front()));
        assert_eq!(self.queue.is_closed(), self.is_closed);
        let free = self.queue.capacity().saturating_sub(self.naive.len());
        for (putters, could) in [(true, free), (false, self.naive.len())] {
            let side = || self.waiting.iter().filter(|(who, _)| is_putter(**who) == putters);
            let known = if putters {
                self.queue.putters().map(|it| it.0).collect::<Vec<_>>()
            } else {
                self.queue.takers().map(|it| it.0).collect()
            };
            assert_eq!(known.len(), side().count(), "it knows all who wait");
            assert!(side().all(|(who, _)| known.contains(who)));
            let woken = side().filter(|(_, is_woken)| **is_woken).count();
            let needed = if self.is_closed { side().count() } else { side().count().min(could) };
            assert!(
                woken >= needed,
                "{woken} on their way, and {needed} could go on: {:?}",
                self.queue
            );
            // In fair order it is the first of the line who have been woken.
            if self.queue.order() == Order::Fair && !self.is_closed {
                let first = known.iter().take(could);
                assert!(first.into_iter().all(|who| self.waiting[who]), "{:?}", self.queue);
            }
        }
    }
}

fn run(order: Order, wakes: Wakes, capacity: usize, steps: Vec<Step>) {
    let mut world = World {
        queue: QueueCore::new(NonZeroUsize::new(capacity).expect("at least one"), order),
        wakes,
        naive: VecDeque::new(),
        next: 0,
        waiting: BTreeMap::new(),
        sleepers: Vec::new(),
        is_closed: false,
    };
    steps.into_iter().for_each(|step| world.step(step));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn nobody_sleeps_beside_what_they_wait_for(capacity in 1..4_usize, steps in steps()) {
        run(Order::Barging, Wakes::ByName, capacity, steps);
    }

    #[test]
    fn nor_if_a_condition_variable_wakes_somebody_else(capacity in 1..4_usize, steps in steps()) {
        run(Order::Barging, Wakes::Last, capacity, steps);
    }

    #[test]
    fn nor_in_fair_order(capacity in 1..4_usize, steps in steps()) {
        run(Order::Fair, Wakes::ByName, capacity, steps);
    }
}

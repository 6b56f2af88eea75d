//! The queue itself, explored: every state that it can get into with a few threads, which call it in whatever order for
//! as long as they like, wake up unwoken, give up at any moment, and resize and close it.
//!
//! The number of items inside is bounded, and so is that of states, although the runs are not: what holds in all states
//! holds in runs of any length. Items are all alike here; their order is checked beside a naive queue.

use playground_core::blocking_queue::{Displaced, Offered, Order, Polled, QueueCore, Who};
use playground_core::sim::{Explorer, Kind, Limits, Model, Property, Verdict};
use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Threads of each side.
const SIDE: usize = if cfg!(target_arch = "wasm32") { 2 } else { 3 };
const LARGEST: usize = 2;
/// How many states there are: barging with named wake-ups, barging with wake-ups for anybody, and in fair order.
const STATES: [usize; 3] =
    if cfg!(target_arch = "wasm32") { [634, 974, 550] } else { [13_632, 53_292, 7_008] };

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Thread {
    /// It does not wait, and may call.
    Outside,
    Asleep,
    /// It has been woken, and will call again.
    Woken,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    queue: QueueCore<()>,
    /// First those who put in, then those who take out.
    threads: [Thread; 2 * SIDE],
    /// Whether the queue has done what it must not.
    is_wrong: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Step {
    Call(usize),
    TryOffer,
    TryPoll,
    Displace,
    WakeUnwoken(usize),
    GiveUp(usize),
    Resize(usize),
    Close,
}

/// How wake-ups reach the threads.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wakes {
    ByName,
    /// Any one that sleeps on the same side, as a condition variable may have it.
    Anybody,
}

struct Threads {
    order: Order,
    wakes: Wakes,
    /// Whether wake-ups that whoever gives up leaves behind are passed on.
    passes_on: bool,
}

fn putters() -> std::ops::Range<usize> {
    0..SIDE
}

fn takers() -> std::ops::Range<usize> {
    SIDE..2 * SIDE
}

impl Threads {
    /// The states that come of waking somebody: several, if the scheduler chooses whom.
    fn wake(&self, state: State, named: impl IntoIterator<Item = Who>) -> Vec<State> {
        let mut states = vec![state];
        for Who(named) in named {
            let named = named as usize;
            let side = if putters().contains(&named) { putters() } else { takers() };
            let mut next = Vec::new();
            for state in states {
                let is_asleep = |it: &usize| state.threads[*it] == Thread::Asleep;
                let woken: Vec<usize> = match self.wakes {
                    Wakes::ByName => side.clone().filter(|it| *it == named).collect(),
                    Wakes::Anybody => side.clone().filter(is_asleep).collect(),
                };
                if woken.is_empty() {
                    next.push(state.clone());
                }
                for it in woken {
                    let mut after = state.clone();
                    after.threads[it] = Thread::Woken;
                    next.push(after);
                }
            }
            states = next;
        }
        states
    }

    fn call(&self, state: &State, thread: usize) -> Vec<State> {
        let mut next = state.clone();
        let who = Who(thread as u64);
        let (length, capacity) = (next.queue.len(), next.queue.capacity());
        let (phase, wake, is_right) = if putters().contains(&thread) {
            match next.queue.offer(who, ()) {
                Offered::Stored { wake } => (Thread::Outside, wake, length < capacity),
                Offered::Full { .. } => (Thread::Asleep, None, !state.queue.is_closed()),
                Offered::Closed { .. } => (Thread::Outside, None, state.queue.is_closed()),
            }
        } else {
            match next.queue.poll(who) {
                Polled::Taken { wake, .. } => (Thread::Outside, wake, length > 0),
                Polled::Empty => (Thread::Asleep, None, !state.queue.is_closed()),
                Polled::Closed => (Thread::Outside, None, state.queue.is_closed() && length == 0),
            }
        };
        next.threads[thread] = phase;
        next.is_wrong |= !is_right;
        self.wake(next, wake)
    }

    fn after(&self, state: &State, step: Step) -> Vec<State> {
        let mut next = state.clone();
        let thread = |it: usize| state.threads[it];
        match step {
            Step::Call(it) if thread(it) != Thread::Asleep => self.call(state, it),
            Step::WakeUnwoken(it) if thread(it) == Thread::Asleep => self.call(state, it),
            Step::GiveUp(it) if thread(it) != Thread::Outside => {
                let wake = next.queue.cancel(Who(it as u64));
                next.threads[it] = Thread::Outside;
                self.wake(next, wake.filter(|_| self.passes_on))
            }
            Step::TryOffer => match next.queue.try_offer(()) {
                Offered::Stored { wake } => self.wake(next, wake),
                _ => Vec::new(),
            },
            Step::TryPoll => match next.queue.try_poll() {
                Polled::Taken { wake, .. } => self.wake(next, wake),
                _ => Vec::new(),
            },
            Step::Displace => match next.queue.displace(()) {
                Displaced::Stored { wake, .. } => self.wake(next, wake),
                Displaced::Closed { .. } => Vec::new(),
            },
            Step::Resize(places) => {
                let places = NonZeroUsize::new(places).expect("at least one");
                let woken = next.queue.set_capacity(places);
                self.wake(next, woken)
            }
            Step::Close if !state.queue.is_closed() => {
                let closing = next.queue.close();
                match self.wakes {
                    Wakes::ByName => {
                        self.wake(next, closing.putters.into_iter().chain(closing.takers))
                    }
                    // As `notify_all` does.
                    Wakes::Anybody => {
                        let asleep = next.threads.iter_mut().filter(|it| **it == Thread::Asleep);
                        asleep.for_each(|it| *it = Thread::Woken);
                        vec![next]
                    }
                }
            }
            _ => Vec::new(),
        }
    }
}

/// Whether as many of a side are on their way as could go on.
fn is_awake(state: &State, side: std::ops::Range<usize>, could: usize) -> bool {
    let count = |phase| state.threads[side.clone()].iter().filter(|it| **it == phase).count();
    let (asleep, woken) = (count(Thread::Asleep), count(Thread::Woken));
    let needed = if state.queue.is_closed() { asleep + woken } else { (asleep + woken).min(could) };
    woken >= needed
}

impl Model for Threads {
    const NAME: &'static str = "queue_core";
    type State = State;
    type Action = Step;

    fn initial(&mut self) -> State {
        let queue = QueueCore::new(NonZeroUsize::MIN, self.order);
        State { queue, threads: [Thread::Outside; 2 * SIDE], is_wrong: false }
    }

    fn successors(&mut self, state: &State, successors: &mut Vec<(Step, State)>) {
        let mut steps = vec![Step::TryOffer, Step::TryPoll, Step::Displace, Step::Close];
        steps.extend((1..=LARGEST).map(Step::Resize));
        for thread in 0..2 * SIDE {
            steps.extend([Step::Call(thread), Step::WakeUnwoken(thread), Step::GiveUp(thread)]);
        }
        for step in steps {
            successors.extend(self.after(state, step).into_iter().map(|next| (step, next)));
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "nobody who puts in sleeps beside a free place",
                kind: Kind::Always,
                holds: |_, state| {
                    let free = state.queue.capacity().saturating_sub(state.queue.len());
                    is_awake(state, putters(), free)
                },
            },
            Property {
                name: "nobody who takes out sleeps beside an item",
                kind: Kind::Always,
                holds: |_, state| is_awake(state, takers(), state.queue.len()),
            },
            Property {
                name: "what is put in had room, and what is taken was there",
                kind: Kind::Always,
                holds: |_, state| !state.is_wrong,
            },
            Property {
                name: "those who wait, and no others, are in the wait sets",
                kind: Kind::Always,
                holds: |_, state| {
                    let mut known = [false; 2 * SIDE];
                    let waiting = state.queue.putters().chain(state.queue.takers());
                    waiting.for_each(|(Who(who), _)| known[who as usize] = true);
                    let waits = |it: &Thread| *it != Thread::Outside;
                    known.iter().zip(&state.threads).all(|(known, it)| *known == waits(it))
                },
            },
            Property {
                name: "everybody can wait at the same time, some of them woken",
                kind: Kind::Sometimes,
                holds: |_, state| {
                    let waits = |it: &Thread| *it != Thread::Outside;
                    state.threads.iter().all(waits) && state.threads.contains(&Thread::Asleep)
                },
            },
        ]
    }
}

fn verdicts(threads: Threads) -> (usize, Vec<(&'static str, Verdict<Step>)>) {
    let report = Explorer::new(threads, Limits { states: 3_000_000 }).run();
    assert!(report.is_complete, "{} states and more", report.distinct);
    (report.distinct, report.verdicts)
}

#[test]
fn in_no_state_does_anybody_sleep_beside_what_they_wait_for() {
    let mut counted = Vec::new();
    for (order, wakes) in [
        (Order::Barging, Wakes::ByName),
        (Order::Barging, Wakes::Anybody),
        (Order::Fair, Wakes::ByName),
    ] {
        let (states, verdicts) = verdicts(Threads { order, wakes, passes_on: true });
        counted.push(states);
        for finding in verdicts {
            assert!(is_kept(&finding), "{order:?} {wakes:?}: {finding:?}");
        }
    }
    assert_eq!(counted, STATES);
}

/// The proof can fail: without the one line that is easily forgotten, it does.
#[test]
fn a_wake_up_that_is_not_passed_on_is_found_missing() {
    for order in [Order::Barging, Order::Fair] {
        let threads = Threads { order, wakes: Wakes::ByName, passes_on: false };
        let (_, verdicts) = verdicts(threads);
        let Verdict::Broken(run) = &verdicts[1].1 else { panic!("{order:?}: {verdicts:?}") };
        // Two wait, one of them is woken for the item that comes, and goes without it.
        assert_eq!((run.actions.len(), run.actions.last()), (4, Some(&Step::GiveUp(SIDE))));
    }
}

fn is_kept((_, verdict): &(&'static str, Verdict<Step>)) -> bool {
    !matches!(verdict, Verdict::Broken(_) | Verdict::NeverHolds)
}

/// Fair order needs its wake-ups to reach whom they name.
#[test]
fn in_fair_order_names_are_more_than_hints() {
    let threads = Threads { order: Order::Fair, wakes: Wakes::Anybody, passes_on: true };
    let mut explorer = Explorer::new(threads, Limits { states: 100_000 });
    while explorer.progress().decided == 0 || explorer.report().verdicts.iter().all(is_kept) {
        assert!(explorer.expand(100), "nothing is broken");
    }
}

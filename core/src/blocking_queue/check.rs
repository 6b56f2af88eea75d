//! Every run there is of a small queue: a mutex, its conditions, a few threads, and a scheduler that may do anything.
//!
//! What threads do is cut into the steps between which another thread may run: to lock, to look and to wait (which gives
//! the lock back in the same step), to change the queue, to notify, to unlock. Who is woken, the scheduler decides, as
//! condition variables promise no order; somebody may wake up unwoken, or find its time over, as often as is set up.
//!
//! Simplified: items are counted only (their order is that of a `VecDeque`), and a change is one step, since the lock is
//! held. With [`Mistake::NoLock`] looking is a step of its own.

mod action;
mod listing;
mod search;
mod state;
mod steps;

pub use action::CheckAction;
pub use listing::listing;
pub use search::{CheckSearch, Finding, FindingVerdict, FoundRun};
pub use state::{CheckState, Phase, Thread};

use super::lab::{Mistake, Worker};
use crate::sim::{Kind, Model, Property};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The most threads of each side.
pub const MOST_THREADS: u8 = 3;

/// What is to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// How many threads put items in, 1 to [`MOST_THREADS`].
    pub producers: u8,
    /// How many threads take items out, without end, 1 to [`MOST_THREADS`].
    pub consumers: u8,
    /// How many items fit in, 1 to 4.
    pub capacity: u8,
    /// How many items each producer puts in, 1 to 4.
    pub items: u8,
    /// How often somebody may wake up unwoken, up to 2.
    pub spurious: u8,
    /// How many consumers may lose patience, up to 2.
    pub impatient: u8,
    /// Whether the queue is closed once all producers are done.
    pub closes: bool,
    /// What is done wrong, one of [`Check::MISTAKES`].
    pub mistake: Option<Mistake>,
}

impl Default for Check {
    /// Two producers and two consumers at a queue of one.
    fn default() -> Self {
        Check {
            producers: 2,
            consumers: 2,
            capacity: 1,
            items: 2,
            spurious: 1,
            impatient: 0,
            closes: false,
            mistake: None,
        }
    }
}

impl Check {
    /// The mistakes that can be checked.
    pub const MISTAKES: [Mistake; 7] = [
        Mistake::IfForWhile,
        Mistake::SharedCondition,
        Mistake::NotifyBeforeChange,
        Mistake::NotifyOnEdge,
        Mistake::NoLock,
        Mistake::TimeoutSwallows,
        Mistake::CloseWakesOne,
    ];

    /// A small world in which a mistake shows what it breaks: without unwoken wake-ups, which would excuse it.
    pub fn of_mistake(mistake: Mistake) -> Self {
        let check = Check { spurious: 0, mistake: Some(mistake), ..Check::default() };
        match mistake {
            Mistake::IfForWhile => Check { producers: 1, items: 1, ..check },
            Mistake::NotifyBeforeChange => Check { producers: 1, consumers: 1, items: 1, ..check },
            Mistake::NotifyOnEdge => Check { consumers: 1, capacity: 2, ..check },
            Mistake::NoLock => Check { items: 1, ..check },
            Mistake::TimeoutSwallows => Check { producers: 1, items: 1, impatient: 1, ..check },
            Mistake::CloseWakesOne => Check { producers: 1, items: 1, closes: true, ..check },
            _ => check,
        }
    }

    /// The nearest check within the limits: a link may say anything.
    pub fn clamped(self) -> Self {
        Check {
            producers: self.producers.clamp(1, MOST_THREADS),
            consumers: self.consumers.clamp(1, MOST_THREADS),
            capacity: self.capacity.clamp(1, 4),
            items: self.items.clamp(1, 4),
            spurious: self.spurious.min(2),
            impatient: self.impatient.min(2),
            mistake: self.mistake.filter(|it| Check::MISTAKES.contains(it)),
            ..self
        }
    }

    fn makes(&self, mistake: Mistake) -> bool {
        self.mistake == Some(mistake)
    }
}

/// The queue and its threads as a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Check", into = "Check")]
pub struct CheckModel {
    check: Check,
}

impl From<Check> for CheckModel {
    fn from(check: Check) -> Self {
        CheckModel::new(check)
    }
}

impl From<CheckModel> for Check {
    fn from(model: CheckModel) -> Self {
        model.check
    }
}

impl CheckModel {
    /// What is within the limits of it.
    pub fn new(check: Check) -> Self {
        CheckModel { check: check.clamped() }
    }

    /// What is checked.
    pub fn check(&self) -> Check {
        self.check
    }

    /// The threads.
    pub fn workers(&self) -> impl Iterator<Item = Worker> + use<> {
        let producers = (0..self.check.producers).map(Worker::Producer);
        producers.chain((0..self.check.consumers).map(Worker::Consumer))
    }

    fn sleeps_beside(&self, state: &CheckState, worker: Worker) -> bool {
        state.thread(worker).phase == Phase::Waiting
            && state.could(worker.side(), self.check.capacity)
    }
}

impl Model for CheckModel {
    const NAME: &'static str = "blocking_queue_check";
    type State = CheckState;
    type Action = CheckAction;

    fn initial(&mut self) -> CheckState {
        CheckState::new(&self.check)
    }

    fn successors(&mut self, state: &CheckState, successors: &mut Vec<(CheckAction, CheckState)>) {
        // What is broken stays so: there is nothing to look for behind it.
        if state.is_broken() {
            return;
        }
        let mut add = |action, next| successors.push((action, next));
        for worker in self.workers() {
            self.steps(state, worker, &mut add);
        }
        self.close(state, &mut add);
    }

    /// Threads of the same side are interchangeable.
    fn representative<'a>(&self, state: &'a CheckState) -> Cow<'a, CheckState> {
        Cow::Owned(state.sorted(&self.check))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "nothing goes in where there is no room",
                kind: Kind::Always,
                holds: |_, state| !state.is_overfull,
            },
            Property {
                name: "nothing is taken out of an empty queue",
                kind: Kind::Always,
                holds: |_, state| !state.took_nothing,
            },
            Property {
                name: "nobody sleeps beside what they wait for",
                kind: Kind::EventuallyAtRest,
                holds: |model, state| {
                    state.is_broken() || !model.workers().any(|it| model.sleeps_beside(state, it))
                },
            },
            Property {
                name: "when the queue is closed, nobody sleeps on",
                kind: Kind::EventuallyAtRest,
                holds: |model, state| {
                    let sleeps = |it| state.thread(it).phase == Phase::Waiting;
                    state.is_broken() || !state.is_closed || !model.workers().any(sleeps)
                },
            },
            Property {
                name: "everything can come out",
                kind: Kind::Sometimes,
                holds: |model, state| state.taken == model.check.producers * model.check.items,
            },
            Property {
                name: "somebody can be woken, and find that somebody else was faster",
                kind: Kind::Sometimes,
                holds: |model, state| {
                    let is_late = |it: Worker| {
                        state.thread(it).phase == Phase::Woken
                            && !state.is_closed
                            && !state.could(it.side(), model.check.capacity)
                    };
                    !state.is_broken() && model.workers().any(is_late)
                },
            },
        ]
    }
}

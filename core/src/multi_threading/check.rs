//! Every run there is of a tiny program: all interleavings of its threads' instructions, visited and counted.
//!
//! A state is where each thread is, what its registers hold, and what the cells and locks hold; a step is one
//! instruction of one thread, done by the very code that the lab runs. A thread that comes to a lock that is taken has no
//! step, so a deadlock is a state without a successor in which somebody is not at the end.

mod graph;
mod interleavings;
mod preemptions;
mod replay;
mod search;

pub use interleavings::{Ending, Interleavings};
pub use search::{CalmestRun, CheckSearch, Finding, FindingVerdict, FoundRun};

use super::process::Process;
use super::program::{Code, Setup};
use super::promise::Promise;
use crate::sim::{Kind, Model, Property};
use serde::{Deserialize, Serialize};

/// What is to be checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The program; 2 to [`Check::MOST_THREADS`] threads, and 1 to [`Check::MOST_ITERATIONS`] rounds each.
    pub setup: Setup,
}

impl Check {
    /// The most threads.
    pub const MOST_THREADS: u8 = 4;
    /// The most rounds of a thread.
    pub const MOST_ITERATIONS: u32 = 4;
}

/// The state of everything.
pub type CheckState = Process;

/// A thread does its next instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckStep {
    /// Which one.
    pub thread: u8,
}

/// All interleavings of a program as a [`Model`].
#[derive(Clone, Debug)]
pub struct CheckModel {
    code: Code,
}

impl CheckModel {
    /// A model. Settings out of range are brought into it.
    pub fn new(check: Check) -> Self {
        let threads = check.setup.threads.clamp(2, Check::MOST_THREADS);
        let iterations = check.setup.iterations.clamp(1, Check::MOST_ITERATIONS);
        let setup = Setup { threads, iterations, ..check.setup }.clamped();
        CheckModel { code: Code::new(setup) }
    }

    /// What is checked, within the limits.
    pub fn check(&self) -> Check {
        Check { setup: self.code.setup() }
    }

    fn start(&self) -> CheckState {
        Process::new(&self.code)
    }

    fn for_each_successor(&self, state: &CheckState, mut then: impl FnMut(u8, CheckState)) {
        for thread in 0..self.code.setup().threads {
            if state.can_step(&self.code, thread) {
                let mut next = *state;
                next.step(&self.code, thread);
                then(thread, next);
            }
        }
    }

    /// Whether everybody is at the end.
    fn is_at_end(&self, state: &CheckState) -> bool {
        (0..self.code.setup().threads).all(|thread| state.is_done(&self.code, thread))
    }

    /// Whether no promise is broken in a state.
    fn is_kept(&self, state: &CheckState) -> bool {
        let promises = self.code.setup().program.promises();
        promises.iter().all(|it| it.holds(&self.code, state))
    }
}

impl Model for CheckModel {
    const NAME: &'static str = "multi_threading_check";
    type State = CheckState;
    type Action = CheckStep;

    fn initial(&mut self) -> CheckState {
        self.start()
    }

    fn successors(&mut self, state: &CheckState, successors: &mut Vec<(CheckStep, CheckState)>) {
        self.for_each_successor(state, |thread, next| {
            successors.push((CheckStep { thread }, next))
        });
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let promised = self.code.setup().program.promises().iter().copied().map(property);
        let goes_well = Property {
            name: "it can go well: everybody ends, and nothing is lost",
            kind: Kind::Sometimes,
            holds: |model: &Self, state| model.is_at_end(state) && model.is_kept(state),
        };
        promised.chain([goes_well]).collect()
    }
}

fn property(promise: Promise) -> Property<CheckModel> {
    let kind = match promise {
        Promise::EverybodyEnds => Kind::EventuallyAtRest,
        _ => Kind::Always,
    };
    // Functions cannot capture the promise.
    let holds: fn(&CheckModel, &CheckState) -> bool = match promise {
        Promise::NoUpdateLost => |it, state| Promise::NoUpdateLost.holds(&it.code, state),
        Promise::NotOversold => |it, state| Promise::NotOversold.holds(&it.code, state),
        Promise::MoneyKept => |it, state| Promise::MoneyKept.holds(&it.code, state),
        Promise::NoItemLost => |it, state| Promise::NoItemLost.holds(&it.code, state),
        Promise::NoGap => |it, state| Promise::NoGap.holds(&it.code, state),
        Promise::OneAtATime => |it, state| Promise::OneAtATime.holds(&it.code, state),
        Promise::EverybodyEnds => |it, state| Promise::EverybodyEnds.holds(&it.code, state),
    };
    Property { name: promise.name(), kind, holds }
}

//! A run of the check as a run of the lab, and in words.

use super::{CheckModel, CheckStep};
use crate::multi_threading::lab::{Action, Lab, Scenario, Scheduler};
use crate::multi_threading::process::Effect;
use crate::multi_threading::program::Code;
use crate::sim::{Run, Span, Time};

/// Time between two steps, and before the first.
const SPACING: Span = Span::from_ms(600);

impl CheckModel {
    /// A run of the lab, by hand, in which exactly this happens. Whoever cannot go on at the end because of a deadlock
    /// tries once, so that it can be seen waiting.
    pub fn run_of(&self, steps: &[CheckStep]) -> Run<Lab> {
        let mut state = self.start();
        for step in steps {
            state.step(&self.code, step.thread);
        }
        let threads = 0..self.code.setup().threads;
        let is_at_rest = !threads.clone().any(|it| state.can_step(&self.code, it));
        let stuck = threads.filter(|it| is_at_rest && !state.is_done(&self.code, *it));
        let all = steps.iter().map(|it| it.thread).chain(stuck);
        let times = (1..).map(|number| Time::ZERO + SPACING * number);
        let scenario = Scenario {
            setup: self.code.setup(),
            scheduler: Scheduler::ByHand,
            ..Scenario::default()
        };
        let actions = times.zip(all.map(|thread| Action::Step { thread })).collect();
        Run { scenario, seed: 0, actions }
    }

    /// The same in words, a line a step; threads are counted from 1 on as a reader counts.
    pub fn words(&self, steps: &[CheckStep]) -> Vec<String> {
        let mut state = self.start();
        let line = |step: &CheckStep| {
            let next = state.thread(step.thread).next;
            let listing = self.code.listing(step.thread);
            let text = listing.steps.get(usize::from(next)).map_or("", |it| &it.text).to_owned();
            let effect = state.step(&self.code, step.thread);
            let came_of_it = effect.map(|it| outcome(&self.code, it)).unwrap_or_default();
            format!("thread {}: {text}{came_of_it}", step.thread + 1)
        };
        steps.iter().map(line).collect()
    }
}

/// What a line of assembly does not say.
fn outcome(code: &Code, effect: Effect) -> String {
    let words = |cell: u32, value| {
        let info = code.cells().get(cell as usize);
        info.map_or_else(String::new, |it| it.kind.words(value))
    };
    match effect {
        Effect::Computed { value, .. } => format!(", which is {value}"),
        Effect::Loaded { cell, value } => format!(", which is {}", words(cell, value)),
        Effect::Stored { cell, before, value }
        | Effect::Added { cell, before, value }
        | Effect::Swapped { cell, before, value } => {
            let name = code.cells().get(cell as usize).map_or("", |it| &it.name);
            format!(": {name} was {}, is {}", words(cell, before), words(cell, value))
        }
        Effect::NotSwapped { expected, found, .. } => {
            format!(", which fails: it is {found} and not {expected}")
        }
        Effect::Branched { is_taken: true } => ", which it does".to_owned(),
        Effect::Branched { is_taken: false } => ", which it does not".to_owned(),
        Effect::Blocked { owner, .. } => format!(", which thread {} holds", owner + 1),
        Effect::Locked { .. } | Effect::Unlocked { .. } => String::new(),
    }
}

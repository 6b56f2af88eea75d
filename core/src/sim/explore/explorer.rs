//! The search itself.

use super::fingerprint::fingerprint;
use super::seen::Seen;
use super::{Counterexample, Kind, Limits, Model, Progress, Property, Report, Verdict};
use std::collections::VecDeque;

/// How a state was first reached: from which one, and as which of its successors.
#[derive(Clone, Copy, Debug)]
struct Origin {
    parent: u32,
    successor: u32,
}

/// A search under way, in portions, so that a page stays responsive and may cancel.
///
/// Its code is generated where a model is named. The page is compiled for size, the core for speed,
/// which makes a search about three times as fast: a lab's search belongs into a function of the core.
pub struct Explorer<M: Model> {
    model: M,
    limits: Limits,
    properties: Vec<Property<M>>,
    /// For each property the first state that decides it.
    found: Vec<Option<u32>>,
    seen: Seen,
    /// Of every state visited, in the order in which they were reached: a state's index is its place.
    origins: Vec<Origin>,
    /// The last of them, which have not been expanded.
    queue: VecDeque<M::State>,
    /// Room for the successors of one state, kept from state to state.
    successors: Vec<(M::Action, M::State)>,
    generated: usize,
    /// The depth of the last state reached.
    depth: usize,
    /// The depth of the states that are being expanded; 0 before the first.
    level: usize,
    /// The first state that lies deeper than those.
    level_end: usize,
    /// Whether a new state was left out because of the limits.
    is_cut_short: bool,
}

impl<M: Model> Explorer<M> {
    /// A search that is about to visit the initial state.
    pub fn new(model: M, limits: Limits) -> Self {
        let properties = model.properties();
        let mut explorer = Explorer {
            found: vec![None; properties.len()],
            properties,
            limits,
            seen: Seen::new(),
            origins: Vec::new(),
            queue: VecDeque::new(),
            successors: Vec::new(),
            generated: 0,
            depth: 0,
            level: 0,
            level_end: 0,
            is_cut_short: false,
            model,
        };
        let initial = explorer.model.initial();
        explorer.reach(Origin { parent: 0, successor: 0 }, initial);
        explorer
    }

    /// Visits everything within the limits.
    pub fn run(mut self) -> Report<M::Action> {
        while self.expand(usize::MAX) {}
        self.report()
    }

    /// Expands at most `budget` more states; false once there is nothing more to visit, or the
    /// limits are reached.
    pub fn expand(&mut self, budget: usize) -> bool {
        let mut successors = std::mem::take(&mut self.successors);
        for _ in 0..budget {
            if self.is_cut_short {
                break;
            }
            let index = self.origins.len() - self.queue.len();
            let Some(state) = self.queue.pop_front() else { break };
            if index == self.level_end {
                self.level += 1;
                self.level_end = self.origins.len();
            }
            self.model.successors(&state, &mut successors);
            if successors.is_empty() {
                self.check(index, &state, &[Kind::EventuallyAtRest]);
            }
            for (number, (_, next)) in successors.drain(..).enumerate() {
                self.reach(Origin { parent: index as u32, successor: number as u32 }, next);
            }
        }
        self.successors = successors;
        !self.queue.is_empty() && !self.is_cut_short
    }

    /// The model, with whatever it remembers.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// How far the search has come, at no cost.
    pub fn progress(&self) -> Progress {
        Progress {
            distinct: self.origins.len(),
            generated: self.generated,
            depth: self.depth,
            waiting: self.queue.len(),
            decided: self.found.iter().flatten().count(),
            is_complete: self.queue.is_empty() && !self.is_cut_short,
        }
    }

    /// What is known so far, with the runs that were found: each is walked once more.
    pub fn report(&mut self) -> Report<M::Action> {
        let Progress { distinct, generated, depth, is_complete, .. } = self.progress();
        let decided: Vec<_> = self.properties.iter().map(|it| (it.name, it.kind)).collect();
        let verdicts = decided.into_iter().enumerate().map(|(number, (name, kind))| {
            let verdict = match (self.found[number], kind, is_complete) {
                (Some(state), Kind::Sometimes, _) => Verdict::Witnessed(self.path_to(state)),
                (Some(state), _, _) => Verdict::Broken(self.path_to(state)),
                (None, _, false) => Verdict::Searching,
                (None, Kind::Sometimes, true) => Verdict::NeverHolds,
                (None, _, true) => Verdict::Holds,
            };
            (name, verdict)
        });
        Report { verdicts: verdicts.collect(), distinct, generated, depth, is_complete }
    }

    #[inline]
    fn reach(&mut self, origin: Origin, state: M::State) {
        self.generated += 1;
        let fingerprint = fingerprint(&*self.model.representative(&state));
        let index = self.origins.len();
        if index >= self.limits.states {
            self.is_cut_short |= !self.seen.contains(fingerprint);
            return;
        }
        if !self.seen.insert(fingerprint) {
            return;
        }
        self.origins.push(origin);
        self.depth = self.level + 1;
        self.check(index, &state, &[Kind::Always, Kind::Sometimes]);
        self.queue.push_back(state);
    }

    fn check(&mut self, index: usize, state: &M::State, kinds: &[Kind]) {
        for (property, found) in self.properties.iter().zip(&mut self.found) {
            if found.is_none()
                && kinds.contains(&property.kind)
                && (property.holds)(&self.model, state) == (property.kind == Kind::Sometimes)
            {
                *found = Some(index as u32);
            }
        }
    }

    /// The actions that lead to a state, found by walking back to the start and forward again.
    fn path_to(&mut self, mut index: u32) -> Counterexample<M::Action> {
        let mut numbers = Vec::new();
        while index != 0 {
            let origin = self.origins[index as usize];
            numbers.push(origin.successor);
            index = origin.parent;
        }
        let mut state = self.model.initial();
        let mut actions = Vec::with_capacity(numbers.len());
        for number in numbers.into_iter().rev() {
            let mut successors = Vec::new();
            self.model.successors(&state, &mut successors);
            let (action, next) = successors.swap_remove(number as usize);
            actions.push(action);
            state = next;
        }
        Counterexample { actions }
    }
}

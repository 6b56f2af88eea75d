//! Every state there is: breadth-first search over a model, with named properties and the shortest
//! run that breaks one.
//!
//! The search stores a 64-bit fingerprint of each state, as TLC and stateright do: two different
//! states with the same fingerprint would be taken for one. With a million states the odds of that
//! are about 3 in 10⁸ (n²/2⁶⁵).

mod walk;

pub use walk::{Walk, WalkEvent};

use super::Run;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeSet, VecDeque};
use std::fmt::Debug;
use std::hash::{Hash, Hasher};
use xxhash_rust::xxh64::Xxh64;

/// A system whose every state can be visited.
pub trait Model: Clone + Debug + PartialEq + Serialize + DeserializeOwned + 'static {
    /// The name under which its runs are shared.
    const NAME: &'static str;
    /// A state; equal states must hash equally.
    type State: Clone + Debug + PartialEq + Hash + 'static;
    /// What can happen in a state.
    type Action: Clone + Debug + PartialEq + Serialize + DeserializeOwned + 'static;

    /// The state at the start.
    fn initial(&self) -> Self::State;

    /// Adds to `actions` everything that can happen in this state, always in the same order.
    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>);

    /// The state after an action; none if the action is impossible here.
    fn next(&self, state: &Self::State, action: &Self::Action) -> Option<Self::State>;

    /// What is to be checked.
    fn properties(&self) -> Vec<Property<Self>>;
}

/// What is claimed about a model.
pub struct Property<M: Model> {
    /// A short sentence.
    pub name: &'static str,
    /// Of which states it is claimed.
    pub kind: Kind,
    /// Whether it is true of a state.
    pub holds: fn(&M, &M::State) -> bool,
}

/// Of which states a property is claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of every reachable state.
    Always,
    /// Of at least one reachable state: a check that the model can do anything at all.
    Sometimes,
    /// Of every reachable state in which nothing more can happen.
    EventuallyAtRest,
}

/// What the search has found out about a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict<M: Model> {
    /// Nothing against it (or, for [`Kind::Sometimes`], nothing for it) so far.
    Searching,
    /// Every reachable state has been visited, and it holds.
    Holds,
    /// [`Kind::Sometimes`]: here is a state of which it is true.
    Witnessed(Counterexample<M>),
    /// Here is the shortest run that breaks it.
    Broken(Counterexample<M>),
    /// [`Kind::Sometimes`]: every reachable state has been visited, and it is true of none.
    NeverHolds,
}

/// A shortest sequence of actions from the start to the state in question.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterexample<M: Model> {
    /// The model.
    pub model: M,
    /// What has to happen, in order.
    pub actions: Vec<M::Action>,
}

impl<M: Model> Counterexample<M> {
    /// The same as a run, one action every `spacing`, to be opened in a player.
    pub fn into_run(self, spacing: super::Span) -> Run<Walk<M>> {
        let times = (1..).map(|step| super::Time::ZERO + spacing * step);
        Run { scenario: self.model, seed: 0, actions: times.zip(self.actions).collect() }
    }
}

/// How far a search may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most distinct states to visit; at most 2³² − 1.
    pub states: usize,
}

/// How far a search has come, and what it has found.
#[derive(Clone, Debug)]
pub struct Report<M: Model> {
    /// Distinct states visited.
    pub distinct: usize,
    /// States generated: the initial one and every successor, seen before or not.
    pub generated: usize,
    /// States on the longest shortest path, the initial one included, as TLC counts its depth.
    pub depth: usize,
    /// Whether every reachable state has been visited.
    pub is_complete: bool,
    /// The verdicts, in the order of the model's properties.
    pub verdicts: Vec<(&'static str, Verdict<M>)>,
}

/// How a state was first reached: from which one, by which of its actions.
#[derive(Clone, Copy, Debug)]
struct Origin {
    parent: u32,
    action: u32,
}

/// A search under way, in portions, so that a page stays responsive and may cancel.
pub struct Explorer<M: Model> {
    model: M,
    limits: Limits,
    properties: Vec<Property<M>>,
    found: Vec<Option<u32>>,
    seen: BTreeSet<u64>,
    origins: Vec<Origin>,
    queue: VecDeque<(u32, usize, M::State)>,
    generated: usize,
    depth: usize,
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
            seen: BTreeSet::new(),
            origins: Vec::new(),
            queue: VecDeque::new(),
            generated: 0,
            depth: 0,
            is_cut_short: false,
            model,
        };
        let initial = explorer.model.initial();
        explorer.discover(Origin { parent: 0, action: 0 }, 1, initial);
        explorer
    }

    /// Visits everything within the limits.
    pub fn run(mut self) -> Report<M> {
        while self.expand(usize::MAX) {}
        self.report()
    }

    /// Expands at most `budget` more states; false once there is nothing more to visit, or the
    /// limits are reached.
    pub fn expand(&mut self, budget: usize) -> bool {
        let mut actions = Vec::new();
        for _ in 0..budget {
            if self.is_cut_short {
                return false;
            }
            let Some((index, depth, state)) = self.queue.pop_front() else { return false };
            actions.clear();
            self.model.actions(&state, &mut actions);
            let mut is_at_rest = true;
            for (number, action) in actions.iter().enumerate() {
                if let Some(next) = self.model.next(&state, action) {
                    is_at_rest = false;
                    let origin = Origin { parent: index, action: number as u32 };
                    self.discover(origin, depth + 1, next);
                }
            }
            if is_at_rest {
                self.check(index, &state, &[Kind::EventuallyAtRest]);
            }
        }
        !self.queue.is_empty() && !self.is_cut_short
    }

    /// What is known so far.
    pub fn report(&self) -> Report<M> {
        let is_complete = self.queue.is_empty() && !self.is_cut_short;
        let verdict = |(property, found): (&Property<M>, &Option<u32>)| {
            let verdict = match (found, property.kind, is_complete) {
                (Some(state), Kind::Sometimes, _) => Verdict::Witnessed(self.path_to(*state)),
                (Some(state), _, _) => Verdict::Broken(self.path_to(*state)),
                (None, _, false) => Verdict::Searching,
                (None, Kind::Sometimes, true) => Verdict::NeverHolds,
                (None, _, true) => Verdict::Holds,
            };
            (property.name, verdict)
        };
        Report {
            distinct: self.origins.len(),
            generated: self.generated,
            depth: self.depth,
            is_complete,
            verdicts: self.properties.iter().zip(&self.found).map(verdict).collect(),
        }
    }

    fn discover(&mut self, origin: Origin, depth: usize, state: M::State) {
        self.generated += 1;
        let fingerprint = fingerprint(&state);
        if self.seen.contains(&fingerprint) {
            return;
        }
        if self.origins.len() >= self.limits.states {
            self.is_cut_short = true;
            return;
        }
        self.seen.insert(fingerprint);
        let index = self.origins.len() as u32;
        self.origins.push(origin);
        self.depth = self.depth.max(depth);
        self.check(index, &state, &[Kind::Always, Kind::Sometimes]);
        self.queue.push_back((index, depth, state));
    }

    fn check(&mut self, index: u32, state: &M::State, kinds: &[Kind]) {
        for (property, found) in self.properties.iter().zip(&mut self.found) {
            if found.is_none()
                && kinds.contains(&property.kind)
                && (property.holds)(&self.model, state) == (property.kind == Kind::Sometimes)
            {
                *found = Some(index);
            }
        }
    }

    /// The actions that lead to a state, found by walking back to the start and forward again.
    fn path_to(&self, mut index: u32) -> Counterexample<M> {
        let mut numbers = Vec::new();
        while index != 0 {
            let origin = self.origins[index as usize];
            numbers.push(origin.action);
            index = origin.parent;
        }
        let mut state = self.model.initial();
        let mut path = Vec::with_capacity(numbers.len());
        for number in numbers.into_iter().rev() {
            let mut actions = Vec::new();
            self.model.actions(&state, &mut actions);
            let action = actions.swap_remove(number as usize);
            if let Some(next) = self.model.next(&state, &action) {
                state = next;
            }
            path.push(action);
        }
        Counterexample { model: self.model.clone(), actions: path }
    }
}

fn fingerprint<S: Hash>(state: &S) -> u64 {
    let mut hasher = Xxh64::new(0);
    state.hash(&mut hasher);
    hasher.finish()
}

//! Every state there is: breadth-first search over a model, with named properties and the shortest
//! run that breaks one.
//!
//! The search stores a 64-bit fingerprint of each state, as TLC and stateright do: two different
//! states with the same fingerprint would be taken for one. With a million states the odds of that
//! are about 3 in 10⁸ (n²/2⁶⁵).

mod explorer;
mod fingerprint;
mod seen;
mod walk;

pub use explorer::Explorer;
pub(crate) use fingerprint::fingerprint;
pub use walk::{Walk, WalkEvent};

use super::{Run, Simulation, Span, Time};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::Hash;

/// A system whose every state can be visited.
///
/// It may change itself while it is searched, so as to remember what it has computed; what it answers
/// must not depend on what it has been asked before.
pub trait Model: Sized + 'static {
    /// The name under which its runs are shared.
    const NAME: &'static str;
    /// A state; equal states must hash equally. The smaller it is, the faster the search.
    type State: Clone + Debug + PartialEq + Hash + 'static;
    /// What can happen in a state.
    type Action: Clone + Debug + PartialEq + Serialize + DeserializeOwned + 'static;

    /// The state at the start.
    fn initial(&mut self) -> Self::State;

    /// Adds to `successors` everything that can happen in this state, with the state after it: each
    /// action once, always in the same order.
    fn successors(
        &mut self,
        state: &Self::State,
        successors: &mut Vec<(Self::Action, Self::State)>,
    );

    /// A state that stands for this one and all that are like it, of which only the first that is
    /// reached is visited then; by default the state itself, at no cost.
    ///
    /// Two states may have the same representative only if they differ by a permutation of
    /// interchangeable parts that the properties do not tell apart either: then what can happen in
    /// one can happen, permuted, in the other. As many states are visited as there are orbits of
    /// these permutations if all states of an orbit have the same representative; if one orbit has
    /// several, nothing is missed, but how many are visited depends on the order of the search.
    ///
    /// A representative only decides whether a state has been seen. The search goes on from the state
    /// that was really reached, so a counterexample is a run of the model as it is.
    fn representative<'a>(&self, state: &'a Self::State) -> Cow<'a, Self::State> {
        Cow::Borrowed(state)
    }

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

/// What the search has found out about a property; `A` is the model's action.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Verdict<A> {
    /// Nothing against it (or, for [`Kind::Sometimes`], nothing for it) so far.
    Searching,
    /// Every reachable state has been visited, and it holds.
    Holds,
    /// [`Kind::Sometimes`]: here is a state of which it is true.
    Witnessed(Counterexample<A>),
    /// Here is the shortest run that breaks it.
    Broken(Counterexample<A>),
    /// [`Kind::Sometimes`]: every reachable state has been visited, and it is true of none.
    NeverHolds,
}

/// A shortest sequence of actions from the start to the state in question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counterexample<A> {
    /// What has to happen, in order.
    pub actions: Vec<A>,
}

impl<A> Counterexample<A> {
    /// The same as a run of the model, one action every `spacing`, to be opened in a player.
    pub fn into_run<M>(self, model: M, spacing: Span) -> Run<Walk<M>>
    where
        M: Model,
        Walk<M>: Simulation<Scenario = M, Action = A>,
    {
        let times = (1..).map(|step| Time::ZERO + spacing * step);
        Run { scenario: model, seed: 0, actions: times.zip(self.actions).collect() }
    }
}

/// How far a search may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most distinct states to visit; at most 2³² − 1.
    pub states: usize,
}

/// How far a search has come: a few numbers, for a page to show while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Distinct states visited.
    pub distinct: usize,
    /// States generated: the initial one and every successor, seen before or not.
    pub generated: usize,
    /// States on the longest shortest path, the initial one included, as TLC counts its depth.
    pub depth: usize,
    /// Distinct states that have been reached and whose successors have not been looked at.
    pub waiting: usize,
    /// How many properties have been decided by a run. When it changes, a report says more.
    pub decided: usize,
    /// Whether every reachable state has been visited.
    pub is_complete: bool,
}

/// How far a search has come, and what it has found; `A` is the model's action.
#[derive(Clone, Debug)]
pub struct Report<A> {
    /// Distinct states visited.
    pub distinct: usize,
    /// States generated: the initial one and every successor, seen before or not.
    pub generated: usize,
    /// States on the longest shortest path, the initial one included, as TLC counts its depth.
    pub depth: usize,
    /// Whether every reachable state has been visited.
    pub is_complete: bool,
    /// The verdicts, in the order of the model's properties.
    pub verdicts: Vec<(&'static str, Verdict<A>)>,
}

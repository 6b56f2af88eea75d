//! A model as a simulation: nothing happens by itself, every step is an action of the reader.
//!
//! This is how a counterexample opens in the player.

use super::{Kind, Model};
use crate::sim::{Invariant, Rng, Simulation, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// A walk through the states of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct Walk<M: Model> {
    model: M,
    state: M::State,
}

/// What happened on a walk.
#[derive(Clone, Debug, PartialEq)]
pub enum WalkEvent<M: Model> {
    /// The action was taken.
    Took(M::Action),
    /// The action is impossible in this state, which stays.
    Refused(M::Action),
    /// From here on this property does not hold: one claimed of every state, or one claimed of a
    /// state in which nothing more can happen, when this is such a state.
    Broke(&'static str),
}

impl<M> Simulation for Walk<M>
where
    M: Model + Clone + Debug + PartialEq + Serialize + DeserializeOwned,
{
    const NAME: &'static str = M::NAME;
    type Scenario = M;
    type Action = M::Action;
    type Event = WalkEvent<M>;
    type Frame = M::State;

    fn new(scenario: &M, _rng: Rng) -> Self {
        let mut model = scenario.clone();
        Walk { state: model.initial(), model }
    }

    fn next_at(&self) -> Option<Time> {
        None
    }

    fn step(&mut self) -> Vec<WalkEvent<M>> {
        Vec::new()
    }

    fn act(&mut self, _now: Time, action: M::Action) -> Vec<WalkEvent<M>> {
        let possible = self.successors().into_iter().find(|(possible, _)| *possible == action);
        let Some((_, next)) = possible else {
            return vec![WalkEvent::Refused(action)];
        };
        let was_broken = self.broken();
        self.state = next;
        let broken = self.broken().into_iter().filter(|name| !was_broken.contains(name));
        std::iter::once(WalkEvent::Took(action)).chain(broken.map(WalkEvent::Broke)).collect()
    }

    fn frame(&self, _now: Time) -> M::State {
        self.state.clone()
    }

    fn invariants() -> &'static [Invariant<Self>] {
        // A model's properties belong to its value, not to its type: `act` reports them.
        &[]
    }
}

impl<M: Model> Walk<M> {
    /// What can happen in the present state.
    fn successors(&mut self) -> Vec<(M::Action, M::State)> {
        let mut successors = Vec::new();
        self.model.successors(&self.state, &mut successors);
        successors
    }

    /// The names of the properties that the present state breaks.
    fn broken(&mut self) -> Vec<&'static str> {
        let is_at_rest = self.successors().is_empty();
        let properties = self.model.properties().into_iter().filter(|property| {
            let is_claimed = match property.kind {
                Kind::Always => true,
                Kind::EventuallyAtRest => is_at_rest,
                Kind::Sometimes => false,
            };
            is_claimed && !(property.holds)(&self.model, &self.state)
        });
        properties.map(|property| property.name).collect()
    }
}

//! A model as a simulation: nothing happens by itself, every step is an action of the reader.
//!
//! This is how a counterexample opens in the player.

use super::{Kind, Model};
use crate::sim::{Invariant, Rng, Simulation, Time};

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
    /// From here on this property, claimed of every state, does not hold.
    Broke(&'static str),
}

impl<M: Model> Simulation for Walk<M> {
    const NAME: &'static str = M::NAME;
    type Scenario = M;
    type Action = M::Action;
    type Event = WalkEvent<M>;
    type Frame = M::State;

    fn new(scenario: &M, _rng: Rng) -> Self {
        Walk { model: scenario.clone(), state: scenario.initial() }
    }

    fn next_at(&self) -> Option<Time> {
        None
    }

    fn step(&mut self) -> Vec<WalkEvent<M>> {
        Vec::new()
    }

    fn act(&mut self, _now: Time, action: M::Action) -> Vec<WalkEvent<M>> {
        let Some(next) = self.model.next(&self.state, &action) else {
            return vec![WalkEvent::Refused(action)];
        };
        let before = std::mem::replace(&mut self.state, next);
        let mut events = vec![WalkEvent::Took(action)];
        for property in self.model.properties() {
            let holds = |state| (property.holds)(&self.model, state);
            if property.kind == Kind::Always && holds(&before) && !holds(&self.state) {
                events.push(WalkEvent::Broke(property.name));
            }
        }
        events
    }

    fn frame(&self, _now: Time) -> M::State {
        self.state.clone()
    }

    fn invariants() -> &'static [Invariant<Self>] {
        // A model's properties belong to its value, not to its type: `act` reports them.
        &[]
    }
}

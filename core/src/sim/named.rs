//! A run worth seeing: what a page opens with, and what golden tests replay.

use super::{Run, Simulation, Time};

/// A run with a name.
#[derive(Clone, Debug)]
pub struct Named<S: Simulation> {
    /// A short name, stable, in lower case.
    pub name: &'static str,
    /// What there is to see, as a title.
    pub title: &'static str,
    /// The run.
    pub run: Run<S>,
    /// When everything in it has happened.
    pub until: Time,
}

impl<S: Simulation> Named<S> {
    /// A run of seed 1 with these actions, each at a time in milliseconds.
    pub fn new(
        name: &'static str,
        title: &'static str,
        scenario: S::Scenario,
        actions: &[(u64, S::Action)],
        until_ms: u64,
    ) -> Self {
        let actions = actions.iter().map(|(ms, action)| (Time::from_ms(*ms), action.clone()));
        let run = Run { scenario, seed: 1, actions: actions.collect() };
        Named { name, title, run, until: Time::from_ms(until_ms) }
    }
}

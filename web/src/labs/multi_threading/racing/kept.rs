//! What came of the last race of each kind, so that the three can be compared.

use playground_core::multi_threading::team::{LostUpdates, LostUpdatesReading, Way};
use std::rc::Rc;
use yew::prelude::*;

/// How one is added, in a few words.
pub fn way_text(way: Way) -> &'static str {
    match way {
        Way::Plain => "without a lock",
        Way::Locked => "with a lock",
        Way::Atomic => "by an atomic addition",
    }
}

/// A race, and what came of it.
pub type Race = (LostUpdates, Rc<LostUpdatesReading>);

/// The last race of each kind.
#[derive(Clone, Default, PartialEq)]
pub struct Kept {
    /// What runs, or ran last.
    plan: Option<LostUpdates>,
    /// In the order in which each kind was run first.
    races: Vec<Race>,
}

/// What changes it.
pub enum Step {
    /// A race begins.
    Begin(LostUpdates),
    /// How the race stands.
    Hear(Rc<LostUpdatesReading>),
}

impl Reducible for Kept {
    type Action = Step;

    fn reduce(mut self: Rc<Self>, step: Step) -> Rc<Self> {
        let kept = Rc::make_mut(&mut self);
        match step {
            Step::Begin(plan) => {
                kept.plan = Some(plan);
                kept.races.retain(|(it, _)| it.way != plan.way);
            }
            Step::Hear(reading) => {
                let Some(plan) = kept.plan else { return self };
                match kept.races.iter_mut().find(|(it, _)| it.way == plan.way) {
                    Some(race) => *race = (plan, reading),
                    None => kept.races.push((plan, reading)),
                }
            }
        }
        self
    }
}

impl Kept {
    /// What runs, or ran last.
    pub fn last(&self) -> Option<Race> {
        self.race(self.plan?.way)
    }

    /// The last race of a kind.
    pub fn race(&self, way: Way) -> Option<Race> {
        self.races.iter().find(|(plan, _)| plan.way == way).cloned()
    }
}

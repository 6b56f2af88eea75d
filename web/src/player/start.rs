//! Where a player begins: with the run in the address, or with one worth seeing.

use super::link::current_link;
use super::model::Start;
use crate::theme::prefers_reduced_motion;
use playground_core::sim::{Named, Run, Simulation, Time};

impl<S: Simulation> Start<S> {
    /// At the start of a run; it plays by itself, unless the reader wants less motion.
    pub fn playing(run: Run<S>, until: Time) -> Self {
        Start { run, until, moment: None, plays: !prefers_reduced_motion(), loops: false }
    }

    /// The same, over and over: a miniature.
    pub fn looping(named: Named<S>) -> Self {
        Start { loops: true, ..Start::playing(named.run, named.until) }
    }

    /// At the moment that the address holds, at rest; with this run if it holds none.
    pub fn linked_or(opening: Named<S>) -> Self {
        match current_link::<S>() {
            Some(link) => Start {
                run: link.run,
                until: link.moment.time,
                moment: Some(link.moment),
                plays: false,
                loops: false,
            },
            None => Start::playing(opening.run, opening.until),
        }
    }
}

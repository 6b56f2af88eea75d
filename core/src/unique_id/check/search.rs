//! The search of all runs, for a page: compiled here, where code is optimised for speed.

use super::{Check, CheckAction, CheckModel};
use crate::sim::{Counterexample, Explorer, Limits, Progress, Verdict};
use serde::{Deserialize, Serialize};

/// The most states that a search visits.
const MOST_STATES: usize = 4_000_000;

/// A search under way, in portions. It ends when every state has been visited, or an ID was found to come twice.
pub struct CheckSearch {
    explorer: Explorer<CheckModel>,
    /// How many properties had been decided when it was looked last, and whether the first of them was broken.
    known: (usize, bool),
}

/// What a search has found out about one property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The property, a short sentence.
    pub property: String,
    /// What is known of it.
    pub verdict: FindingVerdict,
}

/// What is known of a property. A run is told step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FindingVerdict {
    /// Nothing so far.
    Searching,
    /// It holds in every run.
    Holds,
    /// It was claimed to be possible, and in no run it is.
    Impossible,
    /// It was claimed to be possible, and this is a shortest run in which it is.
    Possible(Vec<String>),
    /// This is a shortest run that breaks it.
    Broken(Vec<String>),
}

impl CheckSearch {
    /// A search that has visited nothing but the start.
    pub fn new(check: Check) -> Self {
        let explorer = Explorer::new(CheckModel::new(check), Limits { states: MOST_STATES });
        CheckSearch { explorer, known: (0, false) }
    }

    /// Goes on for so many states; false once there is nothing more to look for.
    pub fn expand(&mut self, states: usize) -> bool {
        let goes_on = self.explorer.expand(states);
        let decided = self.explorer.progress().decided;
        if decided != self.known.0 {
            let verdicts = self.explorer.report().verdicts;
            let is_broken = matches!(verdicts.first(), Some((_, Verdict::Broken(_))));
            self.known = (decided, is_broken);
        }
        goes_on && !self.known.1
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        self.explorer.progress()
    }

    /// What has been found.
    pub fn findings(&mut self) -> Vec<Finding> {
        let steps = |run: Counterexample<CheckAction>| {
            run.actions.iter().map(ToString::to_string).collect()
        };
        let finding = |(property, verdict): (&'static str, Verdict<CheckAction>)| Finding {
            property: property.to_owned(),
            verdict: match verdict {
                Verdict::Searching => FindingVerdict::Searching,
                Verdict::Holds => FindingVerdict::Holds,
                Verdict::NeverHolds => FindingVerdict::Impossible,
                Verdict::Witnessed(run) => FindingVerdict::Possible(steps(run)),
                Verdict::Broken(run) => FindingVerdict::Broken(steps(run)),
            },
        };
        self.explorer.report().verdicts.into_iter().map(finding).collect()
    }
}

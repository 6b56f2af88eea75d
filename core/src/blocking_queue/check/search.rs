//! The search of all runs, for a page: compiled here, where code is optimised for speed.

use super::{Check, CheckAction, CheckModel};
use crate::sim::{Counterexample, Explorer, Limits, Progress, Run, Span, Verdict, Walk};

/// The most states that a search visits.
const MOST_STATES: usize = 4_000_000;

/// How far apart the steps of a run are in the player.
const SPACING: Span = Span::from_ms(500);

/// A search under way, in portions, until every state has been visited.
pub struct CheckSearch {
    check: Check,
    explorer: Explorer<CheckModel>,
}

/// What a search has found out about one property.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The property, a short sentence.
    pub property: &'static str,
    /// What is known of it.
    pub verdict: FindingVerdict,
}

/// What is known of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingVerdict {
    /// Nothing so far.
    Searching,
    /// It holds in every run.
    Holds,
    /// It was claimed to be possible, and in no run it is.
    Impossible,
    /// It was claimed to be possible, and this is a shortest run in which it is.
    Possible(FoundRun),
    /// This is a shortest run that breaks it.
    Broken(FoundRun),
}

/// A run that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundRun {
    /// Its steps in words.
    pub steps: Vec<String>,
    /// The run, for a player.
    pub run: Box<Run<Walk<CheckModel>>>,
}

impl CheckSearch {
    /// A search that has visited nothing but the start.
    pub fn new(check: Check) -> Self {
        let model = CheckModel::new(check);
        let explorer = Explorer::new(model, Limits { states: MOST_STATES });
        CheckSearch { check: model.check(), explorer }
    }

    /// What is searched, within the limits.
    pub fn check(&self) -> Check {
        self.check
    }

    /// Goes on for so many states; false once there is nothing more to look for.
    pub fn expand(&mut self, states: usize) -> bool {
        self.explorer.expand(states)
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        self.explorer.progress()
    }

    /// What has been found.
    pub fn findings(&mut self) -> Vec<Finding> {
        let model = CheckModel::new(self.check);
        let found = |run: Counterexample<CheckAction>| FoundRun {
            steps: run.actions.iter().map(ToString::to_string).collect(),
            run: Box::new(run.into_run(model, SPACING)),
        };
        let finding = |(property, verdict): (&'static str, Verdict<CheckAction>)| Finding {
            property,
            verdict: match verdict {
                Verdict::Searching => FindingVerdict::Searching,
                Verdict::Holds => FindingVerdict::Holds,
                Verdict::NeverHolds => FindingVerdict::Impossible,
                Verdict::Witnessed(run) => FindingVerdict::Possible(found(run)),
                Verdict::Broken(run) => FindingVerdict::Broken(found(run)),
            },
        };
        self.explorer.report().verdicts.into_iter().map(finding).collect()
    }
}

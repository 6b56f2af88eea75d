//! The search of all interleavings, for a page: compiled here, where code is optimised for speed.

use super::interleavings::Counting;
use super::{Check, CheckModel, CheckStep, Interleavings};
use crate::multi_threading::lab::Lab;
use crate::sim::{Counterexample, Explorer, Limits, Progress, Run, Verdict};
use serde::{Deserialize, Serialize};

/// The most states that a search visits.
const MOST_STATES: usize = 1_500_000;

/// A search under way, in portions: first every state is visited, then the interleavings are counted.
pub struct CheckSearch {
    explorer: Explorer<CheckModel>,
    counting: Counting,
    is_counting: bool,
}

/// What a search has found out about one property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// The property, a short sentence.
    pub property: String,
    /// What is known of it.
    pub verdict: FindingVerdict,
}

/// What is known of a property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FindingVerdict {
    /// Nothing so far.
    Searching,
    /// It holds in every interleaving.
    Holds,
    /// It was claimed to be possible, and in no interleaving it is.
    Impossible,
    /// It was claimed to be possible, and this is a shortest run in which it is.
    Possible(FoundRun),
    /// This is a shortest run that breaks it.
    Broken(FoundRun),
}

/// A run that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundRun {
    /// Its steps in words.
    pub steps: Vec<String>,
    /// The same in the lab, by hand.
    pub run: Box<Run<Lab>>,
}

/// The run that breaks a promise with the fewest preemptions, and among those in the fewest steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalmestRun {
    /// How often a thread is stopped that could have gone on.
    pub preemptions: u32,
    /// The run.
    pub run: FoundRun,
}

impl CheckSearch {
    /// A search that has visited nothing but the start.
    pub fn new(check: Check) -> Self {
        let model = CheckModel::new(check);
        let counting = Counting::new(&model);
        let explorer = Explorer::new(model, Limits { states: MOST_STATES });
        CheckSearch { explorer, counting, is_counting: false }
    }

    /// Goes on for so many states; false once there is nothing more to visit or to count.
    pub fn expand(&mut self, states: usize) -> bool {
        if !self.is_counting {
            // What was cut short is not counted.
            self.is_counting = !self.explorer.expand(states);
            return !self.is_counting || self.progress().is_complete;
        }
        self.progress().is_complete && self.counting.advance(self.explorer.model(), states)
    }

    /// How far it has come with visiting.
    pub fn progress(&self) -> Progress {
        self.explorer.progress()
    }

    /// Whether every state has been visited, and the interleavings are being counted or have been.
    pub fn is_counting(&self) -> bool {
        self.is_counting
    }

    /// What has been found, with runs that open in the lab.
    pub fn findings(&mut self) -> Vec<Finding> {
        let report = self.explorer.report();
        let model = self.explorer.model();
        let found = |it: Counterexample<CheckStep>| FoundRun::of(model, &it.actions);
        let finding = |(property, verdict): (&'static str, Verdict<_>)| Finding {
            property: property.to_owned(),
            verdict: match verdict {
                Verdict::Searching => FindingVerdict::Searching,
                Verdict::Holds => FindingVerdict::Holds,
                Verdict::NeverHolds => FindingVerdict::Impossible,
                Verdict::Witnessed(it) => FindingVerdict::Possible(found(it)),
                Verdict::Broken(it) => FindingVerdict::Broken(found(it)),
            },
        };
        report.verdicts.into_iter().map(finding).collect()
    }

    /// How many interleavings there are; none before they have been counted, or if there are too many states.
    pub fn interleavings(&self) -> Option<Interleavings> {
        self.counting.result().cloned()
    }

    /// The run that breaks a promise with the fewest preemptions; none before the interleavings have been counted, or if
    /// no promise is broken.
    pub fn calmest(&self) -> Option<CalmestRun> {
        let (preemptions, steps) = self.counting.fewest_preemptions()?;
        Some(CalmestRun { preemptions, run: FoundRun::of(self.explorer.model(), &steps) })
    }
}

impl FoundRun {
    fn of(model: &CheckModel, steps: &[CheckStep]) -> Self {
        FoundRun { steps: model.words(steps), run: Box::new(model.run_of(steps)) }
    }
}

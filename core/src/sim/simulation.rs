//! A lab's model as a value that moves from event to event, and a run that replays exactly.

use super::{Rng, Time};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Debug};

/// A lab's model: a value that moves from event to event and can be drawn at any moment.
///
/// Everything that happens follows from the scenario, the seed and the actions; two equal runs give
/// equal frames, natively and in wasm.
pub trait Simulation: Clone + Debug + 'static {
    /// The lab's one name, as in the names of its files.
    const NAME: &'static str;
    /// What is there at the start.
    type Scenario: Clone + Debug + PartialEq + Serialize + DeserializeOwned + 'static;
    /// What a reader can do.
    type Action: Clone + Debug + PartialEq + Serialize + DeserializeOwned + 'static;
    /// What happens, in the past tense.
    type Event: Clone + Debug + PartialEq + 'static;
    /// What is drawn: plain data.
    type Frame: Clone + Debug + PartialEq + 'static;

    /// The model at time zero.
    fn new(scenario: &Self::Scenario, rng: Rng) -> Self;

    /// When the next thing happens by itself; none if nothing is under way.
    fn next_at(&self) -> Option<Time>;

    /// Lets the next thing happen, at [`next_at`](Simulation::next_at).
    fn step(&mut self) -> Vec<Self::Event>;

    /// Does what the reader asks; what is impossible changes nothing and says so in an event.
    fn act(&mut self, now: Time, action: Self::Action) -> Vec<Self::Event>;

    /// What is to be drawn at `now`, which lies between the last thing that happened and the next.
    fn frame(&self, now: Time) -> Self::Frame;

    /// What must hold after everything that happens.
    fn invariants() -> &'static [Invariant<Self>];

    /// About how many bytes a copy of this state takes; bounds the snapshots of a timeline.
    fn footprint_bytes(&self) -> usize {
        size_of::<Self>()
    }
}

/// Something that must hold after everything that happens.
pub struct Invariant<S> {
    /// A short sentence.
    pub name: &'static str,
    /// Whether it holds.
    pub holds: fn(&S) -> bool,
}

/// All it takes to replay: a shared link, a golden test and a bug report are the same thing.
///
/// Actions are in the order of their times; an action is applied after everything that happens by
/// itself up to and including its time.
#[derive(Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub struct Run<S: Simulation> {
    /// What is there at the start.
    pub scenario: S::Scenario,
    /// Determines everything that is left to chance.
    pub seed: u64,
    /// What was done, and when.
    pub actions: Vec<(Time, S::Action)>,
}

impl<S: Simulation> Run<S> {
    /// A run in which nobody does anything.
    pub fn new(scenario: S::Scenario, seed: u64) -> Self {
        Run { scenario, seed, actions: Vec::new() }
    }
}

// Written out, because derives would ask for `S: Clone + PartialEq + Debug`'s fields differently.
impl<S: Simulation> Clone for Run<S> {
    fn clone(&self) -> Self {
        Run { scenario: self.scenario.clone(), seed: self.seed, actions: self.actions.clone() }
    }
}

impl<S: Simulation> PartialEq for Run<S> {
    fn eq(&self, other: &Self) -> bool {
        self.seed == other.seed && self.scenario == other.scenario && self.actions == other.actions
    }
}

impl<S: Simulation> Debug for Run<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("scenario", &self.scenario)
            .field("seed", &self.seed)
            .field("actions", &self.actions)
            .finish()
    }
}

/// The state of a run somewhere along the way: what replays, seeks and snapshots share.
#[derive(Clone, Debug)]
pub(super) struct Playhead<S> {
    pub(super) state: S,
    pub(super) now: Time,
    /// How many things, steps and actions, have happened.
    pub(super) position: u64,
    /// How many of them were actions.
    pub(super) applied: usize,
}

impl<S: Simulation> Playhead<S> {
    pub(super) fn new(run: &Run<S>) -> Self {
        let state = S::new(&run.scenario, Rng::new(run.seed));
        Playhead { state, now: Time::ZERO, position: 0, applied: 0 }
    }

    /// When the next step or action of the run is due.
    pub(super) fn next_at(&self, run: &Run<S>) -> Option<Time> {
        let action = run.actions.get(self.applied).map(|(at, _)| *at);
        [self.state.next_at(), action].into_iter().flatten().min().map(|at| at.max(self.now))
    }

    /// Lets the next step or action happen, unless it is due later than `until`.
    pub(super) fn forward(&mut self, run: &Run<S>, until: Time) -> Option<Vec<S::Event>> {
        let at = self.next_at(run).filter(|at| *at <= until)?;
        self.now = at;
        self.position += 1;
        if self.state.next_at().is_some_and(|step_at| step_at <= at) {
            return Some(self.state.step());
        }
        let (_, action) = run.actions.get(self.applied)?.clone();
        self.applied += 1;
        Some(self.state.act(at, action))
    }
}

/// A broken invariant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// When it was found broken.
    pub at: Time,
    /// Its name.
    pub invariant: &'static str,
}

/// Everything that happened in a run.
#[derive(Clone, Debug)]
pub struct Transcript<S: Simulation> {
    /// The events in order, each with its time.
    pub events: Vec<(Time, S::Event)>,
    /// The first violation of each invariant.
    pub violations: Vec<Violation>,
    /// The state at the end.
    pub state: S,
    /// How many steps and actions there were.
    pub steps: u64,
}

/// A transcript in few words: equal summaries mean that two worlds replayed the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplaySummary {
    /// How many steps and actions there were.
    pub steps: u64,
    /// How many events they brought about.
    pub events: u64,
    /// XXH64 of the transcript's text, in hexadecimal: a 64-bit number does not fit JavaScript's.
    pub fingerprint: String,
}

/// Replays a run to its end, or until `max_steps` things have happened, and keeps only the summary.
/// Invariants are not checked: whoever compares two worlds wants speed.
pub fn summarize<S: Simulation>(run: &Run<S>, max_steps: u64) -> ReplaySummary {
    let mut head = Playhead::new(run);
    let mut text = xxhash_rust::xxh64::Xxh64::new(0);
    let mut events = 0;
    while head.position < max_steps {
        let Some(happened) = head.forward(run, Time(u64::MAX)) else { break };
        events += happened.len() as u64;
        for event in happened {
            text.update(line(head.now, &event).as_bytes());
        }
    }
    let fingerprint = format!("{:016x}", text.digest());
    ReplaySummary { steps: head.position, events, fingerprint }
}

fn line(at: Time, event: &impl Debug) -> String {
    format!("{at}  {event:?}\n")
}

/// Replays a run up to and including the time `until`, or until `max_steps` things have happened.
pub fn replay<S: Simulation>(run: &Run<S>, until: Time, max_steps: u64) -> Transcript<S> {
    let mut head = Playhead::new(run);
    let mut events = Vec::new();
    let mut violations: Vec<Violation> = Vec::new();
    while head.position < max_steps {
        let Some(happened) = head.forward(run, until) else { break };
        events.extend(happened.into_iter().map(|event| (head.now, event)));
        for invariant in S::invariants() {
            let known = violations.iter().any(|violation| violation.invariant == invariant.name);
            if !known && !(invariant.holds)(&head.state) {
                violations.push(Violation { at: head.now, invariant: invariant.name });
            }
        }
    }
    Transcript { events, violations, state: head.state, steps: head.position }
}

/// One line an event, for golden tests.
impl<S: Simulation> fmt::Display for Transcript<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, event) in &self.events {
            f.write_str(&line(*at, event))?;
        }
        for violation in &self.violations {
            writeln!(f, "{}  BROKEN: {}", violation.at, violation.invariant)?;
        }
        Ok(())
    }
}

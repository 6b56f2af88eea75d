//! Every run there is of two workers and one number: requests that are handled late, again, or never, answers that
//! come late, clocks that show anything at any moment, processes that die and start again, and a registry that
//! dies.
//!
//! The [`Registry`] of the lab and of the server decides; each worker obeys [`Lease::allows`]. Three things keep the
//! number of states small without leaving out a way in which an ID could come twice:
//!
//! - A clock is no part of a state: whoever looks at one may see any millisecond up to [`LAST_MS`].
//! - Of the IDs of a millisecond only the first is made: a second maker of the same number and millisecond would
//!   begin with the same one.
//! - What a start of a worker may have asked once is handled again at any time, though nobody waits for it any more.
//!
//! The registry writes before it answers; dying between both is like never having heard. Only where it answers first
//! is what it knows another thing than what its disk has.

mod action;
mod search;

pub use action::{CheckAction, Request};
pub use search::{CheckSearch, Finding, FindingVerdict};

use super::lab::Mistake;
use super::lease::{Holder, Lease, LeaseRefusal, Registry, Terms};
use crate::sim::{Kind, Model, Property};
use serde::{Deserialize, Serialize};

/// The latest millisecond that a clock shows.
pub const LAST_MS: u8 = 3;
/// How far ahead a lease reserves, in milliseconds.
const LEASE_MS: u8 = 1;
const WORKERS: u8 = 2;

/// What is to be checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// How often each worker may start, 1 to 3.
    pub starts: u8,
    /// How many leases are granted at most, 1 to 4; renewals do not count.
    pub leases: u8,
    /// What is done wrong; only mistakes in leasing make a difference.
    pub mistake: Option<Mistake>,
}

impl Check {
    /// The mistakes that make a difference here.
    pub const MISTAKES: [Mistake; 4] = [
        Mistake::HighWaterForgotten,
        Mistake::LeaseNotLookedAt,
        Mistake::NoFencing,
        Mistake::AnswerBeforeWrite,
    ];
}

impl Default for Check {
    /// Three leases among two workers that do not die, and nothing is done wrong.
    fn default() -> Self {
        Check { starts: 1, leases: 3, mistake: None }
    }
}

/// A worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
struct Process {
    /// How often it has started; 0 before the first time.
    starts: u8,
    is_up: bool,
    lease: Option<Lease>,
    /// The stamp of its last ID since it started.
    last_ms: u8,
    /// What it waits for.
    asked: Option<Request>,
    /// What has come, and has not been looked at.
    answer: Option<Result<Lease, LeaseRefusal>>,
}

/// The state of everything.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct CheckState {
    /// What the registry knows.
    registry: Registry,
    /// What its disk has, if that is something else.
    disk: Option<Registry>,
    processes: [Process; WORKERS as usize],
    /// The number was given back by the holder of this epoch, whose last stamp this was; the registry may hear of it
    /// any number of times.
    given_back: Option<(u64, u8)>,
    /// A bit for each stamp that was handed out.
    made: u16,
    /// Which workers have made any.
    makers: u8,
    /// Whether a stamp was handed out twice.
    is_repeated: bool,
}

/// Leasing as a [`Model`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckModel {
    check: Check,
}

impl CheckModel {
    /// A model. Settings out of range are brought into it.
    pub fn new(check: Check) -> Self {
        let (starts, leases) = (check.starts.clamp(1, 3), check.leases.clamp(1, 4));
        CheckModel { check: Check { starts, leases, ..check } }
    }

    fn makes(&self, mistake: Mistake) -> bool {
        self.check.mistake == Some(mistake)
    }

    /// What the registry may hear of: what is waited for, and what may have been asked before.
    fn requests(&self, state: &CheckState) -> Vec<(u8, u8, Request)> {
        let mut requests = Vec::new();
        for (worker, process) in (0..).zip(&state.processes) {
            requests.extend((1..=process.starts).map(|start| (worker, start, Request::Acquire)));
            let renewal = process.asked.filter(|it| matches!(it, Request::Renew { .. }));
            requests.extend(renewal.map(|it| (worker, process.starts, it)));
        }
        if let Some((epoch, last_ms)) = state.given_back {
            requests.push((0, 0, Request::Release { epoch, last_ms }));
        }
        // Of old renewals only those count that name the latest epoch, whoever they come from.
        let row = state.registry.rows()[0];
        if row.holder.is_some() {
            requests.push((0, 0, Request::Renew { epoch: row.epoch }));
        }
        requests
    }

    /// What follows from an action; none if it is impossible, or changes nothing.
    fn after(&self, state: &CheckState, action: CheckAction) -> Option<CheckState> {
        let mut next = state.clone();
        match action {
            CheckAction::Start { worker } => {
                let process = next.process(worker);
                if process.starts == self.check.starts {
                    return None;
                }
                *process =
                    Process { starts: process.starts + 1, is_up: true, ..Process::default() };
            }
            CheckAction::Stop { worker } => {
                let process = next.process(worker);
                let (lease, starts, last_ms) = (process.lease?, process.starts, process.last_ms);
                *process = Process { starts, ..Process::default() };
                next.given_back = Some((lease.epoch, last_ms));
            }
            CheckAction::Ask { worker } => {
                let process = next.process(worker);
                if !process.is_up || process.asked.is_some() {
                    return None;
                }
                let request = match process.lease {
                    None => Request::Acquire,
                    Some(lease) => Request::Renew { epoch: lease.epoch },
                };
                process.asked = Some(request);
            }
            CheckAction::Handle { worker, start, request, now_ms } => {
                self.handle(&mut next, (worker, start), request, now_ms)?;
            }
            CheckAction::Write => next.disk = None,
            CheckAction::RestartRegistry => next.registry = next.disk.take()?,
            CheckAction::Revoke => {
                let before = next.registry.clone();
                next.registry.revoke(0).ok()?;
                self.note_write(&mut next, before);
            }
            CheckAction::Hear { worker } => {
                let process = next.process(worker);
                match process.answer.take()? {
                    Ok(lease) => process.lease = Some(lease),
                    Err(LeaseRefusal::Fenced { .. }) => process.lease = None,
                    Err(_) => {}
                }
                process.asked = None;
            }
            CheckAction::Make { worker, stamp_ms } => self.make(&mut next, worker, stamp_ms)?,
        }
        (next != *state).then_some(next)
    }

    fn handle(
        &self,
        next: &mut CheckState,
        (worker, start): (u8, u8),
        request: Request,
        now_ms: u8,
    ) -> Option<()> {
        let before = next.registry.clone();
        let now_ms = u64::from(now_ms);
        let holder = Holder { process: worker.into(), start: start.into() };
        let result = match request {
            Request::Acquire => next.registry.acquire(now_ms, holder, now_ms),
            Request::Renew { epoch } => {
                let row = next.registry.rows()[0];
                let epoch = if self.makes(Mistake::NoFencing) { row.epoch } else { epoch };
                let lease = Lease { number: 0, epoch, after_ms: 0, until_ms: 0 };
                next.registry.renew(now_ms, lease, now_ms)
            }
            Request::Release { epoch, last_ms } => {
                next.registry.release(0, epoch, Some(last_ms.into())).ok()?;
                self.note_write(next, before);
                return Some(());
            }
        };
        if next.registry.rows()[0].epoch > self.check.leases.into() {
            return None;
        }
        self.note_write(next, before);
        let forgets = self.makes(Mistake::HighWaterForgotten);
        let answer = result.map(|lease| match forgets {
            true => Lease { after_ms: 0, ..lease },
            false => lease,
        });
        // An answer to what is not waited for any more is not heard.
        let process = next.process(worker);
        if process.starts == start && process.asked == Some(request) {
            process.answer = Some(answer);
        }
        Some(())
    }

    /// Where the registry answers first, its disk has what was there before, until it has written.
    fn note_write(&self, next: &mut CheckState, before: Registry) {
        if self.makes(Mistake::AnswerBeforeWrite) && next.disk.is_none() && before != next.registry
        {
            next.disk = Some(before);
        }
    }

    fn make(&self, next: &mut CheckState, worker: u8, stamp_ms: u8) -> Option<()> {
        let process = next.process(worker);
        let lease = process.lease?;
        let stamp = u64::from(stamp_ms);
        let looks = !self.makes(Mistake::LeaseNotLookedAt);
        let is_allowed = if looks { lease.allows(stamp) } else { lease.after_ms < stamp };
        if !is_allowed || stamp_ms <= process.last_ms {
            return None;
        }
        process.last_ms = stamp_ms;
        let bit = 1 << stamp_ms;
        next.is_repeated |= next.made & bit != 0;
        next.made |= bit;
        next.makers |= 1 << worker;
        Some(())
    }
}

impl CheckState {
    fn process(&mut self, worker: u8) -> &mut Process {
        &mut self.processes[usize::from(worker % WORKERS)]
    }

    /// How many workers believe that they may hand out an ID some time.
    fn believers(&self) -> usize {
        let may = |it: &&Process| {
            it.lease.is_some_and(|lease| lease.until_ms > lease.after_ms.max(it.last_ms.into()))
        };
        self.processes.iter().filter(may).count()
    }
}

impl Model for CheckModel {
    const NAME: &'static str = "unique_id_check";
    type State = CheckState;
    type Action = CheckAction;

    fn initial(&mut self) -> CheckState {
        let lease_ms = LEASE_MS.into();
        let terms = Terms { numbers: 1, lease_ms, renew_ms: 0, most_skew_ms: LAST_MS.into() };
        let registry = Registry::new(terms);
        CheckState {
            registry,
            disk: None,
            processes: [Process::default(); WORKERS as usize],
            given_back: None,
            made: 0,
            makers: 0,
            is_repeated: false,
        }
    }

    fn successors(&mut self, state: &CheckState, successors: &mut Vec<(CheckAction, CheckState)>) {
        // What is broken stays so: there is nothing to look for behind it.
        if state.is_repeated {
            return;
        }
        let mut actions =
            vec![CheckAction::Write, CheckAction::RestartRegistry, CheckAction::Revoke];
        for worker in 0..WORKERS {
            actions.push(CheckAction::Start { worker });
            actions.push(CheckAction::Stop { worker });
            actions.push(CheckAction::Ask { worker });
            actions.push(CheckAction::Hear { worker });
            let stamps = 1..=LAST_MS;
            actions.extend(stamps.map(|stamp_ms| CheckAction::Make { worker, stamp_ms }));
        }
        for (worker, start, request) in self.requests(state) {
            let times = 0..=LAST_MS;
            actions.extend(times.map(|now_ms| CheckAction::Handle {
                worker,
                start,
                request,
                now_ms,
            }));
        }
        let next = |action| self.after(state, action).map(|next| (action, next));
        successors.extend(actions.into_iter().filter_map(next));
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property {
                name: "no ID is handed out twice",
                kind: Kind::Always,
                holds: |_, state| !state.is_repeated,
            },
            Property {
                name: "what a worker holds lies below the high-water mark",
                kind: Kind::Always,
                holds: |_, state| {
                    let row = state.disk.as_ref().unwrap_or(&state.registry).rows()[0];
                    let mut leases = state.processes.iter().filter_map(|it| it.lease);
                    leases.all(|it| it.until_ms <= row.until_ms)
                },
            },
            Property {
                name: "both workers can make IDs with the number, one after the other",
                kind: Kind::Sometimes,
                holds: |_, state| state.makers.count_ones() == 2 && !state.is_repeated,
            },
            Property {
                name: "both can believe that the number is theirs, and no ID is made twice",
                kind: Kind::Sometimes,
                holds: |_, state| state.believers() == 2 && !state.is_repeated,
            },
        ]
    }
}

//! The number that this server holds, and the generator that counts with it.
//!
//! Two things must be true of every ID: the number is leased, and its millisecond is within the lease's window, which
//! is on disk, or in Redis. A server that was stopped and goes on again makes IDs of its own window only, whoever has the number
//! by then: their window begins after it.

use playground_core::unique_id::lease::{Holder, Lease};
use playground_core::unique_id::snowflake::{ClockPolicy, Generator, Id, Layout, Refused};
use playground_core::unique_id::wire::{Held, LeaseState};

use super::registry::Known;

/// How far the clock may step back and callers still wait for it, in milliseconds.
const BEARS_MS: u64 = 1_000;

/// How a call has gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Everything is made.
    Done,
    /// Ask again after so many milliseconds.
    Wait(u64),
    /// The window is used up, or the number is gone: ask again after the next lease.
    Renew,
    /// Not before so many milliseconds, and why not.
    Refused(u64, String),
}

/// IDs on their way: all of them by one holder.
#[derive(Debug)]
pub(super) struct Making {
    count: usize,
    pub(super) ids: Vec<Id>,
    pub(super) by: Option<Held>,
}

impl Making {
    pub(super) fn new(count: usize) -> Self {
        Self { count, ids: Vec::with_capacity(count), by: None }
    }
}

/// What this server has.
#[derive(Debug, Default)]
pub(super) struct Desk {
    holding: Option<Holding>,
    /// Why there is no lease, or why it cannot be renewed; and after how many milliseconds that may change.
    problem: Option<(String, u64)>,
    /// What is known of all numbers, as of the last lease.
    known: Vec<LeaseState>,
    made: u64,
    duplicates: u64,
    takeovers: u64,
}

#[derive(Debug)]
struct Holding {
    lease: Lease,
    generator: Generator,
    last: Option<Id>,
}

impl Holding {
    fn held(&self) -> Held {
        Held { number: self.lease.number, epoch: self.lease.epoch }
    }
}

impl Desk {
    /// Makes as many IDs as there can be at this time.
    pub(super) fn make(&mut self, now_ms: u64, making: &mut Making) -> Step {
        let next_lease = match &self.problem {
            Some((why, ms)) => Step::Refused(*ms, why.clone()),
            None => Step::Renew,
        };
        let Some(holding) = &mut self.holding else { return next_lease };
        let held = holding.held();
        if making.by != Some(held) {
            // A list is in order only if one number made all of it.
            making.ids.clear();
            making.by = Some(held);
        }
        if now_ms > holding.lease.until_ms {
            return next_lease;
        }
        let made = making.ids.len();
        making.ids.resize(making.count, Id::default());
        let filled = holding.generator.fill(now_ms, &mut making.ids[made..]);
        let (count, step) = match filled {
            Ok(filled) => (filled.made, filled.wait.map_or(Step::Done, |wait| Step::Wait(wait.ms))),
            Err(refused) => (0, refusal(&refused)),
        };
        making.ids.truncate(made + count);
        for id in &making.ids[made..] {
            self.duplicates += u64::from(holding.last.is_some_and(|last| last >= *id));
            holding.last = Some(*id);
        }
        self.made += count as u64;
        step
    }

    /// The lease to be renewed.
    pub(super) fn lease(&self) -> Option<Lease> {
        self.holding.as_ref().map(|holding| holding.lease)
    }

    /// A lease that is on disk now: the old one with a longer window, or another one.
    pub(super) fn take(&mut self, lease: Lease) {
        match &mut self.holding {
            Some(holding)
                if holding.held() == (Held { number: lease.number, epoch: lease.epoch }) =>
            {
                holding.lease = lease;
            }
            _ => match counting(lease) {
                Ok(generator) => {
                    self.takeovers += 1;
                    self.holding = Some(Holding { lease, generator, last: None });
                }
                Err(why) => return self.fail(why, true, u64::MAX),
            },
        }
        self.problem = None;
    }

    /// There is no lease, or it is not renewed.
    pub(super) fn fail(&mut self, why: String, is_lost: bool, retry_ms: u64) {
        if is_lost {
            self.holding = None;
        }
        self.problem = Some((why, retry_ms));
    }

    /// Gives the number back: the lease, and the last millisecond that it was used in.
    pub(super) fn give_back(&mut self, why: &str) -> Option<(Lease, Option<u64>)> {
        self.problem = Some((why.into(), 1_000));
        let holding = self.holding.take()?;
        // Without an ID this is the mark that the generator began after.
        Some((holding.lease, holding.generator.high_water_ms()))
    }

    /// What the registry holds.
    pub(super) fn know(&mut self, known: &Known, holder: Holder) {
        let rows = known.registry.rows().iter().zip(0..);
        let leased = rows.filter(|(row, _)| row.epoch > 0 && row.holder != Some(Holder::UNKNOWN));
        self.known = leased
            .map(|(row, number)| LeaseState {
                held: Held { number, epoch: row.epoch },
                after_ms: row.after_ms,
                high_water_ms: row.until_ms,
                process: row.holder.map(|holder| holder.process),
                server: row.holder.and_then(|holder| known.servers.get(&holder.start).cloned()),
                is_own: row.holder == Some(holder),
            })
            .collect();
    }

    pub(super) fn problem(&self) -> Option<&(String, u64)> {
        self.problem.as_ref()
    }

    pub(super) fn known(&self) -> &[LeaseState] {
        &self.known
    }

    /// IDs made, those that were not above the one before, and leases begun.
    pub(super) fn counts(&self) -> (u64, u64, u64) {
        (self.made, self.duplicates, self.takeovers)
    }
}

/// A generator for a new lease.
fn counting(lease: Lease) -> Result<Generator, String> {
    let policy = ClockPolicy::Wait { at_most_ms: BEARS_MS };
    let generator = Generator::new(Layout::CLASSICAL, lease.number, policy);
    let mut generator = generator.map_err(|error| error.to_string())?;
    generator.resume_after(lease.after_ms).map_err(|error| error.to_string())?;
    Ok(generator)
}

fn refusal(refused: &Refused) -> Step {
    match refused {
        Refused::SteppedBack { by_ms } => Step::Refused(
            *by_ms,
            format!(
                "The server's clock is {by_ms} ms behind the time up to which there may be IDs with its number, so \
                 that an ID of now could be one of them"
            ),
        ),
        other => Step::Refused(u64::MAX, format!("There can be no ID: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    fn lease(number: u16, epoch: u64, after_ms: u64, until_ms: u64) -> Lease {
        Lease { number, epoch, after_ms, until_ms }
    }

    fn make(desk: &mut Desk, now_ms: u64, count: usize) -> (Step, Vec<Id>) {
        let mut making = Making::new(count);
        let step = desk.make(now_ms, &mut making);
        (step, making.ids)
    }

    #[test]
    fn nothing_is_made_outside_the_window() {
        let mut desk = Desk::default();
        assert_eq!(make(&mut desk, NOW, 1).0, Step::Renew, "no lease yet");
        desk.take(lease(3, 1, NOW, NOW + 10));
        assert_eq!(make(&mut desk, NOW, 1), (Step::Wait(1), vec![]), "it was another's");
        let (step, ids) = make(&mut desk, NOW + 10, 1);
        assert_eq!(step, Step::Done);
        let parts = Layout::CLASSICAL.decompose(ids[0]);
        assert_eq!((parts.worker, Layout::CLASSICAL.unix_ms(ids[0])), (3, NOW + 10));
        assert_eq!(make(&mut desk, NOW + 11, 1).0, Step::Renew, "it is not reserved");
        desk.take(lease(3, 1, NOW, NOW + 20));
        assert_eq!(make(&mut desk, NOW + 11, 1).0, Step::Done);
        assert_eq!(desk.counts(), (2, 0, 1));
    }

    #[test]
    fn a_clock_that_is_far_behind_the_mark_is_refused_with_the_time_to_wait() {
        let mut desk = Desk::default();
        desk.take(lease(0, 2, NOW + 60_000, NOW + 70_000));
        let (Step::Refused(ms, why), _) = make(&mut desk, NOW, 1) else { panic!("made") };
        assert_eq!(ms, 60_000);
        assert!(why.contains("60000 ms behind"), "{why}");
    }

    #[test]
    fn a_list_has_one_maker() {
        let mut desk = Desk::default();
        desk.take(lease(1, 1, 0, NOW));
        let mut making = Making::new(5_000);
        assert_eq!(desk.make(NOW, &mut making), Step::Wait(1));
        assert_eq!(making.ids.len(), 4_096);
        desk.take(lease(2, 2, 0, NOW + 9));
        assert_eq!(desk.make(NOW + 1, &mut making), Step::Wait(1));
        assert_eq!(desk.make(NOW + 2, &mut making), Step::Done);
        assert!(making.ids.iter().all(|id| Layout::CLASSICAL.decompose(*id).worker == 2));
        assert!(making.ids.is_sorted_by(|a, b| a < b));
        assert_eq!(making.ids.len(), 5_000);
    }

    #[test]
    fn a_number_is_given_back_with_the_last_millisecond_that_was_used() {
        let mut desk = Desk::default();
        desk.take(lease(1, 1, NOW, NOW + 100));
        make(&mut desk, NOW + 7, 3);
        let (given, last_ms) = desk.give_back("it stops").unwrap();
        assert_eq!((given.number, last_ms), (1, Some(NOW + 7)));
        assert!(matches!(make(&mut desk, NOW + 8, 1).0, Step::Refused(..)));
    }
}

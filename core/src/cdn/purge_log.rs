//! Purges that reach every machine, although some are away when they are asked for.
//!
//! Whoever is asked for a purge gives it the next number in a log of its own. Everybody keeps the logs of all, and
//! tells anybody who asks what they lack. So it does not matter who was asked, who tells whom, in which order, or how
//! often: in the end all know the same. That is an anti-entropy exchange (Demers et al., "Epidemic Algorithms for
//! Replicated Database Maintenance", PODC 1987, section 1.3) of logs with one writer each.
//!
//! A log keeps its last few thousand purges. Whoever lacks more is told to purge everything, which is right, if dear.

use super::wire::{Known, NumberedPurge, PurgeRequest};
use std::collections::{BTreeMap, VecDeque};

/// How many purges of each log are kept.
pub const MOST_KEPT: usize = 4_096;
/// How many purges one message tells at most.
pub const MOST_AT_ONCE: usize = 512;

/// The logs of all, as one of them knows them. Clones are independent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgeLog {
    own: String,
    logs: BTreeMap<String, Log>,
}

/// One log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Log {
    /// The number of the last purge; 0 if there was none.
    last: u64,
    /// The last purges, the latest last.
    purges: VecDeque<PurgeRequest>,
}

impl Log {
    /// The number of the oldest purge that is kept.
    fn first(&self) -> u64 {
        self.last + 1 - self.purges.len() as u64
    }

    fn push(&mut self, number: u64, purge: PurgeRequest) {
        self.last = number;
        self.purges.push_back(purge);
        if self.purges.len() > MOST_KEPT {
            self.purges.pop_front();
        }
    }
}

impl PurgeLog {
    /// Nothing is known yet. `own` is the name of the own log, which nobody else's has, nor that of an earlier life
    /// whose purges are forgotten.
    #[must_use]
    pub fn new(own: &str) -> Self {
        Self { own: own.to_owned(), logs: BTreeMap::new() }
    }

    /// What was known in an earlier life: the purges of each log that were kept, in the order of their numbers.
    #[must_use]
    pub fn restored(own: &str, kept: impl IntoIterator<Item = NumberedPurge>) -> Self {
        let mut restored = Self::new(own);
        for NumberedPurge { log, number, purge } in kept {
            let log = restored.logs.entry(log).or_default();
            if log.last + 1 != number {
                log.purges.clear();
            }
            log.push(number, purge);
        }
        restored
    }

    /// Gives a purge the next number.
    pub fn issue(&mut self, purge: PurgeRequest) -> NumberedPurge {
        let log = self.logs.entry(self.own.clone()).or_default();
        let number = log.last + 1;
        log.push(number, purge.clone());
        NumberedPurge { log: self.own.clone(), number, purge }
    }

    /// Hears of purges, and gives those that are news. One that others must come before is not taken; whoever told
    /// it tells it again, with those.
    pub fn take(&mut self, purges: impl IntoIterator<Item = NumberedPurge>) -> Vec<NumberedPurge> {
        let mut news = Vec::new();
        for told in purges {
            let log = self.logs.entry(told.log.clone()).or_default();
            let is_next = Some(told.number) == log.last.checked_add(1);
            // Everything stands for what came before, too.
            let is_leap = told.purge.all && told.number > log.last;
            if is_leap && !is_next {
                log.purges.clear();
            }
            if is_next || is_leap {
                log.push(told.number, told.purge.clone());
                news.push(told);
            }
        }
        self.logs.retain(|_, log| log.last > 0);
        news
    }

    /// How far everything is known.
    #[must_use]
    pub fn known(&self) -> Known {
        self.logs.iter().map(|(name, log)| (name.clone(), log.last)).collect()
    }

    /// Whether all is known here that somebody knows.
    #[must_use]
    pub fn knows_all(&self, known: &Known) -> bool {
        known.iter().all(|(name, last)| self.logs.get(name).is_some_and(|log| log.last >= *last))
    }

    /// What somebody lacks who knows so much: [`MOST_AT_ONCE`] purges at most.
    #[must_use]
    pub fn missing(&self, known: &Known) -> Vec<NumberedPurge> {
        let mut missing = Vec::new();
        for (name, log) in &self.logs {
            let mut after = known.get(name).copied().unwrap_or(0);
            let numbered = |number, purge| NumberedPurge { log: name.clone(), number, purge };
            if after + 1 < log.first() {
                after = log.first() - 1;
                missing.push(numbered(after, everything()));
            }
            let skipped = after.saturating_sub(log.first() - 1).min(log.purges.len() as u64);
            let kept = log.purges.iter().skip(skipped as usize);
            let numbers = log.first() + skipped..;
            missing
                .extend(numbers.zip(kept).map(|(number, purge)| numbered(number, purge.clone())));
        }
        missing.truncate(MOST_AT_ONCE);
        missing
    }

    /// The number of the oldest purge of a log that is kept: those before need not be kept elsewhere.
    #[must_use]
    pub fn first_kept(&self, log: &str) -> u64 {
        self.logs.get(log).map_or(0, Log::first)
    }
}

fn everything() -> PurgeRequest {
    PurgeRequest { all: true, ..PurgeRequest::default() }
}

/// Whether one knows all that another knows.
#[must_use]
pub fn covers(one: &Known, other: &Known) -> bool {
    other.iter().all(|(name, last)| one.get(name).is_some_and(|known| known >= last))
}

/// As a field of HTTP has it: `tokyo-1f=3, osaka-2c=17`.
#[must_use]
pub fn write_known(known: &Known) -> String {
    let members: Vec<String> = known.iter().map(|(name, last)| format!("{name}={last}")).collect();
    members.join(", ")
}

/// What [`write_known`] has written; what cannot be understood counts as not known.
#[must_use]
pub fn read_known(text: &str) -> Known {
    let members = text.split(',').filter_map(|member| member.trim().split_once('='));
    members.filter_map(|(name, last)| Some((name.to_owned(), last.parse().ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Rng;

    fn url(url: &str) -> PurgeRequest {
        PurgeRequest { url: Some(url.to_owned()), ..PurgeRequest::default() }
    }

    /// One tells another what that lacks.
    fn tell(from: &PurgeLog, to: &mut PurgeLog) -> usize {
        let missing = from.missing(&to.known());
        to.take(missing).len()
    }

    #[test]
    fn numbers_count_up_and_news_come_once() {
        let (mut a, mut b) = (PurgeLog::new("a"), PurgeLog::new("b"));
        assert_eq!(a.issue(url("/1")).number, 1);
        assert_eq!(a.issue(url("/2")).number, 2);
        b.issue(url("/3"));
        assert_eq!(tell(&a, &mut b), 2);
        assert_eq!(tell(&a, &mut b), 0);
        assert!(b.knows_all(&a.known()) && !a.knows_all(&b.known()));
        assert_eq!(tell(&b, &mut a), 1);
        assert_eq!(a.known(), b.known());
        assert!(covers(&a.known(), &b.known()));
    }

    #[test]
    fn what_comes_too_early_is_told_again() {
        let (mut a, mut b) = (PurgeLog::new("a"), PurgeLog::new("b"));
        let purges = [a.issue(url("/1")), a.issue(url("/2")), a.issue(url("/3"))];
        assert!(b.take([purges[1].clone()]).is_empty());
        assert!(b.known().is_empty());
        let [one, two, three] = purges;
        assert_eq!(b.take([one.clone(), one, three.clone(), two]).len(), 2);
        assert_eq!(b.known()["a"], 2);
        assert_eq!(tell(&a, &mut b), 1);
    }

    #[test]
    fn whoever_has_missed_too_much_purges_everything() {
        let (mut a, mut b) = (PurgeLog::new("a"), PurgeLog::new("b"));
        a.issue(url("/0"));
        tell(&a, &mut b);
        for number in 0..MOST_KEPT + 9 {
            a.issue(url(&format!("/{number}")));
        }
        let missing = a.missing(&b.known());
        assert!(missing[0].purge.all, "{:?}", missing[0]);
        assert_eq!(missing[0].number, a.first_kept("a") - 1);
        assert_eq!(missing.len(), MOST_AT_ONCE);
        while tell(&a, &mut b) > 0 {}
        assert_eq!(a.known(), b.known());
        // A restart changes nothing.
        let kept = a.missing(&Known::from([("a".to_owned(), a.first_kept("a") - 1)]));
        let again = PurgeLog::restored("a", kept.clone());
        assert_eq!(again.known()["a"], kept.last().unwrap().number);
        assert_eq!(again.first_kept("a"), a.first_kept("a"));
        // It tells a third one as much as it knows itself.
        let mut c = PurgeLog::new("c");
        while tell(&b, &mut c) > 0 {}
        assert_eq!(c.known(), a.known());
    }

    #[test]
    fn known_is_written_and_read() {
        let known = Known::from([("a-1".to_owned(), 7), ("b-2".to_owned(), u64::MAX)]);
        assert_eq!(write_known(&known), "a-1=7, b-2=18446744073709551615");
        assert_eq!(read_known(&write_known(&known)), known);
        assert!(read_known("nonsense, a=, =, b=x").is_empty());
        assert!(read_known("").is_empty());
    }

    #[test]
    fn everybody_knows_everything_in_the_end_whoever_tells_whom() {
        for seed in 0..200 {
            let mut rng = Rng::new(seed);
            let names = ["a", "b", "c", "d"];
            let mut all: Vec<PurgeLog> = names.map(PurgeLog::new).into();
            for step in 0..60 {
                let (from, to) = (rng.below(4) as usize, rng.below(4) as usize);
                if step < 40 && rng.below(2) == 0 {
                    all[from].issue(url(&format!("/{step}")));
                } else if from != to {
                    // Some of it is lost on the way.
                    let mut missing = all[from].missing(&all[to].known());
                    missing.retain(|_| rng.below(4) > 0);
                    all[to].take(missing);
                }
            }
            for _ in 0..2 {
                for (from, to) in [(0, 1), (1, 2), (2, 3), (3, 0)] {
                    let from = all[from].clone();
                    tell(&from, &mut all[to]);
                }
            }
            assert!(all.iter().all(|one| one.known() == all[0].known()), "seed {seed}");
        }
    }
}

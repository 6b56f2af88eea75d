//! Who may use which worker number, and for which milliseconds: the pure rules of leasing.
//!
//! A generator hands out IDs without asking anybody, so there is nobody who could turn away the IDs of a
//! holder that was presumed dead and is not. Therefore a lease is about the IDs themselves: it gives a
//! number for a *window of time stamps*, `after_ms < stamp <= until_ms`, and every next window of that
//! number begins where the one before it ends. Two holders of one number can then never make the same
//! ID, however their clocks, their pauses and their messages behave; clocks only decide how long somebody
//! has to wait. The end of the window is the number's high-water mark: it is reserved ahead and made
//! durable before the holder hears of it, so that no ID needs a write of its own.
//!
//! The epoch is a fencing token (Kleppmann, "How to do distributed locking", 2016): each new holder's is
//! higher than every one before, and who asks to renew with an older one is refused.
//!
//! What is durable are the [`Record`]s; whoever keeps the registry appends the record of a number that has
//! changed before it answers. Moments are milliseconds since 1970 (Unix), as the clock of whoever calls
//! shows them.

mod lost;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One start of one process: whoever starts again is somebody else, because it has forgotten what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Which process, for people to read; for instance its id.
    pub process: u32,
    /// What tells all starts of all processes apart; for instance random bits.
    pub start: u64,
}

/// What leases are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// How many worker numbers there are, from 0 on.
    pub numbers: u16,
    /// How far ahead of the clock a grant or a renewal reserves, in milliseconds.
    pub lease_ms: u64,
    /// How long a holder waits after a grant or a renewal before it asks for the next, in milliseconds: less
    /// than half of `lease_ms`, so that one lost message stops nobody.
    pub renew_ms: u64,
    /// By how much the holder's clock may differ from that of whoever keeps the registry, in milliseconds.
    /// Uniqueness does not hang on it, unless the registry has lost what it knew ([`Registry::distrust`]); it
    /// keeps a clock that is wrong from reserving years.
    pub most_skew_ms: u64,
}

/// A number, for the time stamps of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Lease {
    /// The worker number.
    pub number: u16,
    /// The fencing epoch: higher than that of every lease granted before.
    pub epoch: u64,
    /// Stamps must be later than this millisecond: the high-water mark of the holders before.
    pub after_ms: u64,
    /// Stamps must not be later than this millisecond.
    pub until_ms: u64,
}

impl Lease {
    /// Whether an ID of this millisecond may be handed out.
    pub fn allows(&self, stamp_ms: u64) -> bool {
        self.after_ms < stamp_ms && stamp_ms <= self.until_ms
    }
}

/// What is known, durably, of one number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The epoch of its latest lease; 0 if there was none.
    pub epoch: u64,
    /// Who holds it; none if nobody has to be waited for.
    pub holder: Option<Holder>,
    /// Where the latest lease's window begins: its first stamp is one later.
    pub after_ms: u64,
    /// The high-water mark: no stamp handed out with this number is later.
    pub until_ms: u64,
}

impl Row {
    /// Whether somebody else may have the number now.
    pub fn is_free(&self, now_ms: u64) -> bool {
        self.holder.is_none() || now_ms > self.until_ms
    }

    fn lease(&self, number: u16) -> Lease {
        Lease { number, epoch: self.epoch, after_ms: self.after_ms, until_ms: self.until_ms }
    }
}

/// What is written when a number has changed; the latest one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The worker number.
    pub number: u16,
    /// What is known of it from now on.
    pub row: Row,
}

/// Why there is no lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaseRefusal {
    /// Every number is held.
    #[error(
        "all {numbers} worker numbers are leased; the next is free in {free_in_ms} ms at the latest"
    )]
    AllTaken {
        /// How many there are.
        numbers: u16,
        /// After how many milliseconds the first of them is free, unless it is renewed.
        free_in_ms: u64,
    },
    /// The registry has lost what it knew, so that every number may be in use.
    #[error(
        "what was known of the worker numbers is lost; they are leased again in {free_in_ms} ms"
    )]
    Unsettled {
        /// After how many milliseconds the first of them is free.
        free_in_ms: u64,
    },
    /// Somebody else has got the number since, or it was given back or taken away.
    #[error(
        "worker number {number} is not held with epoch {epoch} any more; its latest is {latest}"
    )]
    Fenced {
        /// The number.
        number: u16,
        /// The epoch that was named.
        epoch: u64,
        /// The epoch of its latest lease.
        latest: u64,
    },
    /// The holder's clock is too far ahead, or behind if negative.
    #[error("the clock is {ahead_ms} ms ahead; it may differ by {most_ms} ms")]
    ClockOff {
        /// By how many milliseconds it is ahead.
        ahead_ms: i64,
        /// By how many it may be, either way.
        most_ms: u64,
    },
    /// There is no such number.
    #[error("there is no worker number {number}")]
    NoSuchNumber {
        /// The number.
        number: u16,
    },
}

/// All numbers and who holds them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Registry {
    terms: Terms,
    rows: Vec<Row>,
}

impl Registry {
    /// A registry in which nothing was ever leased.
    pub fn new(terms: Terms) -> Self {
        Registry { terms, rows: vec![Row::default(); usize::from(terms.numbers)] }
    }

    /// The registry that has written these records, in this order. Those of numbers that there are not are
    /// left out.
    pub fn recover(terms: Terms, records: impl IntoIterator<Item = Record>) -> Self {
        let mut registry = Self::new(terms);
        for Record { number, row } in records {
            if let Some(place) = registry.rows.get_mut(usize::from(number)) {
                *place = row;
            }
        }
        registry
    }

    /// What is to be written after a change of this number; none if there is no such number.
    pub fn record(&self, number: u16) -> Option<Record> {
        self.rows.get(usize::from(number)).map(|row| Record { number, row: *row })
    }

    /// The fewest records from which this registry can be recovered, to shorten a log.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        let known = self.rows.iter().zip(0..).filter(|(row, _)| **row != Row::default());
        known.map(|(row, number)| Record { number, row: *row })
    }

    /// What leases are like.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// What is known of each number, from 0 on.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Grants a number to somebody whose clock shows `holder_ms`: the free one whose high-water mark is
    /// the earliest. Who asks again, because no answer came, gets the same one, extended.
    ///
    /// # Errors
    ///
    /// If the clocks differ too much, or if every number is held.
    pub fn acquire(
        &mut self,
        now_ms: u64,
        holder: Holder,
        holder_ms: u64,
    ) -> Result<Lease, LeaseRefusal> {
        self.check_clock(now_ms, holder_ms)?;
        let held = self.rows.iter().position(|row| row.holder == Some(holder));
        if let Some(lease) = held.map(|index| self.rows[index].lease(index as u16)) {
            return self.renew(now_ms, lease, holder_ms);
        }
        let free = self.rows.iter().enumerate().filter(|(_, row)| row.is_free(now_ms));
        let Some((index, _)) = free.min_by_key(|(index, row)| (row.until_ms, *index)) else {
            let first = self.rows.iter().map(|row| row.until_ms).min().unwrap_or(u64::MAX);
            let free_in_ms = first.saturating_sub(now_ms).saturating_add(1);
            if self.rows.iter().any(|row| row.holder == Some(Holder::UNKNOWN)) {
                return Err(LeaseRefusal::Unsettled { free_in_ms });
            }
            return Err(LeaseRefusal::AllTaken { numbers: self.terms.numbers, free_in_ms });
        };
        let epoch = 1 + self.rows.iter().map(|row| row.epoch).max().unwrap_or(0);
        let row = &mut self.rows[index];
        let after_ms = row.until_ms;
        let until_ms = now_ms.max(holder_ms).max(after_ms).saturating_add(self.terms.lease_ms);
        *row = Row { epoch, holder: Some(holder), after_ms, until_ms };
        Ok(row.lease(index as u16))
    }

    /// Extends a lease, also one that has run out if nobody else has got the number meanwhile.
    ///
    /// # Errors
    ///
    /// If the number has another holder, or none, or if the clocks differ too much: the window stays as
    /// it was then.
    pub fn renew(
        &mut self,
        now_ms: u64,
        lease: Lease,
        holder_ms: u64,
    ) -> Result<Lease, LeaseRefusal> {
        self.held_row(lease.number, lease.epoch)?;
        self.check_clock(now_ms, holder_ms)?;
        let lease_ms = self.terms.lease_ms;
        let row = self.held_row(lease.number, lease.epoch)?;
        row.until_ms = row.until_ms.max(now_ms.max(holder_ms).saturating_add(lease_ms));
        Ok(row.lease(lease.number))
    }

    /// Gives a number back. `last_ms` is the latest stamp handed out with it, so that the next holder
    /// need not wait for the rest of the window; none if nothing was handed out.
    ///
    /// # Errors
    ///
    /// If it is not held with this epoch any more.
    pub fn release(
        &mut self,
        number: u16,
        epoch: u64,
        last_ms: Option<u64>,
    ) -> Result<(), LeaseRefusal> {
        let row = self.held_row(number, epoch)?;
        // A stamp out of the window was never allowed: the mark neither rises nor falls below its start.
        row.until_ms = last_ms.unwrap_or(0).clamp(row.after_ms, row.until_ms);
        row.holder = None;
        Ok(())
    }

    /// Takes a number away from whoever holds it. The high-water mark stays: the holder may not have
    /// heard of it, and may use up its window.
    ///
    /// # Errors
    ///
    /// If there is no such number.
    pub fn revoke(&mut self, number: u16) -> Result<(), LeaseRefusal> {
        let row = self.rows.get_mut(usize::from(number));
        row.ok_or(LeaseRefusal::NoSuchNumber { number })?.holder = None;
        Ok(())
    }

    fn held_row(&mut self, number: u16, epoch: u64) -> Result<&mut Row, LeaseRefusal> {
        let row = self.rows.get_mut(usize::from(number));
        let row = row.ok_or(LeaseRefusal::NoSuchNumber { number })?;
        if row.epoch != epoch || row.holder.is_none() {
            return Err(LeaseRefusal::Fenced { number, epoch, latest: row.epoch });
        }
        Ok(row)
    }

    fn check_clock(&self, now_ms: u64, holder_ms: u64) -> Result<(), LeaseRefusal> {
        let most_ms = self.terms.most_skew_ms;
        if now_ms.abs_diff(holder_ms) <= most_ms {
            return Ok(());
        }
        let ahead_ms = i64::try_from(i128::from(holder_ms) - i128::from(now_ms));
        Err(LeaseRefusal::ClockOff { ahead_ms: ahead_ms.unwrap_or(i64::MAX), most_ms })
    }
}

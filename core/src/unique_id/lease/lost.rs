//! What becomes of leases when the registry has lost what it knew: all of it, or what it decided last.
//!
//! A registry on a disk of its own answers only what a crash cannot take back. One that is kept by another engine may
//! come back without its last second, or empty, and nobody is left who could tell what was in there. Then the rows say
//! nothing about who may be making IDs at this moment. But two things are certain as long as clocks differ by
//! [`Terms::most_skew_ms`](super::Terms) at most:
//!
//! - No window that was ever granted ends later than a lease's length and two such differences from now (one of the
//!   holder's clock, one of the registry's, which may be another machine's by then). So whatever is granted from
//!   now on begins behind that mark.
//! - Whose window is still open has its number to itself: nobody can have got it meanwhile, in rows that are known or
//!   in rows that are lost. So it goes on with that number without a gap, once it has said so.

use super::{Holder, Lease, LeaseRefusal, Registry};

impl Holder {
    /// Whoever held a number in rows that are lost. No process has the id 0.
    pub const UNKNOWN: Holder = Holder { process: 0, start: 0 };
}

impl Registry {
    /// Begins anew after a loss: every number is somebody's of whom nothing is known, until the last window that may
    /// have been granted is over. The epochs that are granted later are above those that are lost, which there
    /// was no more than one a millisecond of.
    pub fn distrust(&mut self, now_ms: u64) {
        let terms = self.terms;
        let mark_ms = now_ms
            .saturating_add(terms.lease_ms)
            .saturating_add(terms.most_skew_ms.saturating_mul(2));
        let highest = self.rows.iter().map(|row| row.epoch).max().unwrap_or(0);
        let epoch = now_ms.max(highest.saturating_add(1));
        for row in &mut self.rows {
            row.epoch = epoch;
            row.holder = Some(Holder::UNKNOWN);
            row.until_ms = row.until_ms.max(mark_ms);
        }
    }

    /// Renews a lease; after a loss also one that the registry knows nothing of, while its window is open.
    ///
    /// # Errors
    ///
    /// If the number has another holder, or none, or its window was over when the registry heard of it, or if the
    /// clocks differ too much.
    pub fn renew_or_reclaim(
        &mut self,
        now_ms: u64,
        holder: Holder,
        lease: Lease,
        holder_ms: u64,
    ) -> Result<Lease, LeaseRefusal> {
        let terms = self.terms;
        let is_open = now_ms.saturating_add(terms.most_skew_ms) <= lease.until_ms;
        let row = self.rows.get(usize::from(lease.number));
        if !is_open || row.is_none_or(|row| row.holder != Some(Holder::UNKNOWN)) {
            return self.renew(now_ms, lease, holder_ms);
        }
        self.check_clock(now_ms, holder_ms)?;
        let row = &mut self.rows[usize::from(lease.number)];
        row.epoch = lease.epoch;
        row.holder = Some(holder);
        row.after_ms = lease.after_ms;
        // Its own mark, not that of the loss: no window may ever reach further ahead than a new one does.
        row.until_ms = lease.until_ms.max(now_ms.max(holder_ms).saturating_add(terms.lease_ms));
        Ok(row.lease(lease.number))
    }
}

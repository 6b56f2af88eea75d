//! A purge of all processes: carried out here, written down, and told to the others.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use playground_core::cdn::purge_log::PurgeLog;
use playground_core::cdn::wire::{NumberedPurge, PurgeRequest, Purged, PurgedAt};
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, sleep_until};

use super::disk::Disk;
use super::other::Missed;
use super::{LEASE_MS, Machine, known_value, lock};
use crate::cdn::edge::Edge;
use crate::cdn::index::Purge;

/// Of how many purges it is remembered how many copies they have removed.
const MOST_REMEMBERED: usize = 256;

impl Machine {
    /// Purges here, and wherever the others can be reached. Those that cannot are told once they can. If one of them
    /// may be running, the answer takes as long as it may trust its copies without having heard of the purge.
    ///
    /// # Errors
    /// When the purge cannot be written down; then nobody has heard of it.
    pub(in crate::cdn) async fn purge(
        self: &Arc<Self>,
        edge: &Arc<Edge>,
        request: PurgeRequest,
    ) -> io::Result<Purged> {
        let disk = self.disk.clone().lock_owned().await;
        let mut log = lock(&self.log).clone();
        let numbered = log.issue(request);
        let about = (numbered.log.clone(), numbered.number);
        self.carry_out(edge, disk, vec![numbered], log).await?;
        let lease_ends = Instant::now() + Duration::from_millis(LEASE_MS.unsigned_abs());

        let mut reached = self.exchange_with_all(edge, Some(about.clone())).await;
        if reached.values().any(|exchanged| matches!(exchanged, Err(Missed::Silent(_)))) {
            sleep_until(lease_ends).await;
            reached = self.exchange_with_all(edge, Some(about.clone())).await;
        }
        let removed = self.removed_by(&about);
        let mut purged = Purged { removed, ..Purged::default() };
        purged.purged.push(PurgedAt { name: self.name.clone(), removed });
        for (place, other) in self.others.iter().enumerate() {
            let name = other.name.clone();
            match reached.get(&place) {
                Some(Ok(removed)) => {
                    purged.removed += removed;
                    purged.purged.push(PurgedAt { name, removed: *removed });
                }
                _ => purged.unreachable.push(name),
            }
        }
        Ok(purged)
    }

    /// How many copies a purge has removed here, as far as that is remembered.
    pub(super) fn removed_by(&self, (log, number): &(String, u64)) -> u64 {
        let removed = lock(&self.removed);
        let found = removed.iter().rev().find(|it| it.0 == *log && it.1 == *number);
        found.map_or(0, |it| it.2)
    }

    /// Carries out what is new among purges that were told, and writes it down.
    pub(super) async fn take(
        &self,
        edge: &Arc<Edge>,
        purges: Vec<NumberedPurge>,
    ) -> io::Result<()> {
        if purges.is_empty() {
            return Ok(());
        }
        let disk = self.disk.clone().lock_owned().await;
        let mut log = lock(&self.log).clone();
        let news = log.take(purges);
        match news.is_empty() {
            true => Ok(()),
            false => self.carry_out(edge, disk, news, log).await,
        }
    }

    /// Carries purges out, writes them down, and only then says that they are known.
    async fn carry_out(
        &self,
        edge: &Arc<Edge>,
        disk: OwnedMutexGuard<Disk>,
        purges: Vec<NumberedPurge>,
        log: PurgeLog,
    ) -> io::Result<()> {
        let meant = purges.iter().map(|purge| meaning(edge, purge)).collect();
        let counts = edge.purge_all(meant).await;
        {
            let mut removed = lock(&self.removed);
            let told = purges.iter().zip(counts);
            removed.extend(told.map(|(purge, count)| (purge.log.clone(), purge.number, count)));
            let too_many = removed.len().saturating_sub(MOST_REMEMBERED);
            removed.drain(..too_many);
        }
        let written = tokio::task::spawn_blocking(move || {
            disk.write(&purges, &log)?;
            Ok::<_, io::Error>((disk, log))
        });
        let (disk, log) = written.await.map_err(io::Error::other)??;
        *lock(&self.known) = known_value(&log);
        *lock(&self.log) = log;
        drop(disk);
        Ok(())
    }
}

/// What a purge means at this edge. One that means nothing here, since a newer version has made it, is everything.
fn meaning(edge: &Edge, NumberedPurge { purge, .. }: &NumberedPurge) -> Purge {
    Purge::of(purge.clone(), &edge.shared.place).unwrap_or(Purge::All)
}

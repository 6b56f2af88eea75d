//! What the processes tell each other: which purges they know. Each asks all the others, again and again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use playground_core::cdn::purge_log::covers;
use playground_core::cdn::wire::{Exchange, Exchanged};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use super::other::Missed;
use super::{Machine, lock};
use crate::cdn::edge::{Edge, now};

/// How often each of the others is asked: several times in the lease.
const PERIOD: Duration = Duration::from_secs(1);
/// How many messages an exchange has at most: all that a few logs keep.
const MOST_ROUNDS: usize = 64;

impl Machine {
    /// Exchanges with one of the others until both know the same; how many copies a purge has removed there.
    pub(super) async fn exchange(
        &self,
        edge: &Arc<Edge>,
        other: usize,
        about: Option<(String, u64)>,
    ) -> Result<u64, Missed> {
        let exchanged = self.exchange_all(edge, other, about).await;
        match &exchanged {
            Ok(_) | Err(Missed::Refused(_)) => self.hears_from(other),
            Err(Missed::Silent(why)) => self.misses(other, why),
            Err(Missed::Gone) => {
                self.misses(other, "its machine refuses the connection");
                self.note_contact(|contact| contact.gone(other, now()));
            }
        }
        exchanged
    }

    async fn exchange_all(
        &self,
        edge: &Arc<Edge>,
        place: usize,
        about: Option<(String, u64)>,
    ) -> Result<u64, Missed> {
        let other = &self.others[place];
        for _ in 0..MOST_ROUNDS {
            let asked_at = now();
            let their_known = lock(&other.known).clone();
            let told = {
                let log = lock(&self.log);
                let missing = their_known.map(|known| log.missing(&known));
                let purges = missing.unwrap_or_default();
                let (from, known) = (self.name.clone(), log.known());
                Exchange { from, known, purges, about: about.clone() }
            };
            let Exchanged { known, purges, removed, .. } = other.exchange(&told).await?;
            *lock(&other.known) = Some(known.clone());
            self.take(edge, purges).await.map_err(|error| Missed::Refused(error.to_string()))?;
            let (knows_all, ours) = {
                let log = lock(&self.log);
                (log.knows_all(&known), log.known())
            };
            if knows_all {
                self.note_contact(|contact| contact.heard(place, asked_at));
                if covers(&known, &ours) {
                    return Ok(removed);
                }
            }
        }
        Err(Missed::Refused("there is no end to what it tells".into()))
    }

    fn note_contact(&self, change: impl FnOnce(&mut super::Contact)) {
        let mut contact = lock(&self.contact);
        change(&mut contact);
        self.enough_since.store(contact.enough_since().0, Ordering::Relaxed);
    }

    /// Another process tells what it knows, and asks for what it lacks.
    pub(in crate::cdn) async fn answer(
        &self,
        edge: &Arc<Edge>,
        told: Exchange,
    ) -> std::io::Result<Exchanged> {
        self.take(edge, told.purges).await?;
        let removed = told.about.map_or(0, |about| self.removed_by(&about));
        let log = lock(&self.log);
        let purges = log.missing(&told.known);
        Ok(Exchanged { name: self.name.clone(), known: log.known(), purges, removed })
    }

    /// Exchanges with all the others at once; how many copies a purge has removed at each.
    pub(super) async fn exchange_with_all(
        self: &Arc<Self>,
        edge: &Arc<Edge>,
        about: Option<(String, u64)>,
    ) -> HashMap<usize, Result<u64, Missed>> {
        let mut exchanges = JoinSet::new();
        for other in 0..self.others.len() {
            let (machine, edge, about) = (self.clone(), edge.clone(), about.clone());
            exchanges.spawn(async move { (other, machine.exchange(&edge, other, about).await) });
        }
        exchanges.join_all().await.into_iter().collect()
    }

    /// Asks each of the others again and again, for as long as the process lives.
    pub(super) fn keep_in_touch(self: &Arc<Self>, edge: &Arc<Edge>) {
        for other in 0..self.others.len() {
            let (machine, edge) = (self.clone(), edge.clone());
            tokio::spawn(async move {
                let mut beat = interval(PERIOD);
                beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
                let mut last = None;
                loop {
                    beat.tick().await;
                    let why =
                        machine.exchange(&edge, other, None).await.err().map(
                            |missed| match missed {
                                Missed::Gone => "it is not running".to_owned(),
                                Missed::Silent(why) | Missed::Refused(why) => why,
                            },
                        );
                    if why != last {
                        let other = &machine.others[other].name;
                        match &why {
                            Some(why) => tracing::warn!(other, why, "no purges are exchanged"),
                            None => tracing::info!(other, "purges are exchanged"),
                        }
                        last = why;
                    }
                }
            });
        }
    }
}

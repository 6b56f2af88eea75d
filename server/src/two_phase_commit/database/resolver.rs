//! Looks for what is prepared in a database and in nobody's hands: orphans of an earlier life of the coordinator, and
//! what was lost from sight when the connection broke in the middle. The coordinator is asked about each, and says
//! committed of what its log says so, and aborted of anything else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use playground_core::two_phase_commit::{Good, Outcome, Reason, TransactionId, Vote, Work};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::participant::Site;
use super::row::end;
use super::session::{Failure, Session};
use super::tables;
use super::voice::Voice;

/// How often it looks: soon after a start, when a process of the database may still be at what a dead coordinator
/// has asked for, and later.
const SOON: Duration = Duration::from_millis(200);
const LATER: Duration = Duration::from_secs(1);
const START: Duration = Duration::from_secs(5);

/// What is asked of it.
#[derive(Debug)]
pub(super) enum Errand {
    /// This is how something ends that is in nobody's hands.
    Decide { tx: TransactionId, outcome: Outcome },
    /// Say whether there is any of this: nothing is written, so nothing is prepared.
    Look { tx: TransactionId, good: Good, is_alone: bool },
}

/// The task that looks.
pub(super) struct Resolver {
    site: Arc<Site>,
    voice: Voice,
    errands: UnboundedReceiver<Errand>,
    session: Option<Session>,
    /// The names of what has been found.
    found: BTreeMap<TransactionId, String>,
}

impl Resolver {
    pub(super) fn new(site: Arc<Site>, voice: Voice, errands: UnboundedReceiver<Errand>) -> Self {
        Resolver { site, voice, errands, session: None, found: BTreeMap::new() }
    }

    /// Runs until nobody asks any more.
    pub(super) async fn run(mut self) {
        let start = Instant::now();
        let mut beat = interval(SOON);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last_sweep = None;
        loop {
            tokio::select! {
                errand = self.errands.recv() => match errand {
                    Some(errand) => self.do_errand(errand).await,
                    None => return,
                },
                _ = beat.tick() => {
                    let pause = if start.elapsed() < START { SOON } else { LATER };
                    let is_new = self.session.as_ref().is_none_or(Session::is_closed);
                    if is_new || last_sweep.is_none_or(|at: Instant| at.elapsed() >= pause) {
                        last_sweep = Some(Instant::now());
                        self.sweep().await;
                    }
                }
            }
        }
    }

    async fn session(&mut self) -> Option<&Session> {
        if self.session.as_ref().is_none_or(Session::is_closed) {
            self.session = None;
            match self.site.open().await {
                Ok(session) => {
                    self.site.tell(None);
                    self.session = Some(session);
                }
                Err(problem) => self.site.tell(Some(problem)),
            }
        }
        self.session.as_ref()
    }

    /// Looks for what is in nobody's hands, and asks the coordinator about it.
    async fn sweep(&mut self) {
        let before = self.voice.busy().all();
        if !self.find().await {
            return;
        }
        let after = self.voice.busy().all();
        self.found.retain(|tx, _| !before.contains(tx) && !after.contains(tx));
        for tx in self.found.keys() {
            self.voice.inquire(*tx).await;
        }
    }

    /// Reads the names of all that is prepared here; whether they could be read.
    async fn find(&mut self) -> bool {
        let question = tables::promised(self.site.prefix.text());
        let Some(session) = self.session().await else { return false };
        match session.ask_for_names(&question).await {
            Ok(names) => {
                let place = self.voice.place();
                let own = names.into_iter().filter_map(|gid| {
                    let promise = self.site.prefix.promise(&gid)?;
                    promise.is_of(place).then_some((promise.tx, gid))
                });
                self.found = own.collect();
                true
            }
            Err(failure) => {
                self.failed(failure);
                false
            }
        }
    }

    async fn do_errand(&mut self, errand: Errand) {
        match errand {
            Errand::Decide { tx, outcome } => self.decide(tx, outcome).await,
            Errand::Look { tx, good, is_alone } => self.look(tx, good, is_alone).await,
        }
    }

    async fn decide(&mut self, tx: TransactionId, outcome: Outcome) {
        if self.session.as_ref().is_none_or(Session::is_closed) {
            // The coordinator says it again, or is asked again, once the database is there.
            return;
        }
        if !self.found.contains_key(&tx) {
            // What is to be undone is found later, if it is there, and asked about again.
            if outcome == Outcome::Aborted || !self.find().await {
                return;
            }
        }
        let gid = self.found.get(&tx).cloned();
        let Some(session) = &self.session else { return };
        let Some(gid) = gid else {
            // Already resolved: the database knows nothing of it, and has kept its promise.
            return self.voice.acknowledge(tx).await;
        };
        match end(session, &gid, outcome).await {
            Ok(()) => {
                self.found.remove(&tx);
                self.voice.resolved(tx, outcome).await;
            }
            Err(failure) => self.failed(failure),
        }
    }

    async fn look(&mut self, tx: TransactionId, good: Good, is_alone: bool) {
        let count = match self.session().await {
            Some(session) => session.ask_for_names(&tables::count(good)).await,
            None => Err(Failure::Lost),
        };
        let vote = match count {
            Ok(count) => {
                let is_there = count.first().and_then(|it| it.parse().ok()).unwrap_or(0_u64) > 0;
                if is_there { Vote::ReadOnly } else { Vote::No(Reason::OutOf(good)) }
            }
            Err(failure) => {
                self.failed(failure);
                Vote::No(Reason::Unavailable)
            }
        };
        if !is_alone {
            return self.voice.vote_on_look(tx, vote).await;
        }
        let (outcome, reason) = match vote {
            Vote::No(reason) => (Outcome::Aborted, Some(reason)),
            _ => (Outcome::Committed, None),
        };
        self.voice.conclude(tx, Work::Look { good }, outcome, reason).await;
    }

    fn failed(&mut self, failure: Failure) {
        match failure {
            Failure::Lost => self.session = None,
            Failure::Refused(code, message) => {
                tracing::warn!(code = code.code(), message, "a database refused");
            }
        }
    }
}

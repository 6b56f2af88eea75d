//! A good's row in a database: one transaction has it at a time, and the others wait here, in the order in which the
//! coordinator asked, where waiting holds neither a connection nor a process of the database.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use playground_core::sim::NodeId;
use playground_core::two_phase_commit::{Good, Outcome, Reason, TransactionId, Vote};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::sleep;
use tokio_postgres::error::SqlState;

use super::gid::{Prefix, Promise};
use super::participant::Site;
use super::session::{Failure, Session};
use super::tables;
use super::voice::Voice;

/// How long a transaction waits for its turn: a little less than the coordinator waits for votes.
const TURN_PATIENCE: Duration = Duration::from_millis(1_200);
/// How often those who wait are looked through.
const GLANCE: Duration = Duration::from_millis(100);
/// Before the next attempt to reach the database: at first, and at most.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What a row is asked to do.
#[derive(Debug)]
pub(super) enum Job {
    /// Promise this, and vote.
    Prepare { promise: Promise, peers: Vec<NodeId> },
    /// Do this at once.
    TakeAlone { promise: Promise },
    /// This is how it ends.
    Decide { tx: TransactionId, outcome: Outcome },
}

/// A transaction that waits for the row.
struct Waiting {
    promise: Promise,
    /// The peers of one that votes; none of one that decides by itself.
    peers: Option<Vec<NodeId>>,
    since: Instant,
}

/// The transaction that has the row.
struct Holder {
    promise: Promise,
    peers: Vec<NodeId>,
    /// Whether it is known to be prepared; if not, the database was lost in the middle.
    is_prepared: bool,
    /// How it ends, once that has been heard.
    wanted: Option<Outcome>,
}

/// What has become of an attempt to give a transaction the row.
enum Attempt {
    /// There was none.
    Nothing,
    /// It is over again.
    Over,
    /// It is over again, and so is the connection.
    Broken,
    /// It is prepared.
    Promised(Waiting),
    /// It may be prepared: the database was lost in the middle.
    Unsure(Waiting),
}

/// Whether a holder is gone.
enum Release {
    Free,
    Lost(Holder),
}

/// The task of a row.
pub(super) struct Row {
    good: Good,
    site: Arc<Site>,
    voice: Voice,
    jobs: UnboundedReceiver<Job>,
    taken: u64,
    session: Option<Session>,
    holder: Option<Holder>,
    queue: VecDeque<Waiting>,
}

impl Row {
    pub(super) fn new(
        good: Good,
        site: Arc<Site>,
        voice: Voice,
        jobs: UnboundedReceiver<Job>,
    ) -> Self {
        let (queue, taken) = (VecDeque::new(), 0);
        Row { good, site, voice, jobs, taken, session: None, holder: None, queue }
    }

    /// Runs until nobody asks any more.
    pub(super) async fn run(mut self) -> Option<()> {
        loop {
            if self.session.as_ref().is_none_or(Session::is_closed) {
                self.connect().await?;
            }
            let is_settled = self.holder.as_ref().is_none_or(|it| it.wanted.is_some());
            if is_settled && (self.holder.is_some() || !self.queue.is_empty()) {
                self.take_turns().await;
            } else {
                self.listen().await?;
            }
            self.take_what_came();
            self.expire().await;
        }
    }

    /// Ends what has the row, and gives it to the next, both in one go.
    async fn take_turns(&mut self) {
        let Some(session) = self.session.take() else { return };
        let (holder, next) = (self.holder.take(), self.queue.pop_front());
        let (voice, prefix) = (&self.voice, &self.site.prefix);
        let (release, attempt) = tokio::join!(
            biased;
            release(&session, voice, prefix, holder),
            attempt(&session, voice, prefix, next)
        );
        let mut is_lost = false;
        self.holder = match attempt {
            Attempt::Nothing | Attempt::Over => None,
            Attempt::Broken => {
                is_lost = true;
                None
            }
            Attempt::Promised(it) => Some(it.holds(true)),
            Attempt::Unsure(it) => {
                is_lost = true;
                Some(it.holds(false))
            }
        };
        if let Release::Lost(holder) = release {
            is_lost = true;
            // On a connection that is lost, what came behind cannot have got the row either: it was locked.
            if let Some(next) = self.holder.replace(holder) {
                voice.vote(next.promise, &next.peers, Vote::No(Reason::Unavailable)).await;
            }
        }
        self.session = (!is_lost).then_some(session);
    }

    /// Waits for something to do.
    async fn listen(&mut self) -> Option<()> {
        self.take_what_came();
        let has_news = self.holder.as_ref().is_some_and(|it| it.wanted.is_some())
            || self.holder.is_none() && !self.queue.is_empty();
        if has_news {
            return Some(());
        }
        self.voice.busy().rests(self.good, self.taken);
        tokio::select! {
            job = self.jobs.recv() => self.take(job?),
            () = sleep(GLANCE), if !self.queue.is_empty() => {}
        }
        Some(())
    }

    fn take_what_came(&mut self) {
        while let Ok(job) = self.jobs.try_recv() {
            self.take(job);
        }
    }

    fn take(&mut self, job: Job) {
        self.taken += 1;
        let since = Instant::now();
        match job {
            Job::Prepare { promise, peers } => {
                self.queue.push_back(Waiting { promise, peers: Some(peers), since });
            }
            Job::TakeAlone { promise } => {
                self.queue.push_back(Waiting { promise, peers: None, since });
            }
            Job::Decide { tx, outcome } => {
                // Of any other it has been carried out already; this is a late copy.
                if let Some(holder) = self.holder.as_mut().filter(|it| it.promise.tx == tx) {
                    holder.wanted = Some(outcome);
                }
            }
        }
    }

    /// Sends those away who have waited for too long. One that decides alone may wait for ever.
    async fn expire(&mut self) {
        let is_late = |it: &Waiting| it.peers.is_some() && it.since.elapsed() > TURN_PATIENCE;
        while let Some(at) = self.queue.iter().position(is_late) {
            let Some(late) = self.queue.remove(at) else { return };
            let vote = Vote::No(Reason::Locked(self.good));
            self.voice.vote(late.promise, &[], vote).await;
        }
    }

    /// Connects, for as long as it takes, and finds out what has become of whoever had the row.
    async fn connect(&mut self) -> Option<()> {
        let mut pause = PAUSE;
        loop {
            self.session = None;
            self.take_what_came();
            match self.site.open().await {
                Ok(session) => {
                    if self.settle(&session).await.is_ok() {
                        self.session = Some(session);
                        return Some(());
                    }
                }
                Err(problem) => self.site.tell(Some(problem)),
            }
            self.refuse_all().await;
            self.voice.busy().rests(self.good, self.taken);
            let tried = Instant::now();
            let mut pausing = std::pin::pin!(sleep(pause));
            loop {
                tokio::select! {
                    () = &mut pausing => break,
                    job = self.jobs.recv() => self.take(job?),
                }
                if !self.queue.is_empty() && tried.elapsed() >= PAUSE {
                    // It may have come back, and somebody wants to know.
                    break;
                }
                self.refuse_all().await;
                self.voice.busy().rests(self.good, self.taken);
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Sends everybody away: the database is not there.
    async fn refuse_all(&mut self) {
        for it in std::mem::take(&mut self.queue) {
            match it.peers {
                Some(peers) => {
                    let vote = Vote::No(Reason::Unavailable);
                    self.voice.vote(it.promise, &peers, vote).await;
                }
                // It may have been done, and nobody but the database can say. The coordinator asks again.
                None => self.voice.forget(it.promise.tx),
            }
        }
    }

    /// Finds out whether what the database was lost over has been prepared. If not, it never will be, unless its old
    /// process there is still at it: then it is found later, and nobody knows of it any more.
    async fn settle(&mut self, session: &Session) -> Result<(), Failure> {
        let Some(holder) = self.holder.as_mut().filter(|it| !it.is_prepared) else { return Ok(()) };
        let gid = self.site.prefix.name(holder.promise);
        let found = session.ask_for_names(&tables::promised(&gid)).await?.contains(&gid);
        let vote = if found { Vote::Yes } else { Vote::No(Reason::Unavailable) };
        holder.is_prepared = found;
        let (promise, peers) = (holder.promise, holder.peers.clone());
        if !found {
            self.holder = None;
        }
        self.voice.vote(promise, &peers, vote).await;
        Ok(())
    }
}

impl Waiting {
    fn holds(self, is_prepared: bool) -> Holder {
        let peers = self.peers.unwrap_or_default();
        Holder { promise: self.promise, peers, is_prepared, wanted: None }
    }
}

/// Ends what has the row as has been decided.
async fn release(
    session: &Session,
    voice: &Voice,
    prefix: &Prefix,
    holder: Option<Holder>,
) -> Release {
    let Some(holder) = holder else { return Release::Free };
    let Some(outcome) = holder.wanted else { return Release::Lost(holder) };
    let tx = holder.promise.tx;
    match end(session, &prefix.name(holder.promise), outcome).await {
        Ok(()) => voice.resolved(tx, outcome).await,
        Err(Failure::Lost) => return Release::Lost(holder),
        Err(Failure::Refused(code, message)) => {
            tracing::warn!(code = code.code(), message, "{tx} cannot be ended yet");
            // Found again, and asked about, by whoever looks for what is prepared.
            voice.forget(tx);
        }
    }
    Release::Free
}

/// COMMIT PREPARED or ROLLBACK PREPARED. A name that the database does not know has been resolved already.
pub(super) async fn end(session: &Session, gid: &str, outcome: Outcome) -> Result<(), Failure> {
    let statement = match outcome {
        Outcome::Committed => format!("COMMIT PREPARED '{gid}'"),
        Outcome::Aborted => format!("ROLLBACK PREPARED '{gid}'"),
    };
    match session.run(&statement).await {
        Err(Failure::Refused(code, _)) if code == SqlState::UNDEFINED_OBJECT => Ok(()),
        other => other.map(drop),
    }
}

/// Gives a transaction the row.
async fn attempt(
    session: &Session,
    voice: &Voice,
    prefix: &Prefix,
    next: Option<Waiting>,
) -> Attempt {
    let Some(next) = next else { return Attempt::Nothing };
    let gid = prefix.name(next.promise);
    match &next.peers {
        Some(peers) => {
            let answer = session.run(&tables::prepare(next.promise, &gid)).await;
            let promise = next.promise;
            match answer {
                // Of BEGIN, UPDATE and PREPARE TRANSACTION.
                Ok(rows) if rows.get(1) == Some(&1) => {
                    voice.vote(promise, peers, Vote::Yes).await;
                    Attempt::Promised(next)
                }
                Ok(_) => {
                    // Somebody has removed the row: there is none of that.
                    let undone = end(session, &gid, Outcome::Aborted).await;
                    let vote = Vote::No(Reason::OutOf(promise.good));
                    voice.vote(promise, peers, vote).await;
                    if undone.is_err() { Attempt::Broken } else { Attempt::Over }
                }
                Err(Failure::Lost) => Attempt::Unsure(next),
                Err(Failure::Refused(code, message)) => {
                    // The database waits for the end of what has failed.
                    let ended = session.run("ROLLBACK").await;
                    let reason = reason(promise.good, &code, &message);
                    voice.vote(promise, peers, Vote::No(reason)).await;
                    if ended.is_err() { Attempt::Broken } else { Attempt::Over }
                }
            }
        }
        None => take_alone(session, voice, next.promise, &gid).await,
    }
}

async fn take_alone(session: &Session, voice: &Voice, promise: Promise, gid: &str) -> Attempt {
    let (tx, work, good) = (promise.tx, promise.work(), promise.good);
    let (outcome, reason) = match session.run(&tables::take_alone(promise, gid)).await {
        Ok(rows) if rows == [1] => (Outcome::Committed, None),
        Ok(_) => (Outcome::Aborted, Some(Reason::OutOf(good))),
        Err(Failure::Lost) => {
            // It may have been done. The coordinator asks again, and then the database knows.
            voice.forget(tx);
            return Attempt::Broken;
        }
        // Asked before, done, and not heard.
        Err(Failure::Refused(code, _)) if code == SqlState::UNIQUE_VIOLATION => {
            (Outcome::Committed, None)
        }
        Err(Failure::Refused(code, message)) => {
            (Outcome::Aborted, Some(reason(good, &code, &message)))
        }
    };
    voice.conclude(tx, work, outcome, reason).await;
    Attempt::Over
}

/// Why a database says no.
fn reason(good: Good, code: &SqlState, message: &str) -> Reason {
    if *code == SqlState::CHECK_VIOLATION {
        return Reason::OutOf(good);
    }
    let by_locks =
        [SqlState::LOCK_NOT_AVAILABLE, SqlState::QUERY_CANCELED, SqlState::T_R_DEADLOCK_DETECTED];
    if by_locks.contains(code) {
        return Reason::Locked(good);
    }
    tracing::warn!(code = code.code(), message, "a database refused");
    Reason::Unavailable
}

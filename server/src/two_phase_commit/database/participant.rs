//! The transport to a participant that is a database: takes the coordinator's messages, and sees to it that they are
//! carried out and answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use playground_core::sim::{Flight, NodeId};
use playground_core::two_phase_commit::{
    Good, Message, Place, Reason, Stock, TwoPhaseNode, Vote, Work,
};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;

use super::address::DatabaseUrl;
use super::gid::{Prefix, Promise};
use super::resolver::{Errand, Resolver};
use super::row::{Job, Row};
use super::session::Session;
use super::voice::{Busy, Voice};
use crate::driver::{Clock, Handle};
use crate::two_phase_commit::node::Watch;

/// A database, as the coordinator's process knows it.
pub(super) struct Site {
    place: Place,
    url: DatabaseUrl,
    stock: Stock,
    pub(super) prefix: Prefix,
    problem: Mutex<Option<String>>,
}

impl Site {
    pub(super) async fn open(&self) -> Result<Session, String> {
        Session::open(self.place, &self.url, &self.stock).await
    }

    /// Takes note of why the database is not to be had, or that it is; logs what is new.
    pub(super) fn tell(&self, problem: Option<String>) {
        let mut last = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        if *last != problem {
            // The server says so, too, and louder: it sees the database for as long as it lives.
            tracing::debug!(node = self.place.name(), problem, "a database comes or goes");
            *last = problem;
        }
    }
}

/// The way to a participant that is a database.
pub(crate) struct Participant {
    place: Place,
    rows: BTreeMap<Good, Way>,
    errands: UnboundedSender<Errand>,
    busy: Arc<Busy>,
    voice: Arc<std::sync::OnceLock<Voice>>,
}

struct Way {
    jobs: UnboundedSender<Job>,
    sent: AtomicU64,
}

/// What is to run as soon as the coordinator can be reached.
pub(crate) struct Tasks {
    site: Arc<Site>,
    rows: BTreeMap<Good, UnboundedReceiver<Job>>,
    errands: UnboundedReceiver<Errand>,
    busy: Arc<Busy>,
    voice: Arc<std::sync::OnceLock<Voice>>,
}

impl Participant {
    /// The way to a database, and the tasks at its end, which are yet to be started. `stock` is what the database
    /// holds at the very start.
    pub(crate) fn new(
        place: Place,
        url: DatabaseUrl,
        stock: Stock,
        prefix: Prefix,
    ) -> (Self, Tasks) {
        let (mut rows, mut receivers) = (BTreeMap::new(), BTreeMap::new());
        for good in Good::ALL.into_iter().filter(|good| place.stock().count(*good) > 0) {
            let (jobs, receiver) = mpsc::unbounded_channel();
            rows.insert(good, Way { jobs, sent: AtomicU64::new(0) });
            receivers.insert(good, receiver);
        }
        let (errands, received) = mpsc::unbounded_channel();
        let (busy, voice) = (Arc::<Busy>::default(), Arc::default());
        let site = Arc::new(Site { place, url, stock, prefix, problem: Mutex::default() });
        let tasks = Tasks {
            site,
            rows: receivers,
            errands: received,
            busy: busy.clone(),
            voice: Arc::clone(&voice),
        };
        (Participant { place, rows, errands, busy, voice }, tasks)
    }

    /// Which node it is.
    pub(crate) fn node(&self) -> NodeId {
        self.place.node()
    }

    /// Takes a message without waiting.
    pub(crate) fn send(&self, flight: Flight<Message>) {
        let message = flight.message.clone();
        if let Some(voice) = self.voice.get() {
            voice.heard(flight);
        }
        match message {
            Message::Prepare { tx, work: Work::Take { good, quantity }, peers } => {
                let promise = Promise { tx, good, quantity };
                self.first(promise, Job::Prepare { promise, peers });
            }
            Message::CommitInOnePhase { tx, work: Work::Take { good, quantity } } => {
                let promise = Promise { tx, good, quantity };
                self.first(promise, Job::TakeAlone { promise });
            }
            Message::Prepare { tx, work: Work::Look { good }, .. } => {
                self.errand(Errand::Look { tx, good, is_alone: false });
            }
            Message::CommitInOnePhase { tx, work: Work::Look { good } } => {
                self.errand(Errand::Look { tx, good, is_alone: true });
            }
            Message::Decision { tx, outcome } => match self.busy.row(tx) {
                Some(good) => self.job(good, Job::Decide { tx, outcome }),
                None => self.errand(Errand::Decide { tx, outcome }),
            },
            // Meant for the coordinator, or asked by peers, which do not know where this is.
            Message::Voted { .. }
            | Message::Acknowledged { .. }
            | Message::Inquiry { .. }
            | Message::Concluded { .. } => {}
        }
    }

    /// Passes on what is asked for the first time. Nothing is lost on the way to a row, so what it has in hand it
    /// will answer.
    fn first(&self, promise: Promise, job: Job) {
        if self.rows.contains_key(&promise.good) {
            if self.busy.take(promise.tx, promise.good) {
                self.job(promise.good, job);
            }
        } else if let Some(voice) = self.voice.get().cloned() {
            // There is no such row here, and so none of that.
            tokio::spawn(async move {
                let vote = Vote::No(Reason::OutOf(promise.good));
                voice.vote(promise, &[], vote).await;
            });
        }
    }

    fn job(&self, good: Good, job: Job) {
        if let Some(way) = self.rows.get(&good) {
            way.sent.fetch_add(1, Ordering::Relaxed);
            // An error means that the tasks have ended, and so does the process.
            let _ = way.jobs.send(job);
        }
    }

    fn errand(&self, errand: Errand) {
        let _ = self.errands.send(errand);
    }

    /// Returns once everything sent so far has been carried out as far as that is possible.
    pub(crate) async fn flushed(&self) {
        for (good, way) in &self.rows {
            self.busy.until_rested(*good, way.sent.load(Ordering::Relaxed)).await;
        }
    }
}

impl Tasks {
    /// Starts the tasks; they end with the returned value.
    pub(crate) fn start(
        self,
        handle: Handle<TwoPhaseNode>,
        watch: Arc<Watch>,
        clock: Clock,
    ) -> JoinSet<()> {
        let voice = Voice::new(self.site.place, handle, watch, clock, self.busy);
        // An error would mean that they had been started before, and they are only once.
        let _ = self.voice.set(voice.clone());
        let mut tasks = JoinSet::new();
        for (good, jobs) in self.rows {
            let row = Row::new(good, self.site.clone(), voice.clone(), jobs);
            tasks.spawn(async move {
                row.run().await;
            });
        }
        tasks.spawn(Resolver::new(self.site, voice, self.errands).run());
        tasks
    }
}

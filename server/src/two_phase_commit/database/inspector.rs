//! The server's own view of a database: whether it can take part, and what is in it. It is there when the coordinator
//! is dead, too, which is when people want to look.

use std::path::PathBuf;
use std::sync::{Arc, Mutex as SyncMutex, MutexGuard, PoisonError};
use std::time::Duration;

use playground_core::two_phase_commit::wire::{
    Database, DatabaseKind, InDoubt, LockRow, NodeState, OrderReport, PreparedRow, Status,
};
use playground_core::two_phase_commit::{
    Branch, Good, Order, Outcome, Place, Stock, TransactionId,
};
use tokio::sync::Mutex;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::SimpleQueryRow;

use super::address::DatabaseUrl;
use super::gid::{Prefix, Promise};
use super::row::end;
use super::session::{Session, explain};
use super::tables;
use crate::two_phase_commit::inside::{Knowledge, Report};
use crate::two_phase_commit::request::NoAnswer;

/// How often a database that is away is tried, and one that is there looked after.
const PAUSE: Duration = Duration::from_millis(250);
/// How long whoever asks for the state waits for a database.
const PATIENCE: Duration = Duration::from_secs(1);

/// A database, as the server sees it.
#[derive(Debug)]
pub(crate) struct Inspector {
    inner: Arc<Inner>,
    keeping: AbortHandle,
}

struct Inner {
    place: Place,
    url: DatabaseUrl,
    stock: Stock,
    /// Where the coordinator's log is, and with it the number that its names begin with.
    folder: PathBuf,
    session: Mutex<Option<(Session, Prefix)>>,
    seen: SyncMutex<Seen>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inspector").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What was seen last.
#[derive(Clone, Debug)]
struct Seen {
    is_up: bool,
    /// How many times it has come.
    starts: u32,
    problem: Option<String>,
    free: Stock,
    held: Stock,
    in_doubt: Vec<InDoubt>,
    orders: Vec<OrderReport>,
    database: Database,
}

impl Drop for Inspector {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

impl Inspector {
    /// Begins to look, and returns at once. Must be called within a tokio runtime.
    pub(crate) fn start(place: Place, url: DatabaseUrl, stock: Stock, folder: PathBuf) -> Self {
        let database = Database {
            kind: DatabaseKind::Postgresql,
            address: url.shown().to_owned(),
            version: None,
            max_prepared: 0,
            prepared: Vec::new(),
            locks: Vec::new(),
        };
        let seen = Seen {
            is_up: false,
            starts: 0,
            problem: None,
            free: Stock::default(),
            held: Stock::default(),
            in_doubt: Vec::new(),
            orders: Vec::new(),
            database,
        };
        let (session, seen) = (Mutex::default(), SyncMutex::new(seen));
        let inner = Arc::new(Inner { place, url, stock, folder, session, seen });
        let keeping = tokio::spawn({
            let inner = inner.clone();
            async move { inner.keep().await }
        });
        Inspector { inner, keeping: keeping.abort_handle() }
    }

    /// What the database tells, with the last so many orders that it has decided alone.
    pub(crate) async fn report(&self, orders: usize) -> Report {
        let looked = timeout(PATIENCE, self.inner.look(orders)).await;
        if looked.is_err() {
            self.inner.lock().is_up = false;
        }
        let seen = self.inner.lock().clone();
        let late = || "it does not answer".to_owned();
        let problem = seen.problem.or_else(|| looked.is_err().then(late));
        let node = NodeState {
            node: self.inner.place,
            is_up: seen.is_up,
            pid: None,
            starts: seen.starts,
            armed: None,
            problem,
            free: seen.free,
            held: seen.held,
            log: Default::default(),
            database: Some(seen.database),
        };
        let (in_doubt, orders, damage) = (seen.in_doubt, seen.orders, Vec::new());
        Report { events: 0, epoch: None, node, in_doubt, orders, damage }
    }

    /// What the database knows of a transaction.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub(crate) async fn knowledge(&self, tx: TransactionId) -> Result<Knowledge, NoAnswer> {
        let asked = timeout(PATIENCE, self.inner.know(tx)).await;
        let report = asked.map_err(|_| NoAnswer::Late)?.map_err(|_| NoAnswer::Unreachable)?;
        Ok(Knowledge { report, epoch: None })
    }

    /// Looks whether it can be put back.
    ///
    /// # Errors
    /// Why it cannot, for a person.
    pub(crate) async fn claim(&self) -> Result<(), String> {
        let looked = timeout(PATIENCE, self.inner.look(0)).await;
        let seen = self.inner.lock();
        match (looked, &seen.problem) {
            (Ok(()), None) if seen.is_up => Ok(()),
            (_, Some(problem)) => Err(problem.clone()),
            _ => Err(format!("PostgreSQL at {} does not answer", self.inner.url.server())),
        }
    }

    /// Undoes what the coordinator has left prepared, and puts everything back to how it was at the very start.
    ///
    /// # Errors
    /// Why that cannot be, for a person.
    pub(crate) async fn wipe(&self) -> Result<(), String> {
        let inner = &self.inner;
        let mut session = inner.session.lock().await;
        inner.connect(&mut session).await?;
        let Some((open, prefix)) = session.as_ref() else { return Ok(()) };
        let wiping = async {
            for gid in open.ask_for_names(&tables::promised(prefix.text())).await? {
                let is_own = prefix.promise(&gid).is_some_and(|it| it.is_of(inner.place));
                if is_own {
                    end(open, &gid, Outcome::Aborted).await?;
                }
            }
            open.run(&tables::refill(inner.place, &inner.stock, prefix)).await
        };
        let wiped = wiping.await;
        if wiped.is_err() {
            // It may be in the middle of what has failed.
            let problem = wiped.map(drop).map_err(|failure| explain(&inner.url, &failure));
            *session = None;
            return problem;
        }
        Ok(())
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks after the connection for as long as the server runs.
    async fn keep(&self) {
        loop {
            // Why there is none is in what was seen.
            let _ = self.connect(&mut *self.session.lock().await).await;
            sleep(PAUSE).await;
        }
    }

    /// Connects, if there is no connection.
    async fn connect(&self, session: &mut Option<(Session, Prefix)>) -> Result<(), String> {
        if session.as_ref().is_some_and(|(open, _)| !open.is_closed()) {
            return Ok(());
        }
        *session = None;
        let opening = async {
            let prefix = Prefix::of(&self.folder)?;
            Ok((Session::open(self.place, &self.url, &self.stock).await?, prefix))
        };
        let opened: Result<_, String> = opening.await;
        let node = self.place.name();
        let mut seen = self.lock();
        match opened {
            Ok((open, prefix)) => {
                tracing::info!(node, version = open.version, "a database takes part");
                seen.database.version = Some(open.version.clone());
                seen.database.max_prepared = open.max_prepared;
                (seen.is_up, seen.problem) = (true, None);
                seen.starts += 1;
                *session = Some((open, prefix));
                Ok(())
            }
            Err(problem) => {
                if seen.problem.as_ref() != Some(&problem) {
                    tracing::warn!(node, "{problem}");
                }
                (seen.is_up, seen.problem) = (false, Some(problem.clone()));
                Err(problem)
            }
        }
    }

    /// Reads everything that is told.
    async fn look(&self, orders: usize) {
        let mut session = self.session.lock().await;
        if self.connect(&mut session).await.is_err() {
            return;
        }
        let Some((open, prefix)) = session.as_ref() else { return };
        // What is promised comes first: what is committed in between is then missing for a moment, not there twice.
        let questions = [
            tables::prepared_rows(prefix),
            tables::QUANTITIES.to_owned(),
            tables::lock_rows(prefix),
            tables::concluded(prefix.text(), orders),
        ];
        match open.ask(&questions.join("; ")).await {
            Ok(sets) => self.saw(prefix, sets),
            Err(failure) => {
                let problem = explain(&self.url, &failure);
                tracing::warn!(node = self.place.name(), "{problem}");
                let mut seen = self.lock();
                (seen.is_up, seen.problem) = (false, Some(problem));
                drop(seen);
                *session = None;
            }
        }
    }

    fn saw(&self, prefix: &Prefix, sets: Vec<Vec<SimpleQueryRow>>) {
        let mut sets = sets.into_iter();
        let mut next = || sets.next().unwrap_or_default();
        let (prepared, quantities, locks, concluded) = (next(), next(), next(), next());
        let mut held = Stock::default();
        let (mut rows, mut in_doubt) = (Vec::new(), Vec::new());
        for row in prepared.iter().map(|row| prepared_row(prefix, row)) {
            let Some(promise) = prefix.promise(&row.gid).filter(|it| it.is_of(self.place)) else {
                continue;
            };
            held.put(promise.good, promise.quantity);
            let (id, work, age_ms) = (promise.tx, promise.work(), row.age_ms);
            in_doubt.push(InDoubt { id, holder: self.place, work, age_ms, took: None });
            rows.push(row);
        }
        let concluded = concluded.iter().rev().filter_map(|row| prefix.promise(row.get(0)?));
        let mut seen = self.lock();
        (seen.is_up, seen.problem) = (true, None);
        seen.free = free(self.place, &quantities, &held);
        seen.orders = concluded.map(|promise| concluded_order(self.place, promise)).collect();
        (seen.held, seen.in_doubt) = (held, in_doubt);
        seen.database.prepared = rows;
        seen.database.locks = locks.iter().map(lock_row).collect();
    }

    async fn know(&self, tx: TransactionId) -> Result<Option<OrderReport>, String> {
        let mut session = self.session.lock().await;
        self.connect(&mut session).await?;
        let Some((open, prefix)) = session.as_ref() else { return Ok(None) };
        let name = prefix.of_transaction(tx);
        let questions = [tables::concluded(&name, 1), tables::promised(&name)].join("; ");
        let sets = open.ask(&questions).await;
        let sets = sets.map_err(|failure| explain(&self.url, &failure))?;
        let own = |row: &SimpleQueryRow| {
            prefix.promise(row.get(0)?).filter(|promise| promise.is_of(self.place))
        };
        let mut found = sets.iter().map(|rows| rows.iter().find_map(own));
        let (concluded, promised) = (found.next().flatten(), found.next().flatten());
        let pending = |promise: Promise| bare(Status::Pending, promise.tx);
        let concluded = concluded.map(|promise| concluded_order(self.place, promise));
        Ok(concluded.or_else(|| promised.map(pending)))
    }
}

fn bare(status: Status, id: TransactionId) -> OrderReport {
    OrderReport { id, order: None, status, reason: None, damage: Vec::new() }
}

/// An order that the database has decided alone.
fn concluded_order(place: Place, promise: Promise) -> OrderReport {
    let branch = Branch { node: place.node(), work: promise.work() };
    OrderReport { order: Order::of(&[branch]), ..bare(Status::Committed, promise.tx) }
}

/// What is not promised to anybody.
fn free(place: Place, quantities: &[SimpleQueryRow], held: &Stock) -> Stock {
    let mut free = Stock::default();
    for row in quantities {
        let good = row.get(0).and_then(Good::named);
        let Some(good) = good.filter(|good| place.stock().count(*good) > 0) else { continue };
        let there: u64 = row.get(1).and_then(|count| count.parse().ok()).unwrap_or(0);
        let left = there.saturating_sub(u64::from(held.count(good)));
        free.put(good, u32::try_from(left).unwrap_or(u32::MAX));
    }
    free
}

fn prepared_row(prefix: &Prefix, row: &SimpleQueryRow) -> PreparedRow {
    let column = |index: usize| row.get(index).unwrap_or_default().to_owned();
    PreparedRow {
        gid: column(0),
        tx: prefix.promise(&column(0)).map(|promise| promise.tx),
        transaction: column(1),
        prepared: column(2),
        age_ms: column(3).parse().unwrap_or(0),
        owner: column(4),
        database: column(5),
    }
}

fn lock_row(row: &SimpleQueryRow) -> LockRow {
    LockRow {
        kind: row.get(0).unwrap_or_default().to_owned(),
        relation: row.get(1).map(str::to_owned),
        mode: row.get(2).unwrap_or_default().to_owned(),
        granted: row.get(3) == Some("t"),
        gid: row.get(4).map(str::to_owned),
        pid: row.get(5).and_then(|pid| pid.parse().ok()),
    }
}

//! The coordinator and the two participants, as the server runs them and tells of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use playground_core::sim::{Span, Time};
use playground_core::two_phase_commit::wire::{InDoubt, NodeState, OrderReport, State, Status};
use playground_core::two_phase_commit::{Good, Outcome, Place, Stock, TransactionId};

use super::database::{DatabaseUrl, Inspector};
use super::inside::{Addresses, Knowledge, Report};
use super::process::Launch;
use super::request::{self, NoAnswer};
use super::supervised::{self, Supervised};
use crate::driver::Clock;

/// The nodes, in the order of their ids.
#[derive(Debug)]
pub(super) struct Nodes {
    all: [Supervised; 3],
    /// Of those that are databases: they are not started, but looked at.
    databases: BTreeMap<Place, Inspector>,
    pub(super) clock: Clock,
    /// Since when each doubt has been seen: a node that restarts begins to count anew.
    doubts: Mutex<BTreeMap<(Place, TransactionId), Time>>,
}

/// How much of a node's life is in a [`State`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// In which of its lives it was.
    pub(super) starts: u32,
    /// How many events of that are in there; all if it is down.
    pub(super) events: u64,
}

impl Nodes {
    /// Nodes that are all down.
    pub(super) fn new(launch: Launch) -> Self {
        let clock = Clock::since(launch.epoch);
        let launch = Arc::new(launch);
        let all = Place::RESTAURANT.map(|place| Supervised::new(place, launch.clone()));
        let inspector = |(place, url): (&Place, &DatabaseUrl)| {
            let stock = launch.stock.clone().unwrap_or_default().over(place.stock());
            let folder = launch.folder(Place::Coordinator);
            (*place, Inspector::start(*place, url.clone(), stock, folder))
        };
        let databases = launch.databases.iter().map(inspector).collect();
        Nodes { all, databases, clock, doubts: Mutex::default() }
    }

    /// The database that a node is; none of a process.
    pub(super) fn database(&self, place: Place) -> Option<&Inspector> {
        self.databases.get(&place)
    }

    pub(super) fn all(&self) -> &[Supervised; 3] {
        &self.all
    }

    pub(super) fn coordinator(&self) -> &Supervised {
        &self.all[0]
    }

    /// The node of a role of the restaurant.
    pub(super) fn node(&self, place: Place) -> &Supervised {
        &self.all[usize::from(place.node().0).min(self.all.len() - 1)]
    }

    /// Starts a node and lets all nodes know where the others are.
    ///
    /// # Errors
    /// Why it cannot start, for a person.
    pub(super) async fn start(&self, node: &Supervised) -> Result<(), String> {
        node.start(self.addresses()).await?;
        self.introduce().await;
        Ok(())
    }

    /// Starts all that are down; those that cannot start say so in the state.
    pub(super) async fn start_all(&self) {
        let [a, b, c] = &self.all;
        let addresses = self.addresses();
        let start = async |node: &Supervised| match self.database(node.place) {
            Some(_) => Ok(()),
            None => node.start(addresses.clone()).await,
        };
        // Whoever cannot start says so in its status.
        let _ = tokio::join!(start(a), start(b), start(c));
        self.introduce().await;
    }

    /// Stops all in good order.
    pub(super) async fn stop_all(&self) {
        let [a, b, c] = &self.all;
        tokio::join!(a.stop(), b.stop(), c.stop());
    }

    /// Looks whether what a node has written down is nobody else's, and can be forgotten.
    ///
    /// # Errors
    /// Why not, for a person.
    pub(super) async fn claim(&self, node: &Supervised) -> Result<(), String> {
        match self.database(node.place) {
            Some(database) => database.claim().await,
            None => node.claim().await,
        }
    }

    /// Has a node forget everything.
    ///
    /// # Errors
    /// Why it cannot, for a person.
    pub(super) async fn wipe(&self, node: &Supervised) -> Result<(), String> {
        match self.database(node.place) {
            Some(database) => database.wipe().await,
            None => node.wipe().await,
        }
    }

    fn addresses(&self) -> Addresses {
        let known = self.all.iter().filter_map(|node| Some((node.place, node.address()?)));
        known.collect()
    }

    /// Tells every node where all the others are.
    async fn introduce(&self) {
        let addresses = self.addresses();
        let [a, b, c] = &self.all;
        let tell = async |node: &Supervised| {
            if let Some(address) = node.address()
                && let Err(error) = request::post::<()>(address, "/peers", &addresses).await
            {
                // It may have died since; then it is told when it starts.
                tracing::debug!(node = node.place.name(), %error, "a node was not told");
            }
        };
        tokio::join!(tell(a), tell(b), tell(c));
    }

    /// Asks a node for its report; of one that is down, what its disk says.
    async fn report(
        &self,
        node: &Supervised,
        orders: usize,
    ) -> (supervised::Status, Option<Report>) {
        let status = node.status();
        if let Some(database) = self.database(node.place) {
            return (status, Some(database.report(orders).await));
        }
        let report = match status.process {
            None => status.disk.as_deref().cloned(),
            Some((_, address)) => {
                let path = format!("/state?orders={orders}");
                request::get(address, &path).await.ok()
            }
        };
        (status, report)
    }

    /// Everything, with the last so many orders.
    pub(super) async fn state(&self, orders: usize) -> (State, [Seen; 3]) {
        let [a, b, c] = &self.all;
        let (a, b, c) =
            tokio::join!(self.report(a, orders), self.report(b, orders), self.report(c, orders));
        let now = self.clock.now();
        let mut seen = [Seen::default(); 3];
        let mut nodes = Vec::new();
        let mut in_doubt = Vec::new();
        let mut known = BTreeMap::new();
        let mut damage = Vec::new();
        for (index, (status, report)) in [a, b, c].into_iter().enumerate() {
            let place = Place::RESTAURANT[index];
            let events = match (&status.process, &report) {
                (Some(_), Some(report)) => report.events,
                _ => u64::MAX,
            };
            seen[index] = Seen { starts: status.starts, events };
            match &report {
                Some(report) if report.node.database.is_some() => nodes.push(report.node.clone()),
                _ => nodes.push(node_state(place, &status, report.as_ref())),
            }
            let Some(report) = report else { continue };
            in_doubt.extend(self.aged(place, now, report.in_doubt));
            damage.extend(report.damage);
            for order in report.orders {
                // The coordinator comes first, and knows best.
                known.entry(order.id).or_insert(order);
            }
        }
        for doubt in &in_doubt {
            // Ordered, and not decided as far as anybody knows.
            known.entry(doubt.id).or_insert_with(|| pending_report(doubt.id));
        }
        for (tx, damage) in damage {
            // The coordinator has forgotten what it died over; that it is damaged must be seen nevertheless.
            let order = known.entry(tx).or_insert_with(|| bare_report(tx, damage.decided));
            order.damage.push(damage);
        }
        let surplus = known.len().saturating_sub(orders);
        let orders: Vec<OrderReport> = known.into_values().skip(surplus).collect();
        let inventory = nodes[1].free;
        let stock = Good::MENU.map(|good| (good.name().to_owned(), inventory.count(good))).into();
        let couriers = nodes[2].free.count(Good::Courier);
        (State { now, stock, couriers, in_doubt, nodes, orders }, seen)
    }

    /// Counts how long doubts have lasted over all lives of a node.
    fn aged(&self, place: Place, now: Time, mut in_doubt: Vec<InDoubt>) -> Vec<InDoubt> {
        let mut doubts = self.doubts.lock().unwrap_or_else(PoisonError::into_inner);
        doubts.retain(|(at, tx), _| *at != place || in_doubt.iter().any(|it| it.id == *tx));
        for doubt in &mut in_doubt {
            let told = now - Span::from_ms(doubt.age_ms);
            let since = doubts.entry((place, doubt.id)).or_insert(told);
            *since = told.min(*since);
            doubt.age_ms = now.since(*since).0 / 1_000;
        }
        in_doubt
    }

    /// What is known of an order, by whoever is up; none if it never was.
    ///
    /// # Errors
    /// If nobody who is up knows, but somebody who is down might.
    pub(super) async fn order(&self, tx: TransactionId) -> Result<Option<OrderReport>, NoAnswer> {
        let [a, b, c] = &self.all;
        let (a, b, c) = tokio::join!(self.ask(a, tx), self.ask(b, tx), self.ask(c, tx));
        let epoch = a.as_ref().ok().and_then(|it| it.epoch);
        let answers = [a, b, c];
        let reports = answers.iter().flatten().filter_map(|it| it.report.as_ref());
        // A participant in doubt knows less than one that has heard of the decision.
        let mut reports: Vec<&OrderReport> = reports.collect();
        reports.sort_by_key(|it| it.status == Status::Pending);
        if let Some(best) = reports.first() {
            let mut report = (*best).clone();
            report.damage = reports.iter().flat_map(|it| it.damage.clone()).collect();
            report.order = reports.iter().find_map(|it| it.order);
            return Ok(Some(report));
        }
        let silent = answers.iter().find_map(|it| it.as_ref().err());
        match (epoch, silent) {
            // Never given out.
            (Some(epoch), _) if tx.epoch >= epoch => Ok(None),
            (_, Some(error)) => Err(error.clone()),
            // Presumed: whatever of an earlier life nobody knows of has aborted.
            (_, None) => Ok(Some(bare_report(tx, Outcome::Aborted))),
        }
    }

    async fn ask(&self, node: &Supervised, tx: TransactionId) -> Result<Knowledge, NoAnswer> {
        match self.database(node.place) {
            Some(database) => database.knowledge(tx).await,
            None => ask(node, tx).await,
        }
    }
}

/// An order that somebody is in doubt about, and of which nobody knows more.
fn pending_report(id: TransactionId) -> OrderReport {
    OrderReport { id, order: None, status: Status::Pending, reason: None, damage: Vec::new() }
}

/// An order of which only the outcome is known.
fn bare_report(id: TransactionId, outcome: Outcome) -> OrderReport {
    let status = match outcome {
        Outcome::Committed => Status::Committed,
        Outcome::Aborted => Status::Aborted,
    };
    OrderReport { id, order: None, status, reason: None, damage: Vec::new() }
}

async fn ask(node: &Supervised, tx: TransactionId) -> Result<Knowledge, NoAnswer> {
    match node.address() {
        Some(address) => request::get(address, &format!("/orders/{tx}")).await,
        None => {
            // What its disk holds is as good, but does not tell what else there may be.
            let disk = node.status().disk.ok_or(NoAnswer::Unreachable)?;
            let order = disk.orders.iter().find(|order| order.id == tx).cloned();
            let in_doubt = || disk.in_doubt.iter().any(|doubt| doubt.id == tx);
            let damaged = || disk.damage.iter().find(|(id, _)| *id == tx).map(|(_, it)| it.decided);
            let report = order
                .or_else(|| in_doubt().then(|| pending_report(tx)))
                .or_else(|| damaged().map(|decided| bare_report(tx, decided)));
            let mut report = report.ok_or(NoAnswer::Unreachable)?;
            for (id, damage) in &disk.damage {
                if *id == tx && !report.damage.contains(damage) {
                    report.damage.push(*damage);
                }
            }
            Ok(Knowledge { report: Some(report), epoch: None })
        }
    }
}

fn node_state(place: Place, status: &supervised::Status, report: Option<&Report>) -> NodeState {
    let silent =
        (status.process.is_some() && report.is_none()).then(|| "it does not answer".into());
    let told = report.map(|report| report.node.clone());
    let unknown = || NodeState {
        node: place,
        is_up: false,
        pid: None,
        starts: 0,
        armed: None,
        problem: None,
        free: Stock::default(),
        held: Stock::default(),
        log: Default::default(),
        database: None,
    };
    NodeState {
        is_up: status.process.is_some(),
        pid: status.process.map(|(pid, _)| pid),
        starts: status.starts,
        problem: status.problem.clone().or(silent),
        ..told.unwrap_or_else(unknown)
    }
}

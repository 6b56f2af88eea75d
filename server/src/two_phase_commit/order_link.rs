//! The way of orders to the coordinator: one connection for all of them, a line each, so that many orders at the
//! same time cost little more than one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::Method;
use playground_core::two_phase_commit::Order;
use playground_core::two_phase_commit::wire::{OrderReport, Status};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::sync::{oneshot, watch};
use tokio::time::timeout;

use super::inside::{Submission, Told};
use super::nodes::Nodes;
use super::request;
use crate::lines::{LineReader, Lines, NDJSON};

/// How long a client waits for the decision before it gets the id of its order instead: a little longer than the
/// coordinator waits for votes.
const PATIENCE: Duration = Duration::from_millis(2_500);
/// How long an order waits for the connection to a coordinator that is up.
const CONNECT_PATIENCE: Duration = Duration::from_secs(1);
/// Before the next attempt to connect to a coordinator that is up.
const PAUSE: Duration = Duration::from_millis(20);
/// The most orders that are under way at the same time.
const MOST_ORDERS: usize = 10_000;

/// What became of an order that was sent.
#[derive(Clone, Debug)]
pub(super) enum Placed {
    /// It is decided.
    Decided(OrderReport),
    /// It has its id, but is not decided, or the coordinator died before it could say so.
    Pending(OrderReport),
    /// The coordinator was given it and died without a word; it may have gone through.
    Unknown,
    /// The coordinator is down, and has not been given it.
    Down,
    /// Too many orders are under way; the coordinator has not been given it.
    TooMany,
}

/// The connection and those who wait at it.
#[derive(Debug)]
pub(super) struct OrderLink {
    open: watch::Sender<Option<UnboundedSender<Submission>>>,
    waiting: Mutex<HashMap<u64, Waiting>>,
    last_number: AtomicU64,
}

#[derive(Debug)]
struct Waiting {
    told: Option<OrderReport>,
    /// None once there is nobody left to decide.
    decided: Option<oneshot::Sender<Option<OrderReport>>>,
}

impl OrderLink {
    pub(super) fn new() -> Self {
        OrderLink {
            open: watch::Sender::new(None),
            waiting: Mutex::default(),
            last_number: AtomicU64::new(1),
        }
    }

    /// Places an order, and waits for its decision for a while.
    pub(super) async fn place(&self, order: Order, nodes: &Nodes) -> Placed {
        let Some(submissions) = self.connected(nodes).await else { return Placed::Down };
        let (decide, decided) = oneshot::channel();
        let request = self.last_number.fetch_add(1, Ordering::Relaxed);
        {
            let mut waiting = self.lock();
            if waiting.len() >= MOST_ORDERS {
                return Placed::TooMany;
            }
            waiting.insert(request, Waiting { told: None, decided: Some(decide) });
        }
        // Also when the client goes away in the middle.
        let place = Place { link: self, request };
        if submissions.send(Submission { request, order }).is_err() {
            return Placed::Down;
        }
        match timeout(PATIENCE, decided).await {
            Ok(Ok(Some(report))) => Placed::Decided(report),
            Ok(Ok(None)) => Placed::TooMany,
            _ => match place.leave().and_then(|waiting| waiting.told) {
                Some(report) if report.status == Status::Pending => Placed::Pending(report),
                Some(report) => Placed::Decided(report),
                None => Placed::Unknown,
            },
        }
    }

    /// The connection; waits for it a moment if the coordinator is up.
    async fn connected(&self, nodes: &Nodes) -> Option<UnboundedSender<Submission>> {
        if let Some(open) = &*self.open.borrow() {
            return Some(open.clone());
        }
        nodes.coordinator().address()?;
        let mut opened = self.open.subscribe();
        let open = timeout(CONNECT_PATIENCE, opened.wait_for(Option::is_some)).await;
        open.ok()?.ok()?.clone()
    }

    /// Keeps the connection for as long as the server runs.
    pub(super) async fn keep(self: Arc<Self>, nodes: Arc<Nodes>) {
        let mut status = nodes.coordinator().watch();
        loop {
            let up = status.wait_for(|status| status.process.is_some()).await;
            let Some((_, address)) = up.ok().and_then(|status| status.process) else { return };
            let (submissions, lines) = mpsc::unbounded_channel();
            let body = Lines::<Submission>::Unbounded(lines);
            let opened = request::open(address, Method::POST, "/orders/stream", NDJSON, body).await;
            if let Ok(answers) = opened {
                self.open.send_replace(Some(submissions));
                let mut lines = LineReader::new(answers);
                while let Some(told) = lines.next::<Told>().await {
                    self.hear(told);
                }
                self.open.send_replace(None);
                self.give_up();
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn hear(&self, told: Vec<Told>) {
        let mut waiting = self.lock();
        for Told { request, report } in told {
            let Some(client) = waiting.get_mut(&request) else { continue };
            if report.as_ref().is_some_and(|report| report.status == Status::Pending) {
                client.told = report;
            } else if let Some(decided) = client.decided.take() {
                // An error means that the client has just gone.
                let _ = decided.send(report);
            }
        }
    }

    /// Nobody who waits will hear any more.
    fn give_up(&self) {
        for client in self.lock().values_mut() {
            client.decided = None;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those who wait, given up in any case.
struct Place<'a> {
    link: &'a OrderLink,
    request: u64,
}

impl Place<'_> {
    fn leave(&self) -> Option<Waiting> {
        self.link.lock().remove(&self.request)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.leave();
    }
}

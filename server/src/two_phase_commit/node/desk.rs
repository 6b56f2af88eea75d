//! Where clients of a coordinator wait for the answer to their orders.
//!
//! The first no decides, while other participants may still be about to promise. They are told at once when they
//! have, so the answer "aborted" is held back until all votes are in: whoever hears it and orders again finds
//! everything given back, since messages to a participant do not overtake each other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use playground_core::sim::{ClusterEvent, NodeId};
use playground_core::two_phase_commit::wire::{OrderReport, Status};
use playground_core::two_phase_commit::{
    Event, Message, Order, Outcome, Reason, TransactionId, TwoPhaseNode,
};
use tokio::sync::mpsc::UnboundedSender;

use crate::two_phase_commit::inside::Told;

/// How long an answer is held back at most; a participant that is down votes much later.
const HOLD: Duration = Duration::from_millis(100);

/// The clients who wait.
#[derive(Clone, Debug, Default)]
pub(crate) struct Desk(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    last_number: u64,
    /// By the number that the machine knows the order by.
    clients: HashMap<u64, Client>,
    /// Which order a transaction is, and whose votes are missing.
    votes: HashMap<TransactionId, (u64, Vec<NodeId>)>,
}

/// Where to tell a client, and by which number it knows the order.
#[derive(Debug)]
struct Client {
    request: u64,
    order: Order,
    answers: UnboundedSender<Told>,
    /// The answer, while it is held back.
    held: Option<OrderReport>,
}

impl Desk {
    /// Lets a client wait; the number for the machine.
    pub(crate) fn wait(&self, request: u64, order: Order, answers: UnboundedSender<Told>) -> u64 {
        let mut waiting = self.lock();
        waiting.last_number += 1;
        let number = waiting.last_number;
        waiting.clients.insert(number, Client { request, order, answers, held: None });
        number
    }

    /// Tells whoever it concerns. A client that is gone has its answer in the ledger. Must be called within a
    /// tokio runtime.
    pub(crate) fn hear(&self, event: &ClusterEvent<TwoPhaseNode>) {
        match event {
            ClusterEvent::Delivered(flight) => {
                if let Message::Voted { tx, .. } = flight.message {
                    self.lock().voted(tx, flight.from);
                }
            }
            ClusterEvent::Reported(_, Event::Began { request, tx, branches }) => {
                let mut waiting = self.lock();
                let Some(client) = waiting.clients.get(request) else { return };
                client.tell(Some(client.report(*tx, Status::Pending, None)));
                if branches.len() > 1 {
                    let voters = branches.iter().map(|branch| branch.node).collect();
                    waiting.votes.insert(*tx, (*request, voters));
                }
            }
            ClusterEvent::Reported(_, Event::Answered { request, tx, outcome, reason }) => {
                let status = match outcome {
                    Outcome::Committed => Status::Committed,
                    Outcome::Aborted => Status::Aborted,
                };
                if self.lock().answered(*request, *tx, status, *reason) {
                    let (desk, tx) = (self.clone(), *tx);
                    tokio::spawn(async move {
                        tokio::time::sleep(HOLD).await;
                        desk.lock().release(tx);
                    });
                }
            }
            ClusterEvent::Reported(_, Event::Refused { request: Some(request), .. }) => {
                if let Some(client) = self.lock().clients.remove(request) {
                    client.tell(None);
                }
            }
            _ => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Answers a client, or holds the answer back; whether it does.
    fn answered(
        &mut self,
        request: u64,
        tx: TransactionId,
        status: Status,
        reason: Option<Reason>,
    ) -> bool {
        let Some(client) = self.clients.get_mut(&request) else { return false };
        client.held = Some(client.report(tx, status, reason));
        let is_early = self.votes.get(&tx).is_some_and(|(_, missing)| !missing.is_empty());
        let is_held = is_early && status == Status::Aborted && reason != Some(Reason::VoteTimedOut);
        if !is_held {
            self.votes.remove(&tx);
            self.tell_held(request);
        }
        is_held
    }

    fn voted(&mut self, tx: TransactionId, voter: NodeId) {
        let Some((request, missing)) = self.votes.get_mut(&tx) else { return };
        missing.retain(|node| *node != voter);
        let request = *request;
        if missing.is_empty() && self.clients.get(&request).is_some_and(|it| it.held.is_some()) {
            self.release(tx);
        }
    }

    /// Holds an answer back no longer.
    fn release(&mut self, tx: TransactionId) {
        if let Some((request, _)) = self.votes.remove(&tx) {
            self.tell_held(request);
        }
    }

    fn tell_held(&mut self, request: u64) {
        if let Some(mut client) = self.clients.remove(&request)
            && let Some(report) = client.held.take()
        {
            client.tell(Some(report));
        }
    }
}

impl Client {
    fn report(&self, id: TransactionId, status: Status, reason: Option<Reason>) -> OrderReport {
        OrderReport { id, order: Some(self.order), status, reason, damage: Vec::new() }
    }

    fn tell(&self, report: Option<OrderReport>) {
        // An error means that the client is gone.
        let _ = self.answers.send(Told { request: self.request, report });
    }
}

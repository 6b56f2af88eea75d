//! Messages between nodes over HTTP: one connection a peer, everything that waits in one request.
//!
//! A task a peer takes all messages queued for it, posts them as a JSON array to `/messages`, and takes the next
//! ones when the peer has answered 204. A single message leaves at once.

mod line;

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::Bytes;
use playground_core::sim::{Flight, LossReason, NodeId};
use serde::Serialize;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::Transport;
use line::Line;

/// Where a node receives messages.
pub(super) const PATH: &str = "/messages";
/// The largest request, in bytes, that a node takes.
pub(super) const MOST_BYTES: usize = 64 << 20;
/// The most messages in one request.
const MOST_TOGETHER: usize = 1024;
/// The most messages that wait for one peer; then the oldest is lost, since the protocol asks again anyway.
const MOST_WAITING: usize = 16_384;
/// How long [`Transport::flushed`] waits.
const FLUSH_PATIENCE: Duration = Duration::from_secs(1);

type OnLost<Message> = dyn Fn(Flight<Message>, LossReason) + Send + Sync;

/// The other nodes of a cluster. Clones are the same.
pub struct Peers<Message>(Arc<Inner<Message>>);

struct Inner<Message> {
    peers: Mutex<BTreeMap<NodeId, Peer<Message>>>,
    on_lost: Arc<OnLost<Message>>,
}

struct Peer<Message> {
    mailbox: Arc<Mailbox<Message>>,
    task: AbortHandle,
}

/// What waits for one peer.
struct Mailbox<Message> {
    state: Mutex<Waiting<Message>>,
    /// There is something to send.
    filled: Notify,
    /// There is nothing left to send, nor being sent.
    emptied: Notify,
}

struct Waiting<Message> {
    flights: VecDeque<Flight<Message>>,
    address: SocketAddr,
    is_sending: bool,
}

/// Locks, also after a panic elsewhere: a queue of messages is never half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<Message> Clone for Peers<Message> {
    fn clone(&self) -> Self {
        Peers(Arc::clone(&self.0))
    }
}

impl<Message: Serialize + Send + 'static> Peers<Message> {
    /// No peers yet. `on_lost` hears of every message that is known not to have arrived:
    /// [`LossReason::ReceiverDown`] if the peer is unknown or does not answer (it may have got it nevertheless),
    /// [`LossReason::Dropped`] if too many were waiting for it.
    pub fn new(on_lost: impl Fn(Flight<Message>, LossReason) + Send + Sync + 'static) -> Self {
        Peers(Arc::new(Inner { peers: Mutex::default(), on_lost: Arc::new(on_lost) }))
    }

    /// Says where a peer listens, for the first time or anew; what waits for it goes there. Must be called
    /// within a tokio runtime.
    pub fn set_address(&self, peer: NodeId, address: SocketAddr) {
        let mut peers = lock(&self.0.peers);
        if let Some(peer) = peers.get(&peer) {
            lock(&peer.mailbox.state).address = address;
            return;
        }
        let waiting = Waiting { flights: VecDeque::new(), address, is_sending: false };
        let mailbox = Arc::new(Mailbox {
            state: Mutex::new(waiting),
            filled: Notify::new(),
            emptied: Notify::new(),
        });
        let task = tokio::spawn(carry(Arc::clone(&mailbox), Arc::clone(&self.0.on_lost)));
        peers.insert(peer, Peer { mailbox, task: task.abort_handle() });
    }
}

impl<Message: Serialize + Send + 'static> Transport<Message> for Peers<Message> {
    fn send(&self, flight: Flight<Message>) {
        let peers = lock(&self.0.peers);
        let Some(peer) = peers.get(&flight.to) else {
            drop(peers);
            return (self.0.on_lost)(flight, LossReason::ReceiverDown);
        };
        let mut waiting = lock(&peer.mailbox.state);
        let is_full = waiting.flights.len() >= MOST_WAITING;
        let dropped = if is_full { waiting.flights.pop_front() } else { None };
        waiting.flights.push_back(flight);
        drop(waiting);
        peer.mailbox.filled.notify_one();
        drop(peers);
        if let Some(dropped) = dropped {
            (self.0.on_lost)(dropped, LossReason::Dropped);
        }
    }

    async fn flushed(&self) {
        let mailboxes: Vec<_> =
            lock(&self.0.peers).values().map(|peer| Arc::clone(&peer.mailbox)).collect();
        let all = async {
            for mailbox in mailboxes {
                mailbox.is_empty().await;
            }
        };
        // A peer that hangs does not keep this node alive.
        let _ = timeout(FLUSH_PATIENCE, all).await;
    }
}

impl<Message> Drop for Inner<Message> {
    fn drop(&mut self) {
        for peer in lock(&self.peers).values() {
            peer.task.abort();
        }
    }
}

impl<Message> Mailbox<Message> {
    async fn is_empty(&self) {
        loop {
            let emptied = self.emptied.notified();
            let is_empty = {
                let waiting = lock(&self.state);
                waiting.flights.is_empty() && !waiting.is_sending
            };
            if is_empty {
                return;
            }
            emptied.await;
        }
    }

    /// Waits for messages and takes them.
    async fn take(&self) -> (Vec<Flight<Message>>, SocketAddr) {
        loop {
            {
                let mut waiting = lock(&self.state);
                let count = waiting.flights.len().min(MOST_TOGETHER);
                waiting.is_sending = count > 0;
                if count > 0 {
                    return (waiting.flights.drain(..count).collect(), waiting.address);
                }
            }
            self.emptied.notify_waiters();
            self.filled.notified().await;
        }
    }
}

/// Carries one peer's messages, for ever.
async fn carry<Message: Serialize>(mailbox: Arc<Mailbox<Message>>, on_lost: Arc<OnLost<Message>>) {
    let mut line = Line::default();
    loop {
        let (flights, address) = mailbox.take().await;
        let has_arrived = match serde_json::to_vec(&flights) {
            Ok(body) => line.post(address, Bytes::from(body)).await,
            Err(error) => {
                tracing::error!(%error, "messages cannot be written as JSON");
                false
            }
        };
        if !has_arrived {
            for flight in flights {
                on_lost(flight, LossReason::ReceiverDown);
            }
        }
    }
}

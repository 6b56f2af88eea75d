//! How one connection watches another: a queue of what went by, bounded, so that whoever watches slowly misses
//! something (and is told how much), and whoever is watched does not notice.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use playground_core::websocket::wire::{Direction, TapMessage};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::connections::tape::Tape;

/// How much may wait to be told, in bytes, the particulars of each piece included.
const QUEUE_LIMIT: usize = 256 * 1024;
/// What the particulars of a piece cost, in bytes.
const PIECE_COST: usize = 64;
/// The longest piece, in bytes.
const PIECE_LIMIT: usize = 16 * 1024;

/// The taps that wait for a connection to watch, each under an id that is good for one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taps(Arc<Mutex<HashMap<String, Arc<Queue>>>>);

impl Taps {
    /// A tap under a new id; none if the system has no random numbers.
    pub(crate) fn open(&self) -> Option<Tap> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).ok()?;
        let id = BASE64_URL_SAFE_NO_PAD.encode(id);
        let queue = Arc::<Queue>::default();
        self.lock().insert(id.clone(), queue.clone());
        Some(Tap { id, queue, taps: self.clone() })
    }

    /// Begins to watch for the tap of this id; none if none waits.
    pub(crate) fn watch(&self, id: &str) -> Option<Watcher> {
        let queue = self.lock().remove(id)?;
        Some(Watcher { queue, since: Instant::now() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Queue>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end that is told.
#[derive(Debug)]
pub(crate) struct Tap {
    id: String,
    queue: Arc<Queue>,
    taps: Taps,
}

impl Tap {
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// What happened next; the last is [`TapMessage::Ended`]. Safe to cancel.
    pub(crate) async fn next(&mut self) -> TapMessage {
        loop {
            if let Some(message) = self.queue.pop() {
                return message;
            }
            self.queue.grown.notified().await;
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.taps.lock().remove(&self.id);
        // Nobody is told any more, so nothing is kept.
        self.queue.lock().is_abandoned = true;
    }
}

/// The end that sees. Dropped, it tells that the connection has ended.
#[derive(Debug)]
pub(crate) struct Watcher {
    queue: Arc<Queue>,
    since: Instant,
}

impl Watcher {
    /// The connection begins, with its handshake.
    pub(crate) fn see_handshake(&mut self, tape: &Tape, leftover: usize) {
        if let Some((first, _)) = tape.request(leftover).next() {
            self.since = first.into();
        }
        self.queue.push(TapMessage::Opened { at_us: 0 });
        for (at, piece) in tape.request(leftover) {
            self.see(Direction::ToServer, at.into(), piece);
        }
        for (at, piece) in tape.answer() {
            self.see(Direction::ToClient, at.into(), piece);
        }
    }

    /// Bytes go by.
    pub(crate) fn see(&self, direction: Direction, at: Instant, bytes: &[u8]) {
        let at_us = self.at_us(at);
        for piece in bytes.chunks(PIECE_LIMIT) {
            self.queue.push(TapMessage::Bytes { direction, at_us, bytes: piece.to_vec() });
        }
    }

    fn at_us(&self, at: Instant) -> u64 {
        let passed = at.saturating_duration_since(self.since);
        u64::try_from(passed.as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.queue.push(TapMessage::Ended { at_us: self.at_us(Instant::now()) });
    }
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    grown: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    messages: VecDeque<TapMessage>,
    cost: usize,
    is_abandoned: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, message: TapMessage) {
        let mut waiting = self.lock();
        if waiting.is_abandoned {
            return;
        }
        waiting.push(message);
        drop(waiting);
        self.grown.notify_one();
    }

    fn pop(&self) -> Option<TapMessage> {
        let mut waiting = self.lock();
        let message = waiting.messages.pop_front()?;
        waiting.cost -= cost(&message);
        if waiting.messages.is_empty() {
            waiting.messages = VecDeque::new();
        }
        Some(message)
    }
}

impl Waiting {
    /// Appends a message, or what it leaves out if it does not fit.
    fn push(&mut self, message: TapMessage) {
        let message = match message {
            TapMessage::Bytes { direction, at_us, bytes }
                if self.cost + bytes.len() + PIECE_COST > QUEUE_LIMIT || self.is_leaving_out() =>
            {
                let added = bytes.len() as u64;
                for last in self.messages.iter_mut().rev().take(2) {
                    match last {
                        TapMessage::LeftOut { direction: same, bytes, .. }
                            if *same == direction =>
                        {
                            *bytes += added;
                            return;
                        }
                        TapMessage::LeftOut { .. } => {}
                        _ => break,
                    }
                }
                TapMessage::LeftOut { direction, at_us, bytes: added }
            }
            message => message,
        };
        self.cost += cost(&message);
        self.messages.push_back(message);
    }

    /// Once something is left out, so is all that follows until half the queue is told: gaps that are few and
    /// long are easier to read than many.
    fn is_leaving_out(&self) -> bool {
        matches!(self.messages.back(), Some(TapMessage::LeftOut { .. }))
            && self.cost > QUEUE_LIMIT / 2
    }
}

fn cost(message: &TapMessage) -> usize {
    match message {
        TapMessage::Bytes { bytes, .. } => PIECE_COST + bytes.len(),
        _ => PIECE_COST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{ToClient, ToServer};

    fn watched() -> (Tap, Watcher) {
        let taps = Taps::default();
        let tap = taps.open().unwrap();
        let watcher = taps.watch(tap.id()).unwrap();
        (tap, watcher)
    }

    #[test]
    fn an_id_is_good_for_one_connection_while_its_tap_is_open() {
        let taps = Taps::default();
        let (one, other) = (taps.open().unwrap(), taps.open().unwrap());
        assert_ne!(one.id(), other.id());
        assert_eq!(one.id().len(), 22);
        assert!(taps.watch("").is_none());
        assert!(taps.watch(one.id()).is_some());
        assert!(taps.watch(one.id()).is_none());
        let id = other.id().to_owned();
        drop(other);
        assert!(taps.watch(&id).is_none());
        assert!(taps.lock().is_empty());
    }

    #[test]
    fn what_does_not_fit_is_counted_by_direction() {
        let (tap, watcher) = watched();
        let piece = vec![7; PIECE_LIMIT];
        for _ in 0..100 {
            watcher.see(ToServer, Instant::now(), &piece);
            watcher.see(ToClient, Instant::now(), &piece[1..]);
        }
        assert!(tap.queue.lock().cost <= QUEUE_LIMIT + 2 * PIECE_COST);
        drop(watcher);
        let mut told = [0, 0];
        let mut left_out = [0, 0];
        let mut is_ended = false;
        while let Some(message) = tap.queue.pop() {
            assert!(!is_ended);
            match message {
                TapMessage::Bytes { direction, bytes, .. } => {
                    told[direction as usize] += bytes.len() as u64;
                }
                TapMessage::LeftOut { direction, bytes, .. } => {
                    left_out[direction as usize] += bytes
                }
                TapMessage::Ended { .. } => is_ended = true,
                _ => unreachable!(),
            }
        }
        assert!(is_ended);
        assert!(told[0] > 0 && left_out[0] > 0);
        assert_eq!(told[0] + left_out[0], 100 * PIECE_LIMIT as u64);
        assert_eq!(told[1] + left_out[1], 100 * (PIECE_LIMIT as u64 - 1));
        assert_eq!(tap.queue.lock().cost, 0);
    }

    #[test]
    fn a_tap_that_is_gone_costs_nothing() {
        let (tap, watcher) = watched();
        let queue = tap.queue.clone();
        drop(tap);
        watcher.see(ToServer, Instant::now(), &[0; 1000]);
        assert!(queue.lock().messages.is_empty());
    }
}

//! The beat at which every connection looks after its client, and the news that the server stops.
//!
//! One task for all: a timer of its own in each connection would be looked at with every message.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use playground_core::chat::SessionId;
use tokio::time::{MissedTickBehavior, interval};

use super::line::{Item, Line, News};
use crate::closing::Closing;

/// In how many parts a beat comes, so that not everybody is woken at once.
const PARTS: usize = 64;

/// Every open connection, a part of them by its session.
#[derive(Debug)]
pub(super) struct Beats {
    parts: [Mutex<Part>; PARTS],
}

#[derive(Debug, Default)]
struct Part {
    lines: HashMap<SessionId, Arc<Line>>,
    /// The server stops: whoever comes now is told at once.
    leaves: bool,
}

impl Beats {
    pub(super) fn new() -> Self {
        Beats { parts: std::array::from_fn(|_| Mutex::default()) }
    }

    pub(super) fn add(&self, line: &Arc<Line>) {
        let mut part = self.part(line.session);
        if part.leaves {
            line.wake(News::LEAVE);
        }
        part.lines.insert(line.session, line.clone());
    }

    pub(super) fn remove(&self, session: SessionId) {
        self.part(session).lines.remove(&session);
    }

    /// Beats until the server stops, and tells everybody.
    pub(super) async fn run(&self, beat: Duration, closing: Closing) {
        let mut guest = closing.guest();
        let mut ticks = interval((beat / PARTS as u32).max(Duration::from_micros(100)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for number in (0..PARTS).cycle() {
            tokio::select! {
                _ = ticks.tick() => lock(&self.parts[number]).wake(News::BEAT),
                () = guest.asked_to_leave() => break,
            }
        }
        for part in &self.parts {
            let mut part = lock(part);
            part.leaves = true;
            part.wake(News::LEAVE);
        }
    }

    /// Leaves something with every connection.
    pub(super) fn tell(&self, frame: &Bytes) {
        for part in &self.parts {
            for line in lock(part).lines.values() {
                line.leave(Item::Frame(frame.clone()));
            }
        }
    }

    fn part(&self, session: SessionId) -> MutexGuard<'_, Part> {
        lock(&self.parts[session.0 as usize % PARTS])
    }
}

impl Part {
    fn wake(&self, news: News) {
        for line in self.lines.values() {
            line.wake(news);
        }
    }
}

fn lock(part: &Mutex<Part>) -> MutexGuard<'_, Part> {
    // Nothing in here can panic half-way, so what a panicking task left is whole.
    part.lock().unwrap_or_else(PoisonError::into_inner)
}

//! What happens at the edges, for those who watch. While nobody does, nothing is written.

use std::time::Instant;

use axum::extract::ws::Utf8Bytes;
use playground_core::cdn::wire::{Event, Step};
use tokio::sync::broadcast;

/// How many events may wait for a listener; then it misses the oldest.
const MOST_WAITING: usize = 4096;

/// The events, each as its text.
#[derive(Clone, Debug)]
pub(super) struct Events {
    sender: broadcast::Sender<Utf8Bytes>,
    since: Instant,
}

impl Events {
    pub(super) fn new() -> Self {
        Self { sender: broadcast::Sender::new(MOST_WAITING), since: Instant::now() }
    }

    /// Tells everybody who listens.
    pub(super) fn tell(&self, edge: &str, request: u64, step: impl FnOnce() -> Step) {
        if self.sender.receiver_count() > 0 {
            let text = self.text(edge, request, step());
            // An error means that the last listener has just gone.
            let _ = self.sender.send(text);
        }
    }

    pub(super) fn text(&self, edge: &str, request: u64, step: Step) -> Utf8Bytes {
        let at_us = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        let event = Event { at_us, edge: edge.to_owned(), request, step };
        serde_json::to_string(&event).unwrap_or_default().into()
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Utf8Bytes> {
        self.sender.subscribe()
    }
}

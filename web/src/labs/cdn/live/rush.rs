//! Many requests for one thing at once, and what they cost the origin.

use playground_core::cdn::wire::{Event, Step};
use std::collections::BTreeSet;
use std::ops::Range;

/// How many requests a stampede has.
pub const RUSH: u32 = 20;

/// A stampede of the page's own making.
#[derive(Clone, Debug, PartialEq)]
pub struct Rush {
    /// What the page calls the requests that belong to it.
    marks: Range<u64>,
    /// The server's numbers of those that have arrived.
    requests: BTreeSet<u64>,
    /// How many of them sent a request to the origin.
    pub forwarded: u32,
    /// … waited for that of another one.
    pub joined: u32,
    /// … found a copy.
    pub hits: u32,
    /// How long those that have come back took in the browser, in milliseconds.
    pub took_ms: Vec<f64>,
    /// How many have failed.
    pub failed: u32,
}

impl Rush {
    /// None has arrived yet.
    pub fn new(marks: Range<u64>) -> Self {
        Rush {
            marks,
            requests: BTreeSet::new(),
            forwarded: 0,
            joined: 0,
            hits: 0,
            took_ms: Vec::new(),
            failed: 0,
        }
    }

    /// Whether all have come back.
    pub fn is_over(&self) -> bool {
        self.took_ms.len() as u32 + self.failed >= RUSH
    }

    /// How many the edge has been asked.
    pub fn asked(&self) -> u32 {
        self.requests.len() as u32
    }

    /// The time in which half of them were served, in milliseconds.
    pub fn median_ms(&self) -> Option<f64> {
        let mut sorted = self.took_ms.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    }

    pub(super) fn hear(&mut self, event: &Event) {
        if let Step::Asked { mark, .. } = &event.step {
            if mark.is_some_and(|mark| self.marks.contains(&mark)) {
                self.requests.insert(event.request);
            }
        } else if self.requests.contains(&event.request) {
            match event.step {
                Step::Forwarded { .. } => self.forwarded += 1,
                Step::Joined => self.joined += 1,
                Step::Hit { .. } => self.hits += 1,
                _ => {}
            }
        }
    }

    pub(super) fn answered(&mut self, took_ms: Option<f64>) {
        match took_ms {
            Some(took_ms) => self.took_ms.push(took_ms),
            None => self.failed += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_stampede_costs_is_counted() {
        let mut rush = Rush::new(40..60);
        let mut hear = |request, step| {
            rush.hear(&Event { at_us: 0, edge: "e".to_owned(), request, step });
        };
        for (request, mark) in [(1, 40), (2, 41), (3, 59), (9, 60)] {
            let (method, url) = ("GET".to_owned(), "/a".to_owned());
            hear(request, Step::Asked { method, url, mark: Some(mark) });
        }
        hear(1, Step::Forwarded { is_conditional: false });
        hear(2, Step::Joined);
        hear(3, Step::Joined);
        hear(9, Step::Forwarded { is_conditional: false });
        for took_ms in [30.0, 10.0, 20.0] {
            rush.answered(Some(took_ms));
        }
        assert_eq!((rush.asked(), rush.forwarded, rush.joined, rush.hits), (3, 1, 2, 0));
        assert_eq!(rush.median_ms(), Some(20.0));
        assert!(!rush.is_over());
    }
}

//! One end of a connection: numbers the packets that leave, puts those that arrive in order.

use super::node::{Body, Packet, Transport};
use std::collections::BTreeMap;

/// The most packets that are held until an earlier one arrives.
const MOST_HELD: usize = 64;

/// One end of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stream {
    transport: Transport,
    link: u32,
    next_out: u32,
    next_in: u32,
    held: BTreeMap<u32, Body>,
    /// Whether somebody has been asked to watch a gap.
    is_watched: bool,
}

/// What to do about the timer that watches a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watch {
    Start,
    Stop,
    Keep,
}

impl Stream {
    pub(super) fn new(transport: Transport, link: u32) -> Self {
        Stream { transport, link, ..Stream::default() }
    }

    pub(super) fn wrap(&mut self, body: Body) -> Packet {
        let number = self.next_out;
        self.next_out += 1;
        Packet { link: self.link, number, body }
    }

    /// How many packets have left.
    pub(super) fn sent(&self) -> u32 {
        self.next_out
    }

    /// What may be read now that this packet has arrived.
    pub(super) fn accept(&mut self, number: u32, body: Body) -> Vec<Body> {
        if self.transport == Transport::Raw {
            self.next_in = self.next_in.max(number + 1);
            return vec![body];
        }
        if number >= self.next_in && self.held.len() < MOST_HELD {
            self.held.insert(number, body);
        }
        let mut ready = Vec::new();
        while let Some(body) = self.held.remove(&self.next_in) {
            self.next_in += 1;
            ready.push(body);
        }
        ready
    }

    /// How many packets have arrived without a gap; of raw ones, up to the last that has.
    pub(super) fn arrived(&self) -> u32 {
        self.next_in
    }

    /// Whether something has arrived behind something that is missing, and for how long to wait for it:
    /// anew, whenever a gap has become smaller.
    pub(super) fn watch(&mut self, has_progressed: bool) -> Watch {
        let has_gap = !self.held.is_empty();
        let was_watched = std::mem::replace(&mut self.is_watched, has_gap);
        match (has_gap, was_watched) {
            (true, false) => Watch::Start,
            (true, true) if has_progressed => Watch::Start,
            (false, true) => Watch::Stop,
            _ => Watch::Keep,
        }
    }
}

//! One direction of the wire: segments in order, what has been sent, and what has arrived.

use super::super::Limits;
use super::super::annotate::{Piece, Watcher};
use super::super::wire::Direction;
use super::action::Scenario;
use crate::sim::{Span, Time};
use std::collections::VecDeque;
use std::sync::Arc;

/// A segment on its way; without bytes, it is the end of the connection.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Chunk {
    pub(super) id: u64,
    pub(super) bytes: Arc<[u8]>,
    /// Where its first byte is in everything sent.
    pub(super) offset: u64,
    pub(super) sent_at: Time,
    pub(super) arrives_at: Time,
    /// The bits that were flipped, in order.
    pub(super) flipped: Vec<u32>,
    /// How often it was lost.
    pub(super) losses: u32,
}

impl Chunk {
    pub(super) fn is_end(&self) -> bool {
        self.bytes.is_empty()
    }
}

/// A piece that has arrived whole.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrived {
    pub(super) piece: Arc<Piece>,
    /// When its first byte was sent.
    pub(super) sent_at: Time,
}

/// One direction of the wire.
#[derive(Clone, Debug)]
pub(super) struct Pipe {
    chunks: VecDeque<Chunk>,
    /// Everything sent, as the sender sees it.
    sent: Watcher,
    /// Everything that arrived, as the receiver sees it.
    arrived: Watcher,
    /// When the first byte of the piece under way at the receiver was sent.
    begun_at: Time,
    last_arrival: Time,
}

impl Pipe {
    pub(super) fn new(direction: Direction, limits: Limits) -> Self {
        Pipe {
            chunks: VecDeque::new(),
            sent: Watcher::new(direction, limits),
            arrived: Watcher::new(direction, limits),
            begun_at: Time::ZERO,
            last_arrival: Time::ZERO,
        }
    }

    pub(super) fn next_at(&self) -> Option<Time> {
        self.chunks.front().map(|chunk| chunk.arrives_at)
    }

    pub(super) fn in_flight(&self) -> impl Iterator<Item = &Chunk> {
        self.chunks.iter()
    }

    pub(super) fn watcher(&self) -> &Watcher {
        &self.arrived
    }

    /// How many bytes were sent.
    pub(super) fn sent_bytes(&self) -> u64 {
        self.sent.offset()
    }

    /// Cuts what is written into segments and sends them off; returns the pieces that are now written whole.
    pub(super) fn write(
        &mut self,
        now: Time,
        bytes: &[u8],
        scenario: &Scenario,
        next_id: &mut u64,
    ) -> Vec<Piece> {
        let mut offset = self.sent.offset();
        for bytes in bytes.chunks(scenario.chunk_bytes as usize) {
            self.send(now, bytes.into(), offset, scenario, next_id);
            offset += bytes.len() as u64;
        }
        self.sent.push(bytes)
    }

    /// Ends the connection behind everything written.
    pub(super) fn end(&mut self, now: Time, scenario: &Scenario, next_id: &mut u64) {
        let offset = self.sent.offset();
        self.send(now, [].into(), offset, scenario, next_id);
    }

    fn send(
        &mut self,
        now: Time,
        bytes: Arc<[u8]>,
        offset: u64,
        scenario: &Scenario,
        next_id: &mut u64,
    ) {
        let arrives_at = (now + scenario.latency()).max(self.last_arrival + scenario.gap());
        self.last_arrival = arrives_at;
        let id = *next_id;
        *next_id += 1;
        let chunk =
            Chunk { id, bytes, offset, sent_at: now, arrives_at, flipped: Vec::new(), losses: 0 };
        self.chunks.push_back(chunk);
    }

    /// Takes the segment that arrives first, and returns the pieces that it completes.
    pub(super) fn arrive(&mut self) -> Option<(Chunk, Vec<Arrived>)> {
        let chunk = self.chunks.pop_front()?;
        let pieces = read_along(&mut self.arrived, &mut self.begun_at, &chunk);
        Some((chunk, pieces))
    }

    /// The pieces that are still on their way, each with when it arrives whole; the last may be incomplete.
    pub(super) fn ahead(&self) -> Vec<(Arrived, Option<Time>)> {
        let (mut watcher, mut begun_at) = (self.arrived.clone(), self.begun_at);
        let mut pieces = Vec::new();
        for chunk in &self.chunks {
            let whole = read_along(&mut watcher, &mut begun_at, chunk);
            pieces.extend(whole.into_iter().map(|piece| (piece, Some(chunk.arrives_at))));
        }
        let rest = watcher.rest();
        pieces.extend(rest.map(|piece| (Arrived { piece: piece.into(), sent_at: begun_at }, None)));
        pieces
    }

    /// Flips a bit on its way; false if it is not there.
    pub(super) fn flip(&mut self, id: u64, bit: u32) -> bool {
        let Some(chunk) = self.chunks.iter_mut().find(|chunk| chunk.id == id) else { return false };
        let mut bytes = chunk.bytes.to_vec();
        let Some(byte) = bytes.get_mut(bit as usize / 8) else { return false };
        *byte ^= 0x80 >> (bit % 8);
        chunk.bytes = bytes.into();
        match chunk.flipped.binary_search(&bit) {
            Ok(index) => _ = chunk.flipped.remove(index),
            Err(index) => chunk.flipped.insert(index, bit),
        }
        true
    }

    /// Puts off the arrival of a segment and of all behind it; false if it is not there.
    pub(super) fn lose(&mut self, id: u64, delay: Span, gap: Span) -> bool {
        let Some(index) = self.chunks.iter().position(|chunk| chunk.id == id) else { return false };
        self.chunks[index].losses += 1;
        let mut earliest = self.chunks[index].arrives_at + delay;
        for chunk in self.chunks.iter_mut().skip(index) {
            chunk.arrives_at = chunk.arrives_at.max(earliest);
            earliest = chunk.arrives_at + gap;
            self.last_arrival = chunk.arrives_at;
        }
        true
    }

    /// Nothing of what is on its way arrives.
    pub(super) fn cut(&mut self) {
        self.chunks.clear();
    }
}

fn read_along(watcher: &mut Watcher, begun_at: &mut Time, chunk: &Chunk) -> Vec<Arrived> {
    if watcher.is_between_pieces() {
        *begun_at = chunk.sent_at;
    }
    let pieces = watcher.push(&chunk.bytes);
    let arrived = |piece: Piece| {
        let sent_at = std::mem::replace(begun_at, chunk.sent_at);
        Arrived { piece: piece.into(), sent_at }
    };
    pieces.into_iter().map(arrived).collect()
}

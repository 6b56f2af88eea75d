//! What a connection writes: what is put together for it alone, and the rooms' windows as they are.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::sync::Arc;

use axum::body::Bytes;
use playground_core::chat::Farewell;
use playground_core::websocket::State;
use tokio::net::TcpStream;

use super::{Connection, Ending};
use crate::chat::line::Item;
use crate::chat::window::{Cursor, FellBehind, Piece, Window};

/// How many pieces of windows are written at once.
const MOST_PIECES: usize = 64;
/// How much of what is for this connection alone is put together for one write, in bytes.
const TOGETHER_BYTES: usize = 64 << 10;

thread_local! {
    static PIECES: RefCell<Vec<Piece>> = const { RefCell::new(Vec::new()) };
}

/// A room that the connection hears.
#[derive(Debug)]
pub(super) struct Hearing {
    room: Arc<str>,
    window: Window,
    cursor: Cursor,
}

impl Hearing {
    fn is_behind(&self) -> bool {
        self.window.read(self.cursor, None, 0, &mut Vec::new()).is_err()
    }
}

/// What a write has come to.
enum Written {
    /// There may be more.
    Everything,
    /// There was no more to write. Should there be by now, the rooms say so.
    Nothing,
    /// The stream takes no more.
    Part,
}

impl Connection {
    /// Writes what there is, in order, as far as the stream takes it. Returns whether it takes no more.
    pub(super) fn flush(&mut self) -> io::Result<bool> {
        loop {
            if !self.write_outgoing()? {
                // Who is stuck may never come to the window, and should learn all the same that it moves on.
                if self.hears.iter().any(Hearing::is_behind) {
                    self.fall_behind();
                }
                return Ok(true);
            }
            if self.endpoint.state() != State::Open {
                return Ok(false);
            }
            self.take_items();
            if !self.endpoint.outgoing().is_empty() {
                continue;
            }
            match self.write_windows()? {
                Written::Everything => {}
                Written::Nothing => return Ok(false),
                Written::Part => return Ok(true),
            }
        }
    }

    /// Writes what is put together already. Returns whether all of it is written.
    pub(super) fn write_outgoing(&mut self) -> io::Result<bool> {
        let outgoing = self.endpoint.outgoing();
        let mut written = 0;
        while written < outgoing.len() {
            match self.stream.try_write(&outgoing[written..]) {
                Ok(bytes) => written += bytes,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
        }
        self.has_written |= written > 0;
        if written == outgoing.len() {
            // Who is idle keeps no buffer.
            *outgoing = Vec::new();
            return Ok(true);
        }
        outgoing.drain(..written);
        Ok(false)
    }

    /// Puts together what the rooms left, as far as its turn has come.
    fn take_items(&mut self) {
        if self.taken.is_empty() && std::mem::take(&mut self.has_items) {
            let found = self.line.take();
            self.taken = found.items;
            if let Some(farewell) = found.ending {
                self.ending.get_or_insert(Ending::Cut(farewell));
            }
        }
        while self.endpoint.outgoing().len() < TOGETHER_BYTES
            && let Some(item) = self.taken.pop_front_if(|item| is_due(item, &self.hears))
        {
            self.awaits_answer &= matches!(item, Item::Frame(_) | Item::Exit { .. });
            let frame: Bytes = match item {
                Item::Frame(frame) | Item::Answer(frame) | Item::At { frame, .. } => frame,
                Item::Seen(frame, message) => {
                    if let Some(gate) = &mut self.gate {
                        gate.observe(&message);
                    }
                    frame
                }
                Item::Enter { room, window, at, frame } => {
                    self.hears.retain(|hearing| hearing.room != room);
                    self.hears.push(Hearing { room, window, cursor: at });
                    frame
                }
                Item::Exit { room } => {
                    self.hears.retain(|hearing| hearing.room != room);
                    continue;
                }
            };
            self.endpoint.outgoing().extend_from_slice(&frame);
        }
        if self.taken.is_empty() {
            self.taken = VecDeque::new();
        }
    }

    /// Writes what the rooms say to everybody, once.
    fn write_windows(&mut self) -> io::Result<Written> {
        PIECES.with_borrow_mut(|pieces| {
            let outcome = self.write_pieces(pieces);
            pieces.clear();
            outcome
        })
    }

    fn write_pieces(&mut self, pieces: &mut Vec<Piece>) -> io::Result<Written> {
        let mut owners = [0; MOST_PIECES];
        if self.find_pieces(pieces, &mut owners).is_err() {
            self.fall_behind();
            return Ok(Written::Nothing);
        }
        if pieces.is_empty() {
            return Ok(Written::Nothing);
        }
        let mut written = match write_once(&self.stream, pieces) {
            Ok(written) => written,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(Written::Part),
            Err(error) => return Err(error),
        };
        self.has_written = true;
        for (piece, owner) in pieces.iter().zip(owners) {
            let cursor = &mut self.hears[owner].cursor;
            let bytes = piece.bytes().len();
            if written < bytes {
                let (next, rest) = piece.broken_at(written);
                *cursor = next;
                self.endpoint.outgoing().extend_from_slice(rest);
                return Ok(Written::Part);
            }
            written -= bytes;
            *cursor = piece.end();
        }
        let may_be_more = pieces.len() >= MOST_PIECES || !self.taken.is_empty();
        Ok(if may_be_more { Written::Everything } else { Written::Nothing })
    }

    fn fall_behind(&mut self) {
        self.hears.clear();
        self.taken.clear();
        self.ending.get_or_insert(Ending::Cut(Farewell::Slow));
    }

    /// Finds what the rooms said that has not been written, and which of them said it.
    fn find_pieces(
        &self,
        pieces: &mut Vec<Piece>,
        owners: &mut [usize; MOST_PIECES],
    ) -> Result<(), FellBehind> {
        for (index, hearing) in self.hears.iter().enumerate() {
            let until = match self.taken.front() {
                Some(Item::At { room, at, .. }) if *room == hearing.room => Some(*at),
                _ => None,
            };
            let before = pieces.len();
            hearing.window.read(hearing.cursor, until, MOST_PIECES, pieces)?;
            owners[before..pieces.len()].fill(index);
        }
        Ok(())
    }
}

/// Writes once. A single piece goes the shorter way through the system.
fn write_once(stream: &TcpStream, pieces: &[Piece]) -> io::Result<usize> {
    if let [piece] = pieces {
        return stream.try_write(piece.bytes());
    }
    let mut slices = [IoSlice::new(&[]); MOST_PIECES];
    for (slice, piece) in slices.iter_mut().zip(pieces) {
        *slice = IoSlice::new(piece.bytes());
    }
    stream.try_write_vectored(&slices[..pieces.len().min(MOST_PIECES)])
}

/// Whether an item's turn has come.
fn is_due(item: &Item, hears: &[Hearing]) -> bool {
    let Item::At { room, at, .. } = item else { return true };
    let hearing = hears.iter().find(|hearing| hearing.room == *room);
    hearing.is_none_or(|hearing| hearing.cursor >= *at)
}

//! What has happened on the connection, for the picture and for the invariants.

use super::super::annotate::Piece;
use super::super::handshake::Accept;
use super::super::wire::Direction;
use super::super::{
    Answer, CloseCode, DecodeError, Event, Limits, Opcode, Role, predict_connection,
};
use super::Lab;
use super::event::Ending;
use super::link::reported;
use super::pipe::Arrived;
use crate::sim::{Invariant, Time};
use std::sync::Arc;

/// A head or a frame on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct PieceView {
    /// On which connection of the run, from 1.
    pub connection: u32,
    /// Which way.
    pub direction: Direction,
    /// Its bytes and what they mean, as the receiver gets them.
    pub piece: Arc<Piece>,
    /// When its first byte was sent.
    pub sent_at: Time,
    /// When its last byte arrives, or has arrived; none if it is not whole yet.
    pub arrives_at: Option<Time>,
}

/// A message, ping or pong that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// When.
    pub at: Time,
    /// On which connection of the run.
    pub connection: u32,
    /// Text, binary, ping or pong.
    pub opcode: Opcode,
    /// What it carried.
    pub payload: Arc<[u8]>,
}

/// How far the handshake has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct HandshakeRecord {
    pub(super) asked_at: Time,
    pub(super) key: String,
    pub(super) accepted: Option<(Time, Accept)>,
    pub(super) opened_at: Option<Time>,
    pub(super) refused: Option<(Time, Role, String)>,
}

/// One side of the present connection.
#[derive(Clone, Debug, Default)]
pub(super) struct SideRecord {
    /// Of all connections of the run.
    pub(super) delivered: Arc<Vec<Delivery>>,
    pub(super) failed: Option<DecodeError>,
    /// What a program on this side is told.
    pub(super) seen: Option<CloseCode>,
    /// The messages that it has sent.
    sent: Vec<(Opcode, Arc<[u8]>)>,
    /// How many of the deliveries were messages of this connection.
    messages: usize,
    /// Whether each of them was the one sent, in order.
    is_in_order: bool,
}

/// Everything worth remembering.
#[derive(Clone, Debug, Default)]
pub(super) struct Record {
    pub(super) pieces: Arc<Vec<PieceView>>,
    pub(super) handshake: HandshakeRecord,
    pub(super) client: SideRecord,
    pub(super) server: SideRecord,
    /// The close code that the server has sent.
    pub(super) answered: Option<CloseCode>,
    /// What the server got on this connection, and what it did.
    received: Vec<Arc<[u8]>>,
    answers: Vec<Arc<Answer>>,
    /// Whether bits were flipped, rules broken on purpose, or the server sent of its own accord.
    is_disturbed: bool,
    server_spoke: bool,
    has_broken_piece: bool,
    is_chopping_felt: bool,
    is_told_one_side_only: bool,
}

impl Record {
    pub(super) fn connect(&mut self, now: Time, key: String) {
        let side = |old: &SideRecord| SideRecord {
            delivered: old.delivered.clone(),
            is_in_order: true,
            ..SideRecord::default()
        };
        *self = Record {
            pieces: self.pieces.clone(),
            handshake: HandshakeRecord { asked_at: now, key, ..HandshakeRecord::default() },
            client: side(&self.client),
            server: side(&self.server),
            ..Record::default()
        };
    }

    /// From now on, anything may be wrong with what arrives.
    pub(super) fn disturb(&mut self) {
        self.is_disturbed = true;
    }

    /// A side says something of its own accord.
    pub(super) fn speaks(&mut self, by: Role) {
        self.server_spoke |= by == Role::Server;
    }

    /// A message was sent on purpose; one beyond the limit breaks a rule.
    pub(super) fn sent(&mut self, by: Role, opcode: Opcode, payload: Vec<u8>, limit: u32) {
        self.is_disturbed |= payload.len() > limit as usize;
        self.side(by).sent.push((opcode, payload.into()));
    }

    pub(super) fn arrived(
        &mut self,
        now: Time,
        connection: u32,
        direction: Direction,
        pieces: Vec<Arrived>,
    ) {
        for Arrived { piece, sent_at } in pieces {
            let is_data_after_close =
                piece.is_ignored && piece.outline().is_some_and(|it| it.opcode < 8);
            self.has_broken_piece |= is_data_after_close || piece.error.is_some();
            let arrives_at = Some(now);
            let view = PieceView { connection, direction, piece, sent_at, arrives_at };
            Arc::make_mut(&mut self.pieces).push(view);
        }
    }

    pub(super) fn answered(
        &mut self,
        now: Time,
        connection: u32,
        bytes: &Arc<[u8]>,
        answers: &[Answer],
    ) {
        self.received.push(bytes.clone());
        for answer in answers {
            self.answers.push(Arc::new(answer.clone()));
            self.answered = self.answered.or(answer.close_code());
            match answer {
                Answer::Accepted(accept) => self.handshake.accepted = Some((now, accept.clone())),
                Answer::Refused(error) => self.refused(now, Role::Server, error.to_string()),
                Answer::Echoed { opcode, payload } => {
                    self.server.sent.push((*opcode, payload.as_slice().into()));
                    self.deliver(now, connection, Role::Server, *opcode, payload);
                }
                Answer::Ponged { payload } => {
                    self.deliver(now, connection, Role::Server, Opcode::Ping, payload);
                }
                Answer::Noted { opcode, payload } => {
                    self.deliver(now, connection, Role::Server, *opcode, payload);
                }
                Answer::Closed { code, .. } => self.server.seen = Some(reported(*code)),
                Answer::Failed(error) => {
                    self.server.failed = Some(*error);
                    self.server.seen = Some(CloseCode::ABNORMAL);
                }
            }
        }
    }

    pub(super) fn opened(&mut self, now: Time) {
        self.handshake.opened_at = Some(now);
    }

    /// The first refusal counts: a client does not take a server's for an answer either.
    pub(super) fn refused(&mut self, now: Time, by: Role, reason: String) {
        self.handshake.refused.get_or_insert((now, by, reason));
    }

    /// The client has read something.
    pub(super) fn read(&mut self, now: Time, connection: u32, event: &Event) {
        let (opcode, payload) = match event {
            Event::Text(text) => (Opcode::Text, text.as_bytes()),
            Event::Binary(bytes) => (Opcode::Binary, &bytes[..]),
            Event::Ping(payload) => (Opcode::Ping, &payload[..]),
            Event::Pong(payload) => (Opcode::Pong, &payload[..]),
            Event::Closed { code, .. } => {
                self.client.seen = Some(reported(*code));
                return;
            }
            Event::Failed(error) => {
                self.client.failed = Some(*error);
                self.client.seen = Some(CloseCode::ABNORMAL);
                return;
            }
        };
        self.deliver(now, connection, Role::Client, opcode, payload);
    }

    fn deliver(&mut self, at: Time, connection: u32, to: Role, opcode: Opcode, payload: &[u8]) {
        if !opcode.is_control() {
            let number = self.side(to).messages;
            let sent = self.side(to.peer()).sent.get(number);
            let is_right = sent.is_some_and(|(kind, sent)| *kind == opcode && **sent == *payload);
            self.side(to).is_in_order &= is_right;
            self.side(to).messages += 1;
        }
        let delivery = Delivery { at, connection, opcode, payload: payload.into() };
        Arc::make_mut(&mut self.side(to).delivered).push(delivery);
    }

    pub(super) fn has_failed(&self) -> bool {
        self.client.failed.or(self.server.failed).is_some()
    }

    /// Whoever has not been told why by a close frame is told that there was none.
    pub(super) fn ended(&mut self, ending: Ending, limits: Limits) {
        let told = [self.client.seen, self.server.seen];
        self.is_told_one_side_only = ending == Ending::Clean && told.contains(&None);
        self.client.seen.get_or_insert(CloseCode::ABNORMAL);
        self.server.seen.get_or_insert(CloseCode::ABNORMAL);
        if !self.server_spoke {
            let whole = predict_connection(&self.received.concat(), limits);
            self.is_chopping_felt = !whole.answers.iter().eq(self.answers.iter().map(Arc::as_ref));
        }
    }

    fn side(&mut self, role: Role) -> &mut SideRecord {
        match role {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        }
    }

    pub(super) fn footprint_bytes(&self) -> usize {
        let pieces: usize = self.pieces.iter().map(|it| it.piece.bytes.len() * 2 + 600).sum();
        let delivered = [&self.client.delivered, &self.server.delivered];
        let delivered = delivered.iter().flat_map(|it| it.iter());
        let delivered: usize = delivered.map(|it| it.payload.len() + 60).sum();
        pieces + 2 * delivered + self.received.len() * 100
    }
}

/// What must hold whatever the reader does.
pub(super) const INVARIANTS: &[Invariant<Lab>] = &[
    Invariant {
        name: "what is not tampered with arrives whole and in order",
        holds: |lab| {
            let it = &lab.record;
            it.is_disturbed || it.client.is_in_order && it.server.is_in_order
        },
    },
    Invariant {
        name: "who keeps the rules is never told of a broken one",
        holds: |lab| lab.record.is_disturbed || !lab.record.has_failed(),
    },
    Invariant {
        name: "who keeps the rules sends no data behind a close frame",
        holds: |lab| {
            let is_excused = lab.record.is_disturbed || lab.record.handshake.refused.is_some();
            is_excused || !lab.record.has_broken_piece
        },
    },
    Invariant {
        name: "how the bytes are cut into segments changes no answer",
        holds: |lab| !lab.record.is_chopping_felt,
    },
    Invariant {
        name: "after a clean end both sides have got a close frame",
        holds: |lab| !lab.record.is_told_one_side_only,
    },
];

//! What is drawn of the lab at one moment: plain data.

use super::super::annotate::{Field, Piece};
use super::super::handshake::Accept;
use super::super::wire::Direction;
use super::super::{Answer, CloseCode, DecodeError, Role, State};
use super::client::ClientStage;
use super::event::Ending;
use super::pipe::{Chunk, Pipe};
use super::record::{Delivery, HandshakeRecord, PieceView, SideRecord};
use super::{Lab, Scenario};
use crate::sim::Time;
use std::sync::Arc;

/// The picture at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub now: Time,
    /// What was there at the start.
    pub scenario: Scenario,
    /// Which connection of the run this is, from 1.
    pub connection: u32,
    /// How and when it ended, if it has.
    pub ending: Option<(Time, Ending)>,
    /// How far the handshake of this connection has come.
    pub handshake: HandshakeView,
    /// The side that asked.
    pub client: SideView,
    /// The side that answers.
    pub server: SideView,
    /// The segments on their way, first those to the server, each in order of arrival.
    pub in_flight: Vec<ChunkView>,
    /// The heads and frames of the whole run that have arrived, in order of arrival.
    pub arrived: Arc<Vec<PieceView>>,
    /// Those of which bytes are still on their way or missing; the last of a direction may be incomplete.
    pub ahead: Vec<PieceView>,
    /// What the server will do once everything has arrived that is on its way to it.
    pub predicted: Vec<Answer>,
    /// The close code that it will send then; none if it will send none.
    pub predicted_code: Option<CloseCode>,
    /// The close code that the server has sent.
    pub answered_code: Option<CloseCode>,
}

/// How far the handshake has come.
#[derive(Clone, Debug, PartialEq)]
pub struct HandshakeView {
    /// When the client asked.
    pub asked_at: Time,
    /// The client's key, as it drew it.
    pub key: String,
    /// When the server took the request, and its answer with everything on the way to it.
    pub accepted: Option<(Time, Accept)>,
    /// When the client took the answer: both sides may send.
    pub opened_at: Option<Time>,
    /// When, by whom and why it was refused.
    pub refused: Option<(Time, Role, String)>,
}

/// One side of the connection.
#[derive(Clone, Debug, PartialEq)]
pub struct SideView {
    /// Which one.
    pub role: Role,
    /// How far the closing handshake has come; none while and unless the WebSocket is open on this side.
    pub state: Option<State>,
    /// The rule that the peer broke.
    pub failed: Option<DecodeError>,
    /// What a program on this side is told when it is over, as a browser's `onclose` is: the peer's code,
    /// 1005 if it gave none, 1006 if there was no close frame or the peer broke a rule.
    pub seen_code: Option<CloseCode>,
    /// Everything that was read, on all connections of the run.
    pub delivered: Arc<Vec<Delivery>>,
    /// How many bytes have arrived on this connection.
    pub received_bytes: u64,
    /// The frame or head of which only a part has arrived.
    pub under_way: Option<Arc<Piece>>,
    /// How many bytes of it are missing, as far as that is known.
    pub missing_bytes: Option<u64>,
}

/// A segment on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct ChunkView {
    /// Its number, by which actions name it.
    pub id: u64,
    /// Which way.
    pub direction: Direction,
    /// Its bytes, as they are now; none at the end of the TCP connection.
    pub bytes: Arc<[u8]>,
    /// Where its first byte is in everything that this side has sent on this connection.
    pub offset: u64,
    /// When it was sent.
    pub sent_at: Time,
    /// When it arrives.
    pub arrives_at: Time,
    /// How much of the way is done, 0 to 1.
    pub progress: f64,
    /// Which bits were flipped, in order, counted from the highest of its first byte.
    pub flipped: Vec<u32>,
    /// How often it was lost.
    pub losses: u32,
    /// The fields of which bits are in it, counted from the highest of its first byte; a field of which a
    /// part is elsewhere is cut.
    pub fields: Vec<Field>,
}

impl ChunkView {
    /// Whether it is the end of the TCP connection.
    pub fn is_end(&self) -> bool {
        self.bytes.is_empty()
    }
}

impl Frame {
    /// The heads and frames of the whole run: those that have arrived, then the others.
    pub fn pieces(&self) -> impl Iterator<Item = &PieceView> {
        self.arrived.iter().chain(&self.ahead)
    }

    /// One of the sides.
    pub fn side(&self, role: Role) -> &SideView {
        match role {
            Role::Client => &self.client,
            Role::Server => &self.server,
        }
    }
}

pub(super) fn draw(lab: &Lab, now: Time) -> Frame {
    let record = &lab.record;
    let to_server = ahead(&lab.to_server, Direction::ToServer, lab.connection);
    let to_client = ahead(&lab.to_client, Direction::ToClient, lab.connection);
    let chunks = |pipe: &Pipe, pieces: &[PieceView], direction| -> Vec<ChunkView> {
        pipe.in_flight().map(|chunk| view_chunk(chunk, pieces, direction, now)).collect()
    };
    let mut in_flight = chunks(&lab.to_server, &to_server, Direction::ToServer);
    in_flight.extend(chunks(&lab.to_client, &to_client, Direction::ToClient));
    let predicted = lab.predict();
    let HandshakeRecord { asked_at, key, accepted, opened_at, refused } = record.handshake.clone();
    let client = (lab.client.stage == ClientStage::Open).then(|| lab.client.endpoint.state());
    let server = lab.server.endpoint().map(|endpoint| endpoint.state());
    Frame {
        now,
        scenario: lab.scenario.clone(),
        connection: lab.connection,
        ending: lab.ending,
        handshake: HandshakeView { asked_at, key, accepted, opened_at, refused },
        client: view_side(Role::Client, client, &record.client, lab),
        server: view_side(Role::Server, server, &record.server, lab),
        in_flight,
        arrived: record.pieces.clone(),
        ahead: [to_server, to_client].concat(),
        predicted_code: predicted.iter().find_map(Answer::close_code),
        predicted,
        answered_code: record.answered,
    }
}

fn ahead(pipe: &Pipe, direction: Direction, connection: u32) -> Vec<PieceView> {
    let view = |(arrived, arrives_at): (super::pipe::Arrived, Option<Time>)| {
        let super::pipe::Arrived { piece, sent_at } = arrived;
        PieceView { connection, direction, piece, sent_at, arrives_at }
    };
    pipe.ahead().into_iter().map(view).collect()
}

fn view_side(role: Role, state: Option<State>, record: &SideRecord, lab: &Lab) -> SideView {
    let watcher = lab.pipe(role).watcher();
    SideView {
        role,
        state,
        failed: record.failed,
        seen_code: record.seen,
        delivered: record.delivered.clone(),
        received_bytes: watcher.offset(),
        under_way: watcher.rest().map(Arc::new),
        missing_bytes: watcher.missing_bytes(),
    }
}

fn view_chunk(chunk: &Chunk, pieces: &[PieceView], direction: Direction, now: Time) -> ChunkView {
    let Chunk { id, bytes, offset, sent_at, arrives_at, flipped, losses } = chunk.clone();
    let fields = pieces.iter().flat_map(|view| fields_within(&view.piece, offset, bytes.len()));
    ChunkView {
        id,
        direction,
        fields: fields.collect(),
        bytes,
        offset,
        sent_at,
        arrives_at,
        progress: now.progress(sent_at, arrives_at),
        flipped,
        losses,
    }
}

/// The fields of a piece as far as their bits are in a segment, counted from its first bit.
fn fields_within(piece: &Piece, offset: u64, length: usize) -> impl Iterator<Item = Field> {
    // Both are places in the same stream; a run is short.
    let shift = (piece.offset as i64 - offset as i64) * 8;
    let end = length as i64 * 8;
    piece.fields.iter().filter_map(move |field| {
        let begin = (field.bits.start as i64 + shift).max(0);
        let end = (field.bits.end as i64 + shift).min(end);
        (begin < end).then(|| Field { bits: begin as usize..end as usize, ..field.clone() })
    })
}

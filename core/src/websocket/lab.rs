//! The lab: a client and an echo server on a wire that shows every byte, from the handshake to the last.
//!
//! Both sides are those that the real server is made of. The wire keeps the order, as TCP does; what is
//! simplified: bytes are not acknowledged, and a lost segment is sent again after a fixed time. Unlike
//! TCP's checksum, the wire lets bits be flipped: that is what the codec is tried with.

mod act;
mod action;
mod client;
mod event;
mod frame;
mod link;
mod mistake;
mod pipe;
mod record;

pub use action::{Action, Greeting, MOST_BINARY_BYTES, MOST_RAW_BYTES, MOST_TEXT_BYTES, Scenario};
pub use client::ClientStage;
pub use event::{Ending, Happened};
pub use frame::{ChunkView, Frame, HandshakeView, SideView};
pub use mistake::Mistake;
pub use record::{Delivery, PieceView};

use super::wire::Direction;
use super::{EchoServer, Role};
use crate::sim::{Invariant, Rng, Simulation, Time};
use client::Client;
use pipe::Pipe;
use record::Record;

/// The state of the lab.
#[derive(Clone, Debug)]
pub struct Lab {
    scenario: Scenario,
    rng: Rng,
    /// Which connection of the run this is, from 1.
    connection: u32,
    client: Client,
    server: EchoServer,
    to_server: Pipe,
    to_client: Pipe,
    next_chunk: u64,
    /// When the server stops waiting for the request.
    patience_ends_at: Option<Time>,
    /// The client's text of which only some fragments are sent.
    fragments: Option<String>,
    /// Who has ended its side of the TCP connection.
    left: Option<Role>,
    /// How the connection ended, if it has.
    ending: Option<(Time, Ending)>,
    record: Record,
}

impl Simulation for Lab {
    const NAME: &'static str = "websocket";
    type Scenario = Scenario;
    type Action = Action;
    type Event = Happened;
    type Frame = Frame;

    fn new(scenario: &Scenario, rng: Rng) -> Self {
        let scenario = scenario.clamped();
        let mut rng = rng;
        let limits = scenario.limits();
        let client = Client::new(&scenario, &mut rng);
        let mut lab = Lab {
            server: EchoServer::new(limits),
            to_server: Pipe::new(Direction::ToServer, limits),
            to_client: Pipe::new(Direction::ToClient, limits),
            next_chunk: 0,
            patience_ends_at: None,
            fragments: None,
            left: None,
            ending: None,
            record: Record::default(),
            connection: 0,
            scenario,
            rng,
            client,
        };
        // The handshake is on its way already: a run has no time without something to see.
        lab.connect(Time::ZERO);
        lab
    }

    fn next_at(&self) -> Option<Time> {
        let due = [self.to_server.next_at(), self.to_client.next_at(), self.patience_ends_at];
        due.into_iter().flatten().min()
    }

    fn step(&mut self) -> Vec<Happened> {
        let Some(now) = self.next_at() else { return Vec::new() };
        if self.to_server.next_at() == Some(now) {
            self.arrive_at_server(now)
        } else if self.to_client.next_at() == Some(now) {
            self.arrive_at_client(now)
        } else {
            self.lose_patience(now)
        }
    }

    fn act(&mut self, now: Time, action: Action) -> Vec<Happened> {
        self.try_act(now, action)
            .unwrap_or_else(|refusal| vec![Happened::Refused { reason: refusal.to_string() }])
    }

    fn frame(&self, now: Time) -> Frame {
        frame::draw(self, now)
    }

    fn invariants() -> &'static [Invariant<Self>] {
        record::INVARIANTS
    }

    fn footprint_bytes(&self) -> usize {
        size_of::<Self>() + self.record.footprint_bytes()
    }
}

impl Lab {
    /// What the server will have done once everything has arrived that is on its way to it now.
    pub fn predict(&self) -> Vec<super::Answer> {
        let mut server = self.server.clone();
        self.to_server.in_flight().flat_map(|chunk| server.receive(&chunk.bytes)).collect()
    }

    /// The pipe through which the other side sends to this one.
    fn pipe(&self, to: Role) -> &Pipe {
        match to {
            Role::Server => &self.to_server,
            Role::Client => &self.to_client,
        }
    }
}

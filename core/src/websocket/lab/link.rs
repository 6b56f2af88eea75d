//! What arrives, what it brings about, and how a connection begins and ends.

use super::super::handshake::{accept, response};
use super::super::{Answer, CloseCode, EchoServer, Event, Opcode, Role, State};
use super::action::Greeting;
use super::client::{Client, ClientStage, Progress};
use super::event::{Ending, Happened};
use super::pipe::Pipe;
use super::{Direction, Lab};
use crate::sim::{Span, Time};

/// How long the server waits for the request, once the connection is open.
const PATIENCE: Span = Span::from_ms(5_000);

impl Lab {
    /// Opens a TCP connection and sends the request.
    pub(super) fn connect(&mut self, now: Time) -> Vec<Happened> {
        let limits = self.scenario.limits();
        if self.connection > 0 {
            self.client = Client::new(&self.scenario, &mut self.rng);
        }
        self.connection += 1;
        self.server = EchoServer::new(limits);
        self.to_server = Pipe::new(Direction::ToServer, limits);
        self.to_client = Pipe::new(Direction::ToClient, limits);
        self.patience_ends_at = Some(now + self.scenario.latency() + PATIENCE);
        (self.fragments, self.left, self.ending) = (None, None, None);
        self.record.connect(now, self.client.opening.key());
        let mut happened = vec![Happened::Connected { connection: self.connection }];
        let request = self.client.request(self.scenario.greeting);
        happened.extend(self.write(now, Role::Client, &request));
        happened
    }

    /// Puts bytes on the wire.
    pub(super) fn write(&mut self, now: Time, by: Role, bytes: &[u8]) -> Vec<Happened> {
        let pipe = match by {
            Role::Client => &mut self.to_server,
            Role::Server => &mut self.to_client,
        };
        let pieces = pipe.write(now, bytes, &self.scenario, &mut self.next_chunk);
        pieces.into_iter().map(|piece| Happened::Sent { by, what: piece.what }).collect()
    }

    /// Puts on the wire what a side wants to say, and ends the connection if that was the last.
    pub(super) fn flush(&mut self, now: Time, by: Role) -> Vec<Happened> {
        let (bytes, is_over) = match by {
            Role::Client => {
                let bytes = self.client.endpoint.take_outgoing();
                (bytes, self.client.stage == ClientStage::Refused)
            }
            Role::Server => (self.server.take_outgoing(), self.server.is_over()),
        };
        let happened = self.write(now, by, &bytes);
        if is_over && self.left.is_none() {
            self.leave(now, by);
        }
        happened
    }

    /// Ends one side of the TCP connection, behind everything that it has written.
    fn leave(&mut self, now: Time, by: Role) {
        self.left = Some(by);
        let pipe = match by {
            Role::Client => &mut self.to_server,
            Role::Server => &mut self.to_client,
        };
        pipe.end(now, &self.scenario, &mut self.next_chunk);
    }

    pub(super) fn arrive_at_server(&mut self, now: Time) -> Vec<Happened> {
        let Some((chunk, pieces)) = self.to_server.arrive() else { return Vec::new() };
        self.record.arrived(now, self.connection, Direction::ToServer, pieces);
        if chunk.is_end() {
            return self.end(now, Ending::NoHandshake);
        }
        let bytes = chunk.bytes.len() as u32;
        let mut happened = vec![Happened::Arrived { at: Role::Server, chunk: chunk.id, bytes }];
        if self.left == Some(Role::Server) {
            return happened;
        }
        let answers = self.server.receive(&chunk.bytes);
        self.record.answered(now, self.connection, &chunk.bytes, &answers);
        for answer in answers {
            if matches!(answer, Answer::Accepted(_) | Answer::Refused(_)) {
                self.patience_ends_at = None;
            }
            happened.push(told_by_server(answer));
        }
        if self.scenario.greeting == Greeting::StaleAnswer {
            self.go_stale(now, &mut happened);
        }
        happened.extend(self.flush(now, Role::Server));
        happened
    }

    /// Answers another key than the client's, as a cache would.
    fn go_stale(&mut self, now: Time, happened: &mut Vec<Happened>) {
        let is_answer = |it: &Happened| matches!(it, Happened::RequestAccepted { .. });
        if happened.iter().any(is_answer) {
            self.server.take_outgoing();
            let other = accept("dGhlIHNhbXBsZSBub25jZQ==").expect("the RFC's example is valid");
            happened.extend(self.write(now, Role::Server, &response(&other)));
        }
    }

    pub(super) fn arrive_at_client(&mut self, now: Time) -> Vec<Happened> {
        let Some((chunk, pieces)) = self.to_client.arrive() else { return Vec::new() };
        self.record.arrived(now, self.connection, Direction::ToClient, pieces);
        if chunk.is_end() {
            let ending = self.ending_at_client();
            return self.end(now, ending);
        }
        let bytes = chunk.bytes.len() as u32;
        let mut happened = vec![Happened::Arrived { at: Role::Client, chunk: chunk.id, bytes }];
        for progress in self.client.receive(&chunk.bytes) {
            happened.push(match progress {
                Progress::Opened => {
                    self.record.opened(now);
                    Happened::Opened
                }
                Progress::Refused(error) => {
                    self.record.refused(now, Role::Client, error.to_string());
                    Happened::ResponseRefused { error }
                }
                Progress::Read(event) => {
                    self.record.read(now, self.connection, &event);
                    told_by_client(event)
                }
            });
        }
        happened.extend(self.flush(now, Role::Client));
        happened
    }

    pub(super) fn lose_patience(&mut self, now: Time) -> Vec<Happened> {
        self.patience_ends_at = None;
        self.leave(now, Role::Server);
        vec![Happened::PatienceLost]
    }

    fn ending_at_client(&self) -> Ending {
        if self.client.stage != ClientStage::Open {
            Ending::NoHandshake
        } else if self.record.has_failed() {
            Ending::AfterFailure
        } else if self.client.endpoint.state() == State::Closed {
            Ending::Clean
        } else {
            Ending::Cut
        }
    }

    /// The TCP connection is no more, and what is on its way is lost.
    pub(super) fn end(&mut self, now: Time, ending: Ending) -> Vec<Happened> {
        self.to_server.cut();
        self.to_client.cut();
        self.patience_ends_at = None;
        self.ending = Some((now, ending));
        self.record.ended(ending, self.scenario.limits());
        vec![Happened::Ended { ending }]
    }
}

fn told_by_server(answer: Answer) -> Happened {
    let at = Role::Server;
    let received =
        |opcode, payload: Vec<u8>| Happened::Received { at, opcode, bytes: payload.len() as u32 };
    match answer {
        Answer::Accepted(accept) => {
            Happened::RequestAccepted { key: accept.key, accept: accept.accept }
        }
        Answer::Refused(error) => Happened::RequestRefused { error },
        Answer::Echoed { opcode, payload } => received(opcode, payload),
        Answer::Ponged { payload } => received(Opcode::Ping, payload),
        Answer::Noted { opcode, payload } => received(opcode, payload),
        Answer::Closed { code, reason } => Happened::CloseReceived { at, code, reason },
        Answer::Failed(error) => Happened::Failed { at, error, code: error.close_code() },
    }
}

fn told_by_client(event: Event) -> Happened {
    let at = Role::Client;
    let received = |opcode, bytes: usize| Happened::Received { at, opcode, bytes: bytes as u32 };
    match event {
        Event::Text(text) => received(Opcode::Text, text.len()),
        Event::Binary(bytes) => received(Opcode::Binary, bytes.len()),
        Event::Ping(payload) => received(Opcode::Ping, payload.len()),
        Event::Pong(payload) => received(Opcode::Pong, payload.len()),
        Event::Closed { code, reason } => Happened::CloseReceived { at, code, reason },
        Event::Failed(error) => Happened::Failed { at, error, code: error.close_code() },
    }
}

/// What a program is told when a connection ends without a close frame, or with one that has no code.
pub(super) fn reported(code: Option<CloseCode>) -> CloseCode {
    code.unwrap_or(CloseCode::NO_STATUS)
}

//! What the reader does.

use super::super::{CloseCode, Endpoint, Opcode, Role, SendError, State};
use super::action::{Action, MOST_BINARY_BYTES, MOST_RAW_BYTES, MOST_TEXT_BYTES};
use super::client::ClientStage;
use super::event::{Ending, Happened};
use super::{Lab, Mistake};
use crate::sim::Time;
use thiserror::Error;

/// The most bytes that either side sends over a connection: a run stays small.
const MOST_CONNECTION_BYTES: u64 = 400_000;
/// The most connections of a run.
const MOST_CONNECTIONS: u32 = 50;

/// Why an action was impossible.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    #[error("the handshake is not done")]
    NotOpen,
    #[error("the connection has ended")]
    Ended,
    #[error("the connection has not ended")]
    NotEnded,
    #[error("it is too long")]
    TooLong,
    #[error("a connection of this run carries at most {MOST_CONNECTION_BYTES} bytes")]
    EnoughBytes,
    #[error("a run has at most {MOST_CONNECTIONS} connections")]
    EnoughConnections,
    #[error("the text that is begun must be finished first")]
    TextUnfinished,
    #[error("the segment is not on its way any more, or has no such bit")]
    NotOnItsWay,
    #[error(transparent)]
    Send(#[from] SendError),
}

type Outcome = Result<Vec<Happened>, Refusal>;

impl Lab {
    pub(super) fn try_act(&mut self, now: Time, action: Action) -> Outcome {
        match action {
            Action::SendText { by, text } => {
                check_length(text.len(), MOST_TEXT_BYTES)?;
                self.message(now, by, Opcode::Text, text.into_bytes())
            }
            Action::SendBinary { by, bytes } => {
                check_length(bytes as usize, MOST_BINARY_BYTES as usize)?;
                let bytes = (0..bytes).map(|index| index as u8).collect();
                self.message(now, by, Opcode::Binary, bytes)
            }
            Action::SendPieces { by, text, pieces, ping } => {
                check_length(text.len(), MOST_TEXT_BYTES)?;
                self.pieces(now, by, &text, pieces, ping)
            }
            Action::SendFragment { text, fin } => self.fragment(now, text, fin),
            Action::Ping { by } => {
                self.ready(by, 0)?.send_ping(b"are you there?")?;
                Ok(self.flush(now, by))
            }
            Action::Close { by, code, reason } => self.close(now, by, code, &reason),
            Action::Misbehave { by, mistake } => self.misbehave(now, by, mistake),
            Action::SendBytes { by, bytes } => {
                check_length(bytes.len(), MOST_RAW_BYTES)?;
                self.ready(by, bytes.len())?;
                self.record.disturb();
                Ok(self.write(now, by, &bytes))
            }
            Action::FlipBit { chunk, bit } => {
                if !self.to_server.flip(chunk, bit) && !self.to_client.flip(chunk, bit) {
                    return Err(Refusal::NotOnItsWay);
                }
                self.record.disturb();
                Ok(vec![Happened::Flipped { chunk, bit }])
            }
            Action::Lose { chunk } => {
                let (latency, gap) = (self.scenario.latency(), self.scenario.gap());
                let delay = latency * 2;
                if !self.to_server.lose(chunk, delay, gap)
                    && !self.to_client.lose(chunk, delay, gap)
                {
                    return Err(Refusal::NotOnItsWay);
                }
                Ok(vec![Happened::Lost { chunk }])
            }
            Action::Cut => {
                self.check_not_ended()?;
                Ok(self.end(now, Ending::Cut))
            }
            Action::Reconnect if self.ending.is_none() => Err(Refusal::NotEnded),
            Action::Reconnect if self.connection >= MOST_CONNECTIONS => {
                Err(Refusal::EnoughConnections)
            }
            Action::Reconnect => Ok(self.connect(now)),
        }
    }

    fn check_not_ended(&self) -> Result<(), Refusal> {
        if self.ending.is_some() || self.left.is_some() { Err(Refusal::Ended) } else { Ok(()) }
    }

    /// The side that is to send so many bytes, if it can.
    fn ready(&mut self, by: Role, bytes: usize) -> Result<&mut Endpoint, Refusal> {
        self.check_not_ended()?;
        if self.pipe(by.peer()).sent_bytes() + bytes as u64 > MOST_CONNECTION_BYTES {
            return Err(Refusal::EnoughBytes);
        }
        self.record.speaks(by);
        let endpoint = match by {
            Role::Client if self.client.stage != ClientStage::Open => None,
            Role::Client => Some(&mut self.client.endpoint),
            Role::Server => self.server.endpoint_mut(),
        };
        let endpoint = endpoint.ok_or(Refusal::NotOpen)?;
        if endpoint.state() == State::Open { Ok(endpoint) } else { Err(SendError::Closed.into()) }
    }

    /// The same, for a message that must not begin within another.
    fn ready_for_message(&mut self, by: Role, bytes: usize) -> Result<&mut Endpoint, Refusal> {
        if by == Role::Client && self.fragments.is_some() {
            return Err(Refusal::TextUnfinished);
        }
        self.ready(by, bytes)
    }

    fn message(&mut self, now: Time, by: Role, opcode: Opcode, payload: Vec<u8>) -> Outcome {
        self.ready_for_message(by, payload.len())?.send(true, opcode, &payload)?;
        self.record.sent(by, opcode, payload, self.scenario.limit_bytes);
        Ok(self.flush(now, by))
    }

    fn pieces(&mut self, now: Time, by: Role, text: &str, pieces: u32, ping: bool) -> Outcome {
        self.ready_for_message(by, text.len())?;
        let mut happened = Vec::new();
        let length = text.len().div_ceil(pieces.max(1) as usize).max(1);
        let parts: Vec<&[u8]> = match text.as_bytes().chunks(length).collect::<Vec<_>>() {
            none if none.is_empty() => vec![b""],
            parts => parts,
        };
        for (index, part) in parts.iter().enumerate() {
            let opcode = if index == 0 { Opcode::Text } else { Opcode::Continuation };
            self.ready(by, part.len())?.send(index + 1 == parts.len(), opcode, part)?;
            happened.extend(self.flush(now, by));
            if index == 0 && ping {
                self.ready(by, 0)?.send_ping(b"between")?;
                happened.extend(self.flush(now, by));
            }
        }
        self.record.sent(by, Opcode::Text, text.as_bytes().to_vec(), self.scenario.limit_bytes);
        Ok(happened)
    }

    fn fragment(&mut self, now: Time, text: String, fin: bool) -> Outcome {
        let begun = self.fragments.as_ref().map_or(0, String::len);
        check_length(begun + text.len(), MOST_TEXT_BYTES)?;
        let opcode = if self.fragments.is_some() { Opcode::Continuation } else { Opcode::Text };
        self.ready(Role::Client, text.len())?.send(fin, opcode, text.as_bytes())?;
        let whole = self.fragments.take().unwrap_or_default() + &text;
        if fin {
            let limit = self.scenario.limit_bytes;
            self.record.sent(Role::Client, Opcode::Text, whole.into_bytes(), limit);
        } else {
            // Who exceeds the limit is told so before the message ends.
            if whole.len() > self.scenario.limit_bytes as usize {
                self.record.disturb();
            }
            self.fragments = Some(whole);
        }
        Ok(self.flush(now, Role::Client))
    }

    fn close(&mut self, now: Time, by: Role, code: CloseCode, reason: &str) -> Outcome {
        let endpoint = self.ready(by, reason.len())?;
        if code == CloseCode::NO_STATUS {
            endpoint.send(true, Opcode::Close, b"")?;
        } else {
            endpoint.close(code, reason)?;
        }
        Ok(self.flush(now, by))
    }

    fn misbehave(&mut self, now: Time, by: Role, mistake: Mistake) -> Outcome {
        self.ready_for_message(by, 200)?;
        let key = (self.rng.next_u64() as u32).to_be_bytes();
        self.record.disturb();
        let mut happened = vec![Happened::Misbehaved { by, mistake }];
        happened.extend(self.write(now, by, &mistake.bytes(by, key)));
        Ok(happened)
    }
}

fn check_length(length: usize, most: usize) -> Result<(), Refusal> {
    if length > most { Err(Refusal::TooLong) } else { Ok(()) }
}

//! The client's side from the first byte: it asks for a WebSocket, checks the answer, then sends and reads.

use super::super::handshake::{Head, Opening, ResponseError, check_response};
use super::super::{Endpoint, Event};
use super::action::{Greeting, Scenario};
use crate::sim::Rng;

/// How far the client has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientStage {
    /// It waits for the answer to its request.
    Asking,
    /// The WebSocket is open, or was.
    Open,
    /// It did not take the answer.
    Refused,
}

/// The client's side of one connection.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) opening: Opening,
    pub(super) stage: ClientStage,
    head: Vec<u8>,
    pub(super) endpoint: Endpoint,
}

/// What the client makes of what has arrived.
pub(super) enum Progress {
    Opened,
    Refused(ResponseError),
    Read(Event),
}

impl Client {
    pub(super) fn new(scenario: &Scenario, rng: &mut Rng) -> Self {
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&rng.next_u64().to_be_bytes());
        nonce[8..].copy_from_slice(&rng.next_u64().to_be_bytes());
        let opening = Opening {
            host: "playground.example".into(),
            path: "/ws/echo".into(),
            origin: Some("http://playground.example".into()),
            nonce,
        };
        Client {
            opening,
            stage: ClientStage::Asking,
            head: Vec::new(),
            endpoint: Endpoint::client(scenario.limits(), rng.fork()),
        }
    }

    /// The request, with what is wrong with it.
    pub(super) fn request(&self, greeting: Greeting) -> Vec<u8> {
        let bytes = self.opening.encode();
        let replace =
            |from: &str, to: &str| String::from_utf8_lossy(&bytes).replace(from, to).into_bytes();
        match greeting {
            Greeting::Proper | Greeting::StaleAnswer => bytes,
            Greeting::ShortKey => replace(&self.opening.key(), "c2hvcnQ="),
            Greeting::OldVersion => replace("Version: 13", "Version: 8"),
            Greeting::NoUpgrade => {
                replace("Upgrade: websocket\r\nConnection: Upgrade", "Connection: keep-alive")
            }
        }
    }

    pub(super) fn receive(&mut self, bytes: &[u8]) -> Vec<Progress> {
        let mut progress = Vec::new();
        match self.stage {
            ClientStage::Refused => return progress,
            ClientStage::Open => self.endpoint.receive(bytes),
            ClientStage::Asking => {
                self.head.extend_from_slice(bytes);
                match self.check() {
                    None => return progress,
                    Some(Err(error)) => {
                        self.stage = ClientStage::Refused;
                        return vec![Progress::Refused(error)];
                    }
                    Some(Ok(length)) => {
                        self.stage = ClientStage::Open;
                        progress.push(Progress::Opened);
                        let rest = self.head.split_off(length);
                        self.endpoint.receive(&rest);
                    }
                }
            }
        }
        while let Some(event) = self.endpoint.next_event() {
            progress.push(Progress::Read(event));
        }
        progress
    }

    /// Whether the answer, once it is there, is the right one, and its length.
    fn check(&self) -> Option<Result<usize, ResponseError>> {
        let Ok(head) = Head::read(&self.head) else { return Some(Err(ResponseError::Malformed)) };
        let head = head?;
        let Some(code) = head.status() else { return Some(Err(ResponseError::Malformed)) };
        let checked = check_response(&self.opening.key(), code, head.fields());
        Some(checked.map(|()| head.bytes))
    }
}

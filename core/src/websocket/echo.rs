//! The echo server from the first byte of a connection: it answers the request, then sends back every
//! message it gets. The page predicts the real server with it.

use super::handshake::{Accept, HandshakeError, Head, check_request, refusal, response};
use super::{CloseCode, DecodeError, Endpoint, Event, Limits, Opcode, SendError, State};

/// What the server does with what it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It opens the WebSocket.
    Accepted(Accept),
    /// It does not, and ends the connection.
    Refused(HandshakeError),
    /// It sends a message back.
    Echoed {
        /// Text or binary.
        opcode: Opcode,
        /// The message.
        payload: Vec<u8>,
    },
    /// It answers a ping.
    Ponged {
        /// The same bytes.
        payload: Vec<u8>,
    },
    /// It only takes note: of a pong, or of a message that came after its own close frame.
    Noted {
        /// Pong, text or binary.
        opcode: Opcode,
        /// What that carried.
        payload: Vec<u8>,
    },
    /// It has got a close frame, answers it with the same code unless it is an answer itself, and ends the
    /// connection.
    Closed {
        /// The code, if there was one.
        code: Option<CloseCode>,
        /// The client's reason.
        reason: String,
    },
    /// A rule is broken: it sends a close frame with the error's code, and ends the connection.
    Failed(DecodeError),
}

impl Answer {
    /// The code of the close frame that the server sends with this answer, if it sends one.
    pub fn close_code(&self) -> Option<CloseCode> {
        match self {
            Answer::Closed { code, .. } => *code,
            Answer::Failed(error) => Some(error.close_code()),
            _ => None,
        }
    }
}

/// The server's side of one connection.
#[derive(Clone, Debug)]
pub struct EchoServer {
    stage: Stage,
    limits: Limits,
    /// What is to be written before the endpoint's own bytes.
    outgoing: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Stage {
    /// What has arrived of the request.
    Handshake(Vec<u8>),
    Open(Box<Endpoint>),
    Refused,
}

impl EchoServer {
    /// A connection on which nothing has arrived.
    pub fn new(limits: Limits) -> Self {
        EchoServer { stage: Stage::Handshake(Vec::new()), limits, outgoing: Vec::new() }
    }

    /// A connection whose handshake is done.
    pub fn open(limits: Limits) -> Self {
        let stage = Stage::Open(Box::new(Endpoint::server(limits)));
        EchoServer { stage, limits, outgoing: Vec::new() }
    }

    /// Takes bytes from the client, and tells what they brought about.
    pub fn receive(&mut self, bytes: &[u8]) -> Vec<Answer> {
        let mut answers = Vec::new();
        match &mut self.stage {
            Stage::Handshake(head) => {
                head.extend_from_slice(bytes);
                let rest = match answer_request(head) {
                    Ok(Some((accept, bytes))) => {
                        self.outgoing.extend(response(&accept));
                        answers.push(Answer::Accepted(accept));
                        head.split_off(bytes)
                    }
                    Ok(None) => return answers,
                    Err(error) => {
                        self.outgoing.extend(refusal(&error));
                        self.stage = Stage::Refused;
                        return vec![Answer::Refused(error)];
                    }
                };
                let mut endpoint = Endpoint::server(self.limits);
                endpoint.receive(&rest);
                answers.extend(echo(&mut endpoint));
                self.stage = Stage::Open(Box::new(endpoint));
            }
            Stage::Open(endpoint) => {
                endpoint.receive(bytes);
                answers.extend(echo(endpoint));
            }
            Stage::Refused => {}
        }
        answers
    }

    /// Takes what is to be written.
    pub fn take_outgoing(&mut self) -> Vec<u8> {
        let mut outgoing = std::mem::take(&mut self.outgoing);
        if let Stage::Open(endpoint) = &mut self.stage {
            outgoing.extend(endpoint.take_outgoing());
        }
        outgoing
    }

    /// The open connection; none before and without a handshake.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        match &self.stage {
            Stage::Open(endpoint) => Some(endpoint),
            _ => None,
        }
    }

    /// The same, to send of its own accord.
    pub fn endpoint_mut(&mut self) -> Option<&mut Endpoint> {
        match &mut self.stage {
            Stage::Open(endpoint) => Some(endpoint),
            _ => None,
        }
    }

    /// Whether it ends the TCP connection once everything is written.
    pub fn is_over(&self) -> bool {
        match &self.stage {
            Stage::Handshake(_) => false,
            Stage::Open(endpoint) => endpoint.state() == State::Closed,
            Stage::Refused => true,
        }
    }
}

/// The answer to a request and its length, if it has arrived whole.
fn answer_request(arrived: &[u8]) -> Result<Option<(Accept, usize)>, HandshakeError> {
    let Some(head) = Head::read(arrived)? else { return Ok(None) };
    let [method, _, version] = head.request()?;
    let accept = check_request(method, version, head.fields())?;
    Ok(Some((accept, head.bytes)))
}

fn echo(endpoint: &mut Endpoint) -> Vec<Answer> {
    let mut answers = Vec::new();
    while let Some(event) = endpoint.next_event() {
        answers.push(answer(endpoint, event));
    }
    answers
}

fn answer(endpoint: &mut Endpoint, event: Event) -> Answer {
    let (opcode, payload) = match event {
        Event::Text(text) => (Opcode::Text, text.into_bytes()),
        Event::Binary(bytes) => (Opcode::Binary, bytes),
        Event::Ping(payload) => return Answer::Ponged { payload },
        Event::Pong(payload) => return Answer::Noted { opcode: Opcode::Pong, payload },
        Event::Closed { code, reason } => return Answer::Closed { code, reason },
        Event::Failed(error) => return Answer::Failed(error),
    };
    match endpoint.send(true, opcode, &payload) {
        Ok(()) => Answer::Echoed { opcode, payload },
        // It has sent a close frame itself, and nothing may follow that.
        Err(SendError::Closed | SendError::LongControl | SendError::ForbiddenCloseCode(_)) => {
            Answer::Noted { opcode, payload }
        }
    }
}

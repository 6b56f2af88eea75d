//! One side of an open connection, without I/O: bytes in, events out; messages in, bytes out.

use super::decoder::append;
use super::{
    CloseCode, DecodeError, Decoder, Frame, Limits, MOST_CONTROL_BYTES, MOST_REASON_BYTES, Opcode,
    Role, close_payload, read_close_payload,
};
use crate::sim::Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Pongs are queued one by one up to so many bytes that wait to be written. Beyond, only the newest ping
/// is answered, as RFC 6455, section 5.5.3, allows: who sends pings and never reads costs no memory.
const PONG_BACKLOG_BYTES: usize = 4_096;

/// What the peer did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A message of text.
    Text(String),
    /// A message of bytes.
    Binary(Vec<u8>),
    /// A ping. Its pong is on the way already.
    Ping(Vec<u8>),
    /// A pong.
    Pong(Vec<u8>),
    /// A close frame: nothing more comes. It is answered already, unless it is an answer itself.
    Closed {
        /// Why, if the peer said so.
        code: Option<CloseCode>,
        /// In words; often empty.
        reason: String,
    },
    /// The peer broke a rule: nothing more can be understood. It is told by a close frame already.
    Failed(DecodeError),
}

/// How far the closing handshake has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Both sides may send.
    #[default]
    Open,
    /// We have sent a close frame; the peer may still send until it has answered.
    Closing,
    /// Nothing more is received. Once everything outgoing is written, the server ends the TCP connection
    /// (and a client waits for that).
    Closed,
}

/// Why something cannot be sent. Nothing was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SendError {
    /// A close frame has been sent, and nothing may follow it.
    #[error("nothing can be sent after a close frame")]
    Closed,
    /// A close, ping or pong carries at most 125 bytes, a close frame's reason at most 123.
    #[error("a control frame carries at most {MOST_CONTROL_BYTES} bytes")]
    LongControl,
    /// The code must not be sent.
    #[error("close code {0} must not be sent")]
    ForbiddenCloseCode(CloseCode),
}

/// One side of an open connection.
///
/// The caller brings what it read ([`receive`](Endpoint::receive)), takes every event
/// ([`next_event`](Endpoint::next_event)) before it brings more, and writes what is
/// [`outgoing`](Endpoint::outgoing). Keep what is not yet written there instead of in a queue beside it:
/// that is how a peer that sends pings and does not read is noticed. While nothing is under way, an
/// endpoint holds no memory beside itself.
#[derive(Clone, Debug)]
pub struct Endpoint {
    role: Role,
    limits: Limits,
    decoder: Decoder,
    state: State,
    /// Where a client's masks come from.
    masks: Option<Rng>,
    /// The fragments of the message under way.
    message: Vec<u8>,
    /// Text or binary, while a fragmented message is under way.
    message_opcode: Option<Opcode>,
    outgoing: Vec<u8>,
    /// The newest ping that is unanswered because too much waits to be written.
    unanswered: Option<Vec<u8>>,
}

impl Endpoint {
    /// A server's side of a connection whose handshake is done.
    pub fn server(limits: Limits) -> Self {
        Endpoint::new(Role::Server, limits, None)
    }

    /// A client's side. RFC 6455 (section 5.3) asks for masks that nobody can predict: a real client seeds
    /// `masks` from the system's entropy, and where a hostile page chooses the payload, even that generator
    /// is too weak. A simulated one takes any seed.
    pub fn client(limits: Limits, masks: Rng) -> Self {
        Endpoint::new(Role::Client, limits, Some(masks))
    }

    fn new(role: Role, limits: Limits, masks: Option<Rng>) -> Self {
        Endpoint {
            role,
            limits,
            decoder: Decoder::leaving_whole_text(role, limits),
            state: State::Open,
            masks,
            message: Vec::new(),
            message_opcode: None,
            outgoing: Vec::new(),
            unanswered: None,
        }
    }

    /// Whose side this is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// How far the closing handshake has come.
    pub fn state(&self) -> State {
        self.state
    }

    /// Takes bytes from the peer. What comes after its close frame, or after it broke a rule, is ignored.
    pub fn receive(&mut self, bytes: &[u8]) {
        if self.state != State::Closed {
            self.decoder.feed(bytes);
        }
    }

    /// What happened next; none if more has to arrive first.
    pub fn next_event(&mut self) -> Option<Event> {
        while self.state != State::Closed {
            let frame = match self.decoder.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => return None,
                Err(error) => return Some(self.fail(error)),
            };
            let Frame { fin, opcode, payload, .. } = frame;
            match opcode {
                Opcode::Ping => {
                    let payload = payload.to_vec();
                    self.answer(&payload);
                    return Some(Event::Ping(payload));
                }
                Opcode::Pong => return Some(Event::Pong(payload.to_vec())),
                Opcode::Close => {
                    let said = read_close_payload(payload).ok().flatten();
                    let code = said.map(|(code, _)| code);
                    let reason = said.map_or("", |(_, reason)| reason).to_owned();
                    return Some(self.closed_by_peer(code, reason));
                }
                Opcode::Text if fin => {
                    return Some(match simdutf8::basic::from_utf8(payload) {
                        Ok(text) => Event::Text(text.to_owned()),
                        Err(_) => self.fail(DecodeError::TextNotUtf8),
                    });
                }
                Opcode::Binary if fin => return Some(Event::Binary(self.decoder.take_payload())),
                Opcode::Text | Opcode::Binary => self.message_opcode = Some(opcode),
                Opcode::Continuation => {}
            }
            append(&mut self.message, payload, self.limits.message_bytes as usize);
            if let Some(opcode) = self.message_opcode.take_if(|_| fin) {
                return Some(message(opcode, std::mem::take(&mut self.message)));
            }
        }
        None
    }

    /// Sends a message of text, in one frame.
    pub fn send_text(&mut self, text: &str) -> Result<(), SendError> {
        self.send(true, Opcode::Text, text.as_bytes())
    }

    /// Sends a message of bytes, in one frame.
    pub fn send_binary(&mut self, bytes: &[u8]) -> Result<(), SendError> {
        self.send(true, Opcode::Binary, bytes)
    }

    /// Sends a ping, to which the peer must answer with a pong of the same bytes.
    pub fn send_ping(&mut self, payload: &[u8]) -> Result<(), SendError> {
        self.send(true, Opcode::Ping, payload)
    }

    /// Sends one frame of a fragmented message, masked if we are a client. That text is UTF-8 and that
    /// fragments follow each other as they must is the caller's concern, and the peer will tell.
    pub fn send(&mut self, fin: bool, opcode: Opcode, payload: &[u8]) -> Result<(), SendError> {
        if self.state != State::Open {
            return Err(SendError::Closed);
        }
        if opcode.is_control() && payload.len() > MOST_CONTROL_BYTES {
            return Err(SendError::LongControl);
        }
        self.queue(fin, opcode, payload);
        if opcode == Opcode::Close {
            self.state = State::Closing;
        }
        Ok(())
    }

    /// Sends a close frame. The peer's answer is an [`Event::Closed`].
    pub fn close(&mut self, code: CloseCode, reason: &str) -> Result<(), SendError> {
        if !code.is_allowed_on_the_wire() {
            return Err(SendError::ForbiddenCloseCode(code));
        }
        if reason.len() > MOST_REASON_BYTES {
            return Err(SendError::LongControl);
        }
        self.send(true, Opcode::Close, &close_payload(code, reason))
    }

    /// What is to be written, in order. The caller removes from the front what it has written.
    pub fn outgoing(&mut self) -> &mut Vec<u8> {
        self.catch_up();
        &mut self.outgoing
    }

    /// Takes what is to be written. See [`Endpoint`] for what becomes of pings if that is not written at once.
    pub fn take_outgoing(&mut self) -> Vec<u8> {
        std::mem::take(self.outgoing())
    }

    /// Whether a frame or a fragmented message has begun and not ended.
    pub fn is_receiving(&self) -> bool {
        !self.decoder.is_idle()
    }

    /// How many bytes on the heap this holds.
    pub fn heap_bytes(&self) -> usize {
        let unanswered = self.unanswered.as_ref().map_or(0, Vec::capacity);
        self.decoder.heap_bytes() + self.message.capacity() + self.outgoing.capacity() + unanswered
    }

    fn queue(&mut self, fin: bool, opcode: Opcode, payload: &[u8]) {
        let mask = self.masks.as_mut().map(|masks| (masks.next_u64() as u32).to_be_bytes());
        Frame { fin, opcode, mask, payload }.encode(&mut self.outgoing);
    }

    /// Answers a ping at once, or later if too much waits to be written; after our close frame too, until
    /// the peer's has come (section 5.5.2).
    fn answer(&mut self, payload: &[u8]) {
        if self.outgoing.len() + payload.len() < PONG_BACKLOG_BYTES {
            self.unanswered = None;
            self.queue(true, Opcode::Pong, payload);
        } else {
            self.unanswered = Some(payload.to_vec());
        }
    }

    /// Answers the newest ping, if there is room now.
    fn catch_up(&mut self) {
        if let Some(payload) = self.unanswered.take() {
            self.answer(&payload);
        }
    }

    fn closed_by_peer(&mut self, code: Option<CloseCode>, reason: String) -> Event {
        if self.state == State::Open {
            let answer = code.map(|code| close_payload(code, "")).unwrap_or_default();
            self.queue(true, Opcode::Close, &answer);
        }
        self.end();
        Event::Closed { code, reason }
    }

    fn fail(&mut self, error: DecodeError) -> Event {
        if self.state == State::Open {
            let payload = close_payload(error.close_code(), &error.to_string());
            self.queue(true, Opcode::Close, &payload);
        }
        self.end();
        Event::Failed(error)
    }

    /// Nothing more is received: what was kept for that goes.
    fn end(&mut self) {
        self.state = State::Closed;
        self.decoder = Decoder::leaving_whole_text(self.role, self.limits);
        self.message = Vec::new();
        self.message_opcode = None;
        self.unanswered = None;
    }
}

fn message(opcode: Opcode, bytes: Vec<u8>) -> Event {
    match opcode {
        Opcode::Text => Event::Text(String::from_utf8(bytes).expect("the decoder has checked it")),
        _ => Event::Binary(bytes),
    }
}

//! What must be true of any bytes in any pieces: the properties run it on what they draw, the fuzzer on
//! what it finds.

use playground_core::sim::Rng;
use playground_core::websocket::annotate::{Broken, Watcher};
use playground_core::websocket::wire::Direction;
use playground_core::websocket::{
    CloseCode, DecodeError, Decoder, Endpoint, Event, Frame, Limits, Opcode, Role,
};
use std::io::{self, Read, Write};
use tungstenite::protocol::{Message, WebSocket, WebSocketConfig};

/// What somebody made of the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// More has to arrive.
    Waits,
    Closed(Option<CloseCode>),
    Failed(CloseCode),
}

/// Checks everything: the first four bytes choose who reads, with which limits and in which pieces.
pub fn check(input: &[u8]) {
    let Some(([choice, low, high, seed], bytes)) = input.split_first_chunk() else { return };
    let role = if choice & 1 == 0 { Role::Server } else { Role::Client };
    // At least what a control frame may carry: tungstenite's limit is for those too.
    let frame_bytes = u64::from(u16::from_le_bytes([*low, *high])).max(125);
    let message_bytes = frame_bytes * u64::from(choice >> 1 & 3);
    let limits = Limits { frame_bytes, message_bytes };
    let chops = Chops(Rng::new(u64::from(*seed)));
    let error = decodes_alike(role, limits, bytes, chops.clone());
    annotates(role, limits, bytes, error);
    let (seen, end) = reads_alike(role, limits, bytes, chops);
    agrees_with_tungstenite(role, limits, bytes, error, &seen, end);
}

/// Cuts bytes into pieces of random lengths, short ones more often.
#[derive(Clone)]
struct Chops(Rng);

impl Chops {
    fn cut(mut self, mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
        std::iter::from_fn(move || {
            let most = 1u64 << self.0.below(10);
            let length = (1 + self.0.below(most) as usize).min(bytes.len());
            let (piece, rest) = bytes.split_at(length);
            bytes = rest;
            (length > 0).then_some(piece)
        })
    }
}

/// The frames re-encoded, and the error, of bytes that arrive in pieces.
fn decode<'a>(
    role: Role,
    limits: Limits,
    pieces: impl Iterator<Item = &'a [u8]>,
) -> (Vec<u8>, Option<DecodeError>) {
    let mut decoder = Decoder::new(role, limits);
    let mut encoded = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        loop {
            let most = 14 + limits.frame_bytes.max(125) as usize + piece.len();
            assert!(decoder.heap_bytes() <= most, "{} > {most}", decoder.heap_bytes());
            match decoder.next_frame() {
                Ok(Some(frame)) => frame.encode(&mut encoded),
                Ok(None) => break,
                Err(error) => {
                    assert_eq!(decoder.next_frame(), Err(error), "it stays failed");
                    return (encoded, Some(error));
                }
            }
        }
    }
    assert!(!decoder.is_idle() || decoder.heap_bytes() == 0);
    (encoded, None)
}

/// However the bytes are cut, the same frames and the same error come of them, and the frames are the bytes.
fn decodes_alike(role: Role, limits: Limits, bytes: &[u8], chops: Chops) -> Option<DecodeError> {
    let (encoded, error) = decode(role, limits, [bytes].into_iter());
    let cut = decode(role, limits, chops.cut(bytes));
    assert_eq!((&encoded, error), (&cut.0, cut.1));
    assert!(bytes.starts_with(&encoded), "what decodes encodes to the same bytes");
    error
}

/// Every bit is annotated once, and the error is found where the decoder finds it.
fn annotates(role: Role, limits: Limits, bytes: &[u8], error: Option<DecodeError>) {
    let direction = match role {
        Role::Server => Direction::ToServer,
        Role::Client => Direction::ToClient,
    };
    let mut watcher = Watcher::after_handshake(direction, limits);
    let mut pieces = watcher.push(bytes);
    pieces.extend(watcher.rest());
    let mut offset = 0;
    for piece in &pieces {
        assert_eq!(piece.offset, offset);
        offset += piece.bytes.len() as u64;
        let ends = piece.fields.iter().map(|field| field.bits.end);
        let begins = piece.fields.iter().map(|field| field.bits.start);
        assert!([0].into_iter().chain(ends).eq(begins.chain([piece.bytes.len() * 8])));
        assert_eq!(piece.error.is_some(), piece.fields.iter().any(|field| field.is_broken));
    }
    assert_eq!(offset, bytes.len() as u64);
    // The decoder knows nothing of the end of a conversation.
    let is_closed = pieces.iter().any(|piece| {
        let is_close = piece.outline().is_some_and(|it| it.opcode == Opcode::Close.number());
        is_close && piece.is_whole && !piece.is_ignored && piece.error.is_none()
    });
    let found = pieces.iter().find_map(|piece| piece.error.clone());
    if !is_closed {
        assert_eq!(found, error.map(Broken::Frame));
    }
}

/// What an endpoint makes of bytes that arrive in pieces.
fn read<'a>(
    role: Role,
    limits: Limits,
    pieces: impl Iterator<Item = &'a [u8]>,
) -> (Vec<Seen>, End) {
    let mut endpoint = match role {
        Role::Server => Endpoint::server(limits),
        Role::Client => Endpoint::client(limits, Rng::new(1)),
    };
    let (mut seen, mut end) = (Vec::new(), End::Waits);
    for piece in pieces {
        endpoint.receive(piece);
        while let Some(event) = endpoint.next_event() {
            match event {
                Event::Text(text) => seen.push(Seen::Text(text)),
                Event::Binary(bytes) => seen.push(Seen::Binary(bytes)),
                Event::Ping(payload) => seen.push(Seen::Ping(payload)),
                Event::Pong(payload) => seen.push(Seen::Pong(payload)),
                Event::Closed { code, .. } => end = End::Closed(code),
                Event::Failed(error) => end = End::Failed(error.close_code()),
            }
        }
        let most = 14 + 4 * limits.frame_bytes.max(125) as usize + piece.len() + 10_000;
        assert!(endpoint.heap_bytes() <= most, "{} > {most}", endpoint.heap_bytes());
    }
    answers_properly(&mut endpoint, end);
    (seen, end)
}

/// What an endpoint sends is valid, and ends with a close frame if and only if it is over.
fn answers_properly(endpoint: &mut Endpoint, end: End) {
    let mut decoder = Decoder::new(endpoint.role().peer(), Limits::default());
    decoder.feed(&endpoint.take_outgoing());
    let mut closes = Vec::new();
    while let Some(Frame { opcode, payload, .. }) = decoder.next_frame().expect("it is valid") {
        assert!(closes.is_empty(), "nothing follows a close frame");
        if opcode == Opcode::Close {
            let code = payload.first_chunk().map(|code| CloseCode(u16::from_be_bytes(*code)));
            closes.push(code);
        }
    }
    let expected = match end {
        End::Waits => vec![],
        End::Closed(code) => vec![code],
        End::Failed(code) => vec![Some(code)],
    };
    assert_eq!(closes, expected);
}

/// However the bytes are cut, an endpoint makes the same of them.
fn reads_alike(role: Role, limits: Limits, bytes: &[u8], chops: Chops) -> (Vec<Seen>, End) {
    let whole = read(role, limits, [bytes].into_iter());
    assert_eq!(read(role, limits, chops.cut(bytes)), whole);
    whole
}

/// Bytes to read, and nowhere to write to; at the end, more has to arrive.
struct Wire<'a>(&'a [u8]);

impl Read for Wire<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into) {
            Ok(0) => Err(io::ErrorKind::WouldBlock.into()),
            other => other,
        }
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What tungstenite makes of the bytes.
fn tungstenite_reads(role: Role, limits: Limits, bytes: &[u8]) -> (Vec<Seen>, End) {
    let config = WebSocketConfig::default()
        .max_frame_size(Some(limits.frame_bytes as usize))
        .max_message_size(Some(limits.message_bytes as usize))
        .read_buffer_size(1_024);
    let role = match role {
        Role::Client => tungstenite::protocol::Role::Client,
        Role::Server => tungstenite::protocol::Role::Server,
    };
    let mut socket = WebSocket::from_raw_socket(Wire(bytes), role, Some(config));
    let mut seen = Vec::new();
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => seen.push(Seen::Text(text.to_string())),
            Ok(Message::Binary(bytes)) => seen.push(Seen::Binary(bytes.to_vec())),
            Ok(Message::Ping(payload)) => seen.push(Seen::Ping(payload.to_vec())),
            Ok(Message::Pong(payload)) => seen.push(Seen::Pong(payload.to_vec())),
            Ok(Message::Close(close)) => {
                let code = close.map(|close| CloseCode(close.code.into()));
                return (seen, End::Closed(code));
            }
            Ok(Message::Frame(_)) => unreachable!("reading gives messages"),
            Err(tungstenite::Error::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                return (seen, End::Waits);
            }
            Err(tungstenite::Error::Capacity(_)) => return (seen, End::Failed(CloseCode::TOO_BIG)),
            Err(tungstenite::Error::Utf8(_)) => {
                return (seen, End::Failed(CloseCode::INVALID_PAYLOAD));
            }
            Err(tungstenite::Error::Protocol(_)) => {
                return (seen, End::Failed(CloseCode::PROTOCOL_ERROR));
            }
            Err(error) => panic!("unexpected: {error}"),
        }
    }
}

/// Both see the same messages and the same end, except where tungstenite is known to be more lenient or to
/// look at the rules in another order.
fn agrees_with_tungstenite(
    role: Role,
    limits: Limits,
    bytes: &[u8],
    error: Option<DecodeError>,
    seen: &[Seen],
    end: End,
) {
    let (their_seen, their_end) = tungstenite_reads(role, limits, bytes);
    // It accepts lengths in more bytes than needed, of control frames too, and goes on.
    let is_lenient =
        matches!(error, Some(DecodeError::LengthNotMinimal { .. } | DecodeError::LongControl));
    if is_lenient && matches!(end, End::Failed(_)) {
        assert!(their_seen.starts_with(seen));
        return;
    }
    assert_eq!(seen, their_seen, "ours {end:?}, theirs {their_end:?}");
    match (end, their_end) {
        // It judges a frame when all of it is there: with the rest of it, whatever that is, it must.
        (End::Failed(_), End::Waits) => {
            let rest = vec![0; limits.frame_bytes as usize + 200];
            let (more, their_end) = tungstenite_reads(role, limits, &[bytes, &rest].concat());
            assert_eq!(seen, more);
            assert!(is_refusal(their_end), "{error:?}, but {their_end:?}");
        }
        (End::Failed(code), _) => {
            assert!(is_refusal(their_end), "{error:?}, but {their_end:?}");
            let is_ambiguous = matches!(
                error,
                // It looks at the size first, at the reason before the code, and takes a length with the
                // highest bit for one that is too big.
                Some(
                    DecodeError::ForbiddenCloseCode { .. }
                        | DecodeError::LengthTooLong
                        | DecodeError::ReservedBits { .. }
                        | DecodeError::FragmentedControl
                        | DecodeError::NothingToContinue
                        | DecodeError::MessageUnfinished
                        | DecodeError::Unmasked
                        | DecodeError::Masked
                )
            );
            assert!(is_ambiguous || their_end == End::Failed(code), "{error:?}, but {their_end:?}");
        }
        // 1014 was registered after it was written.
        (
            End::Closed(Some(CloseCode::BAD_GATEWAY)),
            End::Closed(Some(CloseCode::PROTOCOL_ERROR)),
        ) => {}
        (ours, theirs) => assert_eq!(ours, theirs),
    }
}

/// A forbidden close code is answered with 1002 by tungstenite, without an error.
fn is_refusal(end: End) -> bool {
    matches!(end, End::Failed(_) | End::Closed(Some(CloseCode::PROTOCOL_ERROR)))
}

//! What one side sends, cut into heads and frames as it goes by.

use super::super::handshake::{Head, check_request};
use super::super::wire::Direction;
use super::super::{Decoder, Limits, Opcode, Role};
use super::{Broken, Piece, What, handshake, layout};

/// Reads along with the receiver.
#[derive(Clone, Debug)]
pub struct Watcher {
    direction: Direction,
    /// Whether the head is still to come.
    is_handshake: bool,
    /// The receiver's eyes.
    decoder: Decoder,
    /// Whether the receiver has closed them.
    is_over: bool,
    /// What belongs to the piece under way.
    pending: Vec<u8>,
    offset: u64,
}

impl Watcher {
    /// Watches a connection from the first byte on. `limits` are the receiver's.
    pub fn new(direction: Direction, limits: Limits) -> Self {
        let receiver = match direction {
            Direction::ToServer => Role::Server,
            Direction::ToClient => Role::Client,
        };
        Watcher {
            direction,
            is_handshake: true,
            decoder: Decoder::new(receiver, limits),
            is_over: false,
            pending: Vec::new(),
            offset: 0,
        }
    }

    /// Watches from behind the handshake on.
    pub fn after_handshake(direction: Direction, limits: Limits) -> Self {
        Watcher { is_handshake: false, ..Watcher::new(direction, limits) }
    }

    /// How many bytes have gone by.
    pub fn offset(&self) -> u64 {
        self.offset + self.pending.len() as u64
    }

    /// Whether no piece is under way.
    pub fn is_between_pieces(&self) -> bool {
        self.pending.is_empty()
    }

    /// Takes the next bytes, and returns the pieces that they complete.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Piece> {
        self.pending.extend_from_slice(bytes);
        let mut pieces = Vec::new();
        let mut begin = 0;
        let pending = std::mem::take(&mut self.pending);
        while let Some(length) = self.whole(&pending[begin..]) {
            pieces.push(self.finish(&pending[begin..begin + length]));
            begin += length;
        }
        self.pending = pending;
        self.pending.drain(..begin);
        pieces
    }

    /// The piece under way as far as it has gone by; none between two pieces.
    pub fn rest(&self) -> Option<Piece> {
        let mut ahead = Watcher { pending: Vec::new(), ..self.clone() };
        (!self.pending.is_empty()).then(|| ahead.annotate(&self.pending, false))
    }

    /// How many bytes are missing from the frame under way; none between two frames and while that is not
    /// known.
    pub fn missing_bytes(&self) -> Option<u64> {
        if self.is_handshake {
            return None;
        }
        Some(layout::extent(&self.pending)? - self.pending.len() as u64)
    }

    /// The length of the first piece, if it is whole.
    fn whole(&self, bytes: &[u8]) -> Option<usize> {
        if self.is_handshake {
            return Head::find_end(bytes);
        }
        let extent = usize::try_from(layout::extent(bytes)?).ok()?;
        (extent <= bytes.len()).then_some(extent)
    }

    fn finish(&mut self, bytes: &[u8]) -> Piece {
        let piece = self.annotate(bytes, true);
        self.offset += bytes.len() as u64;
        self.is_handshake = false;
        piece
    }

    fn annotate(&mut self, bytes: &[u8], is_whole: bool) -> Piece {
        let is_ignored = self.is_over;
        if self.is_handshake { self.head(bytes, is_whole) } else { self.frame(bytes, is_whole) }
            .ignored(is_ignored)
    }

    fn head(&mut self, bytes: &[u8], is_whole: bool) -> Piece {
        let error = match (self.direction, Head::read(bytes)) {
            (Direction::ToServer, Ok(Some(head))) => head
                .request()
                .and_then(|[method, _, version]| check_request(method, version, head.fields()))
                .err(),
            (_, Ok(_)) => None,
            (_, Err(error)) => Some(error),
        };
        self.is_over |= error.is_some();
        let what = match self.direction {
            Direction::ToServer => What::Request,
            Direction::ToClient => What::Response,
        };
        Piece {
            offset: self.offset,
            bytes: bytes.into(),
            clear: [].into(),
            fields: handshake::fields(bytes, self.direction).into(),
            what,
            error: error.map(Broken::Handshake),
            is_whole,
            is_ignored: false,
        }
    }

    fn frame(&mut self, bytes: &[u8], is_whole: bool) -> Piece {
        let outline = layout::outline(bytes);
        let what = outline.map_or(What::Begun, What::Frame);
        let error = if self.is_over { None } else { self.decoder.decode(bytes).err() };
        let is_close = outline.is_some_and(|it| it.opcode == Opcode::Close.number());
        self.is_over |= error.is_some() || is_close && is_whole;
        Piece {
            offset: self.offset,
            bytes: bytes.into(),
            clear: outline.map(|outline| layout::clear(bytes, &outline)).unwrap_or_default().into(),
            fields: layout::fields(bytes, what, error.as_ref()).into(),
            what,
            error: error.map(Broken::Frame),
            is_whole,
            is_ignored: false,
        }
    }
}

impl Piece {
    fn ignored(self, is_ignored: bool) -> Self {
        Piece { is_ignored, ..self }
    }
}

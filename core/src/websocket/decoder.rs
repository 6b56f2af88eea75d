//! From bytes as they arrive to frames: incremental, in place, and without memory while nothing is under way.

use super::header::{Expected, Header, read_header};
use super::utf8::Utf8;
use super::{DecodeError, Frame, Opcode, Role, mask, read_close_payload};

/// How much a peer may send at once, in bytes of payload. Control frames have a limit of their own: 125.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes of a frame.
    pub frame_bytes: u64,
    /// The most bytes of a message, in however many frames.
    pub message_bytes: u64,
}

impl Default for Limits {
    /// 16 MiB a frame and a message.
    fn default() -> Self {
        Limits { frame_bytes: 16 << 20, message_bytes: 16 << 20 }
    }
}

/// The message of which some frames have arrived and the last has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Message {
    is_text: bool,
    bytes: u64,
}

/// Turns bytes into frames.
///
/// It fails at the first byte that breaks a rule of RFC 6455: those of a header as soon as that byte is
/// there, so that a frame that claims a gibibyte costs no memory; text as soon as a byte cannot be part of
/// UTF-8, in the middle of a frame too. Whether and how it fails does not depend on how the bytes are
/// chopped. Once it has failed, it fails for ever.
///
/// Memory: at most one frame and what was last [fed](Decoder::feed); once every complete frame is taken, no
/// more than the one under way needs; between two frames none.
#[derive(Clone, Debug)]
pub struct Decoder {
    role: Role,
    limits: Limits,
    /// What has arrived: frames handed out, the frame under way from `start`, what follows it.
    buffer: Vec<u8>,
    start: usize,
    /// The length of the frame handed out last, which the caller may still be looking at.
    lent: usize,
    /// The header of the frame under way.
    header: Option<Header>,
    /// How many bytes of its payload are unmasked and, if they are text, checked.
    ready: usize,
    message: Option<Message>,
    utf8: Utf8,
    /// Leaves text that arrives whole and at once to the caller to check, who then need not check it again.
    leaves_whole_text: bool,
    failed: Option<DecodeError>,
}

impl Decoder {
    /// A decoder for what the peer of `role` sends: a server's reads what a client has masked.
    pub fn new(role: Role, limits: Limits) -> Self {
        // A buffer of more could not grow on this machine.
        let most = isize::MAX as u64 / 2;
        let frame_bytes = limits.frame_bytes.min(most);
        let message_bytes = limits.message_bytes.min(most);
        Decoder {
            role,
            limits: Limits { frame_bytes, message_bytes },
            buffer: Vec::new(),
            start: 0,
            lent: 0,
            header: None,
            ready: 0,
            message: None,
            utf8: Utf8::default(),
            leaves_whole_text: false,
            failed: None,
        }
    }

    /// A decoder for a caller that checks whether whole messages of text are UTF-8, and fails if not.
    pub(super) fn leaving_whole_text(role: Role, limits: Limits) -> Self {
        Decoder { leaves_whole_text: true, ..Decoder::new(role, limits) }
    }

    /// Takes bytes as they arrive and returns the next frame that is complete.
    ///
    /// One piece may hold many frames: call again with `&[]` until none is left.
    pub fn decode(&mut self, bytes: &[u8]) -> Result<Option<Frame<'_>>, DecodeError> {
        self.feed(bytes);
        self.next_frame()
    }

    /// Takes bytes as they arrive. Take all frames that they complete before feeding more: what is not
    /// taken is kept, however much it is.
    pub fn feed(&mut self, bytes: &[u8]) {
        if bytes.is_empty() || self.failed.is_some() {
            return;
        }
        self.drop_lent();
        self.buffer.drain(..self.start);
        self.start = 0;
        let whole = self.whole();
        append(&mut self.buffer, bytes, whole);
    }

    /// The next complete frame of what was fed; none if more has to arrive first.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, DecodeError> {
        self.drop_lent();
        match self.advance() {
            Ok(Some(header)) => {
                let begin = self.start + header.length;
                self.lent = header.length + self.ready;
                let payload = &self.buffer[begin..begin + self.ready];
                let Header { fin, opcode, mask, .. } = header;
                Ok(Some(Frame { fin, opcode, mask, payload }))
            }
            Ok(None) => {
                self.give_back();
                Ok(None)
            }
            Err(error) => {
                self.failed = Some(error);
                self.buffer = Vec::new();
                self.start = 0;
                Err(error)
            }
        }
    }

    /// The payload of the frame handed out last, to keep: the buffer itself if that holds little else.
    pub(super) fn take_payload(&mut self) -> Vec<u8> {
        let end = self.start + self.lent;
        let begin = end - self.ready;
        if end < self.buffer.len() || self.buffer.capacity() > 2 * self.ready {
            return self.buffer[begin..end].to_vec();
        }
        (self.start, self.lent) = (0, 0);
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.drain(..begin);
        buffer
    }

    /// How many bytes on the heap this holds.
    pub fn heap_bytes(&self) -> usize {
        self.buffer.capacity()
    }

    /// Whether it is between two messages, with nothing of a frame or of a fragmented message received.
    pub fn is_idle(&self) -> bool {
        self.buffer.len() == self.start + self.lent && self.message.is_none()
    }

    /// The frame handed out last is no longer looked at.
    fn drop_lent(&mut self) {
        self.start += std::mem::take(&mut self.lent);
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
        }
    }

    /// The length of the frame under way, if its header is there.
    fn whole(&self) -> usize {
        // A length within the limits fits.
        self.header.map_or(0, |header| header.length + header.payload_bytes as usize)
    }

    /// All that can be taken is taken: keeps no more memory than the frame under way needs.
    fn give_back(&mut self) {
        self.buffer.drain(..self.start);
        self.start = 0;
        if self.buffer.capacity() > self.whole().max(self.buffer.len()) {
            self.buffer.shrink_to_fit();
        }
    }

    /// Goes on with the frame under way as far as its bytes are there; its header if it is complete.
    fn advance(&mut self) -> Result<Option<Header>, DecodeError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let header = match self.header {
            Some(header) => header,
            None => {
                let read = read_header(&self.buffer[self.start..], &self.expected())?;
                let Some(header) = read else { return Ok(None) };
                self.ready = 0;
                *self.header.insert(header)
            }
        };
        let is_text = match header.opcode {
            Opcode::Text => true,
            Opcode::Continuation => self.message.is_some_and(|message| message.is_text),
            _ => false,
        };
        self.unmask(&header, is_text)?;
        if (self.ready as u64) < header.payload_bytes {
            return Ok(None);
        }
        self.finish(&header, is_text)?;
        self.header = None;
        Ok(Some(header))
    }

    fn expected(&self) -> Expected {
        Expected {
            role: self.role,
            message: self.message.map(|message| message.bytes),
            frame_limit: self.limits.frame_bytes,
            message_limit: self.limits.message_bytes,
        }
    }

    /// Unmasks and checks what has arrived of the payload since the last time.
    fn unmask(&mut self, header: &Header, is_text: bool) -> Result<(), DecodeError> {
        let payload = &mut self.buffer[self.start + header.length..];
        let arrived = payload.len().min(header.payload_bytes as usize);
        let fresh = &mut payload[self.ready..arrived];
        if let Some(key) = header.mask {
            mask(key, self.ready, fresh);
        }
        let is_whole = self.ready == 0 && arrived as u64 == header.payload_bytes;
        self.ready = arrived;
        let is_left =
            self.leaves_whole_text && is_whole && header.fin && header.opcode == Opcode::Text;
        if is_text && !is_left { self.utf8.take(fresh) } else { Ok(()) }
    }

    /// The frame is complete: checks what can only be checked now.
    fn finish(&mut self, header: &Header, is_text: bool) -> Result<(), DecodeError> {
        if header.opcode.is_control() {
            if header.opcode == Opcode::Close {
                let begin = self.start + header.length;
                read_close_payload(&self.buffer[begin..begin + self.ready])?;
            }
            return Ok(());
        }
        if header.fin && is_text {
            self.utf8.end()?;
        }
        let before = self.message.map_or(0, |message| message.bytes);
        let message = Message { is_text, bytes: before + header.payload_bytes };
        self.message = if header.fin { None } else { Some(message) };
        Ok(())
    }
}

/// Appends, doubling the capacity as vectors do, but not beyond `most` unless the bytes themselves need it.
pub(super) fn append(buffer: &mut Vec<u8>, bytes: &[u8], most: usize) {
    let needed = buffer.len() + bytes.len();
    if needed > buffer.capacity() {
        let target = (2 * buffer.capacity()).min(most).max(needed);
        buffer.reserve_exact(target - buffer.len());
    }
    buffer.extend_from_slice(bytes);
}

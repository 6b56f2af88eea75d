//! The bytes before a payload, read: every rule in the order of the bytes that can break it.

use super::{DecodeError, MOST_CONTROL_BYTES, Opcode, Role};

/// What the bytes before a payload say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) fin: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: Option<[u8; 4]>,
    /// How many bytes these are: 2 to 14.
    pub(super) length: usize,
    pub(super) payload_bytes: u64,
}

/// What the next frame may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected {
    /// Who reads it.
    pub(super) role: Role,
    /// The length of the message under way, if one is.
    pub(super) message: Option<u64>,
    pub(super) frame_limit: u64,
    pub(super) message_limit: u64,
}

/// Reads a header; none if it has not arrived whole. Fails at the first byte that breaks a rule, so that
/// the result does not depend on how the bytes were chopped.
pub(super) fn read_header(
    bytes: &[u8],
    expected: &Expected,
) -> Result<Option<Header>, DecodeError> {
    let Some(first) = bytes.first() else { return Ok(None) };
    let (fin, opcode) = read_first(*first, expected)?;
    let Some(second) = bytes.get(1) else { return Ok(None) };
    let (is_masked, short) = read_second(*second, opcode, expected)?;
    let Some((payload_bytes, length)) = read_length(short, &bytes[2..])? else { return Ok(None) };
    check_size(opcode, payload_bytes, expected)?;
    let begin = 2 + length;
    if !is_masked {
        return Ok(Some(Header { fin, opcode, mask: None, length: begin, payload_bytes }));
    }
    let Some(key) = bytes[begin..].first_chunk() else { return Ok(None) };
    Ok(Some(Header { fin, opcode, mask: Some(*key), length: begin + 4, payload_bytes }))
}

fn read_first(byte: u8, expected: &Expected) -> Result<(bool, Opcode), DecodeError> {
    let fin = byte & 0x80 != 0;
    let bits = byte >> 4 & 0b111;
    if bits != 0 {
        return Err(DecodeError::ReservedBits { bits });
    }
    let number = byte & 0x0f;
    let Some(opcode) = Opcode::from_number(number) else {
        return Err(DecodeError::ReservedOpcode { opcode: number });
    };
    match (opcode, expected.message) {
        _ if opcode.is_control() && !fin => Err(DecodeError::FragmentedControl),
        (Opcode::Continuation, None) => Err(DecodeError::NothingToContinue),
        (Opcode::Text | Opcode::Binary, Some(_)) => Err(DecodeError::MessageUnfinished),
        _ => Ok((fin, opcode)),
    }
}

/// Whether a mask follows, and the seven bits of the length.
fn read_second(byte: u8, opcode: Opcode, expected: &Expected) -> Result<(bool, u8), DecodeError> {
    let is_masked = byte & 0x80 != 0;
    match (expected.role, is_masked) {
        (Role::Server, false) => return Err(DecodeError::Unmasked),
        (Role::Client, true) => return Err(DecodeError::Masked),
        _ => {}
    }
    let short = byte & 0x7f;
    if opcode.is_control() && usize::from(short) > MOST_CONTROL_BYTES {
        return Err(DecodeError::LongControl);
    }
    Ok((is_masked, short))
}

/// The length of the payload, and how many bytes beyond the first two it takes.
fn read_length(short: u8, bytes: &[u8]) -> Result<Option<(u64, usize)>, DecodeError> {
    let (length, width, least) = match short {
        126 => match bytes.first_chunk() {
            Some(length) => (u64::from(u16::from_be_bytes(*length)), 2, 126),
            None => return Ok(None),
        },
        127 => match bytes.first_chunk() {
            Some(length) => (u64::from_be_bytes(*length), 8, 0x1_0000),
            None => return Ok(None),
        },
        _ => return Ok(Some((u64::from(short), 0))),
    };
    if length >> 63 != 0 {
        return Err(DecodeError::LengthTooLong);
    }
    if length < least {
        return Err(DecodeError::LengthNotMinimal { bytes: length });
    }
    Ok(Some((length, width)))
}

fn check_size(opcode: Opcode, bytes: u64, expected: &Expected) -> Result<(), DecodeError> {
    if opcode.is_control() {
        return Ok(());
    }
    let Expected { frame_limit, message_limit, .. } = *expected;
    if bytes > frame_limit {
        return Err(DecodeError::FrameTooBig { bytes, limit: frame_limit });
    }
    let bytes = bytes + expected.message.unwrap_or(0);
    if bytes > message_limit {
        return Err(DecodeError::MessageTooBig { bytes, limit: message_limit });
    }
    Ok(())
}

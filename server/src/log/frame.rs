//! How records lie in the file, and how a tail that was being written is told from damage.
//!
//! A file begins with [`FILE_HEAD`]. Each record follows as a frame, its numbers in little endian:
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | length of the payload, from 1 to [`MOST_BYTES`] |
//! | 4 | CRC-32 (IEEE 802.3) of everything else in the frame |
//! | 8 | how many bytes of the file were durable when the frame was written |
//! | … | the record as JSON |
//!
//! JSON takes a little more space and time than a binary encoding, and both vanish beside the forced write;
//! in return a person can read a log with `strings`. It also helps recovery: a length below 16 MiB has a zero
//! byte, which JSON escapes, so that no frame can hide inside a record.
//!
//! The third field decides what a bad frame means. Bytes that were never forced may reach the disk in any
//! order, so a power failure may leave a hole with whole frames behind it. But a frame that says "when I was
//! written, the bytes before here were durable" proves that a hole before that point is damage. What cannot be
//! told from a torn tail is damage to whatever was forced last.

use std::ops::Range;

use super::error::LogError;
use serde::Serialize;

/// What a log begins with: a name, and the version of the format.
pub(super) const FILE_HEAD: [u8; 12] = *b"playlog\n\x01\0\0\0";
/// The version in [`FILE_HEAD`].
pub(super) const VERSION: u32 = 1;
const NAME_BYTES: usize = 8;
/// The bytes of a frame before its payload.
const FRAME_HEAD: usize = 16;
/// The largest payload, in bytes.
pub(super) const MOST_BYTES: usize = (16 << 20) - 1;

/// Adds a record as a frame; on an error, `buffer` is as before. `synced` is how many bytes of the file are
/// durable by now.
pub(super) fn push<R: Serialize>(
    buffer: &mut Vec<u8>,
    synced: u64,
    record: &R,
) -> Result<(), LogError> {
    let start = buffer.len();
    buffer.extend_from_slice(&[0; FRAME_HEAD]);
    let written = serde_json::to_writer(&mut *buffer, record).map_err(LogError::Encoding);
    let length = buffer.len() - start - FRAME_HEAD;
    let outcome = written.and(match u32::try_from(length) {
        Ok(length_field) if length <= MOST_BYTES => Ok(length_field),
        _ => Err(LogError::TooLarge(length)),
    });
    match outcome {
        Ok(length) => {
            let frame = &mut buffer[start..];
            frame[..4].copy_from_slice(&length.to_le_bytes());
            frame[8..FRAME_HEAD].copy_from_slice(&synced.to_le_bytes());
            let checksum = checksum(frame);
            frame[4..8].copy_from_slice(&checksum.to_le_bytes());
            Ok(())
        }
        Err(error) => {
            buffer.truncate(start);
            Err(error)
        }
    }
}

/// What a file holds.
#[derive(Debug)]
pub(super) struct Contents {
    /// Where the payloads of the good frames lie.
    pub(super) payloads: Vec<Range<usize>>,
    /// Where the last good frame ends.
    pub(super) end: usize,
    /// How many bytes behind that were being written when the power failed or the process died, up to the
    /// last one that is not zero; none means that the file ends cleanly.
    pub(super) torn: usize,
}

/// Finds the records in a file.
pub(super) fn read(file: &[u8]) -> Result<Contents, LogError> {
    let Some(head) = file.get(..FILE_HEAD.len()) else { return Err(LogError::NotALog) };
    if head[..NAME_BYTES] != FILE_HEAD[..NAME_BYTES] {
        return Err(LogError::NotALog);
    }
    let version = number(&head[NAME_BYTES..]);
    if version != VERSION {
        return Err(LogError::Version(version));
    }
    let mut payloads = Vec::new();
    let mut end = FILE_HEAD.len();
    while let Some(frame) = whole_frame(file, end) {
        payloads.push(end + FRAME_HEAD..end + frame.bytes);
        end += frame.bytes;
    }
    let torn = file[end..].iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let proof = (end + 1..end + torn)
        .find(|&at| whole_frame(file, at).is_some_and(|frame| frame.synced > end as u64));
    match proof {
        Some(next) => Err(LogError::Damaged { offset: end as u64, next: next as u64 }),
        None => Ok(Contents { payloads, end, torn }),
    }
}

struct Frame {
    bytes: usize,
    synced: u64,
}

/// The frame that begins at `at`, if it is whole.
fn whole_frame(file: &[u8], at: usize) -> Option<Frame> {
    let rest = file.get(at..)?;
    let head = rest.get(..FRAME_HEAD)?;
    let length = usize::try_from(number(head)).ok()?;
    let synced = u64::from_le_bytes(head[8..].try_into().ok()?);
    // Cheap conditions first: the search for a later frame tries every byte.
    if length == 0 || length > MOST_BYTES || synced > at as u64 {
        return None;
    }
    let frame = rest.get(..FRAME_HEAD + length)?;
    let is_whole = number(&head[4..]) == checksum(frame);
    is_whole.then_some(Frame { bytes: frame.len(), synced })
}

fn checksum(frame: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&frame[..4]);
    hasher.update(&frame[8..]);
    hasher.finalize()
}

/// The little-endian number at the start of at least four bytes.
fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

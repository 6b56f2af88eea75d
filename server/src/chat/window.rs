//! What a room has said lately, as the bytes that go on the wire: the queue of all its members at once.
//!
//! The room's task appends each batch of frames once, whoever listens; a member keeps only a [`Cursor`] and writes
//! as much as it can from there. A busy room thereby costs a member one write for many frames, and a member that
//! does not read costs nothing but the window itself, which is bounded in bytes and in time. A cursor that the
//! window has left behind is a slow consumer.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How much a room's window holds, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// In bytes of frames. The newest batch is kept, however large.
    pub(crate) bytes: usize,
    /// What is older is dropped with the next batch or the next look at the clock.
    pub(crate) age: Duration,
}

/// Frames that became due together. Immutable, so that members read it without a lock.
#[derive(Debug)]
pub(crate) struct Batch {
    bytes: Box<[u8]>,
    made: Instant,
}

/// Gathers a batch.
#[derive(Debug, Default)]
pub(crate) struct Draft(Vec<u8>);

impl Draft {
    /// The most that is kept between two batches, in bytes.
    const KEPT: usize = 256 << 10;

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Has `write` append whole frames.
    pub(crate) fn frame(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.0);
    }
}

/// Where a member has got to: the number of a batch, and a place between two of its frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cursor {
    batch: u64,
    offset: usize,
}

/// The window of a room. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Window(Arc<Mutex<Batches>>);

#[derive(Debug)]
struct Batches {
    extent: Extent,
    /// The number of the first batch that is still there.
    first: u64,
    batches: VecDeque<Arc<Batch>>,
    bytes: usize,
}

/// The window has moved past the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FellBehind;

/// What a member has yet to read of a batch.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    batch: Arc<Batch>,
    number: u64,
    /// From here to the end.
    offset: usize,
}

impl Window {
    pub(crate) fn new(extent: Extent) -> Self {
        let batches = Batches { extent, first: 0, batches: VecDeque::new(), bytes: 0 };
        Window(Arc::new(Mutex::new(batches)))
    }

    /// Appends what was gathered, and drops what is too old or too much. The draft is empty afterwards.
    pub(crate) fn push(&self, draft: &mut Draft, now: Instant) {
        if draft.is_empty() {
            return;
        }
        let batch = Batch { bytes: draft.0.as_slice().into(), made: now };
        draft.0.clear();
        draft.0.shrink_to(Draft::KEPT);
        let mut batches = self.lock();
        batches.bytes += batch.bytes.len();
        batches.batches.push_back(Arc::new(batch));
        batches.trim(now, 1);
    }

    /// Drops what is too old. Returns whether anything is left.
    pub(crate) fn trim(&self, now: Instant) -> bool {
        let mut batches = self.lock();
        batches.trim(now, 0);
        !batches.batches.is_empty()
    }

    /// Behind everything that was pushed so far.
    pub(crate) fn end(&self) -> Cursor {
        let batches = self.lock();
        Cursor { batch: batches.first + batches.batches.len() as u64, offset: 0 }
    }

    /// Puts into `pieces`, until there are `most`, what lies before the member, at most up to `until`: a place that
    /// was once the [`end`](Window::end).
    pub(crate) fn read(
        &self,
        cursor: Cursor,
        until: Option<Cursor>,
        most: usize,
        pieces: &mut Vec<Piece>,
    ) -> Result<(), FellBehind> {
        let batches = self.lock();
        let behind = cursor.batch.checked_sub(batches.first).ok_or(FellBehind)?;
        let mut offset = cursor.offset;
        for (batch, number) in batches.batches.iter().skip(behind as usize).zip(cursor.batch..) {
            if pieces.len() >= most || until.is_some_and(|until| number >= until.batch) {
                break;
            }
            pieces.push(Piece { batch: batch.clone(), number, offset });
            offset = 0;
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Batches> {
        // Nothing in here can panic half-way, so what a panicking thread left is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batches {
    fn trim(&mut self, now: Instant, keep: usize) {
        while self.batches.len() > keep
            && let Some(oldest) = self.batches.front()
            && (self.bytes > self.extent.bytes
                || now.saturating_duration_since(oldest.made) > self.extent.age)
        {
            self.bytes -= oldest.bytes.len();
            self.first += 1;
            self.batches.pop_front();
        }
    }
}

impl Piece {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.batch.bytes[self.offset..]
    }

    /// The place behind the frame in which the byte at `written` lies, and that frame's rest from there; or just the
    /// place, if `written` is between two frames.
    pub(crate) fn broken_at(&self, written: usize) -> (Cursor, &[u8]) {
        let bytes = self.bytes();
        let mut end = 0;
        while end < written {
            end += frame_length(&bytes[end..]);
        }
        let end = end.min(bytes.len());
        if end == bytes.len() {
            return (self.end(), &bytes[written..]);
        }
        let cursor = Cursor { batch: self.number, offset: self.offset + end };
        (cursor, &bytes[written..end])
    }

    /// The place behind the piece: not one in this batch, which may be dropped then.
    pub(crate) fn end(&self) -> Cursor {
        Cursor { batch: self.number + 1, offset: 0 }
    }
}

/// The length of the whole frame, sent by a server, at the start of `bytes` (RFC 6455 section 5.2).
fn frame_length(bytes: &[u8]) -> usize {
    let length = |from: usize, to: usize| {
        let field = bytes.get(from..to).unwrap_or_default();
        field.iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
    };
    match bytes.get(1) {
        Some(126) => 4 + length(2, 4),
        Some(127) => 10 + length(2, 10),
        Some(short) => 2 + usize::from(*short),
        None => bytes.len().max(1),
    }
}

#[cfg(test)]
mod tests {
    use playground_core::websocket::{Frame, Opcode};

    use super::*;

    const EXTENT: Extent = Extent { bytes: 1000, age: Duration::from_secs(10) };

    fn push(window: &Window, payloads: &[&[u8]], now: Instant) {
        let mut draft = Draft::default();
        for payload in payloads {
            draft.frame(|out| {
                Frame { fin: true, opcode: Opcode::Text, mask: None, payload }.encode(out);
            });
        }
        window.push(&mut draft, now);
        assert!(draft.is_empty());
    }

    fn read(window: &Window, cursor: &mut Cursor) -> Result<Vec<u8>, FellBehind> {
        let mut pieces = Vec::new();
        window.read(*cursor, None, 64, &mut pieces)?;
        if let Some(last) = pieces.last() {
            *cursor = last.end();
        }
        Ok(pieces.iter().flat_map(|piece| piece.bytes().to_vec()).collect())
    }

    #[test]
    fn a_member_reads_what_came_after_it_once_and_in_order() {
        let (window, now) = (Window::new(EXTENT), Instant::now());
        push(&window, &[b"before"], now);
        let mut cursor = window.end();
        assert_eq!(read(&window, &mut cursor), Ok(vec![]));
        push(&window, &[b"a", b"b"], now);
        push(&window, &[b"c"], now);
        assert_eq!(read(&window, &mut cursor).unwrap(), b"\x81\x01a\x81\x01b\x81\x01c");
        assert_eq!(cursor, window.end());
        assert_eq!(read(&window, &mut cursor), Ok(vec![]));
    }

    #[test]
    fn who_has_read_everything_never_falls_behind() {
        let (window, now) = (Window::new(EXTENT), Instant::now());
        let mut cursor = window.end();
        push(&window, &[b"a", b"b"], now);
        assert!(read(&window, &mut cursor).is_ok());
        assert!(!window.trim(now + EXTENT.age * 2), "nothing is kept for ever");
        assert_eq!(read(&window, &mut cursor), Ok(vec![]));
    }

    #[test]
    fn the_window_is_bounded_in_bytes_and_time_and_who_is_left_behind_learns_it() {
        let (window, now) = (Window::new(EXTENT), Instant::now());
        let (mut slow, mut slower) = (window.end(), window.end());
        push(&window, &[&[b'a'; 400]], now);
        assert!(read(&window, &mut slow).is_ok());
        for _ in 0..2 {
            push(&window, &[&[b'b'; 400]], now);
        }
        assert_eq!(read(&window, &mut slower), Err(FellBehind));
        assert_eq!(read(&window, &mut slow).unwrap().len(), 2 * 404);
        push(&window, &[&[b'c'; 5000]], now);
        assert_eq!(
            read(&window, &mut slow).unwrap().len(),
            5004,
            "the newest is kept, however large"
        );
        let mut late = window.end();
        push(&window, &[b"d"], now);
        assert!(!window.trim(now + EXTENT.age * 2));
        assert_eq!(read(&window, &mut late), Err(FellBehind));
    }

    #[test]
    fn a_broken_write_is_gone_on_with_at_the_end_of_its_frame() {
        let (window, now) = (Window::new(EXTENT), Instant::now());
        let start = window.end();
        let payloads: [&[u8]; 5] = [b"", b"abc", &[b'd'; 126], &[b'e'; 70_000], b"f"];
        push(&window, &payloads, now);
        let mut pieces = Vec::new();
        window.read(start, None, 64, &mut pieces).unwrap();
        let [piece] = pieces.as_slice() else { panic!("{pieces:?}") };
        let all = piece.bytes();
        let mut ends = vec![0];
        for (payload, head) in payloads.iter().zip([2, 2, 4, 10, 2]) {
            ends.push(ends[ends.len() - 1] + head + payload.len());
        }
        assert_eq!(ends.last(), Some(&all.len()));
        for written in (0..300).chain(ends.iter().flat_map(|end| [end.saturating_sub(1), *end])) {
            let (mut cursor, rest) = piece.broken_at(written);
            let end = *ends.iter().find(|end| **end >= written).unwrap();
            assert_eq!(rest, &all[written..end]);
            assert_eq!(read(&window, &mut cursor).unwrap(), &all[end..], "from {written}");
        }
    }
}

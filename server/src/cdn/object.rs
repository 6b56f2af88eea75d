//! A body at an edge: how much of it has arrived, where the latest of it is, and how it ended.
//!
//! What has arrived is cut in pieces, which [`Chunks`] keep. The piece that is arriving and the last ones before it
//! are here, so that whoever reads along needs no store, and so that nobody waits for a whole piece.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{Notify, watch};
use tokio::time::timeout;

use super::chunks::CHUNK;

/// How many whole pieces stay here besides the one that is arriving.
const RECENT: usize = 2;
/// How many frames the arriving piece may have before they are joined.
const MOST_FRAMES: usize = 512;

/// How long a body waits for its first reader, once it cannot go on without.
const BEGINNING: Duration = Duration::from_secs(5);

/// A body. It has one writer and any number of readers.
#[derive(Debug)]
pub(super) struct Object {
    /// Its number, which no other body has.
    pub(super) id: u64,
    /// How long the origin says it is.
    declared: Option<u64>,
    arriving: Mutex<Arriving>,
    state: watch::Sender<State>,
    /// How far the furthest reader is.
    furthest: AtomicU64,
    has_read: Notify,
    is_on_disk: AtomicBool,
}

/// How far a body is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// How many bytes have arrived.
    pub(super) arrived: u64,
    pub(super) end: End,
}

/// Whether more will come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum End {
    #[default]
    Open,
    /// All has arrived.
    Whole,
    /// The origin broke off, or was too slow.
    Broken,
}

#[derive(Debug, Default)]
struct Arriving {
    /// Which piece is arriving, from 0.
    number: u32,
    /// Its frames, each with where it begins in the piece.
    frames: Vec<(u64, Bytes)>,
    /// How much of it has arrived.
    length: u64,
    /// The pieces before it, the latest last.
    recent: VecDeque<(u32, Bytes)>,
}

/// Where bytes of a body are.
#[derive(Debug)]
pub(super) enum Found {
    /// Here they are: as many as lie together.
    Here(Bytes),
    /// In a piece that is whole and was handed to the store.
    Stored,
    /// They have not arrived yet.
    NotYet,
}

impl Object {
    /// A body of which nothing has arrived.
    pub(super) fn new(id: u64, declared: Option<u64>) -> Self {
        Self::at(id, declared, State::default())
    }

    /// A body that is whole in the store.
    pub(super) fn stored(id: u64, length: u64) -> Self {
        let object = Self::at(id, Some(length), State { arrived: length, end: End::Whole });
        object.set_on_disk();
        object
    }

    fn at(id: u64, declared: Option<u64>, state: State) -> Self {
        Self {
            id,
            declared,
            arriving: Mutex::default(),
            state: watch::Sender::new(state),
            furthest: AtomicU64::new(0),
            has_read: Notify::new(),
            is_on_disk: AtomicBool::new(false),
        }
    }

    pub(super) fn state(&self) -> State {
        *self.state.borrow()
    }

    /// Whether all of it has arrived.
    pub(super) fn is_whole(&self) -> bool {
        self.state().end == End::Whole
    }

    /// How long it is, as far as that is known.
    pub(super) fn length(&self) -> Option<u64> {
        let state = self.state();
        match state.end {
            End::Whole => Some(state.arrived),
            _ => self.declared,
        }
    }

    /// Learns of every change from here on.
    pub(super) fn watch(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Whether it is on disk, with its manifest.
    pub(super) fn is_on_disk(&self) -> bool {
        self.is_on_disk.load(Ordering::Relaxed)
    }

    pub(super) fn set_on_disk(&self) {
        self.is_on_disk.store(true, Ordering::Relaxed);
    }

    /// Whether anybody reads it, or reads along.
    pub(super) fn is_read(&self) -> bool {
        self.state.receiver_count() > 0
    }

    /// A reader has come to this position.
    pub(super) fn read_to(&self, position: u64) {
        self.furthest.fetch_max(position, Ordering::Relaxed);
        self.has_read.notify_one();
    }

    /// Waits until the furthest reader is near the end of what has arrived; whether anybody reads at all.
    pub(super) async fn is_read_on(&self) -> bool {
        loop {
            let has_read = self.has_read.notified();
            let ahead = self.state().arrived.saturating_sub(self.furthest.load(Ordering::Relaxed));
            if self.state.receiver_count() == 0 {
                // Whoever wanted it may be about to begin.
                if self.furthest.load(Ordering::Relaxed) > 0
                    || timeout(BEGINNING, has_read).await.is_err()
                {
                    return false;
                }
                continue;
            }
            if ahead <= RECENT as u64 * CHUNK {
                return true;
            }
            tokio::select! {
                () = has_read => {}
                // The last reader may leave without a word.
                () = self.state.closed() => return false,
            }
        }
    }

    /// More has arrived. Gives the pieces that became whole by it, for the store.
    pub(super) fn push(&self, mut bytes: Bytes) -> Vec<(u32, Bytes)> {
        let mut whole = Vec::new();
        let count = bytes.len() as u64;
        let mut arriving = self.lock();
        while !bytes.is_empty() {
            let room = CHUNK - arriving.length;
            let part = bytes.split_to(bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
            arriving.add(part);
            if arriving.length == CHUNK {
                whole.push(arriving.finish());
            }
        }
        drop(arriving);
        self.state.send_modify(|state| state.arrived += count);
        whole
    }

    /// The last piece, if anything of it has arrived, for the store. To be followed by [`Object::end`].
    pub(super) fn last_piece(&self) -> Option<(u32, Bytes)> {
        let mut arriving = self.lock();
        (arriving.length > 0).then(|| arriving.finish())
    }

    /// Nothing more comes.
    pub(super) fn end(&self, end: End) {
        self.state.send_modify(|state| state.end = end);
    }

    /// Lets go of what is in the store.
    pub(super) fn forget_recent(&self) {
        let mut arriving = self.lock();
        arriving.recent = VecDeque::new();
        arriving.frames = Vec::new();
    }

    /// Looks for the bytes from a position on.
    pub(super) fn find(&self, position: u64) -> Found {
        let arrived = self.state().arrived;
        if position >= arrived {
            return Found::NotYet;
        }
        let (number, offset) = split(position);
        let arriving = self.lock();
        if let Some((_, bytes)) = arriving.recent.iter().find(|(recent, _)| *recent == number) {
            return match usize::try_from(offset) {
                Ok(offset) if offset < bytes.len() => Found::Here(bytes.slice(offset..)),
                _ => Found::NotYet,
            };
        }
        if number < arriving.number || arriving.frames.is_empty() {
            return Found::Stored;
        }
        if number > arriving.number || offset >= arriving.length {
            return Found::NotYet;
        }
        let after = arriving.frames.partition_point(|(begin, _)| *begin <= offset);
        match after.checked_sub(1).and_then(|index| arriving.frames.get(index)) {
            Some((begin, bytes)) => {
                let skip = usize::try_from(offset - begin).unwrap_or(usize::MAX).min(bytes.len());
                Found::Here(bytes.slice(skip..))
            }
            None => Found::NotYet,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Arriving> {
        // Nobody panics between two changes that belong together.
        self.arriving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Arriving {
    fn add(&mut self, bytes: Bytes) {
        let begin = self.length;
        self.length += bytes.len() as u64;
        self.frames.push((begin, bytes));
        // Many small frames cost more than their bytes.
        if self.frames.len() >= MOST_FRAMES {
            let joined = join(&self.frames, self.length);
            self.frames = vec![(0, joined)];
        }
    }

    fn finish(&mut self) -> (u32, Bytes) {
        let piece = match self.frames.as_slice() {
            [(_, only)] if only.len() as u64 == CHUNK => only.clone(),
            frames => join(frames, self.length),
        };
        let number = self.number;
        self.frames.clear();
        self.length = 0;
        self.number += 1;
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back((number, piece.clone()));
        (number, piece)
    }
}

/// One copy of all the bytes: frames hold on to the larger buffers that they were read into.
fn join(frames: &[(u64, Bytes)], length: u64) -> Bytes {
    let mut joined = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    for (_, bytes) in frames {
        joined.extend_from_slice(bytes);
    }
    joined.into()
}

/// A position as the number of a piece and where in it.
pub(super) fn split(position: u64) -> (u32, u64) {
    (u32::try_from(position / CHUNK).unwrap_or(u32::MAX), position % CHUNK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(object: &Object, position: u64) -> Bytes {
        match object.find(position) {
            Found::Here(bytes) => bytes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_has_arrived_is_found_and_nothing_else() {
        let object = Object::new(1, None);
        assert!(matches!(object.find(0), Found::NotYet));
        assert!(object.push(Bytes::from_static(b"abc")).is_empty());
        assert!(object.push(Bytes::from_static(b"def")).is_empty());
        assert_eq!(here(&object, 1), "bc");
        assert_eq!(here(&object, 3), "def");
        assert!(matches!(object.find(6), Found::NotYet));
        assert_eq!(object.state().arrived, 6);
        assert_eq!(object.last_piece().unwrap(), (0, Bytes::from_static(b"abcdef")));
        object.end(End::Whole);
        assert_eq!(object.length(), Some(6));
        assert_eq!(here(&object, 5), "f");
        object.forget_recent();
        assert!(matches!(object.find(5), Found::Stored));
        assert!(matches!(object.find(6), Found::NotYet), "the end is no piece that is gone");
    }

    #[test]
    fn bytes_are_cut_in_pieces_and_old_pieces_are_the_stores() {
        let object = Object::new(1, Some(5 * CHUNK));
        let whole = object.push(Bytes::from(vec![7; 4 * CHUNK as usize + 1]));
        assert_eq!(whole.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1, 2, 3]);
        assert!(whole.iter().all(|(_, bytes)| bytes.len() as u64 == CHUNK));
        assert!(matches!(object.find(2 * CHUNK - 1), Found::Stored));
        assert_eq!(here(&object, 2 * CHUNK).len() as u64, CHUNK);
        assert_eq!(here(&object, 4 * CHUNK).len(), 1);
        assert!(matches!(object.find(4 * CHUNK + 1), Found::NotYet));
    }

    #[test]
    fn many_small_frames_are_joined() {
        let object = Object::new(1, None);
        for number in 0..2_000_u32 {
            object.push(Bytes::from(vec![(number % 251) as u8]));
        }
        assert!(object.lock().frames.len() < MOST_FRAMES);
        for position in 0..2_000 {
            assert_eq!(here(&object, position)[0], (position % 251) as u8);
        }
    }
}

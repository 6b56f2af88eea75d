//! The pages in memory: a buffer pool with a clock that sweeps, as PostgreSQL's.
//!
//! A page that is used gets a point, up to [`MOST_POINTS`]; the hand of the clock takes a point from every page that
//! it passes, and the first page that has none must go. If it was changed, it is written first. Simplified:
//! nobody writes changed pages beforehand, neither a background writer nor a checkpoint.

use super::page::PageId;
use serde::{Deserialize, Serialize};

/// `BM_MAX_USAGE_COUNT`.
pub const MOST_POINTS: u8 = 5;
/// What stands for a page that is not in memory.
const NOWHERE: u32 = u32::MAX;

/// What is done to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// It is read.
    Read,
    /// It is read and changed.
    Change,
    /// It is new: there is nothing to read.
    Create,
}

/// The pages in memory.
#[derive(Clone, Debug)]
pub struct Pool {
    capacity: usize,
    frames: Vec<Frame>,
    /// In which frame a page is, by the page's number.
    places: Vec<u32>,
    hand: usize,
    hits: u64,
    misses: u64,
    write_backs: u64,
}

#[derive(Clone, Copy, Debug)]
struct Frame {
    page: PageId,
    points: u8,
    is_dirty: bool,
}

impl Pool {
    /// An empty pool for so many pages, at least 1.
    pub fn new(capacity: u32) -> Self {
        Pool {
            capacity: capacity.max(1) as usize,
            frames: Vec::new(),
            places: Vec::new(),
            hand: 0,
            hits: 0,
            misses: 0,
            write_backs: 0,
        }
    }

    /// Brings a page into memory, unless it is there. Returns whether it was, or is new.
    pub fn touch(&mut self, page: PageId, access: Access) -> bool {
        let index = page.0 as usize;
        if self.places.len() <= index {
            self.places.resize(index + 1, NOWHERE);
        }
        let changes = access != Access::Read;
        if let Some(frame) = self.frames.get_mut(self.places[index] as usize) {
            frame.points = (frame.points + 1).min(MOST_POINTS);
            frame.is_dirty |= changes;
            self.hits += 1;
            return true;
        }
        self.misses += u64::from(access != Access::Create);
        let frame = Frame { page, points: 1, is_dirty: changes };
        if self.frames.len() < self.capacity {
            self.places[index] = self.frames.len() as u32;
            self.frames.push(frame);
        } else {
            let place = self.sweep();
            self.send_away(place);
            self.places[index] = place as u32;
            self.frames[place] = frame;
        }
        access == Access::Create
    }

    /// Whether a page is in memory.
    pub fn holds(&self, page: PageId) -> bool {
        self.frame(page).is_some()
    }

    /// Whether a page is in memory and was changed since it was read.
    pub fn is_dirty(&self, page: PageId) -> bool {
        self.frame(page).is_some_and(|frame| frame.is_dirty)
    }

    /// For how many pages there is room.
    pub fn capacity(&self) -> u32 {
        self.capacity as u32
    }

    /// How many pages are in memory.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// How often a page was in memory when it was needed.
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// How often it had to be read.
    pub fn misses(&self) -> u64 {
        self.misses
    }

    /// How often a changed page had to be written because another one needed its place.
    pub fn write_backs(&self) -> u64 {
        self.write_backs
    }

    /// Makes room for more pages, or for fewer: then the clock says which ones have to go. At least 1.
    pub fn set_capacity(&mut self, capacity: u32) {
        self.capacity = capacity.max(1) as usize;
        while self.frames.len() > self.capacity {
            let place = self.sweep();
            self.send_away(place);
            self.frames.swap_remove(place);
            if let Some(moved) = self.frames.get(place) {
                self.places[moved.page.0 as usize] = place as u32;
            }
            self.hand %= self.frames.len();
        }
    }

    fn frame(&self, page: PageId) -> Option<&Frame> {
        let place = *self.places.get(page.0 as usize)?;
        self.frames.get(place as usize)
    }

    /// The frame whose page must go. The hand stops behind it.
    fn sweep(&mut self) -> usize {
        loop {
            let at = self.hand;
            self.hand = (at + 1) % self.frames.len();
            match self.frames[at].points.checked_sub(1) {
                Some(points) => self.frames[at].points = points,
                None => return at,
            }
        }
    }

    fn send_away(&mut self, place: usize) {
        let frame = self.frames[place];
        self.write_backs += u64::from(frame.is_dirty);
        self.places[frame.page.0 as usize] = NOWHERE;
    }
}

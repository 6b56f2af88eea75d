//! W-TinyLFU: a newcomer is let in only if it was asked for more often of late than what it would push out.
//!
//! Einziger, Friedman and Manes, "TinyLFU: A Highly Efficient Cache Admission Policy" (ACM Transactions on
//! Storage 13(4), 2017; arXiv 1512.00727), section 4. New objects enter a window, a hundredth of the cache, whose
//! least recently used is the candidate for the main part. That part is a segmented LRU: on probation is
//! what came in, protected, up to four fifths, what was asked for there again. If there is no room, the
//! candidate has to beat the least recently used on probation by its estimated frequency; ties go to the one that is
//! there. The window's share is fixed; Caffeine, where the policy comes from, adapts it to the workload.
//!
//! Objects of different sizes are compared as in Einziger, Eytan, Friedman and Manes, "Lightweight Robust
//! Size Aware Cache Management" (ACM Transactions on Storage 18(3), 2022; arXiv 2105.08770), by aggregated
//! victims: a candidate has to beat the sum of the frequencies of all that have to go for it. An object
//! larger than the window is a candidate at once.

use super::frequency::Frequencies;
use super::shelf::{Entry, Place, Queue, Shelf};
use super::{Admission, Eviction, Key};

/// Where an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment {
    Window,
    Probation,
    Protected,
}

/// The window, the segmented LRU and the sketch of frequencies.
#[derive(Clone, Debug)]
pub struct WTinyLfu<K> {
    capacity_bytes: u64,
    window_bytes: u64,
    protected_bytes: u64,
    shelf: Shelf<K, Segment>,
    window: Queue,
    probation: Queue,
    protected: Queue,
    frequencies: Frequencies,
}

impl<K: Key> WTinyLfu<K> {
    /// Holds nothing yet; the window is a hundredth.
    pub fn new(capacity_bytes: u64) -> Self {
        WTinyLfu::with_window(capacity_bytes, 1)
    }

    /// The same with another share for the window, in percent, up to 100: the larger, the more it is like LRU.
    pub fn with_window(capacity_bytes: u64, window_percent: u8) -> Self {
        let share =
            |bytes: u64, percent: u64| (u128::from(bytes) * u128::from(percent) / 100) as u64;
        let window_bytes = share(capacity_bytes, u64::from(window_percent.min(100)));
        WTinyLfu {
            capacity_bytes,
            window_bytes,
            protected_bytes: share(capacity_bytes - window_bytes, 80),
            shelf: Shelf::new(),
            window: Queue::default(),
            probation: Queue::default(),
            protected: Queue::default(),
            frequencies: Frequencies::new(),
        }
    }

    /// A segment's queue, and where its entries lie.
    fn segment(&mut self, segment: Segment) -> (&mut Queue, &mut Shelf<K, Segment>) {
        let queue = match segment {
            Segment::Window => &mut self.window,
            Segment::Probation => &mut self.probation,
            Segment::Protected => &mut self.protected,
        };
        (queue, &mut self.shelf)
    }

    fn push(&mut self, place: Place, segment: Segment) {
        self.shelf[place].mark = segment;
        let (queue, shelf) = self.segment(segment);
        queue.push(shelf, place);
    }

    fn unlink(&mut self, place: Place) {
        let (queue, shelf) = self.segment(self.shelf[place].mark);
        queue.unlink(shelf, place);
    }

    fn renew(&mut self, place: Place) {
        let (queue, shelf) = self.segment(self.shelf[place].mark);
        queue.renew(shelf, place);
    }

    fn take(&mut self, place: Place) -> Entry<K, Segment> {
        self.unlink(place);
        self.shelf.take(place)
    }

    /// Moves an object from probation to where it is safe, and back what has been safe the longest.
    fn protect(&mut self, place: Place) {
        self.unlink(place);
        self.push(place, Segment::Protected);
        while self.protected.bytes() > self.protected_bytes
            && let Some(oldest) = self.protected.oldest()
        {
            self.unlink(oldest);
            self.push(oldest, Segment::Probation);
        }
    }

    /// Lets a candidate, which is in no queue, into the main part if it deserves it; true if so.
    fn admit(&mut self, candidate: Place, evicted: &mut Vec<K>) -> bool {
        let Some(victims) = self.victims(candidate) else { return false };
        evicted.extend(victims.into_iter().map(|victim| self.take(victim).key));
        self.push(candidate, Segment::Probation);
        true
    }

    /// What has to go for a candidate; none if that is asked for as often as the candidate, or does not
    /// make room enough.
    fn victims(&self, candidate: Place) -> Option<Vec<Place>> {
        let Entry { hash, bytes, .. } = self.shelf[candidate];
        let room = self.capacity_bytes - self.window_bytes;
        let held = self.probation.bytes() + self.protected.bytes();
        // What has no room at all must not empty the cache before it fails.
        let mut missing = held.saturating_sub(room.checked_sub(bytes)?);
        let mut victims = Vec::new();
        if missing == 0 {
            return Some(victims);
        }
        let worth = self.frequencies.estimate(hash);
        let mut their_worth = 0;
        let main = self.probation.places(&self.shelf).chain(self.protected.places(&self.shelf));
        for victim in main {
            their_worth += self.frequencies.estimate(self.shelf[victim].hash);
            if their_worth >= worth {
                return None;
            }
            victims.push(victim);
            missing = missing.saturating_sub(self.shelf[victim].bytes);
            if missing == 0 {
                break;
            }
        }
        Some(victims)
    }
}

impl<K: Key> Eviction<K> for WTinyLfu<K> {
    fn hit(&mut self, key: &K) -> bool {
        let Some(place) = self.shelf.find(key) else { return false };
        let Entry { hash, bytes, mark, .. } = self.shelf[place];
        self.frequencies.count(hash);
        if mark == Segment::Probation && bytes <= self.protected_bytes {
            self.protect(place);
        } else {
            self.renew(place);
        }
        true
    }

    fn insert(&mut self, key: K, bytes: u64, evicted: &mut Vec<K>) -> Admission {
        let is_new = self.remove(&key).is_none();
        if bytes > self.capacity_bytes {
            return Admission::Refused;
        }
        let place = self.shelf.put(key, bytes, Segment::Window);
        self.frequencies.make_room(self.shelf.len());
        if is_new {
            self.frequencies.count(self.shelf[place].hash);
        }
        if bytes > self.window_bytes {
            if self.admit(place, evicted) {
                return Admission::Admitted;
            }
            self.shelf.take(place);
            return Admission::Refused;
        }
        self.push(place, Segment::Window);
        while self.window.bytes() > self.window_bytes
            && let Some(candidate) = self.window.oldest()
        {
            self.unlink(candidate);
            if !self.admit(candidate, evicted) {
                evicted.push(self.shelf.take(candidate).key);
            }
        }
        Admission::Admitted
    }

    fn remove(&mut self, key: &K) -> Option<u64> {
        let place = self.shelf.find(key)?;
        Some(self.take(place).bytes)
    }

    fn bytes_of(&self, key: &K) -> Option<u64> {
        self.shelf.find(key).map(|place| self.shelf[place].bytes)
    }

    fn held(&self) -> Vec<(&K, u64)> {
        let queues = [&self.window, &self.probation, &self.protected];
        queues.into_iter().flat_map(|queue| queue.oldest_first(&self.shelf)).collect()
    }

    fn len(&self) -> usize {
        self.shelf.len()
    }

    fn used_bytes(&self) -> u64 {
        self.shelf.bytes()
    }

    fn capacity_bytes(&self) -> u64 {
        self.capacity_bytes
    }
}

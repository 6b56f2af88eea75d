//! What readers ask a cache for: a popularity that follows Zipf's law, and what spoils it for a cache.
//!
//! A workload is a value; its requests are an endless iterator that the seed determines. Objects `0` to
//! `objects − 1` are the catalogue, the most popular first. Over it may lie one-hit wonders (objects that are
//! asked for once and never again), scans (a crawler that walks through objects that nobody else wants), and a
//! shift of what is popular. Requests are independent of each other otherwise: real readers ask in sessions and
//! by the time of day.
//!
//! - [`zipf`]: popularity, with weights that are the same everywhere
//! - [`sizes`]: how large an object is
//! - [`preset`]: workloads worth seeing

pub mod preset;
pub mod sizes;
pub mod zipf;

pub use preset::Preset;
pub use sizes::Sizes;
pub use zipf::Zipf;

use crate::sim::Rng;
use serde::{Deserialize, Serialize};

/// The number of the first one-hit wonder; the catalogue lies below.
pub const FIRST_WONDER: u64 = 1 << 40;
/// The number of the first object that scans walk through.
pub const FIRST_SCANNED: u64 = 1 << 41;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// How many objects the catalogue has, 1 to [`zipf::MOST_OBJECTS`].
    pub objects: u32,
    /// Zipf's α in thousandths, up to [`zipf::MOST_ALPHA_MILLI`]: 0 is uniform, the web is near 800, and
    /// from 1000 on few objects get most requests.
    pub alpha_milli: u32,
    /// How large the objects are.
    pub sizes: Sizes,
    /// How many requests in a hundred are for an object that nobody asks for again, up to 100.
    pub wonders_percent: u8,
    /// A crawler that comes again and again.
    pub scan: Option<Scan>,
    /// What is popular changes.
    pub shift: Option<Shift>,
    /// Determines the requests, and which object has which size.
    pub seed: u64,
}

/// A crawler: it walks through objects of its own, one request each, always in the same order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// How many requests of others there are before each of its walks; 0 is taken as 1.
    pub every: u32,
    /// How many objects it walks through.
    pub objects: u32,
}

/// A shift of the working set: the most popular objects become the least popular, and the others rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// How many requests there are between two shifts, those of scans apart; 0 is taken as 1.
    pub every: u32,
    /// How many objects of the catalogue fall from the top each time.
    pub objects: u32,
}

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The object's number.
    pub object: u64,
    /// How large it is: the same in every request.
    pub bytes: u64,
}

impl Workload {
    /// Independent requests for objects of one byte, so that a cache's capacity counts objects.
    pub const fn zipf(objects: u32, alpha_milli: u32, seed: u64) -> Self {
        Workload {
            objects,
            alpha_milli,
            sizes: Sizes::Equal { bytes: 1 },
            wonders_percent: 0,
            scan: None,
            shift: None,
            seed,
        }
    }

    /// The requests, without end.
    pub fn requests(&self) -> Requests {
        Requests {
            workload: *self,
            zipf: Zipf::new(self.objects, self.alpha_milli),
            rng: Rng::new(self.seed),
            asked: 0,
            wonders: 0,
            offset: 0,
            scanned: None,
        }
    }

    /// How large an object is, in bytes.
    pub fn bytes_of(&self, object: u64) -> u64 {
        self.sizes.bytes_of(object, self.seed)
    }

    /// How large the catalogue is, in bytes.
    pub fn catalogue_bytes(&self) -> u64 {
        let objects = 0..u64::from(zipf::clamped_objects(self.objects));
        objects.map(|object| self.bytes_of(object)).fold(0, u64::saturating_add)
    }
}

/// The requests of a workload.
#[derive(Clone, Debug)]
pub struct Requests {
    workload: Workload,
    zipf: Zipf,
    rng: Rng,
    /// How many requests there were, those of scans apart.
    asked: u64,
    wonders: u64,
    /// The number of the object that is the most popular.
    offset: u64,
    /// How far a scan has come that is going on.
    scanned: Option<u32>,
}

impl Requests {
    /// The workload whose requests they are.
    pub fn workload(&self) -> &Workload {
        &self.workload
    }

    fn next_object(&mut self) -> u64 {
        if let Some(object) = self.next_scanned() {
            return object;
        }
        self.asked += 1;
        let is_due = |every: u32, asked: u64| asked.is_multiple_of(u64::from(every.max(1)));
        if let Some(scan) = self.workload.scan
            && is_due(scan.every, self.asked)
        {
            self.scanned = Some(0);
        }
        let objects = u64::from(self.zipf.objects());
        if let Some(shift) = self.workload.shift
            && is_due(shift.every, self.asked)
        {
            self.offset = (self.offset + u64::from(shift.objects)) % objects;
        }
        if self.rng.chance(u32::from(self.workload.wonders_percent) * 10_000) {
            self.wonders += 1;
            return FIRST_WONDER + self.wonders - 1;
        }
        (u64::from(self.zipf.draw(&mut self.rng)) + self.offset) % objects
    }

    /// The next object of the scan that is going on, if there is one.
    fn next_scanned(&mut self) -> Option<u64> {
        let at = self.scanned?;
        let is_left = self.workload.scan.is_some_and(|scan| at < scan.objects);
        self.scanned = is_left.then_some(at + 1);
        is_left.then_some(FIRST_SCANNED + u64::from(at))
    }
}

impl Iterator for Requests {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        let object = self.next_object();
        Some(Request { object, bytes: self.workload.bytes_of(object) })
    }
}

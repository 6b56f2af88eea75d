//! The points of a ring as one sorted array, and an index that finds a position's place in it.
//!
//! The circle is cut into equally long arcs, about one for every five points; for each the index knows
//! the first point that may lie in it. As points are spread like the hashes that they are, a lookup
//! reads one entry of the index and a few neighbouring points. Where many points crowd on one arc,
//! placed there by hand or by a poor hash, it falls back to bisection.

use super::{Point, ShardId};
use std::cmp::Ordering;

/// How many points a lookup passes one by one before it falls back to bisection.
const SCAN: usize = 24;
/// Up to so many points are sorted as any others are.
const DEALT: usize = 4_096;
/// One point in so many may be allocated in advance, so that the table grows without being copied
/// every time, and yet has little to spare.
const SPARE: usize = 128;

/// The order of points: their positions first. Behind a pointer, as it is rarely asked.
type Order<'a> = dyn Fn(&Point, &Point) -> Ordering + 'a;

/// Sorted points with their index.
#[derive(Clone, Debug, Default)]
pub(crate) struct PointTable {
    points: Vec<Point>,
    /// For each arc, the number of points before it. Of 4 bytes each: a table of more than 2³² points
    /// has but one arc.
    starts: Vec<u32>,
}

impl PointTable {
    /// All points, in order.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The memory that the points and their index take, spare room included, in bytes.
    pub fn bytes(&self) -> usize {
        self.points.capacity() * size_of::<Point>() + self.starts.capacity() * size_of::<u32>()
    }

    /// The index of the first point at or after a position; the number of points if there is none.
    #[inline]
    pub fn seat(&self, position: u64) -> usize {
        let Some(&start) = self.starts.get(arc(self.starts.len(), position)) else { return 0 };
        let start = start as usize;
        let rest = self.points.get(start..).unwrap_or_default();
        match rest.iter().take(SCAN).position(|point| point.position >= position) {
            Some(passed) => start + passed,
            None => start + rest.partition_point(|point| point.position < position),
        }
    }

    /// The first point at or after a position, going around if need be; none if there is no point.
    #[inline]
    pub fn at(&self, position: u64) -> Option<&Point> {
        self.points.get(self.seat(position)).or(self.points.first())
    }

    /// Removes all points.
    pub fn clear(&mut self) {
        self.points.clear();
        self.starts.clear();
    }

    /// Sorts some new points and merges them into the sorted ones from the back, in place: each
    /// stretch between two new points is moved as a whole.
    pub fn merge(&mut self, mut new: Vec<Point>, order: &Order) {
        sort(&mut new, order);
        if self.points.is_empty() {
            self.points = new;
            self.points.shrink_to_fit();
            return self.index_anew();
        }
        let seats: Vec<usize> = new.iter().map(|point| self.seat_of(point, order)).collect();
        self.reserve(new.len());
        let mut unmoved = self.points.len();
        self.points.extend_from_slice(&new);
        for (before, (point, seat)) in new.iter().zip(seats).enumerate().rev() {
            self.points.copy_within(seat..unmoved, seat + before + 1);
            self.points[seat + before] = *point;
            unmoved = seat;
        }
        self.reindex(new.iter().map(|point| point.position), 1);
    }

    /// Removes the points of a shard.
    pub fn remove(&mut self, shard: ShardId) {
        let mut removed = Vec::new();
        self.points.retain(|point| {
            let is_its_own = point.shard == shard;
            if is_its_own {
                removed.push(point.position);
            }
            !is_its_own
        });
        self.points.shrink_to(self.points.len() + self.points.len() / SPARE);
        self.reindex(removed.into_iter(), -1);
    }

    /// Moves a point, if it is there.
    pub fn relocate(&mut self, shard: ShardId, virtual_node: u32, to: u64, order: &Order) {
        let is_it = |point: &Point| point.shard == shard && point.virtual_node == virtual_node;
        let Some(index) = self.points.iter().position(is_it) else { return };
        let from = self.points.remove(index);
        self.reindex(std::iter::once(from.position), -1);
        self.merge(vec![Point { position: to, ..from }], order);
    }

    /// Where a new point belongs: behind those before it, also of those at its own position.
    fn seat_of(&self, point: &Point, order: &Order) -> usize {
        let seat = self.seat(point.position);
        let rest = &self.points[seat..];
        if rest.first().is_some_and(|next| next.position == point.position) {
            seat + rest.partition_point(|it| order(it, point).is_lt())
        } else {
            seat
        }
    }

    fn reserve(&mut self, additional: usize) {
        let needed = self.points.len() + additional;
        if needed > self.points.capacity() {
            self.points.reserve_exact(additional + needed / SPARE);
        }
    }

    /// Brings the index up to date after points have come (`by` 1) or gone (`by` −1) at these sorted
    /// positions: arc by arc, or anew where the number of arcs no longer suits that of the points.
    fn reindex(&mut self, changed: impl Iterator<Item = u64>, by: i32) {
        if !suits(self.starts.len(), self.points.len()) {
            return self.index_anew();
        }
        let arcs = self.starts.len();
        let (mut from, mut shift) = (0, 0_u32);
        for position in changed {
            let next = arc(arcs, position) + 1;
            add_to_all(&mut self.starts[from..next], shift);
            shift = shift.wrapping_add_signed(by);
            from = next;
        }
        add_to_all(&mut self.starts[from..], shift);
    }

    fn index_anew(&mut self) {
        let arcs = best_arcs(self.points.len());
        self.starts.clear();
        // Exactly, since what is spare counts, too.
        self.starts.shrink_to(arcs);
        self.starts.reserve_exact(arcs);
        for (before, point) in self.points.iter().enumerate() {
            let arc = arc(arcs, point.position);
            if arc >= self.starts.len() {
                self.starts.resize(arc + 1, before as u32);
            }
        }
        self.starts.resize(arcs, self.points.len() as u32);
    }
}

/// Sorts points. Many are first dealt out to as many arcs: spread as hashes are, they then lie within a
/// few places of where they belong, and what is left to sort is short.
fn sort(points: &mut Vec<Point>, order: &Order) {
    let arcs = points.len();
    if arcs > DEALT && u32::try_from(arcs).is_ok() {
        let mut ends = vec![0_u32; arcs];
        for point in points.iter() {
            ends[arc(arcs, point.position)] += 1;
        }
        let mut before = 0;
        for end in &mut ends {
            before += *end;
            *end = before;
        }
        let mut dealt = points.clone();
        for point in points.iter() {
            let end = &mut ends[arc(arcs, point.position)];
            *end -= 1;
            dealt[*end as usize] = *point;
        }
        *points = dealt;
        let starts = ends.iter().map(|start| *start as usize);
        let ends = starts.clone().skip(1).chain([arcs]);
        for (start, end) in starts.zip(ends) {
            sort_by_position(&mut points[start..end]);
        }
    } else {
        sort_by_position(points);
    }
    for coinciding in points.chunk_by_mut(|a, b| a.position == b.position) {
        if coinciding.len() > 1 {
            coinciding.sort_unstable_by(order);
        }
    }
}

/// Compiled once, since sorting is much code.
fn sort_by_position(points: &mut [Point]) {
    points.sort_unstable_by_key(|point| point.position);
}

fn add_to_all(starts: &mut [u32], shift: u32) {
    if shift != 0 {
        starts.iter_mut().for_each(|start| *start = start.wrapping_add(shift));
    }
}

/// Which of so many equally long arcs a position lies in, told by its upper half.
#[inline]
fn arc(arcs: usize, position: u64) -> usize {
    (((position >> 32) * arcs as u64) >> 32) as usize
}

/// One arc for every 4.75 points.
fn best_arcs(points: usize) -> usize {
    match points {
        0 => 0,
        _ if points > u32::MAX as usize => 1,
        _ => (points * 4 / 19).max(1),
    }
}

/// Whether so many arcs will do for so many points: at most 5.5 points an arc keep the scan short, and
/// at least 32/7 keep the index at seven eighths of a byte a point.
fn suits(arcs: usize, points: usize) -> bool {
    let points = points as u64;
    let arcs = arcs as u64;
    arcs > 0 && points <= u64::from(u32::MAX) && points * 2 <= arcs * 11 && points * 7 >= arcs * 32
}

//! Where things stand in the figure: a square of 400 by 400, the ring in its middle.

use playground_core::consistent_hashing::lab::{Frame, KeyView};
use std::f64::consts::{FRAC_PI_2, TAU};

/// The side of the square; the canvas and the drawing laid over it share it.
pub const SIDE: f64 = 400.0;
/// The radius of the ring.
pub const RING: f64 = 152.0;
/// The width of the ring's band.
pub const BAND: f64 = 10.0;
/// Beyond this many keys a pile is drawn as a bar: single dots could not be told apart.
pub const MOST_DOTS: usize = 1_500;
/// Where the piles begin, below the band.
pub const PILE_TOP: f64 = RING - 19.0;
/// Where names of shards stand.
pub const NAMES: f64 = RING + 27.0;
/// The radius of a key's dot.
pub const DOT: f64 = 3.7;
const MIDDLE: f64 = SIDE / 2.0;
const PILE_BOTTOM: f64 = 34.0;
const SPACING: f64 = 8.6;

/// Which part of a turn a position is, clockwise from the top, 0 to 1.
pub fn turn(position: u64) -> f64 {
    position as f64 / 18_446_744_073_709_551_616.0
}

/// Degrees clockwise from the top.
pub fn degrees(position: u64) -> f64 {
    turn(position) * 360.0
}

/// The angle that a canvas wants.
pub fn angle(position: u64) -> f64 {
    turn(position) * TAU - FRAC_PI_2
}

/// The place at a radius in the direction of a position.
pub fn place(position: u64, radius: f64) -> (f64, f64) {
    let angle = angle(position);
    (MIDDLE + radius * angle.cos(), MIDDLE + radius * angle.sin())
}

/// The middle of the figure, where the database stands.
pub const fn middle() -> (f64, f64) {
    (MIDDLE, MIDDLE)
}

/// Which 65,536th of a turn lies in the direction of a place.
pub fn turn_at((x, y): (f64, f64)) -> u16 {
    let turn = ((y - MIDDLE).atan2(x - MIDDLE) + FRAC_PI_2) / TAU;
    (turn.rem_euclid(1.0) * 65_536.0).round() as u32 as u16
}

/// The seats of the keys below the points they belong to, in piles towards the middle.
pub struct Seats {
    /// How many keys belong to each point.
    counts: Vec<u32>,
}

impl Seats {
    /// Seats everybody, and tells the place of each key within its pile.
    pub fn new(frame: &Frame, keys: &[KeyView]) -> (Self, Vec<u32>) {
        let mut counts = vec![0; frame.points().len()];
        let rank = |key: &KeyView| {
            let count = key.point.and_then(|point| counts.get_mut(point));
            count.map_or(0, |count| {
                *count += 1;
                *count - 1
            })
        };
        let ranks = keys.iter().map(rank).collect();
        (Seats { counts }, ranks)
    }

    /// The seat of a place in the pile of a point at a position.
    pub fn seat(&self, rank: u32, point: usize, position: u64) -> (f64, f64) {
        let rows = ((PILE_TOP - PILE_BOTTOM) / SPACING).floor() as u32;
        let count = self.counts.get(point).copied().unwrap_or(0);
        let columns = count.div_ceil(rows).max(1);
        let (row, column) = (f64::from(rank / columns), f64::from(rank % columns));
        let aside = (column - f64::from(columns - 1) / 2.0) * SPACING;
        let (x, y) = place(position, PILE_TOP - row * SPACING);
        let angle = angle(position);
        (x - angle.sin() * aside, y + angle.cos() * aside)
    }
}

/// The key at rest whose dot is at a place, if dots are drawn and one is near.
pub fn key_near(frame: &Frame, (x, y): (f64, f64)) -> Option<usize> {
    if frame.names.len() > MOST_DOTS {
        return None;
    }
    let keys: Vec<KeyView> = frame.keys().collect();
    let (seats, ranks) = Seats::new(frame, &keys);
    let distance = |(number, key): (usize, &KeyView)| {
        let point = key.point?;
        let seat = seats.seat(ranks[number], point, frame.points().get(point)?.position);
        Some((number, (seat.0 - x).hypot(seat.1 - y)))
    };
    let nearest =
        keys.iter().enumerate().filter_map(distance).min_by(|a, b| a.1.total_cmp(&b.1))?;
    (nearest.1 <= SPACING).then_some(nearest.0)
}

/// Where a key's journey begins: at the point of its old shard that it belonged to; on its own place
/// of the ring if that shard is gone; at the database if its copy was lost.
pub fn departure(frame: &Frame, number: usize, key: &KeyView) -> Option<(f64, f64)> {
    let Some(from) = key.journey?.from else { return Some(middle()) };
    let position = frame.names.get(number)?.position;
    let points = frame.points();
    let next = frame.point_at(position)?;
    let mut clockwise = points[next..].iter().chain(&points[..next]);
    let start = clockwise.find(|point| point.shard == from).map_or(position, |it| it.position);
    Some(place(start, PILE_TOP))
}

/// A place on the way between two, which bends towards the middle.
pub fn on_the_way(from: (f64, f64), to: (f64, f64), progress: f64) -> (f64, f64) {
    let eased = progress * progress * (3.0 - 2.0 * progress);
    let bend = |a: f64, b: f64| ((a + b) / 2.0) * 0.55 + MIDDLE * 0.45;
    let via = (bend(from.0, to.0), bend(from.1, to.1));
    let curve = |a: f64, v: f64, b: f64| {
        let rest = 1.0 - eased;
        rest * rest * a + 2.0 * rest * eased * v + eased * eased * b
    };
    (curve(from.0, via.0, to.0), curve(from.1, via.1, to.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_on_the_ring_leads_back_to_its_position() {
        for turn in (0..=u16::MAX).step_by(257) {
            let position = playground_core::consistent_hashing::lab::turn_to_position(turn);
            assert_eq!(turn_at(place(position, RING)), turn);
        }
    }

    #[test]
    fn a_journey_begins_and_ends_where_it_should() {
        let (from, to) = ((10.0, 20.0), (300.0, 40.0));
        assert_eq!(on_the_way(from, to, 0.0), from);
        assert_eq!(on_the_way(from, to, 1.0), to);
    }
}

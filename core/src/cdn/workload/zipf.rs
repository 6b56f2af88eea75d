//! Popularity by Zipf's law: the object of rank `i` is asked for in proportion to 1 / `i`^α.
//!
//! Breslau, Cao, Fan, Phillips and Shenker, "Web Caching and Zipf-like Distributions: Evidence and
//! Implications" (INFOCOM 1999), found α between 0.64 and 0.83 for the web of its day.
//!
//! A draw inverts the cumulative distribution exactly, over integer weights. The weights come from square
//! roots and multiplications only, which IEEE 754 defines to the last bit, so that they are the same everywhere:
//! α is rounded to a multiple of 2⁻²⁰ and `i`^α put together from the roots of `i` for the binary digits of α.
//! That rounding moves α by at most 2⁻²¹, and a weight by less than a hundred-thousandth of it; the
//! floating-point operations err by less than 10⁻¹⁴, and the rounding to integers by at most one in 2⁴² / `i`^α,
//! where no weight is less than 1.

use crate::sim::Rng;
use std::sync::Arc;

/// The most objects.
pub const MOST_OBJECTS: u32 = 1 << 20;
/// The largest α, in thousandths.
pub const MOST_ALPHA_MILLI: u32 = 3_000;

/// The weight of the first object; the sum of [`MOST_OBJECTS`] such weights fits into 64 bits.
const FIRST_WEIGHT: f64 = (1_u64 << 42) as f64;
/// How many binary digits of α after the point are taken.
const DIGITS: u32 = 20;

/// The distribution. Clones share its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zipf {
    /// For each object the sum of the weights up to and including its own.
    cumulative: Arc<[u64]>,
}

/// As many objects as there can be.
pub(super) fn clamped_objects(objects: u32) -> u32 {
    objects.clamp(1, MOST_OBJECTS)
}

impl Zipf {
    /// Over objects `0` to `objects − 1`, the most popular first; numbers beyond the limits count as the nearest
    /// within.
    pub fn new(objects: u32, alpha_milli: u32) -> Self {
        let alpha = Alpha::new(alpha_milli);
        let mut sum = 0;
        let mut up_to = |rank: u32| {
            // At least 1: whatever there is can be asked for.
            sum += ((FIRST_WEIGHT / alpha.power(rank)) as u64).max(1);
            sum
        };
        Zipf { cumulative: (1..=clamped_objects(objects)).map(&mut up_to).collect() }
    }

    /// How many objects there are.
    pub fn objects(&self) -> u32 {
        self.cumulative.len() as u32
    }

    /// The weight of an object, of [`Zipf::total`]; 0 of one that there is not.
    pub fn weight(&self, object: u32) -> u64 {
        let up_to = |count: u32| match count.checked_sub(1) {
            Some(last) => self.cumulative.get(last as usize).copied().unwrap_or(self.total()),
            None => 0,
        };
        up_to(object.saturating_add(1)) - up_to(object)
    }

    /// The sum of all weights.
    pub fn total(&self) -> u64 {
        self.cumulative.last().copied().unwrap_or(0)
    }

    /// Draws an object.
    pub fn draw(&self, rng: &mut Rng) -> u32 {
        let drawn = rng.below(self.total());
        self.cumulative.partition_point(|&up_to| up_to <= drawn) as u32
    }
}

/// An exponent: its whole part, and its binary digits after the point.
struct Alpha {
    whole: u32,
    digits: u32,
}

impl Alpha {
    fn new(milli: u32) -> Self {
        let milli = u64::from(milli.min(MOST_ALPHA_MILLI));
        let scaled = ((milli << DIGITS) + 500) / 1_000;
        Alpha { whole: (scaled >> DIGITS) as u32, digits: scaled as u32 & ((1 << DIGITS) - 1) }
    }

    /// `base` to this power.
    fn power(&self, base: u32) -> f64 {
        let base = f64::from(base);
        let whole = (0..self.whole).fold(1.0, |power, _| power * base);
        let mut root = base;
        (0..DIGITS).rev().fold(whole, |power, digit| {
            root = root.sqrt();
            if self.digits >> digit & 1 == 1 { power * root } else { power }
        })
    }
}

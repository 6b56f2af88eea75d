//! What bytes mean: bits that belong together, with a name, a value and a rule.

use std::ops::Range;
use yew::AttrValue;

/// Bits that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// Which bits; bit 0 is the highest of byte 0.
    pub bits: Range<usize>,
    /// The class that gives it its colour.
    pub tone: &'static str,
    /// Its name in one word.
    pub short: AttrValue,
    /// Its name.
    pub name: AttrValue,
    /// What it says here.
    pub value: AttrValue,
    /// What it is for.
    pub rule: AttrValue,
    /// Whether a frame or a head begins with it.
    pub begins: bool,
    /// Whether it breaks its rule.
    pub is_broken: bool,
}

/// The part that a bit belongs to.
pub fn part_at(parts: &[Part], bit: usize) -> Option<&Part> {
    parts.iter().find(|part| part.bits.contains(&bit))
}

/// Where bits are, in words.
pub fn place_text(bits: &Range<usize>) -> String {
    let (first, last) = (bits.start / 8, bits.end.saturating_sub(1) / 8);
    let is_whole = bits.start.is_multiple_of(8) && bits.end.is_multiple_of(8);
    if is_whole && first == last {
        return format!("byte {first}");
    }
    if is_whole {
        return format!("bytes {first} to {last}");
    }
    let (from, to) = (bits.start % 8, (bits.end - 1) % 8);
    if bits.end - bits.start == 1 {
        return format!("bit {from} of byte {first}");
    }
    format!("bits {from} to {to} of byte {first}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_said_as_bits_or_whole_bytes() {
        let said = [0..1, 4..8, 8..16, 16..48].map(|bits| place_text(&bits));
        assert_eq!(said, ["bit 0 of byte 0", "bits 4 to 7 of byte 0", "byte 1", "bytes 2 to 5"]);
    }
}

//! Runs of bits with a name and a meaning.

use serde::{Deserialize, Serialize};

/// Some neighbouring bits of an ID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BitField {
    /// What they are called.
    pub name: String,
    /// The number of the uppermost bit; the lowest bit of an ID is 0.
    pub high: u8,
    /// The number of the lowest bit.
    pub low: u8,
    /// The bits as a decimal number; a string, since it may be greater than JavaScript's numbers hold.
    pub value: String,
    /// What the value says, in words; empty if it says nothing.
    pub meaning: String,
}

impl BitField {
    /// How many bits it has.
    pub fn width(&self) -> u8 {
        self.high - self.low + 1
    }
}

/// Cuts an ID into fields, from the uppermost bit down.
pub(super) struct Cutter {
    value: u128,
    /// How many bits are not yet cut off.
    left: u32,
    fields: Vec<BitField>,
}

impl Cutter {
    pub(super) fn new(value: u128, bits: u32) -> Self {
        Cutter { value, left: bits, fields: Vec::new() }
    }

    /// Cuts off so many bits, at least 1 and at most as many as are left, and returns what they hold.
    pub(super) fn cut(
        &mut self,
        name: &str,
        width: u32,
        meaning: impl FnOnce(u128) -> String,
    ) -> u128 {
        let low = self.left - width;
        let value = self.value >> low & (u128::MAX >> (128 - width));
        self.fields.push(BitField {
            name: name.to_owned(),
            high: (self.left - 1) as u8,
            low: low as u8,
            value: value.to_string(),
            meaning: meaning(value),
        });
        self.left = low;
        value
    }

    /// The same for bits whose value says nothing more.
    pub(super) fn cut_plain(&mut self, name: &str, width: u32, meaning: &str) -> u128 {
        self.cut(name, width, |_| meaning.to_owned())
    }

    pub(super) fn finish(self) -> Vec<BitField> {
        debug_assert_eq!(self.left, 0, "bits without a field");
        self.fields
    }
}

//! What the bits of a key mean, in the form in which tiles and tables show it.

use yew::AttrValue;

/// What kind of thing a field is: a colour and a line of its own, the same in tiles, tables and prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Always the same: unused, or it says which kind of key this is.
    Fixed,
    /// When the key was made.
    Time,
    /// Who made it.
    Worker,
    /// The how-manieth of its tick it is.
    Sequence,
    /// Chance.
    Random,
}

impl Tone {
    /// The class that gives it its look.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Fixed => "is-fixed",
            Tone::Time => "is-time",
            Tone::Worker => "is-worker",
            Tone::Sequence => "is-sequence",
            Tone::Random => "is-random",
        }
    }
}

/// A run of bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// What it is called.
    pub name: AttrValue,
    /// What kind of thing it is.
    pub tone: Tone,
    /// Its highest bit; bit 0 is the last of a key.
    pub high: u8,
    /// Its lowest bit.
    pub low: u8,
    /// What stands in it.
    pub value: AttrValue,
    /// What that means, in words.
    pub meaning: AttrValue,
}

impl Field {
    /// Its bits, as they are written in a table.
    pub fn place(&self) -> String {
        if self.high == self.low {
            format!("{}", self.high)
        } else {
            format!("{}…{}", self.high, self.low)
        }
    }
}

/// The number of the field that holds a bit.
pub fn field_at(fields: &[Field], bit: u8) -> Option<usize> {
    fields.iter().position(|field| (field.low..=field.high).contains(&bit))
}

//! What the core reads out of a key, in the form in which tiles and tables show it.

use super::fields::{Field, Tone};
use playground_core::unique_id::anatomy::{BitField, Dissection};
use std::rc::Rc;

/// What kind of thing a field is, by its name.
fn tone_of(name: &str) -> Tone {
    match name {
        "unused" | "version" | "variant" | "nothing" | "everything" => Tone::Fixed,
        "worker" | "data centre" | "process" | "shard" | "machine" | "node" => Tone::Worker,
        "sequence" => Tone::Sequence,
        name if name.starts_with("time") || name.starts_with("unix_ts") => Tone::Time,
        name if name.starts_with("clock_seq") => Tone::Sequence,
        _ => Tone::Random,
    }
}

fn field(field: &BitField) -> Field {
    Field {
        name: field.name.clone().into(),
        tone: tone_of(&field.name),
        high: field.high,
        low: field.low,
        value: field.value.clone().into(),
        meaning: field.meaning.clone().into(),
    }
}

/// The fields of a key, the highest first.
pub fn fields(dissection: &Dissection) -> Rc<[Field]> {
    dissection.fields.iter().map(field).collect()
}

/// The bits of a key.
pub fn value(dissection: &Dissection) -> u128 {
    u128::from_str_radix(&dissection.hex, 16).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::unique_id::anatomy::dissect;
    use playground_core::unique_id::snowflake::{Id, NamedLayout};

    #[test]
    fn a_snowflake_has_its_fields_in_every_layout() {
        let tones = |layout| {
            let dissection = dissect(Id(9_007_199_254_740_993), layout);
            assert_eq!(value(&dissection), 9_007_199_254_740_993);
            fields(&dissection).iter().map(|it| it.tone).collect::<Vec<_>>()
        };
        let classical = [Tone::Fixed, Tone::Time, Tone::Worker, Tone::Sequence];
        assert_eq!(tones(NamedLayout::Classical), classical);
        let sony = [Tone::Fixed, Tone::Time, Tone::Sequence, Tone::Worker];
        assert_eq!(tones(NamedLayout::Sony), sony);
    }
}

//! Numbers of 64 bits: Snowflake IDs of one service or another.

use super::fields::Cutter;
use super::{Dissection, Notation, Unrecognised, What, utc};
use crate::unique_id::snowflake::{Field, FieldOrder, Id, Layout, NamedLayout, ParseIdError};

/// Reads digits of base 10, 16 and 32. Without a reading there may be a reason, if it looked like a number.
pub(super) fn read(text: &str) -> Result<Vec<Dissection>, Option<Unrecognised>> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit());
    let mut readings = Vec::new();
    let mut is_too_large = false;
    let mut add = |parsed: Result<Id, ParseIdError>, notation| match parsed {
        Ok(id) => readings.extend(layouts(id).map(|layout| dissect(id, layout, notation))),
        Err(ParseIdError::TooLarge) => is_too_large = true,
        Err(_) => {}
    };
    if is_decimal {
        add(text.parse(), Notation::Decimal);
    }
    // A number of fewer digits without `0x` is more likely a mistake than an ID.
    if digits.is_some_and(|digits| digits.len() <= 16) || text.len() == 16 {
        add(Id::from_hex(text), Notation::Hexadecimal);
    }
    if text.len() == 13 && !text.contains('-') {
        add(Id::from_base32(text), Notation::Base32);
    }
    if readings.is_empty() {
        // Twenty-six and thirty-two digits may be something else.
        Err((is_too_large && text.len() < 26).then_some(Unrecognised::NumberTooLarge))
    } else {
        Ok(readings)
    }
}

/// The layouts that an ID can be of.
fn layouts(id: Id) -> impl Iterator<Item = NamedLayout> {
    NamedLayout::ALL.into_iter().filter(move |layout| layout.layout().fits(id))
}

pub(super) fn dissect(id: Id, named: NamedLayout, notation: Notation) -> Dissection {
    let layout = named.layout();
    let mut cutter = Cutter::new(u128::from(id.0), 64);
    let unused = layout.width(Field::Unused);
    if unused > 0 {
        cutter.cut("unused", unused, |value| match value {
            0 => "0, so that a signed number is never negative".to_owned(),
            _ => "not 0: this is an ID of another layout".to_owned(),
        });
    }
    let moment = layout.unix_ms(id) as i64;
    cutter.cut_plain("timestamp", layout.width(Field::Timestamp), &utc(moment));
    match layout.spec().order {
        FieldOrder::WorkerFirst => {
            worker(&mut cutter, named);
            sequence(&mut cutter, &layout);
        }
        FieldOrder::SequenceFirst => {
            sequence(&mut cutter, &layout);
            worker(&mut cutter, named);
        }
    }
    Dissection {
        notation,
        what: What::Snowflake(named),
        bits: 64,
        hex: id.to_hex(),
        fields: cutter.finish(),
        unix_ms: Some(moment),
    }
}

/// The worker's number, which some services have in two parts.
fn worker(cutter: &mut Cutter, named: NamedLayout) {
    let parts: &[(&str, u32)] = match named {
        NamedLayout::Classical => &[("worker", 5)],
        NamedLayout::Twitter => &[("data centre", 5), ("worker", 5)],
        NamedLayout::Discord => &[("worker", 5), ("process", 5)],
        NamedLayout::Instagram => &[("shard", 13)],
        NamedLayout::Sony => &[("machine", 16)],
    };
    for &(name, width) in parts {
        cutter.cut(name, width, |value| format!("{name} {value} of 0 to {}", (1 << width) - 1));
    }
}

fn sequence(cutter: &mut Cutter, layout: &Layout) {
    let per_tick = layout.ids_per_tick();
    let tick = match layout.spec().tick_ms {
        1 => "millisecond".to_owned(),
        ms => format!("{ms} ms"),
    };
    cutter.cut("sequence", layout.width(Field::Sequence), |value| {
        format!("number {} of {per_tick} in its {tick}", value + 1)
    });
}

//! IDs to be taken apart: some that are known to the world, and one of each kind made now.

use playground_core::unique_id::anatomy::What;
use playground_core::unique_id::kinds::{Kind, Mint};
use playground_core::unique_id::snowflake::NamedLayout;

/// The worker of the IDs that are made here.
const WORKER: u16 = 5;

/// Where an example comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Source {
    /// It is known.
    Known(&'static str),
    /// It is made when it is asked for.
    Made(Kind),
}

/// An ID to be taken apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Example {
    /// What the button says.
    pub name: &'static str,
    /// What it is to be read as; none if there is only one way.
    pub what: Option<What>,
    /// Where it comes from.
    pub source: Source,
}

const fn known(name: &'static str, what: Option<What>, text: &'static str) -> Example {
    Example { name, what, source: Source::Known(text) }
}

const fn made(name: &'static str, what: Option<What>, kind: Kind) -> Example {
    Example { name, what, source: Source::Made(kind) }
}

/// The examples.
pub const EXAMPLES: &[Example] = &[
    made("A Snowflake, now", Some(What::Snowflake(NamedLayout::Classical)), Kind::Snowflake),
    // Discord's API reference, "Snowflakes".
    known(
        "Discord’s own example",
        Some(What::Snowflake(NamedLayout::Discord)),
        "175928847299117063",
    ),
    // A tweet of Wikipedia's, which its article "Snowflake ID" takes apart.
    known("A tweet", Some(What::Snowflake(NamedLayout::Twitter)), "1541815603606036480"),
    made("A UUIDv4, now", None, Kind::UuidV4),
    made("A UUIDv7, now", None, Kind::UuidV7),
    // RFC 9562, appendix A.1.
    known("The RFC’s UUIDv1", None, "C232AB00-9414-11EC-B3C8-9F6BDECED846"),
    made("A ULID, now", None, Kind::Ulid),
];

impl Example {
    /// The ID.
    pub fn text(&self) -> String {
        match self.source {
            Source::Known(text) => text.to_owned(),
            Source::Made(kind) => make(kind).unwrap_or_default(),
        }
    }
}

/// A key of a kind, with the clock and the chance of the browser.
fn make(kind: Kind) -> Option<String> {
    let mut random = [0; 16];
    // Without random bytes, there are zeros: an example all the same.
    if let Ok(crypto) = gloo::utils::window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut random);
    }
    let key = Mint::new(kind, WORKER).ok()?.mint(js_sys::Date::now() as u64, random).ok()?;
    Some(key.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::unique_id::anatomy::recognise;

    #[test]
    fn every_known_example_is_read_as_what_it_is() {
        for example in EXAMPLES {
            let Source::Known(text) = example.source else { continue };
            let readings = recognise(text).unwrap_or_default();
            let is_there =
                example.what.is_none_or(|what| readings.iter().any(|it| it.what == what));
            assert!(!readings.is_empty() && is_there, "{}: {readings:?}", example.name);
        }
    }
}

//! Kinds of keys: the sign of each in charts, and its name in addresses.

use crate::components::Sign;
use playground_core::unique_id::kinds::Kind;

/// The sign of a kind.
pub fn kind_sign(kind: Kind) -> Sign {
    let number = Kind::ALL.iter().position(|it| *it == kind).unwrap_or_default();
    // Neighbours in a chart should not be the two blues.
    Sign::nth([4, 3, 0, 2, 5].get(number).copied().unwrap_or_default())
}

/// The name of a kind in addresses: the same as in JSON.
pub fn kind_slug(kind: Kind) -> String {
    // A kind without contents is written as a string.
    let name = serde_json::to_value(kind).unwrap_or_default();
    name.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_addresses_are_those_of_json() {
        assert_eq!(Kind::ALL.map(kind_slug)[3], "uuid_v7");
    }
}

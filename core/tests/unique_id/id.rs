//! How an ID is written and read.

use playground_core::unique_id::snowflake::{Id, ParseIdError};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const ID: Id = Id(3_600_390_553_628_672);

#[test]
fn decimal_is_what_everybody_writes() {
    assert_eq!(ID.to_string(), "3600390553628672");
    assert_eq!("3600390553628672".parse(), Ok(ID));
    assert_eq!(format!("{ID:>20}"), "    3600390553628672");
    assert_eq!("18446744073709551615".parse(), Ok(Id(u64::MAX)));
    assert_eq!("18446744073709551616".parse::<Id>(), Err(ParseIdError::TooLarge));
    assert_eq!("".parse::<Id>(), Err(ParseIdError::Empty));
    let digit = |found, at| Err(ParseIdError::Digit { found, at, base: 10 });
    assert_eq!("+5".parse::<Id>(), digit('+', 0));
    assert_eq!("5 ".parse::<Id>(), digit(' ', 1));
    assert_eq!("5٣".parse::<Id>(), digit('٣', 1), "a digit of another script");
}

#[test]
fn base_32_has_thirteen_digits_that_sort() {
    assert_eq!(Id(0).to_base32(), "0000000000000");
    assert_eq!(Id(u64::MAX).to_base32(), "FZZZZZZZZZZZZ");
    assert_eq!(Id(1 << 60 | 31).to_base32(), "100000000000Z");
    let ids = [0, 31, 32, ID.0, ID.0 + 1, 1 << 63];
    assert!(ids.map(|bits| Id(bits).to_base32()).is_sorted());
    for bits in ids {
        assert_eq!(Id::from_base32(&Id(bits).to_base32()), Ok(Id(bits)));
    }
}

#[test]
fn base_32_forgives_what_people_mistake() {
    assert_eq!(Id::from_base32("1o-IL-z"), Id::from_base32("1011Z"));
    assert_eq!(Id::from_base32("ZZ"), Ok(Id(1_023)));
    assert_eq!(Id::from_base32("G000000000000"), Err(ParseIdError::TooLarge));
    assert_eq!(Id::from_base32("--"), Err(ParseIdError::Empty));
    let u = ParseIdError::Digit { found: 'U', at: 1, base: 32 };
    assert_eq!(Id::from_base32("1U"), Err(u));
    assert_eq!(u.to_string(), "'U' at place 2 is no digit of base 32");
}

#[test]
fn hexadecimal_has_sixteen_digits() {
    assert_eq!(ID.to_hex(), "000cca8940007000");
    assert_eq!(Id::from_hex("0xCCA8940007000"), Ok(ID));
    assert_eq!(Id::from_hex("000cca8940007000"), Ok(ID));
    assert_eq!(Id::from_hex("10000000000000000"), Err(ParseIdError::TooLarge));
    assert_eq!(Id::from_hex("0x"), Err(ParseIdError::Empty));
}

#[test]
fn json_has_it_as_a_string_because_a_number_would_become_another() {
    // What JavaScript keeps of a number above 2⁵³ is a double.
    let above = Id((1 << 53) + 1);
    assert_ne!(above.0 as f64 as u64, above.0);
    assert_eq!(serde_json::to_string(&above).unwrap(), "\"9007199254740993\"");
    assert_eq!(serde_json::from_str::<Id>("\"9007199254740993\"").unwrap(), above);
    let number = serde_json::from_str::<Id>("9007199254740993").unwrap_err();
    assert!(number.to_string().contains("an ID as a string of decimal digits"), "{number}");
    assert!(serde_json::from_str::<Id>("\"12x\"").is_err());
}

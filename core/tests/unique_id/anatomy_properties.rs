//! Whatever somebody pastes: no panic, and readings whose fields are all of their bits.

use playground_core::unique_id::anatomy::{Dissection, recognise};
use proptest::prelude::*;

/// Digits and signs of all notations, and some of none.
const TEXT: &str =
    "[ \t]?(0x)?\\{?(urn:uuid:)?[0-9a-zA-Z{}-]{0,40}|[0-9]{1,33}|[0-9a-f]{16}|\\PC{0,70}";

/// The fields follow each other from the uppermost bit to the lowest, and hold what the bits are.
#[track_caller]
fn check(it: &Dissection) {
    assert_eq!(it.hex.len() * 4, usize::from(it.bits));
    let value = u128::from_str_radix(&it.hex, 16).unwrap();
    let mut left = it.bits;
    for field in &it.fields {
        assert_eq!(field.high + 1, left);
        left = field.low;
        let bits = value >> field.low & (u128::MAX >> (128 - field.width()));
        assert_eq!(field.value, bits.to_string());
        assert!(!field.name.is_empty());
    }
    assert_eq!(left, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_text_is_read_or_told_why_not(text in TEXT) {
        match recognise(&text) {
            Ok(readings) => {
                prop_assert!(!readings.is_empty());
                readings.iter().for_each(check);
            }
            Err(reason) => prop_assert!(!reason.to_string().is_empty()),
        }
    }

    #[test]
    fn every_uuid_is_read(bits in any::<u128>()) {
        let uuid = uuid::Uuid::from_u128(bits);
        for text in [uuid.hyphenated().to_string(), uuid.braced().to_string(), uuid.urn().to_string()] {
            let readings = recognise(&text).unwrap();
            prop_assert_eq!(readings.len(), 1);
            check(&readings[0]);
            prop_assert_eq!(&readings[0].hex, &uuid.simple().to_string());
        }
        prop_assert!(recognise(&uuid.simple().to_string()).unwrap().iter().any(|it| it.bits == 128));
    }

    #[test]
    fn every_number_is_read_unless_no_layout_has_room(bits in any::<u64>()) {
        for text in [bits.to_string(), format!("{bits:#x}")] {
            let readings = recognise(&text).unwrap();
            // Sixteen digits are hexadecimal, too, and thirteen are of base 32.
            let is_ambiguous = text.len() == 13 || text.len() == 16;
            let hex = format!("{:016x}", bits);
            prop_assert!(is_ambiguous || readings.iter().all(|it| it.hex == hex));
            readings.iter().for_each(check);
        }
    }
}

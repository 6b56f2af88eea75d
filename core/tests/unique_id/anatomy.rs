//! IDs that somebody pastes: the RFC's test vectors, the services' examples, and what is no ID.

use playground_core::unique_id::anatomy::{
    Dissection, Notation, Unrecognised, What, recognise, utc,
};
use playground_core::unique_id::snowflake::NamedLayout;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A reading as a few lines.
fn lines(it: &Dissection) -> String {
    let mut lines = vec![format!("{}, {:?}, {}", it.what.name(), it.notation, it.hex)];
    let made = it.unix_ms.map(|ms| format!("made {}", utc(ms)));
    lines.extend(made);
    lines.extend(it.fields.iter().map(|field| {
        format!("{}..{} {} = {}: {}", field.high, field.low, field.name, field.value, field.meaning)
    }));
    lines.join("\n")
}

/// The only reading of a text.
#[track_caller]
fn only(text: &str) -> Dissection {
    let mut readings = recognise(text).unwrap();
    assert_eq!(readings.len(), 1, "{readings:?}");
    readings.remove(0)
}

fn whats(text: &str) -> Vec<(Notation, What)> {
    recognise(text).unwrap().iter().map(|reading| (reading.notation, reading.what)).collect()
}

#[test]
fn a_number_is_an_id_of_every_layout_that_has_room_for_it() {
    use NamedLayout::*;
    let decimal = |layout| (Notation::Decimal, What::Snowflake(layout));
    // Discord's example has 58 bits: it could be of the classical layout, too.
    let all = [Classical, Twitter, Discord, Instagram, Sony].map(decimal);
    assert_eq!(whats("175928847299117063"), all);
    // A tweet has 61.
    assert_eq!(whats("1541815603606036480"), all[1..]);
    // With the uppermost bit.
    assert_eq!(whats("18446744073709551615"), [Discord, Instagram].map(decimal));
    expect_test::expect![[r#"
        Snowflake, Discord layout, Decimal, 0271065ac1020007
        made 2016-04-30 11:18:25.796 UTC
        63..22 timestamp = 41944705796: 2016-04-30 11:18:25.796 UTC
        21..17 worker = 1: worker 1 of 0 to 31
        16..12 process = 0: process 0 of 0 to 31
        11..0 sequence = 7: number 8 of 4096 in its millisecond"#]]
    .assert_eq(&lines(&recognise("175928847299117063").unwrap()[2]));
}

#[test]
fn the_fields_of_the_classical_layout_are_told_from_the_top() {
    expect_test::expect![[r#"
        Snowflake, Classical layout, Decimal, 000cca8940007005
        made 2023-11-14 22:13:20.000 UTC
        63..58 unused = 0: 0, so that a signed number is never negative
        57..17 timestamp = 27468800000: 2023-11-14 22:13:20.000 UTC
        16..12 worker = 7: worker 7 of 0 to 31
        11..0 sequence = 5: number 6 of 4096 in its millisecond"#]]
    .assert_eq(&lines(&recognise(" 3600390553628677\n").unwrap()[0]));
}

#[test]
fn sony_counts_in_ten_milliseconds_and_puts_the_machine_last() {
    let sony = recognise("0x0000000064030bee").unwrap().remove(4);
    expect_test::expect![[r#"
        Snowflake, Sony layout, Hexadecimal, 0000000064030bee
        made 2014-09-01 00:00:01.000 UTC
        63..63 unused = 0: 0, so that a signed number is never negative
        62..24 timestamp = 100: 2014-09-01 00:00:01.000 UTC
        23..16 sequence = 3: number 4 of 256 in its 10 ms
        15..0 machine = 3054: machine 3054 of 0 to 65535"#]]
    .assert_eq(&lines(&sony));
}

#[test]
fn a_text_that_can_be_read_in_two_ways_is() {
    let notations = |text: &str| {
        let mut notations: Vec<Notation> = whats(text).into_iter().map(|(it, _)| it).collect();
        notations.dedup();
        notations
    };
    assert_eq!(notations("3600390553628672"), [Notation::Decimal, Notation::Hexadecimal]);
    assert_eq!(notations("1700000000000"), [Notation::Decimal, Notation::Base32]);
    assert_eq!(notations("0cca8940007ab0ef"), [Notation::Hexadecimal]);
    assert_eq!(notations("0xff"), [Notation::Hexadecimal]);
    assert_eq!(notations("036aM50003G05"), [Notation::Base32]);
    assert_eq!(notations("01234567890123456789012345"), [Notation::Ulid]);
    assert_eq!(notations("01234567890123456789012345678901"), [Notation::Uuid]);
}

#[test]
fn uuids_of_the_rfcs_test_vectors_are_taken_apart() {
    // RFC 9562, appendix A: all three of one moment, Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00.
    let v1 = only("C232AB00-9414-11EC-B3C8-9F6BDECED846");
    expect_test::expect![[r#"
        UUIDv1, Uuid, c232ab00941411ecb3c89f6bdeced846
        made 2022-02-22 19:22:22.000 UTC
        127..96 time_low = 3258100480: the lower bits of the time
        95..80 time_mid = 37908: the middle bits of the time
        79..76 version = 1: version 1: a time in units of 100 ns, lowest bits first, and a node
        75..64 time_high = 492: the whole time: 2022-02-22 19:22:22.000 UTC
        63..62 variant = 2: binary 10: a UUID of RFC 9562
        61..48 clock_seq = 13256: changes when the clock goes back
        47..0 node = 175285648414790: 9f:6b:de:ce:d8:46, drawn at random"#]]
    .assert_eq(&lines(&v1));
    let v6 = only("{1EC9414C-232A-6B00-B3C8-9F6BDECED846}");
    assert_eq!((v6.what, v6.unix_ms), (What::Uuid(6), v1.unix_ms));
    let v7 = only("urn:uuid:017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
    assert_eq!((v7.what, v7.unix_ms), (What::Uuid(7), v1.unix_ms));
    assert_eq!(v7.fields[2].value, 0xcc3.to_string());
    let v4 = only("919108f752d14320 9bacf847db4148a8".replace(' ', "").as_str());
    assert_eq!((v4.what, v4.unix_ms), (What::Uuid(4), None));
    let others = [
        ("5df41881-3aed-3515-88a7-2f4a814cf09e", 3),
        ("2ed6657d-e927-568b-95e1-2665a8aea6a2", 5),
        ("2489E9AD-2EE2-8E00-8EC9-32D5F69181C0", 8),
        ("000003e8-cbb9-21ea-b201-00045a86c8a1", 2),
    ];
    for (text, version) in others {
        assert_eq!(only(text).what, What::Uuid(version));
    }
}

#[test]
fn uuids_that_are_none_of_the_rfcs_say_so() {
    assert_eq!(only("00000000-0000-0000-0000-000000000000").what, What::NilUuid);
    assert_eq!(only("ffffffff-ffff-ffff-ffff-ffffffffffff").what, What::MaxUuid);
    for (text, meaning) in [
        ("00000000-0000-4000-0000-000000000001", "binary 0: Apollo's Network Computing System"),
        ("00000000-0000-4000-c000-000000000001", "binary 110: Microsoft's old GUIDs"),
        ("00000000-0000-4000-e000-000000000001", "binary 111: kept for the future"),
        (
            "00000000-0000-f000-8000-000000000001",
            "binary 10: RFC 9562, of a version that it does not define",
        ),
    ] {
        let it = only(text);
        assert_eq!((it.what, it.fields[1].meaning.as_str()), (What::OtherUuid, meaning));
    }
}

#[test]
fn a_ulid_is_a_moment_and_chance() {
    let it = only("01arz3ndektsv4rrffq69g5fav");
    assert_eq!((it.what, it.unix_ms), (What::Ulid, Some(1_469_922_850_259)));
    assert_eq!(it.fields.iter().map(|field| field.width()).collect::<Vec<_>>(), [48, 80]);
    assert_eq!(recognise("80000000000000000000000000"), Err(Unrecognised::UlidTooLarge));
}

#[test]
fn the_fields_of_every_reading_are_all_of_its_bits() {
    let texts = [
        "175928847299117063",
        "18446744073709551615",
        "036AM50003G05",
        "C232AB00-9414-11EC-B3C8-9F6BDECED846",
        "1EC9414C-232A-6B00-B3C8-9F6BDECED846",
        "000003e8-cbb9-21ea-b201-00045a86c8a1",
        "00000000-0000-4000-e000-000000000001",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ];
    for it in texts.into_iter().flat_map(|text| recognise(text).unwrap()) {
        let value = u128::from_str_radix(&it.hex, 16).unwrap();
        let mut left = u32::from(it.bits);
        for field in &it.fields {
            let low = left - u32::from(field.width());
            assert_eq!((u32::from(field.high) + 1, u32::from(field.low)), (left, low));
            let expected = value >> low & (u128::MAX >> (128 - field.width()));
            assert_eq!(field.value, expected.to_string());
            left = low;
        }
        assert_eq!(left, 0, "{}", it.what.name());
    }
}

#[test]
fn what_is_no_id_says_why() {
    let reason = |text: &str| recognise(text).unwrap_err().to_string();
    assert_eq!(reason("  "), "there is nothing to read");
    assert_eq!(reason("18446744073709551616"), "the number has more than 64 bits");
    assert_eq!(reason("hello, world"), "',' at place 6 belongs to no notation of an ID");
    assert_eq!(reason(&"1".repeat(65)), "an ID has at most 64 characters, not 65");
    assert_eq!(reason("-5"), "'-' at place 1 belongs to no notation of an ID");
    let short = reason("C232AB00-9414-11EC-B3C8");
    assert!(short.starts_with("a UUID has 32 hexadecimal digits"), "{short}");
    assert!(reason("12345z").starts_with("6 characters: a number has up to 20 digits"));
    assert!(reason("0xg").starts_with("3 characters"));
    assert_eq!(reason("Ünique"), "'Ü' at place 1 belongs to no notation of an ID");
}

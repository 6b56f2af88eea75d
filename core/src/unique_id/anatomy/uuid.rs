//! UUIDs by version (RFC 9562).

use super::fields::Cutter;
use super::{Dissection, Notation, Unrecognised, What, utc};
use uuid::{Uuid, Variant};

/// From the beginning of the Gregorian calendar, 1582-10-15, to 1970, in units of 100 ns (RFC 9562, section 5.1).
const GREGORIAN_TO_UNIX: i64 = 0x01b2_1dd2_1381_4000;

pub(super) fn read(text: &str) -> Result<Vec<Dissection>, Option<Unrecognised>> {
    match Uuid::try_parse(text) {
        Ok(uuid) => Ok(vec![dissect(uuid)]),
        Err(_) if looks_like_one(text) => Err(Some(Unrecognised::Uuid)),
        Err(_) => Err(None),
    }
}

/// Groups joined by hyphens, or a prefix that nothing else has.
fn looks_like_one(text: &str) -> bool {
    let text = text.strip_prefix("urn:uuid:").unwrap_or(text);
    let text = text.trim_start_matches('{').trim_end_matches('}');
    let is_of_its_characters = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    is_of_its_characters && text.bytes().filter(|&byte| byte == b'-').count() > 1
}

fn dissect(uuid: Uuid) -> Dissection {
    let mut cutter = Cutter::new(uuid.as_u128(), 128);
    let (what, unix_ms) = if uuid.is_nil() {
        cutter.cut_plain("nothing", 128, "all bits are 0: no UUID at all");
        (What::NilUuid, None)
    } else if uuid.is_max() {
        cutter.cut_plain("everything", 128, "all bits are 1: after every UUID");
        (What::MaxUuid, None)
    } else {
        match (uuid.get_variant(), uuid.get_version_num()) {
            (Variant::RFC4122, version @ 1..=8) => {
                (What::Uuid(version as u8), by_version(&mut cutter, version))
            }
            (variant, _) => {
                other(&mut cutter, variant);
                (What::OtherUuid, None)
            }
        }
    };
    Dissection {
        notation: Notation::Uuid,
        what,
        bits: 128,
        hex: uuid.simple().to_string(),
        fields: cutter.finish(),
        unix_ms,
    }
}

/// Cuts a UUID of the RFC's variant, and returns when it was made.
fn by_version(cutter: &mut Cutter, version: usize) -> Option<i64> {
    match version {
        1 => {
            let low = cutter.cut_plain("time_low", 32, "the lower bits of the time");
            let middle = cutter.cut_plain("time_mid", 16, "the middle bits of the time");
            versioned(cutter, "a time in units of 100 ns, lowest bits first, and a node");
            let of = |high: u128| unix_ms_of(high << 48 | middle << 32 | low);
            let high = cutter.cut("time_high", 12, |high| whole_time(of(high)));
            node(cutter);
            Some(of(high))
        }
        6 => {
            let high = cutter.cut_plain("time_high", 32, "the upper bits of the time");
            let middle = cutter.cut_plain("time_mid", 16, "the middle bits of the time");
            versioned(cutter, "version 1 with the time in an order that sorts");
            let of = |low: u128| unix_ms_of(high << 28 | middle << 12 | low);
            let low = cutter.cut("time_low", 12, |low| whole_time(of(low)));
            node(cutter);
            Some(of(low))
        }
        7 => {
            let ms = cutter.cut("unix_ts_ms", 48, |ms| utc(ms as i64)) as i64;
            versioned(cutter, "milliseconds since 1970, and random bits");
            cutter.cut_plain("rand_a", 12, "random, a counter, or more digits of the time");
            varianted(cutter);
            cutter.cut_plain("rand_b", 62, "random");
            Some(ms)
        }
        2 => {
            cutter.cut_plain("local_id", 32, "a number of the local domain, as of a user");
            cutter.cut_plain("time_mid", 16, "the middle bits of the time");
            versioned(cutter, "DCE security: a local number instead of the time's lower bits");
            cutter.cut_plain("time_high", 12, "the upper bits of the time");
            varianted(cutter);
            cutter.cut_plain("clock_seq and domain", 14, "");
            cutter.cut("node", 48, mac);
            None
        }
        _ => {
            let (what, name, bits) = match version {
                3 => ("a name hashed by MD5", "md5", "bits of the hash"),
                5 => ("a name hashed by SHA-1", "sha1", "bits of the hash"),
                4 => ("random bits, and nothing else", "random", "random"),
                _ => ("whatever its maker wanted", "custom", "its maker's"),
            };
            cutter.cut_plain(&format!("{name}_a"), 48, bits);
            versioned(cutter, what);
            cutter.cut_plain(&format!("{name}_b"), 12, bits);
            varianted(cutter);
            cutter.cut_plain(&format!("{name}_c"), 62, bits);
            None
        }
    }
}

fn versioned(cutter: &mut Cutter, meaning: &str) {
    cutter.cut("version", 4, |version| format!("version {version}: {meaning}"));
}

fn varianted(cutter: &mut Cutter) {
    cutter.cut_plain("variant", 2, "binary 10: a UUID of RFC 9562");
}

fn whole_time(unix_ms: i64) -> String {
    format!("the whole time: {}", utc(unix_ms))
}

/// Milliseconds since 1970 of a time of 60 bits in units of 100 ns.
fn unix_ms_of(gregorian: u128) -> i64 {
    (gregorian as i64 - GREGORIAN_TO_UNIX).div_euclid(10_000)
}

fn node(cutter: &mut Cutter) {
    varianted(cutter);
    cutter.cut_plain("clock_seq", 14, "changes when the clock goes back");
    cutter.cut("node", 48, mac);
}

/// Six bytes as a network card's address.
fn mac(node: u128) -> String {
    let bytes: Vec<String> =
        node.to_be_bytes()[10..].iter().map(|byte| format!("{byte:02x}")).collect();
    // The lowest bit of the first byte says that no card has this address (RFC 9562, section 6.10).
    let whose = if node >> 40 & 1 == 1 { "drawn at random" } else { "a network card's" };
    format!("{}, {whose}", bytes.join(":"))
}

fn other(cutter: &mut Cutter, variant: Variant) {
    let (width, meaning) = match variant {
        Variant::NCS => (1, "binary 0: Apollo's Network Computing System"),
        Variant::RFC4122 => (2, "binary 10: RFC 9562, of a version that it does not define"),
        Variant::Microsoft => (3, "binary 110: Microsoft's old GUIDs"),
        _ => (3, "binary 111: kept for the future"),
    };
    cutter.cut_plain("upper half", 64, "");
    cutter.cut_plain("variant", width, meaning);
    cutter.cut_plain("lower half", 64 - width, "");
}

//! Keys of every kind: what they are like, and that each kind keeps its promise.

use playground_core::sim::Rng;
use playground_core::unique_id::kinds::{Key, Kind, Mint, properties};
use playground_core::unique_id::snowflake::Refused;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const NOW: u64 = 1_767_225_600_000;

fn random(rng: &mut Rng) -> [u8; 16] {
    let (high, low) = (rng.next_u64(), rng.next_u64());
    (u128::from(high) << 64 | u128::from(low)).to_be_bytes()
}

#[test]
fn every_kind_is_what_people_say_of_it() {
    let row = |kind: Kind| {
        let it = properties(kind);
        let mut flaws = vec![format!("{:?}", it.guess)];
        flaws.extend((!it.is_sortable).then(|| "unsorted".to_owned()));
        flaws.extend(it.leaks_time.then(|| "tells the time".to_owned()));
        flaws.extend(it.leaks_worker.then(|| "tells the worker".to_owned()));
        flaws.extend(it.collides.then(|| "collides".to_owned()));
        format!(
            "{}: {} bytes, {} characters, {} random bits; {}",
            kind.name(),
            it.bytes,
            it.characters,
            it.entropy_bits,
            flaws.join(", ")
        )
    };
    expect_test::expect![[r#"
        Auto-increment: 8 bytes, 1 characters, 0 random bits; Certain, collides
        Snowflake: 8 bytes, 17 characters, 0 random bits; Certain, tells the time, tells the worker
        UUIDv4: 16 bytes, 36 characters, 122 random bits; Bits(122), unsorted
        UUIDv7: 16 bytes, 36 characters, 74 random bits; Bits(32), tells the time
        ULID: 16 bytes, 26 characters, 80 random bits; WithinMillisecond, tells the time"#]]
    .assert_eq(&Kind::ALL.map(row).join("\n"));
}

#[test]
fn shards_that_count_for_themselves_hand_out_the_same_keys() {
    let mut shards = [0, 1].map(|shard| Mint::new(Kind::AutoIncrement, shard).unwrap());
    let keys = shards.each_mut().map(|shard| shard.mint(NOW, [0; 16]).unwrap());
    assert_eq!(keys[0], keys[1]);
    assert_eq!(keys[0].to_string(), "1");
    let mut workers = [0, 1].map(|worker| Mint::new(Kind::Snowflake, worker).unwrap());
    let keys = workers.each_mut().map(|worker| worker.mint(NOW, [0; 16]).unwrap());
    assert_ne!(keys[0], keys[1]);
    assert!(Mint::new(Kind::Snowflake, 32).is_err());
}

#[test]
fn keys_with_a_time_rise_even_if_the_clock_goes_back() {
    for kind in [Kind::AutoIncrement, Kind::Snowflake, Kind::UuidV7, Kind::Ulid] {
        let mut mint = Mint::new(kind, 3).unwrap();
        assert_eq!(mint.kind(), kind);
        let mut rng = Rng::new(7);
        let mut now_ms = NOW;
        let mut last: Option<Key> = None;
        for _ in 0..20_000 {
            now_ms = match rng.below(20) {
                0 => now_ms - 3,
                1..4 => now_ms + 1,
                _ => now_ms,
            };
            let key = mint.mint(now_ms, random(&mut rng)).unwrap();
            assert!(last < Some(key), "{key} after {last:?}");
            last = Some(key);
        }
    }
}

#[test]
fn random_parts_that_run_over_take_the_next_millisecond() {
    for kind in [Kind::UuidV7, Kind::Ulid] {
        let mut mint = Mint::new(kind, 0).unwrap();
        let keys = [255, 255, 255].map(|byte| mint.mint(NOW, [byte; 16]).unwrap());
        assert!(keys.is_sorted_by(|a, b| a < b));
        let ms = keys.map(|key| (key.value() >> 80) as u64);
        assert_eq!(ms, [NOW, NOW + 1, NOW + 2], "{}", kind.name());
    }
}

#[test]
fn the_end_of_the_time_is_an_error() {
    let last_ms = (1 << 48) - 1;
    for kind in [Kind::UuidV7, Kind::Ulid] {
        let mut mint = Mint::new(kind, 0).unwrap();
        let over = Refused::EpochOver { end_unix_ms: 1 << 48 };
        assert_eq!(mint.mint(last_ms + 1, [0; 16]), Err(over));
        assert!(mint.mint(last_ms, [255; 16]).is_ok());
        assert_eq!(mint.mint(last_ms, [255; 16]), Err(over), "{}", kind.name());
        assert!(mint.mint(0, [255; 16]).is_err(), "an error changes nothing");
    }
    let mut mint = Mint::new(Kind::Snowflake, 0).unwrap();
    assert!(matches!(mint.mint(0, [0; 16]), Err(Refused::BeforeEpoch { .. })));
}

#[test]
fn the_bytes_of_a_key_sort_as_the_keys_do() {
    for kind in Kind::ALL {
        let mut mint = Mint::new(kind, 1).unwrap();
        let mut rng = Rng::new(1);
        let mut keys: Vec<Key> =
            (0..500).map(|ms| mint.mint(NOW + ms, random(&mut rng)).unwrap()).collect();
        keys.sort();
        assert!(keys.is_sorted_by(|a, b| a.bytes() < b.bytes()));
        assert!(keys.iter().all(|key| key.bytes().len() == kind.bytes() && key.kind() == kind));
    }
}

//! What the well-kept crates make of our keys, and what we make of theirs.

use playground_core::unique_id::anatomy::{What, recognise};
use playground_core::unique_id::kinds::{Kind, Mint};
use playground_core::unique_id::snowflake::{ClockPolicy, Generator, Id, Layout, Next, Parts};
use proptest::prelude::*;
use ulid::Ulid;
use uuid::{Uuid, Variant, Version};

const NOW: u64 = 1_767_225_600_123;

fn key(kind: Kind, ms: u64, random: [u8; 16]) -> String {
    let mut mint = Mint::new(kind, 5).unwrap();
    mint.mint(ms, random).unwrap().to_string()
}

proptest! {
    #[test]
    fn uuid_reads_our_uuids(ms in 0..1_u64 << 48, random in any::<[u8; 16]>()) {
        let v4 = Uuid::parse_str(&key(Kind::UuidV4, ms, random)).unwrap();
        prop_assert_eq!(v4.get_version(), Some(Version::Random));
        prop_assert_eq!(v4.get_variant(), Variant::RFC4122);
        let v7 = Uuid::parse_str(&key(Kind::UuidV7, ms.max(1), random)).unwrap();
        prop_assert_eq!(v7.get_version(), Some(Version::SortRand));
        prop_assert_eq!(v7.get_variant(), Variant::RFC4122);
        let (seconds, nanos) = v7.get_timestamp().unwrap().to_unix();
        prop_assert_eq!(seconds * 1_000 + u64::from(nanos / 1_000_000), ms.max(1));
    }

    #[test]
    fn ulid_reads_our_ulids(ms in 1..1_u64 << 48, random in any::<[u8; 16]>()) {
        let ulid = Ulid::from_string(&key(Kind::Ulid, ms, random)).unwrap();
        prop_assert_eq!(ulid.timestamp_ms(), ms);
        prop_assert_eq!(ulid.random(), u128::from_be_bytes(random) & ((1 << 80) - 1));
    }

    #[test]
    fn ferroid_reads_our_ids(ticks in 0..1_u64 << 41, worker in 0..1_024_u16, sequence in 0..4_096_u32) {
        use ferroid::id::SnowflakeTwitterId;
        let id = Layout::TWITTER.compose(Parts { ticks, worker, sequence }).unwrap();
        let theirs = SnowflakeTwitterId::from_raw(id.0);
        let parts = (theirs.timestamp(), theirs.machine_id(), theirs.sequence());
        prop_assert_eq!(parts, (ticks, worker.into(), sequence.into()));
    }
}

#[test]
fn snowflake_me_takes_our_ids_apart() {
    let mut generator = Generator::new(Layout::CLASSICAL, 5, ClockPolicy::Refuse).unwrap();
    for sequence in 0..3 {
        let Ok(Next::Made(id)) = generator.next(NOW) else { panic!("no ID") };
        let epoch = Layout::CLASSICAL.spec().epoch_unix_ms;
        let theirs = snowflake_me::DecomposedSnowflake::decompose(id.0, 46, 12, 0, 5);
        assert_eq!(theirs.absolute_millis(epoch as i64), NOW as i64);
        assert_eq!((theirs.machine_id, theirs.sequence), (5, sequence));
    }
}

#[test]
fn we_take_an_id_of_snowflake_me_apart() {
    let builder = snowflake_me::Snowflake::builder().start_time(1_288_834_974_657);
    let builder = builder.clock_source(|| NOW as i64);
    let peer = builder.machine_id(&|| Ok(3)).data_center_id(&|| Ok(2)).finalize().unwrap();
    let id = Id(peer.next_id().unwrap().as_u64());
    assert_eq!(Layout::TWITTER.unix_ms(id), NOW);
    assert_eq!(Layout::TWITTER.decompose(id).worker, 2 << 5 | 3);
    let readings = recognise(&id.to_string()).unwrap();
    assert!(readings.iter().any(|reading| reading.unix_ms == Some(NOW as i64)));
}

#[test]
fn what_we_make_is_recognised() {
    for kind in [Kind::UuidV4, Kind::UuidV7, Kind::Ulid] {
        let text = key(kind, NOW, [0xa5; 16]);
        let [reading] = &recognise(&text).unwrap()[..] else { panic!("{text} is ambiguous") };
        let expected = match kind {
            Kind::UuidV4 => (What::Uuid(4), None),
            Kind::UuidV7 => (What::Uuid(7), Some(NOW as i64)),
            _ => (What::Ulid, Some(NOW as i64)),
        };
        assert_eq!((reading.what, reading.unix_ms), expected);
    }
}

//! Maglev: the paper's example entry by entry, a table shared out to the last entry, weights as shares.

use expect_test::expect;
use playground_core::consistent_hashing::maglev::{LARGE_TABLE_ENTRIES, TABLE_ENTRIES};
use playground_core::consistent_hashing::{
    KeyHash, Maglev, Placement, RingError, ShardId, XxHash64,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn names(shards: u32) -> Vec<String> {
    (0..shards).map(|shard| format!("shard-{shard}")).collect()
}

fn maglev(shards: u32, entries: u32) -> Maglev {
    let mut maglev = Maglev::new(entries, XxHash64::default()).expect("a prime number");
    let names = names(shards);
    maglev.add_all(names.iter().map(|name| (name.as_str(), 1))).expect("the names differ");
    maglev
}

/// How many entries each shard has, by number.
fn counts<H: KeyHash>(maglev: &Maglev<H>) -> Vec<u32> {
    let most = maglev.table().iter().map(|shard| shard.0 as usize + 1).max().unwrap_or(0);
    let mut counts = vec![0; most];
    maglev.table().iter().for_each(|shard| counts[shard.0 as usize] += 1);
    counts
}

/// The offsets and skips of the paper's table 1.
#[derive(Clone, Debug)]
struct Table1;

impl KeyHash for Table1 {
    fn position(&self, bytes: &[u8]) -> u64 {
        match bytes {
            b"B0" => 3,
            b"B1" => 0,
            b"B2" => 3,
            // Skips of 4, 2 and 1: one more than what is hashed.
            b"B0#skip" => 3,
            b"B1#skip" => 1,
            b"B2#skip" => 0,
            key => u64::from(key[0] - b'0'),
        }
    }
}

#[test]
fn the_example_of_the_paper() {
    // Eisenbud et al., NSDI 2016, table 1: before and after B1 is removed.
    let mut maglev = Maglev::new(7, Table1).expect("a prime number");
    let shards = maglev.add_all([("B0", 1), ("B1", 1), ("B2", 1)]).expect("they differ");
    assert_eq!(maglev.table(), [1, 0, 1, 0, 2, 2, 0].map(ShardId));
    for (key, owner) in ["0", "1", "2", "3", "4", "5", "6"].iter().zip(maglev.table()) {
        assert_eq!(maglev.owner(key.as_bytes()), Ok(*owner));
    }
    maglev.remove(shards[1]).expect("it is there");
    assert_eq!(maglev.table(), [0, 0, 0, 0, 2, 2, 2].map(ShardId));
}

#[test]
fn shares_differ_by_at_most_one_entry() {
    for shards in [1, 2, 3, 7, 100, 655, 1_000] {
        let counts = counts(&maglev(shards, TABLE_ENTRIES));
        assert_eq!(counts.len(), shards as usize);
        let least = TABLE_ENTRIES / shards;
        assert!(counts.iter().all(|count| (least..=least + 1).contains(count)), "{shards} shards");
        assert_eq!(counts.iter().sum::<u32>(), TABLE_ENTRIES);
    }
    // As many shards as there are entries, and the smallest table there is.
    assert_eq!(counts(&maglev(251, 251)), [1; 251]);
    assert_eq!(counts(&maglev(2, 2)), [1, 1]);
}

#[test]
fn a_weight_is_a_share_of_the_table() {
    let weights = [5, 1, 3, 1, 10];
    let mut maglev = Maglev::new(TABLE_ENTRIES, XxHash64::default()).expect("a prime number");
    let names = names(5);
    maglev.add_all(names.iter().map(String::as_str).zip(weights)).expect("the names differ");
    for (count, weight) in counts(&maglev).into_iter().zip(weights) {
        // At the time t a shard has had t times its weight turns, rounded down; the last ones to have
        // their turns are less than one turn of each of the five away.
        let share = f64::from(TABLE_ENTRIES) * f64::from(weight) / 20.0;
        assert!((f64::from(count) - share).abs() <= 5.0, "{count} of {share}");
    }
    // As good as no weights at all.
    let mut even = Maglev::new(TABLE_ENTRIES, XxHash64::default()).expect("a prime number");
    even.add_all(names.iter().map(|name| (name.as_str(), u32::MAX))).expect("the names differ");
    assert_eq!(even.table(), self::maglev(5, TABLE_ENTRIES).table());
}

/// With this hash every shard ranks the entries in their order, so that the table shows whose turn it was.
#[derive(Clone, Debug)]
struct InOrder;

impl KeyHash for InOrder {
    fn position(&self, _: &[u8]) -> u64 {
        0
    }
}

#[test]
fn turns_come_in_the_order_of_their_times() {
    let table = |weights: [u32; 3]| {
        let mut maglev = Maglev::new(13, InOrder).expect("a prime number");
        let names = names(3);
        maglev.add_all(names.iter().map(String::as_str).zip(weights)).expect("they differ");
        maglev.table().iter().map(|shard| shard.0).collect::<Vec<_>>()
    };
    assert_eq!(table([1, 1, 1]), [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0]);
    // Turns at the times 1/2, 1, 3/2, … and 1/3, 2/3, 1, … and 1, 2, …; the first to come wins a tie.
    assert_eq!(table([2, 3, 1]), [1, 0, 1, 0, 1, 2, 1, 0, 1, 0, 1, 2, 1]);
    assert_eq!(table([4, 6, 2]), table([2, 3, 1]));
}

#[test]
fn all_at_once_is_as_one_by_one() {
    let mut one_by_one = Maglev::new(1_009, XxHash64::default()).expect("a prime number");
    for name in names(20) {
        one_by_one.add(&name, 1).expect("the names differ");
    }
    let mut at_once = maglev(20, 1_009);
    assert_eq!(one_by_one, at_once);
    let leaving = [ShardId(3), ShardId(19), ShardId(0)];
    for shard in leaving {
        one_by_one.remove(shard).expect("it is there");
    }
    at_once.remove_all(&leaving).expect("they are there");
    assert_eq!(one_by_one, at_once);
    assert!(at_once.table().iter().all(|owner| !leaving.contains(owner)));
}

#[test]
fn owners_stay() {
    let maglev = maglev(1_000, TABLE_ENTRIES);
    let owner =
        |key| format!("{key} {}\n", maglev.owner(str::as_bytes(key)).expect("there are shards"));
    expect![[r#"
         shard 96
        a shard 620
        user-1 shard 29
        user-2 shard 123
        Grüße shard 291
    "#]]
    .assert_eq(&["", "a", "user-1", "user-2", "Grüße"].map(owner).concat());
    // All of the table in one number.
    let bytes: Vec<u8> = maglev.table().iter().flat_map(|shard| shard.0.to_le_bytes()).collect();
    expect!["a104fc6b1ea9fd28"]
        .assert_eq(&format!("{:016x}", XxHash64::default().position(&bytes)));
    assert_eq!(maglev.table_bytes(), 4 * TABLE_ENTRIES as usize);
    assert_eq!(maglev.name(), "Maglev");
}

#[test]
fn a_table_must_be_prime_and_have_room() {
    for entries in [0, 1, 4, 65_536, 65_539 * 3, u32::MAX] {
        let refused = Maglev::new(entries, XxHash64::default()).map(|_| ());
        assert_eq!(refused, Err(RingError::TableNotPrime(u64::from(entries))));
    }
    for entries in [2, 3, 5, 65_537, LARGE_TABLE_ENTRIES, 4_294_967_291] {
        assert!(Maglev::new(entries, XxHash64::default()).is_ok(), "{entries}");
    }
    let mut maglev = maglev(3, 5);
    let before = maglev.clone();
    assert_eq!(maglev.add("heavy", 3), Err(RingError::TooManyShards(6)));
    assert_eq!(
        maglev.add_all([("a", 1), ("b", 1), ("c", 1)]).map(|_| ()),
        Err(RingError::TooManyShards(6))
    );
    assert_eq!(maglev.add("shard-1", 1), Err(RingError::DuplicateShard("shard-1".to_owned())));
    assert_eq!(maglev.add("light", 0), Err(RingError::ZeroWeight));
    assert_eq!(maglev.remove(ShardId(3)), Err(RingError::UnknownShard(ShardId(3))));
    let twice = [ShardId(1), ShardId(1)];
    assert_eq!(maglev.remove_all(&twice), Err(RingError::UnknownShard(ShardId(1))));
    assert_eq!(maglev, before, "a refusal changes nothing");

    assert_eq!(maglev.add("heavy", 2), Ok(ShardId(3)));
    maglev.remove_all(&[0, 1, 2, 3].map(ShardId)).expect("they are there");
    assert_eq!(maglev.owner(b"key"), Err(RingError::Empty));
    assert_eq!(maglev.add("shard-1", 1), Ok(ShardId(4)), "no number is given again");
    assert_eq!(maglev.owner(b"key"), Ok(ShardId(4)));
}

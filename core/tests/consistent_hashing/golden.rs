//! What must never change: where keys stand, who owns them, and what happens in the scenarios.
//!
//! The same expectations hold natively and in wasm. `UPDATE_EXPECT=1` rewrites them natively.

use expect_test::expect;
use playground_core::consistent_hashing::scenarios::{self, Named};
use playground_core::consistent_hashing::{HashKind, KeyHash, Lab, Md5, Ring, XxHash64};
use playground_core::sim::{Simulation, Transcript, replay};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn xxh64_gives_the_published_values() {
    // The well-known values of XXH64 with seed 0.
    let known: [(&str, u64); 3] =
        [("", 0xef46_db37_51d8_e999), ("a", 0xd24e_c4f1_a98c_6e5b), ("abc", 0x44bc_2cf5_ad77_0999)];
    for (text, position) in known {
        assert_eq!(XxHash64::default().position(text.as_bytes()), position, "{text:?}");
        assert_eq!(HashKind::XxHash64.position(text.as_bytes()), position, "{text:?}");
    }
    assert_ne!(XxHash64 { seed: 1 }.position(b"a"), known[1].1);
    assert_eq!(HashKind::default(), HashKind::XxHash64);
}

#[test]
fn md5_gives_the_values_of_rfc_1321() {
    // The first eight bytes of each digest of appendix A.5.
    let known: [(&str, u64); 7] = [
        ("", 0xd41d_8cd9_8f00_b204),
        ("a", 0x0cc1_75b9_c0f1_b6a8),
        ("abc", 0x9001_5098_3cd2_4fb0),
        ("message digest", 0xf96b_697d_7cb7_938d),
        ("abcdefghijklmnopqrstuvwxyz", 0xc3fc_d3d7_6192_e400),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 0xd174_ab98_d277_d9f5),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            0x57ed_f4a2_2be3_c955,
        ),
    ];
    for (text, position) in known {
        assert_eq!(Md5.position(text.as_bytes()), position, "{text:?}");
        assert_eq!(HashKind::Md5.position(text.as_bytes()), position, "{text:?}");
    }
}

/// Positions and owners of some keys on a ring of three shards, one of them twice as heavy.
fn owners(hash: HashKind) -> String {
    let mut ring = Ring::with_hash(4, hash).expect("four virtual nodes are few");
    for (name, weight) in [("A", 1), ("B", 2), ("C", 1)] {
        ring.add(name, weight).expect("the names differ");
    }
    let mut table = String::new();
    for key in ["", "a", "user-1", "user-2", "user-3", "user-4", "Grüße", "🔑", "\0", "A#0"] {
        let owner = ring.owner(key.as_bytes()).expect("there are shards");
        writeln!(table, "{:016x} {owner} {key:?}", ring.position(key.as_bytes()))
            .expect("a string");
    }
    table
}

#[test]
fn owners_stay() {
    // Other programs route by the same rule: an owner that changes sends them to the wrong shard.
    expect![[r#"
        ef46db3751d8e999 shard 0 ""
        d24ec4f1a98c6e5b shard 2 "a"
        a173746b114c6be8 shard 1 "user-1"
        7395dd9943ab55e9 shard 1 "user-2"
        ae654a4bf3937dde shard 2 "user-3"
        3227a16a6007f168 shard 0 "user-4"
        29964875bfe3cb55 shard 1 "Grüße"
        c4d05680da87af01 shard 2 "🔑"
        e934a84adb052768 shard 2 "\0"
        6637527105ed48ff shard 0 "A#0"
    "#]]
    .assert_eq(&owners(HashKind::XxHash64));
    expect![[r#"
        d41d8cd98f00b204 shard 1 ""
        0cc175b9c0f1b6a8 shard 1 "a"
        d6d7705392bc7af6 shard 1 "user-1"
        3d58ce20fe802793 shard 1 "user-2"
        134ad24e99806ca1 shard 1 "user-3"
        24b299d767a979b1 shard 1 "user-4"
        49c5f675b49037b6 shard 1 "Grüße"
        48c9f1a275dc8159 shard 1 "🔑"
        93b885adfe0da089 shard 2 "\0"
        f87ef636730d1faa shard 0 "A#0"
    "#]]
    .assert_eq(&owners(HashKind::Md5));
}

#[test]
fn points_stay() {
    let mut ring = Ring::new(2).expect("two virtual nodes are few");
    for name in ["A", "B", "cache-1.example"] {
        ring.add(name, 1).expect("the names differ");
    }
    let line = |point: &playground_core::consistent_hashing::Point| {
        format!("{:016x} {} #{}\n", point.position, point.shard, point.virtual_node)
    };
    expect![[r#"
        2082e8e6157980ce shard 1 #0
        3b6f284afa74930f shard 0 #1
        6637527105ed48ff shard 0 #0
        7db0b91853e7d1d5 shard 1 #1
        bbdae289d5736060 shard 2 #1
        c164d1f6d9b0c229 shard 2 #0
    "#]]
    .assert_eq(&ring.points().iter().map(line).collect::<String>());
}

fn transcript(named: &Named) -> String {
    let transcript: Transcript<Lab> = replay(&named.run, named.until, u64::MAX);
    let mut text = format!("{}\n{}", named.title, transcript);
    let frame = transcript.state.frame(named.until);
    writeln!(text, "in the end {:?}, {} travelling", frame.moved, frame.travelling)
        .expect("a string");
    for shard in frame.shards() {
        let (name, keys, modulo) = (&shard.name, shard.keys, shard.modulo_keys);
        writeln!(text, "{name} up={} keys={keys} modulo={modulo}", shard.is_up).expect("a string");
    }
    text
}

/// Compares a transcript with its file: the same text natively and in wasm, which has no files.
fn compare(name: &str, stored: &str, transcript: &str) {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let path = format!("../golden/consistent_hashing/{name}.txt");
        expect_test::expect_file![path].assert_eq(transcript);
        return;
    }
    // Git may have given the file other line ends.
    assert_eq!(transcript, stored.replace("\r\n", "\n"), "the transcript of {name:?} has changed");
}

/// The stored transcript of a scenario.
fn stored(name: &str) -> Option<&'static str> {
    match name {
        "opening" => Some(include_str!("../golden/consistent_hashing/opening.txt")),
        "growing" => Some(include_str!("../golden/consistent_hashing/growing.txt")),
        "balancing" => Some(include_str!("../golden/consistent_hashing/balancing.txt")),
        "crashing" => Some(include_str!("../golden/consistent_hashing/crashing.txt")),
        "crowd" => Some(include_str!("../golden/consistent_hashing/crowd.txt")),
        _ => None,
    }
}

#[test]
fn transcripts_stay() {
    for named in scenarios::all() {
        let stored = stored(named.name);
        let stored = stored.unwrap_or_else(|| panic!("{:?} has no transcript yet", named.name));
        compare(named.name, stored, &transcript(&named));
    }
}

#[test]
fn scenarios_are_told_apart_and_end() {
    let all = scenarios::all();
    for (index, named) in all.iter().enumerate() {
        assert!(all[..index].iter().all(|other| other.name != named.name), "{}", named.name);
        let transcript = replay(&named.run, named.until, u64::MAX);
        assert_eq!(transcript.violations, [], "{}", named.name);
        assert_eq!(transcript.state.next_at(), None, "{}: nothing is left to happen", named.name);
        let clamped = named.run.scenario.clamped();
        assert_eq!(
            named.run.scenario, clamped,
            "{}: its scenario is within the limits",
            named.name
        );
    }
}

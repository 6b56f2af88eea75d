//! Each policy on a few requests: who has to go, and in which order.

use expect_test::{Expect, expect};
use playground_core::cdn::eviction::{Admission, Eviction, Policy, Sieve, WTinyLfu};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Letters in a cache for some letters; each request with what it was, and what went.
fn transcript(cache: &mut dyn Eviction<String>, requests: &str) -> String {
    let mut lines = String::new();
    for letter in requests.chars() {
        let mut evicted = Vec::new();
        let key = letter.to_string();
        if cache.hit(&key) {
            lines += &format!("{letter} hit\n");
        } else if cache.insert(key, 1, &mut evicted) == Admission::Refused {
            lines += &format!("{letter} refused\n");
        } else {
            lines += format!("{letter} miss {}", evicted.join(" ")).trim_end();
            lines += "\n";
        }
    }
    let held: Vec<&str> = cache.held().into_iter().map(|(key, _)| key.as_str()).collect();
    lines + &held.join(" ")
}

#[track_caller]
fn check(policy: Policy, capacity: u64, requests: &str, expected: Expect) {
    expected.assert_eq(&transcript(&mut policy.build(capacity), requests));
}

#[test]
fn fifo_forgets_in_the_order_of_arrival() {
    check(
        Policy::Fifo,
        3,
        "abcaadab",
        expect![[r#"
        a miss
        b miss
        c miss
        a hit
        a hit
        d miss a
        a miss b
        b miss c
        d a b"#]],
    );
}

#[test]
fn lru_keeps_what_was_asked_for_last() {
    check(
        Policy::Lru,
        3,
        "abcaadab",
        expect![[r#"
        a miss
        b miss
        c miss
        a hit
        a hit
        d miss b
        a hit
        b miss c
        d a b"#]],
    );
}

#[test]
fn lfu_keeps_what_was_asked_for_most_and_among_equals_the_latest() {
    check(
        Policy::Lfu,
        3,
        "aabbcdcec",
        expect![[r#"
        a miss
        a hit
        b miss
        b hit
        c miss
        d miss c
        c miss d
        e miss c
        c miss e
        c a b"#]],
    );
}

#[test]
fn sieve_spares_what_was_asked_for_without_moving_it() {
    check(
        Policy::Sieve,
        3,
        "abcacdefa",
        expect![[r#"
        a miss
        b miss
        c miss
        a hit
        c hit
        d miss b
        e miss d
        f miss a
        a miss c
        e f a"#]],
    );
}

#[test]
fn s3_fifo_lets_through_what_is_asked_for_once() {
    // Ten letters: one in the small queue once the cache is full.
    check(
        Policy::S3Fifo,
        10,
        "aaabbbcccdefghijklmna",
        expect![[r#"
        a miss
        a hit
        a hit
        b miss
        b hit
        b hit
        c miss
        c hit
        c hit
        d miss
        e miss
        f miss
        g miss
        h miss
        i miss
        j miss
        k miss d
        l miss e
        m miss f
        n miss g
        a hit
        h i j k l m n a b c"#]],
    );
}

#[test]
fn w_tiny_lfu_lets_nobody_in_who_is_asked_for_less() {
    let mut cache = WTinyLfu::with_window(3, 34);
    expect![[r#"
        a miss
        a hit
        a hit
        b miss
        b hit
        b hit
        c miss
        d miss c
        e miss d
        f miss e
        d miss f
        d hit
        d a b"#]]
    .assert_eq(&transcript(&mut cache, "aaabbbcdefdd"));
}

#[test]
fn the_hand_survives_the_removal_of_what_it_points_at() {
    let mut cache = Sieve::new(3);
    transcript(&mut cache, "abcad");
    assert_eq!(cache.remove(&"c".to_owned()), Some(1));
    expect![[r#"
        e miss
        f miss d
        a e f"#]]
    .assert_eq(&transcript(&mut cache, "ef"));
}

#[test]
fn an_object_larger_than_the_cache_is_refused_and_costs_nobody_its_place() {
    for policy in Policy::ALL {
        let mut cache = policy.build::<u64>(100);
        let mut evicted = Vec::new();
        cache.insert(1, 90, &mut evicted);
        assert_eq!(cache.insert(2, 101, &mut evicted), Admission::Refused, "{policy}");
        assert_eq!((evicted.as_slice(), cache.held()), ([].as_slice(), vec![(&1, 90)]), "{policy}");
    }
}

#[test]
fn a_new_version_replaces_the_old_one_even_if_it_cannot_be_held() {
    for policy in Policy::ALL {
        let mut cache = policy.build::<u64>(100);
        let mut evicted = Vec::new();
        cache.insert(1, 60, &mut evicted);
        assert_eq!(cache.insert(1, 70, &mut evicted), Admission::Admitted, "{policy}");
        assert_eq!((cache.len(), cache.used_bytes()), (1, 70), "{policy}");
        assert_eq!(cache.insert(1, 170, &mut evicted), Admission::Refused, "{policy}");
        assert_eq!((evicted.len(), cache.len(), cache.used_bytes()), (0, 0, 0), "{policy}");
    }
}

#[test]
fn a_cache_without_room_and_the_largest_one_are_no_special_cases() {
    for policy in Policy::ALL {
        let mut evicted = Vec::new();
        let mut cache = policy.build::<u64>(0);
        assert_eq!(cache.insert(1, 1, &mut evicted), Admission::Refused, "{policy}");
        let mut cache = policy.build::<u64>(u64::MAX);
        let half = u64::MAX / 2;
        for key in 0..4 {
            cache.request(&key, half, &mut evicted);
            assert!(cache.used_bytes() >= half, "{policy}");
        }
    }
}

#[test]
fn every_policy_has_a_name_and_comes_back_from_its_wire_form() {
    let names: Vec<String> = Policy::ALL.iter().map(Policy::to_string).collect();
    assert_eq!(names.join(" "), "FIFO LRU LFU SIEVE S3-FIFO W-TinyLFU");
    for policy in Policy::ALL {
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
        assert_eq!(policy.build::<u64>(1).policy(), policy);
    }
}

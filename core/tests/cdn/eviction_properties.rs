//! What must hold for every policy, whatever is done to it; and that each is what its naive form is.

use super::naive::Naive;
use lru::LruCache;
use playground_core::cdn::eviction::{Admission, Eviction, Policy};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

#[derive(Clone, Copy, Debug)]
enum Step {
    Request { key: u64, bytes: u64 },
    Insert { key: u64, bytes: u64 },
    Remove { key: u64 },
}

fn steps(keys: u64) -> impl Strategy<Value = Vec<Step>> {
    // Low keys are asked for more often.
    let key = || (0..keys, 0..keys).prop_map(|(a, b)| a.min(b));
    let bytes = || prop_oneof![9 => 1..8_u64, 1 => 0..60_u64];
    let step = prop_oneof![
        8 => (key(), bytes()).prop_map(|(key, bytes)| Step::Request { key, bytes }),
        1 => (key(), bytes()).prop_map(|(key, bytes)| Step::Insert { key, bytes }),
        1 => key().prop_map(|key| Step::Remove { key }),
    ];
    prop::collection::vec(step, 1..150)
}

/// What is held according to what a policy has said.
#[derive(Default)]
struct Book(BTreeMap<u64, u64>);

impl Book {
    fn insert(&mut self, cache: &mut dyn Eviction<u64>, key: u64, bytes: u64) {
        self.0.remove(&key);
        let mut evicted = Vec::new();
        match cache.insert(key, bytes, &mut evicted) {
            Admission::Admitted => {
                assert!(bytes <= cache.capacity_bytes());
                assert!(!evicted.contains(&key), "admitted and evicted at once");
                self.0.insert(key, bytes);
            }
            Admission::Refused => assert!(!evicted.contains(&key), "refused and evicted"),
        }
        for key in evicted {
            assert!(self.0.remove(&key).is_some(), "{key} was evicted but not held");
        }
    }

    fn check(&self, cache: &dyn Eviction<u64>) {
        let held = cache.held();
        assert_eq!(held.len(), cache.len());
        assert_eq!(cache.is_empty(), held.is_empty());
        let held: BTreeMap<u64, u64> = held.into_iter().map(|(key, bytes)| (*key, bytes)).collect();
        assert_eq!(held, self.0);
        assert_eq!(cache.used_bytes(), self.0.values().sum::<u64>());
        assert!(cache.used_bytes() <= cache.capacity_bytes());
        assert!(self.0.iter().all(|(key, bytes)| cache.bytes_of(key) == Some(*bytes)));
    }
}

proptest! {
    #[test]
    fn whatever_came_is_held_or_was_refused_or_evicted(capacity in 0..80_u64, steps in steps(24)) {
        for policy in Policy::ALL {
            let (mut cache, mut book) = (policy.build::<u64>(capacity), Book::default());
            for step in &steps {
                match *step {
                    Step::Request { key, bytes } => {
                        let is_hit = cache.hit(&key);
                        prop_assert_eq!(is_hit, book.0.contains_key(&key));
                        if !is_hit {
                            book.insert(&mut cache, key, bytes);
                        }
                    }
                    Step::Insert { key, bytes } => book.insert(&mut cache, key, bytes),
                    Step::Remove { key } => prop_assert_eq!(cache.remove(&key), book.0.remove(&key)),
                }
                book.check(&cache);
            }
        }
    }

    #[test]
    fn each_policy_does_what_its_naive_form_does(capacity in 0..80_u64, steps in steps(24)) {
        for policy in Naive::POLICIES {
            let (mut cache, mut naive) = (policy.build::<u64>(capacity), Naive::new(policy, capacity));
            for step in &steps {
                let (mut evicted, mut expected) = (Vec::new(), Vec::new());
                match *step {
                    Step::Request { key, bytes } => {
                        let is_hit = cache.hit(&key);
                        prop_assert_eq!(is_hit, naive.hit(key));
                        if !is_hit {
                            cache.insert(key, bytes, &mut evicted);
                            naive.insert(key, bytes, &mut expected);
                        }
                    }
                    Step::Insert { key, bytes } => {
                        let admission = cache.insert(key, bytes, &mut evicted);
                        prop_assert_eq!(admission, naive.insert(key, bytes, &mut expected));
                    }
                    Step::Remove { key } => prop_assert_eq!(cache.remove(&key), naive.remove(key)),
                }
                prop_assert_eq!(evicted, expected, "{}", policy);
                let held: Vec<_> = cache.held().into_iter().map(|(key, bytes)| (*key, bytes)).collect();
                prop_assert_eq!(held, naive.held(), "{}", policy);
            }
        }
    }

    #[test]
    fn lru_does_what_the_crate_of_that_name_does(capacity in 1..20_u64, keys in prop::collection::vec(0..40_u64, 1..300)) {
        let mut ours = Policy::Lru.build::<u64>(capacity);
        let mut peer = LruCache::new(NonZeroUsize::new(capacity as usize).unwrap());
        for key in keys {
            let mut evicted = Vec::new();
            let is_hit = ours.request(&key, 1, &mut evicted);
            prop_assert_eq!(is_hit, peer.get(&key).is_some());
            if !is_hit {
                let pushed_out = peer.push(key, ());
                prop_assert_eq!(evicted, Vec::from_iter(pushed_out.map(|(key, ())| key)));
            }
        }
    }
}

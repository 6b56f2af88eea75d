//! For any sequence of changes the ring is the naive one, and a change of one shard moves only keys
//! from it or to it.

use crate::coarse::{Coarse, named_points};
use crate::naive::{NaiveRing, named_owner, owner_among};
use playground_core::consistent_hashing::{HashKind, KeyHash, Ring, ShardId};
use proptest::prelude::*;

const NAMES: [&str; 6] = ["A", "B", "AA", "cache-1", "Grüße", ""];

/// A change; shards are meant by place among [`NAMES`], known or not.
#[derive(Clone, Debug)]
enum Change {
    Add(usize, u32),
    Remove(usize),
    SetInService(usize, bool),
    SetWeight(usize, u32),
    SetVirtualNodes(u32),
    Place(usize, u32, u64),
    Release(usize, u32),
}

fn position() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(u64::MAX), Just(1 << 63), any::<u64>()]
}

fn change() -> impl Strategy<Value = Change> {
    let name = 0..NAMES.len();
    prop_oneof![
        3 => (name.clone(), 1..4_u32).prop_map(|(name, weight)| Change::Add(name, weight)),
        1 => name.clone().prop_map(Change::Remove),
        1 => (name.clone(), any::<bool>()).prop_map(|(name, up)| Change::SetInService(name, up)),
        1 => (name.clone(), 0..4_u32).prop_map(|(name, weight)| Change::SetWeight(name, weight)),
        1 => (0..6_u32).prop_map(Change::SetVirtualNodes),
        3 => (name.clone(), 0..8_u32, position())
            .prop_map(|(name, virtual_node, to)| Change::Place(name, virtual_node, to)),
        1 => (name, 0..8_u32)
            .prop_map(|(name, virtual_node)| Change::Release(name, virtual_node)),
    ]
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec(change(), 1..30)
}

fn id_of<H: KeyHash>(ring: &Ring<H>, name: &str) -> ShardId {
    let known = ring.shards().find(|(_, known, _)| *known == name);
    known.map_or(ShardId(u32::MAX), |(id, _, _)| id)
}

/// Makes a change on both; returns whether the real ring accepted it, and the shard it was about.
fn apply<H: KeyHash>(
    ring: &mut Ring<H>,
    naive: &mut NaiveRing<H>,
    change: &Change,
) -> (bool, Option<ShardId>) {
    let points = |naive: &NaiveRing<H>, name| {
        naive.shards.get(name).map(|shard| naive.virtual_nodes * shard.weight)
    };
    match *change {
        Change::Add(name, weight) => {
            let added = ring.add(NAMES[name], weight);
            assert_eq!(added.is_ok(), !naive.shards.contains_key(NAMES[name]));
            if added.is_ok() {
                naive.add(NAMES[name], weight);
            }
            (added.is_ok(), added.ok())
        }
        Change::Remove(name) => {
            let id = id_of(ring, NAMES[name]);
            let removed = ring.remove(id).is_ok();
            assert_eq!(removed, naive.shards.remove(NAMES[name]).is_some());
            (removed, Some(id))
        }
        Change::SetInService(name, up) => {
            let id = id_of(ring, NAMES[name]);
            let set = ring.set_in_service(id, up).is_ok();
            let shard = naive.shards.get_mut(NAMES[name]);
            assert_eq!(set, shard.map(|shard| shard.in_service = up).is_some());
            (set, Some(id))
        }
        Change::SetWeight(name, weight) => {
            let id = id_of(ring, NAMES[name]);
            let set = ring.set_weight(id, weight).is_ok();
            let shard = naive.shards.get_mut(NAMES[name]).filter(|_| weight > 0);
            assert_eq!(set, shard.map(|shard| shard.weight = weight).is_some());
            naive.trim();
            (set, Some(id))
        }
        Change::SetVirtualNodes(virtual_nodes) => {
            let set = ring.set_virtual_nodes(virtual_nodes).is_ok();
            assert_eq!(set, virtual_nodes > 0);
            if set {
                naive.virtual_nodes = virtual_nodes;
                naive.trim();
            }
            (set, None)
        }
        Change::Place(name, virtual_node, to) => {
            let id = id_of(ring, NAMES[name]);
            let placed = ring.place(id, virtual_node, to).is_ok();
            let fits = points(naive, NAMES[name]).is_some_and(|it| virtual_node < it);
            assert_eq!(placed, fits);
            let shard = naive.shards.get_mut(NAMES[name]).filter(|_| fits);
            shard.map(|shard| shard.placed.insert(virtual_node, to));
            (placed, Some(id))
        }
        Change::Release(name, virtual_node) => {
            let id = id_of(ring, NAMES[name]);
            let released = ring.release(id, virtual_node).is_ok();
            let fits = points(naive, NAMES[name]).is_some_and(|it| virtual_node < it);
            assert_eq!(released, fits);
            let shard = naive.shards.get_mut(NAMES[name]).filter(|_| fits);
            shard.map(|shard| shard.placed.remove(&virtual_node));
            (released, Some(id))
        }
    }
}

fn check<H: KeyHash>(hash: H, changes: &[Change], positions: &[u64]) {
    let mut ring = Ring::with_hash(3, hash.clone()).expect("few virtual nodes");
    let mut naive = NaiveRing::new(3, hash);
    for change in changes {
        let before = ring.clone();
        let (accepted, shard) = apply(&mut ring, &mut naive, change);
        if !accepted {
            assert_eq!(before.points(), ring.points(), "refused: {change:?}");
        }
        let points = named_points(&ring);
        let naive_points = naive.points();
        let expected = naive_points.iter().map(|(at, name, node)| (*at, (*name).to_owned(), *node));
        assert!(points.iter().cloned().eq(expected), "{change:?}");
        // Owners matter most around points and at the ends of the circle.
        let at_points = points.iter().flat_map(|(at, _, _)| [*at, at.wrapping_add(1)]);
        for at in positions.iter().copied().chain(at_points).chain([0, u64::MAX]) {
            assert_eq!(
                named_owner(&ring, at).as_deref(),
                owner_among(&naive_points, at),
                "{change:?}, {at}"
            );
            let (from, to) = (before.owner_at(at).ok(), ring.owner_at(at).ok());
            if from != to
                && let Some(shard) = shard
            {
                assert!(from == Some(shard) || to == Some(shard), "{change:?} moved {at}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn the_ring_is_the_naive_one(
        changes in changes(),
        positions in prop::collection::vec(position(), 8),
    ) {
        check(HashKind::XxHash64, &changes, &positions);
    }

    #[test]
    fn even_if_points_coincide_all_the_time(
        changes in changes(),
        positions in prop::collection::vec(position(), 8),
        spots in 2..12_u64,
    ) {
        check(Coarse { positions: spots }, &changes, &positions);
    }

    #[test]
    fn the_order_of_additions_makes_no_difference(
        shards in prop::collection::btree_map("[a-z]{1,8}", 1..4_u32, 1..12),
        rotation in 0..12_usize,
        spots in 2..1_000_u64,
    ) {
        let hash = Coarse { positions: spots };
        let mut one = Ring::with_hash(5, hash).expect("few virtual nodes");
        let mut other = one.clone();
        let mut order: Vec<_> = shards.iter().map(|(name, weight)| (name.clone(), *weight)).collect();
        for (name, weight) in &order {
            one.add(name, *weight).expect("the names differ");
        }
        order.reverse();
        let middle = rotation % order.len();
        order.rotate_left(middle);
        for (name, weight) in &order {
            other.add(name, *weight).expect("the names differ");
        }
        prop_assert_eq!(named_points(&one), named_points(&other));
    }

    #[test]
    fn a_placed_point_owns_exactly_its_arc(
        shards in 1..6_usize,
        to in position(),
        positions in prop::collection::vec(position(), 50),
    ) {
        let mut ring = Ring::new(4).expect("few virtual nodes");
        for name in &NAMES[..shards] {
            ring.add(name, 1).expect("the names differ");
        }
        ring.place(ShardId(0), 2, to).expect("it has four virtual nodes");
        let index = ring.points().iter().position(|it| it.shard.0 == 0 && it.virtual_node == 2);
        let index = index.expect("the point is there");
        prop_assert_eq!(ring.points()[index].position, to);
        let before = (index + ring.points().len() - 1) % ring.points().len();
        let arc = to.wrapping_sub(ring.points()[before].position);
        for position in positions {
            // Behind the point before, up to the point itself, going around if need be.
            let is_inside = to.wrapping_sub(position) < arc;
            let owner = ring.point_at(position).expect("there are shards");
            prop_assert_eq!(owner.shard.0 == 0 && owner.virtual_node == 2, is_inside);
        }
    }
}

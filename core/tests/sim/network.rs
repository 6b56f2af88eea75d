//! The network's faults: that each really happens, as often as it is asked to, and no other does.

use crate::script::{A, B, C, Order, delivered, lost, scripts, settle, three_scripts};
use playground_core::sim::{LossReason, Network, Partition, Span, Time};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const MESSAGES: u32 = 1_000;

fn network() -> Network {
    Network::reliable(Span::from_ms(1), Span::from_ms(10))
}

/// What arrives of a thousand messages sent at once, and what does not.
fn deliver_thousand(network: Network) -> (Vec<u32>, Vec<(u32, LossReason)>) {
    let mut cluster = scripts(network, 1);
    let orders = (0..MESSAGES).map(|message| Order::Send(B, message)).collect();
    let mut events = cluster.command(Time::ZERO, A, orders);
    events.extend(settle(&mut cluster));
    (delivered(&events), lost(&events))
}

#[test]
fn a_reliable_network_delivers_everything_once() {
    let (mut delivered, lost) = deliver_thousand(network());
    delivered.sort_unstable();
    assert_eq!(delivered, (0..MESSAGES).collect::<Vec<_>>());
    assert_eq!(lost, []);
}

#[test]
fn certain_loss_loses_everything() {
    let (delivered, lost) = deliver_thousand(Network { loss_ppm: 1_000_000, ..network() });
    assert_eq!(delivered, [0; 0]);
    assert_eq!(lost.len(), MESSAGES as usize);
    assert!(lost.iter().all(|(_, reason)| *reason == LossReason::Chance));
}

#[test]
fn certain_duplication_delivers_everything_twice() {
    let (mut delivered, _) = deliver_thousand(Network { duplication_ppm: 1_000_000, ..network() });
    delivered.sort_unstable();
    assert_eq!(delivered, (0..MESSAGES).flat_map(|it| [it, it]).collect::<Vec<_>>());
}

#[test]
fn rates_are_as_asked() {
    // Of 1,000 at 20 % the standard deviation is √(1000 · 0.2 · 0.8) = 12.6: five of them are 63.
    let about = |count: usize| (137..=263).contains(&count);
    let (_, lost) = deliver_thousand(Network { loss_ppm: 200_000, ..network() });
    assert!(about(lost.len()), "{}", lost.len());
    let (delivered, _) = deliver_thousand(Network { duplication_ppm: 200_000, ..network() });
    assert!(about(delivered.len() - MESSAGES as usize), "{}", delivered.len());
}

#[test]
fn latencies_lie_between_their_bounds_and_reach_them() {
    let mut cluster = scripts(network(), 1);
    let orders = (0..MESSAGES).map(|message| Order::Send(B, message)).collect();
    cluster.command(Time::ZERO, A, orders);
    let arrivals: Vec<Time> = cluster.flights().map(|(at, _)| at).collect();
    let (first, last) = (arrivals[0], arrivals[arrivals.len() - 1]);
    // A thousand draws of 9,001 values come within 100 of either end but once in 10⁵.
    assert!(first >= Time::from_ms(1) && first < Time(1_100), "{first}");
    assert!(last <= Time::from_ms(10) && last > Time(9_900), "{last}");
}

#[test]
fn reordering_holds_messages_back_beyond_the_longest_latency() {
    let steady = Network::reliable(Span::from_ms(2), Span::from_ms(2));
    let (in_order, _) = deliver_thousand(steady.clone());
    assert!(in_order.is_sorted(), "equal latencies keep the order");
    let (reordered, _) = deliver_thousand(Network { reordering_ppm: 100_000, ..steady.clone() });
    assert!(!reordered.is_sorted());
    assert_eq!(reordered.len(), MESSAGES as usize);
    let mut cluster = scripts(Network { reordering_ppm: 1_000_000, ..steady }, 1);
    cluster.command(Time::ZERO, A, vec![Order::Send(B, 1); MESSAGES as usize]);
    assert!(cluster.flights().all(|(at, _)| at >= Time::from_ms(2) && at <= Time::from_ms(22)));
    assert!(cluster.flights().any(|(at, _)| at > Time::from_ms(20)));
}

#[test]
fn a_one_way_cut_lets_answers_through() {
    let mut cluster = three_scripts();
    cluster.network.partition.cut_one_way(A, B);
    let mut events = cluster.command(Time::ZERO, A, vec![Order::Send(B, 1), Order::Send(C, 2)]);
    events.extend(cluster.command(Time::ZERO, B, vec![Order::Send(A, 3)]));
    events.extend(settle(&mut cluster));
    assert_eq!(lost(&events), [(1, LossReason::Partition)]);
    assert_eq!(delivered(&events), [2, 3]);
}

#[test]
fn an_isolated_side_talks_among_itself_only() {
    let mut partition = Partition::default();
    assert!(partition.is_whole());
    partition.isolate(&[A, B], 3);
    for (from, to, cut) in [(A, B, false), (B, A, false), (C, C, false)].into_iter().chain([
        (A, C, true),
        (C, A, true),
        (B, C, true),
        (C, B, true),
    ]) {
        assert_eq!(partition.cuts(from, to), cut, "{from} to {to}");
    }
    partition.heal();
    assert_eq!(partition, Partition::default());
    assert!(!partition.cuts(A, C));
}

#[test]
fn a_partition_swallows_what_is_under_way_and_healing_brings_nothing_back() {
    let mut cluster = three_scripts();
    cluster.command(Time::ZERO, A, vec![Order::Send(C, 1)]);
    cluster.network.partition.isolate(&[C], 3);
    let mut events = settle(&mut cluster);
    events.extend(cluster.command(Time::from_ms(5), C, vec![Order::Send(A, 2)]));
    cluster.network.partition.heal();
    events.extend(cluster.command(Time::from_ms(6), C, vec![Order::Send(A, 3)]));
    events.extend(settle(&mut cluster));
    assert_eq!(lost(&events), [(1, LossReason::Partition), (2, LossReason::Partition)]);
    assert_eq!(delivered(&events), [3]);
}

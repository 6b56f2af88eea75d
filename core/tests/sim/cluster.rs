//! What a cluster promises a protocol: disks, crashes between any two outputs, timers, messages.

use crate::script::{
    A, B, C, Order, Script, Told, appended, crashes, delivered, lost, scripts, sent, settle,
    three_scripts, told,
};
use expect_test::expect;
use playground_core::sim::{
    Cluster, ClusterEvent, Durability, LossReason, Network, NodeId, Output, Rng, Side, Span, Time,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Write, tell, write lazily, tell, report: five outputs, so five places to die after.
fn five_outputs() -> Vec<Order> {
    vec![
        Order::Append(1),
        Order::Send(B, 10),
        Order::AppendLazily(2),
        Order::Send(B, 20),
        Order::Report(3),
    ]
}

const NOTHING: [u32; 0] = [];

fn ms(ms: u64) -> Time {
    Time::from_ms(ms)
}

#[test]
fn a_crash_after_each_output_leaves_exactly_what_came_before_it() {
    /// Outputs carried out, records written, of them lost, messages sent, whether it was reported.
    type Case = (u32, &'static [u32], usize, &'static [u32], bool);
    let expected: [Case; 5] = [
        (1, &[1], 0, &[], false),
        (2, &[1], 0, &[10], false),
        (3, &[1, 2], 1, &[10], false),
        (4, &[1, 2], 1, &[10, 20], false),
        (5, &[1, 2], 1, &[10, 20], true),
    ];
    // The disk must make no difference to what survives, however slow it is.
    for force_latency in [Span::ZERO, Span::from_ms(5)] {
        for (outputs, written, lost_records, messages, reported) in expected {
            let mut cluster = three_scripts();
            cluster.node_mut(A).expect("there are three nodes").force_latency = force_latency;
            cluster.crash_after(ms(1), A, outputs);
            let mut events = cluster.command(ms(1), A, five_outputs());
            events.extend(settle(&mut cluster));
            let case = format!("after {outputs} outputs, disk takes {force_latency}");
            let records: Vec<u32> = appended(&events).iter().map(|(record, _)| *record).collect();
            assert_eq!(records, written, "{case}");
            assert_eq!(crashes(&events), [(A, lost_records)], "{case}");
            assert_eq!(sent(&events), messages, "{case}");
            assert_eq!(told(&events).contains(&(A, Told::Ordered(3))), reported, "{case}");
            assert_eq!(cluster.nodes()[0].log(), [1], "{case}");
            assert_eq!(cluster.nodes()[0].durable_log(), [1], "{case}");
            assert!(!cluster.is_up(A), "{case}");
            cluster.restart(ms(50), A);
            let machine = cluster.nodes()[0].machine().expect("it was restarted");
            assert_eq!(machine.recovered, [1], "{case}");
        }
    }
}

#[test]
fn a_crash_after_more_outputs_than_there_are_waits_for_the_next_ones() {
    let mut cluster = three_scripts();
    cluster.crash_after(ms(1), A, 6);
    let events = cluster.command(ms(1), A, five_outputs());
    assert_eq!(crashes(&events), []);
    assert_eq!(cluster.nodes()[0].log(), [1, 2]);
    assert_eq!(cluster.nodes()[0].durable_log(), [1]);
    let events = cluster.command(ms(2), A, vec![Order::Append(3), Order::Send(B, 30)]);
    assert_eq!(crashes(&events), [(A, 0)]);
    assert_eq!(sent(&events), NOTHING);
    assert_eq!(cluster.nodes()[0].durable_log(), [1, 2, 3], "a forced record takes the lazy along");
}

#[test]
fn crash_after_no_outputs_is_a_crash() {
    let mut cluster = three_scripts();
    assert_eq!(crashes(&cluster.crash_after(ms(1), A, 0)), [(A, 0)]);
    assert!(!cluster.is_up(A));
    // The dead have nothing to count down, and a restart must not inherit an old plan to die.
    cluster.crash_after(ms(2), A, 1);
    cluster.restart(ms(3), A);
    assert_eq!(crashes(&cluster.command(ms(4), A, vec![Order::Report(1)])), []);
}

fn is_second_message(output: &Output<Script>) -> bool {
    matches!(output, Output::Send { message: 20, .. })
}

fn is_forced_append(output: &Output<Script>) -> bool {
    matches!(output, Output::Append { durability: Durability::Forced, .. })
}

fn is_lazy_append(output: &Output<Script>) -> bool {
    matches!(output, Output::Append { durability: Durability::Lazy, .. })
}

#[test]
fn a_crash_around_an_output_takes_it_or_leaves_it() {
    /// Which output, records written, messages sent, and what the log holds: before and after it.
    type Case =
        (fn(&Output<Script>) -> bool, [(&'static [u32], &'static [u32], &'static [u32]); 2]);
    let expected: [Case; 3] = [
        (is_forced_append, [(&[], &[], &[]), (&[1], &[], &[1])]),
        (is_lazy_append, [(&[1], &[10], &[1]), (&[1, 2], &[10], &[1])]),
        (is_second_message, [(&[1, 2], &[10], &[1]), (&[1, 2], &[10, 20], &[1])]),
    ];
    for force_latency in [Span::ZERO, Span::from_ms(5)] {
        for (number, (matches, sides)) in expected.into_iter().enumerate() {
            for (side, (written, messages, left)) in
                [Side::Before, Side::After].into_iter().zip(sides)
            {
                let mut cluster = three_scripts();
                cluster.node_mut(A).expect("there are three nodes").force_latency = force_latency;
                assert!(cluster.crash_around(ms(1), A, side, matches).is_empty());
                let mut events = cluster.command(ms(1), A, five_outputs());
                events.extend(settle(&mut cluster));
                let case = format!("{side:?} output {number}, disk takes {force_latency}");
                let records: Vec<u32> =
                    appended(&events).iter().map(|(record, _)| *record).collect();
                assert_eq!(records, written, "{case}");
                assert_eq!(sent(&events), messages, "{case}");
                assert_eq!(crashes(&events).len(), 1, "{case}");
                assert_eq!(cluster.nodes()[0].log(), left, "{case}");
            }
        }
    }
}

#[test]
fn a_crash_around_an_output_waits_for_it_and_then_is_forgotten() {
    let mut cluster = three_scripts();
    cluster.crash_around(ms(1), A, Side::Before, is_second_message);
    assert_eq!(crashes(&cluster.command(ms(1), A, vec![Order::Send(B, 10)])), []);
    assert_eq!(crashes(&cluster.command(ms(2), A, vec![Order::Send(B, 20)])), [(A, 0)]);
    cluster.restart(ms(3), A);
    assert_eq!(crashes(&cluster.command(ms(4), A, vec![Order::Send(B, 20)])), []);
}

#[test]
fn one_plan_to_die_takes_the_place_of_another() {
    let mut cluster = three_scripts();
    cluster.crash_around(ms(1), A, Side::Before, is_second_message);
    cluster.crash_after(ms(1), A, 2);
    let events = cluster.command(ms(1), A, vec![Order::Send(B, 20), Order::Send(B, 30)]);
    assert_eq!((sent(&events), crashes(&events)), (vec![20, 30], vec![(A, 0)]));
    // A plan made after all goes with the crash that came first, and the dead make none.
    cluster.restart(ms(2), A);
    cluster.crash_around(ms(2), A, Side::After, is_second_message);
    cluster.crash(ms(2), A);
    cluster.crash_around(ms(2), A, Side::After, is_second_message);
    cluster.restart(ms(3), A);
    assert_eq!(crashes(&cluster.command(ms(4), A, vec![Order::Send(B, 20)])), []);
    // The other way round.
    cluster.crash_after(ms(5), A, 1);
    cluster.crash_around(ms(5), A, Side::After, is_second_message);
    let events = cluster.command(ms(5), A, vec![Order::Report(1), Order::Send(B, 20)]);
    assert_eq!((sent(&events), crashes(&events)), (vec![20], vec![(A, 0)]));
    assert!(cluster.crash_around(ms(6), NodeId(3), Side::After, is_second_message).is_empty());
}

#[test]
fn what_happens_is_plain_json_and_back() {
    let mut cluster = three_scripts();
    cluster.crash_after(ms(1), A, 5);
    let mut orders = five_outputs();
    orders.insert(0, Order::WakeAfter(0, 1));
    let mut events = cluster.command(ms(1), C, orders);
    events.extend(settle(&mut cluster));
    events.extend(cluster.command(ms(9), NodeId(3), Vec::new()));
    let json = serde_json::to_string(&events).expect("events are plain data");
    let back: Vec<ClusterEvent<Script>> = serde_json::from_str(&json).expect("it was just written");
    assert_eq!(back, events);
    let flight = r#"{"id":0,"from":2,"to":1,"message":10,"sent_at":1000}"#;
    assert!(json.contains(&format!(r#"{{"sent":{flight}}}"#)), "{json}");
    let record = r#"{"appended":{"node":2,"record":1,"durability":"forced"}}"#;
    assert!(json.contains(record), "{json}");
    let lost = ClusterEvent::<Script>::Lost(
        serde_json::from_str(flight).expect("a flight"),
        LossReason::ReceiverDown,
    );
    let json = serde_json::to_string(&lost).expect("events are plain data");
    assert_eq!(json, format!(r#"{{"lost":[{flight},"receiver_down"]}}"#));
}

#[test]
fn what_follows_a_forced_write_waits_for_the_disk() {
    let mut cluster = three_scripts();
    cluster.node_mut(A).expect("there are three nodes").force_latency = Span::from_ms(5);
    let events = cluster.command(ms(1), A, five_outputs());
    assert_eq!(appended(&events), [(1, Durability::Forced)]);
    assert_eq!(sent(&events), NOTHING);
    assert_eq!(cluster.nodes()[0].durable_log(), NOTHING);
    assert_eq!(cluster.nodes()[0].pending().count(), 4);
    // The machine hears a message meanwhile, but its answer queues behind the disk.
    cluster.command(ms(1), B, vec![Order::Send(A, 7)]);
    assert_eq!(cluster.next_at(), Some(ms(2)));
    assert_eq!(told(&cluster.step()), []);
    assert_eq!(cluster.next_at(), Some(ms(6)));
    let events = cluster.step();
    assert!(matches!(events[0], ClusterEvent::Forced(A)));
    assert_eq!(sent(&events), [10, 20]);
    assert_eq!(told(&events), [(A, Told::Ordered(3)), (A, Told::Heard(7))]);
    assert_eq!(cluster.nodes()[0].durable_log(), [1]);
}

#[test]
fn a_crash_during_a_forced_write_loses_it_and_everything_behind_it() {
    let mut cluster = three_scripts();
    cluster.node_mut(A).expect("there are three nodes").force_latency = Span::from_ms(5);
    cluster.command(ms(1), A, five_outputs());
    assert_eq!(crashes(&cluster.crash(ms(3), A)), [(A, 1)]);
    cluster.restart(ms(4), A);
    let events = settle(&mut cluster);
    assert_eq!(cluster.nodes()[0].log(), NOTHING);
    assert_eq!(sent(&events), NOTHING);
    assert!(events.is_empty(), "the disk must not answer a node that no longer waits: {events:?}");
}

#[test]
fn a_lying_disk_loses_forced_records() {
    let mut cluster = three_scripts();
    cluster.node_mut(A).expect("there are three nodes").set_disk_lies(true);
    let events = cluster.command(ms(1), A, five_outputs());
    assert!(events.iter().any(|event| matches!(event, ClusterEvent::Forced(A))), "it confirms");
    assert_eq!(sent(&events), [10, 20], "so what follows is carried out");
    assert_eq!(crashes(&cluster.crash(ms(2), A)), [(A, 2)]);
    assert_eq!(cluster.nodes()[0].log(), NOTHING);
    // Once it is honest, the next forced record makes everything before it durable.
    cluster.restart(ms(3), A);
    cluster.command(ms(4), A, vec![Order::Append(1)]);
    cluster.node_mut(A).expect("there are three nodes").set_disk_lies(false);
    cluster.command(ms(5), A, vec![Order::Append(2)]);
    cluster.crash(ms(6), A);
    assert_eq!(cluster.nodes()[0].log(), [1, 2]);
}

#[test]
fn setting_a_timer_again_replaces_it() {
    let mut cluster = three_scripts();
    cluster.command(ms(0), A, vec![Order::WakeAfter(5, 1), Order::WakeAfter(7, 2)]);
    cluster.command(ms(1), A, vec![Order::WakeAfter(9, 1)]);
    assert_eq!(cluster.next_at(), Some(ms(7)));
    assert_eq!(told(&cluster.step()), [(A, Told::Woke(2))]);
    assert_eq!(cluster.next_at(), Some(ms(10)));
    assert_eq!(told(&cluster.step()), [(A, Told::Woke(1))]);
    assert_eq!(cluster.next_at(), None);
}

#[test]
fn a_cancelled_timer_does_not_fire_and_others_do() {
    let mut cluster = three_scripts();
    let orders = vec![Order::WakeAfter(5, 1), Order::WakeAfter(5, 2), Order::Cancel(1)];
    cluster.command(ms(0), A, orders);
    // Another node's timer of the same name is another timer.
    cluster.command(ms(0), B, vec![Order::WakeAfter(5, 1)]);
    assert_eq!(told(&settle(&mut cluster)), [(A, Told::Woke(2)), (B, Told::Woke(1))]);
}

#[test]
fn a_crash_takes_the_timers_and_spares_the_messages() {
    let mut cluster = three_scripts();
    cluster.command(ms(0), A, vec![Order::WakeAfter(5, 1), Order::Send(B, 10)]);
    cluster.command(ms(0), B, vec![Order::Send(A, 20)]);
    cluster.crash(ms(0), A);
    let events = settle(&mut cluster);
    assert_eq!(delivered(&events), [10], "what has left a node outlives it");
    assert_eq!(lost(&events), [(20, LossReason::ReceiverDown)]);
    assert_eq!(told(&events), [(B, Told::Heard(10))]);
    assert!(matches!(cluster.command(ms(9), A, Vec::new())[..], [ClusterEvent::Refused(A)]));
}

#[test]
fn crashing_the_dead_and_restarting_the_living_change_nothing() {
    let mut cluster = three_scripts();
    assert!(cluster.restart(ms(1), A).is_empty());
    cluster.crash(ms(1), A);
    assert!(cluster.crash(ms(2), A).is_empty());
    assert_eq!(cluster.restart(ms(3), A).len(), 1);
}

#[test]
fn a_node_restarted_before_it_has_started_starts_once() {
    let network = Network::reliable(Span::from_ms(1), Span::from_ms(1));
    let mut cluster = Cluster::new([(), (), ()], network, Rng::new(1));
    let mut events = cluster.restart(Time::ZERO, A);
    events.extend(settle(&mut cluster));
    let starts = |id| {
        let is_start =
            |event: &&ClusterEvent<_>| matches!(event, ClusterEvent::Started(it) if *it == id);
        events.iter().filter(is_start).count()
    };
    assert_eq!([starts(A), starts(B), starts(C)], [1, 1, 1]);
}

#[test]
fn nodes_that_do_not_exist_are_down() {
    let nobody = NodeId(3);
    let mut cluster = three_scripts();
    assert!(!cluster.is_up(nobody));
    assert!(cluster.node_mut(nobody).is_none());
    assert!(cluster.crash(ms(1), nobody).is_empty());
    assert!(cluster.crash_after(ms(1), nobody, 1).is_empty());
    assert!(cluster.restart(ms(1), nobody).is_empty());
    let refused = cluster.command(ms(1), nobody, Vec::new());
    assert!(matches!(refused[..], [ClusterEvent::Refused(NodeId(3))]));
    cluster.command(ms(1), A, vec![Order::Send(nobody, 10)]);
    assert_eq!(lost(&settle(&mut cluster)), [(10, LossReason::ReceiverDown)]);
}

#[test]
fn a_dropped_message_is_lost_and_the_others_arrive() {
    let mut cluster = three_scripts();
    cluster.command(ms(0), A, vec![Order::Send(B, 10), Order::Send(B, 20)]);
    let first = cluster.flights().next().map(|(_, flight)| flight.id);
    let events = cluster.drop_message(ms(0), first.expect("two messages are under way"));
    assert_eq!(lost(&events), [(10, LossReason::Dropped)]);
    assert!(cluster.drop_message(ms(0), 99).is_empty());
    assert_eq!(delivered(&settle(&mut cluster)), [20]);
}

#[test]
fn a_delayed_message_is_overtaken() {
    let mut cluster = three_scripts();
    cluster.command(ms(0), A, vec![Order::Send(B, 10), Order::Send(B, 20)]);
    let (arrival, first) = cluster.flights().next().expect("two messages are under way");
    let (arrival, first) = (arrival, first.id);
    cluster.delay_message(ms(0), first, Span::from_ms(3));
    let arrivals: Vec<_> = cluster.flights().map(|(at, flight)| (at, flight.message)).collect();
    assert_eq!(arrivals, [(ms(1), 20), (arrival + Span::from_ms(3), 10)]);
    assert_eq!(delivered(&settle(&mut cluster)), [20, 10]);
}

#[test]
fn a_duplicated_message_arrives_twice_under_two_numbers() {
    let mut cluster = three_scripts();
    cluster.command(ms(0), A, vec![Order::Send(B, 10)]);
    let events = cluster.duplicate_message(ms(0), 0);
    assert_eq!(sent(&events), [10]);
    let ids: Vec<u64> = cluster.flights().map(|(_, flight)| flight.id).collect();
    assert_eq!(ids, [0, 1]);
    assert!(cluster.duplicate_message(ms(0), 99).is_empty());
    assert_eq!(delivered(&settle(&mut cluster)), [10, 10]);
}

#[test]
fn the_transcript_of_a_small_cluster_stays() {
    let mut network = Network::reliable(Span::from_ms(2), Span::from_ms(9));
    network.loss_ppm = 300_000;
    network.duplication_ppm = 300_000;
    let mut cluster = scripts(network, 7);
    let orders = (1..=6).map(|message| Order::Send(B, message)).collect();
    let mut events = cluster.command(ms(1), A, orders);
    events.extend(settle(&mut cluster));
    let line = |event: &ClusterEvent<_>| match event {
        ClusterEvent::Sent(it) => format!("sent {} as {}\n", it.message, it.id),
        ClusterEvent::Delivered(it) => format!("delivered {} as {}\n", it.message, it.id),
        ClusterEvent::Lost(it, reason) => format!("lost {} as {}: {reason:?}\n", it.message, it.id),
        _ => String::new(),
    };
    let transcript: String = events.iter().map(line).collect();
    // Links that readers have shared replay only as long as this stays as it is.
    expect![[r#"
        lost 1 as 0: Chance
        lost 2 as 1: Chance
        sent 3 as 2
        sent 4 as 3
        sent 5 as 4
        sent 5 as 5
        sent 6 as 6
        sent 6 as 7
        delivered 6 as 7
        delivered 5 as 4
        delivered 5 as 5
        delivered 4 as 3
        delivered 6 as 6
        delivered 3 as 2
    "#]]
    .assert_eq(&transcript);
}

//! What a transaction costs, counted on the wire and on the disks, against what theory says.

use playground_core::sim::{Cluster, ClusterEvent, Durability, Network, NodeId, Rng, Span, Time};
use playground_core::two_phase_commit::{
    Branch, COORDINATOR, Command, CoordinatorConfig, Cost, Event, Flaw, Good, NodeConfig, Outcome,
    ParticipantConfig, Patience, Stock, TwoPhaseNode, Work,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const TAKE: Work = Work::Take { good: Good::Pizza, quantity: 1 };
const TOO_MANY: Work = Work::Take { good: Good::Pizza, quantity: 9 };
const LOOK: Work = Work::Look { good: Good::Pizza };

/// A coordinator and as many participants as there is work, on a network without faults.
fn cluster(participants: usize, seed: u64) -> Cluster<TwoPhaseNode> {
    let (patience, flaw) = (Patience::SIMULATED, Flaw::None);
    let coordinator =
        NodeConfig::Coordinator(CoordinatorConfig { patience, flaw, keeps_history: true });
    let participant = NodeConfig::Participant(ParticipantConfig {
        coordinator: COORDINATOR,
        stock: Stock::of(&[(Good::Pizza, 3)]),
        patience,
        flaw,
    });
    let network = Network::reliable(Span::from_ms(1), Span::from_ms(9));
    let configs = std::iter::once(coordinator).chain(vec![participant; participants]);
    let mut cluster = Cluster::new(configs, network, Rng::new(seed));
    for node in 0..=participants {
        cluster.node_mut(NodeId(node as u16)).expect("it is there").force_latency =
            Span::from_ms(2);
        cluster.step();
    }
    // The coordinator's first record is forced before it does anything else.
    cluster.step();
    cluster
}

/// Runs one transaction to its end; what it cost, and how it ended.
fn run(work: &[Work], seed: u64) -> (Cost, Outcome) {
    let mut cluster = cluster(work.len(), seed);
    let branch =
        |(index, work): (usize, &Work)| Branch { node: NodeId(index as u16 + 1), work: *work };
    let branches = work.iter().enumerate().map(branch).collect();
    let submit = Command::Submit { request: 7, branches };
    let mut events = cluster.command(Time::from_ms(100), COORDINATOR, submit);
    while cluster.next_at().is_some() {
        events.extend(cluster.step());
    }
    let mut cost = Cost::default();
    let mut outcome = None;
    for event in events {
        match event {
            ClusterEvent::Sent(_) => cost.messages += 1,
            ClusterEvent::Appended { durability: Durability::Forced, .. } => cost.forced += 1,
            ClusterEvent::Appended { .. } => cost.lazy += 1,
            ClusterEvent::Reported(_, Event::Answered { request: 7, outcome: it, .. }) => {
                assert_eq!(outcome, None, "the client has one answer");
                outcome = Some(it);
            }
            ClusterEvent::Fired(..) | ClusterEvent::Lost(..) | ClusterEvent::Crashed { .. } => {
                panic!("nothing goes wrong here: {event:?}");
            }
            _ => {}
        }
    }
    for node in &cluster.nodes()[1..] {
        let machine = node.machine().and_then(TwoPhaseNode::participant).expect("it is up");
        assert!(machine.doubts().is_empty(), "nobody is left in doubt");
        assert_eq!(machine.held(), Stock::default(), "nothing is left locked");
    }
    (cost, outcome.expect("the client has an answer"))
}

#[test]
fn a_commit_costs_4n_messages_and_2n_plus_1_forced_writes() {
    for n in 2..=8 {
        for seed in 0..20 {
            let (cost, outcome) = run(&vec![TAKE; n as usize], seed);
            assert_eq!(outcome, Outcome::Committed);
            assert_eq!((cost.messages, cost.forced), (4 * n, 2 * n + 1), "{n} participants");
            assert_eq!(cost.lazy, 1, "the end");
        }
    }
}

#[test]
fn one_participant_costs_two_messages_and_one_forced_write() {
    let (cost, outcome) = run(&[TAKE], 1);
    assert_eq!(outcome, Outcome::Committed);
    assert_eq!((cost.messages, cost.forced), (2, 1));
    // Its no is forced, too: nobody else could keep a late copy of the request from committing.
    let (cost, outcome) = run(&[TOO_MANY], 1);
    assert_eq!(outcome, Outcome::Aborted);
    assert_eq!((cost.messages, cost.forced), (2, 1));
    let (cost, outcome) = run(&[LOOK], 1);
    assert_eq!(outcome, Outcome::Committed);
    assert_eq!((cost.messages, cost.forced, cost.lazy), (2, 0, 0));
}

#[test]
fn an_abort_forces_nothing_but_the_promises() {
    for n in 2..=8_u32 {
        for noes in 1..=n {
            let yes = n - noes;
            let mut work = vec![TAKE; yes as usize];
            work.extend(vec![TOO_MANY; noes as usize]);
            for seed in 0..20 {
                let (cost, outcome) = run(&work, seed);
                assert_eq!(outcome, Outcome::Aborted);
                // Whoever voted yes is told, and nobody acknowledges.
                assert_eq!(cost.messages, 2 * n + yes, "{yes} yes, {noes} no");
                assert_eq!(cost.forced, yes, "{yes} yes, {noes} no");
            }
        }
    }
}

#[test]
fn who_only_looks_costs_two_messages_and_no_write() {
    for n in 2..=8_u32 {
        for looks in 1..=n {
            let takes = n - looks;
            let mut work = vec![TAKE; takes as usize];
            work.extend(vec![LOOK; looks as usize]);
            for seed in 0..20 {
                let (cost, outcome) = run(&work, seed);
                assert_eq!(outcome, Outcome::Committed);
                assert_eq!(cost.messages, 4 * takes + 2 * looks, "{takes} take, {looks} look");
                let forced = if takes == 0 { 0 } else { 2 * takes + 1 };
                assert_eq!(cost.forced, forced, "{takes} take, {looks} look");
            }
        }
    }
}

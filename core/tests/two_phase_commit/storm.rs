//! Thousands of runs with everything that can go wrong at once: crashes between any two outputs,
//! lost, doubled, delayed and overtaking messages, partitions, slow disks. Then the storm ends,
//! everybody is started, and everything must settle and add up.

use playground_core::sim::{NodeId, Rng, Run, Simulation, Time, Timeline, Transcript, replay};
use playground_core::two_phase_commit::{
    Action, CrashAt, CrashPoint, Flaw, Good, Handover, Lab, Order, OrderState, Outcome, Place,
    Scenario, World,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEEDS: u64 = if cfg!(target_arch = "wasm32") { 200 } else { 5_000 };
/// When the storm ends, and when everything must have settled.
const STORM_MS: u64 = 60_000;
const SETTLED_MS: u64 = STORM_MS + 60_000;

fn order(rng: &mut Rng, world: World) -> Order {
    let quantity = 1 + rng.below(3) as u32;
    let item = *rng.pick(&Good::MENU).expect("there is a menu");
    match (world, rng.below(4)) {
        (World::Wallets, _) => {
            let mut part = || 1 + rng.below(500) as u32;
            Order::Bill { yours: part(), friends: part() }
        }
        (_, 0) => Order::Quote { item },
        (_, 1) => Order::Meal { item, quantity, handover: Handover::PickedUp },
        (World::Restaurant, _) => Order::delivered(item, quantity),
        (World::Paid, _) => Order::Paid { item, quantity, cents: 1 + rng.below(900) as u32 },
    }
}

fn crash(rng: &mut Rng, node: NodeId) -> Action {
    let points = if node == NodeId(0) {
        &CrashPoint::OF_COORDINATOR[..]
    } else {
        &CrashPoint::OF_PARTICIPANT[..]
    };
    let at = match rng.below(3) {
        0 => CrashAt::Now,
        1 => CrashAt::AfterOutputs(1 + rng.below(6) as u32),
        _ => CrashAt::Point(*rng.pick(points).expect("there are points")),
    };
    Action::Crash { node, at }
}

/// A run in which everything may happen until the storm ends.
fn storm(seed: u64, flaw: Flaw) -> Run<Lab> {
    let mut rng = Rng::new(seed);
    let worlds = [World::Restaurant, World::Restaurant, World::Wallets, World::Paid];
    let world = *rng.pick(&worlds).expect("there are worlds");
    let nodes = world.places().len() as u64;
    let longest = 20 + rng.below(2_000) as u32;
    let latency_ms = (1 + rng.below(u64::from(longest)) as u32, longest);
    let force_ms = rng.below(400) as u32;
    let scenario = Scenario { world, flaw, latency_ms, force_ms, ..Scenario::default() };
    let mut actions = Vec::new();
    let mut network = || {
        let mut percent = |most| rng.below(most) as u32;
        let (loss, duplication, reordering) = (percent(20), percent(30), percent(30));
        Action::SetNetwork { loss, duplication, reordering }
    };
    actions.push((Time::ZERO, network()));
    let mut at = 0;
    while at < STORM_MS {
        let node = NodeId(rng.below(nodes) as u16);
        let action = match rng.below(14) {
            0..=4 => Action::Submit { order: order(&mut rng, world) },
            5 | 6 => crash(&mut rng, node),
            7 | 8 => Action::Restart { node },
            9 => Action::Isolate { nodes: vec![node] },
            10 => Action::Heal,
            11 => Action::SetDisk { node, force_ms: rng.below(900) as u32, lies: false },
            12 => Action::Drop { flight: rng.below(60) },
            _ => Action::Delay { flight: rng.below(60), ms: rng.below(9_000) as u32 },
        };
        actions.push((Time::from_ms(at), action));
        at += rng.below(2_500);
    }
    let calm = Action::SetNetwork { loss: 0, duplication: 0, reordering: 0 };
    actions.push((Time::from_ms(STORM_MS), calm));
    actions.push((Time::from_ms(STORM_MS), Action::Heal));
    let nodes = (0..nodes as u16).map(NodeId);
    let crash = |node| Action::Crash { node, at: CrashAt::Now };
    actions.extend(nodes.clone().map(|node| (Time::from_ms(STORM_MS + 1), crash(node))));
    let restart = |node| Action::Restart { node };
    actions.extend(nodes.map(|node| (Time::from_ms(STORM_MS + 2), restart(node))));
    Run { scenario, seed, actions }
}

fn weather(seed: u64, flaw: Flaw) -> Transcript<Lab> {
    replay(&storm(seed, flaw), Time::from_ms(SETTLED_MS), u64::MAX)
}

#[test]
fn whatever_happens_everything_settles_and_adds_up() {
    let (mut committed, mut aborted, mut unanswered) = (0, 0, 0);
    for seed in 0..SEEDS {
        let transcript = weather(seed, Flaw::None);
        assert_eq!(transcript.violations, [], "seed {seed}");
        let frame = transcript.state.frame(Time::from_ms(SETTLED_MS));
        assert_eq!(transcript.state.next_at(), None, "seed {seed}: nothing is left to do");
        for node in &frame.nodes {
            assert!(node.is_up, "seed {seed}");
            assert!(node.doubts.is_empty(), "seed {seed}: {} is in doubt", node.id);
            assert_eq!(node.held, Default::default(), "seed {seed}: {} holds goods", node.id);
            settles(&transcript.state, node.place, node.id, seed);
        }
        for order in frame.orders.iter() {
            match order.state {
                OrderState::Committed => committed += 1,
                OrderState::Aborted(_) => aborted += 1,
                OrderState::Unanswered => unanswered += 1,
                OrderState::Refused => {}
                OrderState::Waiting => panic!("seed {seed}: {order:?} still waits"),
            }
        }
    }
    // The storm is neither a calm nor the end of the world.
    assert!(committed > SEEDS && aborted > SEEDS && unanswered > SEEDS / 10);
}

/// What a participant has left is what it had, less what it has committed.
fn settles(lab: &Lab, place: Place, id: NodeId, seed: u64) {
    let node = &lab.cluster().nodes()[usize::from(id.0)];
    let Some(participant) = node.machine().and_then(|machine| machine.participant()) else {
        assert_eq!(place, Place::Coordinator);
        return;
    };
    assert!(participant.doubts().is_empty(), "seed {seed}");
    for good in Good::ALL {
        assert!(participant.free().count(good) <= place.stock().count(good), "seed {seed}");
    }
    let takes = participant.outcomes().values().any(|it| *it == Outcome::Committed);
    assert_eq!(participant.free() != place.stock(), takes, "seed {seed}: {id}");
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn the_storm_finds_every_mistake() {
    const MANY: u64 = 5_000;
    for flaw in Flaw::ALL {
        let found = (0..MANY).find(|seed| !weather(*seed, flaw).violations.is_empty());
        assert!(found.is_some(), "{flaw:?} is not caught within {MANY} storms");
    }
}

#[test]
fn a_storm_can_be_travelled() {
    for seed in 0..20 {
        let run = storm(seed, Flaw::None);
        let mut timeline = Timeline::new(run.clone());
        timeline.advance(Time::from_ms(SETTLED_MS));
        let mut rng = Rng::new(seed);
        for _ in 0..10 {
            let at = Time(rng.below(SETTLED_MS * 1_000));
            timeline.seek(at);
            let replayed = replay(&run, at, u64::MAX).state.frame(at);
            assert!(timeline.frame() == replayed, "seed {seed} at {at}");
        }
    }
}

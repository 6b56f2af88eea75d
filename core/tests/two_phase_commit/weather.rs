//! Runs in which everything that can go wrong goes wrong for a minute, and then nothing any more.

use playground_core::sim::{NodeId, Rng, Run, Time, Transcript, replay};
use playground_core::two_phase_commit::{
    Action, CrashAt, CrashPoint, Flaw, Good, Handover, Lab, Order, Outcome, Scenario,
    TransactionId, World,
};

/// When the storm ends, and when everything must have settled.
const STORM_MS: u64 = 60_000;
pub const SETTLED_MS: u64 = STORM_MS + 120_000;

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

/// An operator's guess about one of the first transactions.
fn resolve(rng: &mut Rng, node: NodeId) -> Action {
    let tx = TransactionId { epoch: 1, number: 1 + rng.below(20) as u32 };
    let outcome = if rng.below(2) == 0 { Outcome::Committed } else { Outcome::Aborted };
    Action::Resolve { node, tx, outcome }
}

/// A run in which everything may happen until the storm ends.
pub fn storm(seed: u64, flaw: Flaw) -> Run<Lab> {
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
        let action = match rng.below(15) {
            0..=4 => Action::Submit { order: order(&mut rng, world) },
            5 | 6 => crash(&mut rng, node),
            7 | 8 => Action::Restart { node },
            9 => Action::Isolate { nodes: vec![node] },
            10 => Action::Heal,
            11 => Action::SetDisk { node, force_ms: rng.below(900) as u32, lies: false },
            12 => Action::Drop { flight: rng.below(60) },
            13 => resolve(&mut rng, node),
            _ => Action::Delay { flight: rng.below(60), ms: rng.below(9_000) as u32 },
        };
        actions.push((Time::from_ms(at), action));
        at += rng.below(2_500);
    }
    let calm = Action::SetNetwork { loss: 0, duplication: 0, reordering: 0 };
    actions.push((Time::from_ms(STORM_MS), calm));
    actions.push((Time::from_ms(STORM_MS), Action::Heal));
    // Whoever is down is started; whoever is still armed may die once more, and is started again.
    for after_ms in [2, 15_000, 30_000, 45_000] {
        let restart = |node| Action::Restart { node: NodeId(node as u16) };
        let at = Time::from_ms(STORM_MS + after_ms);
        actions.extend((0..nodes).map(|node| (at, restart(node))));
    }
    Run { scenario, seed, actions }
}

/// What happens in it.
pub fn weather(seed: u64, flaw: Flaw) -> Transcript<Lab> {
    replay(&storm(seed, flaw), Time::from_ms(SETTLED_MS), u64::MAX)
}

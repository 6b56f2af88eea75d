//! Runs worth seeing: what the page opens with, and what the golden tests replay.

use super::lab::{Action, CrashAt, Lab, Scenario, World};
use super::{COORDINATOR, CrashPoint, Flaw, Good, Handover, Order, Outcome, TransactionId};
use crate::sim::{self, NodeId};

/// A run of this lab with a name.
pub type Named = sim::Named<Lab>;

const INVENTORY: NodeId = NodeId(1);
const DELIVERY: NodeId = NodeId(2);
const FIRST: TransactionId = TransactionId { epoch: 1, number: 1 };

/// Those in which nothing is promised in vain, the opening first.
pub fn all() -> Vec<Named> {
    vec![
        opening(),
        burger(),
        pizzas(),
        drinks(),
        no_courier(),
        bill(),
        pick_up(),
        quote(),
        blocked(),
        participant_dies(),
        lost_vote(),
        partitioned(),
        operator(),
    ]
}

/// Those in which a promise is broken: a lying disk, and one for each mistake.
pub fn broken() -> Vec<Named> {
    vec![
        lying_disk(),
        decide_before_logging(),
        forget_vote(),
        abort_on_timeout(),
        presume_commit(),
        acknowledge_before_commit(),
    ]
}

/// The run that shows a mistake; none for the protocol as it should be.
pub fn of_flaw(flaw: Flaw) -> Option<Named> {
    match flaw {
        Flaw::None => None,
        Flaw::DecideBeforeLogging => Some(decide_before_logging()),
        Flaw::ForgetVote => Some(forget_vote()),
        Flaw::AbortOnTimeout => Some(abort_on_timeout()),
        Flaw::PresumeCommit => Some(presume_commit()),
        Flaw::AcknowledgeBeforeCommit => Some(acknowledge_before_commit()),
    }
}

fn order(item: Good, quantity: u32) -> Action {
    Action::Submit { order: Order::delivered(item, quantity) }
}

fn crash(node: NodeId, point: CrashPoint) -> Action {
    Action::Crash { node, at: CrashAt::Point(point) }
}

/// A burger commits, five pizzas abort, the coordinator dies over two drinks and comes back.
pub fn opening() -> Named {
    let actions = [
        (600, order(Good::Burger, 1)),
        (4_600, order(Good::Pizza, 5)),
        (7_600, crash(COORDINATOR, CrashPoint::AfterDecision)),
        (7_900, order(Good::Drink, 2)),
        (13_500, Action::Restart { node: COORDINATOR }),
    ];
    Named::new("opening", "Three orders and a crash", Scenario::default(), &actions, 17_000)
}

/// The first classical order: one burger.
pub fn burger() -> Named {
    let actions = [(500, order(Good::Burger, 1))];
    Named::new("burger", "One burger commits", Scenario::default(), &actions, 4_500)
}

/// The second: five pizzas, of which there are three.
pub fn pizzas() -> Named {
    let actions = [(500, order(Good::Pizza, 5))];
    Named::new("pizzas", "Five pizzas abort", Scenario::default(), &actions, 4_500)
}

/// The third: two drinks.
pub fn drinks() -> Named {
    let actions = [(500, order(Good::Drink, 2))];
    Named::new("drinks", "Two drinks commit", Scenario::default(), &actions, 4_500)
}

/// All three, and a fourth that finds no courier.
pub fn no_courier() -> Named {
    let actions = [
        (500, order(Good::Burger, 1)),
        (4_000, order(Good::Pizza, 5)),
        (7_000, order(Good::Drink, 2)),
        (10_500, order(Good::Fries, 1)),
    ];
    Named::new(
        "no-courier",
        "The fourth order finds no courier",
        Scenario::default(),
        &actions,
        14_000,
    )
}

/// A pizza with a friend: 6 euros each, then 5 each, which the friend no longer has.
pub fn bill() -> Named {
    let scenario = Scenario { world: World::Wallets, ..Scenario::default() };
    let pay = |cents| Action::Submit { order: Order::Bill { yours: cents, friends: cents } };
    let actions = [(500, pay(600)), (4_500, pay(500))];
    Named::new("bill", "A pizza with a friend: two wallets", scenario, &actions, 8_500)
}

/// An order that is picked up: one participant, one phase.
pub fn pick_up() -> Named {
    let meal = Order::Meal { item: Good::Fries, quantity: 2, handover: Handover::PickedUp };
    let actions = [(500, Action::Submit { order: meal })];
    Named::new("pick-up", "One participant: one phase", Scenario::default(), &actions, 3_000)
}

/// A question: both participants only look.
pub fn quote() -> Named {
    let actions = [(500, Action::Submit { order: Order::Quote { item: Good::Pizza } })];
    Named::new("quote", "Only a question: read-only votes", Scenario::default(), &actions, 3_000)
}

/// The coordinator dies after the votes; both services stay in doubt until it is back.
pub fn blocked() -> Named {
    let actions = [
        (300, crash(COORDINATOR, CrashPoint::BeforeDecision)),
        (500, order(Good::Burger, 1)),
        (12_000, Action::Restart { node: COORDINATOR }),
    ];
    Named::new(
        "blocked",
        "In doubt until the coordinator is back",
        Scenario::default(),
        &actions,
        17_000,
    )
}

/// The inventory dies with its promise on the disk, and keeps it.
pub fn participant_dies() -> Named {
    let actions = [
        (300, crash(INVENTORY, CrashPoint::AfterVote)),
        (500, order(Good::Burger, 1)),
        (4_500, Action::Restart { node: INVENTORY }),
    ];
    Named::new(
        "participant-dies",
        "A promise outlives a crash",
        Scenario::default(),
        &actions,
        9_000,
    )
}

/// The first vote is lost; the coordinator asks again.
pub fn lost_vote() -> Named {
    let actions = [
        (500, order(Good::Burger, 1)),
        // Flights 0 and 1 ask to prepare; 2 is the vote that was sent first.
        (1_600, Action::Drop { flight: 2 }),
    ];
    Named::new(
        "lost-vote",
        "A lost vote, and a commit after all",
        Scenario::default(),
        &actions,
        8_000,
    )
}

/// Delivery cannot be reached when the decision is made.
pub fn partitioned() -> Named {
    let actions = [
        (500, order(Good::Burger, 1)),
        (2_200, Action::Isolate { nodes: vec![DELIVERY] }),
        (9_000, Action::Heal),
    ];
    Named::new("partitioned", "Delivery is cut off in doubt", Scenario::default(), &actions, 14_000)
}

/// An operator loses patience and guesses wrong.
pub fn operator() -> Named {
    let resolve = Action::Resolve { node: DELIVERY, tx: FIRST, outcome: Outcome::Aborted };
    let actions = [
        (300, crash(COORDINATOR, CrashPoint::AfterDecision)),
        (500, order(Good::Burger, 1)),
        (7_000, resolve),
        (9_000, Action::Restart { node: COORDINATOR }),
    ];
    Named::new(
        "operator",
        "An operator guesses, and damage is done",
        Scenario::default(),
        &actions,
        13_000,
    )
}

/// The inventory's disk confirms what it has not written.
pub fn lying_disk() -> Named {
    let actions = [
        (100, Action::SetDisk { node: INVENTORY, force_ms: 10, lies: true }),
        (300, crash(INVENTORY, CrashPoint::AfterVote)),
        (500, order(Good::Pizza, 3)),
        (3_000, Action::Restart { node: INVENTORY }),
        (
            7_000,
            Action::Submit {
                order: Order::Meal { item: Good::Pizza, quantity: 3, handover: Handover::PickedUp },
            },
        ),
    ];
    Named::new(
        "lying-disk",
        "A disk that lies sells three pizzas twice",
        Scenario::default(),
        &actions,
        10_000,
    )
}

/// The coordinator tells one service to commit, and dies before it has written that down.
pub fn decide_before_logging() -> Named {
    flawed(
        "decide-before-logging",
        "It decides before it writes",
        Flaw::DecideBeforeLogging,
        &[
            (300, crash(COORDINATOR, CrashPoint::AfterCommit)),
            (500, order(Good::Burger, 1)),
            (5_000, Action::Isolate { nodes: vec![INVENTORY] }),
            (5_500, Action::Restart { node: COORDINATOR }),
        ],
    )
}

/// The inventory forgets over a crash what it has promised.
pub fn forget_vote() -> Named {
    flawed(
        "forget-vote",
        "It forgets its vote",
        Flaw::ForgetVote,
        &[
            (300, crash(INVENTORY, CrashPoint::AfterVote)),
            (500, order(Good::Burger, 1)),
            (2_200, Action::Restart { node: INVENTORY }),
        ],
    )
}

/// Delivery does not wait for the decision.
pub fn abort_on_timeout() -> Named {
    flawed(
        "abort-on-timeout",
        "It aborts when the decision is overdue",
        Flaw::AbortOnTimeout,
        &[
            (500, order(Good::Burger, 1)),
            (1_900, Action::Isolate { nodes: vec![DELIVERY] }),
            (6_500, Action::Heal),
        ],
    )
}

/// The coordinator's log knows nothing, and it says "committed".
pub fn presume_commit() -> Named {
    flawed(
        "presume-commit",
        "It presumes commit",
        Flaw::PresumeCommit,
        &[(500, order(Good::Pizza, 5))],
    )
}

/// Delivery acknowledges and dies before it has written its commit down.
pub fn acknowledge_before_commit() -> Named {
    let flaw = Flaw::AcknowledgeBeforeCommit;
    flawed(
        "acknowledge-before-commit",
        "It acknowledges before it commits",
        flaw,
        &[
            (300, crash(DELIVERY, CrashPoint::AfterAcknowledgement)),
            (500, order(Good::Burger, 1)),
            (5_000, Action::Isolate { nodes: vec![INVENTORY] }),
            (5_500, Action::Restart { node: DELIVERY }),
        ],
    )
}

fn flawed(name: &'static str, title: &'static str, flaw: Flaw, actions: &[(u64, Action)]) -> Named {
    Named::new(name, title, Scenario { flaw, ..Scenario::default() }, actions, 12_000)
}

//! What each scenario is there to show.

use playground_core::sim::{Simulation, Time, Transcript, replay};
use playground_core::two_phase_commit::scenarios::{self, Named};
use playground_core::two_phase_commit::{
    Action, Cost, Flaw, Frame, Good, Handover, Lab, Order, OrderState, Outcome, Reason, Scenario,
    TransactionId,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn run(named: &Named) -> (Transcript<Lab>, Frame) {
    let transcript = replay(&named.run, named.until, u64::MAX);
    let frame = transcript.state.frame(named.until);
    (transcript, frame)
}

fn states(frame: &Frame) -> Vec<OrderState> {
    frame.orders.iter().map(|order| order.state).collect()
}

fn free(frame: &Frame, node: usize, good: Good) -> u32 {
    frame.nodes[node].free.count(good)
}

const OUT_OF_PIZZA: OrderState = OrderState::Aborted(Some(Reason::OutOf(Good::Pizza)));

#[test]
fn the_classical_orders_end_as_everybody_knows() {
    let (_, frame) = run(&scenarios::burger());
    assert_eq!(states(&frame), [OrderState::Committed]);
    assert_eq!((free(&frame, 1, Good::Burger), free(&frame, 2, Good::Courier)), (4, 1));
    let (_, frame) = run(&scenarios::pizzas());
    assert_eq!(states(&frame), [OUT_OF_PIZZA]);
    assert_eq!((free(&frame, 1, Good::Pizza), free(&frame, 2, Good::Courier)), (3, 2));
    let (_, frame) = run(&scenarios::drinks());
    assert_eq!(states(&frame), [OrderState::Committed]);
    assert_eq!((free(&frame, 1, Good::Drink), free(&frame, 2, Good::Courier)), (6, 1));
    let (_, frame) = run(&scenarios::no_courier());
    let out_of_couriers = OrderState::Aborted(Some(Reason::OutOf(Good::Courier)));
    let (committed, out_of_pizza) = (OrderState::Committed, OUT_OF_PIZZA);
    assert_eq!(states(&frame), [committed, out_of_pizza, committed, out_of_couriers]);
    assert_eq!(free(&frame, 1, Good::Fries), 10, "what was set aside is back, exactly");
    assert_eq!(free(&frame, 2, Good::Courier), 0);
}

#[test]
fn friends_pay_together_or_not_at_all() {
    let (_, frame) = run(&scenarios::bill());
    let too_poor = OrderState::Aborted(Some(Reason::OutOf(Good::Cent)));
    assert_eq!(states(&frame), [OrderState::Committed, too_poor]);
    assert_eq!((free(&frame, 1, Good::Cent), free(&frame, 2, Good::Cent)), (1_400, 300));
}

#[test]
fn the_short_ways_cost_less() {
    let (_, frame) = run(&scenarios::pick_up());
    assert_eq!(frame.orders[0].cost, Cost { messages: 2, forced: 1, lazy: 1 });
    assert_eq!(free(&frame, 2, Good::Courier), 2);
    let (_, frame) = run(&scenarios::quote());
    assert_eq!(frame.orders[0].cost, Cost { messages: 4, forced: 0, lazy: 0 });
    assert_eq!(states(&frame), [OrderState::Committed]);
}

#[test]
fn the_last_one_is_sold_and_no_more() {
    let order = |quantity| Action::Submit {
        order: Order::Meal { item: Good::Pizza, quantity, handover: Handover::PickedUp },
    };
    let actions = [(500, order(2)), (3_000, order(2)), (6_000, order(1)), (9_000, order(1))];
    let mut named = scenarios::burger();
    named.run.actions = actions.map(|(ms, action)| (Time::from_ms(ms), action)).to_vec();
    named.until = Time::from_ms(12_000);
    let (transcript, frame) = run(&named);
    let (committed, out_of_pizza) = (OrderState::Committed, OUT_OF_PIZZA);
    assert_eq!(states(&frame), [committed, out_of_pizza, committed, out_of_pizza]);
    assert_eq!(free(&frame, 1, Good::Pizza), 0);
    assert_eq!(transcript.violations, []);
}

#[test]
fn without_a_coordinator_couriers_stay_locked() {
    let named = scenarios::blocked();
    let (_, frame) = run(&named);
    assert_eq!(states(&frame), [OrderState::Aborted(None)], "by presumption");
    assert_eq!(free(&frame, 2, Good::Courier), 2, "and free again in the end");
    let before = Time::from_ms(11_900);
    let blocked = replay(&named.run, before, u64::MAX).state.frame(before);
    assert!(!blocked.nodes[0].is_up);
    for node in &blocked.nodes[1..] {
        let [(_, _, since)] = node.doubts[..] else { panic!("{} is in doubt", node.id) };
        assert!(before.since(since).as_ms_f64() > 9_000.0, "for long");
    }
    assert_eq!(blocked.nodes[2].held.count(Good::Courier), 1);
}

#[test]
fn a_crash_a_lost_vote_and_a_partition_are_survived() {
    for named in [scenarios::participant_dies(), scenarios::lost_vote(), scenarios::partitioned()] {
        let (transcript, frame) = run(&named);
        assert_eq!(states(&frame), [OrderState::Committed], "{}", named.name);
        let left = (free(&frame, 1, Good::Burger), free(&frame, 2, Good::Courier));
        assert_eq!(left, (4, 1), "{}", named.name);
        assert_eq!(transcript.state.next_at(), None, "{}: all is done", named.name);
    }
}

#[test]
fn a_wrong_guess_is_damage_and_is_said_so() {
    let (transcript, frame) = run(&scenarios::operator());
    assert_eq!(states(&frame), [OrderState::Committed]);
    assert!(frame.orders[0].damage);
    assert_eq!(free(&frame, 1, Good::Burger), 4, "the burger is gone");
    assert_eq!(free(&frame, 2, Good::Courier), 2, "and nobody brings it");
    assert_eq!(transcript.violations, [], "the protocol is not to blame");
}

#[test]
fn each_mistake_breaks_what_its_scenario_says() {
    let kept = "what is committed is kept by everybody who promised";
    let agreed = "no participant commits what another aborts";
    let followed = "nobody aborts what the coordinator has decided to commit";
    for (named, broken) in [
        (scenarios::lying_disk(), vec![kept, "nothing is sold twice, nothing is lost"]),
        (scenarios::decide_before_logging(), vec![agreed, kept]),
        (scenarios::forget_vote(), vec![kept]),
        (scenarios::abort_on_timeout(), vec![agreed, followed, kept]),
        (scenarios::presume_commit(), vec![agreed, kept]),
        (scenarios::acknowledge_before_commit(), vec![agreed, followed, kept]),
    ] {
        let (transcript, _) = run(&named);
        let found: Vec<&str> = transcript.violations.iter().map(|it| it.invariant).collect();
        assert_eq!(found, broken, "{}", named.name);
        // The same run of the protocol as it should be, on an honest disk, breaks nothing.
        let mut honest = named.clone();
        honest.run.scenario.flaw = Flaw::None;
        honest.run.actions.retain(|(_, it)| !matches!(it, Action::SetDisk { .. }));
        let (transcript, _) = run(&honest);
        assert_eq!(transcript.violations, [], "{}", named.name);
    }
    for flaw in Flaw::ALL {
        let named = scenarios::of_flaw(flaw).expect("each mistake has a scenario");
        assert_eq!(named.run.scenario.flaw, flaw);
    }
    assert!(scenarios::of_flaw(Flaw::None).is_none());
}

#[test]
fn three_pizzas_are_sold_twice_where_the_disk_lies() {
    let (_, frame) = run(&scenarios::lying_disk());
    assert_eq!(states(&frame), [OrderState::Committed, OrderState::Committed]);
    let sold: u32 = frame.orders.iter().map(|order| quantity(order.order)).sum();
    assert_eq!(sold, 6, "of three");
}

fn quantity(order: Option<Order>) -> u32 {
    match order {
        Some(Order::Meal { quantity, .. }) => quantity,
        _ => 0,
    }
}

#[test]
fn what_is_impossible_changes_nothing_and_says_why() {
    let node = |id| playground_core::sim::NodeId(id);
    let tx = TransactionId { epoch: 1, number: 1 };
    let meal = |item, quantity| Order::Meal { item, quantity, handover: Handover::Delivered };
    for action in [
        Action::Submit { order: meal(Good::Courier, 1) },
        Action::Submit { order: meal(Good::Pizza, 0) },
        Action::Submit { order: meal(Good::Pizza, 1_001) },
        Action::Submit { order: Order::Bill { yours: 1, friends: 1 } },
        Action::Restart { node: node(1) },
        Action::Restart { node: node(9) },
        Action::Isolate { nodes: vec![node(0), node(9)] },
        Action::Drop { flight: 0 },
        Action::Deliver { flight: 7 },
        Action::Fire { node: node(0), timer: playground_core::two_phase_commit::Timer::Vote(tx) },
    ] {
        let mut lab = Lab::new(&Scenario::default(), playground_core::sim::Rng::new(1));
        while lab.next_at().is_some() {
            lab.step();
        }
        let at = Time::from_ms(1_000);
        let before = lab.frame(at);
        let events = lab.act(at, action.clone());
        assert!(
            matches!(&events[..], [playground_core::two_phase_commit::Happened::Refused { .. }]),
            "{action:?}: {events:?}"
        );
        assert!(lab.frame(at) == before, "{action:?}");
    }
    let mut lab = Lab::new(&Scenario::default(), playground_core::sim::Rng::new(1));
    while lab.next_at().is_some() {
        lab.step();
    }
    let resolve = Action::Resolve { node: node(1), tx, outcome: Outcome::Committed };
    assert!(format!("{:?}", lab.act(Time::from_ms(1), resolve)).contains("NotInDoubt"));
}

#[test]
fn ids_are_read_back_and_nonsense_is_not() {
    for text in ["1-1", "4294967295-17"] {
        let id: TransactionId = text.parse().expect("an id");
        assert_eq!(id.to_string(), text);
    }
    for text in ["", "1", "-", "0-1", "1-0", "1-1-1", "+1-1", "1- 1", "4294967296-1", "a-b"] {
        assert!(text.parse::<TransactionId>().is_err(), "{text:?}");
    }
}

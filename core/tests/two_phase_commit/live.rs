//! The real nodes as the page hears of them: in gaps, in another order, after deaths.

use playground_core::sim::{ClusterEvent, Flight, NodeId, Time};
use playground_core::two_phase_commit::wire::{LiveMessage, LiveView, State};
use playground_core::two_phase_commit::{
    Branch, COORDINATOR, Event, Good, Message, Order, OrderState, Outcome, TransactionId,
    TwoPhaseNode,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const TX: TransactionId = TransactionId { epoch: 1, number: 1 };
const DELIVERY: NodeId = NodeId(2);

fn state() -> State {
    State {
        now: Time::ZERO,
        stock: Default::default(),
        couriers: 2,
        in_doubt: Vec::new(),
        nodes: Vec::new(),
        orders: Vec::new(),
    }
}

fn event(ms: u64, what: ClusterEvent<TwoPhaseNode>) -> LiveMessage {
    LiveMessage::Event { at: Time::from_ms(ms), what }
}

fn began(tx: TransactionId) -> ClusterEvent<TwoPhaseNode> {
    let branches: Vec<Branch> =
        Order::delivered(Good::Burger, 1).branches().expect("burgers are sold");
    ClusterEvent::Reported(COORDINATOR, Event::Began { request: 1, tx, branches })
}

#[test]
fn an_order_that_its_coordinator_died_over_stays_and_is_settled_by_whoever_hears() {
    let mut view = LiveView::new(&state());
    view.hear(&event(1, began(TX)));
    view.hear(&event(2, ClusterEvent::Crashed { node: COORDINATOR, lost_records: 0 }));
    // The nodes' own lists know nothing of it.
    view.hear(&LiveMessage::State(Box::new(state())));
    let states =
        |view: &LiveView| view.frame().orders.iter().map(|it| it.state).collect::<Vec<_>>();
    assert_eq!(states(&view), [OrderState::Unanswered]);
    let (outcome, by_operator) = (Outcome::Aborted, false);
    let resolved = Event::Resolved { tx: TX, outcome, by_operator };
    view.hear(&event(3, ClusterEvent::Reported(DELIVERY, resolved)));
    assert_eq!(states(&view), [OrderState::Aborted(None)]);
}

#[test]
fn a_restarted_coordinators_numbers_do_not_take_old_orders_over() {
    let mut view = LiveView::new(&state());
    view.hear(&event(1, began(TX)));
    let second = TransactionId { epoch: 2, number: 1 };
    view.hear(&event(2, began(second)));
    let ids: Vec<_> = view.frame().orders.iter().map(|order| order.tx).collect();
    assert_eq!(ids, [Some(TX), Some(second)]);
}

#[test]
fn a_message_heard_of_first_by_its_receiver_has_arrived() {
    let mut view = LiveView::new(&state());
    let message = Message::Inquiry { tx: TX };
    let flight = Flight { id: 7, from: DELIVERY, to: COORDINATOR, message, sent_at: Time::ZERO };
    view.hear(&event(2, ClusterEvent::Delivered(flight.clone())));
    view.hear(&event(3, ClusterEvent::Sent(flight)));
    let frame = view.frame();
    assert_eq!(frame.arrows.len(), 1);
    assert!(frame.flights.is_empty(), "{:?}", frame.flights);
}

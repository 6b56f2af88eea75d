//! The real nodes as the page hears of them: in gaps, in another order, after deaths.

use playground_core::sim::{ClusterEvent, Flight, NodeId, Time};
use playground_core::two_phase_commit::wire::{
    Database, DatabaseKind, DatabaseNews, LiveMessage, LiveView, LockRow, NodeState, PreparedRow,
    State,
};
use playground_core::two_phase_commit::{
    Branch, COORDINATOR, Event, Good, Message, Order, OrderState, Outcome, Place, Stock,
    TransactionId, TwoPhaseNode,
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

fn database(prepared: Vec<PreparedRow>, locks: Vec<LockRow>) -> Database {
    let version = Some("15.8".to_owned());
    let (kind, address) = (DatabaseKind::Postgresql, "127.0.0.1:5432/delivery".to_owned());
    Database { kind, address, version, max_prepared: 600, prepared, locks }
}

fn node(node: Place, database: Option<Database>) -> NodeState {
    NodeState {
        node,
        is_up: true,
        pid: database.is_none().then_some(7),
        starts: 1,
        armed: None,
        problem: None,
        free: node.stock(),
        held: Stock::default(),
        log: Default::default(),
        database,
    }
}

#[test]
fn a_database_shows_its_rows_in_place_of_a_process() {
    let mut state = state();
    let database_node = Some(database(Vec::new(), Vec::new()));
    state.nodes = vec![
        node(Place::Coordinator, None),
        node(Place::Inventory, None),
        node(Place::Delivery, database_node),
    ];
    let text = serde_json::to_string(&state).expect("it is JSON");
    assert_eq!(serde_json::from_str::<State>(&text).expect("and comes back"), state);
    let mut view = LiveView::new(&state);
    let seen = |view: &LiveView| {
        let nodes = view.frame().nodes;
        let node = |index: usize| (nodes[index].process.is_some(), nodes[index].database.clone());
        (node(1), node(2))
    };
    let (inventory, delivery) = seen(&view);
    assert_eq!(inventory, (true, None));
    assert!(!delivery.0 && delivery.1.is_some_and(|it| it.problem.is_none()));

    let row = PreparedRow {
        gid: "playground-0123456789abcdef-1-1-courier-1".into(),
        tx: Some(TX),
        transaction: "731".into(),
        prepared: "2026-11-26 18:12:03.123456+00".into(),
        age_ms: 12,
        owner: "playground".into(),
        database: "delivery".into(),
    };
    let lock = LockRow {
        kind: "relation".into(),
        relation: Some("playground_stock".into()),
        mode: "RowExclusiveLock".into(),
        granted: true,
        gid: Some(row.gid.clone()),
        pid: None,
    };
    let courier = Stock::of(&[(Good::Courier, 1)]);
    let mut news = DatabaseNews {
        at: Time::from_ms(5),
        node: DELIVERY,
        is_up: true,
        problem: None,
        free: courier,
        held: courier,
        database: database(vec![row], vec![lock]),
    };
    view.hear(&LiveMessage::Database(Box::new(news.clone())));
    let frame = view.frame();
    assert_eq!((frame.nodes[2].free, frame.nodes[2].held), (courier, courier));
    assert_eq!(seen(&view).1.1.map(|it| it.database.clone()), Some(news.database.clone()));

    (news.is_up, news.problem) = (false, Some("it is away".into()));
    view.hear(&LiveMessage::Database(Box::new(news)));
    assert!(!view.frame().nodes[2].is_up);
    assert_eq!(view.frame().nodes[2].held, courier, "what is promised stays locked");
    assert_eq!(seen(&view).1.1.and_then(|it| it.problem.clone()), Some("it is away".into()));
}

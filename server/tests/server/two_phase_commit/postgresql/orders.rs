//! Orders on databases: the classical ones, rivals, questions, and what a page sees.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Stdio;

use playground_core::two_phase_commit::wire::{LiveMessage, LiveView, OrderReport, State, Status};
use playground_core::two_phase_commit::{Frame, Good, Handover, OrderState, Place, Reason};
use tokio_tungstenite::tungstenite::{Message, client};

use super::super::restaurant::{command, folder};
use super::kitchen::{DOUBT_LIMIT, Kitchen, sql};
use crate::running::DEADLINE;

#[test]
fn the_classical_orders_and_a_reset() {
    let (dir, kitchen) = (folder(), Kitchen::open());
    let restaurant = kitchen.restaurant(dir.path(), None);
    let orders = [
        (Good::Burger, 1, Handover::Delivered, Status::Committed, None),
        (Good::Pizza, 5, Handover::Delivered, Status::Aborted, Some(Reason::OutOf(Good::Pizza))),
        (Good::Drink, 2, Handover::Delivered, Status::Committed, None),
        (Good::Fries, 1, Handover::Delivered, Status::Aborted, Some(Reason::OutOf(Good::Courier))),
        (Good::Pizza, 3, Handover::PickedUp, Status::Committed, None),
        (Good::Pizza, 1, Handover::PickedUp, Status::Aborted, Some(Reason::OutOf(Good::Pizza))),
    ];
    for (item, quantity, handover, status, reason) in orders {
        let report = restaurant.decided(item, quantity, handover);
        assert_eq!((report.status, report.reason), (status, reason), "{item}");
    }
    restaurant.adds_up_within(DOUBT_LIMIT);
    let state = restaurant.state();
    assert_eq!(state.couriers, 0);
    assert_eq!(state.orders.len(), 6);
    for node in &state.nodes[1..] {
        let database = node.database.as_ref().unwrap();
        assert!(node.is_up && node.pid.is_none() && node.problem.is_none(), "{node:?}");
        assert!(database.version.as_ref().is_some_and(|it| it.starts_with(char::is_numeric)));
        assert_eq!(database.max_prepared, 60);
        assert!(database.address.ends_with(node.node.name()), "{database:?}");
    }
    assert!(restaurant.node(Place::Coordinator).database.is_none());

    // In the middle of something, so that there is something to undo.
    restaurant.post("nodes/coordinator/crash", r#"{"at":"before-decision"}"#);
    restaurant.request("POST", "reset", None);
    restaurant.post("nodes/coordinator/crash", r#"{"at":"before-decision"}"#);
    let told = restaurant.order(Good::Burger, 2, Handover::Delivered);
    assert_eq!(told.status, 202, "{told:?}");
    restaurant.wait_for("it is dead", |state| !state.nodes[0].is_up);
    assert_eq!(kitchen.prepared().len(), 2);
    let told = restaurant.request("POST", "reset", None);
    assert_eq!(told.status, 200, "{told:?}");
    let state: State = told.json();
    assert!(state.orders.is_empty() && state.in_doubt.is_empty() && state.couriers == 2);
    assert_eq!(kitchen.prepared(), Vec::<String>::new());
    let first = restaurant.decided(Good::Burger, 5, Handover::Delivered);
    assert_eq!((first.id.to_string(), first.status), ("1-1".into(), Status::Committed));
    restaurant.adds_up_within(DOUBT_LIMIT);
}

#[test]
fn two_clients_want_the_last_courier() {
    let (dir, kitchen) = (folder(), Kitchen::open());
    let restaurant = kitchen.restaurant(dir.path(), Some("burger=9,courier=1"));
    let reports: Vec<OrderReport> = std::thread::scope(|scope| {
        let place = || restaurant.decided(Good::Burger, 1, Handover::Delivered);
        let clients = [scope.spawn(place), scope.spawn(place)];
        clients.map(|client| client.join().unwrap()).into()
    });
    let committed = reports.iter().filter(|it| it.status == Status::Committed).count();
    let refused = reports.iter().filter(|it| it.reason == Some(Reason::OutOf(Good::Courier)));
    assert_eq!((committed, refused.count()), (1, 1), "{reports:?}");
    restaurant.adds_up_within(DOUBT_LIMIT);
    assert_eq!(kitchen.quantity("inventory", Good::Burger), 8);
    assert_eq!(kitchen.quantity("delivery", Good::Courier), 0);
}

#[test]
fn nothing_is_left_from_the_start() {
    let (dir, kitchen) = (folder(), Kitchen::open());
    let restaurant = kitchen.restaurant(dir.path(), Some("courier=0"));
    let order = restaurant.decided(Good::Burger, 1, Handover::Delivered);
    assert_eq!(order.reason, Some(Reason::OutOf(Good::Courier)));
    restaurant.adds_up_within(DOUBT_LIMIT);
}

#[test]
fn who_only_looks_prepares_nothing() {
    let (dir, kitchen) = (folder(), Kitchen::open());
    let [inventory, delivery] = kitchen.participants();
    let mut command = command();
    command.args(["coordinator", "--participant", &inventory, "--participant", &delivery]);
    command.arg("--data").arg(dir.path()).stdin(Stdio::null()).stderr(Stdio::null());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let question = "{\"request\":1,\"order\":{\"quote\":{\"item\":\"burger\"}}}\n";
    write!(
        stream,
        "POST /orders/stream HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-ndjson\r\n\
         content-length: {}\r\n\r\n{question}",
        question.len()
    )
    .unwrap();
    let mut answers = BufReader::new(stream).lines().map(Result::unwrap);
    let answer = answers.find(|line| line.contains("committed") || line.contains("aborted"));
    let answer = answer.expect("an answer");
    assert!(answer.contains("\"status\":\"committed\""), "{answer}");
    let changes =
        "SELECT n_tup_upd::text FROM pg_stat_user_tables WHERE relname = 'playground_stock'";
    for name in ["inventory", "delivery"] {
        assert_eq!(sql(&kitchen.server.url(name), changes), ["0"], "nothing was written");
    }
    assert_eq!(kitchen.prepared(), Vec::<String>::new());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_page_sees_the_rows_of_what_is_prepared() {
    let (dir, kitchen) = (folder(), Kitchen::open());
    let restaurant = kitchen.restaurant(dir.path(), None);
    let stream = TcpStream::connect(restaurant.address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let url = format!("ws://{}/ws/two-phase-commit", restaurant.address);
    let (mut socket, _) = client(url, stream).unwrap();
    let mut view: Option<LiveView> = None;
    let mut until = |what: &str, is_so: &dyn Fn(&Frame) -> bool| {
        let end = std::time::Instant::now() + DEADLINE;
        loop {
            if let Some(frame) = view.as_ref().map(LiveView::frame).filter(|frame| is_so(frame)) {
                return frame;
            }
            assert!(
                std::time::Instant::now() < end,
                "never: {what}: {:#?}",
                view.as_ref().map(LiveView::frame)
            );
            let Ok(message) = socket.read() else { continue };
            match message {
                Message::Text(text) => match (serde_json::from_str(&text).unwrap(), &mut view) {
                    (LiveMessage::State(state), view @ None) => *view = Some(LiveView::new(&state)),
                    (message, Some(view)) => view.hear(&message),
                    (message, None) => panic!("not the state at first: {message:?}"),
                },
                Message::Ping(_) => socket.flush().unwrap(),
                other => panic!("{other:?}"),
            }
        }
    };
    let rows = |frame: &Frame| -> usize {
        let databases = frame.nodes.iter().filter_map(|node| node.database.as_ref());
        databases.map(|it| it.database.prepared.len()).sum()
    };
    until("two databases", &|frame| {
        frame.nodes.iter().filter(|it| it.database.is_some()).count() == 2
    });
    let order = restaurant.decided(Good::Drink, 1, Handover::Delivered);
    let frame = until("the order is over, with all its messages", &|frame| {
        let is_over = |it: &playground_core::two_phase_commit::OrderView| {
            it.tx == Some(order.id) && it.state == OrderState::Committed && it.cost.messages == 8
        };
        frame.orders.iter().any(is_over)
    });
    let view = frame.orders.iter().find(|it| it.tx == Some(order.id)).unwrap();
    assert_eq!((view.cost.messages, view.cost.forced), (8, 5), "as with any participants");

    restaurant.post("nodes/coordinator/crash", r#"{"at":"after-decision"}"#);
    let told = restaurant.order(Good::Burger, 1, Handover::Delivered);
    assert_eq!(told.status, 202, "{told:?}");
    let frame = until("two rows, and locks that they hold", &|frame| {
        let delivery = frame.nodes[2].database.as_ref().map(|it| &it.database);
        rows(frame) == 2
            && delivery
                .is_some_and(|it| it.locks.iter().any(|lock| lock.gid.is_some() && lock.granted))
            && frame.nodes[2].held.count(Good::Courier) == 1
    });
    let row = &frame.nodes[1].database.as_ref().unwrap().database.prepared[0];
    assert_eq!(row.tx, Some(told.json::<OrderReport>().id));
    assert_eq!((row.owner.as_str(), row.database.as_str()), ("playground", "inventory"));
    assert!(row.gid.ends_with("-burger-1"), "{row:?}");
    restaurant.restart(Place::Coordinator);
    until("the rows are gone", &|frame| {
        rows(frame) == 0
            && frame.nodes[1].free.count(Good::Burger) == 4
            && frame.nodes.iter().all(|node| node.doubts.is_empty())
    });
}

//! The WebSocket: everything at first, then what happens, so that a page sees what is.

use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use playground_core::sim::ClusterEvent;
use playground_core::two_phase_commit::wire::{LiveMessage, LiveView};
use playground_core::two_phase_commit::{Event, Frame, Good, Handover, OrderState, Place, Record};
use tokio_tungstenite::tungstenite::client::{IntoClientRequest, client};
use tokio_tungstenite::tungstenite::{Error, HandshakeError, Message, WebSocket};

use super::restaurant::{Restaurant, folder};
use crate::running::{DEADLINE, Server};

/// A page that is open.
struct Page {
    socket: WebSocket<TcpStream>,
    view: LiveView,
    /// Everything that it was told, in order.
    told: Vec<LiveMessage>,
}

impl Page {
    fn open(restaurant: &Restaurant) -> Self {
        let mut socket = connect(restaurant.address, None).unwrap();
        let Some(LiveMessage::State(state)) = next(&mut socket) else {
            panic!("not the state at first")
        };
        Page { socket, view: LiveView::new(&state), told: Vec::new() }
    }

    /// Reads on until the picture is as expected.
    fn until(&mut self, what: &str, is_so: impl Fn(&Frame) -> bool) -> Frame {
        let end = Instant::now() + DEADLINE;
        loop {
            let frame = self.view.frame();
            if is_so(&frame) {
                return frame;
            }
            assert!(Instant::now() < end, "never: {what}: {frame:#?}\n{:#?}", self.told);
            if let Some(message) = next(&mut self.socket) {
                self.view.hear(&message);
                self.told.push(message);
            }
        }
    }

    fn states(&self) -> usize {
        self.told.iter().filter(|it| matches!(it, LiveMessage::State(_))).count()
    }
}

fn connect(
    address: std::net::SocketAddr,
    origin: Option<&str>,
) -> Result<WebSocket<TcpStream>, u16> {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut request = format!("ws://{address}/ws/two-phase-commit").into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    match client(request, stream) {
        Ok((socket, _)) => Ok(socket),
        Err(HandshakeError::Failure(Error::Http(answer))) => Err(answer.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

/// The next message; none if the server only asks whether the page is still there.
fn next(socket: &mut WebSocket<TcpStream>) -> Option<LiveMessage> {
    match socket.read() {
        Ok(Message::Text(text)) => Some(serde_json::from_str(&text).unwrap()),
        Ok(Message::Ping(_)) => {
            socket.flush().unwrap();
            None
        }
        // A read with a time limit is not taken up again after the system has paused the process.
        Err(Error::Io(error)) if error.kind() == ErrorKind::Interrupted => None,
        other => panic!("{other:?}"),
    }
}

fn committed(frame: &Frame) -> usize {
    frame.orders.iter().filter(|order| order.state == OrderState::Committed).count()
}

#[test]
fn a_page_sees_orders_as_they_happen() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    restaurant.decided(Good::Burger, 1, Handover::Delivered);
    restaurant.wait_for("everybody has acknowledged", |state| {
        matches!(state.nodes[0].log.tail.last(), Some((Record::Ended { .. }, _)))
    });
    let mut page = Page::open(&restaurant);
    let mut late = Page::open(&restaurant);
    let order = restaurant.decided(Good::Drink, 2, Handover::Delivered);

    for page in [&mut page, &mut late] {
        let frame = page.until("everything about the order is over", |frame| {
            let ends = |arrow: &playground_core::two_phase_commit::Arrow| arrow.end.is_some();
            committed(frame) == 2 && frame.arrows.len() == 8 && frame.arrows.iter().all(ends)
        });
        assert_eq!(frame.nodes[1].free.count(Good::Burger), 4);
        assert_eq!(frame.nodes[1].free.count(Good::Drink), 6);
        assert_eq!(frame.nodes[2].free.count(Good::Courier), 0);
        let view = frame.orders.iter().find(|it| it.tx == Some(order.id)).unwrap();
        assert_eq!((view.order, view.cost.messages, view.cost.forced), (order.order, 8, 5));
        assert!(frame.arrows.iter().all(|it| it.sent_at <= it.end.unwrap().0), "{frame:#?}");
        assert_eq!(page.states(), 0, "nothing was missed, so nothing is told twice");
    }
    page.until("the log's new length is known", |frame| {
        let node = restaurant.node(Place::Inventory);
        frame.nodes[1].process.as_ref().is_some_and(|it| it.log_bytes == node.log.bytes)
    });
}

#[test]
fn a_page_sees_a_death_and_the_recovery() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    let mut page = Page::open(&restaurant);
    restaurant.post("nodes/coordinator/crash", r#"{"at":"after-decision"}"#);
    page.until("it is armed", |frame| frame.nodes[0].armed.is_some());
    let told = restaurant.order(Good::Burger, 1, Handover::Delivered);
    assert_eq!(told.status, 202, "{told:?}");
    let frame = page.until("it is dead", |frame| !frame.nodes[0].is_up);
    assert!(frame.nodes[1].doubts.len() == 1 && frame.nodes[2].doubts.len() == 1, "{frame:#?}");
    assert_eq!(frame.nodes[1].held.count(Good::Burger), 1);
    page.until("its process is gone", |frame| {
        frame.nodes[0].process.as_ref().unwrap().pid.is_none()
    });

    restaurant.restart(Place::Coordinator);
    let frame = page.until("it has told everybody", |frame| {
        let process = frame.nodes[0].process.as_ref().unwrap();
        frame.nodes.iter().all(|node| node.is_up && node.doubts.is_empty())
            && committed(frame) == 1
            && process.pid == restaurant.node(Place::Coordinator).pid
    });
    assert_eq!(frame.nodes[1].free.count(Good::Burger), 4);
    assert_eq!(frame.nodes[0].starts, 2);
    let recovered = page.told.iter().any(|it| {
        let LiveMessage::Event { what: ClusterEvent::Reported(_, event), .. } = it else {
            return false;
        };
        matches!(event, Event::Recovered { unfinished, .. } if unfinished.len() == 1)
    });
    assert!(recovered, "the recovery is seen from its beginning: {:#?}", page.told);
    let records: Vec<&Record> = frame.nodes[0].log.iter().map(|view| &view.record).collect();
    assert!(matches!(records[1], Record::Decided { .. }), "its last deed was seen: {records:#?}");
}

#[test]
fn a_page_that_cannot_follow_is_told_everything_anew() {
    let dir = folder();
    let restaurant = Restaurant::stocked(dir.path(), "burger=1000000,courier=1000000");
    let mut page = Page::open(&restaurant);
    // Not for so long that the page would be taken for dead: it answers no pings meanwhile.
    let end = Instant::now() + Duration::from_secs(6);
    let sold = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while Instant::now() < end && sold.load(Relaxed) < 800 {
                    restaurant.decided(Good::Burger, 1, Handover::Delivered);
                    sold.fetch_add(1, Relaxed);
                }
            });
        }
    });
    let left = 1_000_000 - sold.into_inner();
    let frame = page.until("all that was sold is gone", |frame| {
        frame.nodes[1].free.count(Good::Burger) == left
            && frame.nodes[2].free.count(Good::Courier) == left
            && frame.nodes.iter().all(|node| node.doubts.is_empty())
    });
    assert!(page.states() > 0, "so many events are not told one by one");
    assert!(frame.nodes.iter().all(|node| node.is_up));
}

#[test]
fn a_reset_begins_anew_for_pages_too() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    restaurant.decided(Good::Burger, 1, Handover::Delivered);
    let mut page = Page::open(&restaurant);
    let told = restaurant.request("POST", "reset", None);
    assert_eq!(told.status, 200, "{told:?}");
    let frame = page.until("nothing has been ordered", |frame| {
        frame.orders.is_empty() && frame.nodes.iter().all(|node| node.is_up && node.starts == 2)
    });
    assert_eq!(frame.nodes[1].free.count(Good::Burger), 5);
    let log: Vec<&Record> = frame.nodes[0].log.iter().map(|view| &view.record).collect();
    assert_eq!(log, [&Record::Started { epoch: 1 }]);
    let mut records = frame.nodes.iter().flat_map(|node| node.log.iter());
    assert!(records.all(|view| view.record.tx().is_none()), "{frame:#?}");
}

#[test]
fn only_the_pages_own_origin_may_watch() {
    let dir = folder();
    let restaurant = Restaurant::open(dir.path());
    for origin in ["http://elsewhere.example", "null"] {
        assert_eq!(connect(restaurant.address, Some(origin)).err(), Some(403), "{origin}");
    }
    let own = format!("http://{}", restaurant.address);
    assert!(connect(restaurant.address, Some(&own)).is_ok());

    let without_nodes = Server::start(playground_server::Config::default());
    assert_eq!(connect(without_nodes.address, None).err(), Some(503));
}

//! A machine on real time, a real log and real sockets: the same promises as in the simulated cluster.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use crate::gated::Gated;
use playground_core::sim::{
    ClusterEvent, Durability, Flight, Input, LossReason, Machine, NodeId, Outbox, Output, Side,
    Span, Time,
};
use playground_server::driver::peers::Peers;
use playground_server::driver::{
    Arm, Clock, Down, Driver, Exit, Handle, Observer, Settings, Transport, inbox,
};
use playground_server::log::FileLog;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const A: NodeId = NodeId(0);
const B: NodeId = NodeId(1);

/// Counts durably, then tells its peer and the world.
#[derive(Clone, Debug, PartialEq)]
struct Counter {
    peer: NodeId,
    total: u64,
}

#[derive(Clone, Debug, PartialEq)]
enum Order {
    Add(u64),
    /// Wakes after so many milliseconds.
    Wake(u64),
    Forget,
}

#[derive(Clone, Debug, PartialEq)]
enum Told {
    Counted(u64),
    Heard(u64),
    Woke,
}

impl Machine for Counter {
    type Config = NodeId;
    type Command = Order;
    type Message = u64;
    type Timer = ();
    type Record = u64;
    type Event = Told;

    fn recover(peer: &NodeId, log: &[u64]) -> Self {
        Counter { peer: *peer, total: log.iter().sum() }
    }

    fn handle(&mut self, _now: Time, input: Input<Self>, out: &mut Outbox<Self>) {
        match input {
            Input::Start => {}
            Input::Message { message, .. } => out.report(Told::Heard(message)),
            Input::Timer(()) => out.report(Told::Woke),
            Input::Command(Order::Add(count)) => {
                self.total += count;
                out.append(count);
                out.send(self.peer, self.total);
                out.report(Told::Counted(self.total));
            }
            Input::Command(Order::Wake(ms)) => out.wake_after(Span::from_ms(ms), ()),
            Input::Command(Order::Forget) => out.cancel(()),
        }
    }

    fn checkpoint(&self) -> Option<Vec<u64>> {
        Some(vec![self.total])
    }
}

/// What happens, in a few words.
fn words(event: &ClusterEvent<Counter>) -> String {
    match event {
        ClusterEvent::Started(_) => "started".into(),
        ClusterEvent::Appended { record, .. } => format!("appended {record}"),
        ClusterEvent::Forced(_) => "forced".into(),
        ClusterEvent::Sent(flight) => format!("sent {}", flight.message),
        ClusterEvent::Delivered(flight) => format!("delivered {}", flight.message),
        ClusterEvent::Fired(..) => "fired".into(),
        ClusterEvent::Reported(_, told) => format!("{told:?}"),
        other => format!("{other:?}"),
    }
}

/// Loses every message and remembers it.
#[derive(Clone, Default)]
struct Void(Arc<Mutex<Vec<u64>>>);

impl Void {
    fn sent(&self) -> Vec<u64> {
        self.0.lock().expect("no test goes on after a panic").clone()
    }
}

impl Transport<u64> for Void {
    fn send(&self, flight: Flight<u64>) {
        self.0.lock().expect("no test goes on after a panic").push(flight.message);
    }

    async fn flushed(&self) {}
}

type Events = mpsc::UnboundedReceiver<String>;

fn observer() -> (impl Observer<Counter> + 'static, Events) {
    let (tell, told) = mpsc::unbounded_channel();
    let observer = move |_: Time, event: &ClusterEvent<Counter>| {
        // A test may have seen enough.
        let _ = tell.send(words(event));
    };
    (observer, told)
}

fn settings(node: NodeId) -> Settings {
    Settings { die: || {}, ..Settings::new(node, Clock::since(SystemTime::UNIX_EPOCH)) }
}

async fn wait_for(events: &mut Events, wanted: &str) {
    while events.recv().await.expect("the driver runs") != wanted {}
}

async fn rest(mut events: Events) -> Vec<String> {
    let mut rest = Vec::new();
    while let Some(event) = events.recv().await {
        rest.push(event);
    }
    rest
}

/// Returns once the machine has handled every request so far.
async fn handled(handle: &Handle<Counter>) {
    let (tell, told) = tokio::sync::oneshot::channel();
    let handle = handle.clone();
    tokio::spawn(async move {
        // The answer itself waits for the disk, and nobody waits for it.
        let _ = handle.inspect(move |_| tell.send(())).await;
    });
    told.await.expect("the driver runs");
}

fn on_disk(
    folder: &std::path::Path,
    settings: Settings,
) -> (Handle<Counter>, JoinHandle<Exit>, Events, usize) {
    let (log, records, _) = FileLog::open(folder).expect("the log can be opened");
    let (observer, events) = observer();
    let driver = Driver::new(settings, &B, log, &records, Void::default(), observer);
    let (driver, handle) = driver.expect("a thread");
    (handle, tokio::spawn(driver.run()), events, records.len())
}

#[tokio::test]
async fn nothing_is_told_before_it_is_durable_and_what_waits_shares_a_forced_write() {
    let (log, gate) = Gated::new();
    let (observer, events) = observer();
    let void = Void::default();
    let (driver, handle) =
        Driver::new(settings(A), &B, log, &[], void.clone(), observer).expect("a thread");
    let running = tokio::spawn(driver.run());
    handle.command(Order::Add(1)).await.expect("it is up");
    handled(&handle).await;
    gate.wait();
    let others = 99;
    for _ in 0..others {
        handle.command(Order::Add(1)).await.expect("it is up");
    }
    handled(&handle).await;
    assert!(void.sent().is_empty());
    gate.open();
    gate.wait();
    gate.open();
    let log = handle.inspect(|view| (view.machine.total, view.log)).await.expect("it is up");
    assert_eq!(log.0, 100);
    handle.stop().await.expect("it is up");
    drop(gate);
    assert!(matches!(running.await, Ok(Exit::Stopped)));
    assert_eq!(handle.stop().await, Err(Down));
    let mut expected = vec!["started".to_owned(), "appended 1".into(), "forced".into()];
    expected.extend(["sent 1".into(), "Counted(1)".into()]);
    expected.extend((0..others).map(|_| "appended 1".into()));
    expected.push("forced".into());
    expected
        .extend((2..=100).flat_map(|total| [format!("sent {total}"), format!("Counted({total})")]));
    assert_eq!(rest(events).await, expected);
}

#[tokio::test]
async fn what_was_told_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (handle, running, mut events, _) = on_disk(folder.path(), settings(A));
    for _ in 0..5 {
        handle.command(Order::Add(2)).await.expect("it is up");
    }
    wait_for(&mut events, "Counted(10)").await;
    // With every handle gone there is nothing left to do.
    drop(handle);
    assert!(matches!(running.await, Ok(Exit::Stopped)));
    let (handle, _running, _events, records) = on_disk(folder.path(), settings(A));
    assert_eq!(records, 5);
    let (total, bytes) =
        handle.inspect(|view| (view.machine.total, view.log.bytes)).await.expect("it is up");
    assert_eq!(total, 10);
    assert!(bytes > 0);
}

#[tokio::test]
async fn a_long_log_gives_way_to_a_checkpoint() {
    let folder = tempfile::tempdir().expect("a folder");
    let small = Settings { checkpoint_bytes: 200, ..settings(A) };
    let (handle, running, mut events, _) = on_disk(folder.path(), small);
    for total in 1..=100 {
        handle.command(Order::Add(1)).await.expect("it is up");
        // One at a time now and then, so that replacements fall between and into groups.
        if total % 7 == 0 {
            wait_for(&mut events, &format!("Counted({total})")).await;
        }
    }
    wait_for(&mut events, "Counted(100)").await;
    handle.stop().await.expect("it is up");
    assert!(matches!(running.await, Ok(Exit::Stopped)));
    let (_, records, recovery) = FileLog::<u64>::open(folder.path()).expect("it is closed");
    assert_eq!(records.iter().sum::<u64>(), 100);
    assert!(records.len() < 50, "{} records, {recovery:?}", records.len());
}

#[tokio::test]
async fn a_node_whose_log_fails_stops_at_once() {
    let (log, gate) = Gated::new();
    let (observer, events) = observer();
    let void = Void::default();
    let (driver, handle) =
        Driver::new(settings(A), &B, log, &[], void.clone(), observer).expect("a thread");
    gate.fail();
    handle.command(Order::Add(1)).await.expect("it is starting");
    drop(gate);
    assert!(matches!(driver.run().await, Exit::LogFailed(_)));
    assert_eq!(handle.command(Order::Add(1)).await, Err(Down));
    assert_eq!((rest(events).await, void.sent()), (vec!["started".to_owned()], vec![]));
}

fn is_append(output: &Output<Counter>) -> bool {
    matches!(output, Output::Append { durability: Durability::Forced, .. })
}

fn is_send(output: &Output<Counter>) -> bool {
    matches!(output, Output::Send { .. })
}

fn is_report(output: &Output<Counter>) -> bool {
    matches!(output, Output::Report(_))
}

#[tokio::test]
async fn a_node_dies_before_or_after_any_output() {
    let outputs: [fn(&Output<Counter>) -> bool; 3] = [is_append, is_send, is_report];
    let story = ["started", "appended 5, forced", "sent 5", "Counted(5)"];
    for (number, matches) in outputs.into_iter().enumerate() {
        for side in [Side::Before, Side::After] {
            let folder = tempfile::tempdir().expect("a folder");
            let (handle, running, events, _) = on_disk(folder.path(), settings(A));
            handle.arm(Some(Arm { side, matches })).await.expect("it is up");
            handle.command(Order::Add(5)).await.expect("it is up");
            handle.command(Order::Add(6)).await.expect("it has not run meanwhile");
            assert!(matches!(running.await, Ok(Exit::Died)));
            assert_eq!(handle.inspect(|_| ()).await, Err(Down));
            let carried_out = number + 1 + usize::from(side == Side::After);
            let case = format!("{side:?} output {number}");
            assert_eq!(rest(events).await.join(", "), story[..carried_out].join(", "), "{case}");
            let (_, records, _) = FileLog::<u64>::open(folder.path()).expect("it is closed");
            let logged: &[u64] = if carried_out > 1 { &[5] } else { &[] };
            assert_eq!(records, logged, "{case}");
        }
    }
}

#[tokio::test]
async fn arming_finds_outputs_that_wait_for_the_disk() {
    let (log, gate) = Gated::new();
    let (observer, events) = observer();
    let void = Void::default();
    let (driver, handle) =
        Driver::new(settings(A), &B, log, &[], void.clone(), observer).expect("a thread");
    let running = tokio::spawn(driver.run());
    handle.command(Order::Add(1)).await.expect("it is up");
    handled(&handle).await;
    // A plan for what has gone to the log already waits in vain, and gives way to the next.
    handle.arm(Some(Arm { side: Side::Before, matches: is_append })).await.expect("it is up");
    handle.arm(Some(Arm { side: Side::Before, matches: is_report })).await.expect("it is up");
    // What follows never happens, and a plan that is met cannot be undone.
    handle.command(Order::Add(1)).await.expect("it is up");
    handle.arm(None).await.expect("it is up");
    handled(&handle).await;
    drop(gate);
    assert!(matches!(running.await, Ok(Exit::Died)));
    assert_eq!(void.sent(), [1]);
    assert_eq!(rest(events).await.last().map(String::as_str), Some("sent 1"));
}

#[tokio::test]
async fn a_timer_fires_once_unless_it_is_cancelled() {
    let folder = tempfile::tempdir().expect("a folder");
    let (handle, running, events, _) = on_disk(folder.path(), settings(A));
    let mut events = events;
    handle.command(Order::Wake(3_600_000)).await.expect("it is up");
    handle.command(Order::Wake(1)).await.expect("it is up");
    wait_for(&mut events, "Woke").await;
    handle.command(Order::Wake(0)).await.expect("it is up");
    handle.command(Order::Forget).await.expect("it is up");
    handle.command(Order::Wake(2)).await.expect("it is up");
    wait_for(&mut events, "Woke").await;
    handle.stop().await.expect("it is up");
    assert!(matches!(running.await, Ok(Exit::Stopped)));
    assert_eq!(rest(events).await, Vec::<String>::new());
}

/// A node that others can reach, and where.
async fn serve(handle: Handle<Counter>) -> (std::net::SocketAddr, JoinHandle<std::io::Result<()>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it listens");
    let app = inbox(handle);
    (address, tokio::spawn(async move { axum::serve(listener, app).await }))
}

#[tokio::test]
async fn messages_travel_over_http_and_find_a_restarted_node() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let (tell_lost, mut lost) = mpsc::unbounded_channel();
    let peers = Peers::new(move |flight: Flight<u64>, reason| {
        // A test may have seen enough.
        let _ = tell_lost.send((flight.message, reason));
    });
    let (log, records, _) = FileLog::open(folders[0].path()).expect("the log can be opened");
    let (observer, _events) = observer();
    let driver = Driver::new(settings(A), &B, log, &records, peers.clone(), observer);
    let (driver, a) = driver.expect("a thread");
    tokio::spawn(driver.run());

    // Nobody knows where B is.
    a.command(Order::Add(1)).await.expect("it is up");
    assert_eq!(lost.recv().await, Some((1, LossReason::ReceiverDown)));

    let (b, running, mut events, _) = on_disk(folders[1].path(), settings(B));
    let (address, serving) = serve(b.clone()).await;
    peers.set_address(B, address);
    a.command(Order::Add(1)).await.expect("it is up");
    wait_for(&mut events, "Heard(2)").await;
    for _ in 0..2000 {
        a.command(Order::Add(1)).await.expect("it is up");
    }
    wait_for(&mut events, "Heard(2002)").await;
    peers.flushed().await;
    assert!(lost.is_empty());

    // B is down, but something still answers in its place.
    b.stop().await.expect("it is up");
    assert!(matches!(running.await, Ok(Exit::Stopped)));
    a.command(Order::Add(1)).await.expect("it is up");
    assert_eq!(lost.recv().await, Some((2003, LossReason::ReceiverDown)));
    serving.abort();
    assert!(serving.await.is_err());

    // It is back at another address.
    let (b, _running, mut events, _) = on_disk(folders[1].path(), settings(B));
    let (address, _serving) = serve(b).await;
    peers.set_address(B, address);
    a.command(Order::Add(1)).await.expect("it is up");
    wait_for(&mut events, "Heard(2004)").await;
    assert!(lost.is_empty());
}

#[tokio::test]
async fn a_message_to_itself_arrives() {
    let folder = tempfile::tempdir().expect("a folder");
    let (handle, _running, mut events, _) = on_disk(folder.path(), settings(B));
    handle.command(Order::Add(4)).await.expect("it is up");
    wait_for(&mut events, "delivered 4").await;
    wait_for(&mut events, "Heard(4)").await;
}

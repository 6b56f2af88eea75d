//! The store by itself: what it keeps, what it lets go, and what a failure leaves.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::*;

const KEEP: Keep = Keep { bytes: 1 << 30 };
const EPOCH: u64 = 7;

fn message(room: &str, seq: u64, text: &str) -> Arc<Message> {
    Arc::new(Message {
        room: room.into(),
        seq,
        id: format!("id{seq}").into(),
        from: "Ada".into(),
        to: None,
        text: text.into(),
        at_ms: 1,
    })
}

fn claim(name: &str) -> Claim {
    Claim { name: name.into(), secret_hash: [1; 32], seen_ms: 5 }
}

async fn durable(ticket: &Ticket, records: u64) {
    while ticket.durable() < records {
        assert!(!ticket.has_failed());
        ticket.changed().await;
    }
}

async fn failed(ticket: &Ticket) {
    while !ticket.has_failed() {
        ticket.changed().await;
    }
}

async fn append(store: &Store, room: &str, seqs: std::ops::RangeInclusive<u64>, text: &str) {
    let ticket = Arc::new(Ticket::default());
    let records = seqs.clone().count() as u64;
    for seq in seqs {
        store.append(message(room, seq, text), EPOCH, &ticket);
    }
    durable(&ticket, records).await;
}

async fn seqs(store: &Store, room: &str) -> Vec<u64> {
    let all = Wanted { from: 0, to: u64::MAX, limit: 10_000, bytes: u64::MAX, backwards: false };
    let messages = store.messages(room.into(), all).await.unwrap();
    messages.iter().map(|message| message.seq).collect()
}

#[tokio::test]
async fn what_is_durable_is_there_when_the_store_is_opened_again() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), KEEP).unwrap();
    append(&store, "lobby", 1..=5, "hi").await;
    append(&store, "@Ada", 1..=2, "note").await;
    let ticket = Arc::new(Ticket::default());
    store.claim(&claim("Ada"), 9, &ticket);
    durable(&ticket, 1).await;
    store.close().await;

    let store = Store::open(dir.path(), KEEP).unwrap();
    assert_eq!(store.claims().await.unwrap(), [claim("Ada")]);
    let channels = store.channels().await.unwrap();
    assert_eq!(channels, [("@Ada".into(), 1, 2), ("lobby".into(), 1, 5)]);
    let lobby = store.recover(&"lobby".into(), 99, 3).await.unwrap();
    assert_eq!((lobby.epoch, lobby.head, lobby.oldest), (EPOCH, 5, 1));
    assert_eq!(lobby.recent.iter().map(|it| it.seq).collect::<Vec<_>>(), [3, 4, 5]);
    let new = store.recover(&"new".into(), 99, 3).await.unwrap();
    assert_eq!((new.epoch, new.head, new.oldest), (99, 0, 1));
    append(&store, "lobby", 6..=6, "goes on").await;
}

#[tokio::test]
async fn pages_are_read_from_either_end_up_to_their_bounds() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), KEEP).unwrap();
    append(&store, "a", 1..=3, "other").await;
    append(&store, "b", 1..=20, &"x".repeat(100)).await;
    append(&store, "c", 1..=3, "other").await;
    let page = async |from, to, limit, bytes, backwards| {
        let wanted = Wanted { from, to, limit, bytes, backwards };
        let messages = store.messages("b".into(), wanted).await.unwrap();
        messages.iter().map(|message| message.seq).collect::<Vec<_>>()
    };
    assert_eq!(page(0, u64::MAX, 3, u64::MAX, true).await, [18, 19, 20]);
    assert_eq!(page(0, u64::MAX, 3, u64::MAX, false).await, [1, 2, 3]);
    assert_eq!(page(5, 9, 100, u64::MAX, false).await, [5, 6, 7, 8, 9]);
    assert_eq!(page(5, 9, 2, u64::MAX, true).await, [8, 9]);
    assert_eq!(page(5, 9, 100, 1, true).await, [9], "one is always allowed");
    assert_eq!(page(5, 9, 100, 450, false).await.len(), 2);
    assert!(page(9, 5, 100, u64::MAX, false).await.is_empty());
    assert!(page(21, 30, 100, u64::MAX, false).await.is_empty());
}

#[tokio::test]
async fn a_channel_is_trimmed_and_keeps_its_last() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), KEEP).unwrap();
    append(&store, "lobby", 1..=6000, "hi").await;
    store.trim("lobby".into(), 5990);
    // More than is removed at once: the rest follows by itself.
    let deadline = Instant::now() + Duration::from_secs(60);
    while seqs(&store, "lobby").await[0] != 5990 {
        assert!(Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
    assert_eq!(seqs(&store, "lobby").await, (5990..=6000).collect::<Vec<_>>());
    store.trim("lobby".into(), u64::MAX);
    append(&store, "lobby", 6001..=6001, "hi").await;
    store.close().await;
    let store = Store::open(dir.path(), KEEP).unwrap();
    let lobby = store.recover(&"lobby".into(), 0, 100).await.unwrap();
    assert_eq!(lobby.head, 6001);
    assert!(lobby.oldest >= 6000, "{}", lobby.oldest);
}

#[tokio::test]
async fn in_all_it_keeps_what_it_may_and_the_largest_loses_first() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), Keep { bytes: 100_000 }).unwrap();
    append(&store, "quiet", 1..=10, "hi").await;
    for start in (1..=2000).step_by(50) {
        append(&store, "busy", start..=start + 49, &"x".repeat(200)).await;
    }
    assert_eq!(seqs(&store, "quiet").await.len(), 10);
    let busy = seqs(&store, "busy").await;
    assert_eq!(busy.last(), Some(&2000));
    assert!((100..500).contains(&busy.len()), "{} are left", busy.len());
}

#[tokio::test]
async fn who_is_forgotten_leaves_nothing_for_the_next_of_that_name() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), KEEP).unwrap();
    let ticket = Arc::new(Ticket::default());
    store.claim(&claim("Ada"), EPOCH, &ticket);
    store.append_all(
        vec![message("@Ada", 1, "secret"), message("@Bob", 1, "secret")],
        EPOCH,
        &ticket,
    );
    store.forget("Ada".into());
    store.claim(&claim("Ada"), EPOCH + 1, &ticket);
    durable(&ticket, 3).await;
    let inbox = store.recover(&"@Ada".into(), 0, 100).await.unwrap();
    assert_eq!((inbox.epoch, inbox.head, inbox.recent.len()), (EPOCH + 1, 0, 0));
    assert_eq!(seqs(&store, "@Bob").await, [1]);
    append(&store, "@Ada", 1..=1, "new").await;
}

#[tokio::test]
async fn after_a_failure_nothing_of_its_group_is_there_and_the_store_mends_itself() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), KEEP).unwrap();
    append(&store, "lobby", 1..=3, "hi").await;
    let ticket = Arc::new(Ticket::default());
    // The second of them does not continue the channel: a mistake, and a failure like any other.
    store.append_all(vec![message("lobby", 4, "good"), message("lobby", 6, "bad")], EPOCH, &ticket);
    failed(&ticket).await;
    assert_eq!(seqs(&store, "lobby").await, [1, 2, 3], "reading goes on");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !store.works() {
        assert!(Instant::now() < deadline);
        tokio::task::yield_now().await;
    }
    // Whoever has not heard of the failure cannot go on.
    store.append(message("lobby", 4, "late"), EPOCH, &ticket);
    append(&store, "other", 1..=1, "hi").await;
    assert_eq!((ticket.durable(), ticket.has_failed()), (0, true));
    append(&store, "lobby", 4..=4, "anew").await;
    assert_eq!(seqs(&store, "lobby").await, [1, 2, 3, 4]);
}

#[tokio::test]
async fn only_one_has_it_open() {
    let dir = TempDir::new().unwrap();
    let store = Store::open(dir.path(), KEEP).unwrap();
    let again = Store::open(dir.path(), KEEP);
    assert!(matches!(again, Err(StoreError::InUse { .. })), "{again:?}");
    store.close().await;
    assert!(Store::open(dir.path(), KEEP).is_ok());
}

//! Numbers, retries, rates, and what is kept.

use super::*;

#[tokio::test]
async fn two_servers_have_one_order_and_a_retry_at_the_other_has_the_same_number() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let (ash, oak) =
        (server(&redis, "ash", settings()).await, server(&redis, "oak", settings()).await);
    let (mut here, mut there) = (open(&ash, "lobby").await, open(&oak, "lobby").await);
    assert_eq!((here.stored.head, here.stored.oldest), (0, 1));
    assert_eq!(here.stored.epoch, there.stored.epoch);

    for number in 0..40 {
        here.submit("Ada", &format!("a{number}"), None);
        there.submit("Bob", &format!("b{number}"), None);
    }
    let mut orders = Vec::new();
    for open in [&mut here, &mut there] {
        let mut placed = Vec::new();
        let mut messages = Vec::new();
        while placed.len() < 40 || messages.len() < 80 {
            match open.next().await {
                ChannelInput::Submitted(Submitted { outcome, session, received_us, .. }) => {
                    assert_eq!((session, received_us), (SessionId(7), 5));
                    placed.push(outcome.unwrap().seq);
                }
                ChannelInput::Published(Published { message, .. }) => messages.push(message),
                _ => {}
            }
        }
        assert!(placed.is_sorted(), "in the order of submission: {placed:?}");
        assert!(messages.iter().map(|it| it.seq).eq(1..=80));
        assert_eq!(&*messages[0].text, format!("{} says \"{}\"", messages[0].from, messages[0].id));
        orders.push(messages);
    }
    assert_eq!(orders[0], orders[1]);

    let first = orders[0].iter().find(|it| &*it.id == "a0").unwrap();
    there.submit("Ada", "a0", None);
    let again = there.answer().await.unwrap();
    assert!(again.is_retry);
    assert_eq!((again.seq, again.at_ms), (first.seq, first.at_ms));

    let later = open(&oak, "lobby").await;
    assert_eq!(later.stored.recent, orders[0]);
    assert_eq!(later.stored.head, 80);
}

#[tokio::test]
async fn doubles_within_one_call_are_one_message() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let ash = server(&redis, "ash", settings()).await;
    let mut here = open(&ash, "lobby").await;
    for _ in 0..3 {
        here.submit("Ada", "a", None);
    }
    here.submit("Bob", "a", None);
    let mut placed = Vec::new();
    for _ in 0..4 {
        placed.push(here.answer().await.map(|it| (it.seq, it.is_retry)).unwrap());
    }
    assert_eq!(placed, [(1, false), (1, true), (1, true), (2, false)]);
}

#[tokio::test]
async fn the_rate_of_a_person_is_one_over_all_servers() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let mut slow = settings();
    slow.limits.messages = Rate { per_second: 1, burst: 4 };
    let (ash, oak) = (server(&redis, "ash", slow.clone()).await, server(&redis, "oak", slow).await);
    let (mut here, mut there) = (open(&ash, "lobby").await, open(&oak, "lobby").await);
    let mut taken = 0;
    for number in 0..4 {
        here.submit("Ada", &format!("h{number}"), None);
        there.submit("Ada", &format!("t{number}"), None);
        for answer in [here.answer().await, there.answer().await] {
            match answer {
                Ok(_) => taken += 1,
                Err(Denial { reason, retry_after_ms }) => {
                    assert_eq!(reason, Refusal::RateLimited);
                    assert!((1..=1000).contains(&retry_after_ms.unwrap()), "{retry_after_ms:?}");
                }
            }
        }
    }
    // More only if the machine was slow enough for tokens to come back.
    assert!((4..8).contains(&taken), "{taken}");
    there.submit("Bob", "b", None);
    assert!(there.answer().await.is_ok(), "others are not concerned");
}

#[tokio::test]
async fn what_is_too_old_is_trimmed_and_a_late_retry_is_refused() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let small = Settings { window_messages: 10, retained_messages: 40, ..settings() };
    let ash = server(&redis, "ash", small).await;
    let mut here = open(&ash, "lobby").await;
    let since = Some(Position { epoch: here.stored.epoch, seq: 0 });
    for number in 0..100 {
        assert_eq!(here.say("Ada", &format!("a{number}")).await.seq, number + 1);
    }
    here.submit("Ada", "a95", since);
    assert!(here.answer().await.unwrap().is_retry);
    here.submit("Ada", "a3", since);
    assert_eq!(here.answer().await.unwrap_err(), Refusal::TooLate.into());
    let other = Some(Position { epoch: here.stored.epoch - 1, seq: 0 });
    here.submit("Ada", "of another history", other);
    assert_eq!(here.answer().await.unwrap().seq, 101);

    let again = open(&ash, "lobby").await;
    let Recovered { oldest, recent, .. } = again.stored;
    assert!((56..=61).contains(&oldest), "{oldest}");
    assert!(recent.iter().map(|it| it.seq).eq(oldest..=101));
    let kept: u64 = command(&redis, &["XLEN", "playground:chat:log:{lobby}"]);
    assert_eq!(kept, 102 - oldest);
    let ids: u64 = command(&redis, &["HLEN", "playground:chat:ids:{lobby}"]);
    assert!(ids <= 11, "{ids}");
}

#[tokio::test]
async fn what_was_said_is_read_page_by_page_and_what_is_missing_as_a_whole() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let ash = server(&redis, "ash", settings()).await;
    let mut here = open(&ash, "lobby").await;
    for number in 0..700 {
        here.submit("Ada", &format!("a{number}"), None);
    }
    for _ in 0..700 {
        here.answer().await.unwrap();
    }
    let page = |from, to, backwards| Wanted { from, to, limit: 3, bytes: 1 << 20, backwards };
    let numbers = async |wanted| {
        let page = ash.messages("lobby".into(), wanted).await.unwrap();
        page.iter().map(|it| it.seq).collect::<Vec<_>>()
    };
    assert_eq!(numbers(page(0, u64::MAX, true)).await, [698, 699, 700]);
    assert_eq!(numbers(page(0, 10, true)).await, [8, 9, 10]);
    assert_eq!(numbers(page(5, 10, false)).await, [5, 6, 7]);
    assert_eq!(numbers(Wanted { bytes: 1, ..page(5, 10, false) }).await, [5]);

    let mut behind = open(&ash, "lobby").await;
    behind.following.refill(20);
    let mut read = Vec::new();
    let bounds = behind
        .until(|input| match input {
            ChannelInput::Published(Published { message, .. }) => {
                read.push(message.seq);
                None
            }
            ChannelInput::Refilled(bounds) => Some(*bounds),
            _ => None,
        })
        .await;
    assert!(read.into_iter().eq(21..=700));
    assert_eq!((bounds.head, bounds.oldest), (700, 1));
    behind.following.refill(700);
    let refilled =
        behind.until(|it| matches!(it, ChannelInput::Refilled(_)).then(|| it.clone())).await;
    assert_eq!(refilled, ChannelInput::Refilled(bounds));
}

#[tokio::test]
async fn rooms_are_counted_over_all_servers_and_there_are_so_many() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let mut few = settings();
    few.limits.rooms = 2;
    let (ash, oak) = (server(&redis, "ash", few.clone()).await, server(&redis, "oak", few).await);
    let (mut here, there) = (open(&ash, "lobby").await, open(&oak, "lobby").await);
    let empty = open(&ash, "empty").await;
    let refused = try_open(&oak, "one too many").await.err().unwrap();
    assert!(matches!(refused, OpenError::NoMoreRooms), "{refused}");

    here.say("Ada", "a").await;
    for (open, name) in [(&here, "Ada"), (&there, "Ada"), (&there, "Bob")] {
        open.following.tell(Passing::Came { name: name.into(), version: 1 });
    }
    let lobby = |people, head| vec![RoomInfo { room: "lobby".into(), people, head }];
    eventually(async || oak.rooms().await.unwrap() == lobby(2, 1)).await;
    assert!(oak.has("lobby").await.unwrap() && !oak.has("nowhere").await.unwrap());
    drop((here, there, empty));
    eventually(async || oak.rooms().await.unwrap() == lobby(0, 1)).await;
    // What never had a message makes room.
    eventually(async || try_open(&oak, "one too many").await.is_ok()).await;
}

//! Redis is killed, loses what it had, is full, or only one of the connections breaks.

use super::*;

#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_when_redis_is_killed() {
    let mut redis = Redis::start(Durability::EverySecond).unwrap();
    let (ash, oak) =
        (server(&redis, "ash", settings()).await, server(&redis, "oak", settings()).await);
    let (mut here, there) = (open(&ash, "lobby").await, open(&oak, "lobby").await);
    let epoch = here.stored.epoch;
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        // If it forces its file only every second, it may answer before it has written, while the disk is behind.
        command::<()>(&redis, &["CONFIG", "SET", "appendfsync", "always"]);
        let mut unanswered: Vec<String> = (0..500).map(|it| format!("r{round}-{it}")).collect();
        unanswered.iter().for_each(|id| here.submit("Ada", id, None));
        // Somewhere in the middle of it.
        here.answer().await.unwrap();
        redis.kill().unwrap();
        is_away(&ash).await;
        here.submit("Ada", "refused", None);
        let mut refused = false;
        while !refused {
            let (id, outcome) = here.until(submitted).await;
            match outcome {
                Ok(placed) => acknowledged.push((id, placed.seq)),
                Err(denial) => {
                    assert_eq!(denial.reason, Refusal::StoreFailed);
                    assert!(denial.retry_after_ms.is_some());
                    refused = &*id == "refused";
                }
            }
        }
        redis.start_again().unwrap();
        works(&ash).await;
        works(&oak).await;
        // Everybody says again what was not acknowledged.
        for id in unanswered.drain(..) {
            let placed = here.say("Ada", &id).await;
            assert_eq!(placed.epoch, epoch, "it is the same history");
            acknowledged.push((id.into(), placed.seq));
        }
    }
    let stored = open(&oak, "lobby").await.stored;
    assert_eq!((stored.epoch, stored.head), (epoch, 1500), "each once");
    let all = Wanted { from: 1, to: 1500, limit: 1500, bytes: u64::MAX, backwards: false };
    let messages = ash.messages("lobby".into(), all).await.unwrap();
    for (id, seq) in acknowledged {
        assert_eq!(messages[seq as usize - 1].id, id);
    }
    drop(there);
}

fn submitted(input: &ChannelInput) -> Option<(Arc<str>, Result<Placed, Denial>)> {
    match input {
        ChannelInput::Submitted(Submitted { id, outcome, .. }) => Some((id.clone(), *outcome)),
        _ => None,
    }
}

#[tokio::test]
async fn what_was_not_heard_because_only_that_connection_broke_is_told_by_the_head() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let (ash, oak) =
        (server(&redis, "ash", settings()).await, server(&redis, "oak", settings()).await);
    let (mut here, mut there) = (open(&ash, "lobby").await, open(&oak, "lobby").await);
    here.say("Ada", "a").await;
    assert_eq!(there.published().await.seq, 1);
    command::<u64>(&redis, &["CLIENT", "KILL", "TYPE", "pubsub"]);
    is_away(&ash).await;
    works(&ash).await;
    here.say("Ada", "b").await;
    works(&oak).await;
    let end = Instant::now() + DEADLINE;
    while there.head().await.head < 2 {
        assert!(Instant::now() < end);
    }
    there.following.refill(1);
    assert_eq!(there.published().await.seq, 2);
    here.say("Ada", "c").await;
    let end = Instant::now() + DEADLINE;
    while there.published().await.seq != 3 {
        assert!(Instant::now() < end);
    }
}

#[tokio::test]
async fn a_server_that_forgot_the_scripts_is_told_them() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let ash = server(&redis, "ash", settings()).await;
    let mut here = open(&ash, "lobby").await;
    command::<()>(&redis, &["SCRIPT", "FLUSH"]);
    here.submit("Ada", "a", None);
    assert_eq!(here.answer().await.unwrap().seq, 1);
}

#[tokio::test]
async fn an_emptied_redis_begins_a_new_epoch_and_hears_who_is_there() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let (ash, oak) =
        (server(&redis, "ash", settings()).await, server(&redis, "oak", settings()).await);
    let (mut here, mut there) = (open(&ash, "lobby").await, open(&oak, "lobby").await);
    let epoch = here.stored.epoch;
    here.say("Ada", "a").await;
    here.following.tell(Passing::Came { name: "Ada".into(), version: 1 });
    present(&mut there, &["Ada"]).await;
    there.kept.clear();
    command::<()>(&redis, &["FLUSHALL"]);
    here.submit("Ada", "b", None);
    assert_eq!(here.answer().await.unwrap_err().reason, Refusal::StoreFailed);
    for open in [&mut here, &mut there] {
        let end = Instant::now() + DEADLINE;
        while open.head().await.epoch <= epoch {
            assert!(Instant::now() < end);
        }
    }
    present(&mut there, &["Ada"]).await;
    let mut anew = open(&ash, "lobby").await;
    assert!(anew.stored.epoch > epoch && anew.stored.head == 0);
    assert_eq!(anew.say("Ada", "b").await.seq, 1);
    here.submit("Ada", "c", None);
    assert!(here.answer().await.is_err(), "whoever follows the old one can say nothing");
}

/// Waits until somebody tells that exactly these are at some other server.
async fn present(open: &mut Open, names: &[&str]) {
    open.until(|input| match input {
        ChannelInput::Present { people, .. } => {
            people.iter().map(|it| &**it).eq(names.iter().copied()).then_some(())
        }
        _ => None,
    })
    .await;
}

#[tokio::test]
async fn a_log_that_lost_its_end_gets_another_epoch_even_if_others_filled_the_gap() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    for refilled in [false, true] {
        let room = format!("refilled {refilled}");
        let ash = server(&redis, "ash", settings()).await;
        let mut here = open(&ash, &room).await;
        for id in ["a", "b", "c"] {
            here.say("Ada", id).await;
        }
        while here.published().await.seq < 3 {}
        // As if a machine had died that had not forced the last message.
        let (log, meta) =
            (format!("playground:chat:log:{{{room}}}"), format!("playground:chat:meta:{{{room}}}"));
        command::<u64>(&redis, &["XDEL", &log, "3-0"]);
        command::<()>(&redis, &["XSETID", &log, "2-0"]);
        command::<u64>(&redis, &["HSET", &meta, "head", "2"]);
        command::<u64>(&redis, &["DEL", &format!("playground:chat:ids:{{{room}}}")]);
        if refilled {
            // A server that has seen less goes on before anybody notices.
            let oak = server(&redis, "oak", settings()).await;
            let mut there = open(&oak, &room).await;
            assert_eq!(there.stored.head, 2);
            assert_eq!(there.say("Bob", "d").await.seq, 3);
            oak.stop().await;
        }
        command::<u64>(&redis, &["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
        let end = Instant::now() + DEADLINE;
        while here.head().await.epoch == here.stored.epoch {
            assert!(Instant::now() < end);
        }
        ash.stop().await;
    }
}

#[tokio::test]
async fn a_full_redis_refuses_until_there_is_room() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let ash = server(&redis, "ash", settings()).await;
    let mut here = open(&ash, "lobby").await;
    here.say("Ada", "a").await;
    command::<()>(&redis, &["CONFIG", "SET", "maxmemory", "1mb"]);
    here.submit("Ada", "b", None);
    assert_eq!(here.answer().await.unwrap_err().reason, Refusal::StoreFailed);
    assert!(ash.works(), "what is there can be read");
    command::<()>(&redis, &["CONFIG", "SET", "maxmemory", "0"]);
    assert_eq!(here.say("Ada", "b").await.seq, 2);
}

#[tokio::test]
async fn a_server_that_was_made_a_replica_is_left_until_it_can_be_written_again() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let ash = server(&redis, "ash", settings()).await;
    let mut here = open(&ash, "lobby").await;
    here.say("Ada", "a").await;
    command::<()>(&redis, &["REPLICAOF", "127.0.0.1", "1"]);
    here.submit("Ada", "b", None);
    assert_eq!(here.answer().await.unwrap_err().reason, Refusal::StoreFailed);
    is_away(&ash).await;
    command::<()>(&redis, &["REPLICAOF", "NO", "ONE"]);
    assert_eq!(here.say("Ada", "b").await.seq, 2);
}

#[tokio::test]
async fn while_redis_is_away_at_first_nothing_can_be_opened_and_then_it_can() {
    let mut redis = Redis::start(Durability::Nothing).unwrap();
    redis.kill().unwrap();
    let link = RedisLink::new(&redis.url().parse().unwrap());
    let ash = Shared::start(link, Arc::new(settings()), "ash");
    let error = try_open(&ash, "lobby").await.err().unwrap().to_string();
    assert!(error.starts_with("Redis at 127.0.0.1:"), "{error}");
    assert!(ash.rooms().await.is_err() && ash.server().bus.is_none());
    redis.start_again().unwrap();
    works(&ash).await;
    assert!(ash.server().bus.is_some_and(|bus| bus.contains(' ')));
    assert_eq!(open(&ash, "lobby").await.say("Ada", "a").await.seq, 1);
}

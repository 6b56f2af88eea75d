//! The link to a Redis server that is killed, restarted, and turned into a replica.

use playground_engines::{Durability, Redis};
use redis::AsyncCommands;
use tokio::sync::mpsc::unbounded_channel;

use super::*;

const DEADLINE: Duration = Duration::from_secs(30);

fn link(redis: &Redis) -> RedisLink {
    RedisLink::new(&redis.url().parse().unwrap())
}

#[test]
fn an_address_is_read_or_refused_in_one_sentence() {
    for good in ["redis://127.0.0.1", "redis://:geheim@db.local:6380/3", "redis://ada:geheim@[::1]"]
    {
        let url: RedisUrl = good.parse().unwrap();
        assert!(!format!("{url} {url:?}").contains("geheim"), "{url:?}");
    }
    assert_eq!("redis://db.local:6380/3".parse::<RedisUrl>().unwrap().database(), 3);
    assert_eq!("rediss://db.local".parse::<RedisUrl>().unwrap_err(), UrlError::Tls);
    for bad in ["", "db.local", "http://db.local", "redis://db.local:x", "redis://db.local/x"] {
        let error = bad.parse::<RedisUrl>().unwrap_err().to_string();
        assert!(error.starts_with("the address of Redis must look like"), "{bad}: {error}");
    }
}

#[tokio::test]
async fn the_connection_comes_back_by_itself_after_redis_was_killed() {
    let mut redis = Redis::start(Durability::EverySecond).unwrap();
    let link = link(&redis);
    let mut connection = link.connected(DEADLINE).await.unwrap();
    let version = link.version().unwrap();
    assert!(version.starts_with("redis ") || version.starts_with("valkey "), "{version}");
    let () = connection.set("key", "value").await.unwrap();

    let mut seen = link.seen();
    redis.kill().unwrap();
    timeout(DEADLINE, link.changed(&mut seen)).await.expect("the end is noticed");
    let error = link.connection().unwrap_err().to_string();
    assert!(error.starts_with("Redis at 127.0.0.1:"), "{error}");
    assert!(!link.works() && link.version().is_none());
    assert!(connection.get::<_, String>("key").await.is_err(), "the old one is of no use");

    redis.start_again().unwrap();
    let mut connection = link.connected(DEADLINE).await.unwrap();
    assert_eq!(connection.get::<_, String>("key").await.unwrap(), "value");
}

#[tokio::test]
async fn a_server_that_is_away_at_first_is_found_when_it_comes() {
    let mut redis = Redis::start(Durability::Nothing).unwrap();
    redis.kill().unwrap();
    let link = link(&redis);
    assert!(link.connected(Duration::from_millis(50)).await.is_err());
    redis.start_again().unwrap();
    assert!(link.connected(DEADLINE).await.is_ok());
}

#[tokio::test]
async fn a_replica_is_not_taken_for_a_server_to_write_to() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let link = link(&redis);
    let mut connection = link.connected(DEADLINE).await.unwrap();
    let mut seen = link.seen();
    let replica = redis::cmd("REPLICAOF").arg("127.0.0.1").arg(1).to_owned();
    let () = replica.query_async(&mut connection).await.unwrap();
    let error = connection.set::<_, _, ()>("key", "value").await.unwrap_err();
    link.met(&error);
    timeout(DEADLINE, link.changed(&mut seen)).await.expect("it is given up");
    let away = async {
        while !link.connection().is_err_and(|error| error.to_string().contains("replica")) {
            link.changed(&mut seen).await;
        }
    };
    timeout(DEADLINE, away).await.expect("why is said");
}

#[tokio::test]
async fn a_subscriber_hears_what_is_published_and_its_own_end() {
    let mut redis = Redis::start(Durability::Nothing).unwrap();
    let link = link(&redis);
    let mut connection = link.connected(DEADLINE).await.unwrap();
    let (pushed, mut pushes) = unbounded_channel();
    let mut subscriber = link.subscriber(pushed).await.unwrap();
    subscriber.subscribe("news").await.unwrap();
    let () = connection.publish("news", "it works").await.unwrap();
    let mut next = async || timeout(DEADLINE, pushes.recv()).await.unwrap().unwrap();
    assert_eq!(next().await.kind, PushKind::Subscribe);
    let message = redis::Msg::from_push_info(next().await).unwrap();
    assert_eq!(message.get_payload_bytes(), b"it works");
    redis.kill().unwrap();
    assert_eq!(next().await.kind, PushKind::Disconnection);
}

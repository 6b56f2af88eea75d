//! Names, private messages, and who is there.

use std::collections::BTreeSet;

use super::*;

fn claim(name: &str, secret: u8, seen_ms: u64) -> Claim {
    Claim { name: name.into(), secret_hash: [secret; 32], seen_ms }
}

#[tokio::test]
async fn a_name_is_whose_it_was_first_at_every_server() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let mut few = settings();
    few.limits.people = 2;
    let (ash, oak) = (server(&redis, "ash", few.clone()).await, server(&redis, "oak", few).await);
    let ada = claim("Ada", 1, 10);
    assert_eq!(ash.claim(ada.clone()).await.unwrap(), Ok(ada));
    let again = oak.claim(claim("ADA", 1, 20)).await.unwrap().unwrap();
    assert_eq!(&*again.name, "Ada", "as it was written first");
    let taken = oak.claim(claim("ada", 2, 20)).await.unwrap();
    assert_eq!(taken, Err(Refusal::NameTaken.into()));

    // One more is one too many: who has been away longest is forgotten, with the inbox.
    assert!(oak.claim(claim("Bob", 3, 30)).await.unwrap().is_ok());
    let mut inbox = open(&ash, "@Ada").await;
    inbox.submit_to(Some("bob"), "Ada", "a", None);
    assert_eq!(inbox.answer().await.unwrap().seq, 1);
    let online = oak.register("@people", Arc::new(drop));
    online.tell(Passing::Came { name: "Bob".into(), version: 1 });
    eventually(async || command::<bool>(&redis, &["EXISTS", "playground:chat:present:{#people}"]))
        .await;
    drop(inbox);
    assert!(ash.claim(claim("Eve", 4, 40)).await.unwrap().is_ok());
    assert!(!command::<bool>(&redis, &["EXISTS", "playground:chat:log:{@ada}"]));
    assert!(oak.claim(claim("Bob", 9, 50)).await.unwrap().is_err(), "who is online is not");
    assert!(oak.claim(claim("Ada", 9, 60)).await.unwrap().is_ok(), "Eve is");
    assert!(oak.claim(claim("Eve", 9, 70)).await.unwrap().is_ok(), "and Ada");
}

#[tokio::test]
async fn a_private_message_is_in_both_inboxes_once() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let (ash, oak) =
        (server(&redis, "ash", settings()).await, server(&redis, "oak", settings()).await);
    for name in ["Ada", "Bö\"b"] {
        assert!(ash.claim(claim(name, 1, 1)).await.unwrap().is_ok());
    }
    let (mut ada, mut bob) =
        (open(&ash, &inbox_of("Ada")).await, open(&oak, &inbox_of("Bö\"b")).await);
    ada.submit_to(Some("nobody"), "Ada", "a0", None);
    assert_eq!(ada.answer().await.unwrap_err(), Refusal::NoSuchPerson.into());
    for _ in 0..2 {
        ada.submit_to(Some("BÖ\"B"), "Ada", "a1", None);
    }
    let (first, again) = (ada.answer().await.unwrap(), ada.answer().await.unwrap());
    assert_eq!((first.seq, first.is_retry, again.seq, again.is_retry), (1, false, 1, true));
    bob.submit_to(Some("Ada"), "Bö\"b", "b1", None);
    assert_eq!(bob.answer().await.unwrap().seq, 2);
    for (open, room) in [(&mut ada, "@Ada"), (&mut bob, "@Bö\"b")] {
        let (one, two) = (open.published().await, open.published().await);
        assert_eq!((&*one.room, one.seq, &*one.from), (room, 1, "Ada"));
        assert_eq!((one.to.as_deref(), two.to.as_deref()), (Some("Bö\"b"), Some("Ada")));
        assert_eq!((two.seq, &*two.from), (2, "Bö\"b"));
    }
    let stored = open(&ash, "@Bö\"b").await.stored;
    assert_eq!(stored.recent.len(), 2);
    assert_eq!(stored.recent[0].to.as_deref(), Some("Bö\"b"));

    // To oneself there is one inbox.
    let mut ada = open(&ash, "@Ada").await;
    ada.submit_to(Some("ada"), "Ada", "a2", None);
    assert_eq!(ada.answer().await.unwrap().seq, 3);
    assert_eq!(ada.published().await.seq, 3);
}

/// Who is at other servers, as the news say.
#[derive(Default)]
struct Elsewhere(BTreeSet<(String, String)>);

impl Elsewhere {
    fn hear(&mut self, input: ChannelInput) {
        match input {
            ChannelInput::Elsewhere { server, passing: Passing::Came { name, .. } } => {
                self.0.insert((server.to_string(), name.to_string()));
            }
            ChannelInput::Elsewhere { server, passing: Passing::Went { name, .. } } => {
                self.0.remove(&(server.to_string(), name.to_string()));
            }
            ChannelInput::Present { server, people, .. } => {
                self.0.retain(|(it, _)| *it != server.to_string());
                let people = people.iter().map(|name| (server.to_string(), name.to_string()));
                self.0.extend(people);
            }
            ChannelInput::ServerGone { server } => {
                self.0.retain(|(it, _)| *it != server.to_string());
            }
            _ => {}
        }
    }

    /// Waits until exactly these are elsewhere.
    async fn are(&mut self, open: &mut Open, names: &[&str]) {
        let end = Instant::now() + DEADLINE;
        while !self.0.iter().map(|(_, name)| &**name).eq(names.iter().copied()) {
            assert!(Instant::now() < end, "{:?}", self.0);
            let next = open.next().await;
            self.hear(next);
        }
    }
}

#[tokio::test]
async fn who_is_at_other_servers_is_known_and_nobody_of_a_dead_one_stays() {
    let redis = Redis::start(Durability::Nothing).unwrap();
    let ash = server(&redis, "ash", settings()).await;
    let oak = server(&redis, "oak", settings()).await;
    let elm = server(&redis, "elm", settings()).await;
    let mut here = open(&ash, "lobby").await;
    let (there, yonder) = (open(&oak, "lobby").await, open(&elm, "lobby").await);
    let mut elsewhere = Elsewhere::default();
    here.following.tell(Passing::Came { name: "Ada".into(), version: 1 });
    there.following.tell(Passing::Came { name: "Bob".into(), version: 1 });
    there.following.tell(Passing::Came { name: "Eve".into(), version: 2 });
    yonder.following.tell(Passing::Came { name: "Zoe".into(), version: 1 });
    elsewhere.are(&mut here, &["Zoe", "Bob", "Eve"]).await;
    there.following.tell(Passing::Went { name: "Bob".into(), version: 3 });
    elsewhere.are(&mut here, &["Zoe", "Eve"]).await;

    // Who comes later reads the registers.
    let fir = server(&redis, "fir", settings()).await;
    let mut late = open(&fir, "lobby").await;
    let mut known = Elsewhere::default();
    known.are(&mut late, &["Ada", "Zoe", "Eve"]).await;

    yonder.following.tell(Passing::Typing { name: "Zoe".into() });
    late.until(|it| match it {
        ChannelInput::Elsewhere { passing: Passing::Typing { name }, .. } => Some(name.clone()),
        _ => None,
    })
    .await;

    // One leaves the room, one is killed, one stops in good order.
    drop(there);
    elsewhere.are(&mut here, &["Zoe"]).await;
    elm.abandon();
    elsewhere.are(&mut here, &[]).await;
    known.are(&mut late, &["Ada"]).await;
    ash.stop().await;
    known.are(&mut late, &[]).await;
}

#[tokio::test]
async fn who_is_online_is_told_over_an_outage() {
    let mut redis = Redis::start(Durability::Nothing).unwrap();
    let (ash, oak) =
        (server(&redis, "ash", settings()).await, server(&redis, "oak", settings()).await);
    let (tell, news) = unbounded_channel();
    let following = ash.register("@people", Arc::new(move |input| drop(tell.send(input))));
    let kept = Vec::new();
    let mut here = Open { stored: Recovered::default(), following, news, kept };
    let there = oak.register("@people", Arc::new(drop));
    let mut elsewhere = Elsewhere::default();
    there.tell(Passing::Came { name: "Bob".into(), version: 1 });
    elsewhere.are(&mut here, &["Bob"]).await;
    redis.kill().unwrap();
    is_away(&oak).await;
    there.tell(Passing::Came { name: "Eve".into(), version: 2 });
    redis.start_again().unwrap();
    elsewhere.are(&mut here, &["Bob", "Eve"]).await;
}

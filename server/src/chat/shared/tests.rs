//! Several servers on a real Redis, which is killed, emptied, filled up and robbed of the end of a log.

mod history;
mod order;
mod outages;
mod people;

use std::time::Instant;

use playground_core::chat::wire::{Message, Position, RoomInfo};
use playground_core::chat::{
    Bounds, Claim, Denial, Placed, Published, Rate, Refusal, SessionId, Submitted, inbox_of,
};
use playground_engines::{Durability, Redis};
use redis::Client;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{sleep, timeout};

use super::*;
use crate::chat::store::Wanted;

/// Longer than anything takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// A room or an inbox, open at a server.
struct Open {
    stored: Recovered,
    following: Following,
    news: UnboundedReceiver<ChannelInput>,
    /// What has come and nobody has looked at yet.
    kept: Vec<ChannelInput>,
}

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.limits.messages = Rate::UNLIMITED;
    settings
}

/// A server that works.
async fn server(redis: &Redis, name: &str, settings: Settings) -> Shared {
    let link = RedisLink::new(&redis.url().parse().unwrap());
    let shared = Shared::start(link, Arc::new(settings), name);
    works(&shared).await;
    shared
}

async fn works(shared: &Shared) {
    let mut works = shared.watch();
    timeout(DEADLINE, works.wait_for(|works| *works)).await.expect("it works").unwrap();
}

async fn is_away(shared: &Shared) {
    let mut works = shared.watch();
    timeout(DEADLINE, works.wait_for(|works| !*works)).await.expect("it is away").unwrap();
}

/// Runs a command, as `redis-cli` does.
fn command<T: redis::FromRedisValue>(redis: &Redis, words: &[&str]) -> T {
    let mut connection = Client::open(redis.url()).unwrap().get_connection().unwrap();
    let (first, rest) = words.split_first().unwrap();
    redis::cmd(first).arg(rest).query(&mut connection).unwrap()
}

async fn open(shared: &Shared, name: &str) -> Open {
    try_open(shared, name).await.unwrap()
}

async fn try_open(shared: &Shared, name: &str) -> Result<Open, OpenError> {
    let (tell, news) = unbounded_channel();
    let news_of: News = Arc::new(move |input| drop(tell.send(input)));
    let Opened { stored, following } = shared.open(name.into(), 100, news_of).await?;
    Ok(Open { stored, following, news, kept: Vec::new() })
}

impl Open {
    fn submit(&self, from: &str, id: &str, since: Option<Position>) {
        self.submit_to(None, from, id, since);
    }

    fn submit_to(&self, to: Option<&str>, from: &str, id: &str, since: Option<Position>) {
        self.following.submit(Submission {
            session: SessionId(7),
            from: from.into(),
            to: to.map(Arc::from),
            id: id.into(),
            text: format!("{from} says \"{id}\"").into(),
            since,
            received_us: 5,
        });
    }

    async fn next(&mut self) -> ChannelInput {
        match self.kept.is_empty() {
            true => timeout(DEADLINE, self.news.recv()).await.expect("there is news").unwrap(),
            false => self.kept.remove(0),
        }
    }

    /// The next news that this is made of; all others are kept.
    async fn until<T>(&mut self, mut is_it: impl FnMut(&ChannelInput) -> Option<T>) -> T {
        let found = self.kept.iter().enumerate().find_map(|(at, it)| Some((at, is_it(it)?)));
        if let Some((at, it)) = found {
            self.kept.remove(at);
            return it;
        }
        let end = tokio::time::Instant::now() + DEADLINE;
        loop {
            let next = tokio::time::timeout_at(end, self.news.recv()).await;
            let next = next.expect("there is such news").unwrap();
            match is_it(&next) {
                Some(it) => return it,
                None => self.kept.push(next),
            }
        }
    }

    async fn answer(&mut self) -> Result<Placed, Denial> {
        self.until(|input| match input {
            ChannelInput::Submitted(Submitted { outcome, .. }) => Some(*outcome),
            _ => None,
        })
        .await
    }

    async fn published(&mut self) -> Arc<Message> {
        self.until(|input| match input {
            ChannelInput::Published(Published { message, .. }) => Some(message.clone()),
            _ => None,
        })
        .await
    }

    async fn head(&mut self) -> Bounds {
        self.until(|input| match input {
            ChannelInput::Head(bounds) => Some(*bounds),
            _ => None,
        })
        .await
    }

    /// Submits until it is taken, as a client does.
    async fn say(&mut self, from: &str, id: &str) -> Placed {
        let end = Instant::now() + DEADLINE;
        loop {
            self.submit(from, id, None);
            match self.answer().await {
                Ok(placed) => return placed,
                Err(denial) => assert!(Instant::now() < end, "{denial:?}"),
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Waits until it is so.
async fn eventually(is_so: impl AsyncFn() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is_so().await {
        assert!(Instant::now() < end, "it never is");
        sleep(Duration::from_millis(50)).await;
    }
}

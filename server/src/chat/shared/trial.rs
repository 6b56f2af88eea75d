//! The shared log under load, for the benchmark alone: two servers without their clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use playground_core::chat::{ChannelInput, Rate, SessionId, Settings, Submission, Submitted};
use redis::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Following, News, Opened, Shared, submitting};
use crate::redis_link::{RedisLink, RedisUrl};

/// How many people speak.
const PEOPLE: usize = 10;
/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How many messages are under way at once.
    pub in_flight: usize,
    /// How long their texts are, in bytes.
    pub text_bytes: usize,
    /// For how long it is measured.
    pub measured: Duration,
}

/// What came out.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many messages were acknowledged: numbered, in the log, and back at the server that had submitted them.
    pub acknowledged: usize,
    /// How long that took each, sorted.
    pub acknowledged_after: Vec<Duration>,
    /// How long until the other server had them, sorted.
    pub elsewhere_after: Vec<Duration>,
    /// How long it was measured.
    pub took: Duration,
}

/// A server, and what it hears of one room.
struct Server {
    shared: Shared,
    following: Following,
    news: UnboundedReceiver<(Instant, ChannelInput)>,
}

async fn server(url: &RedisUrl, name: &str) -> Option<Server> {
    let settings = unlimited();
    let shared = Shared::start(RedisLink::new(url), Arc::new(settings), name);
    timeout(PATIENCE, shared.watch().wait_for(|works| *works)).await.ok()?.ok()?;
    let (tell, news) = unbounded_channel();
    let news_of: News = Arc::new(move |input| drop(tell.send((Instant::now(), input))));
    let Opened { following, .. } = shared.open("lobby".into(), 1, news_of).await.ok()?;
    Some(Server { shared, following, news })
}

fn unlimited() -> Settings {
    let mut settings = Settings::default();
    settings.limits.messages = Rate::UNLIMITED;
    settings
}

fn submission(number: usize, text: &Arc<str>) -> Submission {
    Submission {
        session: SessionId(1),
        from: format!("person {}", number % PEOPLE).into(),
        to: None,
        id: number.to_string().into(),
        text: text.clone(),
        since: None,
        received_us: 0,
    }
}

/// Two servers have a room open; one of them submits to it, with so many messages under way. None if Redis goes away.
pub async fn through_two_servers(url: &RedisUrl, load: Load) -> Option<Outcome> {
    let (mut here, there) = (server(url, "here").await?, server(url, "there").await?);
    let start = Instant::now();
    let counting = tokio::spawn(count_elsewhere(there));
    let text: Arc<str> = "x".repeat(load.text_bytes).into();
    let mut sent = Vec::new();
    let mut arrived = Vec::new();
    let mut outcome = Outcome::default();
    let mut together = Vec::new();
    while outcome.acknowledged < sent.len() || start.elapsed() < load.measured {
        while sent.len() < outcome.acknowledged + load.in_flight && start.elapsed() < load.measured
        {
            here.following.submit(submission(sent.len(), &text));
            sent.push(Instant::now());
            arrived.push(0_u8);
        }
        timeout(PATIENCE, here.news.recv_many(&mut together, 256)).await.ok()?;
        for (_, input) in together.drain(..) {
            let id = match input {
                ChannelInput::Submitted(Submitted { id, outcome: Ok(_), .. }) => id,
                ChannelInput::Submitted(_) => return None,
                ChannelInput::Published(published) => published.message.id.clone(),
                _ => continue,
            };
            let number: usize = id.parse().ok()?;
            arrived[number] += 1;
            if arrived[number] == 2 {
                outcome.acknowledged += 1;
                outcome.acknowledged_after.push(sent[number].elapsed());
            }
        }
    }
    outcome.took = start.elapsed();
    here.shared.stop().await;
    let elsewhere = timeout(PATIENCE, counting).await.ok()?.ok()?;
    let elsewhere = elsewhere.into_iter().zip(&sent).map(|(at, sent)| at - *sent);
    outcome.elsewhere_after = elsewhere.collect();
    outcome.elsewhere_after.sort_unstable();
    outcome.acknowledged_after.sort_unstable();
    Some(outcome)
}

/// The same script for every message by itself, so many calls under way at once over one connection. Nobody is told what
/// was published. None if Redis goes away.
pub async fn one_call_a_message(url: &RedisUrl, load: Load) -> Option<Outcome> {
    let Server { shared, following, .. } = server(url, "alone").await?;
    let text: Arc<str> = "x".repeat(load.text_bytes).into();
    let start = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    for _ in 0..load.in_flight {
        let (inner, channel) = (shared.0.clone(), following.channel.clone());
        let (text, next) = (text.clone(), next.clone());
        callers.spawn(async move {
            let mut connection = inner.link.connection().ok()?;
            let mut took = Vec::new();
            while start.elapsed() < load.measured {
                let sent = Instant::now();
                let one = [submission(next.fetch_add(1, Ordering::Relaxed), &text)];
                let call = submitting::call_of(&inner, &channel, channel.epoch(), &one);
                inner.scripts.ask::<Value>(&mut connection, &call).await.ok()?;
                took.push(sent.elapsed());
            }
            Some(took)
        });
    }
    let mut outcome = Outcome::default();
    for took in callers.join_all().await {
        outcome.acknowledged_after.extend(took?);
    }
    outcome.took = start.elapsed();
    outcome.acknowledged = outcome.acknowledged_after.len();
    outcome.acknowledged_after.sort_unstable();
    Some(outcome)
}

/// When each message was there, until nothing more comes.
async fn count_elsewhere(mut there: Server) -> Vec<Instant> {
    let mut arrived = Vec::new();
    while let Ok(Some((at, input))) = timeout(Duration::from_secs(1), there.news.recv()).await {
        if let ChannelInput::Published(published) = input {
            assert_eq!(published.message.seq, arrived.len() as u64 + 1, "a publication is missing");
            arrived.push(at);
        }
    }
    // The connection is kept until here.
    drop(there.shared);
    arrived
}

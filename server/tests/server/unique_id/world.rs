//! Servers with an ID service, in this process or in one of their own, and what is asked of them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use playground_core::unique_id::snowflake::Id;
use playground_core::unique_id::wire::{Batch, ServiceState};
use playground_server::Config;
use playground_server::redis_link::{RedisLink, RedisUrl};
use playground_server::unique_id::{UniqueId, UniqueIdConfig};
use tempfile::TempDir;

use crate::running::{Answer, DEADLINE, Server};

pub(super) const JSON: (&str, &str) = ("content-type", "application/json");

/// A server with an ID service in a folder of its own.
pub(super) struct World {
    pub(super) server: Server,
    pub(super) folder: TempDir,
}

impl World {
    pub(super) fn start() -> Self {
        let folder = TempDir::new().unwrap();
        Self { server: serve(folder.path()), folder }
    }

    pub(super) fn state(&self) -> ServiceState {
        self.server.get("/api/unique-id").json()
    }
}

/// A server with the ID service of this folder.
pub(super) fn serve(folder: &Path) -> Server {
    serve_ahead(folder, 0)
}

/// … whose clock is ahead by so many milliseconds.
pub(super) fn serve_ahead(folder: &Path, clock_offset_ms: i64) -> Server {
    serve_sharing(folder, clock_offset_ms, None)
}

/// … that shares its worker numbers with all who use this Redis, under a name.
pub(super) fn serve_sharing(
    folder: &Path,
    clock_offset_ms: i64,
    redis: Option<(&str, &str)>,
) -> Server {
    let folder = folder.to_owned();
    let redis = redis.map(|(url, name)| (url.parse::<RedisUrl>().unwrap(), name.to_owned()));
    Server::start_made(async move || {
        let redis = redis.map(|(url, name)| (RedisLink::new(&url), name));
        let config = UniqueIdConfig { folder, clock_offset_ms, allows_remote_faults: false, redis };
        let unique_id = UniqueId::start(config).await.unwrap();
        Config { unique_id: Some(unique_id), listens_on_loopback: true, ..Config::default() }
    })
}

pub(super) fn post(server: &Server, path: &str, body: &str) -> Answer {
    server.request("POST", path, &[JSON], body.as_bytes())
}

/// So many IDs, which there must be.
pub(super) fn ids(server: &Server, count: usize) -> Batch {
    let answer = post(server, &format!("/api/unique-id?count={count}"), "");
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// The sentence of a refusal, which must be a problem (RFC 9457).
pub(super) fn problem(answer: &Answer, status: u16) -> String {
    assert_eq!(answer.status, status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem: serde_json::Value = answer.json();
    assert_eq!(problem["status"], status);
    problem["detail"].as_str().unwrap().to_owned()
}

/// The milliseconds after which a refusal says that it may be worth another try.
pub(super) fn retry_after_ms(answer: &Answer) -> u64 {
    1_000 * answer.header("retry-after").parse::<u64>().unwrap()
}

/// Asks again until it is so. What happens behind a client's back has no other sign.
pub(super) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::yield_now();
    }
}

pub(super) fn parse(batch: &Batch) -> Vec<Id> {
    batch.ids.iter().map(|id| id.parse().unwrap()).collect()
}

/// A batch from a process, if it lives and gives one.
pub(super) fn batch_of(address: SocketAddr, count: usize) -> Result<Batch, Box<ureq::Error>> {
    let agent = ureq::Agent::config_builder().timeout_global(Some(DEADLINE)).build();
    let agent = ureq::Agent::from(agent);
    let answer =
        agent.post(format!("http://{address}/api/unique-id?count={count}")).send_empty()?;
    let text = answer.into_body().read_to_string()?;
    // A process that is killed in the middle of an answer leaves a part of one.
    serde_json::from_str(&text).map_err(|error| Box::new(ureq::Error::Io(error.into())))
}

/// IDs of many answers, by who made them: the number and the epoch.
#[derive(Default)]
pub(super) struct Collected(pub(super) BTreeMap<(u16, u64), Vec<Id>>);

impl Collected {
    /// Adds an answer.
    pub(super) fn add(&mut self, batch: &Batch) {
        let held = batch.worker.expect("a Snowflake's maker");
        self.0.entry((held.number, held.epoch)).or_default().extend(parse(batch));
    }

    pub(super) fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Nothing is there twice, and every number's IDs rise: those of a later epoch are above all of an earlier one.
    pub(super) fn assert_unique(mut self) {
        let mut last: BTreeMap<u16, Id> = BTreeMap::new();
        let mut all = Vec::with_capacity(self.len());
        for ((number, epoch), ids) in &mut self.0 {
            // Answers of one server to several clients overtake each other.
            ids.sort_unstable();
            let before = last.insert(*number, *ids.last().unwrap());
            assert!(before < Some(ids[0]), "number {number} goes back in epoch {epoch}");
            all.append(ids);
        }
        let made = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), made, "there are duplicates");
    }
}

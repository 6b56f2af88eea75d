//! The registry in Redis: one value, which is replaced if nobody has replaced it since it was read.
//!
//! | key | value |
//! | --- | --- |
//! | `playground:unique-id:workers` | JSON: the rows, the names of the servers in them, and the run of Redis that wrote it |
//!
//! One script reads and replaces: it compares what there is with what the decision was made on, byte by byte, so
//! whoever decides on something old decides again. It tells Redis's clock, by which all servers count their leases.
//!
//! What Redis has answered may be lost: `FLUSHALL`, a machine that loses the last second of the append-only file, a
//! replica that takes over. Each start of a Redis has an id of its own, and the value names the one that wrote it. Where
//! they differ, or there is no value, the rows are not trusted ([`Registry::distrust`]): nobody gets a number before
//! every window that may have been granted is over, but whose window is open goes on.
//!
//! What this cannot see: two Redis servers that are both written to, each by servers that take it for the only one
//! (a failover during a cut of the network, without `min-replicas-to-write`); or a Redis that has lost rows and whose
//! clock was set back by more than [`TERMS`] allows at the same time.

use std::collections::BTreeMap;
use std::time::Duration;

use playground_core::unique_id::lease::{LeaseRefusal, Record, Registry, Terms};
use playground_core::unique_id::snowflake::Clock;
use redis::Script;
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::{Known, RegistryError};
use crate::redis_link::{LinkError, RedisLink};
use crate::unique_id::NUMBERS;

/// What is reserved ahead, and when it is renewed: Redis may be away for four seconds and a half, and a number whose
/// server was killed is free again after six. After a loss there are eight seconds without a new lease.
pub(super) const TERMS: Terms =
    Terms { numbers: NUMBERS, lease_ms: 6_000, renew_ms: 1_500, most_skew_ms: 1_000 };
const KEY: &str = "playground:unique-id:workers";
/// How long a change may take, with all its attempts; less than it takes a lease that was just renewed to end.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long to wait for a connection that is being made.
const CONNECTING: Duration = Duration::from_millis(500);

/// Answers whether it has replaced the value, and then what there is: the run, the time in ms, the value.
const SCRIPT: &str = r"
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)') or ''
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local value = redis.call('GET', KEYS[1]) or ''
local is_as_read = #ARGV > 0 and run == ARGV[1] and value == ARGV[2]
if is_as_read then
  redis.call('SET', KEYS[1], ARGV[3])
end
return {is_as_read and 1 or 0, run, now_ms, value}
";

/// The registry of all servers that share a Redis.
#[derive(Debug)]
pub(in crate::unique_id) struct SharedRegistry {
    link: RedisLink,
    /// The name of this server.
    server: String,
    script: Script,
    runtime: Handle,
}

/// What is in Redis.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    /// The start of Redis that has written this, by its own id.
    run: String,
    rows: Vec<Record>,
    /// The names of the servers that hold them, by their holders' starts.
    servers: BTreeMap<u64, String>,
}

/// What the script answers.
#[derive(Debug)]
struct Found {
    is_replaced: bool,
    run: String,
    now_ms: u64,
    value: String,
}

impl Found {
    /// What can be decided on, and whether it is not what was decided last.
    fn registry(&self) -> Result<(Registry, BTreeMap<u64, String>, bool), RegistryError> {
        let stored: Stored = match self.value.as_str() {
            "" => Stored::default(),
            value => serde_json::from_str(value)
                .map_err(|source| RegistryError::Unreadable { key: KEY, source })?,
        };
        let is_lost = self.value.is_empty() || stored.run != self.run;
        let mut registry = Registry::recover(TERMS, stored.rows);
        if is_lost {
            registry.distrust(self.now_ms);
        }
        Ok((registry, stored.servers, is_lost))
    }
}

impl SharedRegistry {
    /// Must be called within a tokio runtime.
    pub(super) fn new(link: RedisLink, server: String) -> Self {
        Self { link, server, script: Script::new(SCRIPT), runtime: Handle::current() }
    }

    /// As [`RegistryPlace::change`](super::RegistryPlace::change).
    pub(super) fn change<T>(
        &self,
        clock: &impl Clock,
        start: u64,
        change: impl FnMut(&mut Registry, u64, u64) -> Result<(u16, T), LeaseRefusal>,
    ) -> Result<(T, Known), RegistryError> {
        let exchanging = timeout(PATIENCE, self.exchange(clock, start, change));
        self.runtime.block_on(exchanging).unwrap_or(Err(RegistryError::Busy))
    }

    async fn exchange<T>(
        &self,
        clock: &impl Clock,
        start: u64,
        mut change: impl FnMut(&mut Registry, u64, u64) -> Result<(u16, T), LeaseRefusal>,
    ) -> Result<(T, Known), RegistryError> {
        let mut found = self.ask(None).await?;
        loop {
            let (mut registry, mut servers, is_lost) = found.registry()?;
            if is_lost {
                tracing::warn!(
                    "Redis knows nothing of worker numbers, or has lost what it knew last"
                );
            }
            let changed = change(&mut registry, found.now_ms, clock.unix_ms());
            match &changed {
                Ok(_) => _ = servers.insert(start, self.server.clone()),
                Err(refusal) if !is_lost => return Err((*refusal).into()),
                Err(_) => {}
            }
            // That everything is lost is written down even if nobody gets anything, so that the time counts from now.
            let holders = registry.rows().iter().filter_map(|row| row.holder);
            let starts: Vec<u64> = holders.map(|holder| holder.start).collect();
            servers.retain(|start, _| starts.contains(start));
            let rows = registry.records().collect();
            let stored = Stored { run: found.run.clone(), rows, servers };
            let next = serde_json::to_string(&stored).expect("plain data is always JSON");
            let answer = self.ask(Some((&found, &next))).await?;
            if answer.is_replaced {
                return Ok((changed?.1, Known { registry, servers: stored.servers }));
            }
            found = answer;
        }
    }

    /// Reads what there is; replaces it before, if it is still what was found.
    async fn ask(&self, replace: Option<(&Found, &str)>) -> Result<Found, RegistryError> {
        let mut connection = self.link.connected(CONNECTING).await?;
        let mut call = self.script.key(KEY);
        if let Some((found, next)) = replace {
            call.arg(&found.run).arg(&found.value).arg(next);
        }
        let answer = call.invoke_async(&mut connection).await;
        let (is_replaced, run, now_ms, value) = answer.map_err(|error| {
            self.link.met(&error);
            LinkError::Failed(error)
        })?;
        Ok(Found { is_replaced, run, now_ms, value })
    }
}

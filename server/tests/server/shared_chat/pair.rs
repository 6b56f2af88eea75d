//! Two servers with one Redis, all within the test.

use playground_core::chat::Rate;
use playground_engines::{Durability, Redis};
use playground_server::Config;
use playground_server::chat::{Chat, ChatConfig};
use playground_server::closing::Closing;
use playground_server::redis_link::RedisLink;
use tempfile::TempDir;

use crate::chat::talker::Talker;
use crate::running::{Server, with_page};

/// Two servers with one Redis.
pub(super) struct Pair {
    pub(super) redis: Redis,
    pub(super) servers: [Server; 2],
}

impl Pair {
    /// Nobody is slowed down.
    pub(super) fn start() -> Self {
        Self::start_with(|_| {})
    }

    pub(super) fn start_with(change: impl Fn(&mut ChatConfig)) -> Self {
        Self::start_at(Redis::start(Durability::Forced).unwrap(), change)
    }

    /// With this Redis, which may be away.
    pub(super) fn start_at(redis: Redis, change: impl Fn(&mut ChatConfig)) -> Self {
        let servers = ["ash", "birch"].map(|name| serve(&redis, name, &change));
        Self { redis, servers }
    }

    /// Welcomed by the server of this number.
    pub(super) fn talker(&self, server: usize, name: &str) -> Talker {
        Talker::named(self.servers[server].address, name)
    }

    /// Has Redis do something.
    pub(super) fn command(&self, words: &[&str]) {
        let client = redis::Client::open(self.redis.url()).unwrap();
        let mut connection = client.get_connection().unwrap();
        redis::cmd(words[0]).arg(&words[1..]).exec(&mut connection).unwrap();
    }
}

fn serve(redis: &Redis, name: &str, change: impl Fn(&mut ChatConfig)) -> Server {
    let mut config = ChatConfig::default();
    config.settings.limits.messages = Rate { per_second: 1_000_000, burst: 1_000_000 };
    config.settings.limits.requests = Rate { per_second: 1_000_000, burst: 1_000_000 };
    config.server_name = Some(name.parse().unwrap());
    change(&mut config);
    let url = redis.url().parse().unwrap();
    Server::start_made(async move || {
        let closing = Closing::new();
        let link = RedisLink::new(&url);
        config.redis = Some(link.clone());
        // Nothing of a chat that is shared is on this disk.
        let folder = TempDir::new().unwrap();
        let chat = Chat::start(folder.path(), config, closing.clone()).await;
        Config { chat: Some(chat), closing, redis: Some(link), ..with_page() }
    })
}

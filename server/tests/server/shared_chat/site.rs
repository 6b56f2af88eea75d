//! Several servers with one Redis.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use playground_engines::{Durability, Redis};
use tempfile::TempDir;

use crate::process::{Running, command};

/// The addresses of the servers that run, in the order of their numbers. Clients look here when they connect.
pub(super) type Addresses = Arc<Mutex<Vec<Option<SocketAddr>>>>;

/// Several servers with one Redis.
pub(super) struct Site {
    pub(super) redis: Redis,
    servers: Vec<Option<Running>>,
    pub(super) addresses: Addresses,
    folder: TempDir,
}

impl Site {
    /// Nobody is slowed down.
    pub(super) fn start(servers: usize) -> Self {
        let mut site = Self {
            redis: Redis::start(Durability::Forced).unwrap(),
            servers: (0..servers).map(|_| None).collect(),
            addresses: Arc::new(Mutex::new(vec![None; servers])),
            folder: TempDir::new().unwrap(),
        };
        for number in 0..servers {
            site.start_server(number);
        }
        site
    }

    /// Starts a server that does not run.
    pub(super) fn start_server(&mut self, number: usize) {
        let data = self.folder.path().join(format!("server-{number}"));
        let mut command = command(&self.folder);
        command
            .env("PLAYGROUND_DATA_DIR", data)
            .args(["--no-cdn-listener", "--log", "off", "--chat-rate", "1000000", "--redis"])
            .arg(self.redis.url())
            .args(["--server-name", &name(number)]);
        let server = Running::start(&mut command);
        self.addresses.lock().unwrap()[number] = Some(server.address);
        self.servers[number] = Some(server);
    }

    /// As `kill -9`: it has no time for anything.
    pub(super) fn kill_server(&mut self, number: usize) {
        self.addresses.lock().unwrap()[number] = None;
        // Dropping kills it.
        self.servers[number] = None;
    }

    /// As `kill -9`, and starts it again with what it had written.
    pub(super) fn restart_redis(&mut self) {
        self.redis.kill().unwrap();
        self.redis.start_again().unwrap();
    }
}

/// What a server is called.
pub(super) fn name(number: usize) -> String {
    format!("server-{number}")
}

//! The chat in a process of its own, under what should not happen and will: readers that do not read, kills in
//! the middle of everything, bytes that mean nothing.

#![cfg(unix)]

pub(crate) mod killed;
mod malformed;
mod slow;
mod socket;
mod tab;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server in a process of its own; killed when it is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// With this data, and without limits worth the name to what a client says.
    fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_playground-server"));
        for (name, _) in std::env::vars_os() {
            // The environment of whoever runs the tests is not for the server.
            if name.to_string_lossy().starts_with("PLAYGROUND_") {
                command.env_remove(name);
            }
        }
        command
            .args(["--listen", "127.0.0.1:0", "--log", "off"])
            .args(["--chat-rate", "1000000", "--chat-text-chars", "16384", "--data-dir"])
            .arg(data)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("{line:?}")).parse().unwrap();
        Self { child, address }
    }

    /// As `kill -9`: it has no time for anything.
    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// From now on, [`Server::peak_bytes`] is of what follows. Returns the bytes in memory now.
    #[cfg(target_os = "linux")]
    fn watch_memory(&self) -> u64 {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
        self.status("VmRSS:")
    }

    /// The most bytes in memory.
    #[cfg(target_os = "linux")]
    fn peak_bytes(&self) -> u64 {
        self.status("VmHWM:")
    }

    #[cfg(target_os = "linux")]
    fn status(&self, field: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(path).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its nodes end with it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! A Redis server, or a Valkey server where that is what there is.

use std::env;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use tempfile::TempDir;

use crate::port;

const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];
/// How often another port is tried.
const ATTEMPTS: usize = 5;

/// What survives the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// An append-only file, forced before each answer: what was answered survives the process and the machine.
    Forced,
    /// An append-only file, forced once a second, and written before each answer unless the disk is so busy that it is
    /// still being forced: what was answered survives the process, but for the last two seconds at worst.
    EverySecond,
    /// Nothing.
    Nothing,
}

/// A Redis server, killed when it is dropped.
#[derive(Debug)]
pub struct Redis {
    child: Child,
    folder: TempDir,
    port: u16,
    durability: Durability,
}

impl Redis {
    /// Starts one, and waits until it answers.
    ///
    /// # Errors
    /// If there is no such program, or it does not start.
    pub fn start(durability: Durability) -> Result<Self> {
        let folder = TempDir::new().context("there is no place for a folder")?;
        let mut attempt = 1;
        loop {
            let port = port::free()?;
            match run(&folder, port, durability) {
                Ok(child) => return Ok(Redis { child, folder, port, durability }),
                Err(error) if attempt == ATTEMPTS => return Err(error),
                Err(_) => attempt += 1,
            }
        }
    }

    /// `redis://127.0.0.1:port`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The id of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, as `kill -9` does.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again after it was killed, on the same port and with what it has written.
    ///
    /// # Errors
    /// If it does not start, for instance since somebody has taken the port.
    pub fn start_again(&mut self) -> Result<()> {
        self.child = run(&self.folder, self.port, self.durability)?;
        Ok(())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        let _ = self.kill();
    }
}

fn run(folder: &TempDir, port: u16, durability: Durability) -> Result<Child> {
    let (append_only, forced) = match durability {
        Durability::Forced => ("yes", "always"),
        Durability::EverySecond => ("yes", "everysec"),
        Durability::Nothing => ("no", "no"),
    };
    let mut child = Command::new(program())
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .arg("--dir")
        .arg(folder.path())
        .args(["--appendonly", append_only, "--appendfsync", forced, "--save", ""])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("redis-server does not start; on Debian it is in the package redis-server")?;
    let ready = port::wait_for(&mut child, port, says_pong).context("redis-server does not start");
    if let Err(error) = ready {
        let _ = child.kill();
        let _ = child.wait();
        return Err(error);
    }
    Ok(child)
}

/// While it still loads its file, it says so instead.
fn says_pong(mut stream: TcpStream) -> bool {
    let mut answer = [0; 7];
    stream.set_read_timeout(Some(Duration::from_secs(1))).is_ok()
        && stream.write_all(b"PING\r\n").is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && &answer == b"+PONG\r\n"
}

fn program() -> PathBuf {
    let folders: Vec<_> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    let found = PROGRAMS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file());
    found.unwrap_or_else(|| PROGRAMS[0].into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(redis: &Redis, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", redis.port())).unwrap();
        stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn what_was_answered_survives_the_process() {
        let mut redis = Redis::start(Durability::Forced).unwrap();
        assert!(ask(&redis, "SET key value").starts_with("+OK"));
        redis.kill().unwrap();
        assert!(TcpStream::connect(("127.0.0.1", redis.port())).is_err());
        redis.start_again().unwrap();
        assert!(ask(&redis, "GET key").starts_with("$5\r\nvalue"));
    }
}

//! The programs behind a test: the server and the browser's driver, ended with it.

use anyhow::{Context, Result, bail};
use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use tempfile::TempDir;

/// How often the browser's driver is started at most.
const ATTEMPTS: usize = 5;

/// A server of the test's own, on a free port, with a data directory of its own.
pub struct Server {
    child: Child,
    data_dir: TempDir,
    more: Vec<String>,
    /// Its address, as `http://127.0.0.1:port`.
    pub url: String,
}

impl Server {
    /// Starts it and waits for its address.
    ///
    /// # Errors
    /// If the environment does not name the programs, or the server does not start.
    pub fn start() -> Result<Self> {
        Server::start_with(&[])
    }

    /// The same with more arguments, such as `--redis` and an address.
    ///
    /// # Errors
    /// If the environment does not name the programs, or the server does not start.
    pub fn start_with(more: &[&str]) -> Result<Self> {
        let data_dir = TempDir::new()?;
        let more: Vec<String> = more.iter().map(|it| (*it).to_owned()).collect();
        let (child, url) = run("127.0.0.1:0", &data_dir, &more)?;
        Ok(Server { child, data_dir, more, url })
    }

    /// Starts it again after it was killed: at the same address, with the same arguments and what it has written.
    ///
    /// # Errors
    /// If it does not start, for instance since somebody has taken the port.
    pub fn start_again(&mut self) -> Result<()> {
        let address = self.url.trim_start_matches("http://");
        (self.child, self.url) = run(address, &self.data_dir, &self.more)?;
        Ok(())
    }

    /// The same as another server: with other arguments.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start_again_with(&mut self, more: &[&str]) -> Result<()> {
        self.more = more.iter().map(|it| (*it).to_owned()).collect();
        self.start_again()
    }

    /// Kills it, as if its machine had lost power.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        let _ = self.kill();
    }
}

fn run(listen: &str, data_dir: &TempDir, more: &[String]) -> Result<(Child, String)> {
    let mut child = Command::new(variable("PLAYGROUND_SERVER_BIN")?)
        .args(["--listen", listen, "--page-dir", &variable("PLAYGROUND_PAGE_DIR")?])
        .arg("--data-dir")
        .arg(data_dir.path())
        .args(more)
        // Many servers run at once, and each has edges with a port of their own.
        .env("PLAYGROUND_CDN_LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("the server does not start")?;
    let url = wait_for(&mut child, |line| line.strip_prefix("listening on ").map(str::to_owned))
        .context("the server ended without an address")?;
    Ok((child, url))
}

/// The browser's driver, on a free port.
pub struct Driver {
    child: Child,
    /// Its address.
    pub url: String,
}

impl Driver {
    /// Starts it and waits for its port.
    ///
    /// # Errors
    /// If the environment does not name it, or it does not start.
    pub fn start() -> Result<Self> {
        // It looks for a port that is free for IPv4 and takes the same for IPv6: if a driver beside it has that
        // one by then, it ends.
        let mut outcome = Driver::try_to_start();
        for _ in 1..ATTEMPTS {
            if outcome.is_ok() {
                break;
            }
            outcome = Driver::try_to_start();
        }
        outcome
    }

    fn try_to_start() -> Result<Self> {
        let mut child = Command::new(variable("CHROMEDRIVER")?)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("the browser's driver does not start")?;
        let port = wait_for(&mut child, |line| {
            let (_, port) = line.split_once("started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let port = port.context("the browser's driver ended without a port")?;
        Ok(Driver { child, url: format!("http://127.0.0.1:{port}") })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn variable(name: &str) -> Result<String> {
    env::var(name)
        .with_context(|| format!("{name} is not set; run these tests by `cargo xtask test`"))
}

/// Reads a program's output up to the line that says what is wanted, and lets the rest run off.
fn wait_for(child: &mut Child, find: impl Fn(&str) -> Option<String>) -> Result<String> {
    let Some(stdout) = child.stdout.take() else { bail!("its output is not piped") };
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next() {
        if let Some(found) = find(&line?) {
            run_off(lines);
            return Ok(found);
        }
    }
    bail!("its output ended")
}

/// A pipe that nobody reads would stop the program once it is full.
fn run_off(lines: std::io::Lines<BufReader<ChildStdout>>) {
    std::thread::spawn(move || lines.count());
}

//! `cargo xtask play`: the page and the server built, started, and opened in the browser.

use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Command, ExitCode, ExitStatus},
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    command::{self, say},
    open::Opening,
    page,
    server::{Server, Started},
    workspace::{self, cargo, target},
};

/// How long the server may take to end after it was asked to.
const STOP: Duration = Duration::from_secs(15);

#[derive(Args)]
pub(crate) struct Options {
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
    /// Where the server listens; port 0 takes any free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    listen: String,
    /// Where the server keeps what it stores
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    // Asked before minutes of building, although the server asks again.
    TcpListener::bind(&options.listen).with_context(|| {
        format!("cannot listen on {}; `--listen 127.0.0.1:0` takes any free port", options.listen)
    })?;
    let page = page::build()?;
    say("Building the server (the first time about 2 minutes, later some seconds)");
    command::run(cargo().args([
        "build",
        "--quiet",
        "--release",
        "--package",
        "playground-server",
    ]))?;

    let mut command = Command::new(target()?.join("release").join("playground-server"));
    command.args(["--listen", &options.listen, "--page-dir"]).arg(page);
    if let Some(data) = &options.data_dir {
        command.arg("--data-dir").arg(data);
    }
    command.current_dir(workspace::root());
    // From here on a stop is meant for the server, which may have to put its data in order.
    let stops = Stops::listen(&mut command)?;
    match Server::start(&mut command)? {
        Started::Listening(server) => look_after(server, stops, !options.no_open),
        Started::Ended(status) => Ok(code(status)),
    }
}

fn look_after(mut server: Server, mut stops: Stops, open: bool) -> Result<ExitCode> {
    let address = reachable(&server.address);
    println!("\n    The playground is at {address}\n    Ctrl-C stops it.\n");
    let mut opening = open.then(|| Opening::start(&address));
    let mut deadline: Option<Instant> = None;
    loop {
        if let Some(status) = server.wait_for(Duration::from_millis(100))? {
            return Ok(code(status));
        }
        if let Some(opening) = &mut opening {
            opening.look();
        }
        for _ in 0..stops.asked() {
            server.ask_to_end();
            deadline.get_or_insert_with(|| Instant::now() + STOP);
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            eprintln!("The server did not end in {STOP:?}; it is being killed.");
            return Ok(code(server.kill()?));
        }
    }
}

/// The server's own exit code. One that was killed by a signal has none, and did not end well.
fn code(status: ExitStatus) -> ExitCode {
    status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// An address that listens everywhere is not one that a browser can visit.
fn reachable(address: &str) -> String {
    address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
}

/// The signals that ask this process to end.
#[cfg(unix)]
struct Stops(signal_hook::iterator::Signals);

#[cfg(unix)]
impl Stops {
    /// Takes the signals over from now on. The server gets a process group of its own: otherwise a Ctrl-C
    /// would reach it twice, from the terminal and from here, and the second one means "at once".
    fn listen(server: &mut Command) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;

        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        server.process_group(0);
        let signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]);
        Ok(Self(signals.context("could not listen for signals")?))
    }

    /// How many came since the last time.
    fn asked(&mut self) -> usize {
        self.0.pending().count()
    }
}

/// Elsewhere a Ctrl-C reaches the server as it reaches this process, and ends both.
#[cfg(not(unix))]
struct Stops;

#[cfg(not(unix))]
impl Stops {
    fn listen(_server: &mut Command) -> Result<Self> {
        Ok(Self)
    }

    fn asked(&mut self) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_for_everywhere_becomes_one_to_visit() {
        assert_eq!(reachable("http://0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(reachable("http://[::]:80"), "http://[::1]:80");
        assert_eq!(reachable("http://10.0.0.0:80"), "http://10.0.0.0:80");
    }
}

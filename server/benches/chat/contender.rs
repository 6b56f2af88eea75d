//! The servers that take part, each in a process of its own on a core of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};
use clap::ValueEnum;
use tempfile::TempDir;

use super::cores::Cores;
use super::dialect::Dialect;
use super::measure::Meter;
use super::{AXUM_PEER, peers};

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Contender {
    /// `/ws/chat`, with sequence numbers, history and durability
    Ours,
    /// Bun's built-in publish
    Bun,
    /// node with the package ws
    Ws,
    /// node with socket.io, over WebSocket only
    SocketIo,
    /// axum with tokio's broadcast channel, as in its chat example
    Axum,
}

impl Contender {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Bun => "bun publish",
            Self::Ws => "node ws",
            Self::SocketIo => "socket.io",
            Self::Axum => "axum broadcast",
        }
    }

    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::Ours => Dialect::Chat,
            Self::Bun | Self::Ws | Self::Axum => Dialect::Plain,
            Self::SocketIo => Dialect::SocketIo,
        }
    }

    /// How to start it. An error says what is missing.
    fn command(self, data: &Path) -> Result<Command> {
        match self {
            Self::Ours => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_playground-server"));
                command.args(["--listen", "127.0.0.1:0", "--log", "off", "--data-dir"]).arg(data);
                // As usual, but for what would keep ten people from saying so much.
                command.args(["--chat-rate", "1000000", "--chat-text-chars", "16384"]);
                Ok(command)
            }
            Self::Bun => peers::on_bun(&peers::install()?, "bun.js"),
            Self::Ws => peers::on_node(&peers::install()?, "ws.mjs"),
            Self::SocketIo => peers::on_node(&peers::install()?, "socket_io.mjs"),
            Self::Axum => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg(AXUM_PEER);
                Ok(command)
            }
        }
    }
}

/// A contender that runs; killed when it is dropped.
pub(crate) struct Running {
    process: Child,
    pub(crate) address: SocketAddr,
    /// Some would stop if nobody could read what they print.
    _output: BufReader<ChildStdout>,
    _data: TempDir,
}

impl Running {
    /// Starts it on the core of servers.
    pub(crate) fn start(contender: Contender, cores: &Cores) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let mut command = contender.command(data.path())?;
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = cores.spawn_server(&mut command)?;
        let output = process.stdout.take().context("it was asked for")?;
        let mut output = BufReader::new(output);
        let mut line = String::new();
        output.read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://").map(str::parse);
        let Some(Ok(address)) = address else {
            // Whoever does not serve may have ended already.
            let _ = process.kill();
            process.wait()?;
            anyhow::bail!("{} said {line:?} instead of where it listens", contender.name());
        };
        Ok(Self { process, address, _output: output, _data: data })
    }

    pub(crate) fn meter(&self) -> Meter {
        Meter::of(self.process.id())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Its data goes with it; whatever is left of it does not matter.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

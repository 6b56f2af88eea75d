//! The executable: reads its flags, puts everything in place, and serves until a signal stops it.

#![forbid(unsafe_code)]

mod arguments;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use anyhow::Context;
use arguments::Arguments;
use clap::Parser;
use playground_server::closing::Closing;
use playground_server::serve::{Patience, serve};
use playground_server::{Config, app, start};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("playground-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&arguments.log)?)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let outcome = runtime.block_on(start_and_serve(arguments));
    // Whatever is still going on has had its grace.
    runtime.shutdown_background();
    outcome
}

async fn start_and_serve(arguments: Arguments) -> anyhow::Result<()> {
    let page = start::page(arguments.page_dir.as_deref())?;
    let data_dir = start::data_dir(arguments.data_dir)?;
    let listener = start::listen(arguments.listen).await?;
    let address = listener.local_addr().context("cannot tell the address listened on")?;
    let mut signals = Signals::new().context("cannot wait for signals")?;
    tracing::info!(data_dir = %data_dir.display(), page_files = page.len(), "starting");
    if page.is_empty() {
        tracing::warn!("there is no page to show: build one with `cargo xtask play`");
    }
    let closing = Closing::new();
    let app = app(Config {
        page,
        listens_on_loopback: address.ip().is_loopback(),
        closing: closing.clone(),
        ..Config::default()
    });
    announce(&format!("listening on http://{address}"));

    let (stop, stopped) = tokio::sync::oneshot::channel();
    let serving = serve(listener, app, closing, Patience::default(), async {
        // An error could only mean that nobody is left to send, so it is time to stop as well.
        let _ = stopped.await;
    });
    let twice_told = async {
        signals.next().await;
        let _ = stop.send(());
        signals.next().await;
    };
    tokio::select! {
        () = serving => {}
        () = twice_told => tracing::warn!("told twice to stop: not waiting any longer"),
    }
    Ok(())
}

/// Prints a line on standard output. A reader that is gone is no reason not to serve.
fn announce(line: &str) {
    let mut stdout = std::io::stdout().lock();
    if let Err(error) = writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        tracing::warn!(%error, "cannot print: {line}");
    }
}

/// The signals that ask a server to stop.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The signals that ask a server to stop: elsewhere only Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Where Ctrl-C cannot be waited for, only the task list stops the server.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

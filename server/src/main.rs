//! The executable: reads its flags, puts everything in place, and serves until a signal stops it.

#![forbid(unsafe_code)]

mod arguments;

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context;
use arguments::{Arguments, EdgeArguments, Part, merged_or_exit};
use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use playground_server::cdn::{Cdn, run_edge};
use playground_server::chat::{Chat, ChatConfig};
use playground_server::closing::Closing;
use playground_server::connections::{Bounds, Connections, raise_file_limit, total_within};
use playground_server::redis_link::RedisLink;
use playground_server::runs::Runs;
use playground_server::serve::{Patience, Terms, serve};
use playground_server::two_phase_commit::{Launch, NodeSettings, TwoPhaseCommit, run_node};
use playground_server::unique_id::{UniqueId, UniqueIdConfig};
use playground_server::{Config, app, ask_health, count_primes, start};
use tokio::runtime::Builder;
use tokio::sync::oneshot::{self, Receiver};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let mut arguments = Arguments::parse();
    let outcome = match arguments.part.take() {
        None => run(
            &arguments.process.log.clone(),
            Builder::new_multi_thread(),
            start_and_serve(arguments),
        ),
        // It has one thing to do at a time and nothing to log, so it needs no runtime.
        Some(Part::CountPrimes) => count_primes(std::io::stdin().lock(), std::io::stdout().lock()),
        Some(Part::Health { listen }) => ask_health(listen),
        Some(Part::Edge(edge)) => {
            run(&edge.process.log.clone(), Builder::new_multi_thread(), start_edge(*edge))
        }
        Some(Part::Node(node)) => {
            let (log, settings) = node.settings();
            // A node does one thing at a time: a thread for it, and its log's, hand over fastest.
            run(&log, Builder::new_current_thread(), start_node(settings))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "playground-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(
    log: &str,
    mut runtime: Builder,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(log)?)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // A log that nobody reads any more is no reason to stop: without this, it panics.
        .log_internal_errors(false)
        .init();
    let runtime = runtime.enable_all().build().context("cannot start the runtime")?;
    let outcome = runtime.block_on(work);
    // Whatever is still going on has had its grace.
    runtime.shutdown_background();
    outcome
}

async fn start_and_serve(arguments: Arguments) -> anyhow::Result<()> {
    let databases = merged_or_exit(arguments.participant);
    let page = start::page(arguments.page_dir.as_deref())?;
    let data_dir = start::data_dir(arguments.process.data_dir)?;
    let listener = start::listen(arguments.listen).await?;
    let address = listener.local_addr().context("cannot tell the address listened on")?;
    let mut signals = Signals::new().context("cannot wait for signals")?;
    tracing::info!(data_dir = %data_dir.display(), page_files = page.len(), "starting");
    if page.is_empty() {
        tracing::warn!("there is no page to show: build one with `cargo xtask play`");
    }
    let closing = Closing::new();
    let connections = connections(arguments.process.connections_per_address);
    let executable = std::env::current_exe().context("cannot tell which program this is")?;
    let nodes = TwoPhaseCommit::start(
        Launch {
            executable: executable.clone(),
            data: data_dir.join("two-phase-commit"),
            stock: arguments.two_phase_commit_stock,
            databases,
            epoch: SystemTime::now(),
            log: arguments.process.log,
        },
        arguments.allow_remote_faults,
    );
    let redis = arguments.redis.as_ref().map(RedisLink::new);
    let chat = ChatConfig {
        redis: redis.clone(),
        server_name: arguments.server_name.clone(),
        ..arguments.chat.config()
    };
    let chat = Chat::start(&data_dir.join("chat"), chat, closing.clone()).await;
    let name = arguments.server_name.unwrap_or_default();
    let unique_id = UniqueIdConfig {
        folder: data_dir.join("unique-id"),
        clock_offset_ms: arguments.unique_id_clock_offset_ms,
        allows_remote_faults: arguments.allow_remote_faults,
        redis: redis.clone().map(|link| (link, name.to_string())),
    };
    let unique_id = UniqueId::start(unique_id).await.context("cannot start the ID service")?;
    let cdn = arguments.cdn.config(data_dir.join("cdn"), arguments.allow_remote_faults);
    let cdn = Cdn::start(cdn).await.context("cannot start the edges")?;
    let terms = Terms { closing: closing.clone(), patience: Patience::default(), connections };
    if !arguments.cdn.no_cdn_listener {
        listen_for_edges(&cdn, arguments.cdn.cdn_listen, terms.clone()).await;
    }
    let app = app(Config {
        page,
        listens_on_loopback: address.ip().is_loopback(),
        closing,
        two_phase_commit: Some(nodes.clone()),
        redis,
        chat: Some(chat.clone()),
        unique_id: Some(unique_id.clone()),
        cdn: Some(cdn.clone()),
        runs: Runs::new(Some(executable), arguments.allow_remote_faults),
        ..Config::default()
    });
    announce(&format!("listening on http://{address}"));

    let serving = |stopped: Receiver<()>| {
        serve(listener, app, terms, async {
            // An error could only mean that nobody is left to send, so it is time to stop as well.
            let _ = stopped.await;
        })
    };
    until_twice_told(&mut signals, serving).await;
    chat.stop().await;
    unique_id.stop().await;
    cdn.stop().await;
    nodes.stop().await;
    Ok(())
}

/// Gives the edges a port of their own. One that is taken is no reason not to serve the rest.
async fn listen_for_edges(cdn: &Cdn, address: SocketAddr, terms: Terms) {
    match tokio::net::TcpListener::bind(address).await {
        Ok(listener) => {
            let address = listener.local_addr().unwrap_or(address);
            tracing::info!("the edges listen on http://{address}");
            cdn.listen(listener, terms);
        }
        Err(error) => tracing::warn!(
            "the edges cannot listen on {address} ({error}), and are to be had below /edge/ only; choose another \
             address with --cdn-listen, or say --no-cdn-listener"
        ),
    }
}

/// As many connections as the system has files for.
fn connections(per_address: NonZeroUsize) -> Connections {
    let total = total_within(raise_file_limit());
    Connections::new(Bounds { per_address: per_address.get(), total })
}

/// Runs one edge until a signal stops it, and at once if there is a second one.
async fn start_edge(edge: EdgeArguments) -> anyhow::Result<()> {
    let mut signals = Signals::new().context("cannot wait for signals")?;
    let data = start::data_dir(edge.process.data_dir.clone())?.join("edge");
    let connections = connections(edge.process.connections_per_address);
    let settings = edge
        .settings(data, connections)
        .unwrap_or_else(|why| Arguments::command().error(ErrorKind::ValueValidation, why).exit());
    let ready = |address| announce(&format!("listening on http://{address}"));
    let running = |stopped: Receiver<()>| {
        run_edge(settings, ready, async {
            // An error could only mean that nobody is left to send, so it is time to stop as well.
            let _ = stopped.await;
        })
    };
    until_twice_told(&mut signals, running).await.unwrap_or(Ok(()))
}

/// Runs what stops in good order after a first signal, of which it is told; after a second one it is waited for no longer,
/// and there is no outcome.
async fn until_twice_told<W: Future>(
    signals: &mut Signals,
    work: impl FnOnce(Receiver<()>) -> W,
) -> Option<W::Output> {
    let (stop, stopped) = oneshot::channel();
    let twice_told = async {
        signals.next().await;
        let _ = stop.send(());
        signals.next().await;
    };
    tokio::select! {
        outcome = work(stopped) => Some(outcome),
        () = twice_told => {
            tracing::warn!("told twice to stop: not waiting any longer");
            None
        }
    }
}

/// Runs one node of two-phase commit until a signal stops it.
async fn start_node(settings: NodeSettings) -> anyhow::Result<()> {
    let mut signals = Signals::new().context("cannot wait for signals")?;
    let ready = |address| announce(&format!("listening on http://{address}"));
    run_node(settings, ready, async { signals.next().await }).await
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

//! A node process: one machine of the core with a real log, and what it answers over HTTP.
//!
//! Only this machine's processes may talk to it: it listens on loopback, and answers no browser.

mod desk;
mod events;
mod ledger;
mod routes;
mod watch;

use std::collections::BTreeMap;
use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use playground_core::sim::{ClusterEvent, Machine, Time};
use playground_core::two_phase_commit::{
    COORDINATOR, CoordinatorConfig, CrashPoint, Flaw, Message, NodeConfig, ParticipantConfig,
    Patience, Place, Record, TwoPhaseNode,
};
use tokio::sync::oneshot;

use super::database::{DatabaseUrl, Participant, Prefix};
use super::inside::{Addresses, Report};
use super::stock::StockFlag;
use crate::driver::peers::Peers;
use crate::driver::{Clock, Driver, Exit, Handle, Settings, inbox};
use crate::log::FileLog;
use crate::{serve, start};
use ledger::{Ledger, Own};
pub(super) use routes::points;
pub(super) use watch::Watch;
use watch::Watched;

/// How long requests in flight may take when the node stops.
const GRACE: Duration = Duration::from_millis(200);
/// How long a peer's connection may be idle, or a request's head on its way.
const IDLE: Duration = Duration::from_secs(15);

/// What a node process is told.
#[derive(Clone, Debug)]
pub struct NodeSettings {
    /// Its role.
    pub place: Place,
    /// A loopback address; port 0 takes any free port.
    pub listen: SocketAddr,
    /// The directory of its log; made if missing.
    pub data: PathBuf,
    /// What a participant, or a coordinator's databases, hold at the very start, where it is not what the lab says.
    pub stock: StockFlag,
    /// Coordinator: the participants that are databases.
    pub databases: BTreeMap<Place, DatabaseUrl>,
    /// Where other nodes are, as far as that is known.
    pub addresses: Addresses,
    /// Whether to stop when standard input ends.
    pub stop_with_stdin: bool,
    /// The zero of all times that it tells.
    pub epoch: SystemTime,
}

/// What the routes share.
#[derive(Clone)]
pub(crate) struct NodeState {
    place: Place,
    clock: Clock,
    handle: Handle<TwoPhaseNode>,
    peers: Peers<Message>,
    watch: Arc<Watch>,
    armed: Arc<Mutex<Option<CrashPoint>>>,
}

/// Runs a node until `stop` is ready. `ready` is told the address once it listens.
///
/// # Errors
/// If its log cannot be opened, or fails; if the address cannot be taken.
pub async fn run_node(
    settings: NodeSettings,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let (log, records, recovery) = FileLog::<Record>::open(&settings.data)
        .with_context(|| format!("cannot use the log in {}", settings.data.display()))?;
    let is_coordinators = matches!(records.first(), Some(Record::Started { .. }));
    if !records.is_empty() && is_coordinators != (settings.place == Place::Coordinator) {
        anyhow::bail!("the log in {} is that of another role", settings.data.display());
    }
    if recovery.torn_bytes > 0 {
        tracing::info!(bytes = recovery.torn_bytes, "removed what was being written at the crash");
    }
    let listener = start::listen(settings.listen).await?;
    let address = listener.local_addr().context("cannot tell the address listened on")?;

    let config = config(settings.place, &settings.stock);
    let recovered = TwoPhaseNode::recover(&config, &records);
    let clock = Clock::since(settings.epoch);
    let watch = Arc::new(Watch::new(clock.now(), settings.place, &recovered, &records));
    drop(recovered);
    let peers = Peers::new({
        let watch = watch.clone();
        move |flight, reason| watch.hear(clock.now(), &ClusterEvent::Lost(flight, reason))
    });
    for (place, address) in &settings.addresses {
        peers.set_address(place.node(), *address);
    }
    let (databases, tasks) = databases(&settings)?;
    let transport = Watched { peers: peers.clone(), databases, watch: watch.clone() };
    let driven = Settings::new(settings.place.node(), clock);
    let (driver, handle) = Driver::new(driven, &config, log, &records, transport, watch.observer())
        .context("cannot start a thread for the log")?;
    drop(records);
    // They end with this function.
    let _databases: Vec<_> =
        tasks.into_iter().map(|tasks| tasks.start(handle.clone(), watch.clone(), clock)).collect();
    let place = settings.place;
    let state =
        NodeState { place, clock, handle: handle.clone(), peers, watch, armed: Arc::default() };
    let app = inbox(handle.clone()).merge(routes::routes(state));
    let app = app.layer(axum::middleware::from_fn(routes::refuse_browsers));

    let mut driving = tokio::spawn(driver.run());
    let patience = serve::Patience { head: IDLE, grace: GRACE, ..serve::Patience::default() };
    let terms = serve::Terms { patience, ..serve::Terms::default() };
    let (end, ended) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve::serve(listener, app, terms, async {
        // An error means that the node ends otherwise.
        let _ = ended.await;
    }));
    ready(address);
    let orphaned = async {
        match settings.stop_with_stdin {
            true => stdin_ended().await,
            false => std::future::pending().await,
        }
    };
    let exit = tokio::select! {
        exit = &mut driving => exit,
        () = either(stop, orphaned) => {
            let _ = end.send(());
            let _ = serving.await;
            // It may have ended by itself meanwhile.
            let _ = handle.stop().await;
            driving.await
        }
    };
    match exit.context("the node failed")? {
        Exit::Stopped => Ok(()),
        Exit::LogFailed(error) => Err(error).context("the log failed, so nothing can be promised"),
        Exit::Died => bail!("the node outlived its own death"),
    }
}

/// The ways to the participants that are databases, and what is to run at their ends.
fn databases(
    settings: &NodeSettings,
) -> anyhow::Result<(Vec<Participant>, Vec<super::database::Tasks>)> {
    if settings.databases.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let prefix = Prefix::of(&settings.data).map_err(anyhow::Error::msg)?;
    let ways = settings.databases.iter().map(|(place, url)| {
        let stock = settings.stock.over(place.stock());
        Participant::new(*place, url.clone(), stock, prefix.clone())
    });
    Ok(ways.unzip())
}

/// How many orders are remembered of a node that is down.
const ORDERS: usize = 1_000;

/// What a node that is down would tell of itself if it had just started.
pub(super) fn report_of_disk(
    place: Place,
    recovered: &TwoPhaseNode,
    records: &[Record],
    bytes: u64,
) -> Report {
    let own = Own { bytes, forces: 0, armed: None };
    let now = Time::ZERO;
    let mut report = Ledger::recovered(now, place, recovered, records).report(now, own, ORDERS);
    (report.node.is_up, report.node.pid) = (false, None);
    report
}

async fn either(one: impl Future<Output = ()>, other: impl Future<Output = ()>) {
    tokio::select! {
        () = one => {}
        () = other => {}
    }
}

/// What the machine of a node is told.
pub(super) fn config(place: Place, stock: &StockFlag) -> NodeConfig {
    let (patience, flaw) = (Patience::REAL, Flaw::None);
    match place {
        Place::Coordinator => {
            NodeConfig::Coordinator(CoordinatorConfig { patience, flaw, keeps_history: true })
        }
        _ => NodeConfig::Participant(ParticipantConfig {
            coordinator: COORDINATOR,
            stock: stock.over(place.stock()),
            patience,
            flaw,
        }),
    }
}

/// Waits for the end of standard input, which a thread does that the process does not wait for.
async fn stdin_ended() {
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        let mut stdin = std::io::stdin().lock();
        let mut ignored = [0; 64];
        while matches!(stdin.read(&mut ignored), Ok(1..)) {}
        let _ = tell.send(());
    });
    // An error means that the thread could not go on waiting.
    let _ = told.await;
}

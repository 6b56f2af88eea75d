//! The flags of a node of two-phase commit, which is this program, too.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::{Args, Subcommand, ValueEnum};
use playground_core::two_phase_commit::Place;
use playground_server::two_phase_commit::{NodeSettings, StockFlag};

use super::{parse_address, parse_filter};

/// A process of two-phase commit by itself.
#[derive(Debug, Subcommand)]
pub(crate) enum NodeCommand {
    /// Run a participant of two-phase commit: a service that promises, and keeps its promise
    Participant {
        /// Which service
        service: Service,
        #[command(flatten)]
        node: NodeArguments,
        /// What it holds at the very start, such as `burger=1000`; its log wins over this
        #[arg(long, value_name = "GOODS")]
        stock: Option<StockFlag>,
        /// Where the coordinator is
        #[arg(long, value_name = "URL", value_parser = parse_node_url)]
        coordinator: Option<SocketAddr>,
        /// Where another service is; may be given again
        #[arg(long, value_name = "NAME=URL", value_parser = parse_peer)]
        peer: Vec<(Place, SocketAddr)>,
    },
    /// Run the coordinator of two-phase commit: it asks for votes and decides
    Coordinator {
        #[command(flatten)]
        node: NodeArguments,
        /// Where a service is; may be given again
        #[arg(long, value_name = "NAME=URL", value_parser = parse_peer)]
        participant: Vec<(Place, SocketAddr)>,
    },
}

/// The services that take part.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Service {
    /// Holds burgers, fries, drinks and pizzas
    Inventory,
    /// Holds couriers
    Delivery,
}

/// What every node is told.
///
/// None of this is an environment variable: a node inherits those of the server that starts it.
#[derive(Args, Debug)]
pub(crate) struct NodeArguments {
    /// The loopback address and port to listen on; port 0 takes any free port
    #[arg(
        long,
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:0",
        value_parser = parse_loopback
    )]
    listen: SocketAddr,

    /// The directory of its log; made if missing
    #[arg(long, value_name = "DIR")]
    data: PathBuf,

    /// What to log, as for the server
    #[arg(long, value_name = "FILTER", default_value = "info", value_parser = parse_filter)]
    log: String,

    /// Stop when standard input ends, as it does when the parent process is gone
    #[arg(long, hide = true)]
    stop_with_stdin: bool,

    /// The zero of all times that it tells, in microseconds since 1970
    #[arg(long, hide = true, value_name = "MICROSECONDS", default_value_t = YEAR_2026_US)]
    epoch_us: u64,
}

/// Nodes that are started by hand count from the beginning of 2026 (UTC), so that their times fit together.
const YEAR_2026_US: u64 = 1_767_225_600_000_000;

impl NodeCommand {
    /// What to log, and what to run.
    pub(crate) fn settings(self) -> (String, NodeSettings) {
        let (place, node, stock, addresses) = match self {
            NodeCommand::Participant { service, node, stock, coordinator, peer } => {
                let place = match service {
                    Service::Inventory => Place::Inventory,
                    Service::Delivery => Place::Delivery,
                };
                let coordinator = coordinator.map(|address| (Place::Coordinator, address));
                (place, node, stock, peer.into_iter().chain(coordinator).collect())
            }
            NodeCommand::Coordinator { node, participant } => {
                (Place::Coordinator, node, None, participant.into_iter().collect())
            }
        };
        let NodeArguments { listen, data, log, stop_with_stdin, epoch_us } = node;
        let epoch = SystemTime::UNIX_EPOCH + Duration::from_micros(epoch_us);
        let stock = stock.unwrap_or_default();
        (log, NodeSettings { place, listen, data, stock, addresses, stop_with_stdin, epoch })
    }
}

/// Nodes believe whoever talks to them, so only this machine may.
fn parse_loopback(text: &str) -> Result<SocketAddr, String> {
    match parse_address(text)? {
        address if address.ip().is_loopback() => Ok(address),
        _ => {
            Err("a node listens on loopback addresses only, such as 127.0.0.1:0 or [::1]:0".into())
        }
    }
}

fn parse_node_url(text: &str) -> Result<SocketAddr, String> {
    let address = text.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
    let address = address.and_then(|address| parse_loopback(address).ok());
    address.ok_or_else(|| {
        "expected a node's address on this machine, such as http://127.0.0.1:4000".into()
    })
}

fn parse_peer(text: &str) -> Result<(Place, SocketAddr), String> {
    let (name, url) = text.split_once('=').ok_or("expected a name and an address: NAME=URL")?;
    let place = Place::named(name).ok_or_else(|| {
        let names = Place::RESTAURANT.map(Place::name).join(", ");
        format!("there is no node {name}; there are {names}")
    })?;
    Ok((place, parse_node_url(url)?))
}

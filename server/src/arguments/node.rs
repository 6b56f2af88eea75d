//! The flags of a node of two-phase commit, which is this program, too.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Subcommand, ValueEnum};
use playground_core::two_phase_commit::Place;
use playground_server::two_phase_commit::{
    Addresses, DatabaseUrl, NodeSettings, ParticipantsFlag, StockFlag, merged,
};

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
        /// Where a service is, or the database that it is; may be given again
        #[arg(long, value_name = "NAME=URL", value_parser = parse_participant)]
        participant: Vec<Participant>,
        /// The same of databases, as the server passes them on: not among the arguments, which everybody sees
        #[arg(long, hide = true, env = "PLAYGROUND_PARTICIPANTS", hide_env_values = true)]
        databases: Vec<ParticipantsFlag>,
        /// What the databases hold at the very start, such as `burger=1000`; what is in their tables wins over this
        #[arg(long, value_name = "GOODS")]
        database_stock: Option<StockFlag>,
    },
}

/// A service that a coordinator talks to.
#[derive(Clone, Debug)]
pub(crate) enum Participant {
    /// A process of this program.
    Process(Place, SocketAddr),
    /// A database.
    Database(ParticipantsFlag),
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
        let mut databases = BTreeMap::new();
        let (place, node, stock, addresses) = match self {
            NodeCommand::Participant { service, node, stock, coordinator, peer } => {
                let place = match service {
                    Service::Inventory => Place::Inventory,
                    Service::Delivery => Place::Delivery,
                };
                let coordinator = coordinator.map(|address| (Place::Coordinator, address));
                (place, node, stock, peer.into_iter().chain(coordinator).collect())
            }
            NodeCommand::Coordinator {
                node,
                participant,
                databases: mut flags,
                database_stock,
            } => {
                let mut addresses = Addresses::new();
                for participant in participant {
                    match participant {
                        Participant::Process(place, address) => {
                            addresses.insert(place, address);
                        }
                        Participant::Database(flag) => flags.push(flag),
                    }
                }
                databases = merged_or_exit(flags);
                (Place::Coordinator, node, database_stock, addresses)
            }
        };
        let NodeArguments { listen, data, log, stop_with_stdin, epoch_us } = node;
        let epoch = SystemTime::UNIX_EPOCH + Duration::from_micros(epoch_us);
        let stock = stock.unwrap_or_default();
        let settings = NodeSettings {
            place,
            listen,
            data,
            stock,
            databases,
            addresses,
            stop_with_stdin,
            epoch,
        };
        (log, settings)
    }
}

/// All participants that are databases; says what is wrong with them and ends the program otherwise.
pub(crate) fn merged_or_exit(flags: Vec<ParticipantsFlag>) -> BTreeMap<Place, DatabaseUrl> {
    merged(flags).unwrap_or_else(|problem| {
        super::Arguments::command().error(ErrorKind::ArgumentConflict, problem).exit()
    })
}

fn parse_participant(text: &str) -> Result<Participant, String> {
    match text.split_once('=') {
        Some((_, url)) if url.starts_with("postgres") => text.parse().map(Participant::Database),
        _ => parse_peer(text).map(|(place, address)| Participant::Process(place, address)),
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

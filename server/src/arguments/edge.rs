//! The flags of an edge that is a process of its own.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use playground_server::cdn::{EdgeName, EdgeProcess, OriginUrl, OtherUrl, PurgeToken};
use playground_server::connections::Connections;
use playground_server::serve::Patience;

use super::{ProcessArguments, parse_address};

/// What an edge is told.
#[derive(Debug, Args)]
pub(crate) struct EdgeArguments {
    /// What it is called, in Cache-Status and by the others: 1 to 40 lower-case letters, digits and hyphens
    #[arg(long, env = "PLAYGROUND_EDGE_NAME", value_name = "NAME")]
    name: EdgeName,

    /// The origin, http or https: the same for all edges and shields
    #[arg(long, env = "PLAYGROUND_ORIGIN", value_name = "URL")]
    origin: OriginUrl,

    /// A shield, which is an edge's process without this flag; may be given again. The ring finds each object's
    /// owner among them, so all edges must know them by the same names; without a name, by host and port
    #[arg(long, env = "PLAYGROUND_SHIELDS", value_name = "[NAME=]URL", value_delimiter = ',')]
    shield: Vec<OtherUrl>,

    /// Another process that takes part in purges and is no shield of this one; may be given again. Every process must
    /// know all the others as its shields or as its peers
    #[arg(long, env = "PLAYGROUND_PEERS", value_name = "[NAME=]URL", value_delimiter = ',')]
    peer: Vec<OtherUrl>,

    /// The secret that all processes share, and whoever purges from another machine, as `Authorization: Bearer …`;
    /// needed if one of them is on another machine. As a flag, every user of the machine can see it
    #[arg(long, env = "PLAYGROUND_PURGE_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    purge_token: Option<PurgeToken>,

    /// The address and port to listen on; port 0 takes any free port. `/healthz`, `/metrics` and `/api/cdn/` are
    /// answered by the edge itself
    #[arg(
        long,
        env = "PLAYGROUND_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8000",
        value_parser = parse_address
    )]
    listen: SocketAddr,

    #[command(flatten)]
    pub(crate) process: ProcessArguments,

    /// How much of bodies it keeps in memory, in MiB
    #[arg(
        long,
        env = "PLAYGROUND_CDN_MEMORY_MIB",
        value_name = "MIB",
        default_value_t = 64,
        value_parser = clap::value_parser!(u64).range(8..=1_000_000)
    )]
    memory_mib: u64,

    /// How much of bodies it keeps on disk, in MiB; less than 32 is nothing. A body of up to half as much is kept
    #[arg(
        long,
        env = "PLAYGROUND_CDN_DISK_MIB",
        value_name = "MIB",
        default_value_t = 1024,
        value_parser = clap::value_parser!(u64).range(0..=100_000_000)
    )]
    disk_mib: u64,
}

impl EdgeArguments {
    /// What to run, with a folder for what is to survive a restart.
    ///
    /// # Errors
    /// A sentence that says which flags do not fit together.
    pub(crate) fn settings(
        self,
        data: PathBuf,
        connections: Connections,
    ) -> Result<EdgeProcess, String> {
        let process = EdgeProcess {
            name: self.name,
            origin: self.origin,
            shields: self.shield.into_iter().map(OtherUrl::as_shield).collect(),
            peers: self.peer,
            token: self.purge_token,
            listen: self.listen,
            data,
            memory_bytes: self.memory_mib << 20,
            disk_bytes: self.disk_mib << 20,
            connections,
            patience: Patience::default(),
        };
        process.check().map(|()| process)
    }
}

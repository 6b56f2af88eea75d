//! The flags, each of which is an environment variable too.

mod edge;
mod node;

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
pub(crate) use edge::EdgeArguments;
use node::NodeCommand;
pub(crate) use node::merged_or_exit;
use playground_core::chat::Rate;
use playground_server::cdn::{CdnConfig, EdgeName, OriginUrl};
use playground_server::chat::{ChatConfig, ServerName};
use playground_server::redis_link::RedisUrl;
use playground_server::two_phase_commit::{ParticipantsFlag, StockFlag};
use tracing_subscriber::EnvFilter;

/// Serves the System Design Playground: its page, and the real things behind its labs.
///
/// When it is ready it prints one line on standard output, `listening on http://ADDRESS:PORT`. Its log goes
/// to standard error. SIGTERM or Ctrl-C stops it once the requests in flight are answered; a second one at
/// once.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// What to be instead of the server; the server starts what it needs by itself
    #[command(subcommand)]
    pub(crate) part: Option<Part>,

    /// The address and port to listen on; port 0 takes any free port
    #[arg(
        long,
        env = "PLAYGROUND_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:3000",
        value_parser = parse_address
    )]
    pub(crate) listen: SocketAddr,

    #[command(flatten)]
    pub(crate) process: ProcessArguments,

    /// The directory of the built page
    /// [default: the page inside the executable if there is one, else `target/page` or `dist` below the
    /// working directory if built]
    #[arg(long, env = "PLAYGROUND_PAGE_DIR", value_name = "DIR")]
    pub(crate) page_dir: Option<PathBuf>,

    /// Share the chat and the worker numbers of the ID service with every other server that is told of the same Redis or
    /// Valkey. The order of the chat, its history and who is there are kept in there, and outlive every server; no two
    /// servers make the same ID, wherever they run [default: the chat is this server's alone, and the worker numbers
    /// are shared with those of the same data directory]
    #[arg(long, env = "PLAYGROUND_REDIS", value_name = "URL")]
    pub(crate) redis: Option<RedisUrl>,

    /// What this server is called, for people who look which one they talk to [default: with --redis, the host's name
    /// and the number of the process]
    #[arg(long, env = "PLAYGROUND_SERVER_NAME", value_name = "NAME")]
    pub(crate) server_name: Option<ServerName>,

    #[command(flatten)]
    pub(crate) chat: ChatArguments,

    #[command(flatten)]
    pub(crate) cdn: CdnArguments,

    /// How far the clock of the ID service is off, in milliseconds, to see what a clock that was set back over a
    /// restart does: nothing, but that another worker number is taken
    #[arg(
        long,
        env = "PLAYGROUND_UNIQUE_ID_CLOCK_OFFSET_MS",
        value_name = "MS",
        default_value_t = 0,
        allow_negative_numbers = true
    )]
    pub(crate) unique_id_clock_offset_ms: i64,

    /// Let clients on other machines crash, restart, resolve and reset the nodes of two-phase commit, too, set off
    /// the clock of the ID service, run insert races, have primes counted and queues filled by the server's processors,
    /// purge the edges and do harm to their origin
    #[arg(
        long,
        env = "PLAYGROUND_ALLOW_REMOTE_FAULTS",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub(crate) allow_remote_faults: bool,

    /// What the services of two-phase commit hold at the very start, such as `burger=1000,courier=1000`, for
    /// load tests [default: 5 burgers, 10 fries, 8 drinks, 3 pizzas, 2 couriers]
    #[arg(long, env = "PLAYGROUND_TWO_PHASE_COMMIT_STOCK", value_name = "GOODS")]
    pub(crate) two_phase_commit_stock: Option<StockFlag>,

    /// Have a PostgreSQL database take part in two-phase commit in place of a process of the server's own:
    /// `inventory=postgres://USER:PASSWORD@HOST:PORT/DATABASE`, and the same for `delivery`; may be given again. Its
    /// max_prepared_transactions must be set. The tables are made if they are missing
    #[arg(long, env = "PLAYGROUND_PARTICIPANTS", value_name = "NAME=URL", hide_env_values = true)]
    pub(crate) participant: Vec<ParticipantsFlag>,
}

/// What the server is told, and an edge that is a process of its own.
#[derive(Debug, Args)]
pub(crate) struct ProcessArguments {
    /// The directory that everything durable lives under; made if missing
    /// [default: `playground` in the user's own data directory]
    #[arg(long, env = "PLAYGROUND_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// What to log: error, warn, info, debug, trace, or a filter such as `info,tower_http=debug`
    #[arg(
        long,
        env = "PLAYGROUND_LOG",
        value_name = "FILTER",
        default_value = "info",
        value_parser = parse_filter
    )]
    pub(crate) log: String,

    /// How many connections one client address may have open, WebSockets included; a loopback address, behind
    /// which a proxy may stand, sixteen times as many
    #[arg(
        long,
        env = "PLAYGROUND_CONNECTIONS_PER_ADDRESS",
        value_name = "N",
        default_value = "1024"
    )]
    pub(crate) connections_per_address: NonZeroUsize,
}

/// How much of the chat is too much.
#[derive(Debug, Args)]
pub(crate) struct ChatArguments {
    /// How many chat messages a person may send a second; four times as many at once after a quiet time
    #[arg(long, env = "PLAYGROUND_CHAT_RATE", value_name = "N", default_value_t = 5)]
    pub(crate) chat_rate: u32,

    /// How long a chat message may be, in characters
    #[arg(
        long,
        env = "PLAYGROUND_CHAT_TEXT_CHARS",
        value_name = "N",
        default_value_t = 2000,
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    pub(crate) chat_text_chars: u32,

    /// How many chat rooms there may be, those with messages that nobody is in counted, too; whoever wants one
    /// more is refused, and the others stay as they are
    #[arg(
        long,
        env = "PLAYGROUND_CHAT_ROOMS",
        value_name = "N",
        default_value_t = 1000,
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    pub(crate) chat_rooms: u32,

    /// How many messages of a chat room are kept, about
    #[arg(
        long,
        env = "PLAYGROUND_CHAT_ROOM_MESSAGES",
        value_name = "N",
        default_value_t = 100_000,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    pub(crate) chat_room_messages: u64,

    /// How much of the chat is kept in all, about, in MiB; the largest room loses its oldest messages first
    #[arg(
        long,
        env = "PLAYGROUND_CHAT_HISTORY_MIB",
        value_name = "MIB",
        default_value_t = 256,
        value_parser = clap::value_parser!(u64).range(1..=1_000_000)
    )]
    pub(crate) chat_history_mib: u64,
}

impl ChatArguments {
    /// How to run the chat.
    pub(crate) fn config(&self) -> ChatConfig {
        let mut config = ChatConfig::default();
        let settings = &mut config.settings;
        let rate = self.chat_rate;
        settings.limits.messages = Rate { per_second: rate, burst: rate.saturating_mul(4) };
        settings.limits.text_chars = self.chat_text_chars;
        settings.limits.rooms = self.chat_rooms;
        settings.retained_messages = self.chat_room_messages;
        config.keep_bytes = self.chat_history_mib << 20;
        config
    }
}

/// The edges of the content delivery network, and what they stand before.
#[derive(Debug, Args)]
pub(crate) struct CdnArguments {
    /// The one origin that the edges ask, http or https [default: a small site of the server's own]
    #[arg(long, env = "PLAYGROUND_ORIGIN", value_name = "URL")]
    pub(crate) origin: Option<OriginUrl>,

    /// The names of the edges, separated by commas. The first answers on the port of the edges, unless the host is
    /// `NAME.localhost` or the request's field `CDN-Edge` names another one
    #[arg(
        long,
        env = "PLAYGROUND_CDN_EDGES",
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "frankfurt,new-york,tokyo"
    )]
    pub(crate) cdn_edges: Vec<EdgeName>,

    /// The address and port of the edges, for browsers and curl; port 0 takes any free port
    #[arg(
        long,
        env = "PLAYGROUND_CDN_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8000",
        value_parser = parse_address
    )]
    pub(crate) cdn_listen: SocketAddr,

    /// Give the edges no port of their own; they are still there below `/edge/`
    #[arg(
        long,
        env = "PLAYGROUND_NO_CDN_LISTENER",
        value_parser = clap::builder::BoolishValueParser::new()
    )]
    pub(crate) no_cdn_listener: bool,

    /// How much of bodies each edge keeps in memory, in MiB. Without a disk, a body of up to a quarter as much is
    /// kept
    #[arg(
        long,
        env = "PLAYGROUND_CDN_MEMORY_MIB",
        value_name = "MIB",
        default_value_t = 64,
        value_parser = clap::value_parser!(u64).range(8..=1_000_000)
    )]
    pub(crate) cdn_memory_mib: u64,

    /// How much of bodies each edge keeps on disk, in MiB; less than 32 is nothing. A body of up to half as much
    /// is kept. Larger ones, and parts that the origin sends (206), pass through, and Cache-Status says so
    #[arg(
        long,
        env = "PLAYGROUND_CDN_DISK_MIB",
        value_name = "MIB",
        default_value_t = 1024,
        value_parser = clap::value_parser!(u64).range(0..=100_000_000)
    )]
    pub(crate) cdn_disk_mib: u64,
}

impl CdnArguments {
    /// How to set up the edges, with a folder for what is to survive a restart.
    pub(crate) fn config(&self, data: PathBuf, allows_remote_faults: bool) -> CdnConfig {
        let mut edges = self.cdn_edges.clone();
        let mut seen = Vec::new();
        edges.retain(|edge| {
            let is_new = !seen.contains(edge);
            seen.push(edge.clone());
            is_new
        });
        CdnConfig {
            origin: self.origin.clone(),
            edges,
            data: Some(data),
            memory_bytes: self.cdn_memory_mib << 20,
            disk_bytes: self.cdn_disk_mib << 20,
            allows_remote_faults,
            ..CdnConfig::default()
        }
    }
}

/// What the program can be instead of the server.
#[derive(Debug, Subcommand)]
pub(crate) enum Part {
    #[command(flatten)]
    Node(NodeCommand),
    /// Run one edge of content delivery as a process of its own, or a shield: a cache between readers and an origin
    Edge(Box<EdgeArguments>),
    /// Count primes for the server that started this: orders on standard input, reports on standard output
    CountPrimes,
    /// Ask a server whether it is up, and fail if it is not: the health check of a container
    Health {
        /// Where it listens; an edge's or a shield's address will do, too
        #[arg(
            long,
            env = "PLAYGROUND_LISTEN",
            value_name = "ADDRESS:PORT",
            default_value = "127.0.0.1:3000",
            value_parser = parse_address
        )]
        listen: SocketAddr,
    },
}

const EXIT_CODES: &str = "Exit codes:
  0  stopped by a signal, or printed this help or the version
  1  could not start: the address is in use, or a directory cannot be used; a node also when its log failed;
     health also when the server is not up
  2  a flag or an environment variable could not be understood

A flag wins over its environment variable.";

fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let by_name = || {
        let port = text.strip_prefix("localhost:")?.parse().ok()?;
        Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    };
    text.parse().ok().or_else(by_name).ok_or_else(|| {
        "expected an IP address and a port, such as 127.0.0.1:3000, [::1]:3000 or 0.0.0.0:3000"
            .into()
    })
}

/// Checks the filter here, so that a wrong one is a wrong flag.
fn parse_filter(text: &str) -> Result<String, String> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.into()),
        Err(error) => Err(error.to_string()),
    }
}

//! The flags, each of which is an environment variable too.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Parser;
use tracing_subscriber::EnvFilter;

/// Serves the System Design Playground: its page, and the real things behind its labs.
///
/// When it is ready it prints one line on standard output, `listening on http://ADDRESS:PORT`. Its log goes
/// to standard error. SIGTERM or Ctrl-C stops it once the requests in flight are answered; a second one at
/// once.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    /// The address and port to listen on; port 0 takes any free port
    #[arg(
        long,
        env = "PLAYGROUND_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:3000",
        value_parser = parse_address
    )]
    pub(crate) listen: SocketAddr,

    /// The directory that everything durable lives under; made if missing
    /// [default: `playground` in the user's own data directory]
    #[arg(long, env = "PLAYGROUND_DATA_DIR", value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// The directory of the built page
    /// [default: the page inside the executable if there is one, else `target/page` or `dist` below the
    /// working directory if built]
    #[arg(long, env = "PLAYGROUND_PAGE_DIR", value_name = "DIR")]
    pub(crate) page_dir: Option<PathBuf>,

    /// What to log: error, warn, info, debug, trace, or a filter such as `info,tower_http=debug`
    #[arg(
        long,
        env = "PLAYGROUND_LOG",
        value_name = "FILTER",
        default_value = "info",
        value_parser = parse_filter
    )]
    pub(crate) log: String,
}

const EXIT_CODES: &str = "Exit codes:
  0  stopped by a signal, or printed this help or the version
  1  could not start: the address is in use, or a directory cannot be used
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

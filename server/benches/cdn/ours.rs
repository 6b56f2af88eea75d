//! The real server: its port of the edges.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;

use super::{Proxy, free_address};
use crate::cores::Cores;

pub(crate) fn start(cores: &Cores, origin: SocketAddr, folder: &Path) -> Result<Proxy> {
    let address = free_address()?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_playground-server"));
    command
        .args(["--listen", "127.0.0.1:0", "--log", "off", "--data-dir"])
        .arg(folder)
        .args(["--cdn-listen", &address.to_string(), "--origin", &format!("http://{origin}")])
        .stdout(Stdio::null());
    Proxy::ready(cores.spawn_server(&mut command)?, address)
}

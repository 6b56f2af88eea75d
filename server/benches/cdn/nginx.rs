//! nginx as a caching proxy, with one worker.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{Proxy, free_address};
use crate::cores::Cores;

/// How nginx gets a file to the socket.
#[derive(Clone, Copy)]
pub(crate) enum Sending {
    /// By the kernel alone: better for small objects.
    Sendfile,
    /// Through two buffers of its own: better for large ones.
    Buffers,
}

pub(crate) fn start(
    cores: &Cores,
    origin: SocketAddr,
    folder: &Path,
    sending: Sending,
) -> Result<Proxy> {
    fs::create_dir_all(folder)?;
    let address = free_address()?;
    let file = folder.join("nginx.conf");
    fs::write(&file, configuration(address, origin, &folder.display().to_string(), sending))?;
    let mut command = Command::new("nginx");
    command.arg("-c").arg(&file).arg("-p").arg(folder).args(["-e", "stderr"]);
    let mut proxy = Proxy::ready(cores.spawn_server(&mut command)?, address)?;
    let master = proxy.process.id();
    let children = fs::read_to_string(format!("/proc/{master}/task/{master}/children"))?;
    // The worker is the first; those that look after the cache come after it.
    let worker = children.split_ascii_whitespace().next().context("nginx has no worker")?;
    proxy.worker = worker.parse()?;
    Ok(proxy)
}

/// `tcp_nopush` stays off: on loopback it delays every answer.
fn configuration(
    address: SocketAddr,
    origin: SocketAddr,
    folder: &str,
    sending: Sending,
) -> String {
    let sending = match sending {
        Sending::Sendfile => "sendfile on;",
        Sending::Buffers => "sendfile off; output_buffers 2 1m;",
    };
    // Its worker must be able to read the folder, which is only its owner's.
    let user = if rustix::process::geteuid().is_root() { "user root;" } else { "" };
    format!(
        "{user} daemon off; worker_processes 1; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
  access_log off; tcp_nodelay on; {sending}
  keepalive_timeout 60; keepalive_requests 1000000000;
  open_file_cache max=100; open_file_cache_valid 60s;
  client_body_temp_path {folder}/client; proxy_temp_path {folder}/temp;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_cache_path {folder}/cache keys_zone=all:10m max_size=1g;
  server {{
    listen {address};
    location / {{ proxy_pass http://{origin}; proxy_cache all; proxy_cache_lock on; }}
  }}
}}
"
    )
}

//! Content delivery: edges that keep copies of what one origin says, by the rules of RFC 9111, and the origin that
//! comes with them.
//!
//! An edge is reached under `/edge/<name>/` beside the page, and by a port of its own for browsers and curl. Each
//! has its own copies, in memory and on disk. It asks nobody but the configured origin.
//!
//! | to understand | read |
//! | --- | --- |
//! | the way of a request | `edge.rs`, then `fetch.rs` |
//! | a body that is read while it arrives | `object.rs`, `fill.rs`, `reader.rs` |
//! | what survives a restart | `chunks.rs`, `manifests.rs` |
//! | what is refused | `request.rs`, `listener.rs` |
//! | edges and shields that are processes of their own | `machines.rs` |
//!
//! # Across machines
//!
//! `playground-server edge --name tokyo --origin URL --shield osaka=URL --peer paris=URL` is one edge, and prints
//! `listening on http://ADDRESS:PORT`; without `--shield` it is a shield to those who name it. An edge asks, for what
//! it lacks, the object's owner among its shields, which the ring of `playground_core::consistent_hashing` names by
//! the path and query; if that does not answer, the next ones on the ring, and in the end the origin. A shield that
//! refused a connection, broke one or hung is left out until it answers again, which is tried once a second. What was
//! sent and may have been carried out is sent again only if twice is as good as once (RFC 9110, section 9.2.2).
//! `Cache-Status` has the shield's member before the edge's, ages add up, and `Via` and `CDN-Loop` end a loop.
//!
//! A purge at any of the processes goes to all. Each process is told of all the others, as its shields or as its
//! peers. What is promised: once a purge is answered, and more than half of all processes have carried it out, none
//! of them serves what was purged, not even one that was away: it trusts its copies only while it has heard from at
//! least half of the others within 5 s, and is told what it has missed; until then it validates each copy with whom
//! it would ask for a new one. So a purge takes up to 5 s if a process cannot be reached that may be running. What is
//! not promised: that a purge which half of the processes or fewer have carried out is honoured by those that cannot
//! reach these.
//!
//! What is simplified: the cities are names, so that nothing is farther away than it is; by default one process runs
//! all the edges. Only whole bodies are kept. What an origin sends as a part (206), and what is larger than half of the disk
//! (without one, a quarter of the memory), passes through: `Cache-Status` then says `stored=?0`, and why as its
//! `detail`. A body whose length is not known beforehand is let go once it has become too large.

mod api;
mod body;
mod chunks;
mod config;
mod edge;
mod entries;
mod errand;
mod events;
mod fetch;
mod fill;
mod flights;
mod index;
mod inflow;
mod keeping;
mod listener;
mod machines;
mod manifests;
mod metrics;
mod mount;
mod object;
mod origin;
mod quick;
mod reader;
mod request;
mod served;
mod site;
mod socket;
mod stats;
mod upstream;

use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::http::StatusCode;
use axum::http::uri::{Authority, Scheme};
use playground_core::cdn::caching::{Key, Stored};
use playground_core::cdn::wire;
use tokio::net::TcpListener;

pub(crate) use api::router;
pub use config::{CdnConfig, EdgeName, OriginUrl};
pub use machines::{EdgeProcess, OtherUrl, PurgeToken, run_edge};
pub(crate) use metrics::metrics;
pub(crate) use mount::routes as edge_routes;
pub(crate) use socket::connect;

use chunks::Chunks;
use edge::{Edge, Shared};
use events::Events;
use flights::Landings;
use index::{Entry, Index};
use machines::Machine;
use manifests::{Manifest, Manifests};
use metrics::Figures;
use object::Object;
use origin::Embedded;
use quick::Prepared;
use request::{Place, refused};
use upstream::{CONNECT_PATIENCE, Faults, Upstream};

use crate::problem::AppError;
use crate::serve::Terms;

/// The edges of a server, and the embedded origin if there is one. Clones are the same.
#[derive(Clone, Debug)]
pub struct Cdn(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    edges: Vec<Arc<Edge>>,
    shared: Arc<Shared>,
    figures: Figures,
    allows_remote_faults: bool,
    listener: OnceLock<wire::Listener>,
    _embedded: Option<Embedded>,
}

impl Cdn {
    /// Starts the edges, and the embedded origin unless another one is configured. Must be called within a tokio
    /// runtime.
    ///
    /// # Errors
    /// When no port is free for the embedded origin, or the system has no certificates to check an `https` origin
    /// against. A folder that cannot be used is no error: the edges then keep their copies in memory only.
    pub async fn start(config: CdnConfig) -> io::Result<Self> {
        Self::assemble(config, None).await
    }

    /// The same for an edge that is a process of its own, if there are settings for one; then the purges that it knew
    /// must be readable.
    async fn assemble(config: CdnConfig, process: Option<&EdgeProcess>) -> io::Result<Self> {
        let faults = Faults::default();
        let (scheme, authority, embedded) = match config.origin {
            Some(OriginUrl { scheme, authority }) => (scheme, authority, None),
            None => {
                let embedded = Embedded::start(faults.clone()).await?;
                let authority: Result<Authority, _> = embedded.address.to_string().parse();
                (Scheme::HTTP, authority.map_err(io::Error::other)?, Some(embedded))
            }
        };
        let place = Place::new(scheme, authority, pseudonym(process)?);
        let place = place.ok_or_else(|| io::Error::other("the server has no name"))?;
        let upstream = Upstream::new(
            place.scheme.clone(),
            place.authority.clone(),
            embedded.is_some(),
            faults,
            config.origin_patience,
            CONNECT_PATIENCE,
        )?;
        // Another origin's copies are of no use: each has a folder of its own. The embedded one has a port of its
        // own at each start, and is the same nevertheless.
        let origin = match embedded.is_some() {
            true => "embedded".into(),
            false => folder(&place),
        };
        let machine = match (process, &config.data) {
            (Some(process), Some(data)) => {
                Some(Machine::open(process, &data.join(&origin).join(&process.name.0))?)
            }
            _ => None,
        };
        let shared = Arc::new(Shared::new(place, upstream, machine));
        let mut edges = Vec::new();
        for EdgeName(name) in config.edges {
            let dir = config.data.as_ref().map(|data| data.join(&origin).join(&name));
            let disk = dir.as_deref().map(|dir| (dir, config.disk_bytes));
            edges.push(open_edge(name, &shared, config.memory_bytes, disk).await?);
        }
        Ok(Self(Arc::new(Inner {
            edges,
            shared,
            figures: Figures::new(),
            allows_remote_faults: config.allows_remote_faults,
            listener: OnceLock::new(),
            _embedded: embedded,
        })))
    }

    /// Answers on a port of its own, until the server stops.
    pub fn listen(&self, listener: TcpListener, terms: Terms) {
        let (Ok(address), Some(edge)) = (listener.local_addr(), self.0.edges.first()) else {
            return;
        };
        let told = wire::Listener { url: format!("http://{address}"), edge: edge.name.clone() };
        if self.0.listener.set(told).is_ok() {
            tokio::spawn(listener::serve(self.clone(), listener, terms, None));
        }
    }

    /// Ends in good order: what is on its way to the disk gets there.
    pub async fn stop(&self) {
        for edge in &self.0.edges {
            edge.chunks.flushed().await;
            if let Some(manifests) = &edge.manifests {
                manifests.flushed().await;
            }
            edge.chunks.close().await;
        }
    }

    fn edges(&self) -> &[Arc<Edge>] {
        &self.0.edges
    }

    fn edge(&self, name: &str) -> Option<&Arc<Edge>> {
        self.0.edges.iter().find(|edge| edge.name == name)
    }

    /// The edge of a name, or all.
    fn named(&self, name: Option<&str>) -> Result<&[Arc<Edge>], AppError> {
        let Some(name) = name else { return Ok(&self.0.edges) };
        let place = self.0.edges.iter().position(|edge| edge.name == name);
        match place {
            Some(place) => Ok(&self.0.edges[place..=place]),
            None => Err(refused(StatusCode::NOT_FOUND, "There is no such edge.")),
        }
    }

    /// What is known of the others, at an edge that is a process of its own.
    fn machine(&self) -> Option<&Arc<Machine>> {
        self.0.shared.machine.as_ref()
    }

    fn place(&self) -> &Place {
        &self.0.shared.place
    }

    fn events(&self) -> &Events {
        &self.0.shared.events
    }

    fn figures(&self) -> &Figures {
        &self.0.figures
    }

    fn allows_remote_faults(&self) -> bool {
        self.0.allows_remote_faults
    }

    fn listener(&self) -> Option<wire::Listener> {
        self.0.listener.get().cloned()
    }

    fn origin_stats(&self) -> wire::OriginStats {
        let upstream = &self.0.shared.upstream;
        wire::OriginStats {
            url: upstream.url(),
            is_embedded: upstream.is_embedded,
            requests: upstream.requests(),
            faults: upstream.faults().get(),
        }
    }

    fn change_faults(&self, request: wire::FaultRequest) -> wire::Faults {
        self.0.shared.upstream.faults().change(request)
    }

    fn ttl_override_s(&self) -> Option<u64> {
        self.0.shared.ttl_override().map(|ms| ms / 1_000)
    }

    fn set_ttl_override(&self, seconds: Option<u64>) {
        let ms = seconds.map(|seconds| seconds * 1_000);
        self.0.shared.ttl_override_ms.store(ms.unwrap_or(u64::MAX), Ordering::Relaxed);
        self.0.edges.iter().for_each(|edge| edge.set_lifetime(ms));
    }
}

/// A name that no other server has, by which a request that comes back is known.
fn pseudonym(process: Option<&EdgeProcess>) -> io::Result<String> {
    let mut id = [0; 4];
    getrandom::fill(&mut id).map_err(io::Error::other)?;
    let id = u32::from_be_bytes(id);
    Ok(match process {
        Some(EdgeProcess { name: EdgeName(name), .. }) => format!("playground-{name}-{id:08x}"),
        None => format!("playground-{id:08x}"),
    })
}

/// A folder's name for an origin.
fn folder(place: &Place) -> String {
    let address = format!("{}-{}", place.scheme, place.authority);
    address.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect()
}

async fn open_edge(
    name: String,
    shared: &Arc<Shared>,
    memory_bytes: u64,
    disk: Option<(&Path, u64)>,
) -> io::Result<Arc<Edge>> {
    let opened = match disk {
        Some((dir, bytes)) if bytes > 0 => open_disk(&name, dir, memory_bytes, bytes).await,
        _ => None,
    };
    let (chunks, manifests, found) = match opened {
        Some((chunks, manifests, found)) => (chunks, Some(manifests), found),
        None => {
            let chunks = Chunks::open(&name, memory_bytes, None).await.map_err(io::Error::other)?;
            (chunks, None, Vec::new())
        }
    };
    let edge = Edge {
        name,
        shared: shared.clone(),
        index: Index::default(),
        chunks,
        manifests,
        landings: Landings::new(),
        counts: Arc::default(),
    };
    for (object, manifest) in found {
        restore(&edge, object, manifest);
    }
    Ok(Arc::new(edge))
}

/// What is on disk; none, with a word to the log, if it cannot be used.
async fn open_disk(
    name: &str,
    dir: &Path,
    memory_bytes: u64,
    disk_bytes: u64,
) -> Option<(Chunks, Manifests, Vec<(u64, Manifest)>)> {
    let unusable = |error: &dyn std::fmt::Display| {
        let dir = dir.display();
        tracing::warn!(%error, %dir, edge = name, "copies are kept in memory only");
    };
    if let Err(error) = std::fs::create_dir_all(dir) {
        unusable(&error);
        return None;
    }
    // The file of the manifests comes first: it is locked while another server has it.
    let (manifests, found) = match Manifests::open(&dir.join("manifests.redb")) {
        Ok(opened) => opened,
        Err(error) => {
            unusable(&error);
            return None;
        }
    };
    match Chunks::open(name, memory_bytes, Some((&dir.join("bodies"), disk_bytes))).await {
        Ok(chunks) => Some((chunks, manifests, found)),
        Err(error) => {
            unusable(&error);
            None
        }
    }
}

/// A copy of an earlier life. Whether its body is still there is seen when it is wanted.
fn restore(edge: &Edge, object: u64, manifest: Manifest) {
    let Manifest { url, record, length, tags, .. } = manifest;
    let place = &edge.shared.place;
    let target = format!("{}://{}{url}", place.scheme, place.authority);
    let stored = Stored::from_record(&edge.shared.settings, &record);
    let (Ok(mut stored), Ok(uri)) = (stored, target.parse()) else { return };
    stored.set_operator_lifetime_ms(None);
    edge.index.restore(Arc::new(Entry {
        key: Key::new(&uri),
        url,
        stored,
        object: Arc::new(Object::stored(object, length)),
        tags,
        hits: AtomicU64::new(0),
        prepared: Prepared::default(),
    }));
}

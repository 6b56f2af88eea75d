//! The lab of unique IDs: an ID service that a server could really run on, a blog that is built on it, and a race
//! that shows why the order of keys matters to a database.
//!
//! The rules are the core's ([`playground_core::unique_id`]): who may use which worker number, which ID comes next.
//! Here are the clock, the disk and the routes, below `/api/unique-id` and on the socket `/ws/unique-id`:
//!
//! ```text
//!  request ──▶ desk: number and generator ──▶ IDs of milliseconds that are reserved
//!                 ▲
//!  every 3 s      │ leased, durably
//!  keep ──▶ registry: a log that all servers of the data directory write by turns
//! ```
//!
//! Any number of servers may share a data directory, up to one a worker number; more are told so.
//!
//! What is simplified: numbers are leased within a data directory, so that servers which share none may make the same
//! IDs.

mod api;
mod blog;
mod clock;
mod desk;
mod keys;
mod race;
mod registry;
mod service;
mod socket;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::StatusCode;
use tokio::task::{AbortHandle, spawn_blocking};

pub(crate) use api::router;
use blog::Blog;
use clock::ServiceClock;
use keys::Numberless;
use race::Race;
use registry::RegistryPlace;
use service::Service;
pub(crate) use socket::connect;

use crate::problem::AppError;
use crate::redis_link::RedisLink;

/// How many worker numbers there are: what five bits hold.
const NUMBERS: u16 = 32;

/// How the ID service is run.
#[derive(Clone, Debug)]
pub struct UniqueIdConfig {
    /// The folder for what is durable.
    pub folder: PathBuf,
    /// How far the service's clock is off, in milliseconds, for experiments.
    pub clock_offset_ms: i64,
    /// Whether clients on other machines may set the clock off, and start races.
    pub allows_remote_faults: bool,
    /// The Redis that keeps the registry of worker numbers in place of the folder, for servers on many machines, and
    /// the name of this server.
    pub redis: Option<(RedisLink, String)>,
}

/// The ID service of a server, its blog and its race. Clones are the same.
#[derive(Clone, Debug)]
pub struct UniqueId(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    service: Arc<Service>,
    numberless: Numberless,
    blog: Blog,
    race: Race,
    allows_remote_faults: bool,
    keeping: AbortHandle,
}

impl UniqueId {
    /// Starts the service. A number that cannot be leased is no error: the service then says why, and goes on
    /// trying. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// If the system has no random bits or no threads.
    pub async fn start(config: UniqueIdConfig) -> io::Result<Self> {
        let UniqueIdConfig { folder, clock_offset_ms, allows_remote_faults, redis } = config;
        let clock = ServiceClock::new(clock_offset_ms);
        let registry = RegistryPlace::new(&folder.join("workers"), redis);
        let service = Arc::new(Service::new(registry, clock)?);
        let numberless = Numberless::new().map_err(io::Error::other)?;
        let asking = service.clone();
        let opening = spawn_blocking(move || {
            asking.ask_registry();
            (Blog::open(&folder.join("blog")), Race::new(&folder.join("race")))
        });
        let (blog, race) = opening.await.map_err(io::Error::other)?;
        let keeping = tokio::spawn(service.clone().keep()).abort_handle();
        let inner = Inner { service, numberless, blog, race, allows_remote_faults, keeping };
        Ok(Self(Arc::new(inner)))
    }

    /// Ends in good order: the race's files are removed, and the number is given back.
    pub async fn stop(&self) {
        let inner = self.0.clone();
        inner.keeping.abort();
        let stopped = spawn_blocking(move || {
            inner.race.stop();
            inner.service.stop();
        });
        if let Err(error) = stopped.await {
            tracing::error!(%error, "the ID service did not stop in good order");
        }
    }

    fn service(&self) -> &Arc<Service> {
        &self.0.service
    }

    fn numberless(&self) -> &Numberless {
        &self.0.numberless
    }

    fn blog(&self) -> &Blog {
        &self.0.blog
    }

    fn race(&self) -> &Race {
        &self.0.race
    }

    fn allows_remote_faults(&self) -> bool {
        self.0.allows_remote_faults
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.keeping.abort();
        self.race.cancel();
    }
}

fn refused(status: StatusCode, detail: impl Into<String>) -> AppError {
    AppError::Refused { status, detail: detail.into() }
}

//! Runs that keep processors busy for a while and tell of it line by line (NDJSON): the primes and the queues.
//!
//! There are few at a time and none lasts for ever. A run is broken off as soon as nobody listens to it any more: the
//! end of the connection is the way to cancel it.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::mpsc::{self, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::app::AppState;
use crate::closing::Guest;
use crate::guard;
use crate::lines::{Lines, NDJSON};
use crate::problem::AppError;

/// How many runs there are at the same time, of all labs together.
const AT_ONCE: usize = 2;
/// How long a run may last.
const LONGEST: Duration = Duration::from_secs(120);
/// How many lines wait for a client that reads slowly. More are not made until it has read some.
const LINES_AHEAD: usize = 4;
/// How often a run tells how it stands.
pub(crate) const NEWS_EVERY: Duration = Duration::from_millis(50);

/// How runs are run. Clones count together.
#[derive(Clone, Debug)]
pub struct Runs {
    /// This very program, which is started again where a run is done by processes; none if it starts none.
    pub executable: Option<PathBuf>,
    /// Whether clients on other machines may start runs.
    pub allows_remote: bool,
    at_once: Arc<Semaphore>,
}

impl Runs {
    /// Two at a time.
    #[must_use]
    pub fn new(executable: Option<PathBuf>, allows_remote: bool) -> Self {
        Self { executable, allows_remote, at_once: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Default for Runs {
    /// Without processes, and for this machine only.
    fn default() -> Self {
        Self::new(None, false)
    }
}

/// A run's end of its connection.
#[derive(Debug)]
pub(crate) struct Run<T> {
    lines: Sender<T>,
    guest: Guest,
    latest: Instant,
    _permit: OwnedSemaphorePermit,
}

/// Why a run is broken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BrokenOff {
    /// Nobody listens.
    Gone,
    /// The server stops.
    Closing,
    /// It has taken too long.
    Late,
}

impl fmt::Display for BrokenOff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            BrokenOff::Gone => "Nobody listens any more.",
            BrokenOff::Closing => "The server stops.",
            BrokenOff::Late => "It has taken two minutes, which is as long as a run may take.",
        })
    }
}

/// Lets a request pass that may start a run.
pub(crate) async fn only_local(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    let deed = "keep its processors busy";
    guard::only_local(state.runs().allows_remote, deed, request, next).await
}

/// Begins a run: its end of the connection, and the answer to its client.
///
/// # Errors
/// If there are too many already.
pub(crate) fn begin<T>(state: &AppState) -> Result<(Run<T>, Response), AppError>
where
    T: Serialize + Send + Unpin + 'static,
{
    let permit = state.runs().at_once.clone().try_acquire_owned().map_err(|_| AppError::Busy {
        detail: "Two runs keep the processors busy already; try again when one is over.",
    })?;
    let (lines, waiting) = mpsc::channel(LINES_AHEAD);
    let guest = state.closing().guest();
    let run = Run { lines, guest, latest: Instant::now() + LONGEST, _permit: permit };
    let headers = [(CONTENT_TYPE, NDJSON), (CACHE_CONTROL, "no-store")];
    Ok((run, (headers, Body::new(Lines::Bounded(waiting))).into_response()))
}

impl<T> Run<T> {
    /// Waits until the run is to be broken off. Safe to cancel and to call again.
    pub(crate) async fn broken_off(&mut self) -> BrokenOff {
        tokio::select! {
            () = self.lines.closed() => BrokenOff::Gone,
            () = self.guest.asked_to_leave() => BrokenOff::Closing,
            () = sleep_until(self.latest) => BrokenOff::Late,
        }
    }

    /// Tells how things stand, unless the client has to catch up first.
    pub(crate) fn tell_if_read(&self, line: impl FnOnce() -> T) {
        if let Ok(place) = self.lines.try_reserve() {
            place.send(line());
        }
    }

    /// Tells something that must not be left out. A client that reads nothing is cut off after a while.
    pub(crate) async fn tell(&self, line: T) {
        // An error means that nobody listens.
        let _ = self.lines.send(line).await;
    }
}

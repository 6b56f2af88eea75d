//! The core's rule of collapsing with real readers: each waits for what a flight brings.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use playground_core::cdn::flights::{Arrival, Flights, Landing};
use playground_core::sim::{Span, Time};
use tokio::sync::watch;

use super::index::Entry;

/// How long nobody waits for an object that could not be shared.
const PASS_FOR: Span = Span::from_ms(10_000);
/// How many such objects are remembered.
const MOST_PASSED: usize = 16_384;

/// What a flight has brought to those who joined.
#[derive(Clone, Debug)]
pub(super) enum Brought {
    /// A copy: new, or confirmed.
    Copy(Arc<Entry>),
    /// Nothing for them.
    Private,
    /// An error of the origin's, in place of which an old copy may be served.
    Error(u16),
    /// No answer in time.
    TooSlow,
    /// No answer.
    Unreachable(String),
}

impl Brought {
    fn landing(&self) -> Landing {
        match self {
            Brought::Copy(_) => Landing::Shared,
            Brought::Private => Landing::Private,
            Brought::Error(_) | Brought::TooSlow | Brought::Unreachable(_) => Landing::Failed,
        }
    }
}

/// What a reader is to do.
pub(super) enum Arrived {
    Lead,
    Join(Seat),
    Pass,
}

/// A reader's place in a flight; given up when dropped.
pub(super) struct Seat {
    landings: Arc<Inner>,
    flight: String,
    reader: u64,
    brought: watch::Receiver<Option<Brought>>,
}

/// The flights of an edge. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Landings(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    since: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    flights: Flights<String, u64>,
    gates: HashMap<String, watch::Sender<Option<Brought>>>,
}

impl Landings {
    pub(super) fn new() -> Self {
        let flights = Flights::new(PASS_FOR, MOST_PASSED);
        let state = Mutex::new(State { flights, gates: HashMap::new() });
        Self(Arc::new(Inner { since: Instant::now(), state }))
    }

    /// A reader wants something of which there is no copy. Who leads must see to it that the flight lands.
    pub(super) fn arrive(&self, flight: &str, reader: u64) -> Arrived {
        let now = self.0.now();
        let mut state = self.0.lock();
        match state.flights.arrive(now, &flight.to_owned(), reader) {
            Arrival::Lead => {
                state.gates.insert(flight.to_owned(), watch::Sender::new(None));
                Arrived::Lead
            }
            Arrival::Pass => Arrived::Pass,
            Arrival::Join => match state.gates.get(flight) {
                Some(gate) => Arrived::Join(Seat {
                    landings: self.0.clone(),
                    flight: flight.to_owned(),
                    reader,
                    brought: gate.subscribe(),
                }),
                None => Arrived::Pass,
            },
        }
    }

    /// A flight has landed.
    pub(super) fn land(&self, flight: &str, brought: Brought) {
        let now = self.0.now();
        let mut state = self.0.lock();
        state.flights.land(now, &flight.to_owned(), brought.landing());
        if let Some(gate) = state.gates.remove(flight) {
            gate.send_replace(Some(brought));
        }
    }
}

impl Inner {
    fn now(&self) -> Time {
        Time(u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nobody panics between two changes that belong together.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Waits until the flight lands.
    pub(super) async fn landed(mut self) -> Brought {
        match self.brought.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(brought)) => brought.clone(),
            _ => Brought::Unreachable("the request to the origin was given up".into()),
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.landings.lock().flights.leave(&self.flight, &self.reader);
    }
}

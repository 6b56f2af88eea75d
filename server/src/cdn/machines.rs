//! Edges and shields as processes of their own, on as many machines as there are.
//!
//! `playground-server edge` is one edge with its own copies. With shields it asks, for what it lacks, the object's
//! owner among them, which the ring names; without, the origin: such a process is a shield to those who name it. All
//! processes that are named as shields or as peers tell each other their purges.
//!
//! | to understand | read |
//! | --- | --- |
//! | whom a request goes to, and whom next | `route.rs`, and [`Shields`] in the core |
//! | how a purge reaches all | `purging.rs`, `exchange.rs`, and [`PurgeLog`] in the core |
//! | when copies are not trusted | [`Contact`] in the core, then [`Machine::doubt`] |
//! | what one process asks of another | `other.rs` |
//! | how a process runs | `process.rs`, `settings.rs` |

mod disk;
mod exchange;
mod lending;
mod other;
mod process;
mod purging;
mod route;
mod settings;
mod token;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use std::{fmt, io};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use playground_core::cdn::caching::Timestamp;
use playground_core::cdn::contact::{Contact, Trust};
use playground_core::cdn::purge_log::{PurgeLog, write_known};
use playground_core::cdn::shields::Shields;
use playground_core::cdn::wire::{MachineStats, OtherStats, ShieldStats};
use playground_core::sim::{Span, Time};

pub(super) use process::is_own;
pub use process::run_edge;
pub use settings::{EdgeProcess, OtherUrl};
pub use token::PurgeToken;

use super::edge::now;
use super::index::{Entry, Variants};
use disk::Disk;
use other::Other;

/// How long a shield that did not answer is left out.
const AWAY_FOR: Span = Span::from_ms(1_000);
/// For how long copies are trusted after enough others were heard, in milliseconds; see [`Contact`].
const LEASE_MS: i64 = 5_000;
/// By which an edge asks a shield how far it knows the purges, and the shield answers; no reader and no origin hears
/// of it.
pub(super) const KNOWN: HeaderName = HeaderName::from_static("playground-purges");

/// What a process knows of the others.
pub(super) struct Machine {
    name: String,
    /// The shields first.
    others: Vec<Other>,
    ring: Mutex<Shields>,
    contact: Mutex<Contact>,
    /// [`Contact::enough_since`], to be looked at by every request.
    enough_since: AtomicI64,
    log: Mutex<PurgeLog>,
    /// How far the purges are known, as a field has it.
    known: Mutex<HeaderValue>,
    /// How many copies the last purges have removed, the oldest first.
    removed: Mutex<VecDeque<Removal>>,
    /// Held while purges are carried out and written down.
    disk: Arc<tokio::sync::Mutex<Disk>>,
    token: Option<PurgeToken>,
    since: Instant,
    started_at: Timestamp,
}

/// How many copies a purge has removed here: its log, its number, and that.
type Removal = (String, u64, u64);

impl Machine {
    /// A process among others, with the purges that it knew in its earlier life, from the file in `dir`.
    pub(super) fn open(settings: &EdgeProcess, dir: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(dir)?;
        let (disk, log) = Disk::open(&dir.join("purges.redb"), &settings.name.0)?;
        let authorization = settings.token.as_ref().map(PurgeToken::authorization);
        let named = settings.shields.iter().chain(&settings.peers);
        let others: io::Result<Vec<Other>> =
            named.map(|other| Other::new(other, authorization.clone())).collect();
        let names = settings.shields.iter().map(OtherUrl::name);
        let ring = Shields::new(names, AWAY_FOR).map_err(io::Error::other)?;
        let others = others?;
        let contact = Contact::new(others.len());
        Ok(Self {
            name: settings.name.0.clone(),
            ring: Mutex::new(ring),
            enough_since: AtomicI64::new(contact.enough_since().0),
            contact: Mutex::new(contact),
            known: Mutex::new(known_value(&log)),
            log: Mutex::new(log),
            removed: Mutex::default(),
            disk: Arc::new(tokio::sync::Mutex::new(disk)),
            token: settings.token.clone(),
            others,
            since: Instant::now(),
            started_at: now(),
        })
    }

    /// Whether a request comes from somebody who knows the token.
    pub(super) fn is_authorized(&self, headers: &HeaderMap) -> bool {
        self.token.as_ref().is_some_and(|token| token.is_in(headers))
    }

    /// The copies as they may be served: those that are not trusted are marked as ones to be validated first.
    pub(super) fn doubt(&self, variants: Variants) -> Variants {
        let (trust, now) = (self.trust(), now());
        let is_trusted = |entry: &Arc<Entry>| trust.covers(entry.stored.received_at(), now);
        if variants.iter().all(is_trusted) {
            return variants;
        }
        let doubted = variants.iter().map(|entry| {
            if is_trusted(entry) {
                return entry.clone();
            }
            let mut stored = entry.stored.clone();
            stored.invalidate();
            Arc::new(entry.with(stored))
        });
        Arc::new(doubted.collect())
    }

    /// How far the purges are known now, for whoever asks by [`KNOWN`].
    pub(super) fn known_value(&self) -> HeaderValue {
        lock(&self.known).clone()
    }

    pub(super) fn stats(&self) -> MachineStats {
        let (ring, contact) = (lock(&self.ring), lock(&self.contact));
        let is_shield = |place: &usize| *place < self.shields();
        let numbered = || self.others.iter().enumerate();
        MachineStats {
            shields: numbered()
                .filter(|(place, _)| is_shield(place))
                .map(|(place, other)| ShieldStats {
                    name: other.name.clone(),
                    url: other.upstream.url(),
                    requests: other.requests(),
                    is_away: ring.is_away(place),
                })
                .collect(),
            others: numbered()
                .map(|(place, other)| OtherStats {
                    name: other.name.clone(),
                    url: other.upstream.url(),
                    heard_at_ms: u64::try_from(contact.heard_at(place).0).ok(),
                })
                .collect(),
            known: lock(&self.log).known(),
            trusts_copies: self.trust().is_general(now()),
        }
    }

    /// How many of the others are shields.
    fn shields(&self) -> usize {
        self.others.iter().filter(|other| other.is_shield).count()
    }

    fn trust(&self) -> Trust {
        let enough_since = Timestamp(self.enough_since.load(Ordering::Relaxed));
        Trust { enough_since, started_at: self.started_at, lease_ms: LEASE_MS }
    }

    /// The time, for the rule of the ring.
    fn time(&self) -> Time {
        Time(u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("name", &self.name).finish_non_exhaustive()
    }
}

/// No panic leaves one of these half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How far the purges are known, as a field has it.
fn known_value(log: &PurgeLog) -> HeaderValue {
    let known = write_known(&log.known());
    HeaderValue::from_str(&known).unwrap_or(HeaderValue::from_static(""))
}

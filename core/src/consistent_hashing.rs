//! Consistent hashing: move few keys when shards come and go.
//!
//! Keys and shards are hashed onto the same circle; a key belongs to the first shard clockwise
//! (Karger et al., "Consistent Hashing and Random Trees", STOC 1997). When one of `n` shards comes
//! or goes, about one key in `n` moves. Taking the hash modulo `n` instead moves almost all of them.
//!
//! - [`hash`]: from bytes to a position on the circle
//! - [`ring`]: the ring itself, usable without the rest
//! - [`bounded`]: a ring on which no shard gets too many keys
//! - [`multi_probe`], [`rendezvous`]: even loads without virtual nodes
//! - [`modulo`]: what it is compared with
//! - [`jump`], [`maglev`], [`anchor`]: three that are not rings
//! - [`experiment`]: all of them on the same keys, before and after shards leave and join
//! - [`lab`]: shards that come and go, keys that move, as a [`Simulation`](crate::sim::Simulation)
//! - [`scenarios`]: runs worth seeing

pub mod anchor;
pub mod bounded;
pub mod experiment;
pub mod hash;
pub mod jump;
pub mod lab;
pub mod maglev;
pub mod modulo;
pub mod multi_probe;
pub mod placement;
pub mod rendezvous;
pub mod ring;
mod roster;
pub mod scenarios;

pub use anchor::Anchor;
pub use bounded::Bounded;
pub use experiment::{Algorithm, Experiment, Outcome};
pub use hash::{HashKind, KeyHash, Md5, XxHash64};
pub use jump::Jump;
pub use lab::{Action, Event, Frame, Lab, Scenario};
pub use maglev::Maglev;
pub use modulo::Modulo;
pub use multi_probe::MultiProbe;
pub use placement::Placement;
pub use rendezvous::Rendezvous;
pub use ring::{Point, Ring, RingError, ShardId};

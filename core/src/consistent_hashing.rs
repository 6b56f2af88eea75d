//! Consistent hashing: move few keys when shards come and go.
//!
//! Keys and shards are hashed onto the same circle; a key belongs to the first shard clockwise
//! (Karger et al., "Consistent Hashing and Random Trees", STOC 1997). When one of `n` shards comes
//! or goes, about one key in `n` moves. Taking the hash modulo `n` instead moves almost all of them.
//!
//! - [`hash`]: from bytes to a position on the circle
//! - [`ring`]: the ring itself, usable without the rest
//! - [`modulo`]: what it is compared with
//! - [`lab`]: shards that come and go, keys that move, as a [`Simulation`](crate::sim::Simulation)
//! - [`scenarios`]: runs worth seeing

pub mod hash;
pub mod lab;
pub mod modulo;
pub mod placement;
pub mod ring;
pub mod scenarios;

pub use hash::{HashKind, KeyHash, Md5, XxHash64};
pub use lab::{Action, Event, Frame, Lab, Scenario};
pub use modulo::Modulo;
pub use placement::Placement;
pub use ring::{Point, Ring, RingError, ShardId};

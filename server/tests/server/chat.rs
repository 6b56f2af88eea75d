//! The chat over real sockets: what it promises while connections break, clients misbehave and the server dies.

mod api;
mod durability;
mod lost_connections;
mod misbehaviour;
mod rooms;
mod slow_consumers;
mod tab;
pub(crate) mod talker;

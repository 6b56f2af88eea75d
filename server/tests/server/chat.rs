//! The chat over real sockets: what it promises while connections break, clients misbehave and the server dies.

mod api;
mod rooms;
mod talker;

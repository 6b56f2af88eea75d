//! The chat: what channels, people and gates promise, what clients make of it, and what each switch breaks.

#[path = "chat/channel.rs"]
mod channel;
#[path = "chat/check.rs"]
mod check;
#[path = "chat/client.rs"]
mod client;
#[path = "chat/following.rs"]
mod following;
#[path = "chat/gate.rs"]
mod gate;
#[path = "chat/golden.rs"]
mod golden;
#[cfg(not(target_arch = "wasm32"))]
#[path = "chat/properties.rs"]
mod properties;
#[cfg(not(target_arch = "wasm32"))]
#[path = "chat/run.rs"]
mod run;
#[cfg(not(target_arch = "wasm32"))]
#[path = "chat/shared.rs"]
mod shared;
#[path = "chat/shared_people.rs"]
mod shared_people;
#[path = "chat/shows.rs"]
mod shows;
#[path = "chat/storm.rs"]
mod storm;
#[path = "chat/weather.rs"]
mod weather;

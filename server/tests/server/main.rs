//! The server as its clients meet it: over real sockets, on ports that the system picks.

mod blocking_queue;
mod cdn;
mod cdn_machines;
mod chat;
mod chat_heavy;
mod consistent_hashing;
#[cfg(unix)]
mod deploy;
mod disk;
mod driver;
mod gated;
mod limits;
mod lines;
mod log;
mod multi_threading;
mod page;
mod presence;
mod problems;
mod process;
mod running;
mod security;
mod shared_chat;
mod two_phase_commit;
mod unique_id;
mod websocket;

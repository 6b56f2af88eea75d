//! Unique IDs, as clients meet them: the service, its leases over real processes, the blog and the race.

mod blog;
mod leases;
mod processes;
mod race;
mod service;
mod shared;
#[cfg(unix)]
mod shared_processes;
mod socket;
mod world;

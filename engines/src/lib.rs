//! Redis and PostgreSQL for tests and benchmarks: real servers of their own, each on a free port of 127.0.0.1 and in a
//! folder of its own, killed when they are dropped.
//!
//! The programs are looked for on `PATH` and where Debian's packages put them; `cargo xtask test` installs those.

mod port;
mod postgresql;
mod redis;

pub use postgresql::{PostgreSql, PostgreSqlSettings};
pub use redis::{Durability, Redis};

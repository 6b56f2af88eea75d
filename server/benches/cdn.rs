//! Hits a second of an edge, beside nginx with `proxy_cache`.
//!
//! Both stand before the same origin, each alone on one core; wrk asks over 64 connections from another one. An
//! object is asked for once before it is measured, so that everything measured is a hit. nginx is measured with
//! `sendfile` and with large buffers instead, and its better figure counts: which is better depends on the size.
//! The contenders take turns for a few rounds; each figure is the median.
//!
//! Beside the hits a second stand the hits a CPU second of the proxy: with large objects wrk reads no faster than
//! proxies write, and a proxy that waits for it is not slower for that.
//!
//! Where nginx or wrk is missing, or on a system without pinned cores, this says so and does nothing.

#[cfg(target_os = "linux")]
#[path = "chat/cores.rs"]
mod cores;
#[cfg(target_os = "linux")]
#[path = "chat/cpu.rs"]
mod cpu;
#[cfg(target_os = "linux")]
#[path = "cdn/linux.rs"]
mod linux;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("hits of an edge: skipped, since this needs Linux to pin processes to cores");
}

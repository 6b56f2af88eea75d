//! The chat under load, beside Bun's built-in publish, node's ws, socket.io and axum with a broadcast channel.
//!
//! Everybody is in one room; ten of them publish texts of 128 bytes; everybody receives every text. First at a
//! pace, for latencies; then as fast as the server can. The server has one core, and the client, which is the
//! same for all, another one. Ours numbers every message, keeps it, and has it on disk before anybody sees it;
//! the peers pass it on and forget it.
//!
//! `cargo bench -p playground-server --bench chat -- --connections 1000 --seconds 5 --only ours,bun`

// Cores, epoll and /proc are Linux's.
#[cfg(target_os = "linux")]
#[path = "chat/linux.rs"]
mod linux;

#[cfg(target_os = "linux")]
fn main() -> anyhow::Result<()> {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("the chat's load test needs Linux: skipped");
}

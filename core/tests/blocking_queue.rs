//! The blocking queue: its rules beside a naive model, its lab, every run of a small one, its measures, its command
//! line; the native queues between threads and in every order.

#[path = "blocking_queue/check.rs"]
mod check;
#[path = "blocking_queue/console.rs"]
mod console;
#[path = "blocking_queue/lab.rs"]
mod lab;
#[path = "blocking_queue/measures.rs"]
mod measures;
#[cfg(not(target_arch = "wasm32"))]
#[path = "blocking_queue/native.rs"]
mod native;
#[path = "blocking_queue/queue_core.rs"]
mod queue_core;
#[path = "blocking_queue/queue_core_proof.rs"]
mod queue_core_proof;
#[cfg(not(target_arch = "wasm32"))]
#[path = "blocking_queue/queue_core_properties.rs"]
mod queue_core_properties;
#[path = "blocking_queue/theory.rs"]
mod theory;
#[path = "blocking_queue/wire.rs"]
mod wire;

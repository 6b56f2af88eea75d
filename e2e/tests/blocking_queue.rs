//! What a visitor does in the lab of the blocking queue.

#[path = "blocking_queue/every_order.rs"]
mod every_order;
#[path = "blocking_queue/lead.rs"]
mod lead;
#[path = "blocking_queue/native.rs"]
mod native;
#[path = "blocking_queue/real.rs"]
mod real;
#[path = "blocking_queue/steps.rs"]
mod steps;

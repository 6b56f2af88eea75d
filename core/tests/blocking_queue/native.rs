//! The queues for threads that really wait: between real threads, beside a model, and in every order.

#[path = "native/announcing.rs"]
mod announcing;
#[path = "native/every_order.rs"]
mod every_order;
#[path = "native/mistakes.rs"]
mod mistakes;
#[path = "native/properties.rs"]
mod properties;
#[path = "native/threads.rs"]
mod threads;

//! What a visitor does in the lab of threads, by mouse and by keyboard.

#[path = "multi_threading/lead.rs"]
mod lead;
#[path = "multi_threading/real.rs"]
mod real;
#[path = "multi_threading/search.rs"]
mod search;
#[path = "multi_threading/steps.rs"]
mod steps;

//! Unique IDs without a central counter: a time stamp, the number of whoever makes it, and a sequence within
//! the millisecond.

pub mod lease;

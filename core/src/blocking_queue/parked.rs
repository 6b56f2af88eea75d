//! Who waits at a queue of real threads.

/// How many threads wait at a queue without using a processor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parked {
    /// For room.
    pub producers: usize,
    /// For an item.
    pub consumers: usize,
}

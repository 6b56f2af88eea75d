//! What can be clicked in the picture: the threads.

use crate::components::Subject;
use playground_core::sim::NodeId;

/// What a thread is to the popup.
pub fn subject_of(thread: u8) -> Subject {
    Subject::Node(NodeId(u16::from(thread)))
}

/// Which thread that is again.
pub fn thread_of(subject: Subject) -> Option<u8> {
    match subject {
        Subject::Node(NodeId(number)) => u8::try_from(number).ok(),
        Subject::Flight(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_is_found_again() {
        assert!((0..8).all(|thread| thread_of(subject_of(thread)) == Some(thread)));
        assert_eq!(thread_of(Subject::Flight(1)), None);
    }
}

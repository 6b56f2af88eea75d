//! What can be clicked in the picture: the registry, the workers, and messages under way.

use crate::components::Subject;
use playground_core::sim::NodeId;
use playground_core::unique_id::lab::Node;

/// What somebody is to the popup.
pub fn subject_of(node: Node) -> Subject {
    Subject::Node(match node {
        Node::Registry => NodeId(0),
        Node::Worker(worker) => NodeId(1 + u16::from(worker)),
    })
}

/// Who that is again.
pub fn node_of(id: NodeId) -> Option<Node> {
    match id.0.checked_sub(1) {
        None => Some(Node::Registry),
        Some(worker) => u8::try_from(worker).ok().map(Node::Worker),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_found_again() {
        for node in [Node::Registry, Node::Worker(0), Node::Worker(7)] {
            let Subject::Node(id) = subject_of(node) else { panic!("{node} is no node") };
            assert_eq!(node_of(id), Some(node));
        }
    }
}

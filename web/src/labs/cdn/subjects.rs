//! What can be clicked on the map: cache servers, the shield and the origin have menus; a click on a reader asks.

use crate::components::Subject;
use playground_core::cdn::lab::Node;
use playground_core::sim::NodeId;

/// The numbers of the servers of a city lie apart by this much.
const SHARDS: u16 = 16;
/// The first number of a cache server.
const FIRST_EDGE: u16 = 256;
const SHIELD: NodeId = NodeId(1);
const ORIGIN: NodeId = NodeId(2);

/// The attribute that a reader's group bears.
pub const READER: &str = "data-reader";

/// What somebody on the map is to the popup; none for readers, who have none.
pub fn subject_of(node: Node) -> Option<Subject> {
    Some(Subject::Node(match node {
        Node::Reader(_) => return None,
        Node::Edge(edge, shard) => {
            NodeId(FIRST_EDGE + u16::from(edge) * SHARDS + u16::from(shard).min(SHARDS - 1))
        }
        Node::Shield => SHIELD,
        Node::Origin => ORIGIN,
    }))
}

/// Who that is again.
pub fn node_of(id: NodeId) -> Option<Node> {
    match id {
        SHIELD => Some(Node::Shield),
        ORIGIN => Some(Node::Origin),
        NodeId(number) => {
            let number = number.checked_sub(FIRST_EDGE)?;
            let edge = u8::try_from(number / SHARDS).ok()?;
            Some(Node::Edge(edge, (number % SHARDS) as u8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_with_a_menu_is_found_again() {
        for node in [Node::Edge(0, 0), Node::Edge(9, 7), Node::Shield, Node::Origin] {
            let Some(Subject::Node(id)) = subject_of(node) else { panic!("{node} has no menu") };
            assert_eq!(node_of(id), Some(node));
        }
        assert_eq!(subject_of(Node::Reader(3)), None);
        assert_eq!(node_of(NodeId(7)), None);
    }
}

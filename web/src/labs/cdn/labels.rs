//! Where names stand on the map: beside their places, and on nobody else's.

use super::geometry::Map;
use playground_core::cdn::lab::{Frame, Node};

/// The width of a letter of a reader's name and of a server's, roughly: no measuring before drawing.
const LETTERS: [f64; 2] = [6.5, 7.4];
/// So many readers have names on a small map, too.
const FEW_READERS: usize = 3;
/// The height of a name.
const LINE: f64 = 14.0;

/// Which part of a name stands at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

impl Anchor {
    /// Its class.
    pub fn class(self) -> &'static str {
        match self {
            Anchor::Start => "is-start",
            Anchor::Middle => "is-middle",
            Anchor::End => "is-end",
        }
    }
}

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Whose.
    pub node: Node,
    /// The name.
    pub text: &'static str,
    /// Where its anchor stands, and the middle of its height.
    pub place: (f64, f64),
    /// Its anchor.
    pub anchor: Anchor,
}

impl Label {
    /// What it covers.
    fn bounds(&self) -> Bounds {
        let is_server = !matches!(self.node, Node::Reader(_));
        let wide = self.text.chars().count() as f64 * LETTERS[usize::from(is_server)];
        let (x, y) = self.place;
        let left = match self.anchor {
            Anchor::Start => x,
            Anchor::Middle => x - wide / 2.0,
            Anchor::End => x - wide,
        };
        [left, y - LINE / 2.0, left + wide, y + LINE / 2.0]
    }
}

/// Left, top, right, bottom.
type Bounds = [f64; 4];

fn overlap(a: &Bounds, b: &Bounds) -> f64 {
    let wide = (a[2].min(b[2]) - a[0].max(b[0])).max(0.0);
    let high = (a[3].min(b[3]) - a[1].max(b[1])).max(0.0);
    wide * high
}

/// What a node and its copies take, from its middle.
fn body(map: &Map, node: Node) -> Bounds {
    match node {
        Node::Reader(_) => {
            // With the ring of one who waits.
            let size = map.reader_size() + 4.0;
            [-size, -size, size, size]
        }
        Node::Origin => {
            let size = map.box_size() * 0.75;
            [-size, -size, size, size]
        }
        Node::Edge(..) | Node::Shield => {
            let size = map.box_size() / 2.0 + 1.0;
            let copies = map.copy_size() * 2.0 + 3.0;
            [-size, -size, size, size + copies]
        }
    }
}

fn moved(bounds: Bounds, (x, y): (f64, f64)) -> Bounds {
    [bounds[0] + x, bounds[1] + y, bounds[2] + x, bounds[3] + y]
}

/// The names that have room, those of servers first.
pub fn labels(map: &Map, frame: &Frame) -> Vec<Label> {
    let mut taken: Vec<Bounds> =
        map.places().map(|(node, place)| moved(body(map, node), place)).collect();
    let mut placed = Vec::new();
    let is_named = |node: &Node| match node {
        Node::Edge(_, shard) => *shard == 0,
        Node::Reader(_) => map.is_roomy() || frame.readers.len() <= FEW_READERS,
        Node::Shield | Node::Origin => true,
    };
    let all: Vec<_> = map.places().filter(|(node, _)| is_named(node)).collect();
    let (readers, servers): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(node, _)| matches!(node, Node::Reader(_)));
    for (node, place) in servers.into_iter().chain(readers) {
        let Some(city) = frame.city(node) else { continue };
        // A city has its name once.
        if placed.iter().any(|it: &Label| it.text == city.name()) {
            continue;
        }
        let cost = |label: &Label| {
            let bounds = label.bounds();
            let outside = (-bounds[0]).max(bounds[2] - map.width).max(-bounds[1]);
            let outside = outside.max(bounds[3] - map.height).max(0.0);
            taken.iter().map(|it| overlap(it, &bounds)).sum::<f64>() + outside * LINE
        };
        let spots = spots(place, body(map, node));
        let labels = spots.map(|(place, anchor)| Label { node, text: city.name(), place, anchor });
        let best = labels.into_iter().map(|label| (cost(&label), label));
        let Some((cost, label)) = best.min_by(|(a, _), (b, _)| a.total_cmp(b)) else { continue };
        let is_server = !matches!(node, Node::Reader(_));
        // A name over another can be read by nobody; a reader's is told by its label as well.
        if cost < 10.0 || (is_server && map.is_roomy()) {
            taken.push(label.bounds());
            placed.push(label);
        }
    }
    placed
}

/// Where a name can stand beside something, the best place first.
fn spots((x, y): (f64, f64), [left, top, right, bottom]: Bounds) -> [((f64, f64), Anchor); 8] {
    let (above, below) = (y + top - LINE / 2.0 - 1.0, y + bottom + LINE / 2.0 + 1.0);
    [
        ((x + right + 3.0, y), Anchor::Start),
        ((x + left - 3.0, y), Anchor::End),
        ((x, above), Anchor::Middle),
        ((x, below), Anchor::Middle),
        ((x + right, y + top), Anchor::Start),
        ((x + right, y + bottom), Anchor::Start),
        ((x + left, y + top), Anchor::End),
        ((x + left, y + bottom), Anchor::End),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::cdn::{Lab, Scenario};
    use playground_core::sim::{Rng, Simulation, Time};

    #[test]
    fn names_stand_beside_each_other_and_within_the_picture() {
        let frame = Lab::new(&Scenario::default(), Rng::new(1)).frame(Time::ZERO);
        let map = Map::new(1_152.0, &frame);
        let names = labels(&map, &frame);
        assert!(names.len() >= frame.readers.len(), "{names:?}");
        for (number, label) in names.iter().enumerate() {
            for other in &names[..number] {
                let over = overlap(&label.bounds(), &other.bounds());
                assert!(over < 10.0, "{} lies on {}", label.text, other.text);
            }
        }
    }
}

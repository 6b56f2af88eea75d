//! Where everybody stands on the map, and the ways between them, in CSS pixels.

use playground_core::cdn::lab::{Frame, Node};
use playground_core::cdn::places::City;
use playground_core::cdn::world::{self, project};
use std::collections::BTreeMap;

/// Below this width, signs are smaller and only servers have names.
const ROOMY: f64 = 480.0;
/// How much taller than it is the world is drawn where there is little width.
const STRETCH: f64 = 1.3;
/// What is left around the outermost places, in units of the map.
const MARGIN: f64 = 120.0;
/// The narrowest part of the map that is shown, in its units.
const LEAST_WIDTH: f64 = 900.0;
/// The part of the map that is ever shown, from its top to its bottom.
const TOP: f64 = 60.0;
const BOTTOM: f64 = 885.0;
/// How much of its length a way bulges.
const BULGE: f64 = 0.13;

/// The map as it is drawn: a part of the world, and where everybody stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// How wide the picture is.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// From the units of the world to pixels: scales and shifts.
    matrix: [f64; 4],
    nodes: BTreeMap<Node, (f64, f64)>,
}

/// The part of the world that holds some places: left, top, width, height, in units of the map.
fn window(cities: &[City], aspect: (f64, f64)) -> [f64; 4] {
    let (mut left, mut right, mut top, mut bottom) = (f64::MAX, f64::MIN, f64::MAX, f64::MIN);
    for city in cities {
        let (x, y) = place_of(*city);
        (left, right) = (left.min(x), right.max(x));
        (top, bottom) = (top.min(y), bottom.max(y));
    }
    if left > right {
        return [0.0, TOP, world::WIDTH, BOTTOM - TOP];
    }
    let width = (right - left + 2.0 * MARGIN).max(LEAST_WIDTH);
    let height = bottom - top + 2.0 * MARGIN;
    // Neither a ribbon nor a pillar.
    let height = height.max(width * aspect.0).min(BOTTOM - TOP);
    let width = width.max(height / aspect.1).min(world::WIDTH);
    let within = |middle: f64, size: f64, low: f64, high: f64| {
        (middle - size / 2.0).min(high - size).max(low)
    };
    let x = within((left + right) / 2.0, width, 0.0, world::WIDTH);
    let y = within((top + bottom) / 2.0, height, TOP, BOTTOM);
    [x, y, width, height]
}

fn place_of(city: City) -> (f64, f64) {
    let (latitude, longitude) = city.position();
    project(f64::from(latitude) / 100.0, f64::from(longitude) / 100.0)
}

/// Everybody of a frame, the servers first: they keep their places where it is crowded.
pub fn everybody(frame: &Frame) -> Vec<Node> {
    let shards = |(edge, view): (usize, &playground_core::cdn::lab::EdgeView)| {
        view.shards
            .iter()
            .map(|it| it.node)
            .collect::<Vec<_>>()
            .into_iter()
            .filter(move |node| matches!(node, Node::Edge(of, _) if usize::from(*of) == edge))
    };
    let edges = frame.edges.iter().enumerate().flat_map(shards);
    let readers = (0..frame.readers.len() as u8).map(Node::Reader);
    let shield = frame.shield.iter().map(|_| Node::Shield);
    std::iter::once(Node::Origin).chain(shield).chain(edges).chain(readers).collect()
}

impl Map {
    /// The map of a frame in a picture so wide.
    pub fn new(width: f64, frame: &Frame) -> Self {
        let nodes = everybody(frame);
        let cities: Vec<City> = nodes.iter().filter_map(|node| frame.city(*node)).collect();
        let stretch = if width < ROOMY { STRETCH } else { 1.0 };
        let [left, top, wide, high] = window(&cities, (0.42, 0.68));
        let scale = width / wide;
        let matrix = [scale, scale * stretch, -left * scale, -top * scale * stretch];
        let mut map = Map { width, height: high * scale * stretch, matrix, nodes: BTreeMap::new() };
        let mut places: Vec<(f64, f64)> = Vec::with_capacity(nodes.len());
        for node in &nodes {
            let (x, y) = frame.city(*node).map_or((0.0, 0.0), |city| map.at(place_of(city)));
            // The servers of a city stand side by side.
            let (number, count) = match node {
                Node::Edge(edge, shard) => {
                    let count = frame.edges.get(usize::from(*edge)).map_or(1, |it| it.shards.len());
                    (f64::from(*shard), count as f64)
                }
                _ => (0.0, 1.0),
            };
            places.push((x + (number - (count - 1.0) / 2.0) * map.box_size() * 1.15, y));
        }
        map.push_apart(&nodes, &mut places);
        map.nodes = nodes.into_iter().zip(places).collect();
        map
    }

    /// Whether there is room for the names of readers.
    pub fn is_roomy(&self) -> bool {
        self.width >= ROOMY
    }

    /// A server's edge length.
    pub fn box_size(&self) -> f64 {
        if self.is_roomy() { 20.0 } else { 15.0 }
    }

    /// The radius of a reader.
    pub fn reader_size(&self) -> f64 {
        if self.is_roomy() { 6.5 } else { 5.0 }
    }

    /// The radius of a copy.
    pub fn copy_size(&self) -> f64 {
        if self.is_roomy() { 4.5 } else { 3.2 }
    }

    /// The transformation of the land, for an attribute.
    pub fn transform(&self) -> String {
        let [x, y, left, top] = self.matrix;
        format!("matrix({x:.4} 0 0 {y:.4} {left:.1} {top:.1})")
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let [scale_x, scale_y, left, top] = self.matrix;
        (x * scale_x + left, y * scale_y + top)
    }

    /// Where somebody stands.
    pub fn place(&self, node: Node) -> Option<(f64, f64)> {
        self.nodes.get(&node).copied()
    }

    /// Everybody's place.
    pub fn places(&self) -> impl Iterator<Item = (Node, (f64, f64))> + '_ {
        self.nodes.iter().map(|(node, place)| (*node, *place))
    }

    /// How much room somebody needs around.
    fn reach(&self, node: Node) -> f64 {
        match node {
            Node::Reader(_) => self.reader_size() + 3.0,
            _ => self.box_size() * 0.62 + 2.0,
        }
    }

    /// Moves aside who would stand on somebody else.
    fn push_apart(&self, nodes: &[Node], places: &mut [(f64, f64)]) {
        for _ in 0..24 {
            for second in 0..nodes.len() {
                for first in 0..nodes.len() {
                    if !gives_way(nodes[second], nodes[first]) {
                        continue;
                    }
                    let apart = self.reach(nodes[first]) + self.reach(nodes[second]);
                    let ((x, y), (to_x, to_y)) = (places[first], places[second]);
                    let (dx, dy) = (to_x - x, to_y - y);
                    let distance = dx.hypot(dy);
                    if distance < apart {
                        let (dx, dy) = if distance < 0.5 { (0.8, 0.6) } else { (dx, dy) };
                        let length = dx.hypot(dy);
                        places[second] = (x + dx / length * apart, y + dy / length * apart);
                    }
                }
                let margin = self.reach(nodes[second]);
                places[second].0 = places[second].0.clamp(margin, self.width - margin);
                places[second].1 = places[second].1.clamp(margin, self.height - margin);
            }
        }
    }

    /// The way from one to another; there and back are two ways.
    pub fn way(&self, from: Node, to: Node) -> Option<Way> {
        let (from, to) = (self.place(from)?, self.place(to)?);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        // Both bulge upwards, as flights on a map do, one more than the other.
        let bulge = if dx >= 0.0 { BULGE * 1.5 } else { BULGE * 0.7 };
        let (normal_x, normal_y) = if dx >= 0.0 { (dy, -dx) } else { (-dy, dx) };
        let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        let control = (middle.0 + normal_x * bulge, (middle.1 + normal_y * bulge).max(6.0));
        Some(Way { from, control, to })
    }
}

/// Whether somebody makes room for another: readers do for all, servers for those nearer to the origin.
fn gives_way(node: Node, to: Node) -> bool {
    match (node, to) {
        (Node::Reader(a), Node::Reader(b)) => a != b,
        (Node::Reader(_), _) => true,
        (Node::Edge(..), Node::Origin | Node::Shield) => true,
        (Node::Shield, Node::Origin) => true,
        _ => false,
    }
}

/// A way on the map: a quadratic curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    from: (f64, f64),
    control: (f64, f64),
    to: (f64, f64),
}

impl Way {
    /// The place after so much of the way, 0 to 1.
    pub fn at(&self, progress: f64) -> (f64, f64) {
        let mix = |a: f64, b: f64, c: f64| {
            let rest = 1.0 - progress;
            a * rest * rest + 2.0 * b * rest * progress + c * progress * progress
        };
        (mix(self.from.0, self.control.0, self.to.0), mix(self.from.1, self.control.1, self.to.1))
    }

    /// Where it leads there, in degrees from the right, clockwise.
    pub fn degrees(&self, progress: f64) -> f64 {
        let (before, after) =
            (self.at((progress - 0.02).max(0.0)), self.at((progress + 0.02).min(1.0)));
        (after.1 - before.1).atan2(after.0 - before.0).to_degrees()
    }

    /// The whole of it, for an attribute.
    pub fn path(&self) -> String {
        let Way { from, control, to } = self;
        format!(
            "M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}",
            from.0, from.1, control.0, control.1, to.0, to.1
        )
    }

    /// A part of it, for an attribute.
    pub fn part(&self, tail: f64, head: f64) -> String {
        let mut path = String::new();
        for step in 0..=16 {
            let (x, y) = self.at(tail + (head - tail) * f64::from(step) / 16.0);
            path += &format!("{}{x:.1} {y:.1}", if step == 0 { "M" } else { "L" });
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::cdn::{Lab, Scenario};
    use playground_core::sim::{Rng, Simulation, Time};

    fn frame() -> Frame {
        Lab::new(&Scenario::default(), Rng::new(1)).frame(Time::ZERO)
    }

    #[test]
    fn everybody_is_within_the_picture_and_apart() {
        let frame = frame();
        for width in [328.0, 510.0, 720.0, 1_152.0] {
            let map = Map::new(width, &frame);
            let all: Vec<_> = map.places().collect();
            assert_eq!(all.len(), everybody(&frame).len());
            for (node, (x, y)) in &all {
                assert!((0.0..=map.width).contains(x), "{node} at {x} of {width}");
                assert!((0.0..=map.height).contains(y), "{node} at {y} of {}", map.height);
                for (other, (to_x, to_y)) in all.iter().filter(|(other, _)| other != node) {
                    let apart = (x - to_x).hypot(y - to_y);
                    assert!(apart > 6.0, "{node} and {other} are {apart} apart at {width}");
                }
            }
        }
    }

    #[test]
    fn a_way_begins_and_ends_where_it_should() {
        let map = Map::new(1_000.0, &frame());
        let way = map.way(Node::Reader(0), Node::Origin).unwrap();
        assert_eq!(Some(way.at(0.0)), map.place(Node::Reader(0)));
        assert_eq!(Some(way.at(1.0)), map.place(Node::Origin));
        let back = map.way(Node::Origin, Node::Reader(0)).unwrap();
        assert!(way.at(0.5) != back.at(0.5));
    }
}

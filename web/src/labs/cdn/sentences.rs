//! What happened, as sentences: the player's caption and what is announced.

use super::words::{
    copies_text, earth_ms, node_name, origin_text, outcome_text, seconds, sentence,
};
use playground_core::cdn::lab::{Event, Frame, Node, Outcome, Served};
use std::rc::Rc;

/// How many things that happen at once are told.
const MOST_PARTS: usize = 3;

/// Puts into words what happens on a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Teller {
    frame: Rc<Frame>,
}

impl Teller {
    /// For the places and paths of a frame.
    pub fn of(frame: &Rc<Frame>) -> Self {
        Teller { frame: frame.clone() }
    }

    fn name(&self, node: Node) -> String {
        node_name(&self.frame, node)
    }

    fn path(&self, item: u16) -> String {
        self.frame.path(item)
    }

    /// Whose an exchange is, as far as that is known.
    fn reader_of(&self, exchange: u64) -> String {
        let found = self.frame.exchanges.iter().rev().find(|it| it.id == exchange);
        found.map_or_else(|| "a reader".to_owned(), |it| self.name(Node::Reader(it.reader)))
    }

    /// What happened at once, as one sentence.
    pub fn sentence(&self, events: &[Event]) -> String {
        let mut parts: Vec<String> = events.iter().filter_map(|event| self.half(event)).collect();
        parts.dedup();
        let told = parts.len();
        parts.truncate(MOST_PARTS);
        if told > MOST_PARTS {
            parts.push(format!("and {} more", told - MOST_PARTS));
        }
        sentence(&parts.join("; "))
    }

    /// An event as half a sentence; none if it only repeats what another says.
    fn half(&self, event: &Event) -> Option<String> {
        Some(match event {
            Event::Asked { reader, item, edge, .. } => {
                let (reader, edge) = (self.name(Node::Reader(*reader)), self.name(*edge));
                format!("{reader} asks {edge} for {}", self.path(*item))
            }
            Event::AskedAgain { exchange, edge } => {
                format!("{} asks again, now {}", self.reader_of(*exchange), self.name(*edge))
            }
            Event::Connecting { exchange } => {
                format!("{} opens a connection", self.reader_of(*exchange))
            }
            Event::Joined { at, item, waiting } => {
                let path = self.path(*item);
                format!("{waiting} requests for {path} wait for one fetch at {}", self.name(*at))
            }
            Event::Fetched { by, from, item, is_conditional, is_background } => {
                let (by, from, path) = (self.name(*by), self.name(*from), self.path(*item));
                let how = if *is_conditional { "whether its copy still holds of" } else { "for" };
                let meanwhile = if *is_background { ", in the background" } else { "" };
                format!("{by} asks {from} {how} {path}{meanwhile}")
            }
            Event::OriginAnswered { to, item, version, status } => {
                let (to, path) = (self.name(*to), self.path(*item));
                match status {
                    304 => format!("the origin tells {to} that its copy of {path} still holds"),
                    200 => format!("the origin answers {to} with version {version} of {path}"),
                    status => format!("the origin answers {to} with {status}"),
                }
            }
            Event::Finished { exchange, outcome, after_us } => {
                let reader = self.reader_of(*exchange);
                match outcome {
                    Outcome::Answered(_) => {
                        format!("{reader} has the last byte after {}", earth_ms(*after_us))
                    }
                    outcome => format!("{reader} gets nothing: {}", outcome_text(*outcome)),
                }
            }
            Event::FirstByte { exchange, after_us } => format!(
                "{} has the first byte after {}",
                self.reader_of(*exchange),
                earth_ms(*after_us)
            ),
            Event::Served { .. }
            | Event::Stored { .. }
            | Event::NotStored { .. }
            | Event::Validated { .. }
            | Event::Evicted { .. } => return self.at_a_cache(event),
            Event::OriginAsked { .. } => return None,
            fault => return self.fault(fault),
        })
    }

    /// What a cache does with copies.
    fn at_a_cache(&self, event: &Event) -> Option<String> {
        Some(match event {
            Event::Served { by, item, served: Served::Error, status, .. } => {
                format!(
                    "{} has nothing to say about {}: {status}",
                    self.name(*by),
                    self.path(*item)
                )
            }
            Event::Served { by, item, served: Served::Hit, age_s, .. } => {
                let (by, path) = (self.name(*by), self.path(*item));
                format!("hit: {by} has a fresh copy of {path}, {} s old", age_s.unwrap_or_default())
            }
            Event::Served { by, item, served, .. } => {
                let what = super::words::served_text(*served);
                format!("{} answers about {}: {what}", self.name(*by), self.path(*item))
            }
            Event::Stored { by, item, version, lifetime_s } => format!(
                "{} stores version {version} of {}, fresh for {}",
                self.name(*by),
                self.path(*item),
                seconds(u64::from(*lifetime_s) * 1_000)
            ),
            Event::NotStored { by, item, why } => {
                format!("{} does not store {}: {why}", self.name(*by), self.path(*item))
            }
            Event::Validated { by, item } => {
                format!(
                    "{} knows that its copy of {} still holds",
                    self.name(*by),
                    self.path(*item)
                )
            }
            Event::Evicted { by, item } => {
                format!("{} evicts {}", self.name(*by), self.path(*item))
            }
            _ => return None,
        })
    }

    /// What goes wrong, and what a visitor changes.
    fn fault(&self, event: &Event) -> Option<String> {
        Some(match event {
            Event::Reset { caller, callee } => {
                format!(
                    "the connection of {} to {} is broken",
                    self.name(*caller),
                    self.name(*callee)
                )
            }
            Event::TimedOut { caller, callee } => {
                format!("{} has waited long enough for {}", self.name(*caller), self.name(*callee))
            }
            Event::PurgeSent { item: Some(item), .. } => {
                format!("everybody is to forget {}", self.path(*item))
            }
            Event::PurgeSent { item: None, .. } => "everybody is to forget everything".to_owned(),
            Event::Purged { by, copies, .. } => {
                let copies = copies_text(u64::from(*copies));
                format!("{} forgets {copies}", self.name(*by))
            }
            Event::PurgeDone { .. } => "everybody has forgotten".to_owned(),
            Event::Changed { item, version } => {
                format!("{} changes: version {version}", self.path(*item))
            }
            Event::Dropped { .. } => "a message is lost".to_owned(),
            Event::Crashed { node, copies } => {
                let with = copies_text(u64::from(*copies));
                format!("{} dies, and {with} with it", self.name(*node))
            }
            Event::Started { node } => format!("{} starts, empty", self.name(*node)),
            Event::OriginSet { state } => format!("the origin {}", origin_text(*state)),
            Event::Set { what } => format!("from now on, {what}"),
            Event::Refused { reason } => format!("impossible: {reason}"),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::cdn::{Lab, Scenario};
    use playground_core::sim::{Rng, Simulation, Time};

    #[test]
    fn what_happened_at_once_is_one_sentence() {
        let frame = Rc::new(Lab::new(&Scenario::default(), Rng::new(1)).frame(Time::ZERO));
        let teller = Teller::of(&frame);
        let edge = Node::Edge(4, 0);
        let events = [
            Event::Stored { by: edge, item: 0, version: 2, lifetime_s: 20 },
            Event::PurgeDone { purge: 1 },
        ];
        let said = "The edge in Auckland stores version 2 of /, fresh for 20.0 s; everybody has forgotten.";
        assert_eq!(teller.sentence(&events), said);
        assert_eq!(teller.sentence(&[]), "");
    }
}

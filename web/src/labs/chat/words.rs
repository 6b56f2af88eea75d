//! Names and states in words.

use super::cards::seconds_until;
use playground_core::chat::{Connection, Frame, SERVER, TabView};
use playground_core::sim::{NodeId, Time};

/// A tab's name: the person's, with a number where the person has several.
pub fn tab_title(frame: &Frame, tab: &TabView) -> String {
    let same: Vec<NodeId> =
        frame.tabs.iter().filter(|it| it.name == tab.name).map(|it| it.node).collect();
    match same.iter().position(|node| *node == tab.node) {
        Some(place) if same.len() > 1 => format!("{} {}", tab.name, place + 1),
        _ => tab.name.to_string(),
    }
}

/// A node's name.
pub fn node_title(frame: &Frame, node: NodeId) -> String {
    match frame.tab(node) {
        Some(tab) => tab_title(frame, tab),
        None if node == SERVER => "the server".to_owned(),
        None => "somebody".to_owned(),
    }
}

/// How a tab stands, in a few words.
pub fn condition(now: Time, tab: &TabView) -> String {
    if !tab.is_open {
        return "closed".to_owned();
    }
    if !tab.is_online {
        return match tab.online_at {
            Some(at) => format!("offline, {}", seconds_until(now, at)),
            None => "offline".to_owned(),
        };
    }
    if !tab.reads {
        return match tab.buffered {
            0 => "not reading".to_owned(),
            count => format!("not reading {count}"),
        };
    }
    match (tab.connection, tab.connects_at) {
        (Connection::Up, _) => "connected".to_owned(),
        (Connection::Greeting { .. }, _) => "says hello".to_owned(),
        (Connection::Down { .. }, Some(at)) if at > now => {
            format!("connects in {}", seconds_until(now, at))
        }
        (Connection::Down { .. }, _) => "connecting".to_owned(),
        (Connection::Ended, _) => "not let in".to_owned(),
    }
}

//! The run in rows, as comma-separated values: messages, and the ways they went.

use super::words::node_title;
use playground_core::chat::{Frame, Hop, LOBBY};
use playground_core::sim::Time;

/// A cell that may hold commas and quotation marks (RFC 4180).
fn cell(text: &str) -> String {
    let is_plain = !text.contains([',', '"', '\n']);
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

fn ms(time: Time) -> String {
    format!("{:.3}", time.as_secs_f64() * 1e3)
}

fn rows(head: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("{head}\n");
    for row in rows {
        text += &row.iter().map(|it| cell(it)).collect::<Vec<_>>().join(",");
        text.push('\n');
    }
    text
}

/// The messages of the lobby, and how often each tab shows each.
pub fn messages_csv(frame: &Frame) -> String {
    let tabs = frame.tabs.iter().map(|tab| cell(&node_title(frame, tab.node)));
    let head: Vec<String> = ["number", "id", "from", "text", "durable"]
        .map(String::from)
        .into_iter()
        .chain(tabs)
        .collect();
    let room = frame.server.rooms.iter().find(|room| &*room.name == LOBBY);
    let messages = room.into_iter().flat_map(|room| &room.messages);
    rows(
        &head.join(","),
        messages.map(|(message, is_durable)| {
            let shown = frame.tabs.iter().map(|tab| {
                let lobby = tab.threads.iter().find(|thread| &*thread.thread == LOBBY);
                let lines = lobby.into_iter().flat_map(|thread| &thread.lines);
                lines.filter(|line| line.seq == Some(message.seq)).count().to_string()
            });
            let own = [
                message.seq.to_string(),
                message.id.to_string(),
                message.from.to_string(),
                message.text.to_string(),
                is_durable.to_string(),
            ];
            own.into_iter().chain(shown).collect()
        }),
    )
}

/// What happened to each message, a row a step.
pub fn paths_csv(frame: &Frame) -> String {
    let steps = frame.paths.iter().flat_map(|path| path.hops.iter().map(move |hop| (path, hop)));
    rows(
        "id,tab,thread,text,number,at_ms,what,where",
        steps.map(|(path, (at, hop))| {
            let (what, place) = hop_words(frame, *hop);
            vec![
                path.id.to_string(),
                node_title(frame, path.tab),
                path.thread.to_string(),
                path.text.to_string(),
                path.seq.map(|seq| seq.to_string()).unwrap_or_default(),
                ms(*at),
                what.to_owned(),
                place,
            ]
        }),
    )
}

fn hop_words(frame: &Frame, hop: Hop) -> (&'static str, String) {
    let none = String::new();
    match hop {
        Hop::Said => ("said", none),
        Hop::Sent(_) => ("sent", none),
        Hop::Arrived => ("arrived", none),
        Hop::KnownRetry => ("known", none),
        Hop::Appended => ("written", none),
        Hop::Stored => ("durable", none),
        Hop::FannedOut(node) => ("fanned out", node_title(frame, node)),
        Hop::Shown(node) => ("shown", node_title(frame, node)),
        Hop::AckSent => ("ack sent", none),
        Hop::Acknowledged => ("acknowledged", none),
        Hop::Delivered(by) => ("delivered", by.to_string()),
        Hop::Lost => ("lost", none),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::chat::{Lab, scenarios};
    use playground_core::sim::{Simulation, replay};

    #[test]
    fn every_row_has_as_many_cells_as_the_head() {
        let named = scenarios::message();
        let lab: Lab = replay(&named.run, named.until, 10_000).state;
        let frame = lab.frame(named.until);
        let messages = messages_csv(&frame);
        assert_eq!(messages.lines().count(), 2, "{messages}");
        assert!(messages.contains(",Ada,\"Hello, everybody!\",true,1,1,1,1"), "{messages}");
        let paths = paths_csv(&frame);
        assert!(paths.lines().count() > 8, "{paths}");
        assert!(paths.lines().skip(1).all(|line| line.split(',').count() == 9), "{paths}");
    }
}

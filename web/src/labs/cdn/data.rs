//! The lab's data as comma-separated values (RFC 4180).

use super::copies::caches;
use super::words::{found_name, node_title, outcome_text, state_name};
use playground_core::cdn::lab::{Exchange, Frame, Hop, Node};
use playground_core::sim::Time;

/// A cell that may hold commas and quotation marks.
fn cell(text: &str) -> String {
    let is_plain = !text.contains([',', '"', '\n']);
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

fn table(head: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("{head}\n");
    for row in rows {
        text += &row.iter().map(|it| cell(it)).collect::<Vec<_>>().join(",");
        text.push('\n');
    }
    text
}

/// The copies, a row each.
pub fn copies_csv(frame: &Frame) -> String {
    let rows = caches(frame).flat_map(|cache| {
        cache.entries.iter().map(|entry| {
            vec![
                node_title(frame, cache.node),
                entry.path.to_string(),
                entry.variant.as_deref().unwrap_or_default().to_owned(),
                entry.version.to_string(),
                entry.is_outdated.to_string(),
                entry.bytes.to_string(),
                entry.freshness.age.current_age_ms.to_string(),
                entry.freshness.lifetime.ms.to_string(),
                state_name(entry.state).to_owned(),
            ]
        })
    });
    table("where,path,variant,version,is_outdated,bytes,age_ms,lifetime_ms,state", rows)
}

/// The last requests, a row a step; times are milliseconds of the Earth since the request.
pub fn ways_csv(frame: &Frame) -> String {
    let slow = frame.scenario.slow_motion.max(1);
    let rows = frame.exchanges.iter().flat_map(|exchange| {
        let ms = move |at: Time| {
            format!("{:.3}", at.since(exchange.asked_at).as_ms_f64() / f64::from(slow))
        };
        let steps = exchange.hops.iter().map(move |(at, hop)| {
            let (what, place, line) = step(frame, hop);
            row(frame, exchange, &ms(*at), what, place, line)
        });
        let end = exchange.end.map(|(at, outcome)| {
            row(frame, exchange, &ms(at), "ended", String::new(), outcome_text(outcome))
        });
        steps.chain(end).collect::<Vec<_>>()
    });
    table("request,reader,path,at_ms,what,where,detail", rows)
}

fn row(
    frame: &Frame,
    exchange: &Exchange,
    at: &str,
    what: &str,
    place: String,
    detail: String,
) -> Vec<String> {
    vec![
        exchange.id.to_string(),
        node_title(frame, Node::Reader(exchange.reader)),
        frame.path(exchange.item),
        at.to_owned(),
        what.to_owned(),
        place,
        detail,
    ]
}

fn step(frame: &Frame, hop: &Hop) -> (&'static str, String, String) {
    match hop {
        Hop::Sent { from, to, head, .. } => (
            "sent",
            format!("{} to {}", node_title(frame, *from), node_title(frame, *to)),
            head.line.clone(),
        ),
        Hop::Looked { at, found, .. } => {
            ("looked", node_title(frame, *at), found_name(*found).to_owned())
        }
        Hop::Stored { at } => ("stored", node_title(frame, *at), String::new()),
        Hop::NotStored { at, why } => ("not stored", node_title(frame, *at), why.clone()),
        Hop::Failed { caller, callee, why } => (
            "failed",
            format!("{} to {}", node_title(frame, *caller), node_title(frame, *callee)),
            (*why).to_owned(),
        ),
    }
}

/// What was counted in each second.
pub fn history_csv(frame: &Frame) -> String {
    let rows = frame.history.iter().map(|it| {
        let mean = it.first_byte_us / u64::from(it.answers.max(1));
        [it.second, it.answers, it.hits, it.origin, it.failed]
            .map(|it| it.to_string())
            .into_iter()
            .chain([mean.to_string()])
            .collect()
    });
    table("second,answers,hits,origin_requests,failed,mean_first_byte_us", rows)
}

#[cfg(test)]
mod tests {
    use super::super::runs;
    use super::*;
    use playground_core::cdn::Lab;
    use playground_core::sim::{Simulation, replay};

    #[test]
    fn every_table_has_its_rows() {
        let named = runs::steps(0);
        let lab: Lab = replay(&named.run, named.until, 10_000).state;
        let frame = lab.frame(named.until);
        let copies = copies_csv(&frame);
        assert_eq!(copies.lines().count(), 2, "{copies}");
        assert!(copies.contains("\"Edge, Auckland\",/,,1,false,"), "{copies}");
        let ways = ways_csv(&frame);
        for what in ["sent", "looked", "stored", "ended"] {
            assert!(ways.contains(&format!(",{what},")), "no {what} in {ways}");
        }
        assert!(history_csv(&frame).lines().count() >= 2);
    }
}

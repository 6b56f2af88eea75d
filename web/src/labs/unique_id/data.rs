//! The lab's data as comma-separated values (RFC 4180). No cell holds a comma or a quotation mark.

use super::geometry::Timed;
use super::words::letter;
use playground_core::unique_id::lab::Frame;

fn table(head: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("{head}\n");
    for row in rows {
        text += &row.join(",");
        text.push('\n');
    }
    text
}

/// The last IDs, a row a run of them.
pub fn ids_csv(frame: &Frame) -> String {
    let rows = frame.made.iter().map(|run| {
        let parts = frame.layout.decompose(run.first);
        vec![
            run.first.to_string(),
            run.count.to_string(),
            letter(run.worker).to_string(),
            parts.worker.to_string(),
            frame.layout.unix_ms(run.first).to_string(),
            parts.sequence.to_string(),
            run.clock_ms.to_string(),
            run.is_duplicate.to_string(),
        ]
    });
    table("first_id,count,made_by,worker_number,unix_ms,sequence,clock_unix_ms,is_duplicate", rows)
}

/// The last leases, a row a number that was ever leased.
pub fn leases_csv(frame: &Frame) -> String {
    let leased = frame.registry.numbers.iter().zip(0_u16..).filter(|(slot, _)| slot.row.epoch > 0);
    let rows = leased.map(|(slot, number)| {
        vec![
            number.to_string(),
            slot.worker.map(letter).map(String::from).unwrap_or_default(),
            slot.row.epoch.to_string(),
            frame.since_start_ms(slot.row.after_ms).max(0).to_string(),
            frame.since_start_ms(slot.row.until_ms).to_string(),
        ]
    });
    table("number,leased_to,epoch,after_ms,until_ms", rows)
}

/// The last requests.
pub fn requests_csv(frame: &Frame) -> String {
    let rows = frame.requests.iter().map(|request| {
        let (end, took) = match &request.end {
            None => ("waits", String::new()),
            Some((at, result)) => {
                let took = at.since(request.asked_at).as_ms_f64()
                    / f64::from(frame.scenario.slow_motion.max(1));
                (if result.is_ok() { "answered" } else { "failed" }, format!("{took:.2}"))
            }
        };
        vec![
            request.request.to_string(),
            letter(request.worker).to_string(),
            request.count.to_string(),
            request.made.to_string(),
            end.to_owned(),
            took,
        ]
    });
    table("request,worker,ids,made,end,took_ms", rows)
}

#[cfg(test)]
mod tests {
    use super::super::runs;
    use super::*;
    use playground_core::sim::{Simulation, replay};

    #[test]
    fn every_table_has_its_rows_and_as_many_cells_as_columns() {
        let named = runs::policy(0);
        let frame = replay(&named.run, named.until, 100_000).state.frame(named.until);
        for text in [ids_csv(&frame), leases_csv(&frame), requests_csv(&frame)] {
            let cells: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
            assert!(cells.len() > 1 && cells.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
        }
    }
}

//! The lab's data as comma-separated values (RFC 4180). What a visitor has named is quoted.

use playground_core::blocking_queue::lab::{Frame, WorkerState, WorkerView};
use playground_core::sim::Time;

fn table(head: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("{head}\n");
    for row in rows {
        text += &row.join(",");
        text.push('\n');
    }
    text
}

fn ms(at: Time) -> String {
    format!("{:.3}", at.as_secs_f64() * 1e3)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The last items: those that have come out, and those that are inside.
pub fn items_csv(frame: &Frame) -> String {
    let passed = frame.passed.iter().map(|it| (&it.item, Some((it.by, it.taken_at))));
    let inside = frame.items.iter().map(|it| (it, None));
    let rows = passed.chain(inside).map(|(item, taken)| {
        let (by, taken_at) =
            taken.map_or_else(Default::default, |(by, at)| (by.to_string(), ms(at)));
        vec![quoted(&item.to_string()), ms(item.made_at), ms(item.stored_at), taken_at, by]
    });
    table("item,made_ms,stored_ms,taken_ms,taken_by", rows)
}

/// The workers, a row each.
pub fn workers_csv(frame: &Frame) -> String {
    let rows = frame.producers.iter().chain(&frame.consumers).map(|view| {
        vec![
            view.worker.to_string(),
            state_name(view).to_owned(),
            ms(view.since),
            view.hand.as_ref().map_or_else(String::new, |it| quoted(&it.to_string())),
            view.done.to_string(),
            view.parks.to_string(),
            format!("{:.3}", view.parked.as_ms_f64()),
        ]
    });
    table("worker,state,since_ms,holds,done,times_parked,parked_ms", rows)
}

fn state_name(view: &WorkerView) -> &'static str {
    match view.state {
        _ if view.is_paused => "paused",
        WorkerState::Down => "down",
        WorkerState::Working => "working",
        WorkerState::Between => "between",
        WorkerState::Parked => "parked",
        WorkerState::Woken => "woken",
        WorkerState::Ended => "ended",
    }
}

/// What was measured over the last while, a row a place: in the queue, and before it.
pub fn measures_csv(frame: &Frame) -> String {
    let rows =
        [("inside", &frame.inside), ("before", &frame.before)].into_iter().map(|(name, it)| {
            let number =
                |value: Option<f64>| value.map_or_else(String::new, |it| format!("{it:.6}"));
            let time = |value: Option<u64>| value.map_or_else(String::new, |it| it.to_string());
            vec![
                name.to_owned(),
                it.window_us.to_string(),
                it.arrived.to_string(),
                it.left.to_string(),
                number(it.mean_level),
                number(it.arrivals_per_s()),
                number(it.mean_wait_us),
                number(it.little().map(|it| it.rate_times_wait)),
                time(it.waits.map(|it| it.p50_us)),
                time(it.waits.map(|it| it.p90_us)),
                time(it.waits.map(|it| it.p99_us)),
                time(it.waits.map(|it| it.most_us)),
            ]
        });
    let head = "where,window_us,arrived,left,mean_level,arrivals_per_s,mean_wait_us,rate_times_wait,p50_us,p90_us,p99_us,max_us";
    table(head, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::blocking_queue::scenarios;
    use playground_core::sim::{Simulation, replay};

    #[test]
    fn every_table_has_its_rows_and_as_many_cells_as_columns() {
        let named = scenarios::opening();
        let frame = replay(&named.run, named.until, 100_000).state.frame(named.until);
        for text in [items_csv(&frame), workers_csv(&frame), measures_csv(&frame)] {
            let cells: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
            assert!(cells.len() > 1 && cells.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
        }
    }
}

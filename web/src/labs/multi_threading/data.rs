//! The run in rows, as comma-separated values (RFC 4180): the turns that were taken, and what the threads share.

use super::words::{effect_text, word_text};
use playground_core::multi_threading::lab::Frame;

/// A cell that may hold commas and quotation marks.
fn cell(text: &str) -> String {
    let is_plain = !text.contains([',', '"', '\n']);
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

fn rows(head: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut text = format!("{head}\r\n");
    for row in rows {
        text += &row.iter().map(|it| cell(it)).collect::<Vec<_>>().join(",");
        text += "\r\n";
    }
    text
}

/// The last turns.
pub fn turns_csv(frame: &Frame) -> String {
    let head = "step,at_ms,thread,round,instruction,effect,overwrote_step,overwrote_thread";
    rows(
        head,
        frame.turns.iter().map(|turn| {
            let listing = frame.threads.get(usize::from(turn.thread)).map(|view| &view.listing);
            let step = listing.and_then(|it| it.steps.get(usize::from(turn.instruction)));
            vec![
                turn.step.to_string(),
                format!("{:.3}", turn.at.as_secs_f64() * 1e3),
                (u32::from(turn.thread) + 1).to_string(),
                (turn.round + 1).to_string(),
                step.map(|it| it.text.clone()).unwrap_or_default(),
                effect_text(frame, &turn.effect),
                turn.overwrote.map(|it| it.step.to_string()).unwrap_or_default(),
                turn.overwrote.map(|it| (u32::from(it.thread) + 1).to_string()).unwrap_or_default(),
            ]
        }),
    )
}

/// The cells and the locks.
pub fn memory_csv(frame: &Frame) -> String {
    let cells = frame.cells.iter().map(|it| vec![it.name.clone(), word_text(it.value)]);
    let locks = frame.locks.iter().map(|it| {
        let owner = it.owner.map(|owner| format!("thread {}", u32::from(owner) + 1));
        vec![it.name.to_owned(), owner.unwrap_or_else(|| "free".to_owned())]
    });
    rows("name,holds", cells.chain(locks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::multi_threading::lab::Lab;
    use playground_core::multi_threading::scenarios;
    use playground_core::sim::{Simulation, replay};

    #[test]
    fn a_row_a_turn() {
        let named = scenarios::opening();
        let frame = replay::<Lab>(&named.run, named.until, 10_000).state.frame(named.until);
        let text = turns_csv(&frame);
        assert_eq!(text.lines().count(), frame.turns.len() + 1);
        assert!(text.lines().nth(1).is_some_and(|it| it.contains("load r0 ← counter")), "{text}");
        let memory = memory_csv(&frame);
        assert!(memory.starts_with("name,holds\r\ncounter,"), "{memory}");
    }
}

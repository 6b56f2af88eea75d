//! What went over the wire in rows, as comma-separated values.

use super::words::piece_text;
use playground_core::websocket::lab::Frame;
use playground_core::websocket::wire::Direction;

/// A cell that may hold commas and quotation marks (RFC 4180).
fn cell(text: &str) -> String {
    let is_plain = !text.contains([',', '"', '\n', '\r']);
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// Every head and frame of the run so far, with its bytes.
pub fn wire_csv(frame: &Frame) -> String {
    let mut text = "connection,direction,sent_ms,arrived_ms,offset,bytes,what,hex\n".to_owned();
    for view in frame.pieces() {
        let direction =
            if view.direction == Direction::ToServer { "to server" } else { "to client" };
        let ms = |time: playground_core::sim::Time| format!("{:.3}", time.as_secs_f64() * 1e3);
        let arrived = view.arrives_at.filter(|at| *at <= frame.now).map(ms).unwrap_or_default();
        let hex: String = view.piece.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let cells = [
            view.connection.to_string(),
            direction.to_owned(),
            ms(view.sent_at),
            arrived,
            view.piece.offset.to_string(),
            view.piece.bytes.len().to_string(),
            piece_text(&view.piece),
            hex,
        ];
        text += &cells.map(|it| cell(&it)).join(",");
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Simulation, replay};
    use playground_core::websocket::lab::Lab;
    use playground_core::websocket::scenarios;

    #[test]
    fn every_frame_is_a_row_with_all_its_bytes() {
        let named = scenarios::opening();
        let lab: Lab = replay(&named.run, named.until, 10_000).state;
        let frame = lab.frame(named.until);
        let csv = wire_csv(&frame);
        assert_eq!(csv.lines().count(), frame.pieces().count() + 1);
        for (line, view) in csv.lines().skip(1).zip(frame.pieces()) {
            let hex = line.rsplit(',').next().unwrap_or_default();
            assert_eq!(hex.len(), view.piece.bytes.len() * 2, "{line}");
        }
    }
}

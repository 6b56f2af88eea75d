//! The run in rows, as comma-separated values: orders and messages.

use super::words::{loss_text, message_name, node_name, order_text, state_text};
use playground_core::sim::Time;
use playground_core::two_phase_commit::{ArrowEnd, Frame};

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

/// The orders so far.
pub fn orders_csv(frame: &Frame) -> String {
    let head = "order,transaction,what,state,placed_ms,answered_ms,messages,forced_writes,lazy_writes,damage";
    rows(
        head,
        frame.orders.iter().map(|order| {
            vec![
                order.request.map(|it| it.to_string()).unwrap_or_default(),
                order.tx.map(|it| it.to_string()).unwrap_or_default(),
                order.order.as_ref().map(order_text).unwrap_or_default(),
                state_text(&order.state),
                ms(order.placed_at),
                order.answered_at.map(ms).unwrap_or_default(),
                order.cost.messages.to_string(),
                order.cost.forced.to_string(),
                order.cost.lazy.to_string(),
                order.damage.to_string(),
            ]
        }),
    )
}

/// The messages so far.
pub fn messages_csv(frame: &Frame) -> String {
    let head = "message,transaction,from,to,what,sent_ms,ended_ms,end";
    rows(
        head,
        frame.arrows.iter().map(|arrow| {
            let end = match arrow.end {
                None => "under way",
                Some((_, ArrowEnd::Delivered)) => "arrived",
                Some((_, ArrowEnd::Lost(reason))) => loss_text(reason),
            };
            vec![
                arrow.flight.to_string(),
                arrow.message.tx().to_string(),
                node_name(frame, arrow.from).to_owned(),
                node_name(frame, arrow.to).to_owned(),
                message_name(&arrow.message).to_owned(),
                ms(arrow.sent_at),
                arrow.end.map(|(at, _)| ms(at)).unwrap_or_default(),
                end.to_owned(),
            ]
        }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::sim::{Simulation, replay};
    use playground_core::two_phase_commit::{Lab, scenarios};

    #[test]
    fn every_row_has_as_many_cells_as_the_head() {
        let named = scenarios::no_courier();
        let lab: Lab = replay(&named.run, named.until, 10_000).state;
        let frame = lab.frame(named.until);
        let orders = orders_csv(&frame);
        assert_eq!(orders.lines().count(), 5, "{orders}");
        assert!(
            orders
                .lines()
                .any(|it| it.starts_with("1,1-1,\"1 burger, delivered\",committed,500.000,")),
            "{orders}"
        );
        let messages = messages_csv(&frame);
        assert_eq!(messages.lines().count(), frame.arrows.len() + 1);
        assert!(
            messages.lines().all(|line| line.split(',').count() == 8 || line.contains('"')),
            "{messages}"
        );
    }
}

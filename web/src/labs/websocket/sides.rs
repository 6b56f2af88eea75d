//! The cards of client and server: how each stands, and what it has been given.

use super::geometry::{Layout, Rect};
use super::wire::px;
use super::words::{bytes_text, delivery_text, state_text};
use playground_core::websocket::Role;
use playground_core::websocket::lab::{Delivery, Frame, SideView};
use yew::prelude::*;

const LINE: f64 = 17.0;
const TOP: f64 = 14.0;
/// The width of a letter, about.
const LETTER: f64 = 6.3;

/// Both cards.
pub fn sides(frame: &Frame, layout: &Layout) -> Html {
    html! {
        <>
            { card(frame, &frame.client, layout.client) }
            { card(frame, &frame.server, layout.server) }
        </>
    }
}

fn card(frame: &Frame, side: &SideView, rect: Rect) -> Html {
    let name = if side.role == Role::Client { "Client" } else { "Server" };
    let state = state_text(frame, side);
    let is_bad = side.failed.is_some();
    let x = rect.x + 12.0;
    let room = ((rect.width - 24.0) / LETTER) as usize;
    let mut lines = vec![(classes!("websocket-side-state", is_bad.then_some("is-bad")), state)];
    if let Some(code) = side.seen_code {
        lines.push((classes!("websocket-side-text"), format!("told: {code}")));
    }
    match (side.missing_bytes, &side.under_way) {
        (Some(missing), _) => {
            lines.push((
                classes!("websocket-side-text"),
                format!("waits for {}", bytes_text(missing)),
            ));
        }
        (None, Some(piece)) => {
            let text = format!("has {} of a frame", bytes_text(piece.bytes.len() as u64));
            lines.push((classes!("websocket-side-text"), text));
        }
        _ => {}
    }
    let rest = ((rect.height - TOP) / LINE) as usize;
    let rest = rest.saturating_sub(lines.len() + 1);
    let skipped = side.delivered.len().saturating_sub(rest);
    let delivered = side.delivered.iter().skip(skipped);
    lines.extend(delivered.map(|it| (classes!("websocket-side-text"), received(it))));
    let lines = lines.into_iter().enumerate().map(|(number, (class, text))| {
        let y = rect.y + TOP + 4.0 + (number as f64 + 1.0) * LINE;
        html! { <text key={number} {class} x={px(x)} y={px(y)}>{ shortened(&text, room) }</text> }
    });
    let is_over = frame.ending.is_some();
    html! {
        <g class={classes!("websocket-side", is_over.then_some("is-over"))}>
            <rect class="websocket-side-ground" x={px(rect.x + 0.5)} y={px(rect.y + 0.5)}
                width={px(rect.width - 1.0)} height={px(rect.height - 1.0)} rx="5" />
            <text class="websocket-side-name" x={px(x)} y={px(rect.y + TOP)}>{ name }</text>
            { for lines }
        </g>
    }
}

fn received(delivery: &Delivery) -> String {
    format!("← {}", delivery_text(delivery))
}

/// A text that fits into so many letters.
fn shortened(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(letters.saturating_sub(1)).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_end_in_dots() {
        assert_eq!(shortened("Hello", 5), "Hello");
        assert_eq!(shortened("Hello!", 5), "Hell…");
    }
}

//! How far a message has come: a shape and a word for each step.

use playground_core::chat::Tick;
use yew::prelude::*;

/// What a mark needs.
#[derive(Properties, PartialEq)]
pub struct TickMarkProps {
    /// How far it has come.
    pub tick: Tick,
    /// Said instead of the step's own words.
    #[prop_or_default]
    pub words: Option<AttrValue>,
}

/// A shape and a word beside a message.
#[component]
pub fn TickMark(props: &TickMarkProps) -> Html {
    let TickMarkProps { tick, words } = props;
    let words = words.clone().unwrap_or_else(|| tick_words(*tick).into());
    html! {
        <span class={classes!("chat-tick", class(*tick))}>
            <svg viewBox="-9 -8 18 16" aria-hidden="true"><path d={shape(*tick)} /></svg>
            { words }
        </span>
    }
}

/// Shapes within a square from -8 to 8: an hourglass, a tick, a tick over a line, two ticks, a cross.
fn shape(tick: Tick) -> &'static str {
    match tick {
        Tick::Waiting => "M-4-6H4L-4 6H4Z",
        Tick::Sent => "M-6 0L-2 5L6-5",
        Tick::Stored => "M-6-1L-2 3L5-5M-6 7H6",
        Tick::Delivered(_) => "M-8 0L-4 5L3-5M-1 3L1 5L8-5",
        Tick::Refused(_) => "M-5-5L5 5M-5 5L5-5",
    }
}

fn class(tick: Tick) -> &'static str {
    match tick {
        Tick::Waiting => "is-waiting",
        Tick::Sent => "is-sent",
        Tick::Stored => "is-stored",
        Tick::Delivered(_) => "is-delivered",
        Tick::Refused(_) => "is-refused",
    }
}

/// The step in words.
pub fn tick_words(tick: Tick) -> String {
    match tick {
        Tick::Waiting => "waiting".to_owned(),
        Tick::Sent => "sent".to_owned(),
        Tick::Stored => "stored".to_owned(),
        Tick::Delivered(1) => "delivered to 1 person".to_owned(),
        Tick::Delivered(by) => format!("delivered to {by} people"),
        Tick::Refused(why) => format!("not taken: {why}"),
    }
}

/// A shape alone at a place of a picture.
pub fn tick_at(tick: Tick, (x, y): (f64, f64), scale: f64) -> Html {
    let transform = format!("translate({x:.1} {y:.1}) scale({scale:.2})");
    html! { <path class={format!("chat-tick-shape {}", class(tick))} d={shape(tick)} {transform} /> }
}

/// What a legend needs.
#[derive(Properties, PartialEq)]
pub struct TickLegendProps {
    /// Whether a bus keeps what is stored, instead of the server.
    pub has_bus: bool,
}

/// What the shapes mean, each beside its word.
#[component]
pub fn TickLegend(props: &TickLegendProps) -> Html {
    let stored = if props.has_bus {
        "stored: numbered and kept by the bus"
    } else {
        "stored: on the server’s disk"
    };
    let steps = [
        (Tick::Waiting, "waiting: in this tab’s outbox"),
        (Tick::Sent, "sent: on its way"),
        (Tick::Stored, stored),
        (Tick::Delivered(0), "delivered: shown to somebody else"),
    ];
    html! {
        <ul class="chat-legend" role="list" aria-label="How far a message has come">
            { for steps.iter().map(|(tick, words)| html! { <li><TickMark tick={*tick} words={*words} /></li> }) }
        </ul>
    }
}

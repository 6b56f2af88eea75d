//! How long somebody waits: what is locked while in doubt, and when the client has its answer.

use super::words::work_text;
use crate::components::{Badge, Provenance};
use playground_core::sim::{Span, Time};
use playground_core::two_phase_commit::{Event, Frame, Happening, NodeView, Vote};
use std::rc::Rc;
use yew::prelude::*;

/// Which frame.
#[derive(Properties, PartialEq)]
pub struct WaitingProps {
    /// The frame.
    pub frame: Rc<Frame>,
}

/// What each participant has locked and for how long, or how long the last lock was held.
#[component]
pub fn Locked(props: &WaitingProps) -> Html {
    let frame = &props.frame;
    html! {
        <dl class="two-phase-commit-locked">
            { for frame.nodes.iter().skip(1).map(|node| html! {
                <div key={node.place.name()} class={classes!((!node.doubts.is_empty()).then_some("is-locked"))}
                    data-locked={node.place.name()}>
                    <dt>{ node.place.title() }</dt>
                    <dd>{ locked_text(frame, node) }</dd>
                </div>
            }) }
        </dl>
    }
}

fn locked_text(frame: &Frame, node: &NodeView) -> String {
    if let Some((_, work, since)) = node.doubts.first() {
        return format!("{} locked for {}", work_text(*work), seconds(frame.now.since(*since)));
    }
    match last_doubt(frame, node) {
        Some(lasted) => format!("nothing locked; it was in doubt for {}", seconds(lasted)),
        None => "nothing locked".to_owned(),
    }
}

/// How long the last doubt of a node lasted.
fn last_doubt(frame: &Frame, node: &NodeView) -> Option<Span> {
    let marks = || frame.marks.iter().filter(|mark| mark.node == node.id);
    let (resolved, ended) = marks().rev().find_map(|mark| match &mark.what {
        Happening::Reported(Event::Resolved { tx, .. }) => Some((*tx, mark.at)),
        _ => None,
    })?;
    let begun = marks().find_map(|mark| match &mark.what {
        Happening::Reported(Event::Voted { tx, vote: Vote::Yes }) if *tx == resolved => {
            Some(mark.at)
        }
        _ => None,
    })?;
    Some(ended.since(begun))
}

fn seconds(span: Span) -> String {
    match span.as_ms_f64() {
        ms if ms < 10.0 => format!("{ms:.1} ms"),
        ms if ms < 1e3 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1e3),
    }
}

/// How long the client has waited for its answer.
#[component]
pub fn Answered(props: &WaitingProps) -> Html {
    let frame = &props.frame;
    let Some(order) = frame.orders.last() else { return Html::default() };
    let until = |end: Time| seconds(end.since(order.placed_at));
    let text = match order.answered_at {
        Some(at) => format!("The client had its answer after {}. ", until(at)),
        None => format!("The client has waited for {}. ", until(frame.now)),
    };
    html! {
        <p class="two-phase-commit-hint" data-answered={order.answered_at.is_some().to_string()}>
            { text }<Badge provenance={Provenance::Modelled} />
        </p>
    }
}

//! The nodes as cards, the links between them, and the messages on their way.

use super::card::card;
use super::geometry::Places;
use super::traffic::{flights, links, losses};
use super::words::node_sentence;
use crate::components::{Control, Subject, use_width};
use crate::theme::use_reduced_motion;
use playground_core::two_phase_commit::Frame;
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct NodesProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Whether nodes and messages can be clicked.
    pub is_interactive: bool,
    /// What has been clicked.
    #[prop_or_default]
    pub open: Option<Subject>,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
}

/// The nodes and the messages between them.
#[component]
pub fn Nodes(props: &NodesProps) -> Html {
    let NodesProps { frame, is_interactive, open, label } = props;
    let root = use_node_ref();
    let width = use_width(&root);
    let is_reduced = use_reduced_motion();
    let places = Places::new(width, &frame.nodes);
    // Real messages cannot be touched, only real nodes.
    let control = |subject: Subject| match subject {
        _ if !is_interactive => Control::None,
        Subject::Flight(_) if frame.scenario.is_none() => Control::None,
        _ if *open == Some(subject) => Control::Open,
        _ => Control::Closed,
    };
    let cards = frame.nodes.iter().zip(&places.cards).map(|(node, rect)| {
        let class = classes!("two-phase-commit-card", (!node.is_up).then_some("is-down"));
        let subject = Subject::Node(node.id);
        let content = card(frame, node, &places, *rect);
        subject.group((node_sentence(frame, node), class), control(subject), content)
    });
    let (width, height) = (places.width, places.height);
    html! {
        <div ref={root} class="two-phase-commit-nodes">
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={format!("{width:.0}")}
                height={format!("{height:.0}")} role={if *is_interactive { "group" } else { "img" }}
                aria-label={label.clone()}>
                { links(frame, &places) }
                <g>{ for cards }</g>
                { losses(frame, &places) }
                <g>{ for flights(frame, &places, is_reduced, control) }</g>
            </svg>
        </div>
    }
}

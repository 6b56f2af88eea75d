//! The server, the tabs, and the packets on their way.

use super::cards::{server_card, server_sentence, tab_card, tab_sentence};
use super::geometry::Places;
use super::traffic::{flights, lines, losses};
use crate::components::{Control, Subject, use_width};
use crate::theme::use_reduced_motion;
use playground_core::chat::{Frame, SERVER};
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct NodesProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Whether server, tabs and packets can be clicked.
    pub is_interactive: bool,
    /// What has been clicked.
    #[prop_or_default]
    pub open: Option<Subject>,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
}

/// The picture.
#[component]
pub fn Nodes(props: &NodesProps) -> Html {
    let NodesProps { frame, is_interactive, open, label } = props;
    let root = use_node_ref();
    let width = use_width(&root);
    let is_reduced = use_reduced_motion();
    let places = Places::new(width, frame.tabs.len());
    let control = |subject: Subject| match subject {
        _ if !is_interactive => Control::None,
        _ if *open == Some(subject) => Control::Open,
        _ => Control::Closed,
    };
    let server = Subject::Node(SERVER);
    let class = classes!("chat-card", (!frame.server.is_up).then_some("is-down"));
    let server_html = server.group(
        (server_sentence(frame), class),
        control(server),
        server_card(frame, places.server),
    );
    let tabs = frame.tabs.iter().zip(&places.tabs).map(|(tab, rect)| {
        let is_gone = !tab.is_open || !tab.is_online;
        let class = classes!("chat-card", is_gone.then_some("is-down"));
        let subject = Subject::Node(tab.node);
        let content = tab_card(frame, tab, *rect);
        subject.group((tab_sentence(frame, tab), class), control(subject), content)
    });
    let (width, height) = (places.width, places.height);
    html! {
        <div ref={root} class="chat-nodes">
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={format!("{width:.0}")}
                height={format!("{height:.0}")} role={if *is_interactive { "group" } else { "img" }}
                aria-label={label.clone()}>
                { lines(frame, &places) }
                <g>{ server_html }{ for tabs }</g>
                { losses(frame, &places) }
                <g>{ for flights(frame, &places, is_reduced, control) }</g>
            </svg>
        </div>
    }
}

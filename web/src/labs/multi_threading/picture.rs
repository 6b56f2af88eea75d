//! The picture: what the threads share above, the threads beside each other below, and the ways between.

use super::geometry::Places;
use super::memory::{memory, ways};
use super::signs::px;
use super::threads::threads;
use crate::components::{Control, Subject, use_width};
use playground_core::multi_threading::lab::Frame;
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct PictureProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Whether threads can be clicked.
    #[prop_or_default]
    pub is_interactive: bool,
    /// What has been clicked.
    #[prop_or_default]
    pub open: Option<Subject>,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
}

/// The picture of a frame.
#[component]
pub fn Picture(props: &PictureProps) -> Html {
    let PictureProps { frame, is_interactive, open, label } = props;
    let root = use_node_ref();
    let width = use_width(&root);
    let places = Places::new(width, frame);
    let control = |subject: Subject| match subject {
        _ if !is_interactive => Control::None,
        _ if *open == Some(subject) => Control::Open,
        _ => Control::Closed,
    };
    let (wide, high) = (places.width, places.height);
    html! {
        <div ref={root} class="multi-threading-picture">
            <svg viewBox={format!("0 0 {wide:.0} {high:.0}")} width={px(wide)} height={px(high)}
                role={if *is_interactive { "group" } else { "img" }} aria-label={label.clone()}>
                { ways(frame, &places) }
                { memory(frame, &places) }
                <g>{ for threads(frame, &places, control) }</g>
            </svg>
        </div>
    }
}

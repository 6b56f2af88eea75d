//! The picture: the registry, the workers, what they tell each other, and the IDs on the time line.

use super::cards;
use super::geometry::Places;
use super::time_line::time_line;
use super::traffic::{flights, links};
use crate::components::{Control, Subject, use_width};
use crate::theme::use_reduced_motion;
use playground_core::unique_id::lab::Frame;
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct PictureProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// Whether there is only the time line.
    #[prop_or_default]
    pub is_small: bool,
    /// Whether anything can be clicked.
    #[prop_or_default]
    pub is_interactive: bool,
    /// What has been clicked.
    #[prop_or_default]
    pub open: Option<Subject>,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
}

/// The picture.
#[component]
pub fn Picture(props: &PictureProps) -> Html {
    let PictureProps { frame, is_small, is_interactive, open, label } = props;
    let root = use_node_ref();
    let width = use_width(&root);
    let is_reduced = use_reduced_motion();
    let places = Places::new(width, frame, is_reduced, *is_small);
    let control = |subject: Subject| match subject {
        _ if !is_interactive => Control::None,
        _ if *open == Some(subject) => Control::Open,
        _ => Control::Closed,
    };
    let workers =
        frame.workers.iter().filter_map(|view| cards::worker(frame, &places, view, control));
    let (width, height) = (places.width, places.height);
    html! {
        <div ref={root} class="unique-id-picture">
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={format!("{width:.0}")}
                height={format!("{height:.0}")} role={if *is_interactive { "group" } else { "img" }}
                aria-label={label.clone()}>
                { links(frame, &places) }
                { cards::registry(frame, &places, control) }
                <g>{ for workers }</g>
                { time_line(frame, &places) }
                <g>{ for flights(frame, &places, is_reduced, control) }</g>
            </svg>
        </div>
    }
}

//! The picture: producers, the queue, consumers, and those who wait.

use super::cards::card;
use super::geometry::Places;
use super::items::{benches, leaving, queue};
use crate::components::{Control, Subject, use_width};
use crate::theme::use_reduced_motion;
use playground_core::blocking_queue::lab::Frame;
use std::rc::Rc;
use yew::prelude::*;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct PictureProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
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
    let PictureProps { frame, is_interactive, open, label } = props;
    let root = use_node_ref();
    let width = use_width(&root);
    let is_reduced = use_reduced_motion();
    let places = Places::new(width, frame);
    let control = |subject: Subject| match subject {
        _ if !is_interactive => Control::None,
        _ if *open == Some(subject) => Control::Open,
        _ => Control::Closed,
    };
    let cards = |views: &[_]| -> Html {
        let cards = views.iter().filter_map(|view| card(frame, &places, view, is_reduced, control));
        html! { <g>{ for cards }</g> }
    };
    let (width, height) = (places.width, places.height);
    html! {
        <div ref={root} class="blocking-queue-picture">
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={format!("{width:.0}")}
                height={format!("{height:.0}")} role={if *is_interactive { "group" } else { "img" }}
                aria-label={label.clone()}>
                { cards(&frame.producers) }
                { queue(frame, &places, is_reduced, control) }
                { benches(frame, &places, control) }
                { cards(&frame.consumers) }
                { leaving(frame, &places, is_reduced) }
            </svg>
        </div>
    }
}

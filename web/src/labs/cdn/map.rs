//! The map: land, lines, everybody on it, and what is under way.

use super::geometry::Map;
use super::labels::labels;
use super::signs::px;
use super::traffic::{flights, lines};
use super::{nodes, subjects};
use crate::components::{Control, Subject, use_width};
use crate::theme::use_reduced_motion;
use playground_core::cdn::lab::{Frame, Node};
use playground_core::cdn::world;
use std::rc::Rc;
use yew::prelude::*;

/// How much larger the map is drawn where somebody asks for it.
const ZOOM: f64 = 2.4;

/// What is drawn.
#[derive(Properties, PartialEq)]
pub struct WorldMapProps {
    /// The picture's moment.
    pub frame: Rc<Frame>,
    /// What a click on a reader asks for; none if nothing can be clicked.
    #[prop_or_default]
    pub asked: Option<u16>,
    /// What has been clicked.
    #[prop_or_default]
    pub open: Option<Subject>,
    /// Whether it is drawn larger than there is room for, to be scrolled.
    #[prop_or_default]
    pub is_zoomed: bool,
    /// What the picture shows, for those who cannot see it.
    pub label: AttrValue,
}

/// The picture.
#[component]
pub fn WorldMap(props: &WorldMapProps) -> Html {
    let WorldMapProps { frame, asked, open, is_zoomed, label } = props;
    let root = use_node_ref();
    let width = use_width(&root);
    let is_reduced = use_reduced_motion();
    let width = if *is_zoomed { width * ZOOM } else { width };
    let map = Map::new(width, frame);
    let control = |subject: Subject| match subject {
        _ if asked.is_none() => Control::None,
        _ if *open == Some(subject) => Control::Open,
        _ => Control::Closed,
    };
    let path = asked.map(|item| frame.path(item));
    let readers = frame
        .readers
        .iter()
        .zip(0..)
        .filter_map(|(view, number)| nodes::reader(frame, &map, number, view, path.as_deref()));
    let edges = frame.edges.iter().flat_map(|edge| &edge.shards);
    let caches =
        edges.chain(&frame.shield).filter_map(|view| nodes::cache(frame, &map, view, control));
    let names = labels(&map, frame).into_iter().map(|label| {
        let is_reader = matches!(label.node, Node::Reader(_));
        let class = classes!("cdn-name", label.anchor.class(), is_reader.then_some("is-reader"));
        let (x, y) = label.place;
        html! { <text key={label.node.to_string()} {class} x={px(x)} y={px(y)}>{ label.text }</text> }
    });
    let (width, height) = (map.width, map.height);
    html! {
        <div ref={root} class="cdn-map" tabindex={is_zoomed.then_some("0")}>
            <svg viewBox={format!("0 0 {width:.0} {height:.0}")} width={format!("{width:.0}")}
                height={format!("{height:.0}")} role={if asked.is_some() { "group" } else { "img" }}
                aria-label={label.clone()}>
                <Land transform={map.transform()} />
                { lines(frame, &map) }
                <g aria-hidden="true">{ for names }</g>
                <g>{ for caches }{ for nodes::origin(frame, &map, control) }{ for readers }</g>
                <g>{ for flights(frame, &map, is_reduced, control) }</g>
            </svg>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct LandProps {
    transform: String,
}

/// The land, which is drawn once a width and not once a frame.
#[component]
fn Land(props: &LandProps) -> Html {
    html! {
        <path class="cdn-land" d={world::LAND} transform={props.transform.clone()} vector-effect="non-scaling-stroke"
            aria-hidden="true" />
    }
}

/// The reader on whom something happened, if it is one.
pub fn reader_of(event: &web_sys::Event) -> Option<u8> {
    use wasm_bindgen::JsCast;
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let element = target.closest(&format!("[{}]", subjects::READER)).ok()??;
    element.get_attribute(subjects::READER)?.parse().ok()
}

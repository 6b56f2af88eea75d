//! The ring: a canvas for what is dense, and over it a handle for each point that can be dragged.

use super::geometry::{self, NAMES, RING, SIDE};
use super::painter::{self, Emphasis};
use super::words;
use crate::components::{Painter, Sign, Stage};
use crate::player::Player;
use crate::theme::use_reduced_motion;
use playground_core::consistent_hashing::lab::{
    Frame, position_to_turn, shard_name, turn_to_position,
};
use playground_core::consistent_hashing::{Action, Lab, Point, ShardId};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent, SvgElement};
use yew::prelude::*;

/// More points than this get no handles of their own: whoever takes hold of the band has the nearest.
pub const MOST_HANDLES: usize = 80;
/// How far from the middle of the band a pointer still takes hold of it.
const REACH: f64 = 18.0;
/// More points than this are drawn smaller, and only the first of each shard is a stop for Tab.
pub const CROWD: usize = 16;
/// While dragging, the model hears of a new place this often at most.
const DRAG_INTERVAL_MS: f64 = 15.0;
/// A pointer that moves less than this has clicked, not dragged.
const DRAG_THRESHOLD_PX: f64 = 4.0;

/// A point by its names.
pub type PointRef = (ShardId, u32);

/// What the figure needs.
#[derive(Properties, PartialEq)]
pub struct RingFigureProps {
    /// What is drawn.
    pub player: Player<Lab>,
    /// Which point is selected.
    #[prop_or_default]
    pub selected: Option<PointRef>,
    /// Told when another point is selected.
    #[prop_or_default]
    pub on_select: Callback<PointRef>,
    /// Where actions go; without it, the figure is only looked at.
    #[prop_or_default]
    pub on_act: Option<Callback<Action>>,
    /// The position of a key that is looked up.
    #[prop_or_default]
    pub looked_up: Option<u64>,
}

/// The ring.
#[component]
pub fn RingFigure(props: &RingFigureProps) -> Html {
    let RingFigureProps { player, selected, on_select, on_act, looked_up } = props;
    let is_reduced = use_reduced_motion();
    let emphasis =
        Emphasis { selected: selected.map(|it| it.0), looked_up: *looked_up, is_reduced };
    let painter = {
        let player = player.clone();
        use_memo(emphasis, move |emphasis| {
            let emphasis = *emphasis;
            Painter::new(move |surface| painter::draw(surface, &player.frame(), emphasis))
        })
    };
    let frame = player.frame();
    html! {
        <Stage class="consistent-hashing-ring" label={words::summary(&frame)} ticker={player.ticker()}
            painter={(*painter).clone()} on_visible={player.on_visible()}>
            if let Some(on_act) = on_act {
                <Handles {frame} selected={*selected} on_select={on_select.clone()}
                    on_act={on_act.clone()} />
            } else {
                <Signs {frame} />
            }
        </Stage>
    }
}

/// A drag under way.
#[derive(Clone, Copy)]
struct Drag {
    point: PointRef,
    /// Where it began, in the window.
    from: (i32, i32),
    /// When the model last heard of it; none until the threshold is crossed.
    sent_ms: Option<f64>,
}

#[derive(Properties, PartialEq)]
struct SignsProps {
    frame: Rc<Frame>,
}

/// The shards of a figure that is only looked at.
#[component]
fn Signs(props: &SignsProps) -> Html {
    let points = props.frame.points();
    let points = points.iter().filter(|_| points.len() <= CROWD);
    html! {
        <svg class="consistent-hashing-signs" viewBox={format!("0 0 {SIDE} {SIDE}")} aria-hidden="true">
            { for points.map(|point| {
                let (x, y) = geometry::place(point.position, RING);
                let sign = Sign::nth(point.shard.0);
                html! {
                    <g key={key_of((point.shard, point.virtual_node))}
                        transform={format!("translate({x:.2} {y:.2})")}>
                        <path class={sign.class()} d={sign.path()} transform="scale(9)" />
                        { name_html(&shard_name(point.shard), point.position, (x, y), true) }
                    </g>
                }
            }) }
        </svg>
    }
}

#[derive(Properties, PartialEq)]
struct HandlesProps {
    frame: Rc<Frame>,
    selected: Option<PointRef>,
    on_select: Callback<PointRef>,
    on_act: Callback<Action>,
}

/// The handles and what is done with them.
#[component]
fn Handles(props: &HandlesProps) -> Html {
    let HandlesProps { frame, selected, on_select, on_act } = props;
    let svg = use_node_ref();
    let drag = use_memo((), |()| Cell::new(None::<Drag>));
    let onpointerdown = {
        let (svg, drag, on_select) = (svg.clone(), drag.clone(), on_select.clone());
        let frame = frame.clone();
        Callback::from(move |event: PointerEvent| {
            if !event.is_primary() || event.button() != 0 {
                return;
            }
            let Some(point) = point_of(&event).or_else(|| nearest(&frame, place_in(&svg, &event)?))
            else {
                return;
            };
            on_select.emit(point);
            drag.set(Some(Drag { point, from: place_of(&event), sent_ms: None }));
            if let Some(svg) = svg.cast::<SvgElement>() {
                // A pointer that is gone already cannot be captured, and need not be.
                let _ = svg.set_pointer_capture(event.pointer_id());
            }
        })
    };
    let place = {
        let (svg, on_act) = (svg.clone(), on_act.clone());
        move |event: &PointerEvent, (shard, virtual_node): PointRef| {
            if let Some(place) = place_in(&svg, event) {
                let turn = geometry::turn_at(place);
                on_act.emit(Action::PlacePoint { shard, virtual_node, turn });
            }
        }
    };
    let under_pointer = use_state(|| None::<AttrValue>);
    let onpointermove = {
        let (drag, place, svg) = (drag.clone(), place.clone(), svg.clone());
        let (frame, under_pointer) = (frame.clone(), under_pointer.clone());
        Callback::from(move |event: PointerEvent| {
            if !event.is_primary() {
                return;
            }
            if drag.get().is_none() {
                let found = place_in(&svg, &event).and_then(|place| words::under(&frame, place));
                under_pointer.set(found.map(AttrValue::from));
                return;
            }
            let now_ms = js_sys::Date::now();
            if let Some(Drag { point, from, sent_ms }) = drag.get()
                && (sent_ms.is_some() || distance(from, place_of(&event)) >= DRAG_THRESHOLD_PX)
                && sent_ms.is_none_or(|sent_ms| now_ms - sent_ms >= DRAG_INTERVAL_MS)
            {
                drag.set(Some(Drag { point, from, sent_ms: Some(now_ms) }));
                place(&event, point);
            }
        })
    };
    let onpointerup = {
        let drag = drag.clone();
        Callback::from(move |event: PointerEvent| {
            if let Some(Drag { point, sent_ms: Some(_), .. }) = drag.take() {
                place(&event, point);
            }
        })
    };
    let onpointercancel = Callback::from(move |_: PointerEvent| drag.set(None));
    let onpointerleave = {
        let under_pointer = under_pointer.setter();
        Callback::from(move |_: PointerEvent| under_pointer.set(None))
    };
    let onkeydown = on_key(frame, on_act, on_select);
    let is_dense = frame.points().len() + frame.ghosts().len() > MOST_HANDLES;
    let is_shown = |id: PointRef| !is_dense || *selected == Some(id);
    let standing = frame.points().iter().map(|point| (point, true));
    let ghosts = frame.ghosts().iter().map(|point| (point, false));
    let is_shown = |(point, _): &(&Point, bool)| is_shown((point.shard, point.virtual_node));
    let mut points: Vec<(&Point, bool)> = ghosts.chain(standing).filter(is_shown).collect();
    // In the order of their names, whatever happens to them: an element that moved in the document would
    // lose the pointer that holds it, and the focus.
    points.sort_by_key(|(point, _)| (point.shard, point.virtual_node));
    let is_crowded = points.len() > CROWD;
    let class = classes!("consistent-hashing-handles", is_dense.then_some("is-dense"));
    html! {
        <svg ref={svg} {class} viewBox={format!("0 0 {SIDE} {SIDE}")}
            {onpointerdown} {onpointermove} {onpointerup} {onpointercancel} {onpointerleave} {onkeydown}>
            { for points.into_iter().map(|(point, is_up)| if is_up {
                handle(frame, point, *selected, is_crowded)
            } else {
                ghost_html(point, *selected)
            }) }
            if let Some(text) = &*under_pointer {
                <text class="consistent-hashing-under" x="200" y="238" aria-hidden="true">{ text }</text>
            }
        </svg>
    }
}

fn handle(frame: &Frame, point: &Point, selected: Option<PointRef>, is_crowded: bool) -> Html {
    let id = (point.shard, point.virtual_node);
    let sign = Sign::nth(point.shard.0);
    let (x, y) = geometry::place(point.position, RING);
    let name = shard_name(point.shard);
    let degrees = geometry::degrees(point.position);
    let load = frame.shard(point.shard).map_or(0, |it| it.keys);
    let text = format!("{degrees:.0} degrees, {}", words::keys(u64::from(load)));
    let label = match frame.virtual_nodes {
        1 => format!("Shard {name}"),
        _ => format!("Shard {name}, virtual node {}", point.virtual_node),
    };
    let is_stop = !is_crowded || point.virtual_node == 0;
    let radius = if is_crowded { 6.0 } else { 10.5 };
    let class = classes!(
        "consistent-hashing-handle",
        (selected == Some(id)).then_some("is-selected"),
        frame.is_placed(point.shard, point.virtual_node).then_some("is-placed"),
    );
    html! {
        <g key={key_of(id)} {class} role="slider" tabindex={if is_stop { "0" } else { "-1" }}
            aria-label={label} aria-valuemin="0" aria-valuemax="360"
            aria-valuenow={format!("{degrees:.0}")} aria-valuetext={text}
            data-point={key_of(id)} transform={format!("translate({x:.2} {y:.2})")}>
            <circle class="consistent-hashing-grip" r={if is_crowded { "11" } else { "21" }} />
            <path class={sign.class()} d={sign.path()} transform={format!("scale({radius})")} />
            { name_html(&name, point.position, (x, y), point.virtual_node == 0) }
        </g>
    }
}

/// Where a shard stood that is down: an outline that can be selected.
fn ghost_html(ghost: &Point, selected: Option<PointRef>) -> Html {
    let id = (ghost.shard, ghost.virtual_node);
    let sign = Sign::nth(ghost.shard.0);
    let (x, y) = geometry::place(ghost.position, RING);
    let name = shard_name(ghost.shard);
    let class =
        classes!("consistent-hashing-ghost", (selected == Some(id)).then_some("is-selected"));
    html! {
        <g key={key_of(id)} {class} role="button" tabindex={if ghost.virtual_node == 0 { "0" } else { "-1" }}
            aria-label={format!("Shard {name}, down")} data-point={key_of(id)}
            transform={format!("translate({x:.2} {y:.2})")}>
            <circle class="consistent-hashing-grip" r="16" />
            <path class="consistent-hashing-outline" d={sign.path()} transform="scale(9)" />
            <path class="consistent-hashing-cross" d="M-5-5L5 5M5-5L-5 5" />
            { name_html(&name, ghost.position, (x, y), ghost.virtual_node == 0) }
        </g>
    }
}

fn name_html(name: &str, position: u64, (x, y): (f64, f64), is_first: bool) -> Html {
    if !is_first {
        return Html::default();
    }
    let (name_x, name_y) = geometry::place(position, NAMES);
    html! {
        <text class="consistent-hashing-name" x={format!("{:.2}", name_x - x)}
            y={format!("{:.2}", name_y - y)} aria-hidden="true">{ name }</text>
    }
}

fn key_of((shard, virtual_node): PointRef) -> String {
    format!("{}-{virtual_node}", shard.0)
}

/// The point whose handle an event happened on.
fn point_of(event: &Event) -> Option<PointRef> {
    let target = event.target()?.dyn_into::<Element>().ok()?;
    let key = target.closest("[data-point]").ok()??.get_attribute("data-point")?;
    let (shard, virtual_node) = key.split_once('-')?;
    Some((ShardId(shard.parse().ok()?), virtual_node.parse().ok()?))
}

/// The place of a pointer in the figure's own measure.
fn place_in(svg: &NodeRef, event: &PointerEvent) -> Option<(f64, f64)> {
    let bounds = svg.cast::<Element>()?.get_bounding_client_rect();
    let scale = SIDE / bounds.width().max(1.0);
    let x = (f64::from(event.client_x()) - bounds.left()) * scale;
    let y = (f64::from(event.client_y()) - bounds.top()) * scale;
    Some((x, y))
}

/// The point nearest to a place on the band: how a ring of very many points is dragged.
fn nearest(frame: &Frame, place: (f64, f64)) -> Option<PointRef> {
    let (x, y) = geometry::middle();
    let is_on_band = ((place.0 - x).hypot(place.1 - y) - RING).abs() <= REACH;
    let position = turn_to_position(geometry::turn_at(place));
    let next = frame.point_at(position).filter(|_| is_on_band)?;
    let points = frame.points();
    let before = next.checked_sub(1).unwrap_or(points.len() - 1);
    let apart = |number: &usize| {
        let ahead = points[*number].position.wrapping_sub(position);
        ahead.min(ahead.wrapping_neg())
    };
    let number = [before, next].into_iter().min_by_key(apart)?;
    Some((points[number].shard, points[number].virtual_node))
}

/// The place of a pointer in the window, in CSS pixels.
fn place_of(event: &PointerEvent) -> (i32, i32) {
    (event.client_x(), event.client_y())
}

fn distance(from: (i32, i32), to: (i32, i32)) -> f64 {
    f64::from(to.0 - from.0).hypot(f64::from(to.1 - from.1))
}

/// What the keys do while a handle has the focus: every drag has a key.
fn on_key(
    frame: &Rc<Frame>,
    on_act: &Callback<Action>,
    on_select: &Callback<PointRef>,
) -> Callback<KeyboardEvent> {
    let (frame, on_act, on_select) = (frame.clone(), on_act.clone(), on_select.clone());
    Callback::from(move |event: KeyboardEvent| {
        let Some((shard, virtual_node)) = point_of(&event) else { return };
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let is_it = |it: &&Point| (it.shard, it.virtual_node) == (shard, virtual_node);
        let standing = frame.points().iter().find(is_it);
        // A turn has 65,536 parts: an arrow moves by about 1.4 degrees, with shift by 11.
        let arrow: u16 = if event.shift_key() { 2_048 } else { 256 };
        if matches!(event.key().as_str(), "Enter") || (event.key() == " " && standing.is_none()) {
            event.prevent_default();
            on_select.emit((shard, virtual_node));
            return;
        }
        let key = match event.key() {
            // A letter means the same with Shift or Caps Lock.
            key if key.chars().count() == 1 => key.to_lowercase(),
            key => key,
        };
        let to = |turn: u16| Action::PlacePoint { shard, virtual_node, turn };
        let action = match (key.as_str(), standing.map(|it| position_to_turn(it.position))) {
            ("ArrowRight" | "ArrowUp", Some(turn)) => to(turn.wrapping_add(arrow)),
            ("ArrowLeft" | "ArrowDown", Some(turn)) => to(turn.wrapping_sub(arrow)),
            ("PageUp", Some(turn)) => to(turn.wrapping_add(8_192)),
            ("PageDown", Some(turn)) => to(turn.wrapping_sub(8_192)),
            ("r", Some(_)) => Action::ReleasePoint { shard, virtual_node },
            ("c", Some(_)) => Action::CrashShard { shard },
            ("c", None) => Action::RestartShard { shard },
            ("Delete" | "Backspace", _) => Action::RemoveShard { shard },
            _ => return,
        };
        event.prevent_default();
        on_act.emit(action);
    })
}

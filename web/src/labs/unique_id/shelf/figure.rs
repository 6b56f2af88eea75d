//! One of the two trees as a drawing: pages, the keys on them, and what the last insert touched.

use super::super::signs::px;
use super::geometry::{Place, Plan};
use super::words;
use crate::components::{use_seen, use_width};
use crate::player::Player;
use crate::theme::use_reduced_motion;
use playground_core::sim::{Span, Time};
use playground_core::unique_id::shelf::{EntryView, Frame, PageView, Shelf, SideId, SideView};
use std::rc::Rc;
use std::sync::Arc;
use yew::prelude::*;

/// How long a touched page glows, in inserts.
const GLOW_INSERTS: f64 = 1.6;
/// The pages of an insert begin to glow one after the other, this share of the time between two inserts apart.
const NEXT_PAGE: f64 = 0.12;
/// The narrowest leaf on which keys can be read.
const LEGIBLE: f64 = 24.0;
/// The lowest place for a key in which it can be read.
const LEGIBLE_HEIGHT: f64 = 10.0;

/// What a tree needs.
#[derive(Properties, PartialEq)]
pub struct PlayedTreeProps {
    /// What is played.
    pub player: Player<Shelf>,
    /// Which tree.
    pub side: SideId,
}

/// A tree that moves with the player, while it is in view.
#[component]
pub fn PlayedTree(props: &PlayedTreeProps) -> Html {
    let PlayedTreeProps { player, side } = props;
    let root = use_node_ref();
    use_seen(&root, player);
    let width = use_width(&root);
    let is_reduced = use_reduced_motion();
    let frame = player.frame();
    let view = frame.side(*side);
    let plan = Rc::new(Plan::of(&view.pages, frame.leaf_entries, width));
    let newest = view.last.as_ref().filter(|it| !it.is_duplicate).map(|it| it.key);
    let length = Span((frame.interval.0 as f64 * GLOW_INSERTS) as u64);
    let glow = move |at: Time, now: Time| {
        let left = if now < at { 0.0 } else { 1.0 - now.progress(at, at + length) };
        // With less motion a touched page is lit until the next insert, and does not fade.
        if is_reduced && left > 0.0 { 1.0 } else { left }
    };
    html! {
        <div ref={root} class="unique-id-tree" data-side={words::side_name(*side)}>
            <p class="unique-id-tree-head">
                <strong>{ words::arrivals_text(view.arrivals) }</strong>
                { format!(", {}", words::rows_text(view.rows, frame.rows)) }
            </p>
            <svg width={px(width)} height={px(plan.height)} viewBox={format!("0 0 {width:.1} {:.1}", plan.height)}
                role="img" aria-label={words::tree_summary(view)}>
                <Pages pages={view.pages.clone()} plan={plan.clone()} {newest} />
                { glows(&frame, view, &plan, &glow) }
            </svg>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct PagesProps {
    pages: Arc<[PageView]>,
    plan: Rc<Plan>,
    newest: Option<u32>,
}

/// Everything that only an insert changes: it is not drawn again for every picture in between.
#[component]
fn Pages(props: &PagesProps) -> Html {
    let PagesProps { pages, plan, newest } = props;
    let links = pages.iter().flat_map(|page| {
        let from = plan.place(page.id);
        page.children.iter().enumerate().filter_map(move |(number, child)| {
            Some(link(from?, plan.place(*child)?, number, page.children.len()))
        })
    });
    html! {
        <>
            { for links }
            { for pages.iter().zip(&plan.places).map(|(page, place)| page_html(page, *place, plan, *newest)) }
        </>
    }
}

/// From a page to one of its children.
fn link(from: Place, to: Place, number: usize, of: usize) -> Html {
    let x = from.x + from.width * (number as f64 + 0.5) / of.max(1) as f64;
    let y = from.y + from.height;
    let d = format!("M{x:.1} {y:.1}L{:.1} {:.1}", to.middle(), to.y);
    html! { <path class="unique-id-link" {d} /> }
}

fn page_html(page: &PageView, place: Place, plan: &Plan, newest: Option<u32>) -> Html {
    let state = if page.is_in_memory { "is-in-memory" } else { "is-away" };
    let slots = page.entries.iter().enumerate().map(|(number, entry)| {
        if page.level == 0 {
            slot(entry, number, place, plan.slot_height, newest == Some(entry.key))
        } else {
            Html::default()
        }
    });
    html! {
        <g key={page.id.0}>
            <rect class={classes!("unique-id-page", state)} x={px(place.x)} y={px(place.y)} width={px(place.width)}
                height={px(place.height)} />
            { for slots }
            if page.level > 0 {
                <text class="unique-id-slot-key" x={px(place.middle())} y={px(place.y + place.height / 2.0)}>
                    { page.children.len() }
                </text>
            }
            if page.is_dirty {
                <path class="unique-id-dirty" d={dirty_mark(place.x + place.width, place.y)} />
            }
        </g>
    }
}

/// The corner of a page that was changed and is not written yet.
pub fn dirty_mark(right: f64, top: f64) -> String {
    format!("M{:.1} {top:.1}h8v8z", right - 8.0)
}

/// A key on a leaf, the least at the top.
fn slot(entry: &EntryView, number: usize, place: Place, height: f64, is_newest: bool) -> Html {
    let y = place.y + height * number as f64;
    let class = classes!("unique-id-slot", is_newest.then_some("is-newest"));
    html! {
        <>
            <rect {class} x={px(place.x + 1.0)} y={px(y + 0.5)} width={px((place.width - 2.0).max(1.0))}
                height={px((height - 1.0).max(1.0))} />
            if place.width >= LEGIBLE && height >= LEGIBLE_HEIGHT {
                <text class={classes!("unique-id-slot-key", is_newest.then_some("is-newest"))} x={px(place.middle())}
                    y={px(y + height / 2.0)}>{ entry.key }</text>
            }
        </>
    }
}

/// What fades: touches and splits.
fn glows(frame: &Frame, view: &SideView, plan: &Plan, glow: &impl Fn(Time, Time) -> f64) -> Html {
    let now = frame.now;
    let begins = |at: Time, order: u8| {
        at + Span((frame.interval.0 as f64 * NEXT_PAGE * f64::from(order)) as u64)
    };
    let ring = |place: Place, class: &'static str, by: f64, left: f64| {
        html! {
            <rect class={classes!("unique-id-glow", class)} x={px(place.x - by)} y={px(place.y - by)}
                width={px(place.width + 2.0 * by)} height={px(place.height + 2.0 * by)} opacity={format!("{left:.2}")} />
        }
    };
    let of_page = |(page, place): (&PageView, &Place)| {
        let touched = page.touch.map(|touch| (touch, glow(begins(touch.at, touch.order), now)));
        let touched = touched.filter(|(_, left)| *left > 0.0);
        let split = page.split_at.map(|at| glow(at, now)).filter(|left| *left > 0.0);
        html! {
            <g key={page.id.0}>
                if let Some((touch, left)) = touched {
                    { ring(*place, if touch.was_miss { "is-missed" } else { "is-touched" }, 0.0, left) }
                }
                if let Some(left) = split {
                    { ring(*place, "is-split", 2.0, left) }
                }
            </g>
        }
    };
    html! { <g>{ for view.pages.iter().zip(&plan.places).map(of_page) }</g> }
}

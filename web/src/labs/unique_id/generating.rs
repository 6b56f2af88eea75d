//! IDs made here and now, by the core's generator with the clock of this page: by one click, by many, or as fast as
//! it goes.

use super::bench::Forms;
use super::maker::{Maker, Share};
use super::reading;
use super::tiles::Tiles;
use super::wheel::Wheel;
use super::words::ids_text;
use crate::components::{Badge, Provenance, Slider, grouped};
use gloo::render::{AnimationFrame, request_animation_frame};
use playground_core::unique_id::anatomy::dissect;
use playground_core::unique_id::snowflake::{Layout, NamedLayout};
use std::cell::RefCell;
use std::rc::Rc;
use yew::prelude::*;

/// How many are made at once.
const COUNTS: [u32; 8] = [1, 10, 100, 1_000, 4_096, 10_000, 40_000, 100_000];
/// Where the knob stands at first.
const FIRST_COUNT: u32 = 1_000;
/// How long a slice of full speed lasts, in milliseconds: a picture is drawn after each.
const SLICE_MS: u64 = 40;

/// What is made, and the next slice of it.
struct Mill {
    maker: Maker,
    next: Option<AnimationFrame>,
}

/// Makes a slice and asks for another one.
fn turn(mill: Rc<RefCell<Mill>>, on_made: Callback<()>) {
    let (again, told) = (mill.clone(), on_made.clone());
    let request = request_animation_frame(move |_| {
        // The request stays alive until this returns: it owns what is running here.
        let _served = again.borrow_mut().next.take();
        again.borrow_mut().maker.run_for(SLICE_MS);
        told.emit(());
        turn(again.clone(), told.clone());
    });
    mill.borrow_mut().next = Some(request);
}

/// The wheel, the last ID, and how many there were in each millisecond.
#[component]
pub fn Generating() -> Html {
    let mill = use_mut_ref(|| Mill { maker: Maker::new(), next: None });
    let update = use_force_update();
    let count = use_state_eq(|| FIRST_COUNT);
    let is_running = mill.borrow().next.is_some();
    {
        // Nobody makes IDs for a page that has gone.
        let mill = mill.clone();
        use_effect_with((), move |()| move || drop(mill.borrow_mut().next.take()));
    }
    let on_make = {
        let (mill, update, count) = (mill.clone(), update.clone(), *count);
        Callback::from(move |_: MouseEvent| {
            mill.borrow_mut().maker.make(count);
            update.force_update();
        })
    };
    let on_run = {
        let (mill, update) = (mill.clone(), update.clone());
        Callback::from(move |_: MouseEvent| {
            let stopped = mill.borrow_mut().next.take().is_some();
            if !stopped {
                mill.borrow_mut().maker.begin();
                let update = update.clone();
                turn(mill.clone(), Callback::from(move |()| update.force_update()));
            }
            update.force_update();
        })
    };
    let on_count = {
        let count = count.setter();
        Callback::from(move |value: u32| count.set(value))
    };
    let mill = mill.borrow();
    let maker = &mill.maker;
    let limit = Layout::CLASSICAL.ids_per_tick() as u32;
    html! {
        <div class="unique-id-generating" data-figure="generating">
            <div class="unique-id-turning">
                <Wheel used={maker.used()} {limit} note="last ms" />
                <div class="unique-id-turned">
                    <Milliseconds shares={maker.shares()} {limit} />
                    <p class="unique-id-caption" role="status">{ told(maker, is_running) }</p>
                </div>
            </div>
            <Last id={maker.last()} />
            <div class="toolbar">
                <button type="button" onclick={on_make} disabled={is_running}>{ format!("Make {}", ids_text(u64::from(*count))) }</button>
                <button type="button" onclick={on_run} aria-pressed={is_running.to_string()}>
                    { if is_running { "Stop" } else { "At full speed" } }
                </button>
                <Badge provenance={Provenance::Measured} />
            </div>
            <Slider label="IDs made by a click" steps={COUNTS.to_vec()} value={*count} on_change={on_count} />
        </div>
    }
}

/// What has come of it.
fn told(maker: &Maker, is_running: bool) -> String {
    if maker.total() == 0 {
        return "Nothing has been made yet.".to_owned();
    }
    let order = if maker.is_rising() { "each greater than the one before" } else { "not in order" };
    let limit = Layout::CLASSICAL.ids_per_tick() * 1_000;
    match maker.per_second() {
        Some(rate) => {
            let verb = if is_running { "are" } else { "were" };
            format!(
                "{} {verb} made a second: {:.1} % of what the format allows. {} in all, {order}.",
                grouped(rate),
                rate as f64 * 100.0 / limit as f64,
                ids_text(maker.total()),
            )
        }
        None => {
            let (count, spread) = maker.last_batch();
            let spread = if spread == 1 {
                "one millisecond".to_owned()
            } else {
                format!("{spread} milliseconds")
            };
            format!(
                "{} within {spread}. {} in all, {order}.",
                ids_text(count),
                ids_text(maker.total())
            )
        }
    }
}

#[derive(Properties, PartialEq)]
struct LastProps {
    id: Option<playground_core::unique_id::snowflake::Id>,
}

/// The last ID, bit by bit.
#[component]
fn Last(props: &LastProps) -> Html {
    let Some(id) = props.id else { return Html::default() };
    let dissection = dissect(id, NamedLayout::Classical);
    html! {
        <>
            <Tiles label={format!("The bits of {id}")} value={u128::from(id.0)} width={64} fields={reading::fields(&dissection)} />
            <Forms {id} />
        </>
    }
}

#[derive(Properties, PartialEq)]
struct MillisecondsProps {
    shares: Vec<Share>,
    limit: u32,
}

/// How many places on the strip, the height of a full one, and the width of one.
const PLACES: usize = super::maker::MOST_SHARES;
const TALL: f64 = 64.0;
const WIDE: f64 = 8.0;

/// A bar a millisecond, the last one at the right: full where the sequence was used up.
#[component]
fn Milliseconds(props: &MillisecondsProps) -> Html {
    let MillisecondsProps { shares, limit } = props;
    let empty = PLACES.saturating_sub(shares.len());
    let bars = shares.iter().enumerate().map(|(index, share)| {
        let tall = (TALL * f64::from(share.count) / f64::from(*limit)).max(1.5);
        let x = (empty + index) as f64 * WIDE;
        let class = if share.count >= *limit { "unique-id-bar is-full" } else { "unique-id-bar" };
        html! {
            <rect key={share.unix_ms.to_string()} {class} x={format!("{x:.0}")} y={format!("{:.1}", TALL - tall)} width={format!("{:.0}", WIDE - 2.0)}
                height={format!("{tall:.1}")} />
        }
    });
    let most = shares.iter().map(|it| it.count).max().unwrap_or(0);
    let label = format!(
        "IDs of each of the last {} milliseconds, {} at most",
        shares.len(),
        grouped(u64::from(most))
    );
    html! {
        <svg class="unique-id-milliseconds" viewBox={format!("0 -2 {:.0} {:.0}", PLACES as f64 * WIDE, TALL + 4.0)} role="img"
            aria-label={label}>
            <line class="unique-id-limit" x1="0" y1="0" x2={format!("{:.0}", PLACES as f64 * WIDE)} y2="0" />
            <line class="unique-id-ground" x1="0" y1={format!("{TALL:.0}")} x2={format!("{:.0}", PLACES as f64 * WIDE)} y2={format!("{TALL:.0}")} />
            { for bars }
        </svg>
    }
}

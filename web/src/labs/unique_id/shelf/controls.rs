//! The knobs of the shelf: in which order keys come, how many pages are in memory, and keys of one's own.

use super::words::{arrivals_text, side_name};
use crate::components::{Choice, NumberField, Slider};
use playground_core::sim::{Named, Run, Time};
use playground_core::unique_id::arrivals::Arrivals;
use playground_core::unique_id::shelf::{Action, Frame, Shelf, SideId, scenarios};
use std::rc::Rc;
use yew::prelude::*;

/// The orders on offer.
const ORDERS: [Arrivals; 9] = [
    Arrivals::AutoIncrement,
    Arrivals::Snowflake,
    Arrivals::UuidV7,
    Arrivals::Ulid,
    Arrivals::UuidV4,
    Arrivals::Late { rows: 2 },
    Arrivals::Late { rows: 8 },
    Arrivals::Late { rows: 20 },
    Arrivals::Descending,
];
/// How many pages are in memory, on the slider.
const POOLS: [u32; 10] = [1, 2, 3, 4, 6, 8, 12, 20, 30, 50];

/// What the knobs need.
#[derive(Properties, PartialEq)]
pub struct ControlsProps {
    /// What is drawn.
    pub frame: Rc<Frame>,
    /// Where actions go.
    pub on_act: Callback<Action>,
    /// Which of the runs worth seeing is played, as long as nothing was done to it.
    pub scenario: Option<usize>,
    /// Plays another run, up to a time that is worth watching.
    pub on_load: Callback<(Run<Shelf>, Time)>,
}

/// The knobs.
#[component]
pub fn Controls(props: &ControlsProps) -> Html {
    let ControlsProps { frame, on_act, scenario, on_load } = props;
    let key = use_state_eq(|| 505_u32);
    let order = |side: SideId| {
        let on_change = on_act.reform(move |number: usize| Action::SetArrivals {
            side,
            arrivals: ORDERS.get(number).copied().unwrap_or(Arrivals::AutoIncrement),
        });
        let arrivals = frame.side(side).arrivals;
        let options = ORDERS.map(|it| AttrValue::from(arrivals_text(it))).to_vec();
        let chosen = ORDERS.iter().position(|it| *it == arrivals);
        let label = format!("Keys on the {}", side_name(side));
        html! { <Choice {label} {options} {chosen} otherwise={arrivals_text(arrivals)} {on_change} /> }
    };
    let on_pool = on_act.reform(|pages: u32| Action::SetPool { pages });
    let on_key = {
        let key = key.setter();
        Callback::from(move |number: u64| key.set(u32::try_from(number).unwrap_or_default()))
    };
    let onsubmit = {
        let (on_act, key) = (on_act.clone(), *key);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            on_act.emit(Action::Insert { key });
        })
    };
    let most = u64::from(playground_core::unique_id::shelf::MOST_KEY);
    html! {
        <>
            <div class="figure-controls">
                { order(SideId::Left) }
                { order(SideId::Right) }
                <Slider label="Pages of each tree in memory" steps={POOLS.to_vec()} value={frame.pool_pages}
                    on_change={on_pool} />
                { worth(*scenario, on_load) }
            </div>
            <form class="unique-id-insert" {onsubmit}>
                <NumberField label="A key of your own" value={u64::from(*key)} max={most} on_change={on_key} />
                <button type="submit">{ "Insert it into both" }</button>
            </form>
        </>
    }
}

/// Runs worth seeing.
fn worth(chosen: Option<usize>, on_load: &Callback<(Run<Shelf>, Time)>) -> Html {
    let on_load = on_load.clone();
    let on_change = Callback::from(move |number: usize| {
        if let Some(Named { run, until, .. }) = scenarios::all().into_iter().nth(number) {
            on_load.emit((run, until));
        }
    });
    let options: Vec<AttrValue> =
        scenarios::all().into_iter().map(|named| AttrValue::from(named.title)).collect();
    html! { <Choice label="Worth seeing" {options} {chosen} {on_change} /> }
}

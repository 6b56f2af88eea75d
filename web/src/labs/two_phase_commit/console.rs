//! The sandbox at the end: the same run with every knob.

use super::cost::CostLine;
use super::faults::{NetworkFaults, NodeFaults};
use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::moves::Moves;
use super::order_form::OrderForm;
use super::page::{Stage, describer};
use super::setup::Setup;
use super::tables::{Tables, TablesProps};
use crate::player::PlayerBar;
use playground_core::two_phase_commit::{Action, Order};
use web_sys::Element;
use yew::prelude::*;

/// The sandbox.
#[component]
pub fn Console(props: &Stage) -> Html {
    let Stage { player, frame, on_act, .. } = props;
    let world = frame.scenario.as_ref().map(|it| it.world).unwrap_or_default();
    let view = player.view(describer(world));
    let on_order = on_act.reform(|order: Order| Action::Submit { order });
    html! {
        <section class="two-phase-commit-console" aria-labelledby="sandbox">
            <div class="prose">
                <h2 id="sandbox">{ "The sandbox" }</h2>
                <p>{ "The same run as at the top, with every knob. Whatever you do can be stepped through, taken back \
                      and shared; another start begins a new run." }</p>
            </div>
            <div class="figure two-phase-commit-sandbox">
                <PlayedFigure player={player.clone()} label="The same nodes as at the top" />
                <PlayerBar view={view.clone()} on_command={player.on_command()} />
                <p class="two-phase-commit-caption">{ view.caption.clone() }</p>
                <Broken player={player.clone()} />
            </div>
            <div class="two-phase-commit-under">
                <fieldset class="two-phase-commit-panel">
                    <legend>{ "An order" }</legend>
                    <OrderForm {world} {on_order} />
                    <CostLine frame={frame.clone()} />
                </fieldset>
                <Setup ..props.clone() />
                <NetworkFaults ..props.clone() />
            </div>
            <Moves ..props.clone() />
            <NodeFaults ..props.clone() />
            <InTables frame={frame.clone()} />
        </section>
    }
}

/// The picture in tables, as soon as somebody opens them: while time runs they are many rows to keep.
#[component]
fn InTables(props: &TablesProps) -> Html {
    let is_open = use_state(|| false);
    let ontoggle = {
        let is_open = is_open.setter();
        Callback::from(move |event: Event| {
            let details: Element = event.target_unchecked_into();
            is_open.set(details.has_attribute("open"));
        })
    };
    html! {
        <details class="two-phase-commit-in-tables" {ontoggle}>
            <summary>{ "The same in tables" }</summary>
            if *is_open {
                <Tables frame={props.frame.clone()} />
            }
        </details>
    }
}

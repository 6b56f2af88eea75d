//! The sandbox at the end: the same run with every knob.

use super::desk::Desk;
use super::faults::Faults;
use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::outcome::Outcome;
use super::page::Stage;
use super::sentences::Teller;
use super::setup::Setup;
use super::tables::Tables;
use crate::player::PlayerBar;
use yew::prelude::*;

/// The sandbox.
#[component]
pub fn Console(props: &Stage) -> Html {
    let Stage { player, frame, on_act, on_step, .. } = props;
    let teller = Teller(frame);
    let view = player.view(|events| teller.sentence(events));
    html! {
        <section class="multi-threading-console" aria-labelledby="sandbox">
            <div class="prose">
                <h2 id="sandbox">{ "The sandbox" }</h2>
                <p>{ "The same run as at the top, with every knob. Whatever you do can be stepped through, taken back \
                      and shared; another start begins a new run." }</p>
            </div>
            <div class="figure multi-threading-sandbox">
                <PlayedFigure player={player.clone()} label="The same threads as at the top" />
                <PlayerBar view={view.clone()} on_command={player.on_command()} />
                <p class="multi-threading-caption">{ view.caption.clone() }</p>
                <Broken frame={frame.clone()} />
                <Desk frame={frame.clone()} on_act={on_act.clone()} on_step={on_step.clone()} />
                <Outcome frame={frame.clone()} />
            </div>
            <div class="multi-threading-under">
                <Setup ..props.clone() />
                <Faults frame={frame.clone()} on_act={on_act.clone()} />
            </div>
            <details class="multi-threading-details">
                <summary>{ "The picture in tables" }</summary>
                <Tables frame={frame.clone()} />
            </details>
        </section>
    }
}

//! The sandbox at the end: the same run with every knob.

use super::desk::Desk;
use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::page::Stage;
use super::readout::Readout;
use super::sentences::Teller;
use super::setup::{Later, Setup};
use super::shards::Shards;
use super::tables::Tables;
use crate::player::PlayerBar;
use yew::prelude::*;

/// The sandbox.
#[component]
pub fn Console(props: &Stage) -> Html {
    let Stage { player, frame, on_act, .. } = props;
    let teller = Teller::of(frame);
    let view = player.view(|events| teller.sentence(events));
    html! {
        <section class="unique-id-console" aria-labelledby="sandbox">
            <div class="prose">
                <h2 id="sandbox">{ "The sandbox" }</h2>
                <p>{ "The same run as at the top, with every knob. Whatever you do can be stepped through, taken back \
                      and shared; another start begins a new run." }</p>
            </div>
            <div class="figure unique-id-sandbox">
                <PlayedFigure player={player.clone()} label="The same workers as at the top" />
                <PlayerBar view={view.clone()} on_command={player.on_command()} />
                <p class="unique-id-caption">{ view.caption.clone() }</p>
                <Broken player={player.clone()} />
                <Desk frame={frame.clone()} on_act={on_act.clone()} />
                <Shards frame={frame.clone()} />
            </div>
            <div class="unique-id-under">
                <Setup ..props.clone() />
                <Later ..props.clone() />
            </div>
            <Readout frame={frame.clone()} is_full={true} />
            <details class="unique-id-details">
                <summary>{ "The picture in tables" }</summary>
                <Tables frame={frame.clone()} />
            </details>
        </section>
    }
}

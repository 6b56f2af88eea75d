//! The sandbox at the end: the same run with every knob.

use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::page::Stage;
use super::readout::{Counts, Little, Readout};
use super::sentences::told;
use super::setup::{Later, Setup};
use super::stays::Stays;
use super::tables::Tables;
use crate::player::PlayerBar;
use yew::prelude::*;

/// The sandbox.
#[component]
pub fn Console(props: &Stage) -> Html {
    let Stage { player, frame, .. } = props;
    let view = player.view(told);
    html! {
        <section class="blocking-queue-console" aria-labelledby="sandbox">
            <div class="prose">
                <h2 id="sandbox">{ "The sandbox" }</h2>
                <p>{ "The same run as at the top, with every knob. Whatever you do can be stepped through, taken back \
                      and shared; another start begins a new run." }</p>
            </div>
            <div class="figure blocking-queue-sandbox">
                <PlayedFigure player={player.clone()} label="The same waiting line as at the top" />
                <PlayerBar view={view.clone()} on_command={player.on_command()} />
                <p class="blocking-queue-caption">{ view.caption.clone() }</p>
                <Broken player={player.clone()} />
                <Stays frame={frame.clone()} />
                <Little frame={frame.clone()} />
            </div>
            <div class="blocking-queue-under">
                <Setup ..props.clone() />
                <div class="blocking-queue-stack">
                    <Later ..props.clone() />
                    <Readout frame={frame.clone()} />
                    <Counts frame={frame.clone()} />
                </div>
            </div>
            <details class="blocking-queue-details">
                <summary>{ "The picture in tables" }</summary>
                <Tables frame={frame.clone()} />
            </details>
        </section>
    }
}

//! The sandbox at the end: the same run with every knob.

use super::figure::PlayedFigure;
use super::foretold::Foretold;
use super::log::{Log, rows_of};
use super::moves::Moves;
use super::page::Stage;
use super::sentences::describe;
use super::setup::Setup;
use super::tables::Tables;
use crate::player::PlayerBar;
use playground_core::websocket::lab::Frame;
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// The sandbox.
#[component]
pub fn Console(props: &Stage) -> Html {
    let Stage { player, frame, on_act, .. } = props;
    let view = player.view(describe);
    let broken = player.broken_invariants();
    html! {
        <section class="websocket-console" aria-labelledby="sandbox">
            <div class="prose">
                <h2 id="sandbox">{ "The sandbox" }</h2>
                <p>{ "The same run as at the top, with every knob. Whatever you do can be stepped through, taken back \
                      and shared; another start begins a new run." }</p>
            </div>
            <div class="figure websocket-sandbox">
                <PlayedFigure player={player.clone()} label="The same wire as at the top" />
                <PlayerBar view={view.clone()} on_command={player.on_command()} />
                <p class="websocket-caption">{ view.caption.clone() }</p>
                if !broken.is_empty() {
                    <p class="notice" role="alert"><strong>{ "Broken: " }</strong>{ broken.join("; ") }{ "." }</p>
                }
                <Foretold frame={frame.clone()} />
            </div>
            <div class="websocket-panels">
                <Moves frame={frame.clone()} on_act={on_act.clone()} />
                <Setup ..props.clone() />
            </div>
            <Log rows={rows_of(frame)} label="Everything that went over the wire"
                empty="Nothing has been sent yet." />
            <InTables frame={frame.clone()} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct FrameProps {
    frame: Rc<Frame>,
}

/// The picture in tables, as soon as somebody opens them: while time runs they are many rows to keep.
#[component]
fn InTables(props: &FrameProps) -> Html {
    let is_open = use_state(|| false);
    let ontoggle = {
        let is_open = is_open.setter();
        Callback::from(move |event: Event| {
            let details: Element = event.target_unchecked_into();
            is_open.set(details.has_attribute("open"));
        })
    };
    html! {
        <details class="websocket-in-tables" {ontoggle}>
            <summary>{ "The same in tables" }</summary>
            if *is_open {
                <Tables frame={props.frame.clone()} />
            }
        </details>
    }
}

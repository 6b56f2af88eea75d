//! Takes the lab home: the figure, the data, the run, and the commands to do the same by hand.

use super::commands::Commands;
use super::data::wire_csv;
use crate::components::{CopyCommand, DownloadButton, on_csv, on_svg};
use crate::player::{Player, use_link_text};
use playground_core::websocket::lab::{Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// Where the drawing is.
const WIRE: &str = "#lead .websocket-figure > svg";

/// What is taken home.
#[derive(Properties, PartialEq)]
pub struct TakeHomeProps {
    /// What is played.
    pub player: Player<Lab>,
    /// What is drawn.
    pub frame: Rc<Frame>,
}

/// The figure, the data, the run, and the commands.
#[component]
pub fn TakeHome(props: &TakeHomeProps) -> Html {
    let TakeHomeProps { player, frame } = props;
    let link = use_link_text(player);
    html! {
        <section class="websocket-home" aria-labelledby="take-home">
            <div class="prose">
                <h2 id="take-home">{ "Take it home" }</h2>
            </div>
            <div class="toolbar">
                <DownloadButton label="Wire as SVG" on_click={on_svg("wire.svg", WIRE)} />
                <DownloadButton label="Frames as CSV" on_click={on_csv("wire.csv", frame, wire_csv)} />
                <DownloadButton label="Run as JSON" on_click={player.on_json()} />
            </div>
            <CopyCommand label="Link to this moment" command={link} />
            <Commands />
        </section>
    }
}

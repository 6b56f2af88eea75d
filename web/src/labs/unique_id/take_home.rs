//! Takes the lab home: the figure, the data, the run, and the commands to try the same outside the browser.

use super::commands::Commands;
use super::data::{ids_csv, leases_csv, requests_csv};
use crate::components::{CopyCommand, DownloadButton, on_csv, on_svg};
use crate::player::{Player, use_link_text};
use playground_core::unique_id::lab::{Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// Where the drawing is.
const PICTURE: &str = "#lead .unique-id-picture > svg";

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
        <section class="unique-id-home" aria-labelledby="take-home">
            <div class="prose">
                <h2 id="take-home">{ "Take it home" }</h2>
            </div>
            <div class="toolbar">
                <DownloadButton label="Picture as SVG" on_click={on_svg("unique-id.svg", PICTURE)} />
                <DownloadButton label="IDs as CSV" on_click={on_csv("ids.csv", frame, ids_csv)} />
                <DownloadButton label="Leases as CSV" on_click={on_csv("leases.csv", frame, leases_csv)} />
                <DownloadButton label="Requests as CSV" on_click={on_csv("requests.csv", frame, requests_csv)} />
                <DownloadButton label="Run as JSON" on_click={player.on_json()} />
            </div>
            <CopyCommand label="Link to this moment" command={link} />
            <Commands />
        </section>
    }
}

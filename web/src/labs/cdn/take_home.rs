//! Takes the lab home: the figure, the data, the run, and the commands to try the same outside the browser.

use super::commands::Commands;
use super::data::{copies_csv, history_csv, ways_csv};
use crate::components::{CopyCommand, DownloadButton, on_csv, on_svg};
use crate::player::{Player, use_link_text};
use playground_core::cdn::{Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// Where the drawing is.
const MAP: &str = "#lead .cdn-map > svg";

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
        <section class="cdn-home" aria-labelledby="take-home">
            <div class="prose">
                <h2 id="take-home">{ "Take it home" }</h2>
            </div>
            <div class="toolbar">
                <DownloadButton label="Map as SVG" on_click={on_svg("cdn.svg", MAP)} />
                <DownloadButton label="Copies as CSV" on_click={on_csv("copies.csv", frame, copies_csv)} />
                <DownloadButton label="Ways as CSV" on_click={on_csv("ways.csv", frame, ways_csv)} />
                <DownloadButton label="History as CSV" on_click={on_csv("history.csv", frame, history_csv)} />
                <DownloadButton label="Run as JSON" on_click={player.on_json()} />
            </div>
            <CopyCommand label="Link to this moment" command={link} />
            <Commands />
        </section>
    }
}

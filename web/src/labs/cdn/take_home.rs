//! Takes the lab home: the figure, the data, the run, and the commands to try the same outside the browser.

use super::commands::Commands;
use super::data::{copies_csv, history_csv, ways_csv};
use crate::components::{DownloadButton, on_csv, on_svg};
use crate::player::{Player, TakeHome};
use playground_core::cdn::{Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// Where the drawing is.
const MAP: &str = "#lead .cdn-map > svg";

/// What is taken home.
#[derive(Properties, PartialEq)]
pub struct HomeProps {
    /// What is played.
    pub player: Player<Lab>,
    /// What is drawn.
    pub frame: Rc<Frame>,
}

/// The figure, the data, the run, and the commands.
#[component]
pub fn Home(props: &HomeProps) -> Html {
    let HomeProps { player, frame } = props;
    let downloads = html! {
        <>
            <DownloadButton label="Map as SVG" on_click={on_svg("cdn.svg", MAP)} />
            <DownloadButton label="Copies as CSV" on_click={on_csv("copies.csv", frame, copies_csv)} />
            <DownloadButton label="Ways as CSV" on_click={on_csv("ways.csv", frame, ways_csv)} />
            <DownloadButton label="History as CSV" on_click={on_csv("history.csv", frame, history_csv)} />
        </>
    };
    html! {
        <TakeHome<Lab> class="cdn-home" player={player.clone()} {downloads}>
            <Commands />
        </TakeHome<Lab>>
    }
}

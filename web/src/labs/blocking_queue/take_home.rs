//! Takes the lab home: the figure, the data, and the commands to try the same outside the browser.

use super::commands::Commands;
use super::data::{items_csv, measures_csv, workers_csv};
use crate::components::{DownloadButton, on_csv, on_svg};
use crate::player::{Player, TakeHome};
use playground_core::blocking_queue::lab::{Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// Where the drawing is.
const PICTURE: &str = "#lead .blocking-queue-picture > svg";

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
            <DownloadButton label="Picture as SVG" on_click={on_svg("blocking-queue.svg", PICTURE)} />
            <DownloadButton label="Items as CSV" on_click={on_csv("items.csv", frame, items_csv)} />
            <DownloadButton label="Workers as CSV" on_click={on_csv("workers.csv", frame, workers_csv)} />
            <DownloadButton label="Measurements as CSV" on_click={on_csv("measurements.csv", frame, measures_csv)} />
        </>
    };
    html! {
        <TakeHome<Lab> class="blocking-queue-home" player={player.clone()} {downloads}>
            <Commands />
        </TakeHome<Lab>>
    }
}

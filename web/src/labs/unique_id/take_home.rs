//! Takes the lab home: the figure, the data, the run, and the commands to try the same outside the browser.

use super::commands::Commands;
use super::data::{ids_csv, leases_csv, requests_csv};
use crate::components::{DownloadButton, on_csv, on_svg};
use crate::player::{Player, TakeHome};
use playground_core::unique_id::lab::{Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// Where the drawing is.
const PICTURE: &str = "#lead .unique-id-picture > svg";

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
            <DownloadButton label="Picture as SVG" on_click={on_svg("unique-id.svg", PICTURE)} />
            <DownloadButton label="IDs as CSV" on_click={on_csv("ids.csv", frame, ids_csv)} />
            <DownloadButton label="Leases as CSV" on_click={on_csv("leases.csv", frame, leases_csv)} />
            <DownloadButton label="Requests as CSV" on_click={on_csv("requests.csv", frame, requests_csv)} />
        </>
    };
    html! {
        <TakeHome<Lab> class="unique-id-home" player={player.clone()} {downloads}>
            <Commands />
        </TakeHome<Lab>>
    }
}

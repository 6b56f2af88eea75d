//! Takes the lab home: the figure, the data, the run, and the commands to do the same by hand.

use super::commands::Commands;
use super::data::wire_csv;
use crate::components::{DownloadButton, on_csv, on_svg};
use crate::player::{Player, TakeHome};
use playground_core::websocket::lab::{Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// Where the drawing is.
const WIRE: &str = "#lead .websocket-figure > svg";

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
            <DownloadButton label="Wire as SVG" on_click={on_svg("wire.svg", WIRE)} />
            <DownloadButton label="Frames as CSV" on_click={on_csv("wire.csv", frame, wire_csv)} />
        </>
    };
    html! {
        <TakeHome<Lab> class="websocket-home" player={player.clone()} {downloads}>
            <Commands />
        </TakeHome<Lab>>
    }
}

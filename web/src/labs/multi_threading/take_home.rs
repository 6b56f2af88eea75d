//! Takes the lab home: the figure, the data, and the run.

use super::data::{memory_csv, turns_csv};
use crate::components::{DownloadButton, on_csv, on_svg};
use crate::player::{Player, TakeHome};
use playground_core::multi_threading::lab::{Frame, Lab};
use std::rc::Rc;
use yew::prelude::*;

/// Where the drawing is.
const PICTURE: &str =
    "#lead .multi-threading-picture > svg, #lead .multi-threading-turns-window > svg";

/// What is taken home.
#[derive(Properties, PartialEq)]
pub struct HomeProps {
    /// What is played.
    pub player: Player<Lab>,
    /// What is drawn.
    pub frame: Rc<Frame>,
}

/// The figure, the data, and the run.
#[component]
pub fn Home(props: &HomeProps) -> Html {
    let HomeProps { player, frame } = props;
    let downloads = html! {
        <>
            <DownloadButton label="Picture as SVG" on_click={on_svg("threads.svg", PICTURE)} />
            <DownloadButton label="Turns as CSV" on_click={on_csv("turns.csv", frame, turns_csv)} />
            <DownloadButton label="Memory as CSV" on_click={on_csv("memory.csv", frame, memory_csv)} />
        </>
    };
    html! { <TakeHome<Lab> class="multi-threading-home" player={player.clone()} {downloads} /> }
}

//! Takes a lab home: what there is to download, the run, the link to this moment, and what else the lab offers.

use super::link::use_link_text;
use super::shared::Player;
use crate::components::{CopyCommand, DownloadButton};
use playground_core::sim::Simulation;
use yew::prelude::*;

/// What is taken home.
#[derive(Properties)]
pub struct TakeHomeProps<S: Simulation> {
    /// The section's class.
    pub class: &'static str,
    /// What is played.
    pub player: Player<S>,
    /// The lab's own [`DownloadButton`]s: its pictures and its data.
    pub downloads: Html,
    /// What comes below: the commands to try the same outside the browser.
    #[prop_or_default]
    pub children: Html,
}

// Written out, because a derive would ask for `S: PartialEq`.
impl<S: Simulation> PartialEq for TakeHomeProps<S> {
    fn eq(&self, other: &Self) -> bool {
        let TakeHomeProps { class, player, downloads, children } = self;
        *class == other.class
            && *player == other.player
            && *downloads == other.downloads
            && *children == other.children
    }
}

/// The section.
#[component]
pub fn TakeHome<S: Simulation>(props: &TakeHomeProps<S>) -> Html {
    let TakeHomeProps { class, player, downloads, children } = props;
    let link = use_link_text(player);
    html! {
        <section class={*class} aria-labelledby="take-home">
            <div class="prose">
                <h2 id="take-home">{ "Take it home" }</h2>
            </div>
            <div class="toolbar">
                { downloads.clone() }
                <DownloadButton label="Run as JSON" on_click={player.on_json()} />
            </div>
            <CopyCommand label="Link to this moment" command={link} />
            { children.clone() }
        </section>
    }
}

//! The lab as a small moving picture without words, for the front door.

use super::map::WorldMap;
use crate::components::use_seen;
use crate::player::{Start, use_player};
use playground_core::cdn::scenarios;
use yew::prelude::*;

/// The lab as a small moving picture.
#[component]
pub fn Miniature() -> Html {
    let player = use_player(|| Start::looping(scenarios::opening()));
    let root = use_node_ref();
    use_seen(&root, &player);
    html! {
        <div ref={root} class="cdn-miniature">
            <WorldMap frame={player.frame()}
                label="A map of the world; a request goes to the nearest edge, from there to the origin, and a copy stays" />
        </div>
    }
}

//! The lab as a small moving picture without words, for the front door.

use super::picture::Picture;
use crate::components::use_seen;
use crate::player::{Start, use_player};
use playground_core::unique_id::scenarios;
use yew::prelude::*;

/// The lab as a small moving picture.
#[component]
pub fn Miniature() -> Html {
    let player = use_player(|| Start::looping(scenarios::opening()));
    let root = use_node_ref();
    use_seen(&root, &player);
    html! {
        <div ref={root} class="unique-id-miniature">
            <Picture frame={player.frame()} is_small={true}
                label="The IDs of three workers in order of time, each at its worker’s clock and within its lease" />
        </div>
    }
}

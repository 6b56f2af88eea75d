//! The shelf: two small B+trees side by side, filled by keys in different orders, page by page.

mod controls;
mod figure;
mod geometry;
mod numbers;
pub mod words;

use crate::components::{Badge, Provenance};
use crate::player::{PlayerBar, Start, use_player};
use controls::Controls;
use figure::PlayedTree;
use numbers::Numbers;
use playground_core::sim::{Named, Run, Time};
use playground_core::unique_id::shelf::{Action, Shelf as Model, SideId, scenarios};
use yew::prelude::*;

/// The section.
#[component]
pub fn Shelf() -> Html {
    let player = use_player(|| {
        let Named { run, until, .. } = scenarios::opening();
        Start::<Model>::playing(run, until)
    });
    let on_act = {
        let player = player.clone();
        Callback::from(move |action: Action| {
            player.act(action);
        })
    };
    let on_load = {
        let player = player.clone();
        Callback::from(move |(run, until): (Run<Model>, Time)| player.load(run, until))
    };
    let scenario = player.with_run(|run| scenarios::all().iter().position(|it| it.run == *run));
    let frame = player.frame();
    let view = player.view(words::sentence);
    // A running picture does not talk all the time: what it says changes with the splits.
    let said = if view.is_playing { words::splits_text(&frame) } else { view.caption.to_string() };
    html! {
        <section class="unique-id-shelf" aria-labelledby="shelf">
            <div class="prose">
                <h2 id="shelf">{ "A shelf that is kept in order" }</h2>
                <p>{ "A database keeps its rows in the order of their keys, in a B+tree: pages of a fixed size, sorted from left \
                      to right, and above them pages that say where to look. A new row belongs onto one page. If that is \
                      full, it is split in two, and the page above gets one more entry." }</p>
                <p>{ "If keys arrive in order, it is always the last page, and always in memory. The page that is left behind \
                      stays nearly full, because the tree knows that nothing will come to it any more. If keys are random, \
                      any page may be next: it has to be read before it can be changed, and written before it makes room \
                      for another. It is split in the middle, too, so that two pages are half empty." }</p>
                <p>{ "The same rows come to both shelves. Choose in which order, and how many pages there is room for." }</p>
            </div>
            <div class="figure unique-id-shelf-figure">
                <div class="unique-id-trees">
                    <PlayedTree player={player.clone()} side={SideId::Left} />
                    <PlayedTree player={player.clone()} side={SideId::Right} />
                </div>
                <PlayerBar view={view.clone()} on_command={player.on_command()} />
                <p class="unique-id-caption">{ view.caption.clone() }</p>
                <p class="visually-hidden" aria-live="polite" data-shelf="said">{ said }</p>
                { legend() }
                <Controls frame={frame.clone()} {on_act} {scenario} {on_load} />
                <Numbers frame={frame.clone()} />
                <p class="unique-id-hint"><Badge provenance={Provenance::Modelled} /></p>
            </div>
        </section>
    }
}

/// What the looks of a page mean.
fn legend() -> Html {
    let item = |class: &'static str, text: &'static str| {
        html! {
            <li>
                <svg class="unique-id-page-key" viewBox="0 0 18 18" aria-hidden="true">
                    <rect class={classes!("unique-id-page", class)} x="2" y="2" width="14" height="14" />
                    if class == "is-dirty" {
                        <path class="unique-id-dirty" d={figure::dirty_mark(16.0, 2.0)} />
                    }
                </svg>
                { text }
            </li>
        }
    };
    html! {
        <ul class="unique-id-page-keys" role="list">
            { item("is-in-memory", "in memory") }
            { item("is-dirty", "changed there, not written yet") }
            { item("is-away", "on the disk only") }
            { item("is-touched", "touched just now") }
            { item("is-missed", "read from the disk just now") }
            { item("is-split", "split just now") }
        </ul>
    }
}

//! The sandbox at the end: every knob, the data behind the picture, and everything to take home.

use super::counters::Counters;
use super::data::{Loads, ShardTable};
use super::figure::RingFigure;
use super::lookup::Lookup;
use super::page::{Selected, Stage, VIRTUAL_NODES};
use super::setup::Setup;
use super::take_home::TakeHome;
use super::words;
use crate::components::Slider;
use crate::player::{Player, PlayerBar};
use playground_core::consistent_hashing::{Action, Lab};
use yew::prelude::*;

/// The sandbox.
#[component]
pub fn Console(props: &Stage) -> Html {
    let Stage { player, frame, selected, on_select, on_act } = props;
    let key_name = use_state(AttrValue::default);
    let found = (!key_name.is_empty()).then(|| player.ask(|lab| lab.look_up(&key_name))).flatten();
    let on_input = {
        let key_name = key_name.clone();
        Callback::from(move |name: AttrValue| key_name.set(name))
    };
    let on_virtual_nodes =
        on_act.reform(|virtual_nodes: u32| Action::SetVirtualNodes { virtual_nodes });
    let on_add = on_act.reform(|_: MouseEvent| Action::AddShard { weight: 1 });
    html! {
        <section class="consistent-hashing-console" aria-labelledby="sandbox">
            <div class="prose">
                <h2 id="sandbox">{ "The sandbox" }</h2>
                <p>{ "The same run as at the top, with every knob. Whatever you do to the ring can be stepped \
                      through, taken back and shared; another start begins a new run." }</p>
            </div>
            <div class="consistent-hashing-lead figure">
                <div class="consistent-hashing-stage">
                    <RingFigure player={player.clone()} selected={*selected} on_select={on_select.clone()}
                        on_act={on_act.clone()} looked_up={found.map(|it| it.position)} />
                    <PlayerBar view={player.view(words::sentence)} on_command={player.on_command()} />
                    <Lookup key_name={(*key_name).clone()} {found} hash={player.with_run(|run| run.scenario.hash)}
                        up={frame.shards().iter().filter(|it| it.is_up).count()}
                        {on_input} on_select={on_select.clone()} />
                </div>
                <div class="consistent-hashing-side">
                    <Setup player={player.clone()} />
                    <Slider label="Virtual nodes per shard" steps={VIRTUAL_NODES.to_vec()}
                        value={frame.virtual_nodes} on_change={on_virtual_nodes} />
                    <div class="toolbar"><button onclick={on_add}>{ "Add a shard" }</button></div>
                    <Selected frame={frame.clone()} selected={*selected} on_act={on_act.clone()} />
                    <Counters frame={frame.clone()} />
                    <Invariants player={player.clone()} />
                </div>
            </div>
            <Loads frame={frame.clone()} />
            <ShardTable frame={frame.clone()} selected={selected.map(|it| it.0)} on_select={on_select.clone()} />
            <TakeHome player={player.clone()} frame={frame.clone()} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct InvariantsProps {
    player: Player<Lab>,
}

/// What the model promises, checked at this very moment.
#[component]
fn Invariants(props: &InvariantsProps) -> Html {
    let broken = props.player.broken_invariants();
    if broken.is_empty() {
        html! { <p class="consistent-hashing-invariants">{ "Every invariant of the model holds at this moment." }</p> }
    } else {
        html! { <p class="notice" role="alert">{ format!("Broken: {}", broken.join("; ")) }</p> }
    }
}

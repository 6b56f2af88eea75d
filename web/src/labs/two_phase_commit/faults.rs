//! Everything that can go wrong at once: the network, the disks, the links and the nodes.

use super::page::Stage;
use crate::components::{Choice, Slider};
use playground_core::two_phase_commit::{Action, CrashAt, CrashPoint, NodeView, Place};
use yew::prelude::*;

/// Of so many messages in a hundred.
const PERCENTS: [u32; 9] = [0, 1, 2, 5, 10, 20, 30, 50, 100];
const FORCES: [u32; 7] = [10, 50, 100, 250, 500, 1_000, 3_000];

/// What the network does to messages.
#[component]
pub fn NetworkFaults(props: &Stage) -> Html {
    let Stage { frame, on_act, .. } = props;
    let (loss, duplication, reordering) = frame.network;
    let slider = |label: &'static str, value: u32, action: Callback<u32>| {
        html! { <Slider {label} unit="%" steps={PERCENTS.to_vec()} {value} on_change={action} /> }
    };
    let on_loss = on_act.reform(move |loss| Action::SetNetwork { loss, duplication, reordering });
    let on_duplication =
        on_act.reform(move |duplication| Action::SetNetwork { loss, duplication, reordering });
    let on_reordering =
        on_act.reform(move |reordering| Action::SetNetwork { loss, duplication, reordering });
    let is_cut = frame.nodes.iter().any(|node| node.is_isolated);
    html! {
        <fieldset class="two-phase-commit-panel">
            <legend>{ "The network" }</legend>
            { slider("Messages lost", loss, on_loss) }
            { slider("Messages doubled", duplication, on_duplication) }
            { slider("Messages overtaken", reordering, on_reordering) }
            <div class="toolbar">
                { for frame.nodes.iter().filter(|node| !node.is_isolated).map(|node| {
                    let id = node.id;
                    let onclick = on_act.reform(move |_: MouseEvent| Action::Isolate { nodes: vec![id] });
                    html! { <button key={node.place.name()} {onclick}>{ format!("Cut off {}", node.place.title()) }</button> }
                }) }
                <button disabled={!is_cut} onclick={on_act.reform(|_: MouseEvent| Action::Heal)}>{ "Mend all links" }</button>
            </div>
        </fieldset>
    }
}

/// What can be done to each node.
#[component]
pub fn NodeFaults(props: &Stage) -> Html {
    let Stage { frame, on_act, .. } = props;
    html! {
        <div class="two-phase-commit-node-faults">
            { for frame.nodes.iter().map(|node| html! {
                <NodePanel key={node.place.name()} node={node.clone()} on_act={on_act.clone()} />
            }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct NodePanelProps {
    node: NodeView,
    on_act: Callback<Action>,
}

#[component]
fn NodePanel(props: &NodePanelProps) -> Html {
    let NodePanelProps { node, on_act } = props;
    let id = node.id;
    let points: &'static [CrashPoint] = match node.place {
        Place::Coordinator => &CrashPoint::OF_COORDINATOR,
        _ => &CrashPoint::OF_PARTICIPANT,
    };
    let armed = match node.armed {
        Some(CrashAt::Point(point)) => points.iter().position(|it| *it == point),
        _ => None,
    };
    let on_point = {
        let on_act = on_act.clone();
        Callback::from(move |number: usize| {
            if let Some(point) = points.get(number) {
                on_act.emit(Action::Crash { node: id, at: CrashAt::Point(*point) });
            }
        })
    };
    let (force_ms, lies) = node.disk.unwrap_or_default();
    let on_force = on_act.reform(move |force_ms| Action::SetDisk { node: id, force_ms, lies });
    let on_lies =
        on_act.reform(move |_: Event| Action::SetDisk { node: id, force_ms, lies: !lies });
    let act = |action: Action| on_act.reform(move |_: MouseEvent| action.clone());
    html! {
        <fieldset class="two-phase-commit-panel">
            <legend>{ node.place.title() }</legend>
            <div class="toolbar">
                <button disabled={!node.is_up} onclick={act(Action::Crash { node: id, at: CrashAt::Now })}>
                    { "Crash now" }
                </button>
                <button disabled={node.is_up} onclick={act(Action::Restart { node: id })}>{ "Restart" }</button>
            </div>
            <Choice label="Dies" chosen={armed} otherwise="not by itself" disabled={!node.is_up}
                options={points.iter().map(|it| AttrValue::from(it.words())).collect::<Vec<_>>()}
                on_change={on_point} />
            <Slider label="A forced write takes" unit="ms" steps={FORCES.to_vec()} value={force_ms} on_change={on_force} />
            <label class="two-phase-commit-check-box">
                <input type="checkbox" checked={lies} onchange={on_lies} />
                { " The disk says it has written what it has not" }
            </label>
        </fieldset>
    }
}

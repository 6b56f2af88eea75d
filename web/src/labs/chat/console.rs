//! The sandbox at the end: the same run with every knob.

use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::ledger::LedgerTable;
use super::page::Stage;
use super::say_form::SayForm;
use super::sentences::Teller;
use super::setup::{Faults, Setup};
use crate::components::{DataTable, Row};
use crate::player::PlayerBar;
use playground_core::chat::{Frame, Totals};
use std::rc::Rc;
use web_sys::Element;
use yew::prelude::*;

/// The sandbox.
#[component]
pub fn Console(props: &Stage) -> Html {
    let Stage { player, frame, on_act, .. } = props;
    let teller = Teller::of(frame);
    let view = player.view(|events| teller.sentence(events));
    html! {
        <section class="chat-console" aria-labelledby="sandbox">
            <div class="prose">
                <h2 id="sandbox">{ "The sandbox" }</h2>
                <p>{ "The same run as at the top, with every knob. Whatever you do can be stepped through, taken back \
                      and shared; another start begins a new run." }</p>
            </div>
            <div class="figure chat-sandbox">
                <PlayedFigure player={player.clone()} label="The same server and tabs as at the top">
                    <Counted total={frame.total} />
                    <Broken player={player.clone()} />
                </PlayedFigure>
                <PlayerBar view={view.clone()} on_command={player.on_command()} />
                <p class="chat-caption">{ view.caption.clone() }</p>
            </div>
            <div class="chat-under">
                <fieldset class="chat-panel">
                    <legend>{ "Somebody speaks" }</legend>
                    <SayForm frame={frame.clone()} on_act={on_act.clone()} id="sandbox" />
                </fieldset>
                <Setup ..props.clone() />
                <Faults ..props.clone() />
            </div>
            <InTables frame={frame.clone()} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct CountedProps {
    total: Totals,
}

/// What the run has cost so far.
#[component]
fn Counted(props: &CountedProps) -> Html {
    let total = &props.total;
    let number = |name: &'static str, count: u64, key: &'static str| {
        html! { <div><dt>{ name }</dt><dd data-count={key}>{ count }</dd></div> }
    };
    html! {
        <dl class="chat-numbers">
            { number("messages of the protocol", total.messages, "messages") }
            { number("packets lost", total.lost, "lost") }
            { number("waits for the disk", total.forced, "forced") }
            { number("doubles dropped", total.doubles_dropped, "doubles") }
            { number("retries recognised", total.retries_known, "retries") }
            { number("gaps noticed", total.gaps, "gaps") }
        </dl>
    }
}

#[derive(Properties, PartialEq)]
struct InTablesProps {
    frame: Rc<Frame>,
}

/// The picture in tables, as soon as somebody opens them: while time runs they are many rows to keep.
#[component]
fn InTables(props: &InTablesProps) -> Html {
    let is_open = use_state(|| false);
    let ontoggle = {
        let is_open = is_open.setter();
        Callback::from(move |event: Event| {
            let details: Element = event.target_unchecked_into();
            is_open.set(details.has_attribute("open"));
        })
    };
    html! {
        <details class="chat-details" {ontoggle}>
            <summary>{ "The same in tables" }</summary>
            if *is_open {
                <LedgerTable frame={props.frame.clone()} />
                <TabTable frame={props.frame.clone()} />
            }
        </details>
    }
}

/// The tabs as a table.
#[component]
fn TabTable(props: &InTablesProps) -> Html {
    let frame = &props.frame;
    let columns = ["Tab", "State", "Messages", "In the outbox", "Unread"];
    let row = |tab: &playground_core::chat::TabView| {
        let shown = super::cards::thread_of(tab).map_or(0, |thread| thread.lines.len());
        Row {
            key: tab.node.0.to_string().into(),
            cells: vec![
                super::words::tab_title(frame, tab).into(),
                super::words::condition(frame.now, tab).into(),
                shown.to_string().into(),
                tab.outbox.to_string().into(),
                tab.unread.to_string().into(),
            ],
            is_selected: false,
        }
    };
    html! {
        <DataTable caption="The tabs" columns={columns.map(AttrValue::from).to_vec()}
            rows={frame.tabs.iter().map(row).collect::<Vec<_>>()} />
    }
}

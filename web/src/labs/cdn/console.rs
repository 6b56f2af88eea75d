//! The sandbox at the end: the same run with every knob.

use super::charts::Counted;
use super::copies::Copies;
use super::desk::Desk;
use super::figure::PlayedFigure;
use super::invariants::Broken;
use super::page::Stage;
use super::sentences::Teller;
use super::setup::{Caches, Origin, Setup};
use super::words::{node_title, outcome_text};
use crate::components::{DataTable, Row};
use crate::player::PlayerBar;
use playground_core::cdn::lab::{Frame, Node};
use std::rc::Rc;
use yew::prelude::*;

/// The sandbox.
#[component]
pub fn Console(props: &Stage) -> Html {
    let Stage { player, frame, item, on_item, on_act, .. } = props;
    let teller = Teller::of(frame);
    let view = player.view(|events| teller.sentence(events));
    html! {
        <section class="cdn-console" aria-labelledby="sandbox">
            <div class="prose">
                <h2 id="sandbox">{ "The sandbox" }</h2>
                <p>{ "The same run as at the top, with every knob. Whatever you do can be stepped through, taken back \
                      and shared; another start begins a new run." }</p>
            </div>
            <div class="figure cdn-sandbox">
                <PlayedFigure player={player.clone()} item={*item} label="The same map as at the top" />
                <PlayerBar view={view.clone()} on_command={player.on_command()} />
                <p class="cdn-caption">{ view.caption.clone() }</p>
                <Broken player={player.clone()} />
                <Desk frame={frame.clone()} item={*item} on_item={on_item.clone()} on_act={on_act.clone()} />
            </div>
            <div class="cdn-under">
                <Setup ..props.clone() />
                <Caches ..props.clone() />
                <Origin ..props.clone() />
            </div>
            <Counted frame={frame.clone()} />
            <details class="cdn-details">
                <summary>{ "The map in tables" }</summary>
                <Readers frame={frame.clone()} />
                <Copies frame={frame.clone()} />
            </details>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct ReadersProps {
    frame: Rc<Frame>,
}

/// The readers as a table.
#[component]
fn Readers(props: &ReadersProps) -> Html {
    let frame = &props.frame;
    let rows = frame.readers.iter().zip(0..).map(|(reader, number)| {
        let edge = reader.edge.map_or_else(
            || "none".to_owned(),
            |edge| frame.city(Node::Edge(edge, 0)).map_or("", |it| it.name()).to_owned(),
        );
        let last = reader.last.map(|(outcome, _)| outcome_text(outcome)).unwrap_or_default();
        let took = reader.last.and_then(|(_, us)| us).map(super::words::earth_ms);
        Row {
            key: number.to_string().into(),
            cells: vec![
                node_title(frame, Node::Reader(number)).into(),
                edge.into(),
                format!("{} km", reader.edge_km).into(),
                format!("{} km", reader.origin_km).into(),
                last.into(),
                took.unwrap_or_default().into(),
            ],
            is_selected: false,
        }
    });
    let columns = ["Reader", "Edge", "Away", "Origin away", "Last answer", "First byte"];
    html! {
        <DataTable caption="The readers" columns={columns.map(AttrValue::from).to_vec()}
            rows={rows.collect::<Vec<_>>()} />
    }
}

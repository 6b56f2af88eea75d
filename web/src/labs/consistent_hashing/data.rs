//! The numbers behind the picture: loads beside theory, and the shards in rows.

use super::figure::PointRef;
use crate::components::{Badge, BarChart, BarTone, Bars, DataTable, Provenance, Row};
use playground_core::consistent_hashing::ShardId;
use playground_core::consistent_hashing::lab::{Frame, ShardView, Spread};
use std::rc::Rc;
use yew::prelude::*;

/// More bars than this would be hair; from here on shards are counted by their load.
const MOST_BARS: usize = 60;
/// How many bars a histogram has.
const BINS: usize = 24;
/// How many rows the table shows at once.
const PAGE: usize = 25;

/// Which frame.
#[derive(Properties, PartialEq)]
pub struct LoadsProps {
    /// The frame.
    pub frame: Rc<Frame>,
}

/// The load of the shards beside modulo's, and beside what theory expects.
#[component]
pub fn Loads(props: &LoadsProps) -> Html {
    let frame = &props.frame;
    let Some(spread) = frame.spread() else { return Html::default() };
    let up: Vec<&ShardView> = frame.shards().iter().filter(|shard| shard.is_up).collect();
    html! {
        <div class="consistent-hashing-loads">
            if up.len() > MOST_BARS {
                { histogram(&up) }
            } else {
                { one_by_one(&up, spread) }
            }
            <p class="consistent-hashing-totals">
                { format!("Standard deviation: {:.1} keys on the ring, {:.1} with modulo ", spread.ring, spread.modulo) }
                <Badge provenance={Provenance::Measured} />
                if let Some(expected) = spread.expected {
                    { format!(" Theory expects {:.1} ± {expected:.1} keys on a ring of {} random points ",
                        spread.mean, frame.points().len()) }
                    <Badge provenance={Provenance::Modelled} />
                }
            </p>
        </div>
    }
}

fn one_by_one(up: &[&ShardView], spread: Spread) -> Html {
    let categories: Vec<AttrValue> = up.iter().map(|shard| shard.name.clone().into()).collect();
    let series =
        series(up.iter().map(|it| it.keys.into()), up.iter().map(|it| it.modulo_keys.into()));
    let mut references = vec![(AttrValue::from("mean"), spread.mean)];
    if let Some(expected) = spread.expected {
        references.push(("mean − σ in theory".into(), (spread.mean - expected).max(0.0)));
        references.push(("mean + σ in theory".into(), spread.mean + expected));
    }
    html! { <BarChart title="Keys per shard" {categories} {series} {references} y_label="keys" /> }
}

fn histogram(up: &[&ShardView]) -> Html {
    let most = up.iter().map(|it| it.keys.max(it.modulo_keys)).max().unwrap_or(0) as usize;
    let width = (most + 1).div_ceil(BINS).max(1);
    let bins = (most + 1).div_ceil(width);
    let count = |load: fn(&ShardView) -> u32| {
        let mut counts = vec![0.0; bins];
        for shard in up {
            counts[load(shard) as usize / width] += 1.0;
        }
        counts.into_iter()
    };
    let categories =
        (0..bins).map(|bin| AttrValue::from((bin * width).to_string())).collect::<Vec<_>>();
    let series = series(count(|it| it.keys), count(|it| it.modulo_keys));
    html! {
        <BarChart title={format!("Shards by load, {width} keys a bar")} {categories} {series} y_label="shards" />
    }
}

fn series(ring: impl Iterator<Item = f64>, modulo: impl Iterator<Item = f64>) -> Vec<Bars> {
    vec![
        Bars { label: "Ring".into(), values: ring.collect(), tone: BarTone::Ours },
        Bars { label: "Modulo".into(), values: modulo.collect(), tone: BarTone::Peer },
    ]
}

/// Which shards.
#[derive(Properties, PartialEq)]
pub struct ShardTableProps {
    /// The frame.
    pub frame: Rc<Frame>,
    /// The shard that is selected.
    pub selected: Option<ShardId>,
    /// Told when a shard is selected, by its first point.
    pub on_select: Callback<PointRef>,
}

/// The same as the picture, in rows.
#[component]
pub fn ShardTable(props: &ShardTableProps) -> Html {
    let ShardTableProps { frame, selected, on_select } = props;
    let page = use_state(|| 0usize);
    let columns =
        ["Shard", "State", "Weight", "Points", "Share of the ring", "Keys", "Keys with modulo"];
    let pages = frame.shards().len().div_ceil(PAGE).max(1);
    let shown = (*page).min(pages - 1);
    let rows = frame.shards().iter().skip(shown * PAGE).take(PAGE).map(|shard| Row {
        key: shard.id.0.to_string().into(),
        cells: cells(shard).into_iter().map(AttrValue::from).collect(),
        is_selected: *selected == Some(shard.id),
    });
    let on_row = on_select.reform(|key: AttrValue| (ShardId(key.parse().unwrap_or(0)), 0));
    let turn = |to: usize| {
        let page = page.clone();
        Callback::from(move |_: MouseEvent| page.set(to))
    };
    html! {
        <div>
            <DataTable caption="The shards" columns={columns.map(AttrValue::from).to_vec()}
                rows={rows.collect::<Vec<_>>()} on_select={Some(on_row)} />
            if pages > 1 {
                <div class="toolbar">
                    <button onclick={turn(shown.saturating_sub(1))} disabled={shown == 0}>{ "Earlier shards" }</button>
                    <span role="status">{ format!("Page {} of {pages}", shown + 1) }</span>
                    <button onclick={turn(shown + 1)} disabled={shown + 1 == pages}>{ "Later shards" }</button>
                </div>
            }
        </div>
    }
}

fn cells(shard: &ShardView) -> Vec<String> {
    vec![
        shard.name.clone(),
        if shard.is_up { "up" } else { "down" }.to_owned(),
        shard.weight.to_string(),
        shard.points.to_string(),
        format!("{:.2} %", shard.share * 100.0),
        shard.keys.to_string(),
        shard.modulo_keys.to_string(),
    ]
}

/// All shards as comma-separated values.
pub fn csv(frame: &Frame) -> String {
    let mut text = "shard,state,weight,points,share_percent,keys,keys_with_modulo\n".to_owned();
    for shard in frame.shards() {
        text.push_str(&cells(shard).join(",").replace(" %", ""));
        text.push('\n');
    }
    text
}

//! The sandbox at the end: every knob, the data behind the picture, and everything to take home.

use super::counters::Counters;
use super::figure::RingFigure;
use super::page::{Selected, Stage, VIRTUAL_NODES};
use super::words;
use crate::components::{
    BarChart, BarTone, Bars, CopyCommand, DataTable, DownloadButton, Row, Slider, download,
};
use crate::live::{FetchError, post_json};
use crate::player::{Player, PlayerBar, link_of};
use playground_core::consistent_hashing::lab::{Frame, MOST_KEYS, MOST_SHARDS};
use playground_core::consistent_hashing::scenarios::Named;
use playground_core::consistent_hashing::{HashKind, Lab, Scenario, ShardId, scenarios};
use playground_core::sim::{ReplaySummary, Run, Time, replay};
use std::rc::Rc;
use web_sys::{HtmlCanvasElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

/// The sandbox.
#[component]
pub fn Console(props: &Stage) -> Html {
    let Stage { player, frame, selected, on_select, on_act } = props;
    let canvas = use_node_ref();
    let view = player.view(words::sentence);
    let on_virtual_nodes = on_act.reform(|virtual_nodes: u32| {
        playground_core::consistent_hashing::Action::SetVirtualNodes { virtual_nodes }
    });
    let on_add = on_act.reform(|_: MouseEvent| {
        playground_core::consistent_hashing::Action::AddShard { weight: 1 }
    });
    html! {
        <section class="consistent-hashing-console" aria-labelledby="sandbox">
            <div class="prose">
                <h2 id="sandbox">{ "The sandbox" }</h2>
                <p>{ "The same run as at the top, with every knob. Whatever you do here can be stepped through, \
                      taken back and shared." }</p>
            </div>
            <div class="consistent-hashing-lead figure">
                <div class="consistent-hashing-stage">
                    <RingFigure player={player.clone()} selected={*selected} on_select={on_select.clone()}
                        on_act={on_act.clone()} canvas={canvas.clone()} />
                    <PlayerBar {view} on_command={player.on_command()} />
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
            <TakeHome player={player.clone()} frame={frame.clone()} {canvas} />
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct PlayerProps {
    player: Player<Lab>,
}

/// Chooses what is there at the start.
#[component]
fn Setup(props: &PlayerProps) -> Html {
    let player = &props.player;
    let run = player.run();
    let on_named = {
        let player = player.clone();
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let named = scenarios::all().into_iter().find(|named| named.name == select.value());
            if let Some(Named { run, until, .. }) = named {
                player.load(run, until);
            }
        })
    };
    let load = {
        let player = player.clone();
        Callback::from(move |scenario: Scenario| {
            let run = Run::new(scenario.clamped(), player.run().seed);
            player.load(run, Time::from_ms(1_000));
        })
    };
    let on_number = |change: fn(&mut Scenario, u32)| {
        let (load, scenario) = (load.clone(), run.scenario.clone());
        Callback::from(move |event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let mut scenario = scenario.clone();
            change(&mut scenario, input.value_as_number().max(0.0) as u32);
            load.emit(scenario);
        })
    };
    let on_hash = {
        let (load, scenario) = (load.clone(), run.scenario.clone());
        Callback::from(move |event: Event| {
            let select: HtmlSelectElement = event.target_unchecked_into();
            let hash = HASHES.into_iter().find(|hash| hash.name() == select.value());
            load.emit(Scenario { hash: hash.unwrap_or_default(), ..scenario.clone() });
        })
    };
    let named = scenarios::all();
    let is_played =
        |named: &Named| named.run.scenario == run.scenario && run.actions == named.run.actions;
    let is_own = !named.iter().any(is_played);
    let Scenario { shards, keys, hash, .. } = run.scenario;
    html! {
        <div class="consistent-hashing-setup">
            <label>{ "Begin with " }<select onchange={on_named}>
                if is_own {
                    <option value="" selected={true}>{ "A run of your own" }</option>
                }
                { for named.iter().map(|named| html! {
                    <option value={named.name} selected={is_played(named)}>{ named.title }</option>
                }) }
            </select></label>
            <label>{ "Shards " }<input type="number" min="1" max={MOST_SHARDS.to_string()} value={shards.to_string()}
                onchange={on_number(|scenario, number| scenario.shards = number)} /></label>
            <label>{ "Keys " }<input type="number" min="0" max={MOST_KEYS.to_string()} value={keys.to_string()}
                onchange={on_number(|scenario, number| scenario.keys = number)} /></label>
            <label>{ "Hash " }<select onchange={on_hash}>
                { for HASHES.iter().map(|it| html! {
                    <option value={it.name()} selected={*it == hash}>{ it.name() }</option>
                }) }
            </select></label>
        </div>
    }
}

const HASHES: [HashKind; 2] = [HashKind::XxHash64, HashKind::Md5];

/// What the model promises, checked at this very moment.
#[component]
fn Invariants(props: &PlayerProps) -> Html {
    let broken = props.player.broken_invariants();
    if broken.is_empty() {
        html! { <p class="consistent-hashing-invariants">{ "Every invariant of the model holds at this moment." }</p> }
    } else {
        html! { <p class="notice" role="alert">{ format!("Broken: {}", broken.join("; ")) }</p> }
    }
}

#[derive(Properties, PartialEq)]
struct FrameProps {
    frame: Rc<Frame>,
}

/// More bars than this would be hair: the table has the numbers.
const MOST_BARS: usize = 60;

/// The load of each shard beside modulo's.
#[component]
fn Loads(props: &FrameProps) -> Html {
    let up: Vec<_> = props.frame.shards.iter().filter(|shard| shard.is_up).collect();
    if up.is_empty() || up.len() > MOST_BARS {
        return Html::default();
    }
    let mean = props.frame.keys.len() as f64 / up.len() as f64;
    let categories: Vec<AttrValue> = up.iter().map(|shard| shard.name.clone().into()).collect();
    let ring = up.iter().map(|shard| f64::from(shard.keys)).collect();
    let modulo = up.iter().map(|shard| f64::from(shard.modulo_keys)).collect();
    let series = vec![
        Bars { label: "Ring".into(), values: ring, tone: BarTone::Ours },
        Bars { label: "Modulo".into(), values: modulo, tone: BarTone::Peer },
    ];
    html! {
        <BarChart title="Keys per shard" {categories} {series} y_label="keys"
            reference={Some((AttrValue::from("mean"), mean))} />
    }
}

#[derive(Properties, PartialEq)]
struct ShardTableProps {
    frame: Rc<Frame>,
    selected: Option<ShardId>,
    on_select: Callback<super::figure::PointRef>,
}

/// The same as the picture, in rows.
#[component]
fn ShardTable(props: &ShardTableProps) -> Html {
    let ShardTableProps { frame, selected, on_select } = props;
    let columns =
        ["Shard", "State", "Weight", "Points", "Share of the ring", "Keys", "Keys with modulo"];
    let rows = table(frame).into_iter().zip(&frame.shards).map(|(cells, shard)| Row {
        key: shard.id.0.to_string().into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: *selected == Some(shard.id),
    });
    let on_row = on_select.reform(|key: AttrValue| (ShardId(key.parse().unwrap_or(0)), 0));
    html! {
        <DataTable caption="The shards" columns={columns.map(AttrValue::from).to_vec()}
            rows={rows.collect::<Vec<_>>()} on_select={Some(on_row)} />
    }
}

/// One row a shard.
fn table(frame: &Frame) -> Vec<Vec<String>> {
    let mut points = std::collections::BTreeMap::new();
    for point in &frame.points {
        *points.entry(point.shard).or_insert(0u32) += 1;
    }
    let row = |shard: &playground_core::consistent_hashing::lab::ShardView| {
        vec![
            shard.name.clone(),
            if shard.is_up { "up" } else { "down" }.to_owned(),
            shard.weight.to_string(),
            points.get(&shard.id).copied().unwrap_or(0).to_string(),
            format!("{:.2} %", shard.share * 100.0),
            shard.keys.to_string(),
            shard.modulo_keys.to_string(),
        ]
    };
    frame.shards.iter().map(row).collect()
}

#[derive(Properties, PartialEq)]
struct TakeHomeProps {
    player: Player<Lab>,
    frame: Rc<Frame>,
    canvas: NodeRef,
}

/// The figure, the data, the run, and the way to replay it outside the browser.
#[component]
fn TakeHome(props: &TakeHomeProps) -> Html {
    let TakeHomeProps { player, frame, canvas } = props;
    let on_png = {
        let canvas = canvas.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                crate::components::download_canvas("ring.png", &canvas);
            }
        })
    };
    let on_csv = {
        let frame = frame.clone();
        Callback::from(move |_: MouseEvent| {
            download("shards.csv", "text/csv", csv(&frame).as_bytes())
        })
    };
    let on_json = {
        let player = player.clone();
        Callback::from(move |_: MouseEvent| {
            download("run.json", "application/json", json(&player.run()).as_bytes());
        })
    };
    let origin = gloo::utils::window().location().origin().unwrap_or_default();
    let path = gloo::utils::window().location().pathname().unwrap_or_default();
    let link = format!("{origin}{path}{}", link_of(&player.run(), player.moment()));
    let url = format!("{origin}{REPLAY}");
    let body = json(&player.run());
    let curl = format!("curl -s {url} -H 'content-type: application/json' -d '{body}'");
    let powershell = format!(
        "Invoke-RestMethod {url} -Method Post -ContentType application/json -Body '{body}'"
    );
    html! {
        <div class="consistent-hashing-home">
            <h3>{ "Take it home" }</h3>
            <div class="toolbar">
                <DownloadButton label="Figure as PNG" on_click={on_png} />
                <DownloadButton label="Data as CSV" on_click={on_csv} />
                <DownloadButton label="Run as JSON" on_click={on_json} />
            </div>
            <CopyCommand label="Link to this moment" command={link} />
            <Replayed player={player.clone()} />
            <CopyCommand label="curl" command={curl} />
            <CopyCommand label="PowerShell" command={powershell} />
        </div>
    }
}

const REPLAY: &str = "/api/consistent-hashing/replay";

fn csv(frame: &Frame) -> String {
    let mut text = "shard,state,weight,points,share,keys,keys_with_modulo\n".to_owned();
    for row in table(frame) {
        text.push_str(&row.join(",").replace(" %", ""));
        text.push('\n');
    }
    text
}

fn json(run: &Run<Lab>) -> String {
    // A run is plain data; there is nothing in it that JSON could not hold.
    serde_json::to_string(run).unwrap_or_default()
}

/// What came of replaying the run on the server.
#[derive(Clone, PartialEq)]
enum Outcome {
    Idle,
    Asking,
    Answered { server: ReplaySummary, page: ReplaySummary },
    Failed(FetchError),
}

/// One logic, two worlds: the server replays the run natively, and both must agree.
#[component]
fn Replayed(props: &PlayerProps) -> Html {
    let outcome = use_state(|| Outcome::Idle);
    let onclick = {
        let (player, outcome) = (props.player.clone(), outcome.clone());
        Callback::from(move |_: MouseEvent| {
            outcome.set(Outcome::Asking);
            let (run, outcome) = (player.run(), outcome.clone());
            wasm_bindgen_futures::spawn_local(async move {
                let page = replay(&run, Time(u64::MAX), u64::MAX).summary();
                outcome.set(match post_json::<_, ReplaySummary>(REPLAY, &run).await {
                    Ok(server) => Outcome::Answered { server, page },
                    Err(error) => Outcome::Failed(error),
                });
            });
        })
    };
    let text = match &*outcome {
        Outcome::Idle => {
            "The server runs the same code natively. Let it replay this run and compare.".to_owned()
        }
        Outcome::Asking => "Asking the server …".to_owned(),
        Outcome::Answered { server, page } if server == page => format!(
            "Page and server agree: {} steps, {} events, fingerprint {}.",
            server.steps, server.events, server.fingerprint
        ),
        Outcome::Answered { server, page } => format!(
            "Page and server differ: fingerprint {} here, {} there. They run different versions.",
            page.fingerprint, server.fingerprint
        ),
        Outcome::Failed(error) => error.to_string(),
    };
    html! {
        <div class="consistent-hashing-replay">
            <button {onclick} disabled={*outcome == Outcome::Asking}>{ "Replay on the server" }</button>
            <p role="status">{ text }</p>
        </div>
    }
}

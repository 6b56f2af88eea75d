//! Takes the lab home: the figure, the data, the run, and the way to replay it outside the browser.

use super::data::csv;
use super::painter::{self, Emphasis};
use crate::components::{CopyCommand, DownloadButton, Palette, Surface, download, download_canvas};
use crate::live::{FetchError, post_json};
use crate::player::{Player, link_of};
use gloo::timers::callback::Timeout;
use playground_core::consistent_hashing::Lab;
use playground_core::consistent_hashing::lab::Frame;
use playground_core::sim::{ReplaySummary, Run, summarize};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};
use yew::prelude::*;

/// What is taken home.
#[derive(Properties, PartialEq)]
pub struct TakeHomeProps {
    /// What is played.
    pub player: Player<Lab>,
    /// What is drawn.
    pub frame: Rc<Frame>,
}

/// The side of the picture that is taken home, in pixels.
const PICTURE: u32 = 1_200;

/// The whole figure on a canvas of its own, shards and names included.
fn picture(frame: &Frame) -> Option<HtmlCanvasElement> {
    let canvas = gloo::utils::document().create_element("canvas").ok()?;
    let canvas = canvas.dyn_into::<HtmlCanvasElement>().ok()?;
    canvas.set_width(PICTURE);
    canvas.set_height(PICTURE);
    let context = canvas.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
    let (width, height) = (f64::from(PICTURE), f64::from(PICTURE));
    let palette = Palette::read();
    let surface = Surface { context: &context, width, height, palette: &palette };
    painter::draw(&surface, frame, Emphasis::default());
    painter::draw_signs(&surface, frame);
    Some(canvas)
}

/// The figure, the data, the run, and the way to replay it outside the browser.
#[component]
pub fn TakeHome(props: &TakeHomeProps) -> Html {
    let TakeHomeProps { player, frame } = props;
    let on_png = {
        let frame = frame.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(canvas) = picture(&frame) {
                download_canvas("ring.png", &canvas);
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
    let Texts { link, curl, powershell } = (*use_texts(player)).clone();
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

/// What can be copied.
#[derive(Clone, PartialEq)]
struct Texts {
    link: AttrValue,
    curl: AttrValue,
    powershell: AttrValue,
}

/// How long the run must have stood still before its texts are written anew: they hold all of it.
const STILL_MS: u32 = 200;

/// The texts of the run, as soon as it stands still.
#[hook]
fn use_texts(player: &Player<Lab>) -> UseStateHandle<Texts> {
    let texts = use_state(|| texts_of(player));
    let pending = use_mut_ref(|| None::<Timeout>);
    let set = texts.setter();
    let player = player.clone();
    use_effect_with(player.revision(), move |_| {
        // Replaces, and so cancels, the one that was to write what is outdated by now.
        pending.replace(Some(Timeout::new(STILL_MS, move || set.set(texts_of(&player)))));
    });
    texts
}

fn texts_of(player: &Player<Lab>) -> Texts {
    let location = gloo::utils::window().location();
    let origin = location.origin().unwrap_or_default();
    let path = location.pathname().unwrap_or_default();
    let url = format!("{origin}{REPLAY}");
    let run = player.run();
    let body = json(&run);
    // Keys of the reader's own may hold a quotation mark; each shell has its own way to write one.
    let (for_sh, for_powershell) = (body.replace('\'', r"'\''"), body.replace('\'', "''"));
    let curl = format!("curl -s {url} -H 'content-type: application/json' -d '{for_sh}'");
    let powershell = format!(
        "Invoke-RestMethod {url} -Method Post -ContentType 'application/json; charset=utf-8' -Body '{for_powershell}'"
    );
    Texts {
        link: format!("{origin}{path}{}", link_of(&run, player.moment())).into(),
        curl: curl.into(),
        powershell: powershell.into(),
    }
}

const REPLAY: &str = "/api/consistent-hashing/replay";

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

#[derive(Properties, PartialEq)]
struct ReplayedProps {
    player: Player<Lab>,
}

/// One logic, two worlds: the server replays the run natively, and both must agree.
#[component]
fn Replayed(props: &ReplayedProps) -> Html {
    let outcome = use_state(|| Outcome::Idle);
    let onclick = {
        let (player, outcome) = (props.player.clone(), outcome.clone());
        Callback::from(move |_: MouseEvent| {
            outcome.set(Outcome::Asking);
            let (run, outcome) = (player.run(), outcome.clone());
            wasm_bindgen_futures::spawn_local(async move {
                // The server first: it refuses a run that would also hold up the page.
                outcome.set(match post_json::<_, ReplaySummary>(REPLAY, &run).await {
                    Ok(server) => Outcome::Answered { server, page: summarize(&run, u64::MAX) },
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

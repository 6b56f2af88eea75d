//! IDs made by the server: any kind, up to ten thousand at once.

use super::super::real::connect::API;
use super::super::real::kinds::{kind_sign, kind_slug};
use crate::components::{
    Badge, Choice, DownloadButton, Glyph, Provenance, Slider, download, grouped,
};
use crate::live::{FetchError, post_json};
use playground_core::unique_id::kinds::Kind;
use playground_core::unique_id::wire::{Batch, Held, MOST_IDS};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// What can be had without a table. An auto-increment number comes into being with its row.
const KINDS: [Kind; 4] = [Kind::Snowflake, Kind::UuidV4, Kind::UuidV7, Kind::Ulid];
/// How many, on the slider.
const COUNTS: [u32; 7] = [1, 3, 10, 100, 1_000, 4_096, MOST_IDS];
/// How many of them are shown: the first and the last.
const SHOWN: usize = 5;

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct MakeProps {
    /// Whether nothing can be asked now.
    pub disabled: bool,
    /// Told an ID that is to be taken apart.
    pub on_pick: Callback<AttrValue>,
}

/// What came, and how long that took, in milliseconds.
#[derive(Clone, PartialEq)]
struct Made {
    batch: Rc<Batch>,
    took_ms: f64,
}

/// The form, and what came.
#[component]
pub fn Make(props: &MakeProps) -> Html {
    let MakeProps { disabled, on_pick } = props;
    let kind = use_state_eq(|| Kind::Snowflake);
    let count = use_state_eq(|| 10_u32);
    let made = use_state_eq(|| None::<Result<Made, FetchError>>);
    let onclick = {
        let (path, made) = (path(*kind, *count), made.setter());
        Callback::from(move |_: MouseEvent| {
            let (path, made) = (path.clone(), made.clone());
            spawn_local(async move { made.set(Some(ask(&path).await)) });
        })
    };
    let on_kind = {
        let kind = kind.setter();
        Callback::from(move |number: usize| {
            kind.set(KINDS.get(number).copied().unwrap_or(Kind::Snowflake));
        })
    };
    let on_count = {
        let count = count.setter();
        Callback::from(move |number: u32| count.set(number))
    };
    let options = KINDS.map(|kind| AttrValue::from(kind.name())).to_vec();
    html! {
        <div class="unique-id-make">
            <div class="figure-controls">
                <Choice label="Kind" {options} chosen={KINDS.iter().position(|it| *it == *kind)} on_change={on_kind} />
                <Slider label="How many" steps={COUNTS.to_vec()} value={*count} on_change={on_count} />
            </div>
            <div class="toolbar">
                <button disabled={*disabled} {onclick}>{ "Let the server make them" }</button>
            </div>
            { match &*made {
                None => Html::default(),
                Some(Ok(made)) => html! { <Shown made={made.clone()} on_pick={on_pick.clone()} /> },
                Some(Err(problem)) => html! { <p class="notice" role="alert">{ problem.to_string() }</p> },
            } }
        </div>
    }
}

fn path(kind: Kind, count: u32) -> String {
    format!("{API}?kind={}&count={count}", kind_slug(kind))
}

async fn ask(path: &str) -> Result<Made, FetchError> {
    let clock = gloo::utils::window().performance();
    let now_ms = || clock.as_ref().map_or(0.0, |clock| clock.now());
    let begun_ms = now_ms();
    let batch: Batch = post_json(path, &()).await?;
    Ok(Made { batch: Rc::new(batch), took_ms: now_ms() - begun_ms })
}

#[derive(Properties, PartialEq)]
struct ShownProps {
    made: Made,
    on_pick: Callback<AttrValue>,
}

/// The first and the last of them, each a button that has it taken apart.
#[component]
fn Shown(props: &ShownProps) -> Html {
    let ShownProps { made: Made { batch, took_ms }, on_pick } = props;
    let button = |id: &String| {
        let text = AttrValue::from(id.clone());
        let onclick = on_pick.reform(move |_: MouseEvent| text.clone());
        html! {
            <li key={id.clone()}>
                <button type="button" class="unique-id-made" {onclick} title="Let the server take it apart">
                    <code>{ id }</code>
                </button>
            </li>
        }
    };
    let ids = &batch.ids;
    let (first, last) = split(ids);
    let left_out = ids.len() - first.len() - last.len();
    let on_file = {
        let batch = batch.clone();
        Callback::from(move |_: MouseEvent| {
            download("ids.csv", "text/csv", csv(&batch).as_bytes());
        })
    };
    html! {
        <div data-live="made" data-count={ids.len().to_string()}>
            <p class="unique-id-hint" role="status">
                <Glyph sign={kind_sign(batch.kind)} />
                { format!(" {} IDs{} in {took_ms:.1} ms, there and back. ", grouped(ids.len() as u64), by(batch.worker)) }
                <Badge provenance={Provenance::Measured} />
            </p>
            <ul class="unique-id-made-list" role="list">
                { for first.iter().map(button) }
                if left_out > 0 {
                    <li key="left-out" class="unique-id-hint">{ format!("… {} more …", grouped(left_out as u64)) }</li>
                }
                { for last.iter().map(button) }
            </ul>
            <div class="toolbar"><DownloadButton label="IDs as CSV" on_click={on_file} /></div>
        </div>
    }
}

fn by(worker: Option<Held>) -> String {
    worker.map_or(String::new(), |it| format!(" by worker {}, epoch {},", it.number, it.epoch))
}

/// What is shown of a list: all of it, or both ends.
fn split(ids: &[String]) -> (&[String], &[String]) {
    if ids.len() <= 2 * SHOWN {
        return (ids, &[]);
    }
    (&ids[..SHOWN], &ids[ids.len() - SHOWN..])
}

/// One ID a line (RFC 4180).
fn csv(batch: &Batch) -> String {
    let lines = std::iter::once("id").chain(batch.ids.iter().map(String::as_str));
    lines.map(|line| format!("{line}\r\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_both_ends_are_shown() {
        let ids: Vec<String> = (0..12).map(|it| it.to_string()).collect();
        assert_eq!(split(&ids), (&ids[..5], &ids[7..]));
        assert_eq!(split(&ids[..10]), (&ids[..10], &[] as &[String]));
    }
}

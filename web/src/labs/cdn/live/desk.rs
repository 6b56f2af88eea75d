//! What can be done to the edges and to the origin behind them.

use super::asking::Asking;
use super::connect::API;
use super::rush::{RUSH, Rush};
use super::words::{health, ms_text};
use crate::components::{Badge, Choice, Provenance};
use crate::live::{FetchError, post_json, put_json};
use playground_core::cdn::wire::{FaultRequest, Faults, PurgeRequest, Stats, TtlOverride};
use serde::de::IgnoredAny;
use std::rc::Rc;
use yew::prelude::*;

/// How much longer a slow origin takes, in milliseconds.
const SLOW_MS: u64 = 2_000;
/// For how many seconds everything can be said to be fresh.
const LIFETIMES_S: [Option<u64>; 4] = [None, Some(5), Some(60), Some(3_600)];

/// Something that is asked of the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Copies are to be removed.
    Purge(PurgeRequest),
    /// Something is to be wrong with the origin, or right again.
    Fault(FaultRequest),
    /// Everything is to be fresh for so long.
    Ttl(TtlOverride),
}

impl Ask {
    /// Asks. What comes of it is seen in the feed; only what goes wrong is of interest here.
    ///
    /// # Errors
    /// If the server is away, or refuses.
    pub async fn send(self) -> Result<(), FetchError> {
        let done: IgnoredAny = match self {
            Ask::Purge(request) => post_json(&format!("{API}/purge"), &request).await?,
            Ask::Fault(request) => post_json(&format!("{API}/faults"), &request).await?,
            Ask::Ttl(request) => put_json(&format!("{API}/ttl"), &request).await?,
        };
        let IgnoredAny = done;
        Ok(())
    }
}

/// What can be wrong with the origin.
const HEALTHS: [(&str, Faults); 4] = [
    ("well", Faults { slow_ms: 0, down: false, error: false, revision: 0 }),
    ("slow, 2 s", Faults { slow_ms: SLOW_MS, down: false, error: false, revision: 0 }),
    ("down", Faults { slow_ms: 0, down: true, error: false, revision: 0 }),
    ("500 for everything", Faults { slow_ms: 0, down: false, error: true, revision: 0 }),
];

/// What the desk needs.
#[derive(Properties, PartialEq)]
pub struct DeskProps {
    /// How the edges stand.
    pub stats: Rc<Stats>,
    /// What is, or would be, asked for; none if it is no path.
    pub asking: Option<Asking>,
    /// The last stampede.
    pub rush: Option<Rc<Rush>>,
    /// Whether nothing can be done now.
    pub disabled: bool,
    /// Told what is asked of the server.
    pub on_ask: Callback<Ask>,
    /// Told what is asked for by many at once.
    pub on_rush: Callback<Asking>,
}

/// Purges, faults and a stampede.
#[component]
pub fn Desk(props: &DeskProps) -> Html {
    let DeskProps { stats, asking, rush, disabled, on_ask, on_rush } = props;
    let disabled = *disabled;
    let is_running = rush.as_ref().is_some_and(|it| !it.is_over());
    let on_purge = {
        let (on_ask, asking) = (on_ask.clone(), asking.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(Asking { edge, path, .. }) = &asking {
                on_ask.emit(Ask::Purge(PurgeRequest {
                    url: Some(path.clone()),
                    edge: Some(edge.clone()),
                    ..PurgeRequest::default()
                }));
            }
        })
    };
    let on_purge_all = on_ask
        .reform(|_: MouseEvent| Ask::Purge(PurgeRequest { all: true, ..PurgeRequest::default() }));
    let on_change = on_ask.reform(|_: MouseEvent| {
        Ask::Fault(FaultRequest { change: true, ..FaultRequest::default() })
    });
    let on_stampede = {
        let (on_rush, asking) = (on_rush.clone(), asking.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(asking) = &asking {
                on_rush.emit(asking.clone());
            }
        })
    };
    let faults = stats.origin.faults;
    html! {
        <div class="cdn-live-desk">
            <div class="toolbar">
                <button disabled={disabled || asking.is_none()} onclick={on_purge}>{ "Purge this path" }</button>
                <button {disabled} onclick={on_purge_all}>{ "Purge everything" }</button>
                <button disabled={disabled || !stats.origin.is_embedded} onclick={on_change}>{ "Change its content" }</button>
                <button disabled={disabled || is_running || asking.is_none()} onclick={on_stampede}>
                    { format!("{RUSH} at once") }
                </button>
            </div>
            <div class="figure-controls">
                <Health {faults} {disabled} on_ask={on_ask.clone()} />
                <Lifetime seconds={stats.ttl_override_s} {disabled} on_ask={on_ask.clone()} />
            </div>
            if let Some(rush) = rush {
                <RushLine rush={rush.clone()} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct HealthProps {
    faults: Faults,
    disabled: bool,
    on_ask: Callback<Ask>,
}

#[component]
fn Health(props: &HealthProps) -> Html {
    let HealthProps { faults, disabled, on_ask } = props;
    let is_same = |it: &Faults| {
        (it.slow_ms, it.down, it.error) == (faults.slow_ms, faults.down, faults.error)
    };
    let chosen = HEALTHS.iter().position(|(_, it)| is_same(it));
    let options = HEALTHS.map(|(name, _)| AttrValue::from(name)).to_vec();
    let on_change = on_ask.reform(|number: usize| {
        let wanted = HEALTHS.get(number).map_or(Faults::default(), |(_, it)| *it);
        Ask::Fault(FaultRequest {
            slow_ms: Some(wanted.slow_ms),
            down: Some(wanted.down),
            error: Some(wanted.error),
            change: false,
        })
    });
    html! {
        <Choice label="The origin is" {options} {chosen} otherwise={health(faults)} disabled={*disabled} {on_change} />
    }
}

#[derive(Properties, PartialEq)]
struct LifetimeProps {
    seconds: Option<u64>,
    disabled: bool,
    on_ask: Callback<Ask>,
}

#[component]
fn Lifetime(props: &LifetimeProps) -> Html {
    let LifetimeProps { seconds, disabled, on_ask } = props;
    let chosen = LIFETIMES_S.iter().position(|it| it == seconds);
    let name = |it: Option<u64>| {
        it.map_or("as the origin says".to_owned(), |s| format!("{s} s, whatever it says"))
    };
    let options = LIFETIMES_S.map(|it| AttrValue::from(name(it))).to_vec();
    let on_change = on_ask.reform(|number: usize| {
        Ask::Ttl(TtlOverride { seconds: LIFETIMES_S.get(number).copied().flatten() })
    });
    html! {
        <Choice label="Copies are fresh for" {options} {chosen} otherwise={name(*seconds)} disabled={*disabled} {on_change} />
    }
}

#[derive(Properties, PartialEq)]
struct RushLineProps {
    rush: Rc<Rush>,
}

/// What a stampede has cost so far.
#[component]
fn RushLine(props: &RushLineProps) -> Html {
    let rush = &props.rush;
    let back = rush.took_ms.len();
    let mut text = format!(
        "{back} of {RUSH} answered. Of {} that reached the edge, {} joined another and {} found a copy: {} to the origin.",
        rush.asked(),
        rush.joined,
        rush.hits,
        requests(rush.forwarded)
    );
    if rush.failed > 0 {
        text += &format!(" {} failed.", rush.failed);
    }
    if let Some(median_ms) = rush.median_ms().filter(|_| rush.is_over()) {
        text += &format!(" Half of them had all of it within {}.", ms_text(median_ms));
    }
    html! {
        <div class="cdn-live-rush">
            <p role="status" data-live="rush" data-forwarded={rush.forwarded.to_string()}>
                { text }{ " " }<Badge provenance={Provenance::Measured} />
            </p>
            <p class="cdn-hint">
                { "A browser opens six connections to a server at a time; the others queue in it. The command below \
                   sends all of them at once." }
            </p>
        </div>
    }
}

fn requests(count: u32) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

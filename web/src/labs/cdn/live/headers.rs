//! The request and the answer as they are: header fields with what they mean here.

use super::asking::{Answer, Asking};
use super::verdict::{CacheStatus, Verdict};
use super::words::{field_meaning, ms_text, size_text};
use crate::components::{Badge, Provenance};
use crate::live::FetchError;
use playground_core::cdn::wire::MARK;
use yew::prelude::*;

/// The fields that say most about caching, in the order in which they are worth reading.
const FIRST: [&str; 9] = [
    "cache-status",
    "age",
    "cache-control",
    "cdn-cache-control",
    "etag",
    "last-modified",
    "vary",
    "via",
    "date",
];

/// What the two heads need.
#[derive(Properties, PartialEq)]
pub struct HeadersProps {
    /// What was asked.
    pub asking: Asking,
    /// What the page calls the request.
    pub mark: u64,
    /// What came back, once something has.
    pub answer: Option<Result<Answer, FetchError>>,
}

/// What was sent, and what came back.
#[component]
pub fn Headers(props: &HeadersProps) -> Html {
    let HeadersProps { asking, mark, answer } = props;
    let answer = match answer {
        None => html! { <p class="cdn-hint">{ "No answer yet." }</p> },
        Some(Err(error)) => html! { <p class="notice" role="alert">{ error.to_string() }</p> },
        Some(Ok(answer)) => received(answer),
    };
    html! {
        <div class="cdn-live-heads">
            <section aria-label="The request">
                <p class="cdn-live-head">{ "The page asked" }</p>
                <dl class="cdn-live-fields">
                    <div><dt>{ "GET" }</dt><dd><code>{ asking.address() }</code></dd></div>
                    <div>
                        <dt>{ "cache-control" }</dt>
                        <dd><code>{ asking.wish.field() }</code>
                            <span class="cdn-hint">{ format!("For the caches on the way: {}.", asking.wish.words()) }</span>
                        </dd>
                    </div>
                    <div>
                        <dt>{ MARK }</dt>
                        <dd><code>{ *mark }</code>
                            <span class="cdn-hint">
                                { "By this number the page knows its own request among all that the server tells of. The                                    edge keeps it from the origin." }
                            </span>
                        </dd>
                    </div>
                </dl>
                <p class="cdn-hint">
                    { "The browser adds Host, Accept-Encoding, User-Agent and others, which it shows to no page. Its own \
                       cache is kept out, so that it is the edge that answers; if the page said nothing to caches, the \
                       browser would say no-cache then." }
                </p>
            </section>
            <section aria-label="The answer">{ answer }</section>
        </div>
    }
}

fn received(answer: &Answer) -> Html {
    let rank = |name: &str| FIRST.iter().position(|it| name.eq_ignore_ascii_case(it));
    let mut fields: Vec<&(String, String)> = answer.headers.iter().collect();
    fields.sort_by_key(|(name, _)| rank(name).unwrap_or(FIRST.len()));
    let (told, rest): (Vec<_>, Vec<_>) =
        fields.into_iter().partition(|(name, _)| meaning(name, "").is_some());
    html! {
        <>
            <p class="cdn-live-head">
                { "The edge answered " }<VerdictWord verdict={Verdict::of(answer)} />
            </p>
            <p class="cdn-live-times">
                <strong>{ format!("{} {}", answer.status, answer.status_text) }</strong>
                { format!(" · head after {} · all {} after {} ", ms_text(answer.head_ms), size_text(answer.bytes),
                    ms_text(answer.whole_ms)) }
                <Badge provenance={Provenance::Measured} />
            </p>
            <dl class="cdn-live-fields" data-live="fields">{ for told.into_iter().map(field) }</dl>
            if !rest.is_empty() {
                <details class="cdn-live-rest">
                    <summary>{ format!("{} more fields, which say nothing about caching", rest.len()) }</summary>
                    <dl class="cdn-live-fields">{ for rest.into_iter().map(field) }</dl>
                </details>
            }
        </>
    }
}

fn field((name, value): &(String, String)) -> Html {
    html! {
        <div key={name.as_str()} data-field={name.to_ascii_lowercase()}>
            <dt>{ name }</dt>
            <dd>
                <code>{ value }</code>
                if let Some(meaning) = meaning(name, value) {
                    <span class="cdn-hint">{ meaning }</span>
                }
            </dd>
        </div>
    }
}

/// What a field means; that of `Cache-Status` depends on its value.
fn meaning(name: &str, value: &str) -> Option<AttrValue> {
    let name = name.to_ascii_lowercase();
    if name == "cache-status" {
        let parsed = CacheStatus::parse(value);
        return Some(parsed.map_or("What the caches did.".into(), |it| it.sentence().into()));
    }
    field_meaning(&name).map(AttrValue::from)
}

/// What a verdict needs.
#[derive(Properties, PartialEq)]
pub struct VerdictWordProps {
    /// The verdict.
    pub verdict: Verdict,
}

/// A verdict as a word with a frame: hits are filled, misses are not.
#[component]
pub fn VerdictWord(props: &VerdictWordProps) -> Html {
    let verdict = props.verdict;
    html! {
        <span class={classes!("cdn-live-verdict", verdict.class())} data-live="verdict">{ verdict.word() }</span>
    }
}

//! A lab is a file of its own, which is loaded when somebody wants to see the lab: the first visit stays as
//! light as it is however many labs there are.

use super::Lab;
use std::pin::Pin;
use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::SplitLoaderError;
use yew::prelude::*;

/// A view of a lab, once it is loaded.
pub type View = fn() -> Html;

/// The server does not answer, or has another build by now.
#[derive(Clone, Copy, Debug)]
pub struct NotLoaded;

impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        NotLoaded
    }
}

/// A view on its way.
pub type Loading = Pin<Box<dyn Future<Output = Result<View, NotLoaded>>>>;

/// A view that has to be loaded.
#[cfg(not(debug_assertions))]
pub fn soon(view: impl Future<Output = Result<View, NotLoaded>> + 'static) -> Loading {
    Box::pin(view)
}

/// A view that is there: a page that is not released is one whole.
#[cfg(debug_assertions)]
pub fn soon(view: Result<View, NotLoaded>) -> Loading {
    Box::pin(std::future::ready(view))
}

/// Which view of a lab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The lab itself.
    Page,
    /// A moving picture of it for the front door.
    Miniature,
}

/// What is to be shown.
#[derive(Properties, PartialEq)]
pub struct OnDemandProps {
    /// Of which lab.
    pub lab: Lab,
    /// What of it.
    pub part: Part,
}

/// Loads a lab, and shows it.
#[component]
pub fn OnDemand(props: &OnDemandProps) -> Html {
    let OnDemandProps { lab, part } = *props;
    let loaded = use_state(|| None);
    let attempt = use_state(|| 0_u32);
    let setter = loaded.setter();
    use_effect_with((lab, part, *attempt), move |(lab, part, _)| {
        let loading = lab.load(*part);
        spawn_local(async move { setter.set(Some(loading.await)) });
    });
    match (*loaded, part) {
        (Some(Ok(view)), _) => view(),
        (Some(Err(NotLoaded)), Part::Page) => {
            let again = Callback::from(move |_: MouseEvent| attempt.set(*attempt + 1));
            html! {
                <div class="prose" role="alert">
                    <p>{ "The server did not send this lab. If it was renewed meanwhile, load the page again." }</p>
                    <button onclick={again}>{ "Try again" }</button>
                </div>
            }
        }
        (None, Part::Page) => html! { <p class="prose">{ "The lab is on its way." }</p> },
        // The front door does without.
        (_, Part::Miniature) => Html::default(),
    }
}

//! The run in the address: `#run=` and a few bytes, after which the same moment stands elsewhere.

use super::shared::Player;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use playground_core::sim::{Moment, Run, Simulation};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use yew::prelude::*;

/// The first byte of every link: raised when old links can no longer be read.
const VERSION: u8 = 1;
const PREFIX: &str = "#run=";
/// Longer links than this are neither written nor read: browsers begin to cut them off.
const LONGEST_LINK_BYTES: usize = 1 << 20;
/// How long the reader must have been still before the address is written.
const STILL_MS: u32 = 150;
/// The same for the link as text.
const TEXT_MS: u32 = 200;
/// While time runs, the address follows at this pace: browsers limit how often it may change.
const RUNNING_MS: f64 = 1_000.0;

/// What a link holds.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct LinkState<S: Simulation> {
    /// The whole run.
    pub run: Run<S>,
    /// Where the reader stood in it.
    pub moment: Moment,
}

/// Why a link cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// It was made by a version with another format.
    Version,
    /// It is cut off or mistyped.
    Garbled,
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LinkError::Version => "This link was made by another version of the playground.",
            LinkError::Garbled => "This link is cut off or mistyped, so its run cannot be opened.",
        })
    }
}

/// The fragment that holds a run and a moment.
pub fn link_of<S: Simulation>(run: &Run<S>, moment: Moment) -> String {
    let state = LinkState { run: run.clone(), moment };
    let mut bytes = vec![VERSION];
    // Writing to memory cannot fail; a run that could not be written would make an empty link.
    bytes.extend(postcard::to_allocvec(&state).unwrap_or_default());
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// Reads a fragment; none if it holds no run at all.
pub fn decode_link<S: Simulation>(fragment: &str) -> Option<Result<LinkState<S>, LinkError>> {
    let text = fragment.strip_prefix(PREFIX)?;
    if text.len() > LONGEST_LINK_BYTES {
        return Some(Err(LinkError::Garbled));
    }
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(text) else { return Some(Err(LinkError::Garbled)) };
    Some(match bytes.split_first() {
        Some((&VERSION, state)) => postcard::from_bytes(state).map_err(|_| LinkError::Garbled),
        Some(_) => Err(LinkError::Version),
        None => Err(LinkError::Garbled),
    })
}

fn fragment() -> String {
    gloo::utils::window().location().hash().unwrap_or_default()
}

/// The link in the address right now, if there is one that can be read.
pub fn current_link<S: Simulation>() -> Option<LinkState<S>> {
    decode_link(&fragment()).and_then(Result::ok)
}

/// What is wrong with the link in the address, if anything is.
pub fn link_problem<S: Simulation>() -> Option<LinkError> {
    decode_link::<S>(&fragment()).and_then(Result::err)
}

/// Keeps the address and the player in step: writes the run once the reader has done something, and
/// opens a link that is pasted into the address of the open page, or says what is wrong with it.
#[hook]
pub fn use_link<S: Simulation>(player: &Player<S>, on_problem: Callback<Option<LinkError>>) {
    let pending: Rc<RefCell<Option<Timeout>>> = use_mut_ref(|| None);
    let written_ms = use_memo((), |()| Cell::new(0.0));
    {
        let player = player.clone();
        use_effect_with(player.revision(), move |_| {
            let now_ms = js_sys::Date::now();
            if player.is_touched() {
                if !player.is_running() {
                    pending.replace(Some(Timeout::new(STILL_MS, move || write(&player))));
                } else if now_ms - written_ms.get() > RUNNING_MS {
                    written_ms.set(now_ms);
                    write(&player);
                }
            }
        });
    }
    let player = player.clone();
    use_effect_with((), move |()| {
        let listener = EventListener::new(&gloo::utils::window(), "hashchange", move |_| {
            match decode_link::<S>(&fragment()) {
                Some(Ok(link)) => {
                    on_problem.emit(None);
                    player.open(link.run, link.moment);
                }
                Some(Err(problem)) => on_problem.emit(Some(problem)),
                None => {}
            }
        });
        move || drop(listener)
    });
}

/// The link to the run as text to be copied, as soon as it stands still: it holds all of the run.
#[hook]
pub fn use_link_text<S: Simulation>(player: &Player<S>) -> AttrValue {
    let text = use_state(|| link_text(player));
    let pending = use_mut_ref(|| None::<Timeout>);
    let set = text.setter();
    let player = player.clone();
    use_effect_with(player.revision(), move |_| {
        // Replaces, and so cancels, the one that was to write what is outdated by now.
        pending.replace(Some(Timeout::new(TEXT_MS, move || set.set(link_text(&player)))));
    });
    (*text).clone()
}

fn link_text<S: Simulation>(player: &Player<S>) -> AttrValue {
    let location = gloo::utils::window().location();
    let origin = location.origin().unwrap_or_default();
    let path = location.pathname().unwrap_or_default();
    let link = player.with_run(|run| link_of(run, player.moment()));
    format!("{origin}{path}{link}").into()
}

fn write<S: Simulation>(player: &Player<S>) {
    let link = link_of(&player.run(), player.moment());
    if link.len() > LONGEST_LINK_BYTES {
        return;
    }
    let Ok(history) = gloo::utils::window().history() else { return };
    let state = history.state().unwrap_or_default();
    // The router keeps its own state; only the fragment changes. A browser that refuses (too often,
    // too long) leaves the old address standing, which still opens.
    let _ = history.replace_state_with_url(&state, "", Some(&link));
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::consistent_hashing::{Lab, scenarios};

    #[test]
    fn a_link_opens_as_the_run_it_was_made_of() {
        for named in scenarios::all() {
            let moment = Moment { position: 3, time: named.until };
            let link = link_of(&named.run, moment);
            let state = decode_link::<Lab>(&link).expect("a link").expect("a readable link");
            assert_eq!((state.run, state.moment), (named.run, moment));
        }
    }

    #[test]
    fn a_bad_link_is_told_apart_from_none() {
        assert!(decode_link::<Lab>("#how-it-works").is_none());
        let garbled = |text| decode_link::<Lab>(text).expect("a link").err();
        assert_eq!(garbled("#run="), Some(LinkError::Garbled));
        assert_eq!(garbled("#run=%%%"), Some(LinkError::Garbled));
        assert_eq!(garbled("#run=AQ"), Some(LinkError::Garbled));
        assert_eq!(garbled("#run=_w"), Some(LinkError::Version));
    }
}

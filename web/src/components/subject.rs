//! What can be clicked in a picture, and the popup of what was: once, for every lab.

use super::popup::{Leaving, SUBJECT};
use playground_core::sim::NodeId;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, HtmlElement, KeyboardEvent};
use yew::prelude::*;

/// From a node's upper edge to its popup, in CSS pixels, so that its name stays in view.
const BELOW_NAME: f64 = 46.0;
/// From the lower edge of what is under way to its popup.
const GAP: f64 = 6.0;

/// Something that can be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A node.
    Node(NodeId),
    /// Something under way, by its number.
    Flight(u64),
}

impl Subject {
    /// Its name in the document: the value of `data-subject`.
    pub fn key(self) -> String {
        match self {
            Subject::Node(node) => format!("node-{}", node.0),
            Subject::Flight(flight) => format!("flight-{flight}"),
        }
    }

    fn of_key(key: &str) -> Option<Self> {
        match key.split_once('-')? {
            ("node", number) => Some(Subject::Node(NodeId(number.parse().ok()?))),
            ("flight", number) => Some(Subject::Flight(number.parse().ok()?)),
            _ => None,
        }
    }

    /// The thing on which an event happened, and its element.
    fn of_event(event: &Event) -> Option<(Self, Element)> {
        let target = event.target()?.dyn_into::<Element>().ok()?;
        let element = target.closest(&format!("[{SUBJECT}]")).ok()??;
        Some((Subject::of_key(&element.get_attribute(SUBJECT)?)?, element))
    }

    /// A group of shapes that stands for it: a button with this name, or only a picture.
    pub fn group(self, (name, class): (String, Classes), control: Control, content: Html) -> Html {
        let class = classes!(class, (control == Control::Open).then_some("is-open"));
        let key = self.key();
        match control {
            Control::None => html! { <g key={key} {class}>{ content }</g> },
            Control::Closed | Control::Open => html! {
                <g key={key.clone()} class={classes!(class, "subject")} role="button" tabindex="0"
                    aria-label={name} aria-haspopup="dialog" aria-expanded={(control == Control::Open).to_string()}
                    data-subject={key}>
                    { content }
                </g>
            },
        }
    }
}

/// Whether something can be clicked, and whether it has been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// It only shows.
    None,
    /// Its popup is closed.
    Closed,
    /// Its popup is open.
    Open,
}

/// Something that has been clicked, and where its popup belongs.
#[derive(Clone, Copy, PartialEq)]
pub struct Opened {
    /// What.
    pub subject: Subject,
    /// Where, from the picture's upper left corner, in CSS pixels.
    pub place: (f64, f64),
}

/// The popup of a picture, and what opens and closes it.
pub struct Opening {
    /// What is open.
    pub opened: Option<Opened>,
    /// For whatever holds everything that can be clicked.
    pub onclick: Callback<MouseEvent>,
    /// The same for keys.
    pub onkeydown: Callback<KeyboardEvent>,
    /// For the popup.
    pub on_close: Callback<Leaving>,
}

/// Opens the popup of what is clicked within `root`, closes it when that is clicked again, and tells `on_change`
/// of both.
#[hook]
pub fn use_opening(root: &NodeRef, on_change: &Callback<bool>) -> Opening {
    let opened = use_state_eq(|| None::<Opened>);
    let open = opens(root, &opened, on_change);
    let onclick = {
        let open = open.clone();
        Callback::from(move |event: MouseEvent| open.emit(event.into()))
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let is_press = matches!(event.key().as_str(), "Enter" | " ");
        if is_press && Subject::of_event(&event).is_some() {
            event.prevent_default();
            open.emit(event.into());
        }
    });
    let on_close = closes(root, &opened, on_change);
    Opening { opened: *opened, onclick, onkeydown, on_close }
}

fn opens(
    root: &NodeRef,
    opened: &UseStateHandle<Option<Opened>>,
    on_change: &Callback<bool>,
) -> Callback<Event> {
    let (root, opened, on_change) = (root.clone(), opened.clone(), on_change.clone());
    Callback::from(move |event: Event| {
        let Some((subject, element)) = Subject::of_event(&event) else { return };
        if opened.as_ref().is_some_and(|it| it.subject == subject) {
            opened.set(None);
            on_change.emit(false);
            return;
        }
        let Some(root) = root.cast::<Element>() else { return };
        let (bounds, around) =
            (element.get_bounding_client_rect(), root.get_bounding_client_rect());
        let below = match subject {
            Subject::Node(_) => BELOW_NAME.min(bounds.height()),
            Subject::Flight(_) => bounds.height() + GAP,
        };
        let place = (bounds.left() - around.left(), bounds.top() - around.top() + below);
        if opened.is_none() {
            on_change.emit(true);
        }
        opened.set(Some(Opened { subject, place }));
    })
}

/// Gives the focus back to what was clicked, unless that is something under way to which something has been
/// done: it may be gone in a moment, and the focus with it.
fn closes(
    root: &NodeRef,
    opened: &UseStateHandle<Option<Opened>>,
    on_change: &Callback<bool>,
) -> Callback<Leaving> {
    let (root, opened, on_change) = (root.clone(), opened.clone(), on_change.clone());
    Callback::from(move |leaving: Leaving| {
        let Some(Opened { subject, .. }) = &*opened else { return };
        if let Some(root) = root.cast::<HtmlElement>()
            && leaving != Leaving::Elsewhere
        {
            let is_going = leaving == Leaving::Chosen && matches!(subject, Subject::Flight(_));
            let css = format!("[{SUBJECT}={}]", subject.key());
            let found = root.query_selector(&css).ok().flatten().filter(|_| !is_going);
            // An SVG element takes the focus in the same way as one of HTML.
            let target = found.map_or(root, |it| it.unchecked_into::<HtmlElement>());
            let _ = target.focus();
        }
        opened.set(None);
        on_change.emit(false);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_found_again_by_its_name() {
        for subject in [Subject::Node(NodeId(2)), Subject::Flight(17)] {
            assert_eq!(Subject::of_key(&subject.key()), Some(subject));
        }
        assert_eq!(Subject::of_key("flight-x"), None);
    }
}

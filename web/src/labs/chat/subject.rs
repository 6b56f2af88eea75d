//! What can be clicked in the picture: the server, tabs, and packets under way.

use playground_core::sim::NodeId;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};
use yew::prelude::*;

/// Something that can be clicked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The server or a tab.
    Node(NodeId),
    /// A packet, by its number.
    Flight(u64),
}

impl Subject {
    /// Its name in the document.
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
    pub fn of_event(event: &Event) -> Option<(Self, Element)> {
        let target = event.target()?.dyn_into::<Element>().ok()?;
        let element = target.closest("[data-subject]").ok()??;
        Some((Subject::of_key(&element.get_attribute("data-subject")?)?, element))
    }

    /// A group of shapes that stands for it: a button with this name, or only a picture.
    pub fn group(self, (name, class): (String, Classes), control: Control, content: Html) -> Html {
        let class = classes!(class, (control == Control::Open).then_some("is-open"));
        let key = self.key();
        match control {
            Control::None => html! { <g key={key} {class}>{ content }</g> },
            Control::Closed | Control::Open => html! {
                <g key={key.clone()} class={classes!(class, "chat-subject")} role="button" tabindex="0"
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
    /// Its menu is closed.
    Closed,
    /// Its menu is open.
    Open,
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

//! What the server really does: the insert race, the blog on four shards and the ID service, over one feed.

pub mod connect;
pub mod feed;
pub mod kinds;

use super::blog::Blog;
use super::live::Live;
use super::race::Race;
use crate::components::{Badge, Provenance};
use crate::live::connection::Link;
use connect::use_feed;
use feed::Feed;
use std::rc::Rc;
use yew::prelude::*;

/// What each of the sections needs.
#[derive(Clone, Properties, PartialEq)]
pub struct RealProps {
    /// The server, as the page has heard of it.
    pub feed: Rc<Feed>,
}

/// The sections.
#[component]
pub fn Real() -> Html {
    let feed = use_feed();
    html! {
        <>
            <Race feed={feed.clone()} />
            <Blog feed={feed.clone()} />
            <Live {feed} />
        </>
    }
}

/// What a section says about the server.
#[derive(Clone, Properties, PartialEq)]
pub struct ConnectedProps {
    /// The server, as the page has heard of it.
    pub feed: Rc<Feed>,
    /// What is heard if it is there, as a sentence.
    pub here: AttrValue,
    /// What still works if it is not, as a sentence.
    pub without: AttrValue,
}

/// Whether the server is heard; if not, what to make of what is shown.
#[component]
pub fn Connected(props: &ConnectedProps) -> Html {
    let ConnectedProps { feed, here, without } = props;
    let text = match feed.link {
        _ if feed.is_here() => {
            return html! {
                <p class="unique-id-hint" role="status">
                    { here }{ " " }<Badge provenance={Provenance::Measured} />
                </p>
            };
        }
        Link::Opening | Link::Open if !feed.was_here() => "Looking for the server …".to_owned(),
        _ if feed.was_here() => format!(
            "The server is away. This is the last that was heard of it; the page keeps trying. {without}"
        ),
        _ => format!(
            "The server is away, and the page keeps trying. Start it with cargo run -p playground-server. {without}"
        ),
    };
    html! { <p class="notice" role="status">{ text }</p> }
}

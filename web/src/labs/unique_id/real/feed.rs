//! What the server tells of the ID service, the shards and the race, put together as it comes in.

use crate::live::connection::Link;
use playground_core::unique_id::wire::{LiveMessage, Post, RaceState, ServiceState, ShardState};
use std::rc::Rc;
use yew::prelude::*;

/// The server, as the page has heard of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    /// How the connection stands.
    pub link: Link,
    /// The ID service at the last word; none before the first.
    pub service: Option<Rc<ServiceState>>,
    /// How full the shards are, at the last word.
    pub shards: Rc<Vec<ShardState>>,
    /// The race that runs, or the last one; none before the first word.
    pub race: Option<Rc<RaceState>>,
    /// The post that was stored last, by whomever, since the page looks.
    pub posted: Option<Rc<Post>>,
    /// How often the connection was opened: what was missed meanwhile has to be asked for.
    pub openings: u32,
}

/// What changes a feed.
pub enum News {
    /// The connection stands otherwise.
    Link(Link),
    /// The server says something.
    Word(Box<LiveMessage>),
}

impl Feed {
    /// Nothing has been heard.
    pub fn new() -> Self {
        Feed {
            link: Link::Opening,
            service: None,
            shards: Rc::default(),
            race: None,
            posted: None,
            openings: 0,
        }
    }

    /// Whether the server is heard.
    pub fn is_here(&self) -> bool {
        self.link == Link::Open && self.was_here()
    }

    /// Whether it has ever been heard.
    pub fn was_here(&self) -> bool {
        self.service.is_some()
    }
}

impl Reducible for Feed {
    type Action = News;

    fn reduce(mut self: Rc<Self>, news: News) -> Rc<Self> {
        let feed = Rc::make_mut(&mut self);
        match news {
            News::Link(link) => {
                feed.openings += u32::from(link == Link::Open);
                feed.link = link;
            }
            News::Word(word) => match *word {
                LiveMessage::Service(service) => feed.service = Some(Rc::new(service)),
                LiveMessage::Shards { shards } => feed.shards = Rc::new(shards),
                LiveMessage::Race(race) => feed.race = Some(Rc::new(race)),
                LiveMessage::Posted(post) => feed.posted = Some(Rc::new(post)),
            },
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_here_from_its_first_word_until_it_is_lost() {
        let after = |news: Vec<News>| {
            news.into_iter().fold(Rc::new(Feed::new()), |feed, news| feed.reduce(news))
        };
        let word = || {
            let service = ServiceState {
                now_ms: 1,
                clock_offset_ms: 0,
                lease: None,
                problem: None,
                leases: Vec::new(),
                made: 0,
                duplicates: 0,
                takeovers: 0,
            };
            News::Word(Box::new(LiveMessage::Service(service)))
        };
        assert!(!after(vec![News::Link(Link::Open)]).is_here());
        let here = after(vec![News::Link(Link::Open), word()]);
        assert!(here.is_here());
        let waiting = Link::Waiting { attempt: 1, retry_in_ms: 100 };
        let lost = here.reduce(News::Link(waiting));
        assert!(!lost.is_here() && lost.was_here());
        assert_eq!(lost.reduce(News::Link(Link::Open)).openings, 2);
    }
}

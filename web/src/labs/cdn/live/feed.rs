//! What the server tells of its real edges, and what the page has asked of them, put together as it comes in.

use super::asking::{Answer, Asking};
use super::rush::Rush;
use super::verdict::Verdict;
use crate::live::FetchError;
use crate::live::connection::Link;
use playground_core::cdn::wire::{Entry, Event, Stats, Step};
use std::ops::Range;
use std::rc::Rc;
use yew::prelude::*;

/// The most of the page's own requests that are remembered, the newest.
const MOST_PAST: usize = 12;

/// The real edges as the page has heard of them.
#[derive(Clone, PartialEq)]
pub struct Feed {
    /// How the connection stands.
    pub link: Link,
    /// The counters at the last word; none before the first.
    pub stats: Option<Rc<Stats>>,
    /// The edge's copies of what was asked last, and of what lies below it, at the last word.
    pub entries: Rc<Vec<Entry>>,
    /// The request that the page sent last.
    pub exchange: Option<Rc<Exchange>>,
    /// How the page's own requests went, the newest first.
    pub past: Rc<Vec<Past>>,
    /// The last stampede.
    pub rush: Option<Rc<Rush>>,
    /// What last happened that was no request: a purge, a fault.
    pub news: Option<AttrValue>,
    /// Counts everything after which counters and copies may be different.
    pub changes: u32,
    /// How many requests the page has sent.
    sent: u32,
}

/// A request of the page's own, with everything that is known of it.
#[derive(Clone, PartialEq)]
pub struct Exchange {
    /// Which one, counted from 1.
    pub number: u32,
    /// What was asked.
    pub asking: Asking,
    /// What the page calls it, so that the server's events about it are known.
    pub mark: u64,
    /// The server's number of it, once it has told.
    request: Option<u64>,
    /// When the edge heard of it, in microseconds since the server started.
    asked_at_us: u64,
    /// What happened, each with the time since the edge heard of it, in microseconds.
    pub steps: Vec<(u64, Step)>,
    /// What came back, once something has.
    pub answer: Option<Result<Answer, FetchError>>,
}

/// A request that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// Which one.
    pub number: u32,
    /// What was asked.
    pub asking: Asking,
    /// What the edge did.
    pub verdict: Verdict,
    /// What came back.
    pub answer: Answer,
}

/// What changes a feed.
pub enum News {
    /// The connection stands otherwise.
    Link(Link),
    /// The server says that something has happened.
    Event(Box<Event>),
    /// The server says how the edges stand.
    Stats(Box<Stats>),
    /// … and what one of them holds.
    Entries(Vec<Entry>),
    /// The page asks for something, and calls that request so.
    Sent(Asking, u64),
    /// It has an answer to its request of this number, or none.
    Answered(u32, Box<Result<Answer, FetchError>>),
    /// The page asks many times at once, and calls these requests so.
    Rushed(Range<u64>),
    /// One of these requests has come back after so many milliseconds, or has failed.
    RushAnswered(Option<f64>),
}

impl Feed {
    /// Nothing has been heard.
    pub fn new() -> Self {
        Feed {
            link: Link::Opening,
            stats: None,
            entries: Rc::default(),
            exchange: None,
            past: Rc::default(),
            rush: None,
            news: None,
            changes: 0,
            sent: 0,
        }
    }

    /// Whether the server is heard.
    pub fn is_here(&self) -> bool {
        self.link == Link::Open && self.stats.is_some()
    }

    /// The number that the next request gets.
    pub fn next_number(&self) -> u32 {
        self.sent + 1
    }

    /// The copies that an edge has of what was asked for.
    pub fn copies<'a>(&'a self, asking: &'a Asking) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| entry.edge == asking.edge && entry.url == asking.path)
    }

    fn hear(&mut self, event: Event) {
        if let Some(exchange) = &mut self.exchange {
            Rc::make_mut(exchange).hear(&event);
        }
        if let Some(rush) = &mut self.rush {
            Rc::make_mut(rush).hear(&event);
        }
        if let Some(news) = news_of(&event) {
            self.news = Some(news.into());
        }
        if changes_much(&event.step) {
            self.changes += 1;
        }
    }

    fn answered(&mut self, number: u32, answer: Result<Answer, FetchError>) {
        let Some(exchange) = self.exchange.as_mut().filter(|it| it.number == number) else {
            return;
        };
        if let Ok(answer) = &answer {
            let past = Rc::make_mut(&mut self.past);
            let (asking, verdict) = (exchange.asking.clone(), Verdict::of(answer));
            past.insert(0, Past { number, asking, verdict, answer: answer.clone() });
            past.truncate(MOST_PAST);
        }
        Rc::make_mut(exchange).answer = Some(answer);
        self.changes += 1;
    }
}

impl Exchange {
    fn new(number: u32, asking: Asking, mark: u64) -> Self {
        Exchange {
            number,
            asking,
            mark,
            request: None,
            asked_at_us: 0,
            steps: Vec::new(),
            answer: None,
        }
    }

    fn hear(&mut self, event: &Event) {
        match (self.request, &event.step) {
            (None, Step::Asked { mark, .. }) if *mark == Some(self.mark) => {
                self.request = Some(event.request);
                self.asked_at_us = event.at_us;
            }
            (Some(request), _) if request == event.request => {}
            _ => return,
        }
        self.steps.push((event.at_us.saturating_sub(self.asked_at_us), event.step.clone()));
    }
}

impl Reducible for Feed {
    type Action = News;

    fn reduce(mut self: Rc<Self>, news: News) -> Rc<Self> {
        let feed = Rc::make_mut(&mut self);
        match news {
            News::Link(link) => {
                feed.changes += u32::from(link == Link::Open);
                feed.link = link;
            }
            News::Event(event) => feed.hear(*event),
            News::Stats(stats) => feed.stats = Some(Rc::new(*stats)),
            News::Entries(entries) => feed.entries = Rc::new(entries),
            News::Sent(asking, mark) => {
                feed.sent += 1;
                feed.exchange = Some(Rc::new(Exchange::new(feed.sent, asking, mark)));
            }
            News::Answered(number, answer) => feed.answered(number, *answer),
            News::Rushed(marks) => feed.rush = Some(Rc::new(Rush::new(marks))),
            News::RushAnswered(took_ms) => {
                if let Some(rush) = &mut feed.rush {
                    Rc::make_mut(rush).answered(took_ms);
                }
                feed.changes += 1;
            }
        }
        self
    }
}

/// What happened that is no step of a request, in a sentence.
fn news_of(event: &Event) -> Option<String> {
    let at = if event.edge.is_empty() { "every edge" } else { event.edge.as_str() };
    Some(match &event.step {
        Step::Purged { removed: 1 } => format!("Purged: 1 copy removed at {at}."),
        Step::Purged { removed } => format!("Purged: {removed} copies removed at {at}."),
        Step::FaultsChanged { faults } => format!("The origin {}.", super::words::health(faults)),
        Step::TtlChanged { seconds: Some(s) } => format!("Everything is fresh for {s} s now."),
        Step::TtlChanged { seconds: None } => {
            "The origin says how long things are fresh.".to_owned()
        }
        Step::Lost { events } => format!("{events} events went by too fast to be told."),
        _ => return None,
    })
}

/// Whether counters or copies are different afterwards.
fn changes_much(step: &Step) -> bool {
    matches!(
        step,
        Step::Stored { .. }
            | Step::Served { .. }
            | Step::Revalidated
            | Step::Purged { .. }
            | Step::FaultsChanged { .. }
            | Step::TtlChanged { .. }
            | Step::Lost { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::super::asking::Wish;
    use super::*;

    fn event(edge: &str, request: u64, at_us: u64, step: Step) -> News {
        News::Event(Box::new(Event { at_us, edge: edge.to_owned(), request, step }))
    }

    fn asked(mark: Option<u64>) -> Step {
        Step::Asked { method: "GET".to_owned(), url: "/a".to_owned(), mark }
    }

    fn after(news: impl IntoIterator<Item = News>) -> Rc<Feed> {
        news.into_iter().fold(Rc::new(Feed::new()), |feed, news| feed.reduce(news))
    }

    fn asking() -> Asking {
        Asking { edge: "tokyo".to_owned(), path: "/a".to_owned(), wish: Wish::Plain }
    }

    #[test]
    fn the_steps_of_ones_own_request_are_told_apart_from_others() {
        let feed = after([
            News::Sent(asking(), 53),
            // The same from a terminal, and from another page, before and after.
            event("tokyo", 6, 900, asked(None)),
            event("tokyo", 7, 1_000, asked(Some(54))),
            event("tokyo", 7, 1_050, Step::Missed { why: "uri-miss".to_owned() }),
            event("tokyo", 8, 1_100, asked(Some(53))),
            event("tokyo", 9, 1_150, asked(Some(54))),
            event("tokyo", 8, 1_200, Step::Joined),
            event("tokyo", 7, 1_300, Step::Revalidated),
        ]);
        let exchange = feed.exchange.as_ref().unwrap();
        assert_eq!(exchange.steps, [(0, asked(Some(53))), (100, Step::Joined)]);
    }

    #[test]
    fn an_answer_that_comes_after_the_next_question_is_not_taken_for_its_own() {
        let feed = after([
            News::Sent(asking(), 1),
            News::Sent(asking(), 2),
            News::Answered(1, Box::new(Err(FetchError::Away))),
        ]);
        assert!(feed.exchange.as_ref().is_some_and(|it| it.answer.is_none()));
    }

    #[test]
    fn a_purge_is_told_in_words() {
        let feed = after([event("tokyo", 0, 5, Step::Purged { removed: 2 })]);
        assert_eq!(feed.news.as_deref(), Some("Purged: 2 copies removed at tokyo."));
        assert_eq!(feed.changes, 1);
    }
}

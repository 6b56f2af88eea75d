//! What the server tells of a race, put together as it comes in.

use super::super::words::{method_text, ms_text, split_text};
use crate::components::{Row, grouped};
use crate::live::stream::Heard;
use playground_core::multi_threading::race::{Frame, Lane};
use playground_core::multi_threading::wire::{By, PrimesEvent, PrimesRequest};
use std::rc::Rc;
use yew::prelude::*;

/// The most races that are kept.
const MOST_KEPT: usize = 12;

/// How a race stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Nothing was asked for yet.
    #[default]
    Idle,
    /// The server is at it, or is being asked.
    Running,
    /// It is over.
    Done,
    /// It was broken off by the visitor.
    Stopped,
    /// It came to nothing; why, as a sentence.
    Failed(AttrValue),
}

/// A race that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    number: usize,
    by: By,
    frame: Rc<Frame>,
}

/// The race, and those before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feed {
    /// How it stands.
    pub phase: Phase,
    /// Its lanes; none before the server has begun.
    pub frame: Option<Rc<Frame>>,
    /// How many threads can run at the same moment on the server.
    pub cores: u32,
    /// The processes' numbers; none for threads.
    pub pids: Vec<u32>,
    by: By,
    /// Those that are over, in order.
    pub over: Vec<Rc<Over>>,
    counted: usize,
}

/// What changes it.
pub enum News {
    /// A race is asked for.
    Begin(PrimesRequest),
    /// The server is heard.
    Heard(Heard<PrimesEvent>),
    /// The visitor has enough.
    Stop,
}

impl Reducible for Feed {
    type Action = News;

    fn reduce(mut self: Rc<Self>, news: News) -> Rc<Self> {
        let feed = Rc::make_mut(&mut self);
        match news {
            News::Begin(request) => {
                feed.phase = Phase::Running;
                feed.frame = None;
                feed.by = request.by;
            }
            News::Heard(Heard::Line(event)) => feed.hear(&event),
            News::Heard(Heard::End) if feed.phase == Phase::Running => {
                feed.phase = Phase::Failed("The server broke off before the race was over.".into());
            }
            News::Heard(Heard::End) => {}
            News::Heard(Heard::Failed(error)) => {
                feed.phase = Phase::Failed(error.to_string().into());
            }
            News::Stop => feed.phase = Phase::Stopped,
        }
        self
    }
}

impl Feed {
    fn hear(&mut self, event: &PrimesEvent) {
        let mut frame = self.frame.take().map(Rc::unwrap_or_clone);
        event.apply(&mut frame);
        self.frame = frame.map(Rc::new);
        match event {
            PrimesEvent::Started { cores, pids, .. } => {
                self.cores = *cores;
                self.pids.clone_from(pids);
            }
            PrimesEvent::Progress { .. } => {}
            PrimesEvent::Finished { .. } => {
                self.phase = Phase::Done;
                if let Some(frame) = self.frame.clone() {
                    self.counted += 1;
                    self.over.push(Rc::new(Over { number: self.counted, by: self.by, frame }));
                    let gone = self.over.len().saturating_sub(MOST_KEPT);
                    self.over.drain(..gone);
                }
            }
            PrimesEvent::Failed { why } => self.phase = Phase::Failed(why.clone().into()),
        }
    }
}

/// A race in a table.
pub fn row(over: &Over) -> Row {
    let Over { number, by, frame } = over;
    let job = frame.job;
    let waiting_us: u64 = frame.lanes.iter().map(|lane: &Lane| lane.waiting_us).sum();
    let cells = [
        match by {
            By::Threads => "threads",
            By::Processes => "processes",
        }
        .to_owned(),
        grouped(job.up_to),
        job.workers.to_string(),
        method_text(job.method).to_owned(),
        split_text(job.split),
        ms_text(frame.elapsed_us),
        ms_text(waiting_us),
    ];
    Row {
        key: number.to_string().into(),
        cells: cells.into_iter().map(AttrValue::from).collect(),
        is_selected: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::FetchError;
    use playground_core::multi_threading::job::Job;

    fn after(news: Vec<News>) -> Rc<Feed> {
        news.into_iter().fold(Rc::new(Feed::default()), |feed, news| feed.reduce(news))
    }

    fn line(event: PrimesEvent) -> News {
        News::Heard(Heard::Line(event))
    }

    fn started() -> News {
        let job = Job::default();
        line(PrimesEvent::Started { job, by: By::Processes, cores: 2, pids: vec![41, 42] })
    }

    #[test]
    fn a_race_that_is_over_is_kept() {
        let finished = line(PrimesEvent::Finished { elapsed_us: 900, found: 664_579 });
        let request = PrimesRequest { by: By::Processes, ..PrimesRequest::default() };
        let feed = after(vec![News::Begin(request), started(), finished, News::Heard(Heard::End)]);
        assert_eq!(feed.phase, Phase::Done);
        assert_eq!(feed.over.len(), 1);
        assert_eq!(row(&feed.over[0]).cells[0], "processes");
    }

    #[test]
    fn an_answer_that_breaks_off_is_no_result() {
        let begin = || News::Begin(PrimesRequest::default());
        let broken = after(vec![begin(), started(), News::Heard(Heard::End)]);
        assert!(matches!(broken.phase, Phase::Failed(_)) && broken.over.is_empty());
        let away = after(vec![begin(), News::Heard(Heard::Failed(FetchError::Away))]);
        assert_eq!(away.phase, Phase::Failed("The server does not answer.".into()));
    }
}

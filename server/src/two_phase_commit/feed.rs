//! What happens to the nodes, on its way to the pages: read from the nodes only while somebody watches, put in
//! the order of its time, and handed to every page.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::Utf8Bytes;
use axum::http::Method;
use http_body_util::Full;
use playground_core::sim::{ClusterEvent, Time};
use playground_core::two_phase_commit::wire::{DatabaseNews, LiveMessage, NodeState};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::inside::Line;
use super::nodes::Nodes;
use super::request;
use super::supervised::{Status, Supervised};
use crate::lines::LineReader;

/// How many messages wait for a slow page before it gets the whole state instead.
const WAITING: usize = 2048;
/// How long events wait for earlier ones of other nodes.
const SORTING: Duration = Duration::from_millis(40);
/// How often somebody looks whether anybody watches.
const GLANCE: Duration = Duration::from_millis(500);
/// How often a database is looked at while somebody watches.
const DATABASE_GLANCE: Duration = Duration::from_millis(150);
/// Before the next attempt to reach a node that is up.
const PAUSE: Duration = Duration::from_millis(50);

/// Something for a page.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Of which node: its place in the list.
    pub(super) node: usize,
    /// In which of its lives.
    pub(super) starts: u32,
    pub(super) what: What,
}

/// What a page has to know.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// An event by its number, as JSON.
    Event(u64, Utf8Bytes),
    /// There have been so many events.
    Count(u64),
    /// The node has died, as JSON.
    Death(Utf8Bytes),
    /// News of the process, as JSON; the last one is right.
    Process(Utf8Bytes),
    /// Nothing is as it was.
    Reset,
}

/// The way to the pages. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    pages: broadcast::Sender<Item>,
    somebody_came: Arc<Notify>,
    /// Of which nodes the events are being read.
    attached: watch::Sender<[bool; 3]>,
}

/// The tasks that feed; they end with this value.
#[derive(Debug)]
pub(super) struct Feeding(Vec<AbortHandle>);

impl Drop for Feeding {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

/// An item with what decides on its turn: its time, its node, its number.
type Turn = (Time, usize, u64);

impl Feed {
    pub(super) fn new() -> Self {
        let pages = broadcast::Sender::new(WAITING);
        Feed { pages, somebody_came: Arc::default(), attached: watch::Sender::default() }
    }

    /// Begins to watch.
    pub(super) fn subscribe(&self) -> broadcast::Receiver<Item> {
        let items = self.pages.subscribe();
        self.somebody_came.notify_waiters();
        items
    }

    /// Waits a moment until the events of all nodes that are up are being read, so that whoever subscribes, waits
    /// and then looks at the state misses none.
    pub(super) async fn until_attached(&self, nodes: &Nodes) {
        let mut attached = self.attached.subscribe();
        let all = attached.wait_for(|attached| {
            let mut nodes = nodes.all().iter().zip(attached);
            nodes.all(|(node, attached)| *attached || node.address().is_none())
        });
        // What is missed nevertheless shows by the numbers of the events.
        let _ = timeout(GLANCE, all).await;
    }

    /// Tells every page to begin anew.
    pub(super) fn reset(&self) {
        // An error means that nobody watches.
        let _ = self.pages.send(Item { node: 0, starts: 0, what: What::Reset });
    }

    /// Starts the tasks.
    pub(super) fn start(&self, nodes: &Arc<Nodes>) -> Feeding {
        let (queue, queued) = mpsc::channel(WAITING);
        let sorting = tokio::spawn(sort(self.clone(), nodes.clone(), queued));
        let mut tasks = vec![sorting.abort_handle()];
        for index in 0..nodes.all().len() {
            let (feed, nodes, queue) = (self.clone(), nodes.clone(), queue.clone());
            let watcher = Watcher { feed, nodes, index, queue };
            let is_database = watcher.nodes.database(watcher.node().place).is_some();
            let task = match is_database {
                true => tokio::spawn(watcher.look_at_database()),
                false => tokio::spawn(watcher.follow_lives()),
            };
            tasks.push(task.abort_handle());
        }
        Feeding(tasks)
    }

    fn has_pages(&self) -> bool {
        self.pages.receiver_count() > 0
    }

    async fn until_somebody_watches(&self) {
        loop {
            let came = self.somebody_came.notified();
            if self.has_pages() {
                return;
            }
            // Looks once in a while, since somebody may come between the two lines above.
            let _ = timeout(GLANCE, came).await;
        }
    }
}

/// Holds every event back for a moment, so that a message leaves one node before it arrives at another.
async fn sort(feed: Feed, nodes: Arc<Nodes>, mut queued: mpsc::Receiver<(Turn, Item)>) {
    let mut held: BTreeMap<Turn, Item> = BTreeMap::new();
    let mut beat = interval(SORTING / 4);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            item = queued.recv() => match item {
                Some((turn, item)) => {
                    held.insert(turn, item);
                }
                None => return,
            },
            _ = beat.tick(), if !held.is_empty() => {}
        }
        let us = u64::try_from(SORTING.as_micros()).unwrap_or(u64::MAX);
        let due = Time(nodes.clock.now().0.saturating_sub(us));
        while let Some(first) = held.first_entry().filter(|first| first.key().0 <= due) {
            // An error means that nobody watches any more.
            let _ = feed.pages.send(first.remove());
        }
    }
}

/// Follows one node.
struct Watcher {
    feed: Feed,
    nodes: Arc<Nodes>,
    index: usize,
    queue: mpsc::Sender<(Turn, Item)>,
}

impl Watcher {
    fn node(&self) -> &Supervised {
        &self.nodes.all()[self.index]
    }

    /// Life after life, for as long as the server runs.
    async fn follow_lives(self) -> Option<()> {
        let mut status = self.node().watch();
        let mut last = Status::default();
        loop {
            let now = status.borrow_and_update().clone();
            // Whoever watched before the node started sees its recovery from the beginning.
            let from_start = self.feed.has_pages();
            if from_start {
                self.announce(&last, &now).await?;
            }
            last = now;
            if last.process.is_none() {
                status.changed().await.ok()?;
                continue;
            }
            tokio::select! {
                changed = status.changed() => {
                    changed.ok()?;
                    continue;
                }
                () = self.feed.until_somebody_watches() => {}
            }
            last = self.follow_life(last, from_start, &mut status).await?;
            tokio::select! {
                changed = status.changed() => changed.ok()?,
                () = sleep(PAUSE) => {}
            }
        }
    }

    /// Tells what a database holds and has prepared, whenever that has changed and somebody watches. What happens
    /// there is told by the coordinator.
    async fn look_at_database(self) -> Option<()> {
        let place = self.node().place;
        let mut last = None;
        loop {
            self.feed.until_somebody_watches().await;
            let NodeState { is_up, problem, free, held, database, .. } =
                self.nodes.database(place)?.report(0).await.node;
            let (at, node, database) = (self.nodes.clock.now(), place.node(), database?);
            let news = DatabaseNews { at, node, is_up, problem, free, held, database };
            // That time goes by is no news.
            let mut ageless = DatabaseNews { at: Time::ZERO, ..news.clone() };
            ageless.database.prepared.iter_mut().for_each(|row| row.age_ms = 0);
            if last.as_ref() != Some(&ageless) {
                last = Some(ageless);
                let news = json(&LiveMessage::Database(Box::new(news)));
                self.send(at, u64::MAX, 0, What::Process(news)).await?;
            }
            sleep(DATABASE_GLANCE).await;
        }
    }

    /// One life, until it ends or nobody watches any more. Returns what has been told of the process.
    async fn follow_life(
        &self,
        mut last: Status,
        from_start: bool,
        status: &mut watch::Receiver<Status>,
    ) -> Option<Status> {
        let life = last.clone();
        let mut following = pin!(self.follow(&life, from_start));
        loop {
            tokio::select! {
                () = &mut following => return Some(last),
                changed = status.changed() => {
                    changed.ok()?;
                    let now = status.borrow().clone();
                    if now.process != life.process {
                        // What it has said last is still to be read.
                        let _ = timeout(GLANCE, &mut following).await;
                        status.mark_changed();
                        return Some(last);
                    }
                    self.announce(&last, &now).await?;
                    last = now;
                }
            }
        }
    }

    /// Tells of a process that has been started, has died or has been armed.
    async fn announce(&self, last: &Status, now: &Status) -> Option<()> {
        let at = self.nodes.clock.now();
        let node = self.node().place.node();
        if last.process.is_some() && last.process != now.process {
            // A process that is killed loses nothing that it has written: that is with the system already.
            let what = ClusterEvent::Crashed { node, lost_records: 0 };
            let death = What::Death(json(&LiveMessage::Event { at, what }));
            self.send(at, u64::MAX - 1, last.starts, death).await?;
        }
        let told = |it: &Status| (it.process, it.armed, it.disk.is_some());
        if told(now) != told(last) {
            let disk =
                now.disk.as_ref().map_or((0, 0), |it| (it.node.log.bytes, it.node.log.forces));
            self.process(at, now, disk).await?;
        }
        Some(())
    }

    async fn process(&self, at: Time, status: &Status, log: (u64, u64)) -> Option<()> {
        let (log_bytes, forces) = log;
        let pid = status.process.map(|(pid, _)| pid);
        let (node, armed) = (self.node().place.node(), status.armed);
        let news = LiveMessage::Process { node, pid, log_bytes, forces, armed };
        self.send(at, u64::MAX, status.starts, What::Process(json(&news))).await
    }

    /// Reads the events of one life, until it ends or nobody watches.
    async fn follow(&self, status: &Status, from_start: bool) {
        let Some((_, address)) = status.process else { return };
        let path = format!("/events?from_start={from_start}");
        let body = Full::<Bytes>::default();
        let Ok(body) = request::open(address, Method::GET, &path, "text/plain", body).await else {
            return;
        };
        let mut lines = LineReader::new(body);
        let _attached = Attached { feed: &self.feed, index: self.index };
        while self.feed.has_pages() {
            // A node that is alive has something to say only when something happens.
            let Ok(lines) = timeout(GLANCE, lines.next::<Line>()).await else { continue };
            let Some(lines) = lines else { return };
            for line in lines {
                if self.pass_on(line, status).await.is_none() {
                    return;
                }
            }
        }
    }

    async fn pass_on(&self, line: Line, status: &Status) -> Option<()> {
        match line {
            Line::Event { number, at, what } => {
                let event = What::Event(number, json(&LiveMessage::Event { at, what }));
                self.send(at, number, status.starts, event).await
            }
            Line::Count(events) => {
                self.feed.attached.send_modify(|attached| attached[self.index] = true);
                let at = self.nodes.clock.now();
                self.send(at, events, status.starts, What::Count(events)).await
            }
            Line::Log { bytes, forces, armed } => {
                let at = self.nodes.clock.now();
                let status = Status { armed, ..status.clone() };
                self.process(at, &status, (bytes, forces)).await
            }
        }
    }

    async fn send(&self, at: Time, number: u64, starts: u32, what: What) -> Option<()> {
        let item = Item { node: self.index, starts, what };
        self.queue.send(((at, self.index, number), item)).await.ok()
    }
}

/// Says that a node's events are no longer read, however that comes.
struct Attached<'a> {
    feed: &'a Feed,
    index: usize,
}

impl Drop for Attached<'_> {
    fn drop(&mut self) {
        self.feed.attached.send_modify(|attached| attached[self.index] = false);
    }
}

fn json(message: &LiveMessage) -> Utf8Bytes {
    serde_json::to_string(message).expect("wire types are always JSON").into()
}

//! What a visitor does to the lab, and why it may be impossible.

use super::action::{Action, MOST_CAPACITY_KIB, MOST_PER_SECOND, MOST_SHARDS, OriginState};
use super::frame::Settings;
use super::wire::Node;
use super::{Event, Lab};
use thiserror::Error;

/// The most requests that clicks may have under way at once.
const MOST_OPEN: usize = 400;

/// Why an action was impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Refusal {
    #[error("there is no such reader")]
    NoSuchReader,
    #[error("there is no such item")]
    NoSuchItem,
    #[error("there is no such cache server")]
    NoSuchCache,
    #[error("the cache server is down already")]
    DownAlready,
    #[error("the cache server is up already")]
    UpAlready,
    #[error("there is no shield")]
    NoShield,
    #[error("the message is not under way any more")]
    NotUnderWay,
    #[error("that is so already")]
    SoAlready,
    #[error("too many requests are under way")]
    TooMany,
}

impl Lab {
    pub(super) fn try_act(&mut self, action: Action) -> Result<(), Refusal> {
        match action {
            Action::Request { reader, item } => {
                self.check_item(item)?;
                if usize::from(reader) >= self.scenario.readers.len() {
                    return Err(Refusal::NoSuchReader);
                }
                self.check_room(1)?;
                self.ask(reader, item, true);
            }
            Action::Rush { item, each } => {
                self.check_item(item)?;
                let (readers, each) = (self.scenario.readers.len() as u8, each.clamp(1, 20));
                self.check_room(usize::from(readers) * usize::from(each))?;
                for number in 0..each {
                    (0..readers).for_each(|reader| self.ask(reader, item, number == 0));
                }
            }
            Action::Purge { item } => {
                item.map_or(Ok(()), |it| self.check_item(it))?;
                self.purge(item);
            }
            Action::Crash { node } => self.crash(node)?,
            Action::Restart { node } => self.restart(node)?,
            Action::Change { item } => {
                let version = self.origin.change(self.now, item).ok_or(Refusal::NoSuchItem)?;
                self.events.push(Event::Changed { item, version });
            }
            Action::SetControl { item, control } => {
                if !self.origin.set_control(item, control) {
                    return Err(Refusal::NoSuchItem);
                }
                let what = format!("{}: Cache-Control: {}", self.path(item), control.field());
                self.events.push(Event::Set { what });
            }
            Action::Drop { flight } => self.drop_flight(flight)?,
            Action::SetOrigin { state } => self.set_origin(state),
            action => return self.set(action),
        }
        Ok(())
    }

    fn check_item(&self, item: u16) -> Result<(), Refusal> {
        let is_there = usize::from(item) < self.origin.stock.len();
        if is_there { Ok(()) } else { Err(Refusal::NoSuchItem) }
    }

    fn check_room(&self, more: usize) -> Result<(), Refusal> {
        let fits = self.desk.open.len() + more <= MOST_OPEN;
        if fits { Ok(()) } else { Err(Refusal::TooMany) }
    }

    fn crash(&mut self, node: Node) -> Result<(), Refusal> {
        let cache = self.caches.get(&node).ok_or(Refusal::NoSuchCache)?;
        if !cache.is_up {
            return Err(Refusal::DownAlready);
        }
        let copies = cache.copies.len() as u32;
        self.bury(node);
        self.events.push(Event::Crashed { node, copies });
        Ok(())
    }

    /// A cache server loses everything, and whoever waits for it is told.
    fn bury(&mut self, node: Node) {
        self.hang_up(node);
        if let Some(cache) = self.caches.get_mut(&node) {
            *cache = super::Cache::new(self.settings.policy, cache.capacity_bytes());
            cache.is_up = false;
        }
        if let Node::Edge(edge, shard) = node {
            self.router.set_alive(edge, shard, false);
        }
    }

    fn restart(&mut self, node: Node) -> Result<(), Refusal> {
        let cache = self.caches.get(&node).ok_or(Refusal::NoSuchCache)?;
        if cache.is_up {
            return Err(Refusal::UpAlready);
        }
        self.start_cache(node);
        self.events.push(Event::Started { node });
        Ok(())
    }

    fn set_origin(&mut self, state: OriginState) {
        let was_down = self.origin.is_down();
        self.origin.state = state;
        if self.origin.is_down() && !was_down {
            self.hang_up(Node::Origin);
            self.origin.go_down();
        }
        self.events.push(Event::OriginSet { state });
    }

    fn drop_flight(&mut self, id: u64) -> Result<(), Refusal> {
        let flight = self.flights.get(&id).filter(|it| !it.has_arrived);
        let flight = flight.cloned().ok_or(Refusal::NotUnderWay)?;
        self.flights.remove(&id);
        if let Some(exchange) = flight.exchange {
            let why = "the message was lost";
            let hop = super::Hop::Failed { caller: flight.from, callee: flight.to, why };
            self.desk.hop(exchange, self.now, hop);
        }
        self.events.push(Event::Dropped { flight: id });
        Ok(())
    }

    fn set(&mut self, action: Action) -> Result<(), Refusal> {
        let before = self.settings;
        let settings = &mut self.settings;
        let what = match action {
            Action::SetCapacity { kib } => {
                settings.capacity_kib = kib.clamp(1, MOST_CAPACITY_KIB);
                format!("capacity: {} KiB", settings.capacity_kib)
            }
            Action::SetPolicy { policy } => {
                settings.policy = policy;
                format!("eviction: {policy}")
            }
            Action::SetCollapsing { on } => {
                settings.collapsing = on;
                format!("collapsing: {}", on_off(on))
            }
            Action::SetShield { on } if self.scenario.shield.is_some() => {
                settings.shield = on;
                format!("shield: {}", on_off(on))
            }
            Action::SetShards { count } => {
                settings.shards = count.clamp(1, MOST_SHARDS);
                format!("cache servers in each city: {}", settings.shards)
            }
            Action::SetRouting { routing } => {
                settings.routing = routing;
                format!("routing: {routing:?}")
            }
            Action::SetTraffic { per_second } => {
                settings.per_second = per_second.min(MOST_PER_SECOND);
                format!("pictures a second: {}", settings.per_second)
            }
            _ => return Err(Refusal::NoShield),
        };
        if before == self.settings {
            return Err(Refusal::SoAlready);
        }
        self.events.push(Event::Set { what });
        self.carry_out(before);
        Ok(())
    }

    /// Does what follows from settings that were others before.
    fn carry_out(&mut self, before: Settings) {
        let Settings { policy, capacity_kib, shards, .. } = self.settings;
        if (policy, capacity_kib) != (before.policy, before.capacity_kib) {
            self.rebuild();
        }
        if shards != before.shards {
            self.set_shards(before.shards, shards);
        }
        self.plan_visit();
    }

    /// Caches go on with the policy and the capacity that are set.
    fn rebuild(&mut self) {
        let Settings { policy, capacity_kib, .. } = self.settings;
        for (node, cache) in &mut self.caches {
            for gone in cache.rebuild(policy, u64::from(capacity_kib) * 1_024) {
                self.counts.totals.evicted += 1;
                self.events.push(Event::Evicted { by: *node, item: gone.item });
            }
        }
    }

    fn set_shards(&mut self, before: u8, count: u8) {
        self.router.resize(count);
        for edge in 0..self.scenario.edges.len() as u8 {
            for shard in before..count {
                self.start_cache(Node::Edge(edge, shard));
                self.events.push(Event::Started { node: Node::Edge(edge, shard) });
            }
            for shard in count..before {
                let node = Node::Edge(edge, shard);
                self.hang_up(node);
                self.caches.remove(&node);
            }
        }
    }

    pub(super) fn change_by_itself(&mut self, item: u16) {
        if let Some(version) = self.origin.change(self.now, item) {
            self.events.push(Event::Changed { item, version });
        }
        if let Some(it) = self.scenario.items.get(usize::from(item)) {
            self.agenda.add(self.now + super::change_span(it), super::Due::Change(item));
        }
    }
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

//! What arrives, and what does not: heads and tails, resets, and patience that runs out.

use super::exchange::Hop;
use super::origin::Job;
use super::wire::{Ask, Message, Node, Purpose};
use super::{Due, Event, Lab};

impl Lab {
    pub(super) fn head_arrives(&mut self, id: u64) {
        let Some(flight) = self.flights.get_mut(&id) else { return };
        flight.has_arrived = true;
        let (from, to, call) = (flight.from, flight.to, flight.call);
        match flight.message.clone() {
            Message::Handshake(step) => self.shake_hands(from, to, call, step),
            Message::Ask(ask) => self.ask_arrives(from, to, call, ask),
            Message::Reset => {
                if self.calls.contains_key(&call) {
                    self.call_fails(call, false);
                }
            }
            Message::Purge(purge) => self.purge_arrives(to, from, purge),
            Message::Purged(purge) => self.purged(from, purge),
            Message::Answer(answer) => {
                // Who has lost patience does not listen any more.
                let Some(call) = self.end_call(call) else { return };
                match call.purpose {
                    Purpose::Exchange(exchange) => self.first_byte(exchange, id, &answer),
                    Purpose::Fetch(fetch) => self.fetched(to, fetch, answer, id),
                }
            }
        }
    }

    fn shake_hands(&mut self, from: Node, to: Node, call: u64, step: u8) {
        if !self.is_listening(to) {
            return self.send((to, from), call, Message::Reset, None);
        }
        let is_open = self.calls.contains_key(&call);
        match step {
            0..=2 if is_open => self.send((to, from), call, Message::Handshake(step + 1), None),
            3 if is_open => self.send_ask(call),
            _ => {}
        }
    }

    fn is_listening(&self, node: Node) -> bool {
        match node {
            Node::Reader(_) => true,
            Node::Origin => !self.origin.is_down(),
            Node::Edge(..) | Node::Shield => self.caches.get(&node).is_some_and(|it| it.is_up),
        }
    }

    fn ask_arrives(&mut self, from: Node, to: Node, call: u64, ask: Ask) {
        if !self.is_listening(to) {
            return self.send((to, from), call, Message::Reset, None);
        }
        if to != Node::Origin {
            return self.serve(to, call, ask);
        }
        let item = ask.item;
        let job = self.new_id();
        let ready = self.origin.take(self.now, job, (from, call), &ask);
        self.agenda.add(ready, Due::Ready(job));
        self.counts.origin_asked(self.now);
        let busy = self.origin.jobs.len() as u32;
        self.events.push(Event::OriginAsked { by: from, item, busy });
    }

    pub(super) fn origin_answers(&mut self, job: u64) {
        let Some(Job { from, call, answer }) = self.origin.jobs.remove(&job) else { return };
        self.counts.origin_answered(&answer);
        let version = answer.stamp.map_or(0, |it| it.version);
        let (item, status) = (answer.item, answer.status);
        self.events.push(Event::OriginAnswered { to: from, item, version, status });
        self.send((Node::Origin, from), call, Message::Answer(answer), None);
    }

    /// The last byte of a flight arrives, or is known not to.
    pub(super) fn tail_arrives(&mut self, id: u64) {
        let Some(flight) = self.flights.remove(&id) else { return };
        if flight.is_cut {
            for other in self.flights.values_mut().filter(|it| it.source == Some(id)) {
                other.is_cut = true;
            }
        }
        if let Message::Answer(answer) = &flight.message {
            match flight.to {
                Node::Reader(_) => self.last_byte(id, flight.is_cut),
                to => {
                    let item = answer.stamp.map(|it| it.item);
                    item.into_iter().for_each(|item| self.filled(to, id, item, flight.is_cut));
                }
            }
        }
    }

    pub(super) fn lose_patience(&mut self, id: u64) {
        if let Some((_, ticket)) = self.calls.get_mut(&id) {
            *ticket = None;
            self.call_fails(id, true);
        }
    }

    /// A call ends without an answer: nobody listens, or nobody has answered in time.
    fn call_fails(&mut self, id: u64, in_silence: bool) {
        let hop_of = self.exchange_of(id);
        let Some(call) = self.end_call(id) else { return };
        let (caller, callee) = (call.caller, call.callee);
        let why = if in_silence { "no answer in time" } else { "connection reset" };
        if let Some(exchange) = hop_of {
            self.desk.hop(exchange, self.now, Hop::Failed { caller, callee, why });
        }
        self.events.push(match in_silence {
            true => Event::TimedOut { caller, callee },
            false => Event::Reset { caller, callee },
        });
        match call.purpose {
            Purpose::Exchange(exchange) => self.ask_again(exchange, in_silence),
            Purpose::Fetch(fetch) => self.fetch_failed(caller, fetch, in_silence),
        }
    }

    /// Somebody is gone: what has not left there yet never will, and whoever waits for it is told.
    pub(super) fn hang_up(&mut self, node: Node) {
        let now = self.now;
        for flight in self.flights.values_mut().filter(|it| it.from == node) {
            let latency = flight.head_at.since(flight.sent_at);
            flight.is_cut |= flight.tail_at > now + latency;
        }
        let calls = self.calls.iter();
        let waiting = calls.filter(|(_, (call, _))| call.callee == node);
        let waiting: Vec<(u64, Node)> = waiting.map(|(id, (call, _))| (*id, call.caller)).collect();
        for (call, caller) in waiting {
            self.send((node, caller), call, Message::Reset, None);
        }
        let own = self.calls.iter().filter(|(_, (call, _))| call.caller == node);
        let own: Vec<u64> = own.map(|(id, _)| *id).collect();
        own.into_iter().for_each(|call| {
            self.end_call(call);
        });
    }
}

//! The participant: promises, keeps the promise through any crash, and asks until it knows.
//!
//! Between its yes and the decision it is *in doubt*: it can neither commit nor abort by itself, and
//! what it has set aside stays locked. That is the blocking problem of two-phase commit.

use super::protocol::Refusal;
use super::{
    Command, Event, Flaw, Message, Outcome, ParticipantConfig, Reason, Record, Stock, Timer,
    TransactionId, TwoPhaseNode, Vote, Work,
};
use crate::sim::{Input, NodeId, Outbox, Span, Time};
use std::collections::BTreeMap;

/// A transaction of which a participant waits to hear the decision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Doubt {
    /// What it has promised to do.
    pub work: Work,
    /// Whom it may ask besides the coordinator.
    pub peers: Vec<NodeId>,
    /// What an operator has made of it meanwhile.
    pub took: Option<Outcome>,
    /// How long to wait before asking (again).
    delay: Span,
}

/// The machine that does the work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Participant {
    config: ParticipantConfig,
    free: Stock,
    doubts: BTreeMap<TransactionId, Doubt>,
    /// Decided here or heard of: whatever comes late is answered from this.
    outcomes: BTreeMap<TransactionId, Outcome>,
}

type Out = Outbox<TwoPhaseNode>;

impl Participant {
    /// Boots from its log.
    pub fn recover(config: &ParticipantConfig, log: &[Record]) -> Self {
        let (doubts, outcomes) = (BTreeMap::new(), BTreeMap::new());
        let mut it = Participant { config: *config, free: config.stock, doubts, outcomes };
        for record in log {
            it.replay(record);
        }
        if config.flaw == Flaw::ForgetVote {
            for tx in it.doubts.keys().copied().collect::<Vec<_>>() {
                it.release(tx);
            }
        }
        it
    }

    fn replay(&mut self, record: &Record) {
        match record {
            Record::Stocked { stock } => self.free = *stock,
            Record::Prepared { tx, work, peers } => {
                self.give_away(*work);
                self.doubt(*tx, *work, peers.clone());
            }
            Record::Committed { tx } => {
                self.doubts.remove(tx);
                self.outcomes.insert(*tx, Outcome::Committed);
            }
            Record::CommittedInOnePhase { tx, work } => {
                self.give_away(*work);
                self.outcomes.insert(*tx, Outcome::Committed);
            }
            Record::Aborted { tx } => {
                self.release(*tx);
                self.outcomes.insert(*tx, Outcome::Aborted);
            }
            Record::Heuristic { tx, outcome } => self.take_for(*tx, *outcome),
            Record::Settled { tx, outcome } => {
                self.doubts.remove(tx);
                self.outcomes.insert(*tx, *outcome);
            }
            // Written by coordinators only.
            _ => {}
        }
    }

    /// The fewest records from which [`recover`](Participant::recover) gives this state back.
    pub fn checkpoint(&self) -> Vec<Record> {
        // Each promise below takes its goods away again, except where an operator has put them back.
        let mut stock = self.free;
        for doubt in self.doubts.values().filter(|it| it.took != Some(Outcome::Aborted)) {
            put(&mut stock, doubt.work);
        }
        let mut records = vec![Record::Stocked { stock }];
        for (tx, outcome) in &self.outcomes {
            records.push(match outcome {
                Outcome::Committed => Record::Committed { tx: *tx },
                Outcome::Aborted => Record::Aborted { tx: *tx },
            });
        }
        for (tx, doubt) in &self.doubts {
            let (work, peers) = (doubt.work, doubt.peers.clone());
            records.push(Record::Prepared { tx: *tx, work, peers });
            if let Some(outcome) = doubt.took {
                records.push(Record::Heuristic { tx: *tx, outcome });
            }
        }
        records
    }

    /// What anybody may take.
    pub fn free(&self) -> Stock {
        self.free
    }

    /// What is set aside for transactions in doubt.
    pub fn held(&self) -> Stock {
        let mut held = Stock::default();
        for doubt in self.doubts.values().filter(|it| it.took.is_none()) {
            put(&mut held, doubt.work);
        }
        held
    }

    /// The transactions of which it waits to hear the decision.
    pub fn doubts(&self) -> &BTreeMap<TransactionId, Doubt> {
        &self.doubts
    }

    /// The transactions whose decision it knows, with it.
    pub fn outcomes(&self) -> &BTreeMap<TransactionId, Outcome> {
        &self.outcomes
    }

    /// Takes one input.
    pub fn handle(&mut self, _now: Time, input: Input<TwoPhaseNode>, out: &mut Out) {
        match input {
            Input::Start => {
                let unfinished: Vec<TransactionId> = self.doubts.keys().copied().collect();
                out.report(Event::Recovered { epoch: 0, unfinished: unfinished.clone() });
                self.report_holdings(out);
                for tx in unfinished {
                    self.inquire(tx, out);
                }
            }
            Input::Command(Command::Resolve { tx, outcome }) => self.resolve(tx, outcome, out),
            Input::Command(Command::Submit { request, .. }) => {
                out.report(Event::Refused { request: Some(request), why: Refusal::WrongRole });
            }
            Input::Timer(Timer::Inquire(tx)) => {
                if self.config.flaw == Flaw::AbortOnTimeout {
                    return self.abort(tx, out);
                }
                self.inquire(tx, out);
            }
            Input::Timer(_) => {}
            Input::Message { from, message } => self.hear(from, message, out),
        }
    }

    fn hear(&mut self, from: NodeId, message: Message, out: &mut Out) {
        match message {
            Message::Prepare { tx, work, peers } => self.prepare(from, tx, work, peers, out),
            Message::CommitInOnePhase { tx, work } => self.commit_at_once(from, tx, work, out),
            Message::Decision { tx, outcome: Outcome::Committed } => self.commit(tx, out),
            Message::Decision { tx, outcome: Outcome::Aborted } => self.abort(tx, out),
            Message::Inquiry { tx } => self.tell(from, tx, out),
            // Meant for the coordinator.
            Message::Voted { .. } | Message::Acknowledged { .. } | Message::Concluded { .. } => {}
        }
    }

    fn prepare(
        &mut self,
        from: NodeId,
        tx: TransactionId,
        work: Work,
        peers: Vec<NodeId>,
        out: &mut Out,
    ) {
        match self.outcomes.get(&tx) {
            // A late copy: the transaction is over here.
            Some(Outcome::Committed) => {
                return out.send(from, Message::Acknowledged { tx, damage: None });
            }
            Some(Outcome::Aborted) => {
                let vote = Vote::No(Reason::GivenUp);
                return out.send(from, Message::Voted { tx, vote });
            }
            None => {}
        }
        if self.doubts.contains_key(&tx) {
            return out.send(from, Message::Voted { tx, vote: Vote::Yes });
        }
        let vote = match work {
            Work::Look { good } if self.free.count(good) > 0 => Vote::ReadOnly,
            Work::Take { good, quantity } if self.free.take(good, quantity) => Vote::Yes,
            Work::Look { good } | Work::Take { good, .. } => Vote::No(Reason::OutOf(good)),
        };
        match vote {
            Vote::Yes => {
                self.doubt(tx, work, peers.clone());
                out.append(Record::Prepared { tx, work, peers });
                self.report_holdings(out);
            }
            Vote::No(_) => {
                self.outcomes.insert(tx, Outcome::Aborted);
                out.append_lazily(Record::Aborted { tx });
            }
            Vote::ReadOnly => {}
        }
        out.report(Event::Voted { tx, vote });
        out.send(from, Message::Voted { tx, vote });
        if vote == Vote::Yes {
            out.wake_after(self.config.patience.inquire, Timer::Inquire(tx));
        }
    }

    fn commit_at_once(&mut self, from: NodeId, tx: TransactionId, work: Work, out: &mut Out) {
        let known = self.outcomes.get(&tx).copied();
        let (outcome, reason) = match (known, work) {
            (Some(outcome), _) => (outcome, None),
            (None, Work::Look { good }) if self.free.count(good) > 0 => (Outcome::Committed, None),
            (None, Work::Look { good }) => (Outcome::Aborted, Some(Reason::OutOf(good))),
            (None, Work::Take { good, quantity }) => {
                let is_there = self.free.take(good, quantity);
                let outcome = if is_there { Outcome::Committed } else { Outcome::Aborted };
                self.outcomes.insert(tx, outcome);
                out.append(match outcome {
                    Outcome::Committed => Record::CommittedInOnePhase { tx, work },
                    Outcome::Aborted => Record::Aborted { tx },
                });
                out.report(Event::Resolved { tx, outcome, by_operator: false });
                self.report_holdings(out);
                (outcome, (!is_there).then_some(Reason::OutOf(good)))
            }
        };
        out.send(from, Message::Concluded { tx, outcome, reason });
    }

    fn commit(&mut self, tx: TransactionId, out: &mut Out) {
        let to = self.config.coordinator;
        let Some(doubt) = self.doubts.get(&tx) else {
            let damage = self.outcomes.get(&tx).copied().filter(|it| *it != Outcome::Committed);
            match (self.outcomes.contains_key(&tx), damage) {
                (false, _) => out.report(Event::Unheard { tx }),
                (true, Some(took)) => {
                    out.report(Event::Damaged { tx, took, decided: Outcome::Committed });
                }
                (true, None) => {}
            }
            return out.send(to, Message::Acknowledged { tx, damage });
        };
        let took = doubt.took;
        let damage = took.filter(|it| *it != Outcome::Committed);
        let acknowledgement = Message::Acknowledged { tx, damage };
        let is_hasty = self.config.flaw == Flaw::AcknowledgeBeforeCommit;
        if is_hasty {
            out.send(to, acknowledgement.clone());
        }
        self.doubts.remove(&tx);
        self.outcomes.insert(tx, Outcome::Committed);
        out.cancel(Timer::Inquire(tx));
        match took {
            None => {
                out.append(Record::Committed { tx });
                let outcome = Outcome::Committed;
                out.report(Event::Resolved { tx, outcome, by_operator: false });
                self.report_holdings(out);
            }
            Some(took) => {
                let decided = Outcome::Committed;
                out.append(Record::Settled { tx, outcome: decided });
                if damage.is_some() {
                    out.report(Event::Damaged { tx, took, decided });
                }
            }
        }
        if !is_hasty {
            out.send(to, acknowledgement);
        }
    }

    fn abort(&mut self, tx: TransactionId, out: &mut Out) {
        let Some(doubt) = self.doubts.get(&tx) else { return };
        let outcome = Outcome::Aborted;
        out.cancel(Timer::Inquire(tx));
        match doubt.took {
            None => {
                self.release(tx);
                out.append_lazily(Record::Aborted { tx });
                out.report(Event::Resolved { tx, outcome, by_operator: false });
                self.report_holdings(out);
            }
            Some(took) => {
                self.doubts.remove(&tx);
                out.append_lazily(Record::Settled { tx, outcome });
                if took != outcome {
                    out.report(Event::Damaged { tx, took, decided: outcome });
                }
            }
        }
        self.outcomes.insert(tx, outcome);
    }

    /// Asks the coordinator and, since that may be down for long, all peers.
    fn inquire(&mut self, tx: TransactionId, out: &mut Out) {
        let longest = self.config.patience.longest;
        let Some(doubt) = self.doubts.get_mut(&tx) else { return };
        out.report(Event::Inquired { tx });
        out.send(self.config.coordinator, Message::Inquiry { tx });
        for peer in &doubt.peers {
            out.send(*peer, Message::Inquiry { tx });
        }
        out.wake_after(doubt.delay, Timer::Inquire(tx));
        doubt.delay = (doubt.delay * 2).min(longest);
    }

    /// Tells a peer in doubt what is known here.
    fn tell(&mut self, from: NodeId, tx: TransactionId, out: &mut Out) {
        if self.doubts.contains_key(&tx) {
            // In doubt as well.
            return;
        }
        let outcome = match self.outcomes.get(&tx) {
            Some(outcome) => *outcome,
            None => {
                // Not asked to prepare so far, so it cannot have committed, and from now on it
                // never will: durable, because the peer relies on it.
                let outcome = Outcome::Aborted;
                self.outcomes.insert(tx, outcome);
                out.append(Record::Aborted { tx });
                out.report(Event::Resolved { tx, outcome, by_operator: false });
                outcome
            }
        };
        out.send(from, Message::Decision { tx, outcome });
    }

    fn resolve(&mut self, tx: TransactionId, outcome: Outcome, out: &mut Out) {
        if self.doubts.get(&tx).is_none_or(|it| it.took.is_some()) {
            return out.report(Event::Refused { request: None, why: Refusal::NotInDoubt });
        }
        self.take_for(tx, outcome);
        out.append(Record::Heuristic { tx, outcome });
        out.report(Event::Resolved { tx, outcome, by_operator: true });
        self.report_holdings(out);
    }

    fn report_holdings(&self, out: &mut Out) {
        out.report(Event::Holds { free: self.free, held: self.held() });
    }

    fn doubt(&mut self, tx: TransactionId, work: Work, peers: Vec<NodeId>) {
        let delay = self.config.patience.inquire;
        self.doubts.insert(tx, Doubt { work, peers, took: None, delay });
    }

    /// Takes what an operator says for the decision.
    fn take_for(&mut self, tx: TransactionId, outcome: Outcome) {
        if let Some(doubt) = self.doubts.get_mut(&tx) {
            doubt.took = Some(outcome);
            if outcome == Outcome::Aborted {
                put(&mut self.free, doubt.work);
            }
        }
    }

    /// Gives back exactly what was set aside.
    fn release(&mut self, tx: TransactionId) {
        if let Some(doubt) = self.doubts.remove(&tx) {
            put(&mut self.free, doubt.work);
        }
    }

    fn give_away(&mut self, work: Work) {
        if let Work::Take { good, quantity } = work {
            // What was promised was there when it was promised.
            let _ = self.free.take(good, quantity);
        }
    }
}

fn put(stock: &mut Stock, work: Work) {
    if let Work::Take { good, quantity } = work {
        stock.put(good, quantity);
    }
}

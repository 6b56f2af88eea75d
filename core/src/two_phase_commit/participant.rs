//! The participant: promises, keeps the promise through any crash, and asks until it knows.
//!
//! Between its yes and the decision it is *in doubt*: it can neither commit nor abort by itself, and
//! what it has set aside stays locked. That is the blocking problem of two-phase commit.

mod recovery;

pub use recovery::Doubt;
use recovery::put;

use super::protocol::Refusal;
use super::{
    Command, Event, Flaw, Message, Outcome, ParticipantConfig, Reason, Record, Stock, Timer,
    TransactionId, TwoPhaseNode, Vote, Work,
};
use crate::sim::{Input, NodeId, Outbox, Time};
use std::collections::{BTreeMap, BTreeSet};

/// The machine that does the work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Participant {
    config: ParticipantConfig,
    /// Whether its log is empty: then it has yet to write down what it starts with.
    is_new: bool,
    free: Stock,
    doubts: BTreeMap<TransactionId, Doubt>,
    /// Decided here or heard of: whatever comes late is answered from this.
    outcomes: BTreeMap<TransactionId, Outcome>,
    /// What an operator has made of transactions that were decided otherwise.
    damage: BTreeMap<TransactionId, Outcome>,
    /// What it has done in transactions of which it was the only participant.
    alone: BTreeMap<TransactionId, Work>,
    /// Those that it has voted no on, where a crash may still take the record of it.
    fragile: BTreeSet<TransactionId>,
}

type Out = Outbox<TwoPhaseNode>;

impl Participant {
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

    /// What has been done here in a transaction, by whomever; none if nothing has.
    pub fn effect(&self, tx: TransactionId) -> Option<Outcome> {
        let taken = self.doubts.get(&tx).and_then(|doubt| doubt.took);
        taken.or(self.damage.get(&tx).copied()).or(self.outcomes.get(&tx).copied())
    }

    /// Takes one input.
    pub fn handle(&mut self, _now: Time, input: Input<TwoPhaseNode>, out: &mut Out) {
        match input {
            Input::Start => {
                if std::mem::take(&mut self.is_new) {
                    self.force(Record::Stocked { free: self.free }, out);
                }
                let waiting = self.doubts.iter().filter(|(_, doubt)| doubt.took.is_none());
                let unfinished = waiting.map(|(tx, _)| *tx).collect();
                out.report(Event::Recovered { epoch: 0, unfinished });
                self.report_holdings(out);
                for tx in self.doubts.keys().copied().collect::<Vec<_>>() {
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
        if let Some(doubt) = self.doubts.get(&tx) {
            // After an operator's abort the promise cannot be kept any more. If its yes has been
            // counted already, this comes too late to matter.
            let is_broken = doubt.took == Some(Outcome::Aborted);
            let vote = if is_broken { Vote::No(Reason::GivenUp) } else { Vote::Yes };
            return out.send(from, Message::Voted { tx, vote });
        }
        let vote = match work {
            Work::Look { good } if self.free.count(good) > 0 => Vote::ReadOnly,
            Work::Take { good, quantity } if self.free.take(good, quantity) => Vote::Yes,
            Work::Look { good } | Work::Take { good, .. } => Vote::No(Reason::OutOf(good)),
        };
        match vote {
            Vote::Yes => {
                self.doubt(tx, work, peers.clone());
                self.force(Record::Prepared { tx, work, peers }, out);
                self.report_holdings(out);
            }
            Vote::No(_) if matches!(work, Work::Take { .. }) => {
                self.outcomes.insert(tx, Outcome::Aborted);
                self.fragile.insert(tx);
                out.append_lazily(Record::Aborted { tx });
            }
            // Who only looks has nothing to commit or to abort.
            Vote::No(_) | Vote::ReadOnly => {}
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
                let record = match outcome {
                    Outcome::Committed => Record::CommittedInOnePhase { tx, work },
                    Outcome::Aborted => Record::Aborted { tx },
                };
                if is_there {
                    self.alone.insert(tx, work);
                }
                self.force(record, out);
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
            let took = self.effect(tx);
            let damage = took.filter(|it| *it != Outcome::Committed);
            match (took, damage) {
                (None, _) => out.report(Event::Unheard { tx }),
                (_, Some(took)) => {
                    out.report(Event::Damaged { tx, took, decided: Outcome::Committed });
                }
                (_, None) => {}
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
                self.force(Record::Committed { tx }, out);
                let outcome = Outcome::Committed;
                out.report(Event::Resolved { tx, outcome, by_operator: false });
                self.report_holdings(out);
            }
            Some(took) => {
                let decided = Outcome::Committed;
                self.force(Record::Settled { tx, outcome: decided, took }, out);
                if damage.is_some() {
                    self.damage.insert(tx, took);
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
                out.append_lazily(Record::Settled { tx, outcome, took });
                if took != outcome {
                    self.damage.insert(tx, took);
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
        let known = self.outcomes.get(&tx).copied();
        let outcome = known.unwrap_or(Outcome::Aborted);
        if known.is_none() {
            // Not asked to prepare so far, so it cannot have committed, and from now on it never will.
            self.outcomes.insert(tx, outcome);
            out.report(Event::Resolved { tx, outcome, by_operator: false });
        }
        if known.is_none() || self.fragile.contains(&tx) {
            // Durable, because the peer relies on it: a participant that forgets its no over a crash
            // could vote yes when it is asked again.
            self.force(Record::Aborted { tx }, out);
        }
        out.send(from, Message::Decision { tx, outcome });
    }

    fn resolve(&mut self, tx: TransactionId, outcome: Outcome, out: &mut Out) {
        if self.doubts.get(&tx).is_none_or(|it| it.took.is_some()) {
            return out.report(Event::Refused { request: None, why: Refusal::NotInDoubt });
        }
        self.take_for(tx, outcome);
        self.force(Record::Heuristic { tx, outcome }, out);
        out.report(Event::Resolved { tx, outcome, by_operator: true });
        self.report_holdings(out);
    }

    /// Appends a record and waits for it, and so for all that were written before.
    fn force(&mut self, record: Record, out: &mut Out) {
        out.append(record);
        self.fragile.clear();
    }

    fn report_holdings(&self, out: &mut Out) {
        out.report(Event::Holds { free: self.free, held: self.held() });
    }
}

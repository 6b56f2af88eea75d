//! The coordinator: asks for votes, makes the decision, and sees to it that everybody hears of it.
//!
//! It writes nothing when a transaction begins. A transaction that it does not know has therefore
//! aborted, or has ended with everybody's acknowledgement. Whoever asks is told "aborted": that is
//! true of the first, and does no harm about the second, since whoever has acknowledged has committed
//! and pays no attention to a late answer.

mod open;

use super::protocol::Refusal;
use super::{
    Branch, Command, CoordinatorConfig, Event, Flaw, Message, Outcome, Reason, Record, Timer,
    TransactionId, TwoPhaseNode, Vote, Work,
};
use crate::sim::{Input, NodeId, Outbox, Time};
use open::{Open, Phase, is_decided, takers};
use std::collections::BTreeMap;

/// How a transaction has ended, for the history.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Closed {
    /// Who was to do what.
    pub branches: Vec<Branch>,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it aborted.
    pub reason: Option<Reason>,
}

/// The machine that decides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coordinator {
    config: CoordinatorConfig,
    epoch: u32,
    last_number: u32,
    open: BTreeMap<TransactionId, Open>,
    history: BTreeMap<TransactionId, Closed>,
}

type Out = Outbox<TwoPhaseNode>;

/// The most transactions that may be open at a time: a participant that is down for long leaves
/// those that wait for it.
const MOST_OPEN: usize = 10_000;

impl Coordinator {
    /// Boots from its log.
    pub fn recover(config: &CoordinatorConfig, log: &[Record]) -> Self {
        let (open, history) = (BTreeMap::new(), BTreeMap::new());
        let mut it = Coordinator { config: *config, epoch: 0, last_number: 0, open, history };
        for record in log {
            it.replay(record);
        }
        it
    }

    fn replay(&mut self, record: &Record) {
        match record {
            Record::Started { epoch } => self.epoch = (*epoch).max(self.epoch),
            Record::Decided { tx, branches } => {
                let missing = takers(branches);
                let delay = self.config.patience.resend;
                let phase = Phase::Committing { missing };
                let branches = branches.clone();
                self.open.insert(*tx, Open { request: None, branches, phase, delay });
            }
            Record::Ended { tx } => {
                if let Some(open) = self.open.remove(tx) {
                    self.remember(*tx, open.branches, Outcome::Committed, None);
                }
            }
            Record::Concluded { tx, branches, outcome, reason } => {
                self.remember(*tx, branches.clone(), *outcome, *reason);
            }
            // Written by participants only.
            _ => {}
        }
    }

    /// The fewest records from which [`recover`](Coordinator::recover) gives this state back.
    ///
    /// Transactions whose votes are being counted are in no log, so they are not in this one.
    pub fn checkpoint(&self) -> Vec<Record> {
        let mut records = vec![Record::Started { epoch: self.epoch }];
        records.extend(self.history.iter().map(|(tx, closed)| Record::Concluded {
            tx: *tx,
            branches: closed.branches.clone(),
            outcome: closed.outcome,
            reason: closed.reason,
        }));
        let decided = self.open.iter().filter(|(_, it)| is_decided(it));
        records.extend(
            decided.map(|(tx, it)| Record::Decided { tx: *tx, branches: it.branches.clone() }),
        );
        records
    }

    /// The transactions that are decided but not yet acknowledged by all, and those whose votes are
    /// being counted, with whether they are decided.
    pub fn open(&self) -> impl Iterator<Item = (TransactionId, &[Branch], bool)> {
        self.open.iter().map(|(tx, it)| (*tx, &it.branches[..], is_decided(it)))
    }

    /// How every transaction has ended, if it [keeps a history](CoordinatorConfig::keeps_history).
    pub fn history(&self) -> &BTreeMap<TransactionId, Closed> {
        &self.history
    }

    /// Takes one input.
    pub fn handle(&mut self, _now: Time, input: Input<TwoPhaseNode>, out: &mut Out) {
        match input {
            Input::Start => self.start(out),
            Input::Command(Command::Submit { request, branches }) => {
                self.submit(request, branches, out);
            }
            Input::Command(Command::Resolve { .. }) => {
                out.report(Event::Refused { request: None, why: Refusal::WrongRole });
            }
            Input::Timer(Timer::Vote(tx)) => {
                // A decision that is being forced at this moment is a decision.
                if self.open.get(&tx).is_some_and(|it| matches!(it.phase, Phase::Voting { .. })) {
                    self.abort(tx, Reason::VoteTimedOut, out);
                }
            }
            Input::Timer(Timer::Resend(tx)) => self.resend(tx, out),
            Input::Timer(Timer::Inquire(_)) => {}
            Input::Message { from, message } => self.hear(from, message, out),
        }
    }

    fn start(&mut self, out: &mut Out) {
        let before = self.epoch;
        self.epoch += 1;
        self.last_number = 0;
        // Durable before anything else happens: a number is given out once.
        out.append(Record::Started { epoch: self.epoch });
        let unfinished: Vec<TransactionId> = self.open.keys().copied().collect();
        out.report(Event::Recovered { epoch: before, unfinished: unfinished.clone() });
        for tx in unfinished {
            self.ask(tx, out);
        }
    }

    fn submit(&mut self, request: u64, branches: Vec<Branch>, out: &mut Out) {
        let mut nodes: Vec<NodeId> = branches.iter().map(|branch| branch.node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        if branches.is_empty() || nodes.len() < branches.len() {
            let why = Refusal::Branches;
            return out.report(Event::Refused { request: Some(request), why });
        }
        if self.open.len() >= MOST_OPEN {
            return out.report(Event::Refused { request: Some(request), why: Refusal::Busy });
        }
        if self.last_number == u32::MAX {
            // All numbers of this start are given out: as good as another start.
            self.epoch += 1;
            self.last_number = 0;
            out.append(Record::Started { epoch: self.epoch });
        }
        self.last_number += 1;
        let tx = TransactionId { epoch: self.epoch, number: self.last_number };
        out.report(Event::Began { request, tx, branches: branches.clone() });
        let phase = if branches.len() == 1 {
            Phase::Delegated
        } else {
            let missing = branches.iter().map(|branch| branch.node).collect();
            Phase::Voting { missing, yes: Vec::new() }
        };
        let delay = self.config.patience.resend;
        let is_vote = matches!(phase, Phase::Voting { .. });
        self.open.insert(tx, Open { request: Some(request), branches, phase, delay });
        if is_vote {
            out.wake_after(self.config.patience.vote, Timer::Vote(tx));
        }
        self.ask(tx, out);
    }

    /// Sends what is due to everybody who has not answered, and waits.
    fn ask(&self, tx: TransactionId, out: &mut Out) {
        let Some(open) = self.open.get(&tx) else { return };
        match &open.phase {
            Phase::Voting { missing, .. } => {
                let takers = takers(&open.branches);
                let asked = open.branches.iter().filter(|branch| missing.contains(&branch.node));
                for branch in asked {
                    let peers = takers.iter().copied().filter(|it| *it != branch.node).collect();
                    let message = Message::Prepare { tx, work: branch.work, peers };
                    out.send(branch.node, message);
                }
            }
            Phase::Delegated => {
                for branch in &open.branches {
                    out.send(branch.node, Message::CommitInOnePhase { tx, work: branch.work });
                }
            }
            Phase::Committing { missing } => {
                for node in missing {
                    out.send(*node, Message::Decision { tx, outcome: Outcome::Committed });
                }
            }
        }
        out.wake_after(open.delay, Timer::Resend(tx));
    }

    fn resend(&mut self, tx: TransactionId, out: &mut Out) {
        let Some(open) = self.open.get_mut(&tx) else { return };
        open.delay = (open.delay * 2).min(self.config.patience.longest);
        self.ask(tx, out);
    }

    fn hear(&mut self, from: NodeId, message: Message, out: &mut Out) {
        match message {
            Message::Voted { tx, vote } => self.count(from, tx, vote, out),
            Message::Acknowledged { tx, damage } => self.acknowledge(from, tx, damage, out),
            Message::Inquiry { tx } => match self.open.get(&tx) {
                // Sent behind the record of the decision, which may still be on its way to the disk.
                Some(open) if is_decided(open) => {
                    out.send(from, Message::Decision { tx, outcome: Outcome::Committed });
                }
                // Not decided: whoever asks will hear of it.
                Some(_) => {}
                None => self.presume(from, tx, out),
            },
            Message::Concluded { tx, outcome, reason } => {
                self.conclude(from, tx, outcome, reason, out);
            }
            // Meant for participants.
            Message::Prepare { .. }
            | Message::CommitInOnePhase { .. }
            | Message::Decision { .. } => {}
        }
    }

    /// Counts a vote. The first no decides, and so does the last yes.
    fn count(&mut self, from: NodeId, tx: TransactionId, vote: Vote, out: &mut Out) {
        let Some(open) = self.open.get_mut(&tx) else {
            if vote == Vote::Yes {
                self.presume(from, tx, out);
            }
            return;
        };
        let Phase::Voting { missing, yes } = &mut open.phase else { return };
        let Some(place) = missing.iter().position(|node| *node == from) else { return };
        match vote {
            Vote::No(reason) => return self.abort(tx, reason, out),
            Vote::ReadOnly => {}
            Vote::Yes => {
                yes.push(from);
                yes.sort_unstable();
            }
        }
        missing.remove(place);
        if missing.is_empty() {
            self.commit(tx, out);
        }
    }

    fn commit(&mut self, tx: TransactionId, out: &mut Out) {
        out.cancel(Timer::Vote(tx));
        let Some(open) = self.open.get_mut(&tx) else { return };
        let Phase::Voting { yes, .. } = &mut open.phase else { return };
        if yes.is_empty() {
            // Nobody has changed anything: there is nothing to decide, and nothing to write down.
            out.cancel(Timer::Resend(tx));
            return self.close(tx, Outcome::Committed, None, out);
        }
        let missing = std::mem::take(yes);
        open.phase = Phase::Committing { missing };
        open.delay = self.config.patience.resend;
        let record = Record::Decided { tx, branches: open.branches.clone() };
        let request = open.request;
        if self.config.flaw == Flaw::DecideBeforeLogging {
            self.ask(tx, out);
            out.append(record);
        } else {
            out.append(record);
        }
        out.report(Event::Decided { tx, outcome: Outcome::Committed, reason: None });
        answer(request, tx, Outcome::Committed, None, out);
        if self.config.flaw != Flaw::DecideBeforeLogging {
            self.ask(tx, out);
        }
    }

    /// Aborts: those who have voted yes are told; who votes yes later is told then.
    fn abort(&mut self, tx: TransactionId, reason: Reason, out: &mut Out) {
        out.cancel(Timer::Vote(tx));
        out.cancel(Timer::Resend(tx));
        let Some(open) = self.open.get(&tx) else { return };
        let told = match &open.phase {
            Phase::Voting { yes, .. } => yes.clone(),
            Phase::Delegated | Phase::Committing { .. } => return,
        };
        for node in told {
            out.send(node, Message::Decision { tx, outcome: Outcome::Aborted });
        }
        out.append_lazily(Record::Concluded {
            tx,
            branches: open.branches.clone(),
            outcome: Outcome::Aborted,
            reason: Some(reason),
        });
        self.close(tx, Outcome::Aborted, Some(reason), out);
    }

    /// The only participant has decided.
    fn conclude(
        &mut self,
        from: NodeId,
        tx: TransactionId,
        outcome: Outcome,
        reason: Option<Reason>,
        out: &mut Out,
    ) {
        let is_asked = |it: &&Open| {
            it.phase == Phase::Delegated && it.branches.iter().all(|branch| branch.node == from)
        };
        let Some(open) = self.open.get(&tx).filter(is_asked) else { return };
        out.cancel(Timer::Resend(tx));
        let branches = open.branches.clone();
        if branches.iter().any(|branch| matches!(branch.work, Work::Take { .. })) {
            out.append_lazily(Record::Concluded { tx, branches, outcome, reason });
        }
        self.close(tx, outcome, reason, out);
    }

    /// Forgets a transaction that has its outcome and needs nobody's acknowledgement.
    fn close(
        &mut self,
        tx: TransactionId,
        outcome: Outcome,
        reason: Option<Reason>,
        out: &mut Out,
    ) {
        let Some(open) = self.open.remove(&tx) else { return };
        out.report(Event::Decided { tx, outcome, reason });
        answer(open.request, tx, outcome, reason, out);
        self.remember(tx, open.branches, outcome, reason);
        out.report(Event::Ended { tx });
    }

    fn acknowledge(
        &mut self,
        from: NodeId,
        tx: TransactionId,
        damage: Option<Outcome>,
        out: &mut Out,
    ) {
        let Some(open) = self.open.get_mut(&tx) else { return };
        let Phase::Committing { missing } = &mut open.phase else { return };
        let Some(place) = missing.iter().position(|node| *node == from) else { return };
        missing.remove(place);
        if let Some(took) = damage {
            out.report(Event::Damaged { tx, took, decided: Outcome::Committed });
        }
        if missing.is_empty() {
            out.cancel(Timer::Resend(tx));
            out.append_lazily(Record::Ended { tx });
            out.report(Event::Ended { tx });
            if let Some(open) = self.open.remove(&tx) {
                self.remember(tx, open.branches, Outcome::Committed, None);
            }
        }
    }

    /// Answers about a transaction of which nothing is known: it has aborted.
    fn presume(&self, to: NodeId, tx: TransactionId, out: &mut Out) {
        let outcome = match self.config.flaw {
            Flaw::PresumeCommit => Outcome::Committed,
            _ => Outcome::Aborted,
        };
        out.send(to, Message::Decision { tx, outcome });
    }

    fn remember(
        &mut self,
        tx: TransactionId,
        branches: Vec<Branch>,
        outcome: Outcome,
        reason: Option<Reason>,
    ) {
        if self.config.keeps_history {
            self.history.insert(tx, Closed { branches, outcome, reason });
        }
    }
}

fn answer(
    request: Option<u64>,
    tx: TransactionId,
    outcome: Outcome,
    reason: Option<Reason>,
    out: &mut Out,
) {
    if let Some(request) = request {
        out.report(Event::Answered { request, tx, outcome, reason });
    }
}

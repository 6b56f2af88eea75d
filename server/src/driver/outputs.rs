//! A machine's outputs, waiting to be carried out in order.

use std::collections::{BTreeMap, VecDeque};

use playground_core::sim::{
    Agenda, ClusterEvent, Durability, Flight, Machine, Output, Side, Span, Ticket, Time,
};

use super::death::Arm;
use super::handle::Answer;
use super::{Driven, Driver, Observer, Transport};

/// What is to be done.
enum Step<M: Machine> {
    /// Wait until the record at this place is durable.
    Wait(u64),
    /// Anything but an append.
    Do(Output<M>),
    /// Tell somebody who looked at the machine.
    Answer(Answer),
    /// Die.
    Die,
}

/// Outputs in the order of the machine's asking. Appends are with the log already.
pub(super) struct Outputs<M: Machine> {
    steps: VecDeque<Step<M>>,
    arm: Option<Arm<M>>,
}

impl<M: Machine> Default for Outputs<M> {
    fn default() -> Self {
        Outputs { steps: VecDeque::new(), arm: None }
    }
}

impl<M: Machine> Outputs<M> {
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether the node dies before it gets to anything that is pushed from now on.
    pub(super) fn end_in_death(&self) -> bool {
        matches!(self.steps.back(), Some(Step::Die))
    }

    /// Queues an output. `append` gives a record to the log and tells its place.
    pub(super) fn push(
        &mut self,
        output: Output<M>,
        append: impl FnOnce(M::Record, Durability) -> u64,
    ) {
        if self.end_in_death() {
            return;
        }
        let side = self.arm.filter(|arm| (arm.matches)(&output)).map(|arm| arm.side);
        if side == Some(Side::Before) {
            return self.steps.push_back(Step::Die);
        }
        match output {
            Output::Append { record, durability } => {
                let place = append(record, durability);
                if durability == Durability::Forced {
                    self.steps.push_back(Step::Wait(place));
                }
            }
            other => self.steps.push_back(Step::Do(other)),
        }
        if side == Some(Side::After) {
            self.steps.push_back(Step::Die);
        }
    }

    /// Queues an answer, or forgets it if the node dies first.
    pub(super) fn push_answer(&mut self, answer: Answer) {
        if !self.end_in_death() {
            self.steps.push_back(Step::Answer(answer));
        }
    }

    /// Plans a death around the next output of a kind, queued or to come.
    pub(super) fn arm(&mut self, arm: Option<Arm<M>>) {
        if self.end_in_death() {
            return;
        }
        self.arm = arm;
        let Some(Arm { side, matches }) = arm else { return };
        let is_it = |step: &Step<M>| matches!(step, Step::Do(output) if matches(output));
        if let Some(at) = self.steps.iter().position(is_it) {
            self.steps.truncate(if side == Side::Before { at } else { at + 1 });
            self.steps.push_back(Step::Die);
        }
    }

    /// The next step whose time has come.
    fn pop(&mut self, durable: u64) -> Option<Step<M>> {
        match self.steps.front() {
            Some(Step::Wait(place)) if *place > durable => None,
            _ => self.steps.pop_front(),
        }
    }
}

/// A machine's timers.
pub(super) struct Timers<M: Machine> {
    agenda: Agenda<M::Timer>,
    tickets: BTreeMap<M::Timer, Ticket>,
}

impl<M: Machine> Default for Timers<M> {
    fn default() -> Self {
        Timers { agenda: Agenda::default(), tickets: BTreeMap::new() }
    }
}

impl<M: Machine> Timers<M> {
    pub(super) fn next_at(&self) -> Option<Time> {
        self.agenda.next_at()
    }

    /// The next timer that should have fired by now.
    pub(super) fn pop_due(&mut self, now: Time) -> Option<M::Timer> {
        self.agenda.next_at().filter(|at| *at <= now)?;
        let (_, timer) = self.agenda.pop()?;
        self.tickets.remove(&timer);
        Some(timer)
    }

    fn set(&mut self, now: Time, delay: Span, timer: M::Timer) {
        let ticket = self.agenda.add(now + delay, timer.clone());
        if let Some(earlier) = self.tickets.insert(timer, ticket) {
            self.agenda.cancel(earlier);
        }
    }

    fn cancel(&mut self, timer: &M::Timer) {
        if let Some(ticket) = self.tickets.remove(timer) {
            self.agenda.cancel(ticket);
        }
    }
}

/// Why no more outputs are carried out for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Performed {
    /// There are none, or they wait for the disk.
    AllThatMay,
    /// The node is to die here.
    Death,
}

impl<M: Driven, T: Transport<M::Message>, O: Observer<M>> Driver<M, T, O> {
    /// Carries out what may be carried out.
    pub(super) fn perform(&mut self) -> Performed {
        loop {
            while let Some(step) = self.outputs.pop(self.progress.durable) {
                match step {
                    Step::Wait(_) => {}
                    Step::Do(output) => self.carry_out(output),
                    Step::Answer(answer) => answer(),
                    Step::Die => return Performed::Death,
                }
            }
            let Some(flight) = self.to_itself.pop_front() else { return Performed::AllThatMay };
            self.deliver(flight);
        }
    }

    fn carry_out(&mut self, output: Output<M>) {
        let now = self.settings.clock.now();
        match output {
            // Appends went to the log when they were queued.
            Output::Append { .. } => {}
            Output::Send { to, message } => self.send(now, to, message),
            Output::WakeAfter { delay, timer } => self.timers.set(now, delay, timer),
            Output::Cancel(timer) => self.timers.cancel(&timer),
            Output::Report(event) => {
                self.observer.saw(now, &ClusterEvent::Reported(self.settings.node, event));
            }
        }
    }

    fn send(&mut self, now: Time, to: playground_core::sim::NodeId, message: M::Message) {
        let from = self.settings.node;
        let mut flight = Flight { id: self.next_flight, from, to, message, sent_at: now };
        self.next_flight += 1;
        if self.observer.is_curious() {
            let event = ClusterEvent::Sent(flight);
            self.observer.saw(now, &event);
            let ClusterEvent::Sent(sent) = event else { return };
            flight = sent;
        }
        if to == from {
            self.to_itself.push_back(flight);
        } else {
            self.transport.send(flight);
        }
    }
}

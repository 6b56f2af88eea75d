//! A small protocol, only for tests: parcels that must arrive exactly once, whatever fails.
//!
//! The sender notes each parcel in its log before it ships it, and ships it again, ever more rarely,
//! until it is acknowledged. The receiver appends a parcel *before* it acknowledges it, takes each
//! number once, and knows from its log what it has. Every flaw below breaks one of these habits.

use playground_core::sim::{Input, Machine, NodeId, Outbox, Span, Time};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub const SENDER: NodeId = NodeId(0);
pub const RECEIVER: NodeId = NodeId(1);
const FIRST_RETRY: Span = Span::from_ms(40);
const MOST_DOUBLINGS: u32 = 3;

/// A habit that the receiver lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flaw {
    /// It acknowledges a parcel before it has appended it.
    AcknowledgesFirst,
    /// After a crash it has forgotten what it had.
    Forgets,
    /// It does not wait for the disk.
    AppendsLazily,
}

#[derive(Clone, Copy, Debug)]
pub enum Config {
    Sender,
    Receiver(Option<Flaw>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    Parcel(u32),
    Acknowledgement(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record {
    Accepted(u32),
    Done(u32),
    Received(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    Accepted(u32),
    Acknowledged(u32),
    Received(u32),
}

/// One machine for both ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Parcels {
    /// The parcels not yet acknowledged, each with how often it was shipped; and the next number.
    Sender {
        open: BTreeMap<u32, u32>,
        next: u32,
    },
    Receiver {
        received: BTreeSet<u32>,
        flaw: Option<Flaw>,
    },
}

impl Machine for Parcels {
    type Config = Config;
    /// Accept one more parcel.
    type Command = ();
    type Message = Message;
    /// The parcel to ship again.
    type Timer = u32;
    type Record = Record;
    type Event = Report;

    fn recover(config: &Config, log: &[Record]) -> Self {
        match *config {
            Config::Sender => {
                let mut open = BTreeMap::new();
                let mut next = 0;
                for record in log {
                    match *record {
                        Record::Accepted(number) => {
                            open.insert(number, 0);
                            next = number + 1;
                        }
                        Record::Done(number) => {
                            open.remove(&number);
                        }
                        Record::Received(_) => {}
                    }
                }
                Parcels::Sender { open, next }
            }
            Config::Receiver(flaw) => {
                let numbers = log.iter().filter_map(|record| match record {
                    Record::Received(number) if flaw != Some(Flaw::Forgets) => Some(*number),
                    _ => None,
                });
                Parcels::Receiver { received: numbers.collect(), flaw }
            }
        }
    }

    fn handle(&mut self, _now: Time, input: Input<Self>, out: &mut Outbox<Self>) {
        match self {
            Parcels::Sender { open, next } => send(open, next, input, out),
            Parcels::Receiver { received, flaw } => {
                if let Input::Message { from, message: Message::Parcel(number) } = input {
                    receive(received, *flaw, from, number, out);
                }
            }
        }
    }
}

fn send(
    open: &mut BTreeMap<u32, u32>,
    next: &mut u32,
    input: Input<Parcels>,
    out: &mut Outbox<Parcels>,
) {
    match input {
        Input::Start => open.iter_mut().for_each(|(number, times)| ship(*number, times, out)),
        Input::Command(()) => {
            let number = *next;
            *next += 1;
            out.append(Record::Accepted(number));
            out.report(Report::Accepted(number));
            ship(number, open.entry(number).or_insert(0), out);
        }
        Input::Timer(number) => {
            if let Some(times) = open.get_mut(&number) {
                ship(number, times, out);
            }
        }
        Input::Message { message: Message::Acknowledgement(number), .. } => {
            if open.remove(&number).is_some() {
                out.cancel(number);
                // Whoever forgets this ships a parcel once more, which does no harm.
                out.append_lazily(Record::Done(number));
                out.report(Report::Acknowledged(number));
            }
        }
        Input::Message { .. } => {}
    }
}

fn ship(number: u32, times: &mut u32, out: &mut Outbox<Parcels>) {
    out.send(RECEIVER, Message::Parcel(number));
    out.wake_after(FIRST_RETRY * (1 << (*times).min(MOST_DOUBLINGS)), number);
    *times += 1;
}

fn receive(
    received: &mut BTreeSet<u32>,
    flaw: Option<Flaw>,
    from: NodeId,
    number: u32,
    out: &mut Outbox<Parcels>,
) {
    let acknowledgement = Message::Acknowledgement(number);
    if !received.insert(number) {
        out.send(from, acknowledgement);
        return;
    }
    if flaw == Some(Flaw::AcknowledgesFirst) {
        out.send(from, acknowledgement);
    }
    if flaw == Some(Flaw::AppendsLazily) {
        out.append_lazily(Record::Received(number));
    } else {
        out.append(Record::Received(number));
    }
    out.report(Report::Received(number));
    if flaw != Some(Flaw::AcknowledgesFirst) {
        out.send(from, acknowledgement);
    }
}

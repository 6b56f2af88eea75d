//! The way of a message in parts, from what the page's clock and the server's have measured.

use super::view::Journey;
use playground_core::sim::Time;

/// A part of the way, in milliseconds from when the message was put into the outbox.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Leg {
    /// What it is.
    pub kind: LegKind,
    /// When it begins.
    pub from_ms: f64,
    /// When it ends.
    pub to_ms: f64,
}

/// The parts of the way, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegKind {
    /// In the outbox.
    Outbox,
    /// To the server.
    There,
    /// Until it is on the disk.
    Store,
    /// Until the bus has said that it has numbered and kept it.
    Bus,
    /// Until the bus has told the server, as it tells all others.
    Publication,
    /// Until it is with everybody's connection.
    FanOut,
    /// The acknowledgement on its way back.
    Back,
}

impl LegKind {
    /// The parts of a way in order: by a bus, or over the server's own disk.
    pub fn of_way(is_by_bus: bool) -> &'static [LegKind] {
        use LegKind::{Back, Bus, FanOut, Outbox, Publication, Store, There};
        if is_by_bus {
            &[Outbox, There, Bus, Publication, FanOut, Back]
        } else {
            &[Outbox, There, Store, FanOut, Back]
        }
    }

    /// What happens, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            LegKind::Outbox => "in the outbox",
            LegKind::There => "to the server",
            LegKind::Store => "onto the disk",
            LegKind::Bus => "onto the bus",
            LegKind::Publication => "told by it",
            LegKind::FanOut => "to everybody",
            LegKind::Back => "ack, back",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            LegKind::Outbox => "is-outbox",
            LegKind::There | LegKind::Back => "is-network",
            LegKind::Store | LegKind::Bus => "is-store",
            LegKind::Publication => "is-publication",
            LegKind::FanOut => "is-fan-out",
        }
    }
}

impl Journey {
    /// Whether a bus has numbered it.
    pub fn went_by_bus(&self) -> bool {
        self.trace.timing.is_some_and(|timing| timing.bus_us.is_some())
    }

    /// The parts of the way that are over. There and back are measured together: each is drawn as half.
    pub fn legs(&self) -> Vec<Leg> {
        let mut legs = Vec::with_capacity(6);
        let Some(sent_at) = self.trace.sent_at else { return legs };
        let mut at_ms = 0.0;
        let mut leg = |kind, took_ms: f64| {
            let to_ms = at_ms + took_ms.max(0.0);
            legs.push(Leg { kind, from_ms: at_ms, to_ms });
            at_ms = to_ms;
        };
        leg(LegKind::Outbox, ms_between(self.trace.said_at, sent_at));
        let (Some(acked_at), Some(timing)) = (self.trace.acknowledged_at, self.trace.timing) else {
            return legs;
        };
        let ms = |from: u64, to: u64| to.saturating_sub(from) as f64 / 1e3;
        let kept_us = timing.bus_us.unwrap_or(timing.stored_us);
        let kept = ms(timing.received_us, kept_us);
        let told = ms(kept_us, timing.stored_us);
        let fan_out = ms(timing.stored_us, timing.fanned_out_us);
        let network = (ms_between(sent_at, acked_at) - kept - told - fan_out).max(0.0);
        leg(LegKind::There, network / 2.0);
        if timing.bus_us.is_some() {
            leg(LegKind::Bus, kept);
            leg(LegKind::Publication, told);
        } else {
            leg(LegKind::Store, kept);
        }
        leg(LegKind::FanOut, fan_out);
        leg(LegKind::Back, network / 2.0);
        legs
    }
}

/// The time from one moment to another, in milliseconds.
pub fn ms_between(from: Time, to: Time) -> f64 {
    to.since(from).as_ms_f64()
}

/// A length of time in words: in microseconds, milliseconds or seconds.
pub fn duration(ms: f64) -> String {
    match ms {
        ms if ms < 1.0 => format!("{:.0} µs", ms * 1e3),
        ms if ms < 100.0 => format!("{ms:.1} ms"),
        ms if ms < 1_000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1e3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::chat::wire::Timing;
    use playground_core::chat::{Tick, Trace};

    fn journey(timing: Timing) -> Journey {
        let at = |ms: u64| Some(Time::from_ms(ms));
        let trace = Trace {
            id: "a1".into(),
            thread: "lobby".into(),
            text: "hi".into(),
            said_at: Time::from_ms(100),
            first_sent_at: at(101),
            sent_at: at(101),
            sends: 1,
            told_at: None,
            acknowledged_at: at(106),
            timing: Some(timing),
            is_retry: false,
            seq: Some(7),
            delivered_at: None,
            delivered_to: 0,
        };
        Journey { trace, tick: Tick::Stored }
    }

    #[test]
    fn the_parts_of_the_way_are_the_whole_of_it() {
        let timing =
            Timing { received_us: 10_000, bus_us: None, stored_us: 13_000, fanned_out_us: 13_500 };
        let legs = journey(timing).legs();
        let kinds: Vec<LegKind> = legs.iter().map(|leg| leg.kind).collect();
        assert_eq!(kinds, LegKind::of_way(false));
        assert_eq!(legs.last().map(|leg| leg.to_ms), Some(6.0));
        let took: Vec<f64> = legs.iter().map(|leg| leg.to_ms - leg.from_ms).collect();
        assert_eq!(took, [1.0, 0.75, 3.0, 0.5, 0.75]);
        assert!(legs.windows(2).all(|pair| pair[0].to_ms == pair[1].from_ms));
    }

    #[test]
    fn the_way_by_a_bus_has_a_part_more() {
        let bus_us = Some(12_000);
        let timing =
            Timing { received_us: 10_000, bus_us, stored_us: 12_500, fanned_out_us: 12_600 };
        let legs = journey(timing).legs();
        let kinds: Vec<LegKind> = legs.iter().map(|leg| leg.kind).collect();
        assert_eq!(kinds, LegKind::of_way(true));
        let took = |number: usize| legs[number].to_ms - legs[number].from_ms;
        assert_eq!((took(2), took(3)), (2.0, 0.5));
        assert_eq!(legs.last().map(|leg| leg.to_ms), Some(6.0));
    }

    #[test]
    fn a_coarse_clock_makes_no_negative_times() {
        let late = Timing { received_us: 0, bus_us: None, stored_us: 9_000, fanned_out_us: 9_000 };
        let legs = journey(late).legs();
        assert!(legs.iter().all(|leg| leg.to_ms >= leg.from_ms), "{legs:?}");
    }

    #[test]
    fn a_length_of_time_has_a_unit_that_fits() {
        let shown = [0.0421, 3.21, 421.0, 2_500.0].map(duration);
        assert_eq!(shown, ["42 µs", "3.2 ms", "421 ms", "2.5 s"]);
    }
}

//! What random keys cost, as ratios to ordered ones.

use playground_core::unique_id::kinds::Kind;
use playground_core::unique_id::wire::{Lane, LaneState, RaceState};

/// How many times as much the second kind takes as the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratios {
    /// What it is compared with.
    pub ordered: Kind,
    /// What is compared.
    pub random: Kind,
    /// Time.
    pub time: f64,
    /// Bytes written, where they are counted.
    pub written: Option<f64>,
    /// Size of the file.
    pub size: f64,
}

/// The kind with random keys beside the best of those that come in order; none until both are over.
pub fn ratios(race: &RaceState) -> Option<Ratios> {
    let finished = |lane: &&Lane| lane.state == LaneState::Finished;
    let random = race.lanes.iter().filter(finished).find(|lane| lane.kind == Kind::UuidV4)?;
    // The kind that the lab is about, or else whichever is there.
    let mut ordered = race.lanes.iter().filter(finished).filter(|lane| lane.kind != Kind::UuidV4);
    let first = ordered.clone().find(|lane| lane.kind == Kind::Snowflake);
    let ordered = first.or_else(|| ordered.next())?;
    let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
    let (a, b) = (&random.latest, &ordered.latest);
    Some(Ratios {
        ordered: ordered.kind,
        random: random.kind,
        time: share(a.elapsed_us, b.elapsed_us)?,
        written: a.written_bytes.zip(b.written_bytes).and_then(|(a, b)| share(a, b)),
        size: share(a.file_bytes, b.file_bytes)?,
    })
}

impl Ratios {
    /// In a sentence.
    pub fn sentence(&self) -> String {
        let Ratios { ordered, random, time, written, size } = self;
        let written =
            written.map_or(String::new(), |it| format!("wrote {} as many bytes, and ", times(it)));
        format!(
            "{} took {} as long as {}, {written}its file is {} as large.",
            random.name(),
            times(*time),
            ordered.name(),
            times(*size)
        )
    }
}

fn times(ratio: f64) -> String {
    if ratio >= 9.95 { format!("{ratio:.0} times") } else { format!("{ratio:.1} times") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use playground_core::unique_id::wire::Sample;

    fn lane(kind: Kind, elapsed_us: u64, written: u64) -> Lane {
        let latest = Sample { rows: 10, elapsed_us, written_bytes: Some(written), file_bytes: 100 };
        Lane { kind, state: LaneState::Finished, latest, samples: Vec::new(), leaf: None }
    }

    #[test]
    fn random_keys_are_compared_with_snowflakes() {
        let lanes = vec![
            lane(Kind::UuidV7, 5, 5),
            lane(Kind::Snowflake, 10, 100),
            lane(Kind::UuidV4, 230, 4_930),
        ];
        let race = RaceState { lanes, ..RaceState::default() };
        let ratios = ratios(&race).unwrap();
        let (v4, snowflake) = (Kind::UuidV4.name(), Kind::Snowflake.name());
        assert_eq!(
            ratios.sentence(),
            format!(
                "{v4} took 23 times as long as {snowflake}, wrote 49 times as many bytes, and its file is 1.0 times as large."
            )
        );
    }

    #[test]
    fn nothing_is_compared_with_nothing() {
        let lanes = vec![lane(Kind::UuidV4, 1, 1)];
        assert_eq!(ratios(&RaceState { lanes, ..RaceState::default() }), None);
    }
}

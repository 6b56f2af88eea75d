//! What is counted, by how many, how, and how the numbers are dealt out.

use super::super::words::{method_text, split_text};
use crate::components::{Choice, Slider};
use playground_core::multi_threading::job::Job;
use playground_core::multi_threading::primes::Method;
use playground_core::multi_threading::split::Split;
use yew::prelude::*;

/// Bounds, on the slider.
pub const BOUNDS: [u32; 6] = [100_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000];
/// How many workers, on the slider.
pub const WORKERS: [u32; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
/// How the numbers can be dealt out.
pub const SPLITS: [Split; 6] = [
    Split::Static,
    Split::Interleaved { size: 10_000 },
    Split::Chunks { size: 1_000 },
    Split::Chunks { size: 10_000 },
    Split::Chunks { size: 100_000 },
    Split::Chunks { size: 1_000_000 },
];

/// What the knobs need.
#[derive(Properties, PartialEq)]
pub struct KnobsProps {
    /// What is set.
    pub job: Job,
    /// Whether nothing can be set now.
    #[prop_or_default]
    pub disabled: bool,
    /// Told what is to be set; it can be done.
    pub on_change: Callback<Job>,
}

/// The knobs.
#[component]
pub fn Knobs(props: &KnobsProps) -> Html {
    let KnobsProps { job, disabled, on_change } = props;
    let (job, disabled) = (*job, *disabled);
    let on_change = on_change.reform(possible);
    let on_bound = on_change.reform(move |up_to: u32| Job { up_to: up_to.into(), ..job });
    let on_workers = on_change.reform(move |workers: u32| Job { workers, ..job });
    let on_method = on_change.reform(move |number: usize| Job {
        method: Method::ALL.get(number).copied().unwrap_or(job.method),
        ..job
    });
    let on_split = on_change.reform(move |number: usize| Job {
        split: SPLITS.get(number).copied().unwrap_or(job.split),
        ..job
    });
    let methods: Vec<AttrValue> = Method::ALL.map(|it| method_text(it).into()).to_vec();
    let splits: Vec<AttrValue> = SPLITS.map(|it| split_text(it).into()).to_vec();
    let up_to = u32::try_from(job.up_to).unwrap_or(u32::MAX);
    html! {
        <div class="figure-controls">
            <Slider label="Primes up to" steps={BOUNDS.to_vec()} value={up_to} {disabled} on_change={on_bound} />
            <Slider label="Workers" steps={WORKERS.to_vec()} value={job.workers} {disabled} on_change={on_workers} />
            <Choice label="Each counts by" options={methods} {disabled} on_change={on_method}
                chosen={Method::ALL.iter().position(|it| *it == job.method)} />
            <Choice label="Numbers are dealt out" options={splits} {disabled} on_change={on_split}
                chosen={SPLITS.iter().position(|it| *it == job.split)} />
        </div>
    }
}

/// The job, or the nearest one that can be done: with a smaller bound, or larger pieces.
fn possible(job: Job) -> Job {
    let up_to = job.up_to.clamp(Job::LEAST_UP_TO, job.method.most_up_to());
    let job = Job { up_to, ..job };
    let least = job.least_piece();
    let split = match job.split {
        Split::Static => Split::Static,
        Split::Interleaved { size } => Split::Interleaved { size: size.max(least) },
        Split::Chunks { size } => Split::Chunks { size: size.max(least) },
    };
    Job { split, ..job }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_set_can_be_done() {
        for up_to in BOUNDS.map(u64::from) {
            for method in Method::ALL {
                for split in SPLITS {
                    for workers in WORKERS {
                        let job = possible(Job { up_to, workers, method, split });
                        assert_eq!(job.check(), Ok(()), "{job:?}");
                    }
                }
            }
        }
    }
}

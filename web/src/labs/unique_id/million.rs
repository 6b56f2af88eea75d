//! The million: as many rows as a real table has, into a modelled index with a real one's pages, in a worker beside
//! the page. And the surprise in it: almost in order can be packed worse than by chance.

mod curves;
mod knobs;
mod peers;
mod table;

use crate::components::{Badge, Provenance, grouped};
use crate::workers::{Answer, Inserted, WorkerFailure, use_worker};
use curves::Curves;
use knobs::{KnobPanel, Knobs};
use peers::Peers;
use playground_core::unique_id::million::{Plan, Standing};
use std::rc::Rc;
use table::Lanes;
use yew::prelude::*;

/// How the work stands.
#[derive(Clone, PartialEq)]
enum Course {
    Idle,
    Running,
    Stopped,
    Done,
    Failed(WorkerFailure),
}

#[derive(Clone, PartialEq)]
struct Rows {
    course: Course,
    /// What the rows are that have been inserted.
    knobs: Knobs,
    standing: Option<Rc<Standing>>,
    took_ms: f64,
}

enum Step {
    Begin(Knobs),
    Hear(Result<Answer<Inserted>, WorkerFailure>),
    Stop,
}

impl Rows {
    fn new(course: Course, knobs: Knobs) -> Self {
        Rows { course, knobs, standing: None, took_ms: 0.0 }
    }
}

impl Reducible for Rows {
    type Action = Step;

    fn reduce(mut self: Rc<Self>, step: Step) -> Rc<Self> {
        let rows = Rc::make_mut(&mut self);
        match step {
            Step::Begin(knobs) => *rows = Rows::new(Course::Running, knobs),
            Step::Hear(Ok(answer)) => {
                let (inserted, course) = match answer {
                    Answer::SoFar(inserted) => (inserted, Course::Running),
                    Answer::Done(inserted) => (inserted, Course::Done),
                };
                rows.course = course;
                rows.standing = Some(Rc::new(inserted.standing));
                rows.took_ms = inserted.took_ms;
            }
            Step::Hear(Err(failure)) => rows.course = Course::Failed(failure),
            Step::Stop => rows.course = Course::Stopped,
        }
        self
    }
}

/// The section.
#[component]
pub fn Million() -> Html {
    let knobs = use_state_eq(Knobs::default);
    let rows = use_reducer(|| Rows::new(Course::Idle, Knobs::default()));
    let worker = use_worker::<Plan>({
        let rows = rows.dispatcher();
        Callback::from(move |answer| rows.dispatch(Step::Hear(answer)))
    });
    let on_start = {
        let (worker, rows, knobs) = (worker.clone(), rows.dispatcher(), *knobs);
        Callback::from(move |_: MouseEvent| {
            rows.dispatch(Step::Begin(knobs));
            worker.start(&knobs.plan());
        })
    };
    let on_stop = {
        let rows = rows.dispatcher();
        Callback::from(move |_: MouseEvent| {
            worker.cancel();
            rows.dispatch(Step::Stop);
        })
    };
    let on_knobs = {
        let knobs = knobs.setter();
        Callback::from(move |changed: Knobs| knobs.set(changed))
    };
    let is_running = rows.course == Course::Running;
    html! {
        <section class="unique-id-million" aria-labelledby="million">
            { prose() }
            <div class="figure unique-id-million-figure">
                <KnobPanel knobs={*knobs} disabled={is_running} on_change={on_knobs} />
                <div class="toolbar">
                    <button disabled={is_running} onclick={on_start}>{ "Insert them" }</button>
                    <button disabled={!is_running} onclick={on_stop}>{ "Stop" }</button>
                    <span class="unique-id-course" role="status" data-million="course">{ course(&rows) }</span>
                </div>
                if let Some(standing) = rows.standing.clone() {
                    <Curves standing={standing.clone()} rows={rows.knobs.rows} />
                    <Peers what={rows.knobs.what} standing={standing.clone()} />
                    <Lanes {standing} />
                    <p class="unique-id-hint"><Badge provenance={Provenance::Modelled} /></p>
                }
            </div>
        </section>
    }
}

fn prose() -> Html {
    html! {
        <div class="prose">
            <h2 id="million">{ "A million rows, and a surprise" }</h2>
            <p>{ "The same tree with the pages of PostgreSQL: 8 KiB, some 290 keys of sixteen bytes on a leaf, a fill factor of \
                  90 %. Keys in order leave leaves behind that are as full as the fill factor says. Random keys keep theirs \
                  at about 70 %, wherever they are in the cycle of filling and being halved; and as soon as the index is \
                  larger than the memory, nearly each of them has to be fetched." }</p>
            <p>{ "Now let keys be almost in order: made in order, but stored a little late, as by many servers whose writes \
                  overtake each other. As long as latecomers fit into the tenth that the fill factor left free, the leaves \
                  are fuller than with perfect order. If they come later than that, the page they belong onto has been left \
                  behind full; it is split in the middle, and nothing comes any more to fill the halves. The result is \
                  packed worse than with keys of pure chance, whose halves are at least filled up again." }</p>
        </div>
    }
}

fn course(rows: &Rows) -> Html {
    let (done, all) = rows.standing.as_ref().map_or((0, 0), |it| (it.done_rows, it.all_rows));
    let text = match &rows.course {
        Course::Idle => "They go in beside the page, in a worker.".to_owned(),
        Course::Running if all == 0 => "The worker is on its way …".to_owned(),
        Course::Running => format!("{} of {} rows …", grouped(done), grouped(all)),
        Course::Stopped => format!("Stopped after {} rows.", grouped(done)),
        Course::Done => {
            return html! {
                <>
                    { format!("Done: {} rows in {:.1} s ", grouped(done), rows.took_ms / 1e3) }
                    <Badge provenance={Provenance::Measured} />
                </>
            };
        }
        Course::Failed(failure) => failure.to_string(),
    };
    html! { { text } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_inserted_stays_when_it_is_stopped() {
        let knobs = Knobs::default();
        let standing = Standing { done_rows: 5, all_rows: 10, lanes: Vec::new() };
        let heard = Inserted { standing: standing.clone(), took_ms: 2.0 };
        let rows = Rc::new(Rows::new(Course::Idle, knobs));
        let rows = rows.reduce(Step::Begin(knobs));
        let rows = rows.reduce(Step::Hear(Ok(Answer::SoFar(heard)))).reduce(Step::Stop);
        assert!(rows.course == Course::Stopped);
        assert_eq!(rows.standing.as_deref(), Some(&standing));
        assert!(rows.reduce(Step::Begin(knobs)).standing.is_none());
    }
}

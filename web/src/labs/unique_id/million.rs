//! The million: as many rows as a real table has, into a modelled index with a real one's pages, in a worker beside
//! the page. And the surprise in it: almost in order can be packed worse than by chance.

mod curves;
mod knobs;
mod peers;
mod table;

use crate::components::{Badge, Provenance, grouped};
use crate::workers::{Course, Inserted, Phase, use_runner};
use curves::Curves;
use knobs::{KnobPanel, Knobs};
use peers::Peers;
use playground_core::unique_id::million::Plan;
use table::Lanes;
use yew::prelude::*;

/// The section.
#[component]
pub fn Million() -> Html {
    let knobs = use_state_eq(Knobs::default);
    // What is set may be something else by the time that it is shown.
    let begun = use_state_eq(Knobs::default);
    let runner = use_runner::<Plan>();
    let on_start = {
        let (start, begun, knobs) = (runner.on_start(), begun.setter(), *knobs);
        Callback::from(move |_: MouseEvent| {
            begun.set(knobs);
            start.emit(knobs.plan());
        })
    };
    let on_knobs = {
        let knobs = knobs.setter();
        Callback::from(move |changed: Knobs| knobs.set(changed))
    };
    let (course, is_running) = (runner.course(), runner.is_running());
    html! {
        <section class="unique-id-million" aria-labelledby="million">
            { prose() }
            <div class="figure unique-id-million-figure">
                <KnobPanel knobs={*knobs} disabled={is_running} on_change={on_knobs} />
                <div class="toolbar">
                    <button disabled={is_running} onclick={on_start}>{ "Insert them" }</button>
                    <button disabled={!is_running} onclick={runner.on_stop()}>{ "Stop" }</button>
                    <span class="unique-id-course" role="status" data-million="course">{ told(course) }</span>
                </div>
                if let Some(inserted) = course.answer.clone() {
                    <Curves inserted={inserted.clone()} rows={begun.rows} />
                    <Peers what={begun.what} inserted={inserted.clone()} />
                    <Lanes {inserted} />
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

fn told(course: &Course<Inserted>) -> Html {
    let standing = course.answer.as_ref().map(|inserted| &inserted.standing);
    let (done, all) = standing.map_or((0, 0), |it| (it.done_rows, it.all_rows));
    let took_ms = course.answer.as_ref().map_or(0.0, |inserted| inserted.took_ms);
    let text = match &course.phase {
        Phase::Idle => "They go in beside the page, in a worker.".to_owned(),
        Phase::Running if all == 0 => "The worker is on its way …".to_owned(),
        Phase::Running => format!("{} of {} rows …", grouped(done), grouped(all)),
        Phase::Stopped => format!("Stopped after {} rows.", grouped(done)),
        Phase::Done => {
            return html! {
                <>
                    { format!("Done: {} rows in {:.1} s ", grouped(done), took_ms / 1e3) }
                    <Badge provenance={Provenance::Measured} />
                </>
            };
        }
        Phase::Failed(failure) => failure.to_string(),
    };
    html! { { text } }
}

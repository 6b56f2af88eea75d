//! Ten million items as fast as they go, each of them checked, while the page draws on.

use super::recorder::Recorder;
use super::standing;
use crate::components::{Badge, Choice, Meter, Provenance, grouped};
use crate::workers::{TeamState, use_team};
use playground_core::blocking_queue::team::{QueueReading, QueueTeam};
use std::rc::Rc;
use yew::prelude::*;

/// How many items go through.
const ITEMS: [u32; 3] = [100_000, 1_000_000, 10_000_000];
/// Producers and consumers.
const TEAMS: [(usize, usize); 3] = [(1, 1), (2, 2), (4, 4)];
/// How many fit in.
const CAPACITIES: [u32; 4] = [1, 64, 1_024, 16_384];

/// The run, and what came of it.
#[component]
pub fn FlatOut() -> Html {
    let (items, sides, capacity) =
        (use_state_eq(|| 2_usize), use_state_eq(|| 1_usize), use_state_eq(|| 2_usize));
    let recorder = use_mut_ref(|| None::<Recorder>);
    let on_reading = {
        let recorder = recorder.clone();
        Callback::from(move |reading: Rc<QueueReading>| {
            if let Some(recorder) = &mut *recorder.borrow_mut() {
                recorder.see(&reading);
            }
        })
    };
    let team = use_team::<QueueTeam>(on_reading);
    let all = ITEMS[*items];
    let on_start = {
        let (team, recorder) = (team.clone(), recorder.clone());
        let ((producers, consumers), capacity) = (TEAMS[*sides], CAPACITIES[*capacity]);
        Callback::from(move |_: MouseEvent| {
            let value = QueueTeam::flat_out(producers, consumers, capacity, all);
            recorder.replace(Some(Recorder::new(value.clone())));
            team.start(value);
        })
    };
    let is_under_way = team.is_under_way();
    let choice = |label: &'static str, options: Vec<AttrValue>, chosen: &UseStateHandle<usize>| {
        let setter = chosen.setter();
        let on_change = Callback::from(move |number: usize| setter.set(number));
        html! { <Choice {label} {options} chosen={Some(**chosen)} {on_change} disabled={is_under_way} /> }
    };
    let texts = |texts: &[u32]| texts.iter().map(|it| grouped(u64::from(*it)).into()).collect();
    let sides_texts = TEAMS.iter().map(|(put, take)| format!("{put} and {take}").into()).collect();
    let pictures = recorder.borrow().as_ref().and_then(Recorder::looks_per_s);
    html! {
        <div class="blocking-queue-flat-out figure" id="flat-out">
            <div class="prose">
                <h3>{ "Flat out" }</h3>
                <p>{ "Now nobody rests. Numbered items go through as fast as the workers can, and each of them is ticked off in a \
                      table of bits when it comes out. A worker that finds the queue full or empty tries again a few hundred \
                      times before it is parked: under such a load, the other side is nearly always sooner." }</p>
            </div>
            <div class="figure-controls">
                { choice("Items", texts(&ITEMS), &items) }
                { choice("Producers and consumers", sides_texts, &sides) }
                { choice("Places", texts(&CAPACITIES), &capacity) }
            </div>
            <div class="toolbar">
                <button type="button" onclick={on_start} disabled={is_under_way}>{ "Send them through" }</button>
                <button type="button" onclick={team.on_stop()} disabled={!is_under_way}>{ "Stop" }</button>
            </div>
            { standing(team.state(), "Items go through …") }
            if let Some(reading) = team.reading() {
                { numbers(reading, all, pictures, team.state()) }
            }
        </div>
    }
}

fn numbers(reading: &QueueReading, all: u32, pictures: Option<f64>, state: &TeamState) -> Html {
    let audit = reading.audit;
    let per_s = audit.taken as f64 * 1e6 / (reading.at_us.max(1)) as f64;
    let number = |name: &'static str, key: &'static str, text: String| {
        html! { <div><dt>{ name }</dt><dd data-queue={key}>{ text }</dd></div> }
    };
    let known = |count: u64| if audit.is_final { grouped(count) } else { "–".to_owned() };
    let verdict = match (audit.is_final, audit.is_clean()) {
        (false, _) => String::new(),
        (true, true) if *state == TeamState::Done => {
            format!(
                "{} items went in and came out: none lost, none twice, all in order.",
                grouped(audit.taken)
            )
        }
        (true, true) => {
            "Of those that went in, none is lost, none came twice, all in order.".to_owned()
        }
        (true, false) => "The queue has broken a promise.".to_owned(),
    };
    html! {
        <>
            <Meter label="Taken out" value={audit.taken} of={u64::from(all)} text={format!("{} of {}", grouped(audit.taken), grouped(u64::from(all)))} />
            <dl class="blocking-queue-numbers">
                { number("taken out", "taken", grouped(audit.taken)) }
                { number("items a second", "per-second", grouped(per_s as u64)) }
                { number("lost", "lost", known(audit.lost)) }
                { number("twice", "doubled", known(audit.doubled)) }
                { number("out of order", "out-of-order", grouped(audit.out_of_order)) }
                { number("pictures a second meanwhile", "pictures", pictures.map_or_else(|| "–".to_owned(), |it| format!("{it:.0}"))) }
            </dl>
            <p class="blocking-queue-caption" data-queue="verdict">{ verdict }{ " " }<Badge provenance={Provenance::Measured} /></p>
        </>
    }
}

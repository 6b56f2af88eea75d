//! Workers at a pace that can be watched, in the picture of the simulated ones.

use super::super::figure::Figure;
use super::super::lanes::Lanes;
use super::super::readout::{Little, Readout};
use super::super::stays::Stays;
use super::by_hand::ByHand;
use super::recorder::Recorder;
use super::standing;
use super::workers::number_of;
use crate::components::{Provenance, Slider};
use crate::workers::use_team;
use playground_core::blocking_queue::lab::{Action, Worker};
use playground_core::blocking_queue::team::{Pace, QueueReading, QueueTeam};
use playground_core::shared_memory::Teamwork;
use std::rc::Rc;
use yew::prelude::*;

const CAPACITIES: [u32; 9] = [1, 2, 3, 5, 8, 12, 20, 32, 64];
/// How many items a worker makes or handles in a second.
const RATES: [u32; 11] = [1, 2, 3, 4, 5, 8, 12, 20, 50, 200, 1_000];
/// Workers of a side.
const WORKERS: [u32; 4] = [1, 2, 3, 4];

/// What is set.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Plan {
    producers: u32,
    consumers: u32,
    capacity: u32,
    /// Items a second of each.
    made: u32,
    handled: u32,
}

impl Plan {
    const FIRST: Plan = Plan { producers: 2, consumers: 2, capacity: 5, made: 3, handled: 2 };

    fn team(self) -> QueueTeam {
        let of = |count: u32, rate: u32| vec![Pace::per_second(rate); count as usize];
        QueueTeam {
            producers: of(self.producers, self.made),
            consumers: of(self.consumers, self.handled),
            capacity: self.capacity,
            items: None,
            // Who has to wait is parked at once: that is what is to be seen here.
            spins: 0,
        }
    }
}

/// The figure, its knobs, and what was measured.
#[component]
pub fn Running() -> Html {
    let plan = use_state_eq(|| Plan::FIRST);
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
    let begin = {
        let (team, recorder) = (team.clone(), recorder.clone());
        Callback::from(move |plan: Plan| {
            let value = plan.team();
            recorder.replace(Some(Recorder::new(value.clone())));
            team.start(value);
        })
    };
    let is_under_way = team.is_under_way();
    // Whoever and however many take part, and how much fits, is settled at the start of a run.
    let on_plan = |change: fn(&mut Plan, u32)| {
        let (setter, plan, begin) = (plan.setter(), *plan, begin.clone());
        Callback::from(move |number: u32| {
            let mut changed = plan;
            change(&mut changed, number);
            setter.set(changed);
            if is_under_way {
                begin.emit(changed);
            }
        })
    };
    // Paces change while they run.
    let on_rate = |is_producers: bool| {
        let (setter, plan, team) = (plan.setter(), *plan, team.clone());
        let recorder = recorder.clone();
        Callback::from(move |rate: u32| {
            let (made, handled) =
                if is_producers { (rate, plan.handled) } else { (plan.made, rate) };
            setter.set(Plan { made, handled, ..plan });
            let pace = Pace::per_second(rate);
            team.with(|team, words, _| {
                let producers = team.producers.len() as u32;
                let numbers = if is_producers { 0..producers } else { producers..team.workers() };
                for worker in numbers {
                    team.set_pace(words, worker, pace);
                    if let Some(recorder) = &mut *recorder.borrow_mut() {
                        recorder.set_period(worker, pace.period_us);
                    }
                }
            });
        })
    };
    let on_start = {
        let (begin, plan) = (begin.clone(), *plan);
        Callback::from(move |_: MouseEvent| begin.emit(plan))
    };
    let on_action = {
        let (team, kill, recorder) = (team.clone(), team.on_kill(), recorder.clone());
        Callback::from(move |action: Action| {
            let paced = team.with(|team, _, _| match action {
                Action::SetPace { worker, pace } => {
                    Some((number_of(team, worker), period_us(pace)))
                }
                _ => None,
            });
            if let Some((recorder, (worker, period_us))) =
                recorder.borrow_mut().as_mut().zip(paced.flatten())
            {
                recorder.set_period(worker, period_us);
            }
            let killed =
                team.with(|team, words, now_us| act(team, words, now_us, &action)).flatten();
            if let Some(worker) = killed {
                kill.emit(worker);
            }
        })
    };
    let frame = recorder.borrow().as_ref().and_then(Recorder::frame);
    let is_begun = frame.is_some();
    let frame = frame.unwrap_or_else(|| Recorder::new(plan.team()).idle());
    let busy = "Real threads are at work: whoever is shown as parked sleeps in Atomics.wait.";
    html! {
        <div class="blocking-queue-running figure" id="running">
            <Figure frame={frame.clone()} on_action={is_under_way.then_some(on_action)} is_real={true}
                label="Real workers at a queue in shared memory" />
            <div class="toolbar">
                <button type="button" onclick={on_start} disabled={is_under_way}>{ "Start the workers" }</button>
                <button type="button" onclick={team.on_stop()} disabled={!is_under_way}>{ "Stop them" }</button>
            </div>
            { standing(team.state(), busy) }
            if is_begun {
                <ByHand team={team.clone()} />
                <div class="blocking-queue-two">
                    <div class="blocking-queue-stack">
                        <Lanes frame={frame.clone()} />
                        <Stays frame={frame.clone()} />
                    </div>
                    <div class="blocking-queue-stack">
                        <Little frame={frame.clone()} provenance={Provenance::Measured} />
                        <Readout frame={frame.clone()} provenance={Provenance::Measured} />
                    </div>
                </div>
            }
            <div class="figure-controls">
                <Slider label="Capacity" unit="places" steps={CAPACITIES.to_vec()} value={plan.capacity}
                    on_change={on_plan(|plan, capacity| plan.capacity = capacity)} />
                <Slider label="Each producer makes" unit="/ s" steps={RATES.to_vec()} value={plan.made}
                    on_change={on_rate(true)} />
                <Slider label="Each consumer handles" unit="/ s" steps={RATES.to_vec()} value={plan.handled}
                    on_change={on_rate(false)} />
                <Slider label="Producers" steps={WORKERS.to_vec()} value={plan.producers}
                    on_change={on_plan(|plan, count| plan.producers = count)} />
                <Slider label="Consumers" steps={WORKERS.to_vec()} value={plan.consumers}
                    on_change={on_plan(|plan, count| plan.consumers = count)} />
            </div>
        </div>
    }
}

/// How long an item takes at a pace of the lab, in microseconds.
fn period_us(pace: playground_core::blocking_queue::lab::Pace) -> u32 {
    pace.mean_ms.saturating_mul(1_000)
}

/// Does what is asked of the workers; returns who has to be ended in the middle of its work.
fn act(
    team: &QueueTeam,
    words: &crate::workers::Words,
    now_us: u64,
    action: &Action,
) -> Option<u32> {
    let number = |worker: Worker| number_of(team, worker);
    match *action {
        Action::Pause { worker } => team.set_paused(words, number(worker), true),
        Action::Resume { worker } => team.set_paused(words, number(worker), false),
        Action::WakeSpuriously { .. } => team.rouse(words),
        Action::SetPace { worker, pace } => {
            team.set_pace(words, number(worker), Pace { period_us: period_us(pace), burst: 1 });
        }
        Action::Close => {
            team.close(words);
        }
        Action::Crash { worker } => {
            team.bury(words, number(worker), now_us);
            return Some(number(worker));
        }
        // The menu of real workers offers nothing else.
        _ => {}
    }
    None
}

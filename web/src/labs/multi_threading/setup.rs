//! Chooses what is there at the start: a run worth seeing, or a program of one's own choice.

use super::desk::SCHEDULERS;
use super::page::Stage;
use super::words::scheduler_text;
use crate::components::{Choice, Slider};
use crate::player::Player;
use playground_core::multi_threading::lab::{Lab, Scenario};
use playground_core::multi_threading::program::Program;
use playground_core::multi_threading::scenarios::{self, Named};
use playground_core::sim::{Run, Time};
use yew::prelude::*;

const ROUNDS: [u32; 8] = [1, 2, 3, 4, 5, 8, 10, 20];
const STEPS_MS: [u32; 7] = [20, 50, 100, 300, 600, 1_000, 2_000];
/// How long a run of one's own is worth watching at first.
const UNTIL: Time = Time::from_ms(12_000);

/// What the choices need that begin a new run.
#[derive(Properties, PartialEq)]
pub struct BeginProps {
    /// What is played.
    pub player: Player<Lab>,
    /// Plays another run, up to a time that is worth watching.
    pub on_load: Callback<(Run<Lab>, Time)>,
}

/// The runs worth seeing, and the programs.
#[component]
pub fn Begin(props: &BeginProps) -> Html {
    let BeginProps { player, on_load } = props;
    let named = scenarios::all();
    let (chosen, program, scenario, seed) = player.with_run(|run| {
        let chosen = named.iter().position(|named| named.run == *run);
        (chosen, run.scenario.setup.program, run.scenario, run.seed)
    });
    let titles: Vec<AttrValue> = named.iter().map(|named| named.title.into()).collect();
    let on_named = {
        let on_load = on_load.clone();
        Callback::from(move |number: usize| {
            if let Some(Named { run, until, .. }) = scenarios::all().into_iter().nth(number) {
                on_load.emit((run, until));
            }
        })
    };
    let on_program = on_load.reform(move |number: usize| {
        let program = Program::ALL.get(number).copied().unwrap_or_default();
        let mut scenario = Scenario { ..scenario };
        scenario.setup.program = program;
        (Run::new(scenario.clamped(), seed), UNTIL)
    });
    let programs: Vec<AttrValue> = Program::ALL.map(|it| it.title().into()).to_vec();
    html! {
        <div class="multi-threading-desk">
            <Choice label="Begin with" options={titles} {chosen} otherwise="a run of your own" on_change={on_named} />
            <Choice label="The program" options={programs} chosen={Program::ALL.iter().position(|it| *it == program)}
                on_change={on_program} />
        </div>
    }
}

/// Every knob. Each begins a new run.
#[component]
pub fn Setup(props: &Stage) -> Html {
    let Stage { player, on_load, .. } = props;
    let (scenario, seed) = player.with_run(|run| (run.scenario, run.seed));
    let load = |change: fn(&mut Scenario, u32)| {
        on_load.reform(move |number: u32| {
            let mut scenario = Scenario { ..scenario };
            change(&mut scenario, number);
            (Run::new(scenario.clamped(), seed), UNTIL)
        })
    };
    let options: Vec<AttrValue> = SCHEDULERS.map(|it| scheduler_text(it).into()).to_vec();
    let on_scheduler = load(|scenario, number| {
        if let Some(scheduler) = SCHEDULERS.get(number as usize) {
            scenario.scheduler = *scheduler;
        }
    });
    let setup = scenario.setup;
    let threads: Vec<u32> = (1..=u32::from(setup.program.most_threads())).collect();
    html! {
        <fieldset class="multi-threading-panel">
            <legend>{ "A new run" }</legend>
            <Begin player={player.clone()} on_load={on_load.clone()} />
            <Slider label="Threads" steps={threads} value={u32::from(setup.threads)}
                on_change={load(|scenario, count| scenario.setup.threads = count as u8)} />
            <Slider label="Rounds of each" steps={ROUNDS.to_vec()} value={setup.iterations}
                on_change={load(|scenario, rounds| scenario.setup.iterations = rounds)} />
            <Choice label="At the start it is decided by" {options}
                chosen={SCHEDULERS.iter().position(|it| *it == scenario.scheduler)} otherwise={scheduler_text(scenario.scheduler)}
                on_change={on_scheduler.reform(|number: usize| number as u32)} />
            <Slider label="An instruction takes" unit="ms" steps={STEPS_MS.to_vec()} value={scenario.step_ms}
                on_change={load(|scenario, ms| scenario.step_ms = ms)} />
        </fieldset>
    }
}

//! The entries of the menus: only what makes sense for what was clicked, at this moment.

use super::databases::program;
use super::words::{crash_text, message_name, node_name, pending_text, seconds_since, work_text};
use crate::components::Subject;
use playground_core::sim::Time;
use playground_core::two_phase_commit::wire::DatabaseView;
use playground_core::two_phase_commit::{
    Action, COORDINATOR, CrashAt, CrashPoint, FlightView, Frame, NodeView, Outcome, Pace, Scenario,
    Timer, TransactionId, Work,
};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// How long a message is held back, in milliseconds.
const DELAY_MS: u32 = 2_000;
/// How long a forced write takes on a slow disk, in milliseconds.
const SLOW_MS: u32 = 2_000;

/// What a menu is about.
pub fn title(frame: &Frame, subject: Subject) -> String {
    let id = match subject {
        Subject::Node(id) => return node_name(frame, id).to_owned(),
        Subject::Flight(id) => id,
    };
    let Some(flight) = flight(frame, id) else { return "Message".to_owned() };
    let (from, to) = (node_name(frame, flight.from), node_name(frame, flight.to));
    format!("“{}”, {from} to {to}", message_name(&flight.message))
}

/// The message of this number, if it is still under way.
pub fn flight(frame: &Frame, id: u64) -> Option<&FlightView> {
    frame.flights.iter().find(|flight| flight.id == id)
}

fn button(on_act: &Callback<Action>, action: Action, label: impl Into<AttrValue>) -> Html {
    let label: AttrValue = label.into();
    let onclick = on_act.reform(move |_: MouseEvent| action.clone());
    html! { <button type="button" {onclick}>{ label }</button> }
}

/// What can be done to a message.
pub fn flight_entries(frame: &Frame, flight: &FlightView, on_act: &Callback<Action>) -> Html {
    let flight = flight.id;
    let is_timed = frame.scenario.as_ref().is_some_and(|it| it.pace == Pace::Timed);
    html! {
        <div class="toolbar">
            { button(on_act, Action::Drop { flight }, "Lose it") }
            if is_timed {
                { button(on_act, Action::Delay { flight, ms: DELAY_MS }, "Hold it back by 2 s") }
            }
            { button(on_act, Action::Duplicate { flight }, "Send a second copy") }
            { button(on_act, Action::Deliver { flight }, "Deliver it now") }
        </div>
    }
}

/// What can be done to a node.
pub fn node_entries(frame: &Frame, node: &NodeView, on_act: &Callback<Action>) -> Html {
    let id = node.id;
    if let Some(view) = &node.database {
        return database_entries(view);
    }
    html! {
        <>
            if node.is_up {
                <div class="toolbar">
                    { button(on_act, Action::Crash { node: id, at: CrashAt::Now }, "Crash it now") }
                </div>
                <CrashChoice moments={moments(frame, node)} armed={node.armed}
                    on_choose={on_act.reform(move |at| Action::Crash { node: id, at })} />
                { for node.doubts.iter().map(|doubt| doubt_entry(frame, node, doubt, on_act)) }
                if frame.scenario.as_ref().is_some_and(|it| it.pace == Pace::ByHand) {
                    { timer_entries(node, on_act) }
                }
            } else {
                <div class="toolbar">
                    { button(on_act, Action::Restart { node: id }, "Start it again") }
                </div>
            }
            if let Some(scenario) = &frame.scenario {
                { surroundings(node, scenario, on_act) }
            }
        </>
    }
}

/// A database is nobody's process here, and its operator is whoever looks after it.
fn database_entries(view: &DatabaseView) -> Html {
    let (program, address) = (program(&view.database), &view.database.address);
    html! {
        <>
            <p>
                { format!(
                    "{program} at {address}: a server of its own, which is not killed or started from here. Kill the \
                     coordinator between the two phases instead, or stop the database yourself."
                ) }
            </p>
            if !view.database.prepared.is_empty() {
                <p>
                    { "What it has prepared, its operator can end by hand: " }<code>{ "COMMIT PREPARED" }</code>
                    { " or " }<code>{ "ROLLBACK PREPARED" }</code>{ " with the gid. That is a guess." }
                </p>
            }
        </>
    }
}

/// What it does to let a timer fire.
fn time_out(timer: &Timer) -> String {
    match timer {
        Timer::Vote(tx) => format!("Wait no longer for votes on {tx}"),
        Timer::Resend(tx) => format!("Ask again about {tx}"),
        Timer::Inquire(tx) => format!("Ask how {tx} ended"),
    }
}

fn timer_entries(node: &NodeView, on_act: &Callback<Action>) -> Html {
    let entry = |(timer, _): &(_, _)| {
        let action = Action::Fire { node: node.id, timer: *timer };
        button(on_act, action, time_out(timer))
    };
    html! { <div class="toolbar">{ for node.timers.iter().map(entry) }</div> }
}

/// The disk and the links: only simulated ones can be bent.
fn surroundings(node: &NodeView, scenario: &Scenario, on_act: &Callback<Action>) -> Html {
    let id = node.id;
    let disk = |force_ms: u32, lies: bool| Action::SetDisk { node: id, force_ms, lies };
    let disks = node.disk.map(|(force_ms, lies)| {
        let is_slow = force_ms >= SLOW_MS;
        let speed = if is_slow {
            button(on_act, disk(scenario.force_ms, lies), "Disk back to its speed")
        } else {
            button(on_act, disk(SLOW_MS, lies), "Slow disk: 2 s a write")
        };
        let honesty = if lies {
            button(on_act, disk(force_ms, false), "Disk tells the truth again")
        } else {
            button(on_act, disk(force_ms, true), "Disk lies about writes")
        };
        let has_speed = scenario.pace == Pace::Timed;
        html! { <>{ if has_speed { speed } else { Html::default() } }{ honesty }</> }
    });
    html! {
        <div class="toolbar">
            if node.is_isolated {
                { button(on_act, Action::Heal, "Mend all links") }
            } else {
                { button(on_act, Action::Isolate { nodes: vec![id] }, "Cut it off") }
            }
            { disks }
        </div>
    }
}

/// An operator's way out of doubt, and what it risks.
fn doubt_entry(
    frame: &Frame,
    node: &NodeView,
    (tx, work, since): &(TransactionId, Work, Time),
    on_act: &Callback<Action>,
) -> Html {
    let resolve = |outcome| Action::Resolve { node: node.id, tx: *tx, outcome };
    let what = format!(
        "In doubt about {} ({tx}) for {}. Deciding by hand is a guess: if the decision was another, one service \
         has done its part and the other has not.",
        work_text(*work),
        seconds_since(frame.now, *since)
    );
    html! {
        <div class="two-phase-commit-menu-doubt">
            <p>{ what }</p>
            <div class="toolbar">
                { button(on_act, resolve(Outcome::Committed), "Commit by hand") }
                { button(on_act, resolve(Outcome::Aborted), "Abort by hand") }
            </div>
        </div>
    }
}

/// A moment at which a node can be made to die, in words.
type Moment = (CrashAt, AttrValue);

/// The moments a node is about to reach, and those of its role.
fn moments(frame: &Frame, node: &NodeView) -> (Vec<Moment>, Vec<Moment>) {
    let next = node.pending.iter().zip(1..).map(|(pending, outputs)| {
        let text = format!("after {}", pending_text(frame, pending));
        (CrashAt::AfterOutputs(outputs), text.into())
    });
    let points: &[CrashPoint] = if node.id == COORDINATOR {
        &CrashPoint::OF_COORDINATOR
    } else {
        &CrashPoint::OF_PARTICIPANT
    };
    let points = points
        .iter()
        .map(|point| (CrashAt::Point(*point), AttrValue::from(crash_text(CrashAt::Point(*point)))));
    (next.collect(), points.collect())
}

#[derive(Properties, PartialEq)]
struct CrashChoiceProps {
    moments: (Vec<Moment>, Vec<Moment>),
    armed: Option<CrashAt>,
    on_choose: Callback<CrashAt>,
}

/// A list of moments and a button, so that going through the list does nothing yet.
#[component]
fn CrashChoice(props: &CrashChoiceProps) -> Html {
    let CrashChoiceProps { moments: (next, points), armed, on_choose } = props;
    let select = use_node_ref();
    let all: Vec<Moment> = next.iter().chain(points).cloned().collect();
    let option = |(number, (_, text)): (usize, &Moment)| {
        html! { <option value={number.to_string()}>{ text }</option> }
    };
    {
        let select = select.clone();
        let chosen = all.iter().position(|(at, _)| *armed == Some(*at)).unwrap_or(0);
        use_effect_with(chosen, move |chosen| {
            if let Some(select) = select.cast::<HtmlSelectElement>() {
                select.set_value(&chosen.to_string());
            }
        });
    }
    let onclick = {
        let (select, on_choose) = (select.clone(), on_choose.clone());
        Callback::from(move |_: MouseEvent| {
            let chosen = select.cast::<HtmlSelectElement>();
            let number = chosen.and_then(|it| it.value().parse::<usize>().ok());
            if let Some((at, _)) = number.and_then(|number| all.get(number)) {
                on_choose.emit(*at);
            }
        })
    };
    html! {
        <div class="two-phase-commit-menu-crash">
            <label>
                { "Or let it crash later" }
                <select ref={select}>
                    if !next.is_empty() {
                        <optgroup label="What it does next">
                            { for next.iter().enumerate().map(option) }
                        </optgroup>
                    }
                    <optgroup label="The next time it gets there">
                        { for points.iter().enumerate().map(|(number, point)| option((number + next.len(), point))) }
                    </optgroup>
                </select>
            </label>
            <button type="button" {onclick}>{ "Arm" }</button>
        </div>
    }
}

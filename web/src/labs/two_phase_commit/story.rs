//! The story: one idea a section, one knob a figure.

use super::experiment::{Experiment, Knob};
use super::signs::sign;
use crate::components::{Glyph, Section};
use playground_core::two_phase_commit::Place;
use yew::prelude::*;

/// The story.
#[component]
pub fn Story() -> Html {
    let figure = |knob: Knob| html! { <Experiment {knob} /> };
    html! {
        <>
            <Section id="nothing" title="All of it, or nothing" figure={figure(Knob::Order)}>
                <p>{ "A burger nobody delivers is cold, and a courier with nothing to carry is lost money. " }
                   { the(Place::Inventory, "The inventory") }{ " knows how much food there is, " }
                   { the(Place::Delivery, "the delivery service") }{ " which couriers are free, and each keeps its own \
                   books on its own machine. An order changes both books, or neither." }</p>
                <p>{ "It does not do to tell one and then the other. If the second has to refuse, the first has \
                      already done it. If whoever tells them dies in between, nobody will tell the second at all." }</p>
                <p>{ "Order five pizzas, of which there are three: the courier that had been set aside is free \
                      again a moment later." }</p>
            </Section>
            <Section id="two-phases" title="Ask, then decide" figure={figure(Knob::Kind)}>
                <p>{ "Somebody has to decide for all: " }{ the(Place::Coordinator, "the coordinator") }{ ". In the first \
                   phase it asks each participant to " }<em>{ "prepare" }</em>{ ": set the goods aside, and vote. A yes \
                   is a promise to be able to commit, whatever happens from here on. In the second phase it tells \
                   everybody how it ends: commit if all votes were yes, abort if one was not. (Gray, " }
                   <cite>{ "Notes on Data Base Operating Systems" }</cite>{ ", 1978.)" }</p>
                <p>{ "With N participants a commit costs 4N messages (prepare, vote, commit, acknowledgement) and \
                      2N + 1 forced writes: two a participant and the decision. The rest are cheaper. \
                      Abort is presumed where a log is silent, so aborting needs neither a forced record nor an \
                      acknowledgement. A participant that only looks votes “read only” and is out. A \
                      single participant decides by itself, in one phase." }</p>
                <p>{ "Compare the four, and the counts with theory." }</p>
            </Section>
            <Section id="promise" title="A promise is a record on a disk" figure={figure(Knob::ParticipantDies)}>
                <p>{ "What a process knows dies with it. So a participant writes “prepared” to its log and \
                      waits until the disk has it: the write is " }<em>{ "forced" }</em>{ ". Only then does it vote. \
                      After a crash it reads the log, finds its promise, sets the goods aside again and asks how it \
                      ended." }</p>
                <p>{ "Before that record is on the disk it has promised nothing, and dying means voting no: the \
                      coordinator runs out of patience and aborts. Records that anybody can do without, such as an \
                      abort, are written lazily: they reach the disk when something else is forced." }</p>
                <p>{ "Kill " }{ the(Place::Inventory, "the inventory") }{ " right before and right after it forces its \
                   promise. The order ends differently." }</p>
            </Section>
            <Section id="blocking" title="In doubt" figure={figure(Knob::CoordinatorDies)}>
                <p>{ "From its vote until it hears the decision, a participant is " }<em>{ "in doubt" }</em>{ ". It may \
                   not commit, since another may have voted no, and it may not abort, since the others may have committed. \
                   If " }{ the(Place::Coordinator, "the coordinator") }{ " dies just then, the burger and the courier \
                   stay locked until it is back. Watch the seconds." }</p>
                <p>{ "Participants ask each other meanwhile. If one has heard the decision, or has not voted yes, the \
                      other is released at once: " }<em>{ "cooperative termination" }</em>{ ". If all of them are in \
                      doubt, asking does not help. No protocol gets around this entirely where the network can be \
                      cut (Skeen and Stonebraker, 1983)." }</p>
                <p>{ "An operator can end it by hand: that is a guess. Guess wrong and the courier is free for \
                      an order that was confirmed to the client. When the coordinator is back, the participant learns \
                      what was decided and reports heuristic damage. Nobody can undo it." }</p>
            </Section>
            <Section id="mistakes" title="Five ways to get it wrong" figure={figure(Knob::Mistake)}>
                <p>{ "Each step of the protocol is there because leaving it out breaks a promise. Not always: the \
                      mistakes below pass every test in which nothing dies at the wrong moment." }</p>
                <ul>
                    <li>{ "Tell of the decision before it is on the disk. After a crash nobody remembers it." }</li>
                    <li>{ "Vote without forcing the promise. After a crash it is forgotten." }</li>
                    <li>{ "Abort by yourself when the decision is overdue. The others may have committed." }</li>
                    <li>{ "Say “committed” about what the log does not know. It does not know aborts either." }</li>
                    <li>{ "Acknowledge before the commit is on the disk. The coordinator forgets, then you do." }</li>
                </ul>
                <p>{ "And a sixth, which is not yours: a disk that says it has written what it has not. No protocol \
                      survives that." }</p>
            </Section>
            <Section id="world" title="In the world" figure={figure(Knob::Distance)}>
                <p>{ "Presumed abort was worked out for IBM's R* (Mohan, Lindsay and Obermarck, 1986). X/Open made the \
                      calls between databases and transaction managers a standard, XA, in 1991; its codes for heuristic outcomes, XA_HEURMIX and others, are in Java's libraries to this day. PostgreSQL offers its half as " }
                   <code>{ "PREPARE TRANSACTION" }</code>{ " and " }<code>{ "COMMIT PREPARED" }</code>{ ", and warns that \
                   a prepared transaction that somebody forgets holds its locks for ever." }</p>
                <p>{ "Spanner (2012) keeps two-phase commit and removes the blocking: coordinator and participants are \
                      not machines but groups of replicas that agree by Paxos, so that one machine's death stops \
                      nobody. Gray and Lamport's Paxos Commit (2006) runs Paxos on each participant's vote, to the same end. Sagas \
                      (Garcia-Molina and Salem, 1987) go the other way and give atomicity up: each step \
                      commits alone, and what fails later is made good by a compensating step." }</p>
                <p>{ "What stays is the price: the client waits for two messages there and back and two forced \
                      writes, and the goods stay locked until the decision has arrived. Move the machines apart." }</p>
            </Section>
        </>
    }
}

/// A node's name in the prose, with its sign in the picture.
fn the(place: Place, name: &'static str) -> Html {
    html! { <span class="two-phase-commit-noun"><Glyph sign={sign(place)} />{ "\u{a0}" }{ name }</span> }
}

//! The story: one idea a section, one knob a figure.

use super::bench::Bench;
use super::experiment::{Experiment, Knob};
use super::fields::Tone;
use super::generating::Generating;
use super::numbers::Numbers;
use super::signs::{field_noun, noun, registry_sign, worker_sign};
use crate::components::Section;
use yew::prelude::*;

/// The story.
#[component]
pub fn Story() -> Html {
    let figure = |knob: Knob| html! { <Experiment {knob} /> };
    let worker = |word: &str| noun(worker_sign(0), word);
    let registry = |word: &str| noun(registry_sign(), word);
    let time = |word: &str| field_noun(Tone::Time, word);
    let number = |word: &str| field_noun(Tone::Worker, word);
    let sequence = |word: &str| field_noun(Tone::Sequence, word);
    html! {
        <>
            <Section id="counters" title="A counter each" figure={figure(Knob::Numbering)}>
                <p>{ "A blog has outgrown its database and keeps its posts on four shards: what user 7 writes lies on \
                   shard 7 mod 4, which is 3. Each shard is a database, and numbers its rows as every database can: 1, 2, \
                   3." }</p>
                <p>{ "So there are four posts with the number 1. As long as a post is looked up together with its author, \
                   nothing happens. Then somebody merges two shards, or puts the number alone into a link." }</p>
                <p>{ "One counter for all of them would be right, and everybody would wait for it: a round trip a post, and \
                   no posts at all while it is down. What is wanted is a number that each " }{ worker("worker") }
                   { " can make by itself, without asking anybody, and that nobody else will ever make. It should be \
                   small, too, and newer ones should be greater." }</p>
            </Section>
            <Section id="bits" title="Sixty-four bits" figure={html! { <Bench /> }}>
                <p>{ "Twitter’s answer of 2010 is called Snowflake: one whole number of three parts. In front stands the " }
                   { time("time") }{ " in milliseconds since an epoch of one’s own choice, then the " }
                   { number("worker’s number") }{ ", then a " }{ sequence("sequence") }{ " that tells apart what one worker \
                   makes within one millisecond." }</p>
                <p>{ "Two IDs of different times differ in front; of the same time but different workers, in the middle; of \
                   the same worker and time, at the end. And because time stands in front, sorting by ID sorts by time." }</p>
                <p>{ "How the bits are shared out is a bargain. A bit more for time doubles the years until it runs out; a bit \
                   more for workers doubles their number; a bit more for the sequence doubles how many IDs one of them makes \
                   in a tick. Flip any bit, choose another house’s layout, and read what the same number means there." }</p>
            </Section>
            <Section id="wheel" title="A wheel that begins anew" figure={figure(Knob::Wheel)}>
                <p>{ "Within one millisecond, a " }{ worker("worker") }{ " counts. The " }{ sequence("sequence") }{ " is a wheel: \
                   each ID turns it by one place, and each new millisecond sets it back to zero. Here time is slowed down a \
                   thousand times, so that a millisecond takes a second." }</p>
                <p>{ "If the wheel has gone round before the millisecond is over, there is no number left, and to go on would be to \
                   repeat the first ones. The generator does not block. It says for how long there is no ID, and whoever asked \
                   decides whether to wait." }</p>
                <p>{ "With three bits, the ninth ID of a millisecond waits. With twelve, the 4,097th does." }</p>
            </Section>
            <Section id="sequence" title="4,096 in a millisecond" figure={html! { <Generating /> }}>
                <p>{ "Twelve bits are 4,096,000 IDs a second and worker, whatever the machine: a limit of the format, and not of \
                   the program. Is the program fast enough to reach it?" }</p>
                <p>{ "Here is the generator itself, with the clock of your computer. It reads the clock for each ID, compares it \
                   with the last one’s, and either counts or begins anew. Make some by a click: below the limit, all of them \
                   have the same few places of the wheel. Then let it run: each bar is a millisecond, and a full one has used up \
                   its wheel." }</p>
            </Section>
            <Section id="workers" title="One number, one worker" figure={figure(Knob::Leasing)}>
                <p>{ "Everything rests on one promise: no two " }{ worker("workers") }{ " have the same " }
                   { number("number") }{ " at the same time. In a file that is copied from machine to machine, it is broken \
                   on the first day. Two workers with one number make the same IDs whenever their milliseconds meet, and \
                   nothing tells them." }</p>
                <p>{ "So a " }{ registry("registry") }{ " leases the numbers. It is asked once at the start and now and then to \
                   renew, never for an ID. What it leases is a number for a window of " }{ time("time stamps") }{ ": the shaded \
                   part of a lane. A worker writes no other stamp into its IDs. If it dies, its window ends by itself, and the \
                   number comes back." }</p>
                <p>{ "Whoever gets the number next gets the window that begins where the former one ended. That is all it takes: \
                   a worker that stood still for a while, as virtual machines do, wakes up and still believes that the number is \
                   its own, but the stamps that it may use are nobody else’s. The end of the window is on the registry’s disk \
                   before the worker hears of it." }</p>
            </Section>
            <Section id="clock" title="When the clock goes back" figure={figure(Knob::Policy)}>
                <p>{ "Clocks of computers are set, and not only forwards. A " }{ worker("worker") }{ " whose clock goes back by \
                   a second meets the same milliseconds again, with the same sequence: the same IDs. So the generator \
                   remembers the last millisecond it has used and never goes behind it." }</p>
                <p>{ "What it does instead is a choice. To wait is safe and costs as long as the step. To refuse is honest, and \
                   lets the caller ask another worker. To borrow is to go on from the last " }{ time("time") }
                   { " as if it were now: nobody waits, but the IDs tell a time that is yet to come, and there has to be an \
                   end to it." }</p>
                <p>{ "The step may also happen while the worker is down. Then its memory is gone, and only what was written to a \
                   disk helps: a high-water mark that is always ahead of the last ID." }</p>
            </Section>
            <Section id="strings" title="Send them as strings" figure={html! { <Numbers /> }}>
                <p>{ "JavaScript has one kind of number, which is exact up to 2" }<sup>{ "53" }</sup>{ ". An ID of 64 bits \
                   that is sent as a JSON number arrives changed: the last digits are rounded, without an error. Another \
                   post is opened, or none." }</p>
                <p>{ "What makes this unpleasant is its calm beginning. With an epoch of one’s own, the first IDs are small. With \
                   the layout of this page, 2" }<sup>{ "53" }</sup>{ " is reached 795 days after the epoch: a service that \
                   starts with a fresh epoch passes all its tests, and fails after two years." }</p>
                <p>{ "Hence the rule: an ID is text to everybody but its maker. Twitter added " }<code>{ "id_str" }</code>
                   { " beside " }<code>{ "id" }</code>{ " for this reason, and Discord sends strings only." }</p>
            </Section>
        </>
    }
}

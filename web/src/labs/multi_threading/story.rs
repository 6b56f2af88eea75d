//! The story: one idea a section, one knob a figure.

use super::appends::Appends;
use super::experiment::{Experiment, Knob};
use super::laws::Laws;
use super::shares::Shares;
use super::signs::{cell_noun, lock_noun, thread_noun};
use crate::components::Section;
use yew::prelude::*;

/// The story.
#[component]
pub fn Story() -> Html {
    let figure = |knob: Knob| html! { <Experiment {knob} /> };
    let one = |word: &str| thread_noun(0, word);
    let other = |word: &str| thread_noun(1, word);
    html! {
        <>
            <Section id="side-by-side" title="Side by side" figure={html! { <Shares /> }}>
                <p>{ "How many primes are there up to ten million? Whether 7 is one has nothing to do with whether 11 is, so the \
                      numbers can be dealt out: each " }{ one("thread") }{ " counts its own, and in the end the counts are \
                      added. Two cooks peel twice as many potatoes." }</p>
                <p>{ "It depends on how they are dealt out. To find that 9,999,991 is prime, a textbook tries every odd divisor up to its root, some \
                      1,580; for 101 there are four. Cut the numbers into as many equal ranges as there are threads, and the \
                      last thread has the most to do while the first one has long finished. The work is done when the last one is." }</p>
                <p>{ "Deal them out in turn, or let every thread take the next small portion from a common counter whenever it \
                      is done with one, and they all finish together. A portion must not be too small either: taking one costs \
                      something, too." }</p>
            </Section>
            <Section id="three-steps" title="One line, three steps" figure={figure(Knob::Counter)}>
                <p>{ "That common counter is where the trouble begins. “Add one” is a single line in every language. The \
                      processor does it in three steps: load the " }{ cell_noun("cell") }{ " into a register, add, store the \
                      register. Between any two of them another thread may have its turn." }</p>
                <p>{ one("Thread 1") }{ " loads 0. " }{ other("Thread 2") }{ " loads 0 as well, adds, and stores 1. Thread 1 adds to its \
                      own 0 and stores 1. Both have counted, and the counter says 1. An update of thread 2 is lost, nobody has \
                      made an error, and nothing tells anybody." }</p>
                <p>{ "The span from a load to its store is a window in which nobody else may write. A " }{ lock_noun("lock") }
                   { " makes the three steps one for all who take it: whoever finds it taken waits. An atomic addition is one \
                      step of the processor. Compare-and-swap stores only if the cell still holds what was loaded, and \
                      otherwise starts over: it never waits, but may have to try again." }</p>
            </Section>
            <Section id="look-then-leap" title="Look, then leap" figure={figure(Knob::Check)}>
                <p>{ "There is one seat left. A booking looks whether a seat is free, and takes it if so. Two bookings look, both \
                      see the seat, both take it. Each of the four steps may be atomic by itself: what is wrong is the gap \
                      between looking and taking." }</p>
                <p>{ "This kind of race survives every tool that looks for unprotected memory, since there is none. Whatever \
                      was decided on must still be true when it is done, so the look and the leap belong under one " }
                   { lock_noun("lock") }{ ", or into one compare-and-swap." }</p>
            </Section>
            <Section id="deadlock" title="Each has what the other wants" figure={figure(Knob::Locks)}>
                <p>{ "To move money between two accounts, take the locks of both. " }{ one("Thread 1") }{ " moves from a to b, " }
                   { other("thread 2") }{ " from b to a. If each takes its own side first, thread 1 holds the " }
                   { lock_noun("lock") }{ " of a and waits for that of b, and thread 2 holds that of b and waits for that of a. \
                      Neither can go on, ever: a deadlock." }</p>
                <p>{ "Four things have to come together (Coffman, Elphick and Shoshani, 1971): what is locked can be held by one \
                      only; one waits while holding; nothing is taken away from anybody; and the waiting goes round in a circle. \
                      Remove any one and there is no deadlock. The cheapest to remove is the circle: everybody takes locks in \
                      the same order." }</p>
                <p>{ "It need not happen. It may not happen in a year of tests, since it takes a switch within a few instructions. \
                      That is why this page does not wait for it but looks through all runs below." }</p>
            </Section>
            <Section id="queue" title="A queue that nobody guards" figure={html! { <Appends /> }}>
                <p>{ "To append is to read where the end is, to write the item there, and to move the end on. Two threads that read \
                      the same end write into the same slot: one item is gone, and the end has moved by one only. If one of \
                      them is away for longer between reading and writing, it sets the end back to where it was, and what \
                      the other has appended meanwhile is written over." }</p>
                <p>{ "How many items are lost depends on how often threads are switched, and at which instruction; that is to say, \
                      on chance. The same program loses none on one machine, and thousands on the next. Here chance has a seed: the same seed, \
                      the same losses." }</p>
            </Section>
            <Section id="laws" title="What cannot be dealt out" figure={html! { <Laws /> }}>
                <p>{ "Every job has a part that one alone must do: to start the threads, to add up the counts, to hold a lock. If \
                      that part is a twentieth, then a thousand threads are at most twenty times as fast as one (Amdahl, \
                      1967)." }</p>
                <p>{ "Gustafson (1988) turned the question round: who has more processors takes on a larger job, and the part that \
                      cannot be dealt out often stays as it is. Both are right; they keep different things fixed. Karp and Flatt \
                      (1990) compute from a measured speed-up how large that part must have been, which is what the race below \
                      does with its own." }</p>
            </Section>
            <Section id="world" title="In the world">
                <p>{ "Dijkstra posed mutual exclusion as a problem, and solved it, on one page (1965). A modern lock is one word of \
                      memory: taken by a compare-and-swap if it is free, and only who finds it taken asks the operating system \
                      to be put to sleep, by " }<code>{ "futex" }</code>{ " on Linux (Drepper, " }<cite>{ "Futexes Are Tricky" }</cite>
                   { "). " }<code>{ "Atomics.wait" }</code>{ " is the same for workers of a page. Browsers took shared memory away \
                      in January 2018 because a thread that counts is a clock precise enough for Spectre; it came back for pages that \
                      isolate themselves from other origins, as this one does." }</p>
                <p>{ "PostgreSQL lets a transaction wait for a second, then looks for a circle, and aborts one that is in it. The \
                      Linux kernel’s lockdep reports two locks that were ever taken in both orders, before anybody hangs. \
                      ThreadSanitizer finds two accesses to one cell that nothing orders, if they happen while it looks. Safe Rust refuses to compile them, which \
                      leaves look-then-leap and deadlock: those are mistakes of the plan and not of the memory." }</p>
                <p>{ "The Therac-25 irradiated patients with overdoses if the operator corrected an entry within eight seconds (Leveson and Turner, \
                      1993). In August 2003 a race stalled the alarms of a control room in Ohio, and the operators did not see the \
                      blackout coming. Both programs had been in use for years." }</p>
                <p>{ "One simplification of this page: here all steps happen in some single order, which Lamport (1979) named sequential \
                      consistency. Real processors and compilers also reorder plain loads and stores. Peterson’s lock \
                      is right in one order and fails where a load overtakes the stores before it, as on x86; it stands among \
                      the programs both ways. Locks and atomics put the order back." }</p>
            </Section>
        </>
    }
}

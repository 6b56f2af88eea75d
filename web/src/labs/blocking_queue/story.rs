//! The story: one idea a section, one knob a figure.

use super::experiment::{Experiment, Knob};
use super::signs::{consumer_noun, item_noun, producer_noun};
use crate::components::Section;
use yew::prelude::*;

/// The story.
#[component]
pub fn Story() -> Html {
    let figure = |knob: Knob| html! { <Experiment {knob} /> };
    html! {
        <>
            <Section id="shelf" title="A shelf between two trades" figure={figure(Knob::Shelf)}>
                <p>{ "Cooks put plates on a shelf, waiters carry them away. The shelf has five places. A cook who finds none free \
                   neither drops the plate nor cooks on, but stands there and holds it. A waiter who finds nothing stands there, \
                   too. Each goes on as soon as somebody of the other trade has been at the shelf." }</p>
                <p>{ "That is a blocking queue. " }{ producer_noun("Producers") }{ " put " }{ item_noun("items") }
                   { " in at one end, " }{ consumer_noun("consumers") }{ " take them out at the other, in the same order. Both \
                   calls return when they have done what they say: " }<code>{ "put" }</code>{ " when the item is inside, " }
                   <code>{ "take" }</code>{ " when there is one to return." }</p>
                <p>{ "Here both trades are equally fast on average, but not at every moment. With one place, every hesitation of \
                   one side is a hesitation of the other. With more places, they go on by themselves for a while, and more items \
                   get through. What it costs is seen under the figure: each item waits longer." }</p>
            </Section>
            <Section id="parked" title="Parked, and called" figure={figure(Knob::Hands)}>
                <p>{ "A thread that waits could look again and again. It would find nothing a million times a second, and keep a core \
                   from those who have something to do. So it is " }<em>{ "parked" }</em>{ ": the operating system takes it off its \
                   core and does not return to it until somebody asks for it." }</p>
                <p>{ "There are two reasons to be parked, and a line for each: on the left " }{ producer_noun("producers") }
                   { " wait for room, on the right " }{ consumer_noun("consumers") }{ " wait for an item. Whoever puts something in calls \
                   one from the right; whoever takes something out, one from the left. Only one: nobody is got out of bed in vain." }</p>
                <p>{ "Looking, and lying down if there is nothing, have to be one step. Between the two the call could come, find \
                   nobody asleep, and be gone. Hence the lock around the queue, which is let go in the very moment of falling \
                   asleep, and hence the rule that somebody who was called looks again: another one may have been faster." }</p>
            </Section>
            <Section id="full" title="What a full queue says" figure={figure(Knob::Full)}>
                <p>{ "The " }{ producer_noun("producers") }{ " are twice as fast as the " }{ consumer_noun("consumer") }{ ", for ever. \
                   Whatever the queue does, half of what they could make is too much. A queue without a bound hides that until memory \
                   is used up. A bounded one has to say it, and there are four things that it can say." }</p>
                <p>{ "“Wait” holds the producers up until they are as slow as the consumer. Nothing is lost, and the news travels: \
                   whoever waits for the producers is held up, too. This is " }<em>{ "back-pressure" }</em>{ ". “Wait, but not for \
                   ever” gives up after a second. “No” throws the new item away, as a telephone that is engaged does. And to throw \
                   the oldest one away is right where only the latest counts, a price or a position." }</p>
            </Section>
            <Section id="bursts" title="For bursts, not for too much" figure={figure(Knob::Bursts)}>
                <p>{ "Six items come at once, and then none for a while. On average the " }{ consumer_noun("consumer") }{ " could manage, \
                   but not at once. A queue of two leaves the " }{ producer_noun("producer") }{ " standing with the rest of them; a \
                   queue of eight takes them all in, and the producer is gone." }</p>
                <p>{ "Then turn the knob to a producer that is simply too fast. The large queue is full a little later than the small \
                   one, and from then on lets through exactly as much. Only everything that comes out is older now. A queue evens out \
                   what comes unevenly. It cannot make anybody faster." }</p>
            </Section>
            <Section id="little" title="L = λW" figure={figure(Knob::Load)}>
                <p>{ "Each bar is the stay of an " }{ item_noun("item") }{ " in the queue. The area of all bars can be counted in two \
                   ways: along the rows it is the number of items times how long one stays, down the columns it is the time times how \
                   many are inside. It is the same area. Divide by the time, and you have Little’s law: " }<em>{ "L" }</em>
                   { ", the mean number inside, is the rate " }<em>{ "λ" }</em>{ " at which they come times their mean wait " }
                   <em>{ "W" }</em>{ "." }</p>
                <p>{ "Nothing was said about who comes when, or in which order they leave. The law holds for shops, motorways and \
                   databases (John Little proved it in 1961), and so it is a check: whoever measures all three and finds that they do \
                   not agree has measured something wrong. Here each of them is measured by itself." }</p>
                <p>{ "What the law does not say is how long the wait is. Items come at random here, and take as long as chance has it. \
                   If the consumer is busy half of the time, hardly any item waits. At 95 %, the queue is long nearly always, and one \
                   bad moment is felt for minutes: the wait grows with 1 / (1 − load). Somebody who has nothing to do now and then \
                   is not a waste, but what keeps the line short." }</p>
            </Section>
            <Section id="mistakes" title="Four lines, four ways to get them wrong" figure={figure(Knob::Mistake)}>
                <p>{ "The textbook’s " }<code>{ "take" }</code>{ " has four lines:" }</p>
                <pre tabindex="0"><code>{ "let mut queue = lock(&self.queue);\nwhile queue.is_empty() { queue = wait(&self.not_empty, queue); }\nlet item = queue.pop_front();\nself.not_full.notify_one();" }</code></pre>
                <p>{ "Write " }<code>{ "if" }</code>{ " for " }<code>{ "while" }</code>{ ", and somebody who is woken takes what a faster one \
                   has already taken. Use one condition for both sides, and a call for a " }{ consumer_noun("consumer") }{ " may wake \
                   another " }{ producer_noun("producer") }{ ", who lies down again, and everybody sleeps. Notify before the change, and \
                   the call comes too early to be of use. Leave the lock out, and two put their items into the last free place." }</p>
                <p>{ "None of these fails at once. They need two threads in an unlucky order, which may take months on a quiet machine. \
                   Here it takes seconds, because the gap between two steps that should be one has been made wide." }</p>
            </Section>
        </>
    }
}

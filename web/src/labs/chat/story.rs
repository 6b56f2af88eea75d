//! The story: one idea a section, one knob a figure.

use super::crowd::Crowd;
use super::experiment::{Experiment, Knob};
use super::fleet::Fleet;
use super::people::sign_of;
use crate::components::{Glyph, Section};
use yew::prelude::*;

/// The story.
#[component]
pub fn Story() -> Html {
    let figure = |knob: Knob| html! { <Experiment {knob} /> };
    html! {
        <>
            <Section id="order" title="Somebody has to number them" figure={figure(Knob::Order)}>
                <p>{ person("Ada") }{ " and " }{ person("Bob") }{ " speak at the same moment. Each of them hears \
                   their own words first, and on the network one message overtakes another. If everybody showed what \
                   comes as it comes, everybody would see another conversation." }</p>
                <p>{ "So one task owns the room. It gives each message the next number and sends it to everybody, \
                      the sender too. A tab with number 7 on its screen takes number 8 and nothing else: what it has \
                      already it drops, and if 9 comes first, it knows that 8 is missing and asks again." }</p>
                <p>{ "Here packets come as they come, and the numbers alone keep the order. Then let nobody look at them." }</p>
            </Section>
            <Section id="retry" title="Say it twice, store it once" figure={figure(Knob::Retry)}>
                <p>{ "No answer has come. Was the message lost on its way there, or was the answer lost on its way \
                      back? The sender cannot know. Not to repeat it risks losing it, and to repeat it risks \
                      saying it twice." }</p>
                <p>{ "The way out is an id that the sender chooses once and uses for every attempt. The server \
                      remembers which ids it has stored. The second copy gets the same answer as the first and is \
                      not stored again. Repeating until there is an answer, and dropping what is known, is how \
                      “exactly once” is made." }</p>
                <p>{ "Lose every answer for a moment, with ids and without. If the connection breaks instead, the tab does \
                      not even have to ask: among what it had missed is its own message." }</p>
            </Section>
            <Section id="resume" title="Where was I?" figure={figure(Knob::Resume)}>
                <p>{ "A telephone in a tunnel loses its connection a few times an hour. When it is back, it says how \
                      far it had read: number 7 of this history. The server sends 8 and what follows, then goes on \
                      live. Nothing is missing, nothing comes twice." }</p>
                <p>{ "“This history” matters. If the server's store was lost, its numbers begin again, and number 8 \
                      is another message now. Every history has an epoch, a name of its own; a position with another \
                      epoch is not honoured. The answer is then " }<code>{ "recovered: false" }</code>{ ": here is \
                   what there is, and there may be a gap. An honest no is better than a wrong yes." }</p>
                <p>{ "Cut " }{ person("Cleo") }{ " off while the others talk, with resume and without." }</p>
            </Section>
            <Section id="durable" title="Acknowledged means stored" figure={figure(Knob::Crash)}>
                <p>{ "An acknowledgement is a promise: you may forget your copy. So the server writes the message to \
                      its store and waits until the disk has it. Only then does it tell anybody, the others or the \
                      sender. If it dies before that, the sender has no answer, keeps the message and sends it again. \
                      If it dies after that, the message is in the history." }</p>
                <p>{ "Waiting for the disk takes milliseconds, and a disk can do it a few hundred times a second. \
                      Messages that wait at the same time share one wait: " }<em>{ "group commit" }</em>{ ". The \
                   busier the room, the cheaper each message." }</p>
                <p>{ "Kill the server before a message has reached it and after, and look for it afterwards. A disk that lies about \
                      writes breaks the promise; the epoch tells everybody that this is another history." }</p>
            </Section>
            <Section id="slow" title="One slow reader" figure={figure(Knob::Slow)}>
                <p>{ "A hundred people read along and one does not: a laptop with its lid shut, a bad line. What the \
                      server cannot send to it piles up. Whoever keeps it all runs out of memory, and whoever waits \
                      for the slowest makes everybody as slow." }</p>
                <p>{ "So what waits for one reader is bounded. A reader that falls too far behind is cut off and told why \
                      (close code 4000, “too slow”). It loses nothing: it comes back and resumes from the history, at its \
                      own pace." }</p>
                <p>{ "One of " }{ person("Bob") }{ "’s tabs stops reading. Choose how many packets the server keeps for it." }</p>
            </Section>
            <Section id="servers" title="More than one server" figure={html! { <Fleet /> }}>
                <p>{ "One server holds so many connections. Put others beside it and spread the people over them: who gives a \
                      message its number then? Not each server for itself, or there would be two number 8s, and two \
                      conversations." }</p>
                <p>{ "So the order moves to a place that all of them share, the " }<em>{ "bus" }</em>{ ": Redis or Valkey. One \
                   script gives the next number, keeps the message and publishes it, in one step. A publication \
                   promises little: it reaches each server at most once, and whoever is not listening just then has missed \
                   it. The number makes up for that. A server that has 7 and hears 9 fetches 8 from what is kept, \
                   and shows nobody 9 before. It is the rule of the tabs, one floor up." }</p>
                <p>{ "While the bus is away nobody can number anything: what you write waits in your tab and goes on by \
                      itself. What was acknowledged is as safe as the bus keeps it, forced to its disk before each \
                      answer or once a second. Servers started with " }<code>{ "--redis" }</code>{ " are such a group, and \
                   the chat above then says at which of them you are. Add some, and see what each has less of, and what \
                   not." }</p>
            </Section>
            <Section id="world" title="In the world" figure={html! { <Crowd /> }}>
                <p>{ "Numbers by the one owner of a log, and positions of the readers, are Kafka's partitions and \
                      offsets (2011); its producers' ids and numbers are the idempotent retry. XMPP has the two halves \
                      as extensions: stream management (XEP-0198) counts and resumes, and the archive (XEP-0313) pages \
                      through history. Matrix calls the retry's key a transaction id. Centrifugo resumes streams \
                      by offset and epoch, as here, and says “recovered: false” when it cannot." }</p>
                <p>{ "The ticks of WhatsApp and Signal are three acknowledgements: by your own server, by the other's \
                      device, by its reader. IRC has none of this, and no history: whoever is away has missed it." }</p>
                <p>{ "What makes chat hard at scale is that each message is multiplied by everybody in the room. \
                      Discord and Slack encode a message once and hand the same bytes to every connection, tell a crowd’s \
                      presence by number instead of by name, and split rooms over machines, each room still with one \
                      owner." }</p>
                <p>{ "Turn the number of people, and see what the room owes them." }</p>
            </Section>
        </>
    }
}

/// A person's name in the prose, with the sign in the picture.
fn person(name: &'static str) -> Html {
    html! { <span class="chat-noun"><Glyph sign={sign_of(name)} />{ "\u{a0}" }{ name }</span> }
}

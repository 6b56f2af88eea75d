//! The story: one idea a section, one knob a figure.

use super::experiment::{Experiment, Knob};
use super::signs::{edge_sign, noun, origin_sign, pie, reader_sign, shield_sign};
use crate::components::Section;
use yew::prelude::*;

/// The story.
#[component]
pub fn Story() -> Html {
    let figure = |knob: Knob| html! { <Experiment {knob} /> };
    let reader = |word: &str| noun(reader_sign(), word);
    let edge = |word: &str| noun(edge_sign(), word);
    let origin = |word: &str| noun(origin_sign(), word);
    let shield = |word: &str| noun(shield_sign(), word);
    html! {
        <>
            <Section id="distance" title="Light is slow" figure={figure(Knob::Stand)}>
                <p>{ "A " }{ reader("reader") }{ " in Rotorua asks an " }{ origin("origin") }{ " in Madrid, at the other \
                   end of the Earth. Light in glass makes 200,000 kilometres a second, and cables are not laid straight: \
                   there and back takes three tenths of a second, and no faster computer changes that." }</p>
                <p>{ "One round trip would be bearable. But a new connection costs one for TCP and one for TLS 1.3 before \
                   the question may even be asked, and then the answer comes in bursts that each wait for the last one’s \
                   receipt. Distance is paid again and again." }</p>
                <p>{ "So an " }{ edge("edge") }{ " is put near the reader, which keeps copies. Choose where it stands, and \
                   compare the first request, for which there is no copy yet, with the second." }</p>
            </Section>
            <Section id="steps" title="Ask, miss, fetch, store, serve" figure={figure(Knob::Second)}>
                <p>{ "The " }{ reader("reader") }{ " asks the nearest " }{ edge("edge") }{ ". The edge looks: it has no \
                   copy, a " }<em>{ "miss" }</em>{ ". It fetches the page from the " }{ origin("origin") }{ ", stores it, \
                   and serves it. Nothing is gained so far, and a little is lost." }</p>
                <p>{ "The gain comes with whoever asks next. The copy is there, " }{ copy(0.8, false) }{ ", and for as \
                   long as it is fresh the edge need not ask anybody: a " }<em>{ "hit" }</em>{ ". Step through it with \
                   the keys " }<kbd>{ "." }</kbd>{ " and " }<kbd>{ "," }</kbd>{ "." }</p>
                <p>{ "Each edge learns for itself: what Auckland has stored does not help Frankfurt. And a copy that is \
                   no longer fresh is not thrown away. The edge asks whether it still holds, and if it does, the answer \
                   is " }<code>{ "304 Not Modified" }</code>{ ", a few bytes without the page." }</p>
            </Section>
            <Section id="age" title="How old is it?" figure={figure(Knob::Lifetime)}>
                <p>{ "The origin says how long its page may be believed: " }<code>{ "max-age=12" }</code>{ ", twelve seconds. \
                   But from when on? Not from when the copy arrived here: it may have lain in another cache before, and it \
                   was under way. RFC 9111 adds it up, always to the worse side." }</p>
                <p>{ "Every answer says when it was made (" }<code>{ "Date" }</code>{ ") and, if it comes out of a cache, how \
                   long it has lain there (" }<code>{ "Age" }</code>{ "). The copy in Auckland comes from the " }
                   { shield("shield") }{ " in London, which had it for some seconds already. That time counts, and so \
                   Auckland’s copy is stale that much sooner. Its disk " }{ copy(0.35, false) }{ " shows what is left." }</p>
                <p>{ "Turn how long the page is fresh, and read the sum." }</p>
            </Section>
            <Section id="stampede" title="Everybody at once" figure={figure(Knob::Collapsing)}>
                <p>{ "A page becomes famous within a second, or its copy becomes stale while a thousand " }{ reader("readers") }
                   { " look at it. If each request that misses is passed on, the " }{ origin("origin") }{ " gets all \
                   of them, at the moment when it can bear it least. That is a stampede, and origins have died of it." }</p>
                <p>{ "The way out: the first request that misses fetches, and the others wait for it. They lose nothing; \
                   their own fetch would not have been faster. The number in an " }{ edge("edge") }{ " says how many wait, \
                   the one in the origin how many it has to answer." }</p>
                <p>{ "What still comes is one request from each edge. A " }{ shield("shield") }{ " in front of the origin \
                   makes one of these, too." }</p>
            </Section>
            <Section id="purge" title="Take that back" figure={figure(Knob::Change)}>
                <p>{ "The page was wrong, and the " }{ origin("origin") }{ " has corrected it. The " }{ edge("edges") }{ " do \
                   not know: their copies are fresh, and HTTP gives nobody the right to call back what was promised for \
                   an hour." }</p>
                <p>{ "A short lifetime is one answer, and costs requests all day long for the one day on which something \
                   changes. The other is a " }<em>{ "purge" }</em>{ ", which every delivery network has and no standard \
                   describes: tell all caches to forget. Order matters. If an edge forgets before the " }
                   { shield("shield") }{ " does, it may fetch the old page from there and keep it for another hour." }</p>
                <p>{ "A purge does not reach the browsers of readers. So what may be purged is told two lifetimes: a short \
                   one for browsers, a long one for shared caches (" }<code>{ "s-maxage" }</code>{ " or " }
                   <code>{ "CDN-Cache-Control" }</code>{ ")." }</p>
            </Section>
            <Section id="failure" title="The origin is gone" figure={figure(Knob::Promise)}>
                <p>{ "The " }{ origin("origin") }{ " dies, and the copy at the " }{ edge("edge") }{ " is stale, " }
                   { copy(0.0, true) }{ ". Which is better, an old page or none? The edge cannot know: for a news page, the \
                   old one; for the balance of an account, none." }</p>
                <p>{ "So the origin says it beforehand. " }<code>{ "must-revalidate" }</code>{ " forbids stale answers \
                   whatever happens: the reader gets 504. " }<code>{ "stale-if-error" }</code>{ " allows them when the \
                   origin fails, after the edge has waited for it in vain. " }<code>{ "stale-while-revalidate" }</code>
                   { " allows them at once, while the edge asks in the background; readers never wait, and the first of \
                   them does not even notice that the origin is gone." }</p>
                <p>{ "Choose what the origin had said, and see what the second " }{ reader("reader") }{ " gets, and when." }</p>
            </Section>
            <Section id="full" title="What a full cache keeps" figure={figure(Knob::Capacity)}>
                <p>{ "There are more pages than an " }{ edge("edge") }{ " can hold. But a few are asked for again and again, and \
                   most hardly ever (Zipf’s law): a tenth of the bytes often gives more than half of the hits. Each \
                   doubling of the cache gives less than the one before." }</p>
                <p>{ "Which copy makes room for a new one? The one that was not asked for the longest (LRU) is a good \
                   guess, except for all that is asked for only once. SIEVE and S3-FIFO let newcomers prove themselves \
                   first. In the race further down, all of them run over the same requests." }</p>
                <p>{ "In the world, this is Akamai’s idea of 1998: many small caches close to readers. Fastly and Varnish \
                   made the purge take a fraction of a second; nginx calls collapsing a cache lock, and Cloudflare calls \
                   its shields tiers. What all of them have to agree on is RFC 9111." }</p>
            </Section>
        </>
    }
}

/// A copy as it is drawn below an edge, in a line of text.
fn copy(left: f64, is_stale: bool) -> Html {
    html! {
        <svg class="cdn-copy-inline" viewBox="-6 -6 12 12" aria-hidden="true">{ pie((0.0, 0.0), 5.0, left, is_stale) }</svg>
    }
}

//! The story: one idea a section, one knob a figure.

use super::experiment::{Experiment, Knob};
use super::handshake::Handshake;
use super::lengths::Lengths;
use super::mask::MaskStepper;
use super::polling::Polling;
use crate::components::Section;
use yew::prelude::*;

/// The story.
#[component]
pub fn Story() -> Html {
    html! {
        <>
            <Section id="open-line" title="A line that stays open" figure={html! { <Polling /> }}>
                <p>{ "A letter answers a letter. If you want to know whether there is news, you write again, and \
                      again. HTTP is like that: the server may speak only when it is asked. A telephone call is \
                      different. It is set up once, and then either side speaks when it has something to say." }</p>
                <p>{ "A WebSocket is the call. It begins as one HTTP request, keeps the TCP connection \
                      underneath, and from then on each message costs its own bytes and two to fourteen more. Chats, \
                      games, shared documents and stock tickers live on such lines." }</p>
                <p>{ "The price: a server holds as many connections as it has visitors, each of them is tied to the \
                      one machine that holds it, and each can die without anybody being told." }</p>
            </Section>
            <Section id="handshake" title="It begins as HTTP" figure={html! { <Handshake /> }}>
                <p>{ "The client sends a GET that asks to change over to another protocol. If the server agrees it \
                      answers 101, and that was all the HTTP there is. Choose a line to read what it is for." }</p>
                <p>{ "The " }{ term("websocket-tone-key", "key") }{ " is there so that nobody agrees by accident. A \
                   cache that repeats an old answer, or a server that merely echoes what it does not understand, \
                   cannot know the hash of this very " }{ term("websocket-tone-key", "key") }{ " and of a constant \
                   that stands in the RFC and nowhere else. It is no password: anybody can do the sum." }</p>
                <p>{ "What does protect is the Origin. Browsers let any page open a WebSocket to any server, and \
                      send the visitor's cookies along. A server that does not look at the Origin speaks to \
                      strangers in the visitor's name." }</p>
            </Section>
            <Section id="frames" title="Two bytes and a payload" figure={html! { <Lengths /> }}>
                <p>{ "After the handshake both sides send frames. The first byte says what comes: " }
                   { term("websocket-tone-fin", "FIN") }{ ", whether this ends the message; three " }
                   { term("websocket-tone-reserved", "reserved bits") }{ ", which belong to extensions; and four bits \
                   of " }{ term("websocket-tone-opcode", "opcode") }{ ": text, binary, close, ping, pong, or more \
                   of the message before." }</p>
                <p>{ "The second byte says whether a mask follows, and how " }
                   { term("websocket-tone-length", "long") }{ " the payload is. Seven bits reach to 125. The values 126 \
                   and 127 mean that the length stands in the next two bytes, or in the next eight. It has to be \
                   written as short as it can be." }</p>
                <p>{ "Move the length across 125 and across 65,535, and watch the header grow." }</p>
            </Section>
            <Section id="masking" title="Why a client masks" figure={html! { <MaskStepper /> }}>
                <p>{ "Every byte that a client sends is combined with a byte of a random four-byte " }
                   { term("websocket-tone-key", "masking key") }{ " by exclusive or: where the key has a 1, the bit \
                   turns over. The key is sent in front of the payload, so this hides nothing. The server does the \
                   same once more and has the original." }</p>
                <p>{ "It is there for the proxies in between. A hostile page could otherwise choose the very bytes on \
                      the wire, make them look like an HTTP request and its answer, and have an old proxy keep them \
                      in its cache for everybody (Huang et al., " }<cite>{ "Talking to Yourself for Fun and Profit" }
                   </cite>{ ", 2011). With a fresh key for every frame, a page cannot choose." }</p>
                <p>{ "So a server must refuse a frame without a mask, and a client one with a mask." }</p>
            </Section>
            <Section id="fragments" title="One message, several frames" figure={html! { <Experiment knob={Knob::Fragments} /> }}>
                <p>{ "Whoever does not know yet how long a message will be sends it in fragments. The first has the " }
                   { term("websocket-tone-opcode", "opcode") }{ ", text or binary; the others say “continuation”; \
                   only the last has " }{ term("websocket-tone-fin", "FIN") }{ " set. The receiver gets one \
                   message, whatever the number of frames." }</p>
                <p>{ "Between two fragments a ping may come, and its pong goes back at once. Otherwise a long \
                      message would look like a dead line. Another message may not come in between: there are no \
                      streams in a WebSocket, and one large upload holds up everything behind it." }</p>
                <p>{ "Text is UTF-8, and a fragment may end within a character. The receiver checks across the seam." }</p>
            </Section>
            <Section id="closing" title="It takes two to close" figure={html! { <Experiment knob={Knob::Ending} /> }}>
                <p>{ "Who wants to end sends a close frame: a " }{ term("websocket-tone-code", "code") }{ " of two \
                   bytes and, if it likes, a reason. The other side answers with a close frame, and only then does \
                   the server end the TCP connection. So each side knows that nothing was cut off." }</p>
                <p>{ "The code tells the other what to make of it: 1000, done; 1001, the server restarts or the page \
                      is left; 1002, you broke the protocol; 1007, that was not UTF-8; 1008, you break a rule of \
                      ours; 1009, too large; 1013, try again later. 1005 and 1006 are never sent. The browser makes \
                      them up when there was no code, or no close frame at all." }</p>
                <p>{ "A cable that is pulled says nothing. That is what pings are for: no pong for a while, and the \
                      line is given up. Proxies on the way end lines that are silent for a minute or so, which is \
                      another reason." }</p>
            </Section>
        </>
    }
}

/// A field named in the prose as it is marked in the picture.
fn term(tone: &'static str, text: &'static str) -> Html {
    html! { <span class={classes!("websocket-term", tone)}>{ text }</span> }
}

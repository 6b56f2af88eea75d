//! The server's own ID service: the number that it has leased, IDs made by it, and an ID taken apart by it.

mod commands;
mod decode;
mod leases;
mod make;
mod service;

use super::real::{Connected, RealProps};
use commands::Commands;
use decode::Decode;
use leases::Leases;
use make::Make;
use service::Service;
use yew::prelude::*;

/// The section.
#[component]
pub fn Live(props: &RealProps) -> Html {
    let feed = &props.feed;
    let asked = use_state_eq(AttrValue::default);
    let on_text = {
        let asked = asked.setter();
        Callback::from(move |text: AttrValue| asked.set(text))
    };
    let is_here = feed.is_here();
    html! {
        <section class="unique-id-live" aria-labelledby="live">
            <div class="prose">
                <h2 id="live">{ "Live: the service itself" }</h2>
                <p>{ "The server beside this page is one worker. At its start it took a number out of a registry on its disk, \
                      with an epoch that no holder had before; other servers on the same directory have others. Before it \
                      makes an ID, it has written down a moment that lies ahead: the high-water mark. Kill it, set its clock \
                      back, start it again: it begins after that mark." }</p>
                <p>{ "Set its clock off here, and see what the service does about it. Then make ten thousand IDs, and let it \
                      take one apart." }</p>
            </div>
            <Connected feed={feed.clone()} here="The server’s ID service is heard."
                without="Everything simulated works without it." />
            if let Some(service) = feed.service.clone() {
                <div class="figure unique-id-live-figure">
                    <Service service={service.clone()} disabled={!is_here} />
                    <Make disabled={!is_here} on_pick={on_text.clone()} />
                    <Decode text={(*asked).clone()} {on_text} disabled={!is_here} />
                    <Leases leases={service.leases.clone()} now_ms={service.now_ms} />
                    <Commands />
                </div>
            }
        </section>
    }
}

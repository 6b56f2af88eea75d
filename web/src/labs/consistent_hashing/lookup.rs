//! Follows one key from its name to its shard, step by step.

use super::figure::PointRef;
use super::geometry::degrees;
use crate::components::{Glyph, Sign};
use playground_core::consistent_hashing::HashKind;
use playground_core::consistent_hashing::lab::{LookUp, shard_name};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the panel needs.
#[derive(Properties, PartialEq)]
pub struct LookupProps {
    /// The key as typed.
    pub key_name: AttrValue,
    /// What becomes of it; none while no shard is up, or nothing is typed.
    pub found: Option<LookUp>,
    /// What hashes it.
    pub hash: HashKind,
    /// How many shards are up.
    pub up: usize,
    /// Told what is typed.
    pub on_input: Callback<AttrValue>,
    /// Told when the point it belongs to is to be selected.
    pub on_select: Callback<PointRef>,
}

/// The panel.
#[component]
pub fn Lookup(props: &LookupProps) -> Html {
    let LookupProps { key_name, found, hash, up, on_input, on_select } = props;
    let oninput = on_input.reform(|event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        AttrValue::from(input.value())
    });
    html! {
        <div class="consistent-hashing-lookup">
            <label>{ "Look a key up " }
                <input type="text" maxlength="200" placeholder="cart:17" autocomplete="off" spellcheck="false"
                    value={key_name.clone()} {oninput} />
            </label>
            if let Some(found) = found {
                <ol aria-live="polite">
                    <li>{ format!("{} of “{key_name}” is ", hash.name()) }<code>{ format!("{:016x}", found.position) }</code></li>
                    <li>{ format!("which is {:.2}° clockwise from the top.", degrees(found.position)) }</li>
                    <li>{ "The first point clockwise is " }
                        { point(found, on_select) }
                        { format!(" at {:.2}°, so ", degrees(found.point.position)) }
                        { owner(found.point.shard) }{ " owns it." }</li>
                    <li>{ format!("With modulo, the hash leaves {} over {up}, so ", found.rest) }
                        { owner(found.modulo_owner) }{ " would." }</li>
                </ol>
            } else if !key_name.is_empty() {
                <p>{ "No shard is up that could own it." }</p>
            }
        </div>
    }
}

fn owner(shard: playground_core::consistent_hashing::ShardId) -> Html {
    html! {
        <span class="consistent-hashing-noun">
            <Glyph sign={Sign::nth(shard.0)} />{ format!(" shard {}", shard_name(shard)) }
        </span>
    }
}

fn point(found: &LookUp, on_select: &Callback<PointRef>) -> Html {
    let id = (found.point.shard, found.point.virtual_node);
    let onclick = on_select.reform(move |_: MouseEvent| id);
    html! {
        <button class="link" {onclick}>{ format!("{}#{}", shard_name(id.0), id.1) }</button>
    }
}

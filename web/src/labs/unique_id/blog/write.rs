//! Who writes, and what: the form of a new post.

use super::super::real::connect::API;
use crate::components::NumberField;
use crate::live::{FetchError, post_json};
use playground_core::unique_id::wire::{NewPost, Post};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct WriteProps {
    /// Who writes.
    pub user: u32,
    /// Told who is to write.
    pub on_user: Callback<u32>,
    /// Whether nothing can be sent now.
    pub disabled: bool,
}

/// How the last post went.
#[derive(Clone, PartialEq)]
enum Sent {
    Nothing,
    Done(Post),
    Failed(FetchError),
}

/// The form.
#[component]
pub fn Write(props: &WriteProps) -> Html {
    let WriteProps { user, on_user, disabled } = props;
    let text = use_state_eq(String::new);
    let sent = use_state_eq(|| Sent::Nothing);
    let post = NewPost { user_id: *user, text: (*text).clone() };
    let can_send = !*disabled && post.has_good_text();
    let onsubmit = {
        let (text, sent) = (text.setter(), sent.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !can_send {
                return;
            }
            let (post, text, sent) = (post.clone(), text.clone(), sent.clone());
            spawn_local(async move {
                match post_json::<_, Post>(&format!("{API}/blog/posts"), &post).await {
                    Ok(post) => {
                        text.set(String::new());
                        sent.set(Sent::Done(post));
                    }
                    // What was typed stays.
                    Err(error) => sent.set(Sent::Failed(error)),
                }
            });
        })
    };
    let oninput = {
        let text = text.setter();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            text.set(input.value());
        })
    };
    let on_number = on_user.reform(|number: u64| u32::try_from(number).unwrap_or(u32::MAX));
    let shard = Post::shard_of(*user);
    html! {
        <form class="unique-id-write" {onsubmit}>
            <div class="unique-id-write-fields">
                <NumberField label="User" value={u64::from(*user)} max={u64::from(u32::MAX)} on_change={on_number} />
                <label class="unique-id-text">
                    <span>{ "Post" }</span>
                    <input type="text" maxlength={NewPost::MOST_CHARS.to_string()} value={(*text).clone()} {oninput}
                        autocomplete="off" placeholder="What is new?" />
                </label>
                <button type="submit" disabled={!can_send}>{ "Post it" }</button>
            </div>
            <p class="unique-id-hint">{ format!("User {user} writes on shard {user} mod 4 = {shard}.") }</p>
            <p class="unique-id-hint" role="status" data-blog="sent">{ said(&sent) }</p>
            if let Sent::Failed(error) = &*sent {
                <p class="notice" role="alert">{ error.to_string() }</p>
            }
        </form>
    }
}

fn said(sent: &Sent) -> String {
    match sent {
        Sent::Done(Post { id, shard, .. }) => format!("Stored as {id} on shard {shard}."),
        Sent::Nothing | Sent::Failed(_) => String::new(),
    }
}

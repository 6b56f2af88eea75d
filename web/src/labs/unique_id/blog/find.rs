//! One post by its author and its ID: the shard follows from the one, the place on it from the other.

use super::super::real::connect::API;
use crate::components::NumberField;
use crate::live::{FetchError, get_json};
use playground_core::unique_id::wire::Post;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// What the form needs.
#[derive(Properties, PartialEq)]
pub struct FindProps {
    /// The post that was stored last: a start for who has none to look for.
    pub latest: Option<Rc<Post>>,
    /// Whether nothing can be asked now.
    pub disabled: bool,
}

/// The form, and what was found.
#[component]
pub fn Find(props: &FindProps) -> Html {
    let FindProps { latest, disabled } = props;
    let user = use_state_eq(|| 7_u64);
    let id = use_state_eq(String::new);
    let found = use_state_eq(|| None::<Result<Post, FetchError>>);
    let oninput = {
        let id = id.setter();
        Callback::from(move |event: InputEvent| {
            let input: HtmlInputElement = event.target_unchecked_into();
            id.set(input.value());
        })
    };
    let is_number = !id.trim().is_empty() && id.trim().bytes().all(|it| it.is_ascii_digit());
    let can_send = !*disabled && is_number;
    let onsubmit = {
        let (path, found) = (path(*user, &id), found.setter());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !can_send {
                return;
            }
            let (path, found) = (path.clone(), found.clone());
            spawn_local(async move { found.set(Some(get_json(&path).await)) });
        })
    };
    let on_latest = {
        let (latest, user, id) = (latest.clone(), user.setter(), id.setter());
        Callback::from(move |_: MouseEvent| {
            if let Some(post) = &latest {
                user.set(u64::from(post.user_id));
                id.set(post.id.to_string());
            }
        })
    };
    let on_user = {
        let user = user.setter();
        Callback::from(move |number: u64| user.set(number))
    };
    html! {
        <form class="unique-id-find" {onsubmit}>
            <div class="unique-id-write-fields">
                <NumberField label="Author" value={*user} max={u64::from(u32::MAX)} on_change={on_user} />
                <label class="unique-id-text">
                    <span>{ "ID of the post" }</span>
                    <input type="text" inputmode="numeric" maxlength="20" value={(*id).clone()} {oninput}
                        autocomplete="off" spellcheck="false" />
                </label>
                <button type="submit" disabled={!can_send}>{ "Find it" }</button>
            </div>
            <div class="toolbar">
                <button type="button" disabled={latest.is_none()} onclick={on_latest}>{ "Take the last one written" }</button>
            </div>
            <p class="unique-id-hint" role="status" data-blog="found">{ said(found.as_ref()) }</p>
            if let Some(Err(problem)) = &*found {
                <p class="notice" role="alert">{ problem.to_string() }</p>
            }
        </form>
    }
}

fn path(user: u64, id: &str) -> String {
    format!("{API}/blog/users/{user}/posts/{}", id.trim())
}

fn said(found: Option<&Result<Post, FetchError>>) -> String {
    match found {
        Some(Ok(Post { shard, text, user_id, .. })) => {
            format!("Shard {shard} has it. User {user_id} wrote: {text}")
        }
        Some(Err(_)) | None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_asked_for_by_author_and_id() {
        assert_eq!(path(7, " 42 "), "/api/unique-id/blog/users/7/posts/42");
    }
}

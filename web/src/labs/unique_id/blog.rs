//! The blog: posts on four shards, found by author and ID, and listed newest first by nothing but the ID.

mod commands;
mod find;
mod list;
mod pages;
mod shards;
mod write;

use super::real::{Connected, RealProps};
use commands::Commands;
use find::Find;
use list::Newest;
use pages::use_pages;
use shards::Shards;
use write::Write;
use yew::prelude::*;

/// The section.
#[component]
pub fn Blog(props: &RealProps) -> Html {
    let feed = &props.feed;
    let pages = use_pages(feed);
    let user = use_state_eq(|| 7_u32);
    let on_user = {
        let user = user.setter();
        Callback::from(move |number: u32| user.set(number))
    };
    let is_here = feed.is_here();
    html! {
        <section class="unique-id-blog" aria-labelledby="blog">
            <div class="prose">
                <h2 id="blog">{ "A blog on four shards" }</h2>
                <p>{ "What it was all for: a post gets its ID from the service, and lies on the shard of its author, " }
                   <code>{ "user_id % 4" }</code>{ ". Whoever knows author and ID asks one shard and gets one post. The shards \
                   know nothing of each other, and no two posts have the same ID." }</p>
                <p>{ "There is no column for the time, and no index over it. The newest posts of all are the greatest IDs: each \
                      shard reads its tree from the end, and the four answers are merged. The time that you see beside a \
                      post is read out of its ID." }</p>
            </div>
            <Connected feed={feed.clone()} here="The server’s blog is heard: its shards are real tables."
                without="Everything simulated works without it." />
            if feed.was_here() {
                <div class="figure unique-id-blog-figure">
                    <Write user={*user} {on_user} disabled={!is_here} />
                    <Shards states={feed.shards.clone()} posts={pages.posts.clone()} posted={feed.posted.clone()} />
                    <Newest pages={pages.clone()} user={*user} disabled={!is_here} />
                    <Find latest={feed.posted.clone()} disabled={!is_here} />
                    <Commands user={*user} latest={pages.posts.first().cloned()} />
                </div>
            }
        </section>
    }
}

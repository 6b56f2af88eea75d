//! The list of the newest posts, page by page, and what comes on top of it meanwhile.

use super::super::real::connect::API;
use super::super::real::feed::Feed;
use crate::live::{FetchError, get_json};
use playground_core::unique_id::wire::{Post, Posts};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// How many posts are asked for at once.
pub const PAGE: usize = 10;

/// Whose posts are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's: every shard is asked.
    #[default]
    All,
    /// This user's: one shard is asked.
    User(u32),
}

impl Whose {
    fn path(self) -> String {
        match self {
            Whose::All => format!("{API}/blog/posts"),
            Whose::User(user) => format!("{API}/blog/users/{user}/posts"),
        }
    }

    /// Whether a post belongs into the list.
    fn has(self, post: &Post) -> bool {
        match self {
            Whose::All => true,
            Whose::User(user) => post.user_id == user,
        }
    }
}

/// What is listed.
#[derive(Clone, Debug, PartialEq)]
struct Listed {
    whose: Whose,
    posts: Rc<Vec<Post>>,
    /// Where the next page begins.
    next_before: Option<String>,
    problem: Option<FetchError>,
    /// Whether anything has come yet.
    is_known: bool,
}

enum Change {
    /// Another list is wanted.
    Turn(Whose),
    /// A first page, or a further one, of this list.
    Page { whose: Whose, is_first: bool, answer: Result<Posts, FetchError> },
    /// Somebody has written this.
    Posted(Rc<Post>),
}

impl Listed {
    fn new(whose: Whose) -> Self {
        Listed { whose, posts: Rc::default(), next_before: None, problem: None, is_known: false }
    }

    fn page(&mut self, is_first: bool, page: Posts) {
        let posts = Rc::make_mut(&mut self.posts);
        if is_first {
            posts.clear();
        }
        posts.extend(page.posts);
        self.next_before = page.next_before.map(|id| id.to_string());
        self.problem = None;
        self.is_known = true;
    }

    /// The newest ID is the greatest, but two servers may tell of theirs in any order.
    fn posted(&mut self, post: &Post) {
        if !self.whose.has(post) || !self.is_known {
            return;
        }
        let posts = Rc::make_mut(&mut self.posts);
        let place = posts.iter().position(|it| it.id <= post.id).unwrap_or(posts.len());
        if posts.get(place).is_none_or(|it| it.id != post.id) {
            posts.insert(place, post.clone());
        }
    }
}

impl Reducible for Listed {
    type Action = Change;

    fn reduce(mut self: Rc<Self>, change: Change) -> Rc<Self> {
        let listed = Rc::make_mut(&mut self);
        match change {
            Change::Turn(whose) => *listed = Listed::new(whose),
            Change::Page { whose, is_first, answer } if whose == listed.whose => match answer {
                Ok(page) => listed.page(is_first, page),
                Err(problem) => listed.problem = Some(problem),
            },
            // Another list is wanted by now.
            Change::Page { .. } => {}
            Change::Posted(post) => listed.posted(&post),
        }
        self
    }
}

/// The list as a section holds it.
#[derive(Clone, PartialEq)]
pub struct Pages {
    /// Whose posts are listed.
    pub whose: Whose,
    /// The posts so far, the newest first.
    pub posts: Rc<Vec<Post>>,
    /// Whether there are older ones.
    pub has_older: bool,
    /// Whether the server has told anything yet.
    pub is_known: bool,
    /// Why the last question was not answered.
    pub problem: Option<FetchError>,
    /// Asks for the next page.
    pub on_older: Callback<()>,
    /// Lists others' posts.
    pub on_turn: Callback<Whose>,
}

/// The list, asked for again whenever the server has come back.
#[hook]
pub fn use_pages(feed: &Feed) -> Pages {
    let listed = use_reducer(|| Listed::new(Whose::All));
    let whose = listed.whose;
    let ask = use_callback(
        listed.dispatcher(),
        |(whose, before): (Whose, Option<String>), dispatcher| {
            let dispatcher = dispatcher.clone();
            spawn_local(async move {
                let is_first = before.is_none();
                let before = before.map_or(String::new(), |id| format!("&before={id}"));
                let answer = get_json(&format!("{}?limit={PAGE}{before}", whose.path())).await;
                dispatcher.dispatch(Change::Page { whose, is_first, answer });
            });
        },
    );
    use_effect_with((whose, feed.openings), {
        let ask = ask.clone();
        move |(whose, openings)| {
            if *openings > 0 {
                ask.emit((*whose, None));
            }
        }
    });
    use_effect_with(feed.posted.clone(), {
        let dispatcher = listed.dispatcher();
        move |posted| {
            if let Some(post) = posted {
                dispatcher.dispatch(Change::Posted(post.clone()));
            }
        }
    });
    let next_before = listed.next_before.clone();
    let dispatcher = listed.dispatcher();
    Pages {
        whose,
        posts: listed.posts.clone(),
        has_older: next_before.is_some(),
        is_known: listed.is_known,
        problem: listed.problem.clone(),
        on_older: ask.reform(move |()| (whose, next_before.clone())),
        on_turn: Callback::from(move |whose| dispatcher.dispatch(Change::Turn(whose))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(id: &str, user_id: u32) -> Post {
        let id = id.parse().unwrap();
        Post { id, user_id, shard: Post::shard_of(user_id), text: "text".to_owned() }
    }

    fn ids(listed: &Listed) -> Vec<String> {
        listed.posts.iter().map(|it| it.id.to_string()).collect()
    }

    fn page(posts: Vec<Post>, next: Option<&str>, is_first: bool) -> Change {
        let next_before = next.map(|id| id.parse().unwrap());
        Change::Page { whose: Whose::All, is_first, answer: Ok(Posts { posts, next_before }) }
    }

    #[test]
    fn pages_follow_each_other_and_what_is_written_meanwhile_comes_on_top() {
        let listed = Rc::new(Listed::new(Whose::All));
        let listed = listed.reduce(page(vec![post("9", 1), post("7", 2)], Some("7"), true));
        let listed = listed.reduce(page(vec![post("5", 3)], None, false));
        assert_eq!(ids(&listed), ["9", "7", "5"]);
        let listed = listed.reduce(Change::Posted(Rc::new(post("12", 1))));
        let listed = listed.reduce(Change::Posted(Rc::new(post("12", 1))));
        let listed = listed.reduce(Change::Posted(Rc::new(post("8", 1))));
        assert_eq!(ids(&listed), ["12", "9", "8", "7", "5"]);
        assert_eq!(listed.next_before, None);
    }

    #[test]
    fn a_page_of_a_list_that_was_left_comes_too_late() {
        let listed = Rc::new(Listed::new(Whose::User(3)));
        let listed = listed.reduce(page(vec![post("9", 1)], None, true));
        assert_eq!(ids(&listed), [] as [&str; 0]);
    }
}

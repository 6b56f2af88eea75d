//! What outlives a page: who one is, and everything typed that the server has not confirmed.
//!
//! The person (a name and a secret) is shared by all tabs of a browser, so that they are one person's, unless
//! somebody chooses to be another in a tab: the browser keeps a secret for each name. What is typed is a tab's
//! own: drafts, and messages without an acknowledgement. It is kept twice.
//!
//! - In the session's storage, which is the tab's own and outlives a reload.
//! - As a *rescue copy* in the browser's common storage under the tab's number, only while there is something
//!   to lose. A tab holds a lock of its number while it lives, however it ends. A tab that starts looks for
//!   copies whose tab is gone, because it was closed or the browser died, and takes them over.
//!
//! A duplicated tab has a copy of the session's storage, number and all. It cannot get the lock of that number, so it
//! takes another one and leaves the messages to the first. Should two tabs ever send the same message, the
//! server stores it once: it has one id.

use super::locks::{Asked, Held, ask};
use gloo::utils::window;
use playground_core::chat::Saved;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use web_sys::Storage;

const PEOPLE: &str = "playground/chat/people";
const TAB: &str = "playground/chat/tab";
const RESCUE: &str = "playground/chat/rescue/";
/// A room everybody is in at first.
pub const LOBBY: &str = "lobby";

/// So many names are remembered with their secrets.
const MOST_NAMES: usize = 50;

/// Who one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name that others see.
    pub name: String,
    /// Whoever has it is this person.
    pub secret: String,
}

/// Who one has been in this browser.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Names {
    /// The last one: whom a new tab takes one for.
    last: String,
    /// The secret of each.
    secrets: BTreeMap<String, String>,
}

/// What a tab keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// The conversation that is open.
    pub open: Arc<str>,
    /// What the client wants to be kept.
    pub client: Saved,
}

impl Kept {
    /// What somebody has who is new here.
    fn of(person: &Person) -> Self {
        let client = Saved {
            name: person.name.as_str().into(),
            secret: person.secret.as_str().into(),
            rooms: vec![LOBBY.into()],
            ..Saved::default()
        };
        Kept { open: LOBBY.into(), client }
    }

    /// Whether losing it would lose something that somebody has typed.
    fn is_precious(&self) -> bool {
        let Saved { outbox, drafts, .. } = &self.client;
        !outbox.is_empty() || drafts.values().any(|draft| !draft.trim().is_empty())
    }

    /// Takes over what a tab that is gone has left; returns how many messages and drafts that were.
    fn take_over(&mut self, left: Saved) -> usize {
        let mut taken = 0;
        let mine = &mut self.client;
        for message in left.outbox {
            if !mine.outbox.iter().any(|it| it.id == message.id) {
                mine.outbox.push(message);
                taken += 1;
            }
        }
        for (thread, text) in left.drafts {
            let (text, draft) = (text.trim(), mine.drafts.entry(thread).or_default());
            if text.is_empty() || draft.contains(text) {
                continue;
            }
            let both = if draft.is_empty() { text.to_owned() } else { format!("{draft}\n{text}") };
            *draft = both.into();
            taken += 1;
        }
        for room in left.rooms {
            if !mine.rooms.contains(&room) {
                mine.rooms.push(room);
            }
        }
        taken
    }
}

/// The number of this tab, and what it keeps.
#[derive(Serialize, Deserialize)]
struct Stored {
    tab: String,
    kept: Kept,
}

/// This tab among the others of the browser.
pub struct Tab {
    number: String,
    _lock: Option<Held>,
}

impl Tab {
    /// Finds out which tab this is, what it has kept, and how much of tabs that are gone it has taken over.
    /// What it takes over it has written down before the copy is removed.
    pub async fn begin(person: &Person) -> (Self, Kept, usize) {
        let (mut tab, mut kept) = Tab::claim().await;
        if *kept.client.name != *person.name {
            // What somebody else has typed here stays behind as a copy that is nobody's.
            tab = Tab::with_new_number().await;
            kept = Kept::of(person);
        }
        kept.client.secret = person.secret.as_str().into();
        let mut taken = 0;
        for (number, key) in copies() {
            if number == tab.number {
                continue;
            }
            let Asked::Held(_lock) = ask(&lock_name(&number)).await else { continue };
            let copy = local().and_then(|storage| read::<Kept>(&storage, &key));
            let Some(copy) = copy.filter(|copy| *copy.client.name == *person.name) else {
                continue;
            };
            taken += kept.take_over(copy.client);
            tab.save(&kept);
            remove(&key);
        }
        (tab, kept, taken)
    }

    async fn claim() -> (Self, Kept) {
        let stored = session().and_then(|storage| read::<Stored>(&storage, TAB));
        let Some(Stored { tab: number, mut kept }) = stored else {
            return (Tab::with_new_number().await, Kept::default());
        };
        match ask(&lock_name(&number)).await {
            Asked::Held(lock) => (Tab { number, _lock: Some(lock) }, kept),
            Asked::Unknown => (Tab { number, _lock: None }, kept),
            Asked::Taken => {
                kept.client.outbox.clear();
                (Tab::with_new_number().await, kept)
            }
        }
    }

    async fn with_new_number() -> Self {
        let number = token();
        let lock = match ask(&lock_name(&number)).await {
            Asked::Held(lock) => Some(lock),
            Asked::Taken | Asked::Unknown => None,
        };
        Tab { number, _lock: lock }
    }

    /// Keeps it. Where storage is blocked or full, it lasts as long as the page.
    pub fn save(&self, kept: &Kept) {
        let stored = Stored { tab: self.number.clone(), kept: kept.clone() };
        if let Some(storage) = session() {
            write(&storage, TAB, &stored);
        }
        let copy = format!("{RESCUE}{}", self.number);
        if !kept.is_precious() {
            remove(&copy);
        } else if let Some(storage) = local() {
            write(&storage, &copy, kept);
        }
    }
}

fn lock_name(number: &str) -> String {
    format!("{RESCUE}{number}")
}

/// The rescue copies there are: the number of the tab, and the key.
fn copies() -> Vec<(String, String)> {
    let Some(storage) = local() else { return Vec::new() };
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|index| storage.key(index).ok()?);
    keys.filter_map(|key| Some((key.strip_prefix(RESCUE)?.to_owned(), key))).collect()
}

/// Who one is in this tab, if anybody has said so here or in another.
pub fn person() -> Option<Person> {
    let here = session().and_then(|storage| read::<Stored>(&storage, TAB));
    let names = names();
    let here = here.map(|it| it.kept.client.name.to_string());
    let name = here.filter(|name| !name.is_empty()).unwrap_or(names.last);
    let secret = names.secrets.get(&name)?.clone();
    Some(Person { name, secret })
}

/// Says who one is from now on. A name that has been used in this browser keeps its secret.
pub fn introduce(name: &str) -> Person {
    let mut names = names();
    if names.secrets.len() >= MOST_NAMES && !names.secrets.contains_key(name) {
        names.secrets.pop_first();
    }
    let secret = names.secrets.entry(name.to_owned()).or_insert_with(token).clone();
    names.last = name.to_owned();
    if let Some(storage) = local() {
        write(&storage, PEOPLE, &names);
    }
    Person { name: name.to_owned(), secret }
}

fn names() -> Names {
    local().and_then(|storage| read(&storage, PEOPLE)).unwrap_or_default()
}

/// 128 random bits in hexadecimal.
pub fn token() -> String {
    let mut bytes = [0_u8; 16];
    // There is cryptography in every browser that runs WebAssembly.
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `None` where the reader's settings block storage: the browser then throws at the mere mention of it.
fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn session() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn read<T: DeserializeOwned>(storage: &Storage, key: &str) -> Option<T> {
    let text = storage.get_item(key).ok().flatten()?;
    // What an older version has written and this one cannot read is nothing.
    serde_json::from_str(&text).ok()
}

fn write(storage: &Storage, key: &str, value: &impl Serialize) {
    if let Ok(text) = serde_json::to_string(value) {
        let _ = storage.set_item(key, &text);
    }
}

fn remove(key: &str) {
    if let Some(storage) = local() {
        let _ = storage.remove_item(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(thread: &str, text: &str) -> Kept {
        let drafts = [(thread.into(), text.into())].into();
        Kept { client: Saved { drafts, ..Saved::default() }, ..Kept::default() }
    }

    #[test]
    fn what_a_closed_tab_has_left_is_taken_over_once() {
        let mut kept = draft(LOBBY, "mine");
        assert_eq!(kept.take_over(draft(LOBBY, "theirs").client), 1);
        assert_eq!(&*kept.client.drafts[LOBBY], "mine\ntheirs");
        assert_eq!(kept.take_over(draft(LOBBY, "theirs").client), 0);
        assert_eq!(&*kept.client.drafts[LOBBY], "mine\ntheirs");
        assert_eq!(kept.take_over(draft("@Ben", "psst").client), 1);
        assert_eq!(&*kept.client.drafts["@Ben"], "psst");
    }

    #[test]
    fn only_what_somebody_has_typed_is_precious() {
        assert!(!Kept::default().is_precious());
        assert!(!draft(LOBBY, "  ").is_precious());
        assert!(draft(LOBBY, "x").is_precious());
    }

    #[test]
    fn what_another_version_has_kept_is_read_as_far_as_it_goes() {
        let kept: Kept =
            serde_json::from_str(r#"{"client":{"name":"Ada"},"mood":"good"}"#).unwrap();
        assert_eq!(&*kept.client.name, "Ada");
    }
}

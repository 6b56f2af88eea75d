//! Many tabs on all servers, each of another person, and what all of them must have at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use playground_core::chat::inbox_of;

use super::history::{Histories, histories};
use super::site::Site;
use super::tab::{State, Tab};
use crate::chat_heavy::killed::is_in_order;

/// Everybody is here.
const LOBBY: &str = "lobby";
/// … and in one of so many smaller rooms.
const ROOMS: usize = 6;

/// Many tabs, each of another person.
pub(super) struct Crowd {
    /// By the number of the person; none for who has left for good.
    tabs: Vec<Option<Tab>>,
    servers: usize,
    /// How many texts each has said in the smaller room.
    said: usize,
}

impl Crowd {
    /// So many people, in turn on each of the servers.
    pub(super) fn open(people: usize, site: &Site) -> Self {
        let servers = site.addresses.lock().unwrap().len();
        let mut crowd = Self { tabs: Vec::new(), servers, said: 0 };
        for number in 0..people {
            let rooms = [LOBBY, &crowd.room(number)];
            let tab = Tab::open(&name(number), &rooms, number % servers, &site.addresses);
            crowd.tabs.push(Some(tab));
        }
        crowd
    }

    /// The smaller room of a person: in each are people of every server.
    fn room(&self, number: usize) -> Arc<str> {
        format!("room {}", number / self.servers % ROOMS).into()
    }

    /// To whom a person says something in private.
    fn neighbour(&self, number: usize) -> usize {
        (number + 1) % self.tabs.len()
    }

    fn channels(&self, number: usize) -> [Arc<str>; 3] {
        [LOBBY.into(), self.room(number), inbox_of(&name(number))]
    }

    fn tabs(&self) -> impl Iterator<Item = (usize, &Tab)> {
        self.tabs.iter().enumerate().filter_map(|(number, tab)| Some((number, tab.as_ref()?)))
    }

    async fn until_each(&self, what: &str, is_so: impl Fn(usize, &State) -> bool) {
        for (number, tab) in self.tabs() {
            tab.until(what, |state| is_so(number, state)).await;
        }
    }

    pub(super) async fn until_joined(&self) {
        self.until_each("in all its channels", |_, state| state.has_joined_all()).await;
    }

    /// Everybody says so many texts in the smaller room and to the next person, and every fourth in the lobby.
    /// Returns when each has had one of the acknowledgements, and most are still to come.
    pub(super) async fn say(&mut self, texts: usize) {
        let counts = self.tabs().map(|(number, tab)| (number, tab.state().acknowledged.len()));
        let before: BTreeMap<usize, usize> = counts.collect();
        for text in self.said..self.said + texts {
            for (number, tab) in self.tabs() {
                let said = format!("{text:04} of {number}");
                tab.say(&self.room(number), &said);
                tab.say(&inbox_of(&name(self.neighbour(number))), &said);
                if (number + text).is_multiple_of(4) {
                    tab.say(LOBBY, &said);
                }
            }
        }
        self.said += texts;
        self.until_each("acknowledged", |number, state| state.acknowledged.len() > before[&number])
            .await;
    }

    pub(super) async fn until_sent(&self) {
        self.until_each("done with sending", |_, state| state.has_sent_all()).await;
    }

    /// The tab of a person goes, and does not come back.
    pub(super) fn leave(&mut self, number: usize) {
        self.tabs[number] = None;
    }

    /// Whether what is stored is what everybody said, was told to be stored, and has read: once and in order.
    pub(super) async fn check(&self, site: &Site) {
        let everybody = (0..self.tabs.len()).flat_map(|number| self.channels(number));
        let histories = &histories(&site.redis, everybody.collect::<BTreeSet<_>>());
        for (channel, messages) in histories {
            is_in_order(channel, messages);
        }
        for (number, tab) in self.tabs() {
            let is_read = |state: &State, channel: &Arc<str>| {
                state.position(channel) == histories[channel].len() as u64
            };
            let channels = self.channels(number);
            tab.until("at the end of its channels", |state| {
                channels.iter().all(|channel| is_read(state, channel))
            })
            .await;
            self.check_tab(number, &tab.state(), histories);
        }
    }

    fn check_tab(&self, number: usize, state: &State, histories: &Histories) {
        let name = name(number);
        let mut stored = 0;
        for channel in self.channels(number) {
            let messages = &histories[&channel];
            assert!(state.client.messages(&channel).eq(messages), "{name} has read {channel}");
            let view = state.client.view(&channel);
            // Neither was anything passed over, nor was a position of no use.
            assert_eq!((view.gaps, view.resets), (0, 0), "{name} in {channel}");
            stored += messages.iter().filter(|message| *message.from == *name).count();
        }
        for message in state.heard.values() {
            assert_eq!(*message, histories[&message.room][message.seq as usize - 1]);
        }
        let said = (0..self.said).map(|text| 2 + usize::from((number + text).is_multiple_of(4)));
        assert_eq!(stored, said.sum::<usize>(), "everything that {name} said is stored");
        let mut acknowledged = BTreeSet::new();
        for ack in &state.acknowledged {
            let message = &histories[&ack.room][ack.seq as usize - 1];
            assert_eq!((&message.id, &*message.from), (&ack.id, name.as_str()), "{ack:?}");
            assert_eq!(ack.at_ms, message.at_ms, "{ack:?}");
            acknowledged.insert(&ack.id);
        }
        assert!(acknowledged.len() <= stored);
        assert!(state.refused.iter().all(|(_, retry)| retry.is_some()), "{:?}", state.refused);
    }

    /// Waits until everybody sees exactly those who are there, in every room and in private.
    pub(super) async fn until_presence_is_right(&self) {
        let mut people: BTreeMap<Arc<str>, BTreeSet<String>> = BTreeMap::new();
        for (number, _) in self.tabs() {
            for room in &self.channels(number)[..2] {
                people.entry(room.clone()).or_default().insert(name(number));
            }
        }
        for (number, tab) in self.tabs() {
            let neighbour = self.neighbour(number);
            let friend = inbox_of(&name(neighbour));
            // Who has never written to somebody is not told of that person.
            let is_there = self.said > 0 && self.tabs[neighbour].is_some();
            tab.until("seeing who is there", |state| {
                let is_right = |room: &Arc<str>| {
                    let (view, there) = (state.client.view(room), &people[room]);
                    let names_are = view.people.iter().map(|name| &**name).eq(there.iter());
                    let is_crowd = there.len() > 200 && view.people.is_empty();
                    view.count as usize == there.len() && (is_crowd || names_are)
                };
                let channels = self.channels(number);
                let is_seen = !state.client.view(&friend).people.is_empty();
                channels[..2].iter().all(is_right) && is_seen == is_there
            })
            .await;
        }
    }
}

fn name(number: usize) -> String {
    format!("person {number:03}")
}

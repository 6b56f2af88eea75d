//! People whose names and inboxes are kept in a shared log: here are only those who have a connection here.

use super::{People, PeopleEffect, PeopleInput};
use crate::chat::Clock;
use crate::chat::Settings;
use std::sync::Arc;

impl People {
    /// Nobody, until somebody says hello. Who a name belongs to is known by the shared log.
    pub fn follow(settings: Arc<Settings>) -> Self {
        People::recover(settings, 0, [])
    }

    pub(super) fn hear(&mut self, _: Clock, _: PeopleInput, _: &mut Vec<PeopleEffect>) {}
}

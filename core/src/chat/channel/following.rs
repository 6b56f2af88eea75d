//! A channel whose order is kept in a shared log: a replica, which takes exactly the next message.

use super::{Channel, ChannelInput, Recovered};
use crate::chat::{Clock, Effect, Settings};
use std::sync::Arc;

impl Channel {
    /// A channel as the shared log knows it, with nobody in it, and nobody elsewhere as far as known.
    ///
    /// Published messages must be handed in from before `stored` was read on, or something is missing that
    /// shows only with the next [`ChannelInput::Head`].
    pub fn follow(settings: Arc<Settings>, name: Arc<str>, stored: Recovered) -> Self {
        Channel::recover(settings, name, stored)
    }

    pub(super) fn hear(&mut self, _clock: Clock, _input: ChannelInput, _effects: &mut Vec<Effect>) {
    }
}

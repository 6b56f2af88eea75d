//! What people, rooms, ids and texts may look like.

use super::{Limits, Refusal};
use std::sync::Arc;

/// The channel that holds a person's private messages: `@` and the name.
pub fn inbox_of(name: &str) -> Arc<str> {
    format!("@{name}").into()
}

/// Whose inbox a channel is; none for a room.
pub fn owner_of(channel: &str) -> Option<&str> {
    channel.strip_prefix('@')
}

/// What two names that look alike have in common: the name in lower case.
///
/// What is simplified: letters of other alphabets that look the same are not the same here (see
/// Unicode Technical Standard 39 for what it would take).
pub fn folded(name: &str) -> Arc<str> {
    name.to_lowercase().into()
}

/// Characters that change how a name looks without being seen: zero-width and bidirectional ones.
fn is_invisible(it: char) -> bool {
    it.is_control()
        || matches!(it, '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}')
        || matches!(it, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn is_name(name: &str, most: u32) -> bool {
    let mut chars = 0;
    let plain = name.chars().all(|it| {
        chars += 1;
        !is_invisible(it)
    });
    plain
        && (1..=most).contains(&chars)
        && !name.starts_with(['@', '#'])
        && !name.starts_with(char::is_whitespace)
        && !name.ends_with(char::is_whitespace)
}

impl Limits {
    /// Whether a person may have this name.
    ///
    /// # Errors
    /// [`Refusal::BadName`].
    pub fn check_name(&self, name: &str) -> Result<(), Refusal> {
        if is_name(name, self.name_chars) { Ok(()) } else { Err(Refusal::BadName) }
    }

    /// Whether a room may have this name.
    ///
    /// # Errors
    /// [`Refusal::BadRoom`].
    pub fn check_room(&self, room: &str) -> Result<(), Refusal> {
        if is_name(room, self.name_chars) { Ok(()) } else { Err(Refusal::BadRoom) }
    }

    /// Whether this may be a secret.
    ///
    /// # Errors
    /// [`Refusal::BadSecret`].
    pub fn check_secret(&self, secret: &str) -> Result<(), Refusal> {
        let (least, most) = self.secret_chars;
        let chars = secret.chars().take(most as usize + 1).count() as u32;
        if (least..=most).contains(&chars) { Ok(()) } else { Err(Refusal::BadSecret) }
    }

    /// Whether this may be a message's id.
    ///
    /// # Errors
    /// [`Refusal::BadId`].
    pub fn check_id(&self, id: &str) -> Result<(), Refusal> {
        let is_short = (1..=self.id_chars as usize).contains(&id.len());
        let is_visible = id.bytes().all(|it| it.is_ascii_graphic());
        if is_short && is_visible { Ok(()) } else { Err(Refusal::BadId) }
    }

    /// Whether this may be a message's text: not empty, not only white space, not too long. Any
    /// character is allowed.
    ///
    /// # Errors
    /// [`Refusal::EmptyText`] or [`Refusal::TextTooLong`].
    pub fn check_text(&self, text: &str) -> Result<(), Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::EmptyText);
        }
        let most = self.text_chars as usize;
        // Nobody counts the characters of a text that has fewer bytes.
        if text.len() > most && text.chars().nth(most).is_some() {
            return Err(Refusal::TextTooLong);
        }
        Ok(())
    }
}

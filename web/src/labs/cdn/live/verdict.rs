//! What `Cache-Status` says (RFC 9211), in one word and in a sentence.

use super::asking::Answer;
use sfv::{BareItem, List, ListEntry, Parameters, Parser};

/// What an edge did, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It had a fresh copy.
    Hit,
    /// It had a stale copy that was still allowed.
    Stale,
    /// The origin has confirmed its copy.
    Revalidated,
    /// It waited for another reader's answer.
    Joined,
    /// It asked the origin.
    Miss,
    /// It does not say.
    Unknown,
}

impl Verdict {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Hit => "HIT",
            Verdict::Stale => "STALE",
            Verdict::Revalidated => "REVALIDATED",
            Verdict::Joined => "JOINED",
            Verdict::Miss => "MISS",
            Verdict::Unknown => "no cache",
        }
    }

    /// The class that gives the word its look.
    pub fn class(self) -> &'static str {
        match self {
            Verdict::Hit => "is-hit",
            Verdict::Stale => "is-stale",
            Verdict::Revalidated => "is-revalidated",
            Verdict::Joined => "is-joined",
            Verdict::Miss => "is-miss",
            Verdict::Unknown => "is-unknown",
        }
    }

    /// What an answer's edge did.
    pub fn of(answer: &Answer) -> Self {
        let status = answer.header("cache-status").and_then(CacheStatus::parse);
        status.map_or(Verdict::Unknown, |it| it.verdict())
    }
}

/// The last member of the list: that of the cache nearest to the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheStatus {
    cache: String,
    hit: bool,
    fwd: Option<String>,
    fwd_status: Option<i64>,
    ttl: Option<i64>,
    stored: bool,
    collapsed: bool,
    detail: Option<String>,
}

impl CacheStatus {
    /// Reads the field; none if it is no structured list.
    pub fn parse(value: &str) -> Option<Self> {
        let list: List = Parser::new(value).parse().ok()?;
        let ListEntry::Item(item) = list.into_iter().next_back()? else { return None };
        let params = &item.params;
        Some(CacheStatus {
            cache: text_of(&item.bare_item)?,
            hit: is_true(params, "hit"),
            fwd: text(params, "fwd"),
            fwd_status: integer(params, "fwd-status"),
            ttl: integer(params, "ttl"),
            stored: is_true(params, "stored"),
            collapsed: is_true(params, "collapsed"),
            detail: text(params, "detail"),
        })
    }

    /// In one word.
    pub fn verdict(&self) -> Verdict {
        let is_stale = self.ttl.is_some_and(|ttl| ttl < 0);
        match (&self.fwd, self.fwd_status) {
            _ if self.hit && is_stale => Verdict::Stale,
            _ if self.hit => Verdict::Hit,
            _ if self.collapsed => Verdict::Joined,
            (Some(_), Some(304)) => Verdict::Revalidated,
            // What the origin sends is never older than it may be: this is a copy in place of a failure.
            (Some(_), _) if is_stale => Verdict::Stale,
            (Some(_), _) => Verdict::Miss,
            (None, _) => Verdict::Unknown,
        }
    }

    /// In a sentence.
    pub fn sentence(&self) -> String {
        let mut text = if self.hit {
            format!("{} answered by itself", self.cache)
        } else {
            let why = self.fwd.as_deref().map_or("it does not say why", why_forwarded);
            format!("{} asked further: {why}", self.cache)
        };
        if self.collapsed {
            text += "; it waited for a request that was on its way already";
        }
        match self.fwd_status {
            Some(304) => text += "; the origin confirmed the copy (304)",
            Some(status) => text += &format!("; the origin said {status}"),
            None => {}
        }
        if self.stored {
            text += "; the answer is kept";
        }
        match self.ttl {
            Some(ttl) if ttl < 0 => text += &format!("; stale for {} s", -ttl),
            Some(ttl) => text += &format!("; fresh for {ttl} s more"),
            None => {}
        }
        text.push('.');
        if let Some(detail) = &self.detail {
            text += &format!(" “{detail}”");
        }
        text
    }
}

/// Why a request was forwarded (RFC 9211, section 2.2).
pub fn why_forwarded(token: &str) -> &str {
    match token {
        "bypass" => "it is set up not to answer this by itself",
        "method" => "this method is not answered from a cache",
        "uri-miss" => "it has no copy of this address",
        "vary-miss" => "its copies are for other readers: the fields that Vary names differ",
        "miss" => "it has no copy to use",
        "request" => "the request itself wants the origin asked",
        "stale" => "its copy is no longer fresh",
        "partial" => "it has only a part",
        other => other,
    }
}

fn is_true(params: &Parameters, key: &str) -> bool {
    matches!(params.get(key), Some(BareItem::Boolean(true)))
}

fn integer(params: &Parameters, key: &str) -> Option<i64> {
    match params.get(key)? {
        BareItem::Integer(number) => Some(i64::from(*number)),
        _ => None,
    }
}

fn text(params: &Parameters, key: &str) -> Option<String> {
    text_of(params.get(key)?)
}

fn text_of(item: &BareItem) -> Option<String> {
    match item {
        BareItem::Token(token) => Some(token.as_str().to_owned()),
        BareItem::String(string) => Some(string.as_str().to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(value: &str) -> Option<Verdict> {
        CacheStatus::parse(value).map(|it| it.verdict())
    }

    #[test]
    fn the_nearest_cache_has_the_last_word() {
        assert_eq!(
            verdict("shield; fwd=uri-miss; stored, frankfurt; hit; ttl=59"),
            Some(Verdict::Hit)
        );
        assert_eq!(verdict("frankfurt; hit; ttl=-3"), Some(Verdict::Stale));
        let instead = "frankfurt; fwd=stale; fwd-status=500; ttl=-9";
        assert_eq!(verdict(instead), Some(Verdict::Stale));
        assert_eq!(verdict("frankfurt; fwd=stale; fwd-status=304"), Some(Verdict::Revalidated));
        assert_eq!(verdict("frankfurt; fwd=uri-miss; collapsed"), Some(Verdict::Joined));
        assert_eq!(verdict("frankfurt; fwd=uri-miss; stored"), Some(Verdict::Miss));
        assert_eq!(verdict("a b; ???"), None);
    }

    #[test]
    fn a_sentence_says_all_of_it() {
        let status = CacheStatus::parse("frankfurt; fwd=uri-miss; stored; ttl=60; detail=\"new\"");
        assert_eq!(
            status.unwrap().sentence(),
            "frankfurt asked further: it has no copy of this address; the answer is kept; fresh for 60 s more. “new”"
        );
    }
}

//! What a cache keeps of a response beside its body, and the form in which that goes to a disk.

use super::age::InitialAge;
use super::directives::{ResponseDirectives, Scope};
use super::entity_tag::EntityTag;
use super::freshness::{Freshness, Lifetime, LifetimeSource};
use super::hop_by_hop::strip_hop_by_hop;
use super::message::ResponseHead;
use super::storing::{NotStored, forbidden};
use super::timestamp::Timestamp;
use super::vary::Selecting;
use super::{Settings, targeted};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A stored response: its head, when it was asked for and arrived, and which requests it answers.
///
/// What the rules need from the head is worked out once, when it is stored.
#[derive(Clone, Debug)]
pub struct Stored {
    status: StatusCode,
    headers: HeaderMap,
    selecting: Selecting,
    directives: ResponseDirectives,
    targeted_by: Option<HeaderName>,
    lifetime: Lifetime,
    initial_age: InitialAge,
    last_modified: Option<Timestamp>,
    invalidated: bool,
    operator_lifetime_ms: Option<u64>,
}

impl Stored {
    pub(super) fn new(
        settings: &Settings,
        response: ResponseHead<'_>,
        selecting: Selecting,
        requested_at: Timestamp,
        received_at: Timestamp,
    ) -> Self {
        let (targeted_by, directives) = Self::directives_of(settings, response.headers);
        let initial_age = InitialAge::new(response.headers, requested_at, received_at);
        let lifetime = Lifetime::new(
            settings,
            response.status,
            response.headers,
            &directives,
            targeted_by.is_some(),
            &initial_age,
        );
        let last_modified = response
            .headers
            .get(header::LAST_MODIFIED)
            .and_then(|modified| Timestamp::parse_http_date(modified.as_bytes(), received_at));
        let mut headers = response.headers.clone();
        strip_hop_by_hop(&mut headers);
        // "A shared cache MUST NOT store the listed header fields" (section 5.2.2.7), and those of a no-cache
        // are not to be served without validation (5.2.2.4): a copy without them needs none.
        for listed in [&directives.private, &directives.no_cache] {
            for name in listed.fields() {
                headers.remove(name);
            }
        }
        if !initial_age.has_date {
            // "A recipient with a clock that receives a response message without a Date header field MUST
            // record the time it was received and append a corresponding Date" (RFC 9110, section 6.6.1).
            if let Ok(date) = HeaderValue::from_str(&initial_age.date_value.to_string()) {
                headers.insert(header::DATE, date);
            }
        }
        Self {
            status: response.status,
            headers,
            selecting,
            directives,
            targeted_by,
            lifetime,
            initial_age,
            last_modified,
            invalidated: false,
            operator_lifetime_ms: None,
        }
    }

    /// The directives that hold for us, and the field for our kind of cache that they are from, if it is one.
    pub(super) fn directives_of(
        settings: &Settings,
        headers: &HeaderMap,
    ) -> (Option<HeaderName>, ResponseDirectives) {
        match targeted::directives(headers, &settings.targets) {
            Some((name, directives)) => (Some(name), directives),
            None => (None, ResponseDirectives::parse(headers)),
        }
    }

    /// The status code.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The fields that are stored: without those of the connection, and with a `Date`.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The request fields that it was chosen by.
    pub const fn selecting(&self) -> &Selecting {
        &self.selecting
    }

    /// Its directives for caches.
    pub const fn directives(&self) -> &ResponseDirectives {
        &self.directives
    }

    /// The field that its directives are from, if it is not Cache-Control (RFC 9213).
    pub const fn targeted_by(&self) -> Option<&HeaderName> {
        self.targeted_by.as_ref()
    }

    /// When it was asked for.
    pub const fn requested_at(&self) -> Timestamp {
        self.initial_age.request_time
    }

    /// When it arrived.
    pub const fn received_at(&self) -> Timestamp {
        self.initial_age.response_time
    }

    /// When the origin made it, or else the second in which it arrived.
    pub const fn date(&self) -> Timestamp {
        self.initial_age.date_value
    }

    /// When the representation last changed, if the origin says so.
    pub const fn last_modified(&self) -> Option<Timestamp> {
        self.last_modified
    }

    /// Its entity tag.
    pub fn entity_tag(&self) -> Option<EntityTag<'_>> {
        EntityTag::of(&self.headers)
    }

    /// How long it is fresh, and how old it is.
    pub fn freshness(&self, now: Timestamp) -> Freshness {
        let lifetime = match self.operator_lifetime_ms {
            Some(ms) => Lifetime { ms, source: LifetimeSource::Operator },
            None => self.lifetime,
        };
        Freshness { lifetime, age: self.initial_age.at(now) }
    }

    /// Whether there is anything that the origin could be asked to compare.
    pub fn has_validator(&self) -> bool {
        self.headers.contains_key(header::ETAG) || self.last_modified.is_some()
    }

    /// Whether it must be validated before each use, however fresh it is.
    pub fn needs_validation(&self) -> bool {
        self.invalidated || self.directives.no_cache == Scope::Response
    }

    /// The word that forbids to store it, which only the news of a validation can have brought.
    pub fn forbids_keeping(&self) -> Option<NotStored> {
        forbidden(self.status, &self.directives)
    }

    /// Whether [`Stored::invalidate`] was called.
    pub const fn is_invalidated(&self) -> bool {
        self.invalidated
    }

    /// Marks it as one that must be validated before it is used again (RFC 9111, section 4.4): a soft purge.
    pub fn invalidate(&mut self) {
        self.invalidated = true;
    }

    /// Sets how long it is fresh, in milliseconds from the moment it was made, whatever the origin says; none
    /// gives the origin its say again. Validation keeps it.
    pub fn set_operator_lifetime_ms(&mut self, ms: Option<u64>) {
        self.operator_lifetime_ms = ms;
    }

    /// What [`Stored::set_operator_lifetime_ms`] set.
    pub const fn operator_lifetime_ms(&self) -> Option<u64> {
        self.operator_lifetime_ms
    }

    /// Whether a new response to `request` takes the place of this one: this one would have been chosen for
    /// that request, too. The caller sees to it that both have the same key.
    pub fn is_superseded_by(&self, request: &HeaderMap) -> bool {
        self.selecting.matches(request)
    }

    /// What goes to a disk.
    pub fn record(&self) -> Record {
        let field =
            |(name, value): (&HeaderName, &HeaderValue)| (name.as_str().to_owned(), latin_1(value));
        let selecting = self
            .selecting
            .fields()
            .map(|(name, sent)| (name.as_str().to_owned(), sent.map(latin_1)))
            .collect();
        Record {
            status: self.status.as_u16(),
            headers: self.headers.iter().map(field).collect(),
            selecting,
            requested_at: self.requested_at(),
            received_at: self.received_at(),
            has_date: self.initial_age.has_date,
            invalidated: self.invalidated,
            operator_lifetime_ms: self.operator_lifetime_ms,
        }
    }

    /// What comes back from a disk.
    ///
    /// # Errors
    /// When the record holds what no response could have.
    pub fn from_record(settings: &Settings, record: &Record) -> Result<Self, RecordError> {
        let status = StatusCode::from_u16(record.status).map_err(|_| RecordError)?;
        let mut headers = HeaderMap::with_capacity(record.headers.len());
        for (name, value) in &record.headers {
            headers.append(name_of(name)?, value_of(value)?);
        }
        let selecting: Vec<_> = record
            .selecting
            .iter()
            .map(|(name, sent)| Ok((name_of(name)?, sent.as_deref().map(value_of).transpose()?)))
            .collect::<Result<_, RecordError>>()?;
        let mut stored = Self::new(
            settings,
            ResponseHead { status, headers: &headers },
            Selecting::restore(selecting.into_iter()),
            record.requested_at,
            record.received_at,
        );
        stored.initial_age.has_date = record.has_date;
        stored.invalidated = record.invalidated;
        stored.operator_lifetime_ms = record.operator_lifetime_ms;
        Ok(stored)
    }
}

/// A stored head as plain data. Bytes of field values are characters of the same number (Latin-1), so that
/// none is lost in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The status code.
    pub status: u16,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The request fields that it was chosen by; none for one that the request lacked.
    pub selecting: Vec<(String, Option<String>)>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it arrived.
    pub received_at: Timestamp,
    /// Whether its `Date` is the origin's.
    pub has_date: bool,
    /// Whether it must be validated before it is used again.
    pub invalidated: bool,
    /// A lifetime that was set by hand, in milliseconds.
    pub operator_lifetime_ms: Option<u64>,
}

/// A record is not one of a stored response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the record does not describe a stored response")]
pub struct RecordError;

fn latin_1(value: &HeaderValue) -> String {
    value.as_bytes().iter().copied().map(char::from).collect()
}

fn name_of(text: &str) -> Result<HeaderName, RecordError> {
    HeaderName::from_bytes(text.as_bytes()).map_err(|_| RecordError)
}

fn value_of(text: &str) -> Result<HeaderValue, RecordError> {
    let bytes: Result<Vec<u8>, _> = text.chars().map(|c| u8::try_from(u32::from(c))).collect();
    bytes.ok().and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()).ok_or(RecordError)
}

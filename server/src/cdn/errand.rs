//! One request to the origin, and what becomes of its answer: kept, passed on, or taken as news of what is kept.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use axum::body::Body;
use axum::http::response::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use http_body_util::Limited;
use playground_core::cdn::caching::{
    self, Failure, HeadNews, Key, RequestHead, ResponseHead, Stored, Timestamp,
};
use playground_core::cdn::wire::Step;

use super::edge::{Edge, Visit, now};
use super::fetch::Want;
use super::fill::Fill;
use super::flights::Brought;
use super::index::{Entry, tags};
use super::inflow::Inflow;
use super::object::Object;
use super::quick::Prepared;
use super::request::{MOST_BODY_BYTES, path_and_query};
use super::upstream::NoAnswer;

/// A request to the origin, on behalf of one reader or of several.
pub(super) struct Errand {
    pub(super) number: u64,
    pub(super) method: Method,
    pub(super) target: Uri,
    pub(super) key: Key,
    /// What the reader sent.
    pub(super) headers: HeaderMap,
    pub(super) conditions: HeaderMap,
    pub(super) old: Option<Arc<Entry>>,
    pub(super) body: Body,
}

/// When a request was sent.
#[derive(Clone, Copy)]
struct Sent {
    at: Timestamp,
    /// How many purges there had been.
    purges_before: u64,
}

/// What a request to the origin has brought.
pub(super) enum Landed {
    /// A new copy, and the fields with which it came.
    Stored(Arc<Entry>, HeaderMap),
    /// The old copy, confirmed.
    Confirmed(Arc<Entry>),
    /// An error, in place of which the old copy may be served.
    Stale(Failure),
    /// Something that is not kept, and why.
    Passed(Box<Parts>, Inflow, String),
    NoAnswer(NoAnswer),
}

impl Errand {
    pub(super) fn new(visit: &mut Visit, want: &Want) -> Self {
        let asked = &mut visit.asked;
        // A HEAD that is confirmed would have nothing to show: it gets what the origin says.
        let conditions = match asked.method {
            Method::GET => want.conditions.clone(),
            _ => HeaderMap::new(),
        };
        Self {
            number: visit.number,
            method: asked.method.clone(),
            target: asked.target.clone(),
            key: asked.key.clone(),
            headers: asked.headers.clone(),
            conditions,
            old: want.old.clone(),
            body: asked.take_body(),
        }
    }

    pub(super) fn head(&self) -> RequestHead<'_> {
        RequestHead { method: &self.method, target: &self.target, headers: &self.headers }
    }
}

impl Landed {
    /// What those get who have joined.
    pub(super) fn brought(&self) -> Brought {
        match self {
            // Confirmed, and yet not for others any more.
            Landed::Confirmed(entry) if entry.stored.forbids_keeping().is_some() => {
                Brought::Private
            }
            Landed::Stored(entry, _) | Landed::Confirmed(entry) => Brought::Copy(entry.clone()),
            Landed::Stale(Failure::Status(status)) => Brought::Error(*status),
            Landed::Stale(Failure::Unreachable) => Brought::Unreachable(String::new()),
            Landed::Passed(parts, ..) => match Failure::of_status(parts.status) {
                Some(_) => Brought::Error(parts.status.as_u16()),
                None => Brought::Private,
            },
            Landed::NoAnswer(NoAnswer::Unreachable(why)) => Brought::Unreachable(why.clone()),
            Landed::NoAnswer(NoAnswer::TooSlow | NoAnswer::BodyTooLarge) => Brought::TooSlow,
        }
    }
}

impl Edge {
    /// Sends a request to the origin, and keeps the answer if it may be kept.
    pub(super) async fn fetch(self: &Arc<Self>, mut errand: Errand) -> Landed {
        loop {
            let sent_at = Sent { at: now(), purges_before: self.index.purge_count() };
            let since = Instant::now();
            let is_conditional = !errand.conditions.is_empty();
            self.tell(errand.number, || Step::Forwarded { is_conditional });
            let mut headers = caching::forwarded_headers(&errand.headers, Some(&errand.conditions));
            // It was answered already, or will be when the body is read.
            headers.remove(header::EXPECT);
            let limit = usize::try_from(MOST_BODY_BYTES).unwrap_or(usize::MAX);
            let body = Body::new(Limited::new(std::mem::take(&mut errand.body), limit));
            let url = path_and_query(&errand.target);
            let sent = self.ask_origin(errand.method.clone(), url, headers, body).await;
            let (parts, body) = match sent {
                Ok(response) => response.into_parts(),
                Err(why) => return Landed::NoAnswer(why),
            };
            let received_at = now();
            self.tell(errand.number, || Step::Fetched {
                status: parts.status.as_u16(),
                took_us: u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX),
            });
            if parts.status == StatusCode::NOT_MODIFIED && is_conditional {
                match self.confirm(&errand, &parts.headers, sent_at.at, received_at) {
                    Some(entry) => return Landed::Confirmed(entry),
                    // It is about something else: once more, without conditions.
                    None => {
                        errand.conditions = HeaderMap::new();
                        caching::strip_preconditions(&mut errand.headers);
                        continue;
                    }
                }
            }
            return self.receive(&errand, parts, body, sent_at, received_at);
        }
    }

    /// Looks at an answer that is not a confirmation.
    fn receive(
        self: &Arc<Self>,
        errand: &Errand,
        mut parts: Parts,
        body: Inflow,
        sent_at: Sent,
        received_at: Timestamp,
    ) -> Landed {
        let settings = &self.shared.settings;
        let response = ResponseHead { status: parts.status, headers: &parts.headers };
        for key in caching::invalidated(errand.head(), response) {
            self.invalidate(&key);
        }
        if errand.method == Method::HEAD {
            self.hear_of_head(errand, response, sent_at.at, received_at);
        }
        if let (Some(failure), Some(old)) = (Failure::of_status(parts.status), &errand.old)
            && caching::stale_instead(settings, &old.stored, errand.head(), failure, received_at)
                .is_ok()
        {
            return Landed::Stale(failure);
        }
        let stored = caching::store(settings, errand.head(), response, sent_at.at, received_at);
        caching::strip_hop_by_hop(&mut parts.headers);
        let not_stored = match stored {
            Ok(stored) => match self.keep(errand, sent_at, stored, &parts.headers, body) {
                Ok(entry) => return Landed::Stored(entry, parts.headers),
                Err(not_stored) => not_stored,
            },
            Err(why) => (why.to_string(), body),
        };
        let (why, body) = not_stored;
        self.tell(errand.number, || Step::NotStored { why: why.clone() });
        Landed::Passed(Box::new(parts), body, why)
    }

    /// Makes a copy, which fills while it is read; else says why not, and gives the body back.
    fn keep(
        self: &Arc<Self>,
        errand: &Errand,
        sent_at: Sent,
        mut stored: Stored,
        headers: &HeaderMap,
        body: Inflow,
    ) -> Result<Arc<Entry>, (String, Inflow)> {
        let declared = hyper::body::Body::size_hint(&body).exact();
        let most = self.chunks.most_bytes();
        if let Some(length) = declared.filter(|length| *length > most) {
            let why = format!("its body has {length} bytes, and the largest that is kept {most}");
            return Err((why, body));
        }
        let mut id = [0; 8];
        if getrandom::fill(&mut id).is_err() {
            return Err(("the system has no random number for it".into(), body));
        }
        stored.set_operator_lifetime_ms(self.shared.ttl_override());
        let entry = Arc::new(Entry {
            key: errand.key.clone(),
            url: path_and_query(&errand.target).to_owned(),
            stored,
            object: Arc::new(Object::new(u64::from_le_bytes(id), declared)),
            tags: tags(headers),
            hits: AtomicU64::new(0),
            prepared: Prepared::default(),
        });
        let Some(superseded) =
            self.index.insert(entry.clone(), &errand.headers, sent_at.purges_before)
        else {
            return Err(("it was purged while it was on its way".into(), body));
        };
        let fill =
            Fill { edge: self.clone(), entry: entry.clone(), number: errand.number, superseded };
        tokio::spawn(fill.run(body));
        Ok(entry)
    }

    /// The origin has confirmed what is stored: all copies that its answer is about get the news. None if it is
    /// about none.
    fn confirm(
        &self,
        errand: &Errand,
        news: &HeaderMap,
        requested_at: Timestamp,
        received_at: Timestamp,
    ) -> Option<Arc<Entry>> {
        let old = errand.old.as_ref()?;
        let variants = self.index.get(&errand.key);
        let is_old = |entry: &Arc<Entry>| entry.object.id == old.object.id;
        let place = variants.iter().position(is_old)?;
        let heads = variants.iter().map(|entry| &entry.stored);
        let mut confirmed = None;
        for index in caching::identified_by(heads, place, news) {
            let known = &variants[index];
            let mut stored = caching::freshened(
                &self.shared.settings,
                &known.stored,
                errand.head(),
                news,
                requested_at,
                received_at,
            );
            stored.set_operator_lifetime_ms(self.shared.ttl_override());
            let entry = self.renew(known, stored);
            if index == place || confirmed.is_none() {
                confirmed = Some(entry);
            }
        }
        if confirmed.is_some() {
            self.tell(errand.number, || Step::Revalidated);
        }
        confirmed
    }

    /// The origin has answered a HEAD, which tells something of the copies, too.
    fn hear_of_head(
        &self,
        errand: &Errand,
        response: ResponseHead<'_>,
        requested_at: Timestamp,
        received_at: Timestamp,
    ) {
        let settings = &self.shared.settings;
        for known in self.index.get(&errand.key).iter() {
            let head = errand.head();
            let news = caching::head_news(
                settings,
                &known.stored,
                head,
                response,
                requested_at,
                received_at,
            );
            match news {
                HeadNews::Updated(stored) => drop(self.renew(known, *stored)),
                HeadNews::Changed => {
                    let mut stored = known.stored.clone();
                    stored.invalidate();
                    self.renew(known, stored);
                }
                HeadNews::Nothing => {}
            }
        }
    }

    fn renew(&self, known: &Arc<Entry>, stored: Stored) -> Arc<Entry> {
        let entry = Arc::new(known.with(stored));
        if entry.stored.forbids_keeping().is_some() {
            // It is served this once; its pieces go as all go that nobody asks for.
            self.index.remove(&entry.key, entry.object.id);
            if let Some(manifests) = &self.manifests {
                manifests.remove(entry.object.id);
            }
            return entry;
        }
        if self.index.replace(known, entry.clone()) && entry.object.is_whole() {
            self.persist(&entry);
        }
        entry
    }
}

//! Which participants are databases, and where: `inventory=postgres://…`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use playground_core::two_phase_commit::Place;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// How long a connection may take to come about.
const CONNECT_PATIENCE: Duration = Duration::from_secs(2);

/// Where a database is, and who asks. Its debug form tells no password.
#[derive(Clone)]
pub struct DatabaseUrl {
    pub(super) config: Config,
    url: String,
    /// `host:port/database`.
    shown: String,
}

impl DatabaseUrl {
    /// The URL as it was given, with its password.
    #[must_use]
    pub fn secret_text(&self) -> &str {
        &self.url
    }

    /// `host:port`, for a person.
    pub(super) fn server(&self) -> &str {
        self.shown.split_once('/').map_or(&self.shown, |(server, _)| server)
    }

    /// `host:port/database`, for a person.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    pub(super) fn user(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }

    pub(super) fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_default()
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.shown)
    }
}

impl FromStr for DatabaseUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<Self, String> {
        let example = "such as postgres://user:password@127.0.0.1:5432/inventory";
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(format!("expected the URL of a PostgreSQL database, {example}"));
        }
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            let cause = cause.unwrap_or_else(|| error.to_string());
            format!("this is no URL of a PostgreSQL database ({cause}); expected one {example}")
        })?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err("databases are spoken to without TLS, so sslmode=require cannot be met; \
                        leave it out, and keep the way to the database private"
                .into());
        }
        let [host] = config.get_hosts() else {
            return Err(format!("expected one host, {example}"));
        };
        let host = match host {
            Host::Tcp(host) => host.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        if config.get_user().is_none() {
            config.user("postgres");
        }
        if config.get_dbname().is_none() {
            let user = config.get_user().unwrap_or_default().to_owned();
            config.dbname(user);
        }
        config.application_name("playground").connect_timeout(CONNECT_PATIENCE);
        config.tcp_user_timeout(CONNECT_PATIENCE * 5);
        let shown = format!("{host}:{port}/{}", config.get_dbname().unwrap_or_default());
        Ok(DatabaseUrl { config, url: url.to_owned(), shown })
    }
}

/// Participants that are databases, separated by commas or spaces, as in
/// `inventory=postgres://…,delivery=postgres://…`.
#[derive(Clone, Debug, Default)]
pub struct ParticipantsFlag(pub Vec<(Place, DatabaseUrl)>);

impl FromStr for ParticipantsFlag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(|it: char| it == ',' || it.is_whitespace());
        let one = |part: &str| {
            let named = part.split_once('=');
            let (name, url) = named.ok_or("expected a participant and its database: NAME=URL")?;
            let place = Place::named(name).filter(|place| *place != Place::Coordinator);
            let place = place.ok_or_else(|| {
                format!("there is no participant {name}; there are inventory and delivery")
            })?;
            Ok((place, url.parse()?))
        };
        parts.filter(|part| !part.is_empty()).map(one).collect::<Result<_, String>>().map(Self)
    }
}

/// All participants that are databases.
///
/// # Errors
/// If one is given twice.
pub fn merged(flags: Vec<ParticipantsFlag>) -> Result<BTreeMap<Place, DatabaseUrl>, String> {
    let mut all = BTreeMap::new();
    for (place, url) in flags.into_iter().flat_map(|flag| flag.0) {
        if all.insert(place, url).is_some() {
            return Err(format!("{} is given two databases", place.name()));
        }
    }
    Ok(all)
}

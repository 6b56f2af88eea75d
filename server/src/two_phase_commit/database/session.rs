//! A connection to a database that can take part, or a sentence that says why it cannot.

use std::future::Future;
use std::time::Duration;

use playground_core::two_phase_commit::{Place, Stock};
use tokio::time::timeout;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage, SimpleQueryRow};

use super::address::DatabaseUrl;
use super::tables;

/// How long a database may take to answer anything; by then it has long given up itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// What every session is told: how long it may wait for a lock, which is less than the coordinator waits for votes, and how long a statement may take.
const TIME_OUTS: &str = "SET lock_timeout = '1s'; SET statement_timeout = '4s'; \
     SET idle_in_transaction_session_timeout = '10s'; \
     SET default_transaction_isolation = 'read committed'; SET default_transaction_read_only = off";

/// A connection.
pub(super) struct Session {
    client: Client,
    pub(super) version: String,
    pub(super) max_prepared: u32,
}

/// Why a statement did not succeed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The database says so: nothing has been done.
    Refused(SqlState, String),
    /// Nobody knows whether it was done: the connection is gone, or silent.
    Lost,
}

impl Session {
    /// Connects, looks whether the database can take part, and makes what is missing.
    ///
    /// # Errors
    /// A sentence for a person.
    pub(super) async fn open(
        place: Place,
        url: &DatabaseUrl,
        stock: &Stock,
    ) -> Result<Self, String> {
        let opening = async {
            let connected = url.config.connect(NoTls).await;
            let (client, connection) = connected.map_err(|error| unreachable(url, &error))?;
            // It ends with the client; what breaks it shows at the next statement.
            tokio::spawn(connection);
            let mut session = Session { client, version: String::new(), max_prepared: 0 };
            session.look(url).await?;
            session.set_up(place, url, stock).await?;
            Ok(session)
        };
        let late = || Err(format!("PostgreSQL at {} does not answer", url.server()));
        timeout(PATIENCE, opening).await.unwrap_or_else(|_| late())
    }

    async fn look(&mut self, url: &DatabaseUrl) -> Result<(), String> {
        let question = "SELECT current_setting('server_version'), \
             current_setting('max_prepared_transactions'), pg_is_in_recovery()";
        let rows = self.ask(question).await.map_err(|failure| explain(url, &failure))?;
        let row = rows.first().and_then(|set| set.first());
        let column = |index| row.and_then(|row| row.get(index)).unwrap_or_default();
        // "15.8 (Debian 15.8-0+deb12u1)": the packager's part says nothing more.
        self.version = column(0).split(' ').next().unwrap_or_default().to_owned();
        self.max_prepared = column(1).parse().unwrap_or(0);
        if self.max_prepared == 0 {
            return Err(format!(
                "PostgreSQL at {} keeps no prepared transactions, so it cannot take part: set \
                 max_prepared_transactions to 64, say, in its postgresql.conf, and start it again",
                url.server()
            ));
        }
        if column(2) == "t" {
            return Err(format!(
                "PostgreSQL at {} is a standby that takes no changes; name the primary",
                url.server()
            ));
        }
        Ok(())
    }

    async fn set_up(&self, place: Place, url: &DatabaseUrl, stock: &Stock) -> Result<(), String> {
        let tell = |failure: Failure| explain(url, &failure);
        self.run(TIME_OUTS).await.map_err(tell)?;
        let answer = self.ask(tables::ARE_THERE).await.map_err(tell)?;
        let are_there = answer.first().and_then(|set| set.first()).and_then(|row| row.get(0));
        if are_there != Some("t") {
            self.run(tables::MAKE).await.map_err(tell)?;
        }
        self.run(&tables::fill(place, stock)).await.map_err(tell)?;
        Ok(())
    }

    /// Runs statements, and tells how many rows each has changed. When the future is first polled, they are on their
    /// way; those of another that is polled after that come behind them.
    pub(super) async fn run(&self, statements: &str) -> Result<Vec<u64>, Failure> {
        let answers = within(self.client.simple_query(statements)).await?;
        let counts = answers.iter().filter_map(|answer| match answer {
            SimpleQueryMessage::CommandComplete(rows) => Some(*rows),
            _ => None,
        });
        Ok(counts.collect())
    }

    /// Asks questions, and returns the rows of each that has any columns.
    pub(super) async fn ask(&self, questions: &str) -> Result<Vec<Vec<SimpleQueryRow>>, Failure> {
        let mut sets: Vec<Vec<SimpleQueryRow>> = Vec::new();
        for answer in within(self.client.simple_query(questions)).await? {
            match answer {
                SimpleQueryMessage::RowDescription(_) => sets.push(Vec::new()),
                SimpleQueryMessage::Row(row) => {
                    if let Some(set) = sets.last_mut() {
                        set.push(row);
                    }
                }
                _ => {}
            }
        }
        Ok(sets)
    }

    /// The first column of the rows of the first question.
    pub(super) async fn ask_for_names(&self, question: &str) -> Result<Vec<String>, Failure> {
        let sets = self.ask(question).await?;
        let rows = sets.into_iter().next().unwrap_or_default();
        Ok(rows.iter().filter_map(|row| row.get(0).map(str::to_owned)).collect())
    }

    /// Whether the connection is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }
}

async fn within<T>(exchange: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
    match timeout(PATIENCE, exchange).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(failure(&error)),
        Err(_) => Err(Failure::Lost),
    }
}

fn failure(error: &Error) -> Failure {
    match error.as_db_error() {
        // The session was ended from outside, or the server stops (class 57P): it may have been in the middle.
        Some(error) if error.code().code().starts_with("57P") => Failure::Lost,
        Some(error) => Failure::Refused(error.code().clone(), error.message().to_owned()),
        None => Failure::Lost,
    }
}

/// Why there is no connection.
fn unreachable(url: &DatabaseUrl, error: &Error) -> String {
    let server = url.server();
    let Some(refusal) = error.as_db_error() else {
        let mut cause: &dyn std::error::Error = error;
        while let Some(deeper) = cause.source() {
            cause = deeper;
        }
        return format!("PostgreSQL at {server} cannot be reached ({cause})");
    };
    let code = refusal.code();
    if [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION].contains(code) {
        return format!(
            "PostgreSQL at {server} does not let {} in ({}); look at the user and the password in the URL",
            url.user(),
            refusal.message()
        );
    }
    if *code == SqlState::INVALID_CATALOG_NAME {
        return format!(
            "PostgreSQL at {server} has no database {}; make one with createdb",
            url.database()
        );
    }
    format!("PostgreSQL at {server} says: {}", refusal.message())
}

/// Why a statement that must succeed did not.
pub(super) fn explain(url: &DatabaseUrl, failure: &Failure) -> String {
    let server = url.server();
    match failure {
        Failure::Refused(code, message) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            format!(
                "PostgreSQL at {server} does not let {} make or change its tables ({message})",
                url.user()
            )
        }
        Failure::Refused(_, message) => format!("PostgreSQL at {server} says: {message}"),
        Failure::Lost => format!("PostgreSQL at {server} hung up, or does not answer"),
    }
}

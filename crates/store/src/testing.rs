//! For tests: the PostgreSQL server that they are told of, and a schema on it for each of them.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "tests stop at the first thing that is not as it should be"
)]

mod gate;

use std::io::Read as _;
use std::sync::atomic::{AtomicU64, Ordering};

use postgres::{Client, NoTls};

pub use gate::Gate;

use crate::DatabaseUrl;

/// How often a schema is dropped while its users are still on their way out, whose locks may be in the way.
const MAX_DROPS: u32 = 5;

/// The PostgreSQL server of this run, if there is one; panics where one must be and is not.
pub fn postgres_server() -> Option<String> {
    let server = setting("INSITU_TEST_POSTGRES_URL").filter(|url| !url.is_empty());
    if server.is_none() && setting("INSITU_REQUIRE_POSTGRES").is_some_and(|value| value == "1") {
        panic!("INSITU_REQUIRE_POSTGRES=1, but INSITU_TEST_POSTGRES_URL names no server");
    }
    server
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests have no command line to be told a server by"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A schema of its own for one test, gone with it.
#[derive(Debug)]
pub struct Schema {
    server: String,
    name: String,
}

impl Schema {
    /// An empty schema on this server.
    pub fn new(server: String) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!(
            "test_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let schema = Self { server, name };
        schema.say(&format!(
            "DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}",
            schema.name
        ));
        schema
    }

    /// Where a database is opened that has this schema for itself.
    pub fn url(&self) -> DatabaseUrl {
        DatabaseUrl::Postgres(self.address())
    }

    /// The same as a text, password and all.
    pub fn address(&self) -> String {
        let join = if self.server.contains('?') { '&' } else { '?' };
        format!(
            "{}{join}options=-csearch_path%3D{name}&application_name={name}",
            self.server,
            name = self.name
        )
    }

    /// Closes every connection that a database of this schema has.
    pub fn close_connections(&self) {
        self.say(&self.closing("pid, 5000"));
    }

    /// Runs SQL inside the schema, behind the store's back.
    pub fn say_in(&self, sql: &str) {
        self.say(&format!("SET search_path = {}; {sql}", self.name));
    }

    /// The number that a query inside the schema answers.
    fn ask_in(&self, sql: &str) -> i64 {
        let ask = |client: &mut Client| {
            client.batch_execute(&format!("SET search_path = {}", self.name))?;
            client.query_one(sql, &[])?.try_get(0)
        };
        self.run(ask).expect("a number")
    }

    fn closing(&self, arguments: &str) -> String {
        format!(
            "SELECT pg_terminate_backend({arguments}) FROM pg_stat_activity WHERE application_name = '{}'",
            self.name
        )
    }

    /// The bytes of every value that its tables hold.
    pub fn contents(&self) -> Vec<u8> {
        let read = |client: &mut Client| {
            let tables = "SELECT tablename FROM pg_tables WHERE schemaname = $1";
            let mut bytes = Vec::new();
            for table in client.query(tables, &[&self.name])? {
                let copy = format!(
                    "COPY {}.{} TO STDOUT (FORMAT binary)",
                    self.name,
                    table.try_get::<_, &str>(0)?
                );
                let mut rows = client.copy_out(&copy)?;
                rows.read_to_end(&mut bytes).expect("rows to their end");
            }
            Ok(bytes)
        };
        self.run(read).expect("a schema that can be read")
    }

    fn say(&self, sql: &str) {
        self.run(|client| client.batch_execute(sql))
            .expect("a server that does as it is told");
    }

    /// On a thread of its own, because the client that blocks may not be used where async code runs.
    fn run<T: Send>(
        &self,
        work: impl FnOnce(&mut Client) -> Result<T, postgres::Error> + Send,
    ) -> Result<T, postgres::Error> {
        let work = || work(&mut Client::connect(&self.server, NoTls)?);
        std::thread::scope(|threads| threads.spawn(work).join()).expect("a client that does not panic")
    }
}

impl Drop for Schema {
    /// Whoever still works on it loses the connection first.
    fn drop(&mut self) {
        // To wait for each of them takes a tenth of a second.
        let sql = format!("{}; DROP SCHEMA {} CASCADE", self.closing("pid"), self.name);
        let dropped = (0..MAX_DROPS).any(|_| self.run(|client| client.batch_execute(&sql)).is_ok());
        assert!(
            dropped || std::thread::panicking(),
            "{} cannot be dropped",
            self.name
        );
    }
}

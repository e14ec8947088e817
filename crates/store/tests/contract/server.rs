//! The PostgreSQL server that the tests are told of, and a schema on it for each of them.

use std::sync::atomic::{AtomicU64, Ordering};

use insitu_store::DatabaseUrl;

/// The PostgreSQL server of this run, if there is one.
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

/// A schema of its own for one test.
pub struct Schema {
    server: String,
    name: String,
}

impl Schema {
    pub fn new(server: String) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!(
            "contract_{}_{}",
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

    pub fn url(&self) -> DatabaseUrl {
        let join = if self.server.contains('?') { '&' } else { '?' };
        format!(
            "{}{join}options=-csearch_path%3D{name}&application_name={name}",
            self.server,
            name = self.name
        )
        .parse()
        .unwrap()
    }

    /// Closes every connection that a database of this schema has.
    pub fn close_connections(&self) {
        self.say(&format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = '{}'",
            self.name
        ));
    }

    /// Runs SQL inside the schema, behind the store's back.
    pub fn say_in(&self, sql: &str) {
        self.say(&format!("SET search_path = {}; {sql}", self.name));
    }

    fn say(&self, sql: &str) {
        let mut client = postgres::Client::connect(&self.server, postgres::NoTls).unwrap();
        client.batch_execute(sql).unwrap();
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        self.say(&format!("DROP SCHEMA {} CASCADE", self.name));
    }
}

//! Counts the commits that may change who may do what, so that whoever remembers rights notices at once.
//!
//! No caller has to think of it: every statement that writes to one of the tables of people and rights is recognized by
//! its first words.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// The tables that decide who is calling and what they may do.
const ACCESS_TABLES: [&str; 7] = [
    "organizations",
    "users",
    "members",
    "sessions",
    "api_keys",
    "projects",
    "project_members",
];

/// The count; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccessChanges(Arc<AtomicU64>);

impl AccessChanges {
    pub(crate) fn count_one(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn counted(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Whether a statement writes to a table that decides about access. One that is not understood does.
pub(crate) fn writes_access(sql: &str) -> bool {
    let mut words = sql.split_ascii_whitespace();
    let table = match (words.next(), words.next()) {
        (Some("SELECT"), _) => return false,
        (Some("UPDATE"), table) => table,
        (Some("INSERT"), Some("INTO")) | (Some("DELETE"), Some("FROM")) => words.next(),
        _ => None,
    };
    table.is_none_or(is_access_table)
}

/// Whether a table decides about access; the text may go on with the list of its columns.
pub(crate) fn is_access_table(text: &str) -> bool {
    let name = text.split('(').next().unwrap_or(text);
    ACCESS_TABLES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_writes_to_people_and_rights_is_recognized() {
        for sql in [
            "UPDATE users SET name = ?2 WHERE id = ?1",
            "INSERT INTO project_members (project) VALUES (?1)",
            "INSERT INTO users(id) VALUES (?1)",
            "DELETE FROM sessions WHERE token_hash = ?1",
            "UPDATE api_keys\n SET revoked_at = ?1",
            "WITH old AS (SELECT 1) DELETE FROM members",
            "REPLACE INTO users VALUES (1)",
            "",
        ] {
            assert!(writes_access(sql), "{sql}");
        }
        for sql in [
            "SELECT id FROM users",
            "SELECT\n id FROM users",
            "INSERT INTO assets (place) SELECT number FROM projects",
            "UPDATE asset_extents SET length = 1",
            "DELETE FROM asset_runs WHERE run = ?1",
        ] {
            assert!(!writes_access(sql), "{sql}");
        }
    }

    /// A new table has to be put on one side or the other.
    #[test]
    fn every_table_of_people_and_projects_counts_or_is_known_not_to() {
        const OTHERS: [&str; 6] = [
            "invitations",
            "sign_in_links",
            "audit_records",
            "batches",
            "storages",
            "external_ids",
        ];
        let migrations = [
            include_str!("../migrations/0001_people.sql"),
            include_str!("../migrations/0002_projects_and_storages.sql"),
        ];
        let tables = migrations
            .iter()
            .flat_map(|text| text.lines())
            .filter_map(|line| line.strip_prefix("CREATE TABLE "))
            .filter_map(|rest| rest.split_whitespace().next());
        for table in tables {
            assert!(is_access_table(table) != OTHERS.contains(&table), "{table}");
        }
    }
}

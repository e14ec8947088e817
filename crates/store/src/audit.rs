//! The record of who did what: only ever appended to.

use insitu_model::{
    audit::AuditAction,
    id::{AuditId, ID_BYTES, OrganizationId, UserId},
};

use crate::{
    Result, Tx,
    limits::{MAX_AUDIT_RECORDS_PER_PAGE, MAX_PAGE_ROWS},
    page::first_id_bytes_at,
    value::{Row, params},
};

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    pub id: AuditId,
    pub organization: OrganizationId,
    /// None where the hub itself acted.
    pub actor: Option<UserId>,
    pub action: AuditAction,
    /// What it was done to, such as `storage:<id>`.
    pub subject: String,
    pub at: i64,
    /// JSON; never a secret.
    pub details: String,
}

/// A record as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub record: AuditRecord,
    /// The actor's name and address; none where the hub acted or the user is gone.
    pub name: Option<String>,
    pub email: Option<String>,
}

/// Which records are wanted: those that fit everything that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub actor: Option<UserId>,
    pub subject: Option<String>,
    /// Any of these; all when there are none.
    pub actions: Vec<AuditAction>,
    /// At this time or later, in milliseconds since 1970.
    pub from: Option<i64>,
    /// Before this time.
    pub to: Option<i64>,
}

/// Records, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub records: Vec<Listed>,
    /// Go on before this record; none: there are no more. A page may be short, or empty, and not the last.
    pub next: Option<AuditId>,
}

/// Appends a record.
pub fn insert(tx: &mut Tx, record: &AuditRecord) -> Result<()> {
    let r = record;
    tx.execute(
        "INSERT INTO audit_records (id, organization, actor, action, subject, at, details)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            &r.id,
            &r.organization,
            r.actor.as_ref(),
            r.action,
            &r.subject,
            r.at,
            &r.details
        ],
    )?;
    Ok(())
}

/// The organization's records that are wanted, newest first, those before `before`.
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter,
    before: Option<AuditId>,
    limit: u32,
) -> Result<Page> {
    let id_at = |ms| AuditId::from_bytes(first_id_bytes_at(ms));
    let before = before.into_iter().chain(filter.to.map(id_at)).min();
    let before = before.unwrap_or(AuditId::from_bytes([0xff; ID_BYTES]));
    let from = filter.from.map_or(AuditId::from_bytes([0; ID_BYTES]), id_at);
    let limit = limit.clamp(1, MAX_PAGE_ROWS) as usize;
    let mut page = Page {
        records: Vec::new(),
        next: None,
    };
    let mut seen = 0;
    let mut last = None;
    let take = |row: &mut Row<'_>| {
        let listed = read(row)?;
        seen += 1;
        last = Some(listed.record.id);
        if filter.wants(&listed.record) {
            page.records.push(listed);
        }
        Ok(page.records.len() < limit)
    };
    let most = MAX_AUDIT_RECORDS_PER_PAGE;
    match (&filter.subject, &filter.actor) {
        (Some(subject), _) => tx.visit(
            &query("a.organization = ?1 AND a.subject = ?5"),
            params![&organization, &from, &before, most, subject],
            take,
        )?,
        (None, Some(actor)) => tx.visit(
            &query("a.organization = ?1 AND a.actor = ?5"),
            params![&organization, &from, &before, most, actor],
            take,
        )?,
        (None, None) => tx.visit(
            &query("a.organization = ?1"),
            params![&organization, &from, &before, most],
            take,
        )?,
    }
    let may_go_on = page.records.len() == limit || seen == most;
    page.next = last.filter(|_| may_go_on);
    Ok(page)
}

fn query(which: &str) -> String {
    format!(
        "SELECT a.id, a.organization, a.actor, a.action, a.subject, a.at, a.details, u.name, u.email
         FROM audit_records a LEFT JOIN users u ON u.id = a.actor
         WHERE {which} AND a.id >= ?2 AND a.id < ?3 ORDER BY a.id DESC LIMIT ?4"
    )
}

impl Filter {
    /// What no index answers.
    fn wants(&self, record: &AuditRecord) -> bool {
        self.actor.is_none_or(|actor| record.actor == Some(actor))
            && (self.actions.is_empty() || self.actions.contains(&record.action))
    }
}

fn read(row: &mut Row<'_>) -> Result<Listed> {
    Ok(Listed {
        record: AuditRecord {
            id: row.next()?,
            organization: row.next()?,
            actor: row.next()?,
            action: row.next()?,
            subject: row.next()?,
            at: row.next()?,
            details: row.next()?,
        },
        name: row.next()?,
        email: row.next()?,
    })
}

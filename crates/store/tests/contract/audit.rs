//! The audit record: appended to, and read newest first, by whatever is asked.

use insitu_model::audit::AuditAction;
use insitu_model::id::{AuditId, OrganizationId, UserId};
use insitu_store::audit::{self, AuditRecord, Filter};
use insitu_store::limits::MAX_AUDIT_RECORDS_PER_PAGE;

use crate::harness::{Store, contract, id};

fn record(
    store: &Store,
    organization: OrganizationId,
    actor: Option<UserId>,
    action: AuditAction,
    subject: &str,
) -> AuditRecord {
    let now = store.tick();
    AuditRecord {
        id: id!(store, AuditId),
        organization,
        actor,
        action,
        subject: subject.to_owned(),
        at: now,
        details: "{}".to_owned(),
    }
}

async fn keep(store: &Store, records: &[AuditRecord]) {
    let records = records.to_vec();
    store
        .write(move |tx| records.iter().try_for_each(|record| audit::insert(tx, record)))
        .await
        .unwrap();
}

/// Everything that is wanted, by pages of this size.
async fn all(store: &Store, organization: OrganizationId, filter: &Filter, limit: u32) -> Vec<AuditRecord> {
    let (mut found, mut before): (Vec<AuditRecord>, Option<AuditId>) = (Vec::new(), None);
    loop {
        let filter = filter.clone();
        let page = store
            .read(move |tx| audit::list(tx, organization, &filter, before, limit))
            .await
            .unwrap();
        found.extend(page.records.into_iter().map(|listed| listed.record));
        match page.next {
            Some(next) => before = Some(next),
            None => return found,
        }
    }
}

contract! {
    async fn the_audit_record_is_read_backwards_by_what_is_asked(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let (other, eve) = store.organization("rival").await;
        let records = [
            record(store, organization, Some(ada), AuditAction::StorageCreated, "storage:1"),
            record(store, organization, None, AuditAction::StorageVerified, "storage:1"),
            record(store, organization, Some(ada), AuditAction::ProjectCreated, "project:1"),
            record(store, organization, Some(eve), AuditAction::ProjectArchived, "project:1"),
            record(store, organization, Some(ada), AuditAction::StorageDeleted, "storage:2"),
        ];
        keep(store, &records).await;
        keep(store, &[record(store, other, Some(eve), AuditAction::StorageDeleted, "storage:1")]).await;
        let expected = |which: &[usize]| which.iter().map(|n| records[*n].clone()).collect::<Vec<_>>();
        let subject = |text: &str| Filter { subject: Some(text.to_owned()), ..Filter::default() };
        let actions = |actions: &[AuditAction]| Filter { actions: actions.to_vec(), ..Filter::default() };
        let filters = [
            (Filter::default(), expected(&[4, 3, 2, 1, 0])),
            (subject("storage:1"), expected(&[1, 0])),
            (subject("storage"), expected(&[])),
            (Filter { actor: Some(ada), ..Filter::default() }, expected(&[4, 2, 0])),
            (Filter { actor: Some(ada), ..subject("storage:1") }, expected(&[0])),
            (actions(&[AuditAction::StorageCreated, AuditAction::ProjectArchived]), expected(&[3, 0])),
            (Filter { actor: Some(eve), ..actions(&[AuditAction::StorageDeleted]) }, expected(&[])),
            (Filter { from: Some(records[1].at), to: Some(records[3].at), ..Filter::default() }, expected(&[2, 1])),
            (Filter { to: Some(records[1].at), ..subject("storage:1") }, expected(&[0])),
        ];
        for (filter, expected) in filters {
            for limit in [1, 2, 100] {
                assert_eq!(all(store, organization, &filter, limit).await, expected, "{filter:?} by {limit}");
            }
        }
        let page = store.read(move |tx| audit::list(tx, organization, &Filter::default(), None, 9)).await.unwrap();
        let names: Vec<_> = page.records.iter().map(|listed| listed.email.as_deref()).collect();
        let (ada, eve) = (Some("acme@example.com"), Some("rival@example.com"));
        assert_eq!(names, [ada, eve, ada, None, ada]);
        assert_eq!(page.next, None, "a short page is the last");
    }
}

contract! {
    async fn a_filter_of_the_audit_record_that_finds_little_is_answered_in_parts(store: &Store) {
        let (organization, ada) = store.organization("acme").await;
        let wanted = record(store, organization, Some(ada), AuditAction::ApiKeyCreated, "api_key:1");
        let mut records = vec![wanted.clone()];
        for _ in 0..MAX_AUDIT_RECORDS_PER_PAGE {
            records.push(record(store, organization, Some(ada), AuditAction::StorageVerified, "storage:1"));
        }
        keep(store, &records).await;
        let filter = Filter { actions: vec![AuditAction::ApiKeyCreated], ..Filter::default() };
        let asked = filter.clone();
        let page = store.read(move |tx| audit::list(tx, organization, &asked, None, 10)).await.unwrap();
        assert_eq!((page.records.len(), page.next.is_some()), (0, true), "it does not read on and on");
        assert_eq!(all(store, organization, &filter, 10).await, [wanted]);
    }
}

//! The record of signed URLs: kept once, read newest first, by whatever is asked, and removed by age.

use insitu_model::id::{AssetId, OrganizationId, ProjectId, UrlRecordId, UserId};
use insitu_model::url_record::UrlPurpose;
use insitu_store::limits::{MAX_URL_RECORD_ASSETS_PER_PAGE, MAX_URL_RECORDS_PER_PAGE};
use insitu_store::organizations;
use insitu_store::url_records::{self, Filter, Page, UrlRecord};

use crate::harness::{Store, contract, id};

struct Place {
    organization: OrganizationId,
    owner: UserId,
    project: ProjectId,
}

async fn place(store: &Store, name: &str) -> Place {
    let (organization, owner) = store.organization(name).await;
    let project = store.project(organization, "p").await;
    Place {
        organization,
        owner,
        project,
    }
}

impl Place {
    fn record(&self, store: &Store, assets: &[AssetId]) -> UrlRecord {
        let now = store.tick();
        UrlRecord {
            id: id!(store, UrlRecordId),
            organization: self.organization,
            project: Some(self.project),
            user: self.owner,
            api_key: None,
            address: Some("192.0.2.7".to_owned()),
            expires_at: now + 900_000,
            purpose: UrlPurpose::Assets,
            object: None,
            assets: assets.to_vec(),
        }
    }
}

async fn keep(store: &Store, records: &[UrlRecord]) {
    let records = records.to_vec();
    store
        .write(move |tx| url_records::insert(tx, &records))
        .await
        .unwrap();
}

async fn page(
    store: &Store,
    organization: OrganizationId,
    filter: Filter,
    before: Option<UrlRecordId>,
    limit: u32,
) -> Page {
    store
        .read(move |tx| url_records::list(tx, organization, &filter, before, limit))
        .await
        .unwrap()
}

/// Everything that is wanted, by pages of this size.
async fn all(store: &Store, organization: OrganizationId, filter: Filter, limit: u32) -> Vec<UrlRecord> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = page(store, organization, filter.clone(), before, limit).await;
        found.extend(page.records.into_iter().map(|listed| listed.record));
        before = page.next;
        if before.is_none() {
            return found;
        }
    }
}

contract! {
    async fn records_come_back_as_they_were_newest_first_and_once(store: &Store) {
        let acme = place(store, "acme").await;
        let assets = [id!(store, AssetId), id!(store, AssetId)];
        let first = acme.record(store, &assets);
        let second = UrlRecord {
            api_key: Some(id!(store, ApiKeyId)),
            address: None,
            purpose: UrlPurpose::Address,
            object: Some("https://photos.s3.amazonaws.com/a.jpg".to_owned()),
            ..acme.record(store, &[])
        };
        keep(store, &[first.clone(), second.clone()]).await;
        keep(store, std::slice::from_ref(&first)).await;
        let found = page(store, acme.organization, Filter::default(), None, 10).await;
        assert_eq!(found.next, None);
        assert_eq!(found.records[0].email.as_deref(), Some("acme@example.com"));
        let found: Vec<_> = found.records.into_iter().map(|listed| listed.record).collect();
        assert_eq!(found, [second, first]);
    }
}

contract! {
    async fn nobody_reads_those_of_another_organization(store: &Store) {
        let (acme, rival) = (place(store, "acme").await, place(store, "rival").await);
        keep(store, &[acme.record(store, &[])]).await;
        assert_eq!(all(store, rival.organization, Filter::default(), 10).await, []);
        let theirs = Filter { user: Some(acme.owner), ..Filter::default() };
        assert_eq!(all(store, rival.organization, theirs, 10).await, []);
    }
}

contract! {
    async fn pages_follow_each_other_without_gap_or_repetition(store: &Store) {
        let acme = place(store, "acme").await;
        let records: Vec<_> = (0..7).map(|_| acme.record(store, &[])).collect();
        keep(store, &records).await;
        let expected: Vec<_> = records.into_iter().rev().collect();
        for limit in [1, 2, 3, 7, 100] {
            assert_eq!(all(store, acme.organization, Filter::default(), limit).await, expected, "{limit}");
        }
    }
}

contract! {
    async fn each_filter_finds_what_fits_and_all_of_them_together(store: &Store) {
        let acme = place(store, "acme").await;
        let other_project = store.project(acme.organization, "q").await;
        let other_user = store.user("grace@example.com").await;
        let (asset, another) = (id!(store, AssetId), id!(store, AssetId));
        let one = acme.record(store, &[another, asset]);
        let two = UrlRecord { project: Some(other_project), ..acme.record(store, &[another]) };
        let three = UrlRecord { user: other_user, ..acme.record(store, &[asset]) };
        keep(store, &[one.clone(), two.clone(), three.clone()]).await;
        let none = Filter::default();
        let cases = [
            (Filter { user: Some(acme.owner), ..none.clone() }, vec![two.clone(), one.clone()]),
            (Filter { project: Some(other_project), ..none.clone() }, vec![two.clone()]),
            (Filter { assets: Some(vec![asset]), ..none.clone() }, vec![three.clone(), one.clone()]),
            (Filter { from: Some(two.id.created_ms()), ..none.clone() }, vec![three.clone(), two.clone()]),
            (Filter { to: Some(two.id.created_ms()), ..none.clone() }, vec![one.clone()]),
            (Filter { user: Some(acme.owner), assets: Some(vec![asset]), ..none.clone() }, vec![one.clone()]),
            (Filter { user: Some(other_user), project: Some(other_project), ..none }, vec![]),
        ];
        for (filter, expected) in cases {
            assert_eq!(all(store, acme.organization, filter.clone(), 1).await, expected, "{filter:?}");
        }
    }
}

contract! {
    async fn those_of_a_purpose_and_of_an_address_are_found_among_all_others(store: &Store) {
        let acme = place(store, "acme").await;
        let other_user = store.user("grace@example.com").await;
        let elsewhere = Some("2001:db8::7".to_owned());
        let one = acme.record(store, &[]);
        let two = UrlRecord { purpose: UrlPurpose::Upload, address: elsewhere.clone(), ..acme.record(store, &[]) };
        let three = UrlRecord { purpose: UrlPurpose::Test, address: None, ..acme.record(store, &[]) };
        let four = UrlRecord { user: other_user, address: elsewhere.clone(), ..acme.record(store, &[]) };
        keep(store, &[one.clone(), two.clone(), three.clone(), four.clone()]).await;
        let none = Filter::default();
        let of = |purposes: &[UrlPurpose]| Filter { purposes: purposes.to_vec(), ..none.clone() };
        let from_there = Filter { address: elsewhere, ..none.clone() };
        let cases = [
            (of(&[UrlPurpose::Upload]), vec![two.clone()]),
            (of(&[UrlPurpose::Test, UrlPurpose::Upload]), vec![three.clone(), two.clone()]),
            (of(&[UrlPurpose::Export]), vec![]),
            (from_there.clone(), vec![four.clone(), two.clone()]),
            (Filter { address: Some("192.0.2.7".to_owned()), ..none.clone() }, vec![one.clone()]),
            (Filter { address: Some("192.0.2".to_owned()), ..none.clone() }, vec![]),
            // Either index may lead the way: the others hold all the same.
            (Filter { user: Some(other_user), ..from_there.clone() }, vec![four.clone()]),
            (Filter { purposes: vec![UrlPurpose::Assets], user: Some(acme.owner), ..from_there.clone() }, vec![]),
            (Filter { to: Some(four.id.created_ms()), ..from_there }, vec![two]),
        ];
        for (filter, expected) in cases {
            assert_eq!(all(store, acme.organization, filter.clone(), 1).await, expected, "{filter:?}");
        }
    }
}

contract! {
    async fn a_page_ends_where_its_records_name_many_assets(store: &Store) {
        let acme = place(store, "acme").await;
        let asset = id!(store, AssetId);
        let many = vec![asset; MAX_URL_RECORD_ASSETS_PER_PAGE / 2];
        let records: Vec<_> = (0..3).map(|_| acme.record(store, &many)).collect();
        keep(store, &records).await;
        let first = page(store, acme.organization, Filter::default(), None, 100).await;
        assert_eq!((first.records.len(), first.next), (2, Some(records[1].id)));
        let second = page(store, acme.organization, Filter::default(), first.next, 100).await;
        assert_eq!((second.records.len(), second.next), (1, None));
    }
}

contract! {
    async fn a_record_may_concern_no_project(store: &Store) {
        let acme = place(store, "acme").await;
        let of_project = acme.record(store, &[]);
        let of_none = UrlRecord { project: None, purpose: UrlPurpose::Test, ..acme.record(store, &[]) };
        keep(store, &[of_project.clone(), of_none.clone()]).await;
        let found = all(store, acme.organization, Filter::default(), 10).await;
        assert_eq!(found, [of_none, of_project.clone()]);
        let filter = Filter { project: of_project.project, ..Filter::default() };
        assert_eq!(all(store, acme.organization, filter, 10).await, [of_project]);
    }
}

contract! {
    async fn a_filter_that_finds_little_is_answered_in_parts(store: &Store) {
        let acme = place(store, "acme").await;
        let asset = id!(store, AssetId);
        let wanted = acme.record(store, &[asset]);
        let mut records = vec![wanted.clone()];
        records.extend((0..MAX_URL_RECORDS_PER_PAGE).map(|_| acme.record(store, &[])));
        keep(store, &records).await;
        let filter = Filter { assets: Some(vec![asset]), ..Filter::default() };
        let first = page(store, acme.organization, filter.clone(), None, 10).await;
        assert_eq!(first.records, []);
        let second = page(store, acme.organization, filter, first.next, 10).await;
        assert_eq!((second.records[0].record.clone(), second.next), (wanted, None));
    }
}

contract! {
    async fn the_old_ones_of_one_organization_are_removed(store: &Store) {
        let (acme, rival) = (place(store, "acme").await, place(store, "rival").await);
        let (old, foreign, young) = (acme.record(store, &[]), rival.record(store, &[]), acme.record(store, &[]));
        keep(store, &[old, foreign.clone(), young.clone()]).await;
        let (organization, than) = (acme.organization, young.id.created_ms());
        let has_more = store.write(move |tx| url_records::remove_older(tx, organization, than)).await.unwrap();
        assert!(!has_more);
        assert_eq!(all(store, acme.organization, Filter::default(), 10).await, [young]);
        assert_eq!(all(store, rival.organization, Filter::default(), 10).await, [foreign]);
    }
}

contract! {
    async fn an_organization_says_how_long_its_own_are_kept(store: &Store) {
        let (acme, rival) = (place(store, "acme").await, place(store, "rival").await);
        let organization = acme.organization;
        for days in [Some(7), None, Some(365)] {
            store.write(move |tx| organizations::set_url_record_days(tx, organization, days)).await.unwrap();
            let found = store.read(move |tx| organizations::url_record_days(tx, organization)).await.unwrap();
            assert_eq!(found, days);
        }
        let mut each = store.read(organizations::all_url_record_days).await.unwrap();
        each.sort();
        assert_eq!(each, [(acme.organization, Some(365)), (rival.organization, None)]);
    }
}

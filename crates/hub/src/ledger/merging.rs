//! Records of the same moment become one: many requests of one client are then a row of the database in each
//! millisecond instead of a row each.

use insitu_store::url_records::UrlRecord;

use super::MAX_ASSETS_PER_RECORD;
use super::line::is_alike;

/// How far back is looked for a record of the same moment: others' lines stand in between.
const NEAR: usize = 64;

/// The same records, those of the same millisecond that differ in nothing but their assets as one, under the id of the
/// first. It depends on nothing else: whoever does it again comes to the same.
pub(super) fn merged(records: Vec<UrlRecord>) -> Vec<UrlRecord> {
    let mut rows: Vec<UrlRecord> = Vec::new();
    for mut record in records {
        let near = rows.len().saturating_sub(NEAR);
        match rows[near..].iter_mut().rev().find(|row| takes(row, &record)) {
            Some(row) => row.assets.append(&mut record.assets),
            None => rows.push(record),
        }
    }
    rows
}

fn takes(row: &UrlRecord, record: &UrlRecord) -> bool {
    row.id.created_ms() == record.id.created_ms()
        && is_alike(row, record)
        // What was named by its address stands alone.
        && record.object.is_none()
        && row.assets.len() + record.assets.len() <= MAX_ASSETS_PER_RECORD
}

#[cfg(test)]
mod tests {
    use insitu_model::id::{ApiKeyId, AssetId, ImportId, OrganizationId, ProjectId, UrlRecordId, UserId};
    use insitu_model::url_record::UrlPurpose;

    use super::*;

    /// The `n`th record of this millisecond, of one asset.
    fn record(ms: u8, n: u8) -> UrlRecord {
        UrlRecord {
            id: UrlRecordId::from_bytes([0, 0, 0, 0, 0, ms, n, 0, 0, 0, 0, 0]),
            organization: OrganizationId::from_bytes([1; 12]),
            project: Some(ProjectId::from_bytes([2; 12])),
            user: UserId::from_bytes([3; 12]),
            api_key: None,
            address: Some("192.0.2.7".to_owned()),
            expires_at: 1_800_000_000_000,
            purpose: UrlPurpose::Assets,
            object: None,
            assets: vec![AssetId::of_import(ImportId::from_bytes([7; 12]), u32::from(n))],
        }
    }

    #[test]
    fn those_of_one_client_in_one_millisecond_are_one_and_no_asset_is_lost() {
        let rows = merged(vec![record(1, 1), record(2, 2), record(1, 3), record(2, 4)]);
        let both = |ms, first, second| UrlRecord {
            assets: [record(ms, first).assets, record(ms, second).assets].concat(),
            ..record(ms, first)
        };
        assert_eq!(rows, [both(1, 1, 3), both(2, 2, 4)]);
    }

    #[test]
    fn whatever_differs_keeps_them_apart() {
        let other = |change: fn(&mut UrlRecord)| {
            let mut changed = record(1, 2);
            change(&mut changed);
            changed
        };
        for changed in [
            other(|r| r.organization = OrganizationId::from_bytes([9; 12])),
            other(|r| r.project = None),
            other(|r| r.user = UserId::from_bytes([9; 12])),
            other(|r| r.api_key = Some(ApiKeyId::from_bytes([9; 12]))),
            other(|r| r.address = None),
            other(|r| r.expires_at += 1),
            other(|r| r.purpose = UrlPurpose::Task),
            other(|r| r.object = Some("https://b.example/a.jpg".to_owned())),
            record(2, 2),
        ] {
            let both = vec![record(1, 1), changed];
            assert_eq!(merged(both.clone()), both);
        }
        let named = vec![
            other(|r| r.object = Some("a".to_owned())),
            other(|r| r.object = Some("a".to_owned())),
        ];
        assert_eq!(merged(named.clone()), named);
    }

    #[test]
    fn none_grows_beyond_what_one_answer_can_hold() {
        let mut large = record(1, 1);
        large.assets = vec![large.assets[0]; MAX_ASSETS_PER_RECORD];
        let rows = merged(vec![large.clone(), record(1, 2), record(1, 3)]);
        assert_eq!(rows.len(), 2);
        assert_eq!((&rows[0], rows[1].assets.len()), (&large, 2));
    }
}

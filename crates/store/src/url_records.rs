//! The record of signed URLs: who was handed them, for what, from when until when. Nothing is ever changed in it.

use insitu_model::{
    id::{ApiKeyId, AssetId, ID_BYTES, OrganizationId, ProjectId, UrlRecordId, UserId},
    url_record::{NamedObjects, UrlPurpose, pack_assets, unpack_assets},
};

use crate::{
    Result, Tx,
    limits::{
        MAX_PAGE_ROWS, MAX_URL_RECORD_ASSETS_PER_PAGE, MAX_URL_RECORDS_PER_PAGE, MAX_URL_RECORDS_PER_REMOVAL,
    },
    page::first_id_bytes_at,
    value::{Row, params},
};

/// Stands in the column of the project where there is none.
const NO_PROJECT: ProjectId = ProjectId::from_bytes([0; ID_BYTES]);

/// URLs that were handed out to one caller at the same time, to the millisecond, and end at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlRecord {
    /// Made when they were handed out: its time is theirs.
    pub id: UrlRecordId,
    pub organization: OrganizationId,
    /// None where a storage itself was tried.
    pub project: Option<ProjectId>,
    pub user: UserId,
    /// The key that the user came with; none for a session.
    pub api_key: Option<ApiKeyId>,
    /// Where the request came from, where that is known.
    pub address: Option<String>,
    /// When the URLs end.
    pub expires_at: i64,
    pub purpose: UrlPurpose,
    /// What was named by its address instead of an asset.
    pub object: Option<String>,
    pub assets: Vec<AssetId>,
}

/// A record as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub record: UrlRecord,
    /// The user's address and name; none where the user is gone.
    pub email: Option<String>,
    pub name: Option<String>,
}

/// Which records are wanted: those that fit everything that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub user: Option<UserId>,
    pub project: Option<ProjectId>,
    /// Any of these.
    pub assets: Option<Vec<AssetId>>,
    /// What those assets are, by whose addresses URLs may have been asked for as well.
    pub objects: NamedObjects,
    /// Any of these; none: whatever for.
    pub purposes: Vec<UrlPurpose>,
    /// Where the request came from.
    pub address: Option<String>,
    /// Handed out at this time or later, in milliseconds since 1970.
    pub from: Option<i64>,
    /// Handed out before this time.
    pub to: Option<i64>,
}

/// Records, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub records: Vec<Listed>,
    /// Go on before this record; none: there are no more. A page may be short, or empty, and not the last.
    pub next: Option<UrlRecordId>,
}

/// Keeps records. Of those that are there already the assets are what is said now: another version of the hub, which
/// merges others, may have been killed while it kept them.
pub fn insert(tx: &mut Tx, records: &[UrlRecord]) -> Result<()> {
    for r in records {
        tx.execute(
            "INSERT INTO url_records (organization, id, project, user_id, api_key, address, expires_at, purpose, object, assets)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) 
             ON CONFLICT (organization, id) DO UPDATE SET assets = excluded.assets WHERE url_records.assets <> excluded.assets",
            params![
                &r.organization,
                &r.id,
                &r.project.unwrap_or(NO_PROJECT),
                &r.user,
                r.api_key.as_ref(),
                r.address.as_ref(),
                r.expires_at,
                r.purpose,
                r.object.as_ref(),
                &pack_assets(&r.assets)
            ],
        )?;
    }
    Ok(())
}

/// The organization's records that are wanted, newest first, those before `before`. An index finds those of an address,
/// a user and a time; for what else is wanted, so many are looked at for a page and no more.
pub fn list(
    tx: &mut Tx,
    organization: OrganizationId,
    filter: &Filter,
    before: Option<UrlRecordId>,
    limit: u32,
) -> Result<Page> {
    let to = filter.to.map(first_id_at);
    let before = before.into_iter().chain(to).min();
    let before = before.unwrap_or(UrlRecordId::from_bytes([0xff; ID_BYTES]));
    let from = filter
        .from
        .map_or(UrlRecordId::from_bytes([0; ID_BYTES]), first_id_at);
    let limit = limit.clamp(1, MAX_PAGE_ROWS) as usize;
    let mut page = Page {
        records: Vec::new(),
        next: None,
    };
    let mut seen = 0;
    let mut last = None;
    let mut assets = 0;
    let take = |row: &mut Row<'_>| {
        let listed = read(row)?;
        seen += 1;
        last = Some(listed.record.id);
        if filter.wants(&listed.record) {
            assets += listed.record.assets.len();
            page.records.push(listed);
        }
        Ok(page.records.len() < limit && assets < MAX_URL_RECORD_ASSETS_PER_PAGE)
    };
    let of_time = params![&organization, &from, &before, MAX_URL_RECORDS_PER_PAGE];
    // By what names the fewest.
    match (&filter.address, &filter.user) {
        (Some(address), _) => {
            let params = [&of_time[..], &params![address.as_str()][..]].concat();
            tx.visit(&by("AND r.address = ?5"), &params, take)?;
        }
        (None, Some(user)) => {
            let params = [&of_time[..], &params![user][..]].concat();
            tx.visit(&by("AND r.user_id = ?5"), &params, take)?;
        }
        (None, None) => tx.visit(&by(""), of_time, take)?,
    }
    let is_full = page.records.len() == limit || assets >= MAX_URL_RECORD_ASSETS_PER_PAGE;
    let may_go_on = is_full || seen == MAX_URL_RECORDS_PER_PAGE;
    page.next = last.filter(|_| may_go_on);
    Ok(page)
}

/// Removes some of the organization's records from before this time; whether there may be more.
pub fn remove_older(tx: &mut Tx, organization: OrganizationId, than: i64) -> Result<bool> {
    let removed = tx.execute(
        "DELETE FROM url_records WHERE organization = ?1 AND id IN (
             SELECT id FROM url_records WHERE organization = ?1 AND id < ?2 ORDER BY id LIMIT ?3)",
        params![&organization, &first_id_at(than), MAX_URL_RECORDS_PER_REMOVAL],
    )?;
    Ok(removed == u64::from(MAX_URL_RECORDS_PER_REMOVAL))
}

impl Filter {
    /// What the index that leads the way does not answer.
    fn wants(&self, record: &UrlRecord) -> bool {
        self.project.is_none_or(|project| Some(project) == record.project)
            && self.user.is_none_or(|user| user == record.user)
            && (self.purposes.is_empty() || self.purposes.contains(&record.purpose))
            && self
                .assets
                .as_ref()
                .is_none_or(|wanted| self.is_about_one_of(wanted, record))
    }

    fn is_about_one_of(&self, wanted: &[AssetId], record: &UrlRecord) -> bool {
        let object = record.object.as_deref();
        wanted.iter().any(|asset| record.assets.contains(asset))
            || object.is_some_and(|object| self.objects.have(object))
    }
}

/// The records of a time that fulfil what an index serves.
fn by(condition: &str) -> String {
    format!(
        "SELECT r.organization, r.id, r.project, r.user_id, r.api_key, r.address, r.expires_at, r.purpose,
                r.object, r.assets, u.email, u.name
         FROM url_records r LEFT JOIN users u ON u.id = r.user_id
         WHERE r.organization = ?1 AND r.id >= ?2 AND r.id < ?3 {condition}
         ORDER BY r.id DESC LIMIT ?4"
    )
}

fn first_id_at(ms: i64) -> UrlRecordId {
    UrlRecordId::from_bytes(first_id_bytes_at(ms))
}

fn read(row: &mut Row<'_>) -> Result<Listed> {
    let record = UrlRecord {
        organization: row.next()?,
        id: row.next()?,
        project: Some(row.next()?).filter(|project| *project != NO_PROJECT),
        user: row.next()?,
        api_key: row.next()?,
        address: row.next()?,
        expires_at: row.next()?,
        purpose: row.next()?,
        object: row.next()?,
        assets: {
            let packed: Vec<u8> = row.next()?;
            unpack_assets(&packed).ok_or_else(|| row.unexpected())?
        },
    };
    Ok(Listed {
        record,
        email: row.next()?,
        name: row.next()?,
    })
}

//! The ledger: every signed URL is on record before it is handed out, and a hub that cannot write that down signs
//! nothing.
//!
//! A record is one line in a journal of this hub, written in one step, together with those that arrive meanwhile, and
//! left to the system to bring to the disk: it costs microseconds and survives the death of the process. About once a
//! second a keeper moves the records into the database, those of one caller and one millisecond as one, or makes the
//! journal durable where the database takes nothing. What a power cut takes is the last second or so, with its answers.

mod journal;
mod keeper;
mod line;
mod merging;
mod pool;
mod repeated;
mod writing;

use axum::http::StatusCode;
use insitu_model::id::{ApiKeyId, AssetId, OrganizationId, ProjectId, UserId};
use insitu_model::url_record::UrlPurpose;
use insitu_store::exports::NewExport;
use insitu_store::url_records::UrlRecord;

pub use self::keeper::{Unsettled, expire, keep, settle, take_over};
use self::repeated::ToWhom;
pub use self::writing::Ledger;
use crate::auth::access::{OnProject, Org};
use crate::auth::peer::Peer;
use crate::cloud_access::{AssetUrl, Unsigned};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// Assets of one record: as many as one request can ask for.
const MAX_ASSETS_PER_RECORD: usize = 1000;

/// Who is handed signed URLs.
#[derive(Debug, Clone)]
pub struct Holder {
    organization: OrganizationId,
    project: Option<ProjectId>,
    user: UserId,
    api_key: Option<ApiKeyId>,
    peer: Peer,
}

impl Holder {
    /// Whoever proved a right in a project, at this address.
    pub fn new<R>(access: &OnProject<R>, peer: Peer) -> Self {
        Self {
            organization: access.organization,
            project: Some(access.project),
            user: access.caller.user,
            api_key: access.caller.api_key(),
            peer,
        }
    }

    /// Who it is.
    pub fn user(&self) -> UserId {
        self.user
    }

    /// Whoever proved a right in an organization: no project is concerned.
    pub fn in_organization<R>(access: &Org<R>, peer: Peer) -> Self {
        Self {
            organization: access.organization,
            project: None,
            user: access.caller.user,
            api_key: access.caller.api_key(),
            peer,
        }
    }

    /// Whoever ordered an export, at the address that they ordered it from. From where it is fetched and how often,
    /// nobody knows when it is written.
    pub fn of_export(export: &NewExport) -> Self {
        Self {
            organization: export.organization,
            project: Some(export.project),
            user: export.created_by,
            api_key: export.api_key,
            peer: Peer(export.address.as_deref().and_then(|address| address.parse().ok())),
        }
    }

    fn to_whom(&self) -> ToWhom {
        (self.user, self.api_key, self.peer.0)
    }

    fn record(&self, hub: &Hub, purpose: UrlPurpose, expires_at_ms: i64) -> UrlRecord {
        UrlRecord {
            id: hub.ledger.new_id(&*hub.clock, &*hub.random),
            organization: self.organization,
            project: self.project,
            user: self.user,
            api_key: self.api_key,
            address: self.peer.0.map(|address| address.to_string()),
            expires_at: expires_at_ms,
            purpose,
            object: None,
            assets: Vec::new(),
        }
    }
}

/// Writes down which assets these URLs open. Public addresses are not signed and not written down.
pub fn note_assets(
    hub: &Hub,
    holder: &Holder,
    purpose: UrlPurpose,
    signed: &[(AssetId, Result<AssetUrl, Unsigned>)],
) -> ApiResult<()> {
    // URLs of one storage end together, so that there are few records of one answer, mostly one.
    let mut records: Vec<UrlRecord> = Vec::new();
    for (id, url) in signed {
        let Ok(AssetUrl {
            expires_at_ms: Some(expires_at_ms),
            ..
        }) = url
        else {
            continue;
        };
        match records
            .iter_mut()
            .find(|record| record.expires_at == *expires_at_ms)
        {
            Some(record) => record.assets.push(*id),
            None => {
                let mut record = holder.record(hub, purpose, *expires_at_ms);
                record.assets.push(*id);
                records.push(record);
            }
        }
    }
    write(hub, records)
}

/// Writes down which assets the links of an export open, a record for so many. Blocks.
pub fn note_export(
    hub: &Hub,
    holder: &Holder,
    assets: &[AssetId],
    expires_at_ms: i64,
) -> std::io::Result<()> {
    let record = |assets: &[AssetId]| UrlRecord {
        assets: assets.to_vec(),
        ..holder.record(hub, UrlPurpose::Export, expires_at_ms)
    };
    let records: Vec<UrlRecord> = assets.chunks(MAX_ASSETS_PER_RECORD).map(record).collect();
    hub.ledger.write(records)
}

/// Writes down what a URL opens or fills that was asked for by an address. Of the URL everything is kept that names
/// the object, and nothing that opens it.
pub fn note_url(
    hub: &Hub,
    holder: &Holder,
    purpose: UrlPurpose,
    url: &str,
    expires_at_ms: i64,
) -> ApiResult<()> {
    let record = UrlRecord {
        object: Some(named_object(url)),
        ..holder.record(hub, purpose, expires_at_ms)
    };
    write(hub, vec![record])
}

/// Writes down which links were handed out with a list. Whoever looks at it again within the hour, from the same
/// address, is handed the same ones, which is one record.
pub fn note_links(
    hub: &Hub,
    holder: &Holder,
    purpose: UrlPurpose,
    links: &[Option<AssetUrl>],
) -> ApiResult<()> {
    let now_ms = hub.clock.now_ms();
    let is_new = |link: &AssetUrl| !hub.ledger.repeated.knows(&holder.to_whom(), link, now_ms);
    let new: Vec<Option<AssetUrl>> = links.iter().map(|link| link.clone().filter(is_new)).collect();
    note_urls(hub, holder, purpose, &new)?;
    for link in new.iter().flatten() {
        hub.ledger.repeated.note(&holder.to_whom(), link, now_ms);
    }
    Ok(())
}

/// Writes down what many URLs open that were asked for by address, at once.
pub fn note_urls(
    hub: &Hub,
    holder: &Holder,
    purpose: UrlPurpose,
    signed: &[Option<AssetUrl>],
) -> ApiResult<()> {
    let ending = signed.iter().flatten();
    let records: Vec<UrlRecord> = ending
        .filter_map(|url| {
            let record = holder.record(hub, purpose, url.expires_at_ms?);
            Some(UrlRecord {
                object: Some(named_object(&url.url)),
                ..record
            })
        })
        .collect();
    write(hub, records)
}

fn write(hub: &Hub, records: Vec<UrlRecord>) -> ApiResult<()> {
    hub.ledger.write(records).map_err(|error| {
        tracing::error!(%error, "signed URLs could not be written down, so none are handed out");
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "ledger.unavailable",
            "The hub cannot write down who is handed which signed URL, so it hands out none. Try again; the operator finds the cause in the hub's log (a full disk, mostly).",
        )
    })
}

/// A signed URL without its query, except for the version that it names.
fn named_object(url: &str) -> String {
    const VERSION: &str = "versionId=";
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    match query.split('&').find(|pair| pair.starts_with(VERSION)) {
        Some(version) => format!("{address}?{version}"),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::named_object;

    #[test]
    fn of_a_url_what_names_the_object_is_kept_and_what_opens_it_is_not() {
        let address = "https://b.s3.amazonaws.com/a%3Fb.jpg";
        assert_eq!(named_object(address), address);
        let signed = format!("{address}?X-Amz-Signature=secret&versionId=v1&X-Amz-Security-Token=t");
        assert_eq!(named_object(&signed), format!("{address}?versionId=v1"));
        let link = "http://hub.test/v2/files/p/assets/a.jpg?expires=1&signature=secret";
        assert_eq!(named_object(link), "http://hub.test/v2/files/p/assets/a.jpg");
    }
}

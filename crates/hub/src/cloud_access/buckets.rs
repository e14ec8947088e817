//! The buckets of a storage that are known without asking AWS for more rights than a storage needs.

use std::collections::BTreeSet;

use insitu_model::address::Address;
use insitu_model::id::{OrganizationId, StorageId};
use insitu_store::{assets, imports, storages};
use serde::Deserialize;

use super::ReachedStorage;
use crate::error::ApiResult;
use crate::hub::Hub;

/// Imports of folders that are looked at.
const IMPORTS_MAX: u32 = 100;

/// What an import's source says of its bucket.
#[derive(Deserialize)]
struct Listed {
    bucket: String,
}

/// Those that the storage's prefixes name, as it reaches no other; without prefixes, those that its assets and imports
/// name, but for those of which the server said that they are not there.
pub async fn buckets_of(
    hub: &Hub,
    organization: OrganizationId,
    storage: StorageId,
) -> ApiResult<Vec<String>> {
    let reached = ReachedStorage::get(hub, organization, storage).await?;
    let mut found: BTreeSet<String> = reached
        .prefixes
        .iter()
        .map(|prefix| prefix.bucket().to_string())
        .collect();
    if !found.is_empty() {
        return Ok(found.into_iter().collect());
    }
    let (stored, samples, sources) = hub
        .db
        .read(move |tx| {
            let stored = storages::get(tx, organization, storage)?;
            let samples = assets::samples(tx, organization, storage)?;
            let sources = imports::sources(tx, organization, storage, IMPORTS_MAX)?;
            Ok::<_, insitu_store::Error>((stored, samples, sources))
        })
        .await?;
    found.extend(stored.buckets);
    for sample in samples {
        // An address that cannot be read any more says nothing.
        if let Ok(parsed) = Address::parse_with(&sample, reached.endpoint.as_ref())
            && let Address::Object(object) = parsed.address
        {
            found.insert(object.bucket().to_string());
        }
    }
    let listed = sources
        .iter()
        .filter_map(|source| serde_json::from_str::<Listed>(source).ok());
    found.extend(listed.map(|listed| listed.bucket));
    for missing in stored.seen.iter().filter(|seen| !seen.is_there) {
        found.remove(&missing.bucket);
    }
    Ok(found.into_iter().collect())
}

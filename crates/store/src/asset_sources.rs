//! Where an organization's assets lie, as its lists named it: buckets of storages, and origins of public addresses.

use std::collections::HashMap;

use insitu_model::id::{OrganizationId, StorageId};

use crate::{Result, Tx, limits::MAX_SOURCES_PER_STORAGE, value::params};

/// A bucket of a storage, or the origin of a public address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    /// None: public.
    pub storage: Option<StorageId>,
    /// A bucket's name, or an origin such as `https://example.com`.
    pub text: String,
}

/// What is known of the places of an organization's public assets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicOrigins {
    /// These and no others.
    These(Vec<String>),
    /// Too many to name, or imported before they were noted.
    Any,
}

/// Notes sources, of each storage the first [`MAX_SOURCES_PER_STORAGE`].
pub(crate) fn note(tx: &mut Tx, organization: OrganizationId, sources: &[Source]) -> Result<()> {
    for source in sources {
        tx.execute(
            "INSERT INTO asset_sources (organization, storage, source) SELECT ?1, ?2, ?3
             WHERE (SELECT COUNT(*) FROM asset_sources WHERE organization = ?1 AND storage = ?2) < ?4
             ON CONFLICT (organization, storage, source) DO NOTHING",
            params![
                &organization,
                storage_key(&source.storage),
                &source.text,
                MAX_SOURCES_PER_STORAGE
            ],
        )?;
    }
    Ok(())
}

/// The buckets of an organization's storages, each list in the order of names.
pub(crate) fn buckets(tx: &mut Tx, organization: OrganizationId) -> Result<HashMap<StorageId, Vec<String>>> {
    let mut buckets: HashMap<StorageId, Vec<String>> = HashMap::new();
    tx.visit(
        "SELECT storage, source FROM asset_sources WHERE organization = ?1 AND storage <> ?2 ORDER BY storage, source",
        params![&organization, storage_key(&None)],
        |row| {
            buckets.entry(row.next()?).or_default().push(row.next()?);
            Ok(true)
        },
    )?;
    Ok(buckets)
}

/// The origins of an organization's public assets.
pub fn public_origins(tx: &mut Tx, organization: OrganizationId) -> Result<PublicOrigins> {
    let are_known: Option<bool> = tx.cell(
        "SELECT sources_known FROM organizations WHERE id = ?1",
        params![&organization],
    )?;
    let origins: Vec<String> = tx.rows(
        "SELECT source FROM asset_sources WHERE organization = ?1 AND storage = ?2 ORDER BY source",
        params![&organization, storage_key(&None)],
        |row| row.next(),
    )?;
    let are_all = origins.len() < MAX_SOURCES_PER_STORAGE as usize;
    Ok(match are_known {
        Some(true) if are_all => PublicOrigins::These(origins),
        _ => PublicOrigins::Any,
    })
}

fn storage_key(storage: &Option<StorageId>) -> &[u8] {
    storage.as_ref().map_or(&[], |id| id.as_bytes())
}

//! Storages: how an organization's buckets are reached.

use insitu_model::{
    endpoint::Endpoint,
    id::{OrganizationId, StorageId, UserId},
    storage::{AccessType, Provider},
};

use crate::{
    Error, Listed, Page, Result, Tx, asset_sources,
    buckets_seen::{self, BucketSeen},
    role_proofs::{self, RoleProof},
    storage_checks::{self, StorageCheck},
    value::{Cell, FromCell, Row, params},
};

/// A storage.
#[derive(Clone, PartialEq, Eq)]
pub struct Storage {
    pub id: StorageId,
    pub organization: OrganizationId,
    /// Unique in the organization without regard to case.
    pub name: String,
    pub provider: Provider,
    pub access_type: AccessType,
    pub region: String,
    pub endpoint: Option<String>,
    /// The access key's id, which is not a secret.
    pub public_key: Option<String>,
    /// The secret, sealed by the hub's vault.
    pub private_key_sealed: Option<Vec<u8>>,
    pub role_arn: Option<String>,
    pub external_id: Option<String>,
    pub external_id_source: Option<ExternalIdSource>,
    /// `bucket/prefix` boundaries; none: whatever the policy allows.
    pub prefixes: Vec<String>,
    pub created_by: UserId,
    pub created_at: i64,
    pub updated_at: i64,
    /// Grows with every change. 1 at first; ignored by [`insert`].
    pub revision: i64,
    /// Visible assets that use it. Ignored by [`insert`].
    pub asset_count: u64,
    /// Buckets that lists named through it, in the order of names. Ignored by [`insert`].
    pub buckets: Vec<String>,
    /// What buckets answered through it, those among them that no list named. Ignored by [`insert`].
    pub seen: Vec<BucketSeen>,
    /// How its last test ended. Ignored by [`insert`].
    pub last_check: Option<StorageCheck>,
    /// What is known of its role, if it has one. Ignored by [`insert`], which begins it.
    pub proof: Option<RoleProof>,
}

/// Who chose the external ID of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExternalIdSource {
    Hub,
    Customer,
}

/// What [`update`] changes; `None` leaves as it is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct StorageChange {
    pub name: Option<String>,
    pub region: Option<String>,
    /// `Some(None)` takes the endpoint away.
    pub endpoint: Option<Option<String>>,
    /// The access key's id and its sealed secret.
    pub keys: Option<(String, Vec<u8>)>,
    pub role_arn: Option<String>,
    pub external_id: Option<(String, ExternalIdSource)>,
    pub prefixes: Option<Vec<String>>,
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Storage")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for StorageChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StorageChange")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl ExternalIdSource {
    /// As the API shows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hub => "hub",
            Self::Customer => "customer",
        }
    }
}

impl FromCell for ExternalIdSource {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text("hub") => Some(Self::Hub),
            Cell::Text("customer") => Some(Self::Customer),
            _ => None,
        }
    }
}

const COLUMNS: &str = "s.id, s.organization, s.name, s.provider, s.access_type, s.region, s.endpoint, s.public_key,
    s.private_key_sealed, s.role_arn, s.external_id, s.external_id_source, s.prefixes, s.created_by, s.created_at,
    s.updated_at, s.revision, (SELECT CAST(COALESCE(SUM(b.live), 0) AS BIGINT) FROM asset_kinds k
        JOIN asset_blocks b ON b.level = 40 AND b.block = k.project AND b.kind = k.kind WHERE k.storage = s.id)";
const TABLES: &str = "storages s LEFT JOIN role_proofs p ON p.storage = s.id
    LEFT JOIN storage_checks c ON c.storage = s.id";

/// Adds a storage; [`Error::AlreadyExists`] when the organization has one of this name.
pub fn insert(tx: &mut Tx, storage: &Storage) -> Result<()> {
    let s = storage;
    let added = tx.execute(
        "INSERT INTO storages (id, organization, name, name_key, provider, access_type, region, endpoint,
             public_key, private_key_sealed, role_arn, external_id, external_id_source, prefixes, created_by,
             created_at, updated_at, revision)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, 1)
         ON CONFLICT (organization, name_key) DO NOTHING",
        params![
            &s.id,
            &s.organization,
            &s.name,
            &name_key(&s.name),
            s.provider,
            s.access_type,
            &s.region,
            s.endpoint.as_ref(),
            s.public_key.as_ref(),
            s.private_key_sealed.as_ref(),
            s.role_arn.as_ref(),
            s.external_id.as_ref(),
            s.external_id_source.map(ExternalIdSource::as_str),
            &prefixes_json(&s.prefixes)?,
            &s.created_by,
            s.created_at,
            s.updated_at
        ],
    )?;
    if added == 0 {
        return Err(Error::already_exists("a storage", &s.name));
    }
    match s.access_type {
        AccessType::IamUser => Ok(()),
        AccessType::IamDelegated => role_proofs::begin(tx, s.organization, s.id),
    }
}

/// The storage, unless it is deleted or another organization's.
pub fn find(tx: &mut Tx, organization: OrganizationId, id: StorageId) -> Result<Option<Storage>> {
    let found = tx.row(
        &format!(
            "SELECT {COLUMNS}, {}, {} FROM {TABLES}
             WHERE s.id = ?2 AND s.organization = ?1 AND s.deleted_at IS NULL",
            storage_checks::COLUMNS,
            role_proofs::COLUMNS
        ),
        params![&organization, &id],
        read,
    )?;
    let Some(mut storage) = found else { return Ok(None) };
    give_buckets(tx, organization, std::slice::from_mut(&mut storage))?;
    Ok(Some(storage))
}

fn give_buckets(tx: &mut Tx, organization: OrganizationId, storages: &mut [Storage]) -> Result<()> {
    let mut buckets = asset_sources::buckets(tx, organization)?;
    let mut seen = buckets_seen::of_storages(tx, organization)?;
    for storage in storages {
        storage.buckets = buckets.remove(&storage.id).unwrap_or_default();
        storage.seen = seen.remove(&storage.id).unwrap_or_default();
    }
    Ok(())
}

/// The storage, or [`Error::NotFound`].
pub fn get(tx: &mut Tx, organization: OrganizationId, id: StorageId) -> Result<Storage> {
    find(tx, organization, id)?.ok_or_else(|| Error::not_found("storage", id))
}

/// The organization's storages, newest first.
pub fn list(tx: &mut Tx, organization: OrganizationId, page: Page) -> Result<Listed<Storage>> {
    let total = tx
        .cell(
            "SELECT COUNT(*) FROM storages WHERE organization = ?1 AND deleted_at IS NULL",
            params![&organization],
        )?
        .unwrap_or(0);
    let mut rows = tx.rows(
        &format!(
            "SELECT {COLUMNS}, {}, {} FROM {TABLES} WHERE s.organization = ?1 AND s.deleted_at IS NULL
             ORDER BY s.id DESC LIMIT ?2 OFFSET ?3",
            storage_checks::COLUMNS,
            role_proofs::COLUMNS
        ),
        params![&organization, page.limit(), page.offset()],
        read,
    )?;
    give_buckets(tx, organization, &mut rows)?;
    Ok(Listed { rows, total })
}

/// Changes a storage that still has `revision`; its new revision. [`Error::Conflict`] when somebody was faster.
pub fn update(
    tx: &mut Tx,
    organization: OrganizationId,
    id: StorageId,
    revision: i64,
    change: &StorageChange,
    now: i64,
) -> Result<i64> {
    let mut s = get(tx, organization, id)?;
    if s.revision != revision {
        return Err(changed_meanwhile(id));
    }
    let before = s.clone();
    s.apply(change);
    let key = name_key(&s.name);
    let namesake: Option<StorageId> = tx.cell(
        "SELECT id FROM storages WHERE organization = ?1 AND name_key = ?2 AND id <> ?3",
        params![&organization, &key, &id],
    )?;
    if namesake.is_some() {
        return Err(Error::already_exists("a storage", &s.name));
    }
    let updated = tx.execute(
        "UPDATE storages SET name = ?2, name_key = ?3, region = ?4, endpoint = ?5, public_key = ?6,
             private_key_sealed = ?7, role_arn = ?8, external_id = ?9, external_id_source = ?10, prefixes = ?11,
             updated_at = ?12, revision = revision + 1
         WHERE id = ?1 AND revision = ?13",
        params![
            &id,
            &s.name,
            &key,
            &s.region,
            s.endpoint.as_ref(),
            s.public_key.as_ref(),
            s.private_key_sealed.as_ref(),
            s.role_arn.as_ref(),
            s.external_id.as_ref(),
            s.external_id_source.map(ExternalIdSource::as_str),
            &prefixes_json(&s.prefixes)?,
            now,
            revision
        ],
    )?;
    // Another transaction may have ended since the row was read.
    if updated == 0 {
        return Err(changed_meanwhile(id));
    }
    if s.role_arn != before.role_arn {
        // What was proved of one role says nothing about another.
        role_proofs::begin(tx, organization, id)?;
    }
    if s.endpoint != before.endpoint {
        // There, other buckets have these names.
        buckets_seen::forget(tx, id)?;
    }
    if s.is_reached_otherwise(&before) {
        storage_checks::forget(tx, id)?;
    }
    Ok(revision + 1)
}

/// Deletes a storage softly and forgets its secret; what it was. [`Error::InUse`] when assets use it, unless
/// `force`.
pub fn delete(
    tx: &mut Tx,
    organization: OrganizationId,
    id: StorageId,
    force: bool,
    now: i64,
) -> Result<Storage> {
    let storage = get(tx, organization, id)?;
    if storage.asset_count > 0 && !force {
        return Err(Error::InUse {
            what: "storage",
            id: id.to_string(),
            count: storage.asset_count,
            by: "assets",
        });
    }
    tx.execute(
        "UPDATE storages SET name_key = ?2, private_key_sealed = NULL, deleted_at = ?3, updated_at = ?3,
             revision = revision + 1 WHERE id = ?1",
        params![&id, &id.to_string(), now],
    )?;
    role_proofs::remove(tx, id)?;
    buckets_seen::forget(tx, id)?;
    storage_checks::forget(tx, id)?;
    Ok(storage)
}

/// The endpoint of a storage, also of one that was deleted; none at AWS, and where it cannot be read.
pub(crate) fn endpoint(tx: &mut Tx, organization: OrganizationId, id: StorageId) -> Result<Option<Endpoint>> {
    let text: Option<Option<String>> = tx.cell(
        "SELECT endpoint FROM storages WHERE organization = ?1 AND id = ?2",
        params![&organization, &id],
    )?;
    Ok(text.flatten().and_then(|text| text.parse().ok()))
}

fn changed_meanwhile(id: StorageId) -> Error {
    Error::conflict("storage", id, "was changed by somebody else; load it again")
}

/// How names are compared.
fn name_key(name: &str) -> String {
    // A space in front keeps names apart from the ids that deleted storages are filed under.
    format!(" {}", name.trim().to_lowercase())
}

impl Storage {
    /// Whether it leads elsewhere than `before`, or lets the hub in by other keys or another role.
    fn is_reached_otherwise(&self, before: &Self) -> bool {
        self.region != before.region
            || self.endpoint != before.endpoint
            || self.public_key != before.public_key
            || self.private_key_sealed != before.private_key_sealed
            || self.role_arn != before.role_arn
            || self.prefixes != before.prefixes
    }

    fn apply(&mut self, change: &StorageChange) {
        let StorageChange {
            name,
            region,
            endpoint,
            keys,
            role_arn,
            external_id,
            prefixes,
        } = change.clone();
        self.name = name.unwrap_or_else(|| std::mem::take(&mut self.name));
        self.region = region.unwrap_or_else(|| std::mem::take(&mut self.region));
        self.endpoint = endpoint.unwrap_or_else(|| self.endpoint.take());
        self.role_arn = role_arn.or_else(|| self.role_arn.take());
        self.prefixes = prefixes.unwrap_or_else(|| std::mem::take(&mut self.prefixes));
        if let Some((public_key, sealed)) = keys {
            self.public_key = Some(public_key);
            self.private_key_sealed = Some(sealed);
        }
        if let Some((external_id, source)) = external_id {
            self.external_id = Some(external_id);
            self.external_id_source = Some(source);
        }
    }
}

fn prefixes_json(prefixes: &[String]) -> Result<String> {
    serde_json::to_string(prefixes).map_err(|error| Error::Database(error.to_string()))
}

fn read(row: &mut Row<'_>) -> Result<Storage> {
    Ok(Storage {
        id: row.next()?,
        organization: row.next()?,
        name: row.next()?,
        provider: row.next()?,
        access_type: row.next()?,
        region: row.next()?,
        endpoint: row.next()?,
        public_key: row.next()?,
        private_key_sealed: row.next()?,
        role_arn: row.next()?,
        external_id: row.next()?,
        external_id_source: row.next()?,
        prefixes: row.json()?,
        created_by: row.next()?,
        created_at: row.next()?,
        updated_at: row.next()?,
        revision: row.next()?,
        asset_count: row.next()?,
        buckets: Vec::new(),
        seen: Vec::new(),
        last_check: storage_checks::read(row)?,
        proof: role_proofs::read(row)?,
    })
}

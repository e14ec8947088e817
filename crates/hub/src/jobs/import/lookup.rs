//! What rows name by id or by name: the organization's storages and the project's batches, looked up in memory.

use std::collections::HashMap;
use std::sync::Arc;

use insitu_model::endpoint::Endpoint;
use insitu_model::id::{BatchId, ImportId, OrganizationId, ProjectId, StorageId};
use insitu_model::prefix::Prefix;
use insitu_model::schema::CategorySchema;
use insitu_model::text::Name;
use insitu_store::batches::{self, Batch};
use insitu_store::role_proofs::{self, Overrides, RoleProof};
use insitu_store::{Page, Tx, imports, projects, storages};

use crate::cloud_access::proof::refusal_of;
use crate::hub::Hub;

/// A storage as far as rows need it.
#[derive(Debug, Clone)]
pub struct StorageScope {
    pub id: StorageId,
    pub name: String,
    pub endpoint: Option<Endpoint>,
    pub prefixes: Vec<Prefix>,
}

/// Why nothing may be imported through a storage.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub code: &'static str,
    pub message: String,
}

/// The storages of an organization that nothing may be imported through. A role may be found open to others, or an
/// override end, while a long list is read.
#[derive(Debug)]
pub struct Refusals {
    hub: Arc<Hub>,
    organization: OrganizationId,
    refused: HashMap<StorageId, Refusal>,
}

/// The storages of an organization, by id and by name.
#[derive(Debug, Default)]
pub struct Storages {
    storages: Vec<StorageScope>,
    places: HashMap<String, usize>,
}

/// Everything that rows of a project may name.
#[derive(Debug)]
pub struct Known {
    pub storages: Storages,
    pub batches: Vec<Batch>,
    pub schema: CategorySchema,
}

/// Why a batch cannot be joined.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    #[error("the project has no batch {0}; name a batch of this project, or a new name")]
    Unknown(String),
    #[error("{0}")]
    Name(#[from] insitu_model::text::NameError),
    #[error(
        "the project has {} batches already, so this row cannot make another",
        batches::MAX_BATCHES_PER_PROJECT
    )]
    TooMany,
    #[error(transparent)]
    Store(#[from] insitu_store::Error),
}

/// Everything that rows of this project may name.
pub fn load(
    tx: &mut Tx,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<Known, insitu_store::Error> {
    Ok(Known {
        storages: load_storages(tx, organization)?,
        batches: batches::list(tx, organization, project)?,
        schema: CategorySchema::stored(&projects::get(tx, organization, project)?.category_schema),
    })
}

/// The organization's storages.
pub fn load_storages(tx: &mut Tx, organization: OrganizationId) -> Result<Storages, insitu_store::Error> {
    let mut found = Storages::default();
    for number in 1.. {
        let page = Page {
            number,
            ..Page::first(insitu_store::limits::MAX_PAGE_ROWS)
        };
        let listed = storages::list(tx, organization, page)?;
        let is_last = listed.rows.len() < page.limit as usize;
        listed.rows.into_iter().for_each(|storage| found.add(storage));
        if is_last {
            break;
        }
    }
    Ok(found)
}

/// The storage with this id or name.
pub fn storage_of(
    tx: &mut Tx,
    organization: OrganizationId,
    id_or_name: &str,
) -> Result<Option<StorageId>, insitu_store::Error> {
    let storages = load_storages(tx, organization)?;
    Ok(storages.find(id_or_name).map(|storage| storage.id))
}

impl Storages {
    /// The storage with this id, or with this name in any case.
    pub fn find(&self, id_or_name: &str) -> Option<&StorageScope> {
        let place = self
            .places
            .get(id_or_name)
            .or_else(|| self.places.get(&folded(id_or_name)))?;
        self.storages.get(*place)
    }

    /// The endpoints at which addresses may be objects, each once.
    pub fn endpoints(&self) -> Vec<&Endpoint> {
        let mut endpoints: Vec<&Endpoint> = Vec::new();
        for endpoint in self
            .storages
            .iter()
            .filter_map(|storage| storage.endpoint.as_ref())
        {
            if !endpoints.contains(&endpoint) {
                endpoints.push(endpoint);
            }
        }
        endpoints
    }

    fn add(&mut self, storage: storages::Storage) {
        let endpoint = storage
            .endpoint
            .as_deref()
            .map(str::parse::<Endpoint>)
            .transpose();
        let prefixes = storage
            .prefixes
            .iter()
            .map(|prefix| prefix.parse())
            .collect::<Result<Vec<Prefix>, _>>();
        // What is kept was read once before, so this is a fault; a boundary that cannot be read lets nothing through.
        let (Ok(endpoint), Ok(prefixes)) = (endpoint, prefixes) else {
            tracing::error!(storage = %storage.id, "a storage has an endpoint or prefixes that cannot be read");
            return;
        };
        let place = self.storages.len();
        self.places.insert(folded(&storage.name), place);
        self.places.insert(storage.id.to_string(), place);
        self.storages.push(StorageScope {
            id: storage.id,
            name: storage.name,
            endpoint,
            prefixes,
        });
    }
}

/// Names are compared without regard to case; the space in front keeps them apart from ids.
fn folded(name: &str) -> String {
    format!(" {}", name.trim().to_lowercase())
}

impl Refusals {
    /// What is refused now.
    pub async fn read(hub: Arc<Hub>, organization: OrganizationId) -> Result<Self, insitu_store::Error> {
        let overrides = hub.config.overrides();
        let refused = hub
            .db
            .read(move |tx| refused(tx, organization, overrides))
            .await?;
        Ok(Self {
            hub,
            organization,
            refused,
        })
    }

    /// Looks what is refused by now. Blocks.
    pub fn look_again(&mut self) -> Result<(), insitu_store::Error> {
        let (organization, overrides) = (self.organization, self.hub.config.overrides());
        let read = move |tx: &mut Tx| refused(tx, organization, overrides);
        self.refused = self.hub.db.read_blocking(read)?;
        Ok(())
    }

    pub fn find(&self, storage: StorageId) -> Option<&Refusal> {
        self.refused.get(&storage)
    }
}

fn refused(
    tx: &mut Tx,
    organization: OrganizationId,
    overrides: Overrides,
) -> Result<HashMap<StorageId, Refusal>, insitu_store::Error> {
    let unverified = role_proofs::unverified(tx, organization)?.into_iter();
    let refusal = |(id, name, proof): (StorageId, String, RoleProof)| {
        let (code, message) = refusal_of(&name, &proof, overrides)?;
        Some((id, Refusal { code, message }))
    };
    Ok(unverified.filter_map(refusal).collect())
}

/// Batches by name or id; a name that the project has not yet becomes a new batch.
#[derive(Debug)]
pub struct BatchBook {
    hub: Arc<Hub>,
    organization: OrganizationId,
    project: ProjectId,
    /// Whose rows name them.
    import: ImportId,
    /// A dry run makes no batch.
    dry_run: bool,
    known: HashMap<String, BatchId>,
}

impl BatchBook {
    /// A book that begins with the batches that the project has.
    pub fn new(
        hub: Arc<Hub>,
        (organization, project): (OrganizationId, ProjectId),
        (import, dry_run): (ImportId, bool),
        batches: Vec<Batch>,
    ) -> Self {
        let mut known = HashMap::with_capacity(batches.len() * 2);
        for batch in batches {
            known.insert(batch.id.to_string(), batch.id);
            known.insert(batch.name, batch.id);
        }
        Self {
            hub,
            organization,
            project,
            import,
            dry_run,
            known,
        }
    }

    /// The batch that is meant. Blocks when it has to be made.
    pub fn find_or_make(&mut self, text: &str) -> Result<BatchId, BatchError> {
        if let Some(id) = self.known.get(text) {
            return Ok(*id);
        }
        let name: Name = text.parse()?;
        if let Some(id) = self.known.get(name.as_str()) {
            return Ok(*id);
        }
        if text.parse::<BatchId>().is_ok() {
            return Err(BatchError::Unknown(text.to_owned()));
        }
        let new = Batch {
            id: BatchId::new(&*self.hub.clock, &*self.hub.random),
            name: name.to_string(),
            created_at: self.hub.clock.now_ms(),
        };
        let id = if self.dry_run { new.id } else { self.make(new)? };
        self.known.insert(name.to_string(), id);
        Ok(id)
    }

    /// Makes it while the import is under way, so that its end tells of it.
    fn make(&self, new: Batch) -> Result<BatchId, BatchError> {
        let (organization, project, import) = (self.organization, self.project, self.import);
        let make = move |tx: &mut Tx| {
            imports::hold(tx, import)?;
            match batches::find_or_insert_for(tx, organization, project, import, &new) {
                Ok(batch) => Ok(batch.id),
                Err(insitu_store::Error::Conflict { .. }) => Err(BatchError::TooMany),
                Err(error) => Err(BatchError::Store(error)),
            }
        };
        self.hub.db.claim_blocking(make)
    }
}

//! A list arrives: it becomes an import in state *receiving*, its bytes go to the spool, and then it waits for its
//! turn. Whoever stops sending finds an import that failed and says why, and nothing of it on the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use bytes::Bytes;
use futures_util::Stream;
use insitu_model::audit::AuditAction;
use insitu_model::id::{ImportId, OrganizationId, ProjectId, StorageId, UserId};
use insitu_model::import::{OnDuplicate, OnError};
use insitu_store::imports::{Import, NewImport};
use insitu_store::{audit, imports};
use tokio::sync::SemaphorePermit;

use super::source::Source;
use super::spool::{ReceiveError, Received, Spool};
use super::{MAX_ACTIVE_IMPORTS, MAX_UPLOADS};
use super::{list_batches, record};
use crate::auth::token;
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;
use crate::own_files::UPLOAD_IDLE;

/// How long an arriving import is left alone after its hub was last heard of.
const RECEIVING_LEASE_MS: i64 = 60_000;
/// How often the hub is heard of.
const RENEW_EVERY: Duration = Duration::from_secs(5);
/// Ids that are tried: two imports of one millisecond share the beginning of their ids once in 65,536 times.
const MAX_ID_TRIES: usize = 8;

/// What somebody wants imported, and how.
#[derive(Debug, Clone)]
pub struct Order {
    pub organization: OrganizationId,
    pub project: ProjectId,
    pub created_by: UserId,
    pub name: String,
    pub storage: Option<StorageId>,
    /// Names or ids; names that the project has not are made.
    pub batches: Vec<String>,
    pub priority: i32,
    pub on_error: OnError,
    pub on_duplicate: OnDuplicate,
    pub dry_run: bool,
    /// The rows name files that were uploaded for them.
    pub is_upload: bool,
    pub format: Option<String>,
    /// What the hub lists to write the list itself.
    pub source: Option<Source>,
}

/// An import whose list is arriving. Dropping it gives the import up, unless it was queued.
#[derive(Debug)]
struct Arriving {
    hub: Arc<Hub>,
    organization: OrganizationId,
    id: ImportId,
    owner: String,
    is_settled: bool,
}

/// Takes a list in before there is an import. When this returns it survives a power cut; it goes away again unless
/// it is enqueued.
pub async fn spool<B, E>(hub: &Hub, body: B, declared: Option<u64>) -> ApiResult<Received>
where
    B: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let _turn = turn(hub)?;
    let name = ImportId::new(&*hub.clock, &*hub.random);
    let so_far = AtomicU64::default();
    Spool::new(hub.config.spool_dir())
        .receive(name, body, declared, UPLOAD_IDLE, &so_far)
        .await
        .map_err(refusal)
}

/// Makes an import of a list that was taken in, and puts it into the queue.
pub async fn enqueue(hub: &Arc<Hub>, order: &Order, received: Received) -> ApiResult<Import> {
    let mut arriving = announce(hub, order, Some(&received.name)).await?;
    match arriving.queue(Some(received)).await {
        Ok(import) => Ok(import),
        Err(error) => Err(arriving.give_up(error).await),
    }
}

/// Makes an import whose list the hub writes itself, and puts it into the queue.
pub async fn enqueue_listing(hub: &Arc<Hub>, order: &Order) -> ApiResult<Import> {
    let mut arriving = announce(hub, order, None).await?;
    match arriving.queue(None).await {
        Ok(import) => Ok(import),
        Err(error) => Err(arriving.give_up(error).await),
    }
}

/// Makes an import, takes its list in, and puts it into the queue.
pub async fn import<B, E>(hub: &Arc<Hub>, order: &Order, body: B, declared: Option<u64>) -> ApiResult<Import>
where
    B: Stream<Item = Result<Bytes, E>> + Unpin,
    E: std::fmt::Display,
{
    let mut arriving = announce(hub, order, None).await?;
    let arrived = match arriving.receive(body, declared).await {
        Ok(received) => arriving.queue(Some(received)).await,
        Err(error) => Err(error),
    };
    match arrived {
        Ok(import) => Ok(import),
        Err(error) => Err(arriving.give_up(error).await),
    }
}

/// Makes the import that a body will fill, or that a file in the spool fills already.
async fn announce(hub: &Arc<Hub>, order: &Order, file: Option<&str>) -> ApiResult<Arriving> {
    let owner = token::generate(&*hub.random);
    let mut tries = 0;
    loop {
        tries += 1;
        match insert(hub, order, file, &owner).await {
            Err(error) if error.code == "import.already_exists" && tries < MAX_ID_TRIES => {}
            Err(error) => return Err(error),
            Ok(id) => {
                let hub = hub.clone();
                return Ok(Arriving {
                    hub,
                    organization: order.organization,
                    id,
                    owner,
                    is_settled: false,
                });
            }
        }
    }
}

async fn insert(hub: &Arc<Hub>, order: &Order, file: Option<&str>, owner: &str) -> ApiResult<ImportId> {
    let now = hub.clock.now_ms();
    let id = ImportId::new(&*hub.clock, &*hub.random);
    let candidates = list_batches::candidates(hub, &order.batches)?;
    let source = order.source.as_ref().map(serde_json::to_string).transpose();
    let source = source.map_err(ApiError::internal)?;
    let (order, owner) = (order.clone(), owner.to_owned());
    let spool = file.map_or_else(|| id.to_string(), str::to_owned);
    hub.db
        .write(move |tx| {
            let active = imports::list_active(tx, order.organization, MAX_ACTIVE_IMPORTS as u32)?;
            if active.len() >= MAX_ACTIVE_IMPORTS {
                return Err(queue_full());
            }
            let new = NewImport {
                id,
                organization: order.organization,
                project: order.project,
                created_by: order.created_by,
                name: order.name.clone(),
                storage: order.storage,
                batches: list_batches::of_order(tx, (&order, id), &candidates)?,
                priority: order.priority,
                on_error: order.on_error,
                on_duplicate: order.on_duplicate,
                dry_run: order.dry_run,
                is_upload: order.is_upload,
                format: order.format.clone(),
                source: source.clone(),
                spool: spool.clone(),
                created_at: now,
            };
            imports::insert(tx, &new, &owner, now + RECEIVING_LEASE_MS)?;
            Ok::<_, ApiError>(id)
        })
        .await
}

fn turn(hub: &Hub) -> ApiResult<SemaphorePermit<'_>> {
    hub.jobs.uploads.try_acquire().map_err(|_| {
        ApiError::too_many(
            "import.too_many_uploads",
            format!("{MAX_UPLOADS} uploads arrive at this hub right now. Try again in a moment."),
            5,
        )
    })
}

fn queue_full() -> ApiError {
    ApiError::too_many(
        "import.queue_full",
        format!(
            "{MAX_ACTIVE_IMPORTS} imports of this organization wait or run already. Wait until some have ended, or put several lists into one file."
        ),
        30,
    )
}

impl Arriving {
    /// Takes the list in. When this returns it survives a power cut, and nobody reads it yet.
    async fn receive<B, E>(&mut self, body: B, declared: Option<u64>) -> ApiResult<Received>
    where
        B: Stream<Item = Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let hub = self.hub.clone();
        let _turn = turn(&hub)?;
        let spool = Spool::new(hub.config.spool_dir());
        let so_far = AtomicU64::default();
        let receiving = spool.receive(self.id, body, declared, UPLOAD_IDLE, &so_far);
        tokio::pin!(receiving);
        loop {
            tokio::select! {
                received = &mut receiving => return received.map_err(refusal),
                () = tokio::time::sleep(RENEW_EVERY) => self.renew(so_far.load(Ordering::Relaxed)).await?,
            }
        }
    }

    /// Puts the import into the queue, and leaves its file to whoever works on it.
    async fn queue(&mut self, received: Option<Received>) -> ApiResult<Import> {
        let (organization, id) = (self.organization, self.id);
        let bytes = received.as_ref().map_or(0, |received| received.bytes);
        let hub = self.hub.clone();
        let import = self
            .hub
            .db
            .write(move |tx| {
                imports::received(tx, organization, id, bytes).map_err(stopped)?;
                let import = imports::get(tx, organization, id)?;
                let (by, started) = (import.new.created_by, AuditAction::ImportStarted);
                audit::insert(tx, &record::of(&hub, started, &import.new, by))?;
                Ok::<_, ApiError>(import)
            })
            .await?;
        self.is_settled = true;
        if let Some(received) = received {
            received.keep();
        }
        self.hub.jobs.imports.one_arrived();
        Ok(import)
    }

    /// Ends the import with this error, which the caller also answers.
    async fn give_up(mut self, error: ApiError) -> ApiError {
        self.is_settled = true;
        abandon(&self.hub, self.organization, self.id, &error).await;
        error
    }

    async fn renew(&self, bytes: u64) -> ApiResult<()> {
        let (id, owner) = (self.id, self.owner.clone());
        let until = self.hub.clock.now_ms() + RECEIVING_LEASE_MS;
        self.hub
            .db
            .write(move |tx| imports::renew_receiving(tx, id, &owner, bytes, until).map_err(stopped))
            .await
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (hub, organization, id) = (self.hub.clone(), self.organization, self.id);
            let error = ApiError::invalid(
                "import.upload_cut_off",
                "The client went away in the middle of the upload, so nothing of it was kept. Send the file again.",
            );
            runtime.spawn(async move { abandon(&hub, organization, id, &error).await });
        }
    }
}

async fn abandon(hub: &Arc<Hub>, organization: OrganizationId, id: ImportId, error: &ApiError) {
    let json = serde_json::json!({ "code": error.code, "message": error.message }).to_string();
    let (code, now) = (error.code.to_string(), hub.clock.now_ms());
    let writer = hub.clone();
    let ended = hub
        .db
        .write(move |tx| {
            imports::abandon(tx, organization, id, &code, &json, now)?;
            let import = imports::get(tx, organization, id)?;
            list_batches::note_made(tx, &writer, &import.new)
        })
        .await;
    match ended {
        // It was cancelled meanwhile: it has ended already.
        Ok(()) | Err(insitu_store::Error::Conflict { .. }) => {}
        Err(error) => {
            tracing::warn!(import = %id, %error, "an upload that was given up could not be marked so")
        }
    }
    hub.jobs.imports.one_ended();
    hub.jobs.tidy_up();
}

/// Why an arriving import cannot go on: somebody cancelled it.
fn stopped(error: insitu_store::Error) -> ApiError {
    match error {
        insitu_store::Error::Conflict { .. } => ApiError::conflict(
            "import.cancelled",
            "The import was cancelled while its file arrived, so nothing of it was kept.",
        ),
        other => other.into(),
    }
}

fn refusal(error: ReceiveError) -> ApiError {
    let status = match &error {
        ReceiveError::Stalled(_) => StatusCode::REQUEST_TIMEOUT,
        ReceiveError::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        ReceiveError::Io(cause) => return ApiError::internal(cause),
        ReceiveError::CutOff { .. } | ReceiveError::WrongLength { .. } | ReceiveError::Empty => {
            StatusCode::BAD_REQUEST
        }
    };
    let mut message = error.to_string();
    if let Some(first) = message.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    ApiError::new(status, error.code(), format!("{message}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_silent_client_have_statuses_of_their_own() {
        assert_eq!(
            refusal(ReceiveError::DiskFull).status,
            StatusCode::INSUFFICIENT_STORAGE
        );
        assert_eq!(refusal(ReceiveError::DiskFull).code, "import.disk_full");
        assert_eq!(
            refusal(ReceiveError::Stalled(UPLOAD_IDLE)).status,
            StatusCode::REQUEST_TIMEOUT
        );
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(ReceiveError::from(full).code(), "import.disk_full");
    }
}

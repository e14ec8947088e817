//! Why an asset is seen, or not: every step from its address as imported to the picture, with its time.

mod public;
mod steps;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use insitu_cloud::doctor::{Check, Diagnosis, LeftOut, Patient, Target, Verdict, WHOLE_MAX, Wanted};
use insitu_cloud::presign::Signer;
use insitu_model::address::{Address, ObjectAddress};
use insitu_model::id::{AssetId, OrganizationId, ProjectId, StorageId};
use insitu_model::region::Region;
use insitu_model::role::{Right, allows};
use insitu_store::assets;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::steps::{Steps, Stop, millis, within};
use crate::api::storages::diagnosis::{CheckView, DiagnosisData, DiagnosisView};
use crate::auth::access::{OnProject, right};
use crate::auth::caller::Caller;
use crate::cloud_access::{Examining, ReachedStorage, Withheld, region_of};
use crate::envelope::{Envelope, ErrorBody, Success};
use crate::error::{ApiError, ApiResult};
use crate::hub::Hub;

/// What to do about what only the doctor of the whole storage can tell.
const TEST_IT: &str = "Test the storage (insitu storage test): it finds the cause.";

pub fn router() -> OpenApiRouter<Arc<Hub>> {
    OpenApiRouter::new()
        .routes(routes!(why))
        .routes(routes!(why_anywhere))
}

/// How an asset is reached, step by step
///
/// Address as imported, bucket and key, storage, credentials, region, HEAD, host of signed URLs, CORS, signed GET, picture;
/// of a public address what a page of the hub would get. The first step that fails is the cause. It ends within ten seconds, also when things hang.
#[utoipa::path(get, path = "/v2/project/{project}/assets/{asset}/why", tag = "assets",
    params(("project" = String, Path), ("asset" = String, Path)),
    responses((status = 200, body = Envelope<DiagnosisData>), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn why(
    State(hub): State<Arc<Hub>>,
    access: OnProject<right::ReadAssets>,
    Path(path): Path<(String, String)>,
) -> ApiResult<Success<DiagnosisData>> {
    let (_, text) = path;
    answer(&hub, access, &text).await
}

/// How an asset is reached, where only its id is known
///
/// Answers as `GET /v2/project/{project}/assets/{asset}/why` does.
#[utoipa::path(get, path = "/v2/assets/{asset}/why", tag = "assets", params(("asset" = String, Path)),
    responses((status = 200, body = Envelope<DiagnosisData>), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn why_anywhere(
    State(hub): State<Arc<Hub>>,
    caller: Caller,
    Path(text): Path<String>,
) -> ApiResult<Success<DiagnosisData>> {
    let unknown = || ApiError::not_found("asset", &text);
    let id: AssetId = text.parse().map_err(|_| unknown())?;
    let place = hub.db.read(move |tx| assets::project_of(tx, id)).await?;
    let (_, project) = place.ok_or_else(unknown)?;
    let proved = OnProject::<right::ReadAssets>::prove(&hub, caller, &project.to_string()).await;
    // Whoever may not see the project does not learn that there is one.
    let access = proved.map_err(|error| match error.status {
        StatusCode::NOT_FOUND => unknown(),
        _ => error,
    })?;
    answer(&hub, access, &text).await
}

async fn answer(
    hub: &Arc<Hub>,
    access: OnProject<right::ReadAssets>,
    text: &str,
) -> ApiResult<Success<DiagnosisData>> {
    let unknown = || ApiError::not_found("asset", text);
    let id: AssetId = text.parse().map_err(|_| unknown())?;
    let manages = allows(Right::ManageStorages, access.role, None);
    let _place = hub.ways.enter(access.caller.user)?;
    let followed = way_to(hub, access.organization, access.project, id, manages).await?;
    let diagnosis = followed.ok_or_else(unknown)?;
    Ok(Success(DiagnosisData { diagnosis }))
}

/// Goes the whole way to an asset of the project; none: there is no such asset. Who does not manage storages is told it
/// without whom the hub is to the cloud.
pub(in crate::api) async fn way_to(
    hub: &Arc<Hub>,
    organization: OrganizationId,
    project: ProjectId,
    id: AssetId,
    manages: bool,
) -> ApiResult<Option<DiagnosisView>> {
    let mut way = Way::begin(hub, organization);
    let Some(asset) = find(hub, organization, project, id).await? else {
        return Ok(None);
    };
    way.steps.passed(
        "imported",
        format!("It was imported as {}.", hub.files.shown(asset.data.clone())),
    );
    match asset.storage {
        Some(storage) => way.through_storage(storage, &asset.data).await?,
        None => way.as_anybody(&asset.data).await?,
    }
    let took_ms = millis(way.started);
    let diagnosis = DiagnosisView::of(way.steps.all(), took_ms);
    Ok(Some(match manages {
        true => diagnosis,
        false => diagnosis.for_use(&way.withheld),
    }))
}

async fn find(
    hub: &Hub,
    organization: OrganizationId,
    project: ProjectId,
    id: AssetId,
) -> ApiResult<Option<assets::Asset>> {
    let found = hub
        .db
        .read(move |tx| assets::find(tx, organization, project, id))
        .await?;
    Ok(found.filter(|asset| asset.deleted_at.is_none()))
}

/// A way that is being gone.
struct Way<'a> {
    hub: &'a Arc<Hub>,
    organization: OrganizationId,
    steps: Steps,
    withheld: Withheld,
    started: Instant,
}

impl<'a> Way<'a> {
    fn begin(hub: &'a Arc<Hub>, organization: OrganizationId) -> Self {
        let now = Instant::now();
        Self {
            hub,
            organization,
            steps: Steps::begin(now),
            withheld: Withheld::default(),
            started: now,
        }
    }

    async fn through_storage(&mut self, id: StorageId, data: &str) -> ApiResult<()> {
        let hub = self.hub;
        let storage = match ReachedStorage::get(hub, self.organization, id).await {
            Ok(storage) => storage,
            Err(error) => {
                self.steps.refused(
                    "storage",
                    error,
                    "Connect the storage again, and import the asset with it.",
                );
                return Ok(());
            }
        };
        self.withheld = storage.withheld();
        let Some(object) = self.read_address(&storage, data) else {
            return Ok(());
        };
        if !storage.covers(&object) {
            let outside = ApiError::invalid(
                "storage.outside_prefixes",
                "The object lies outside of the prefixes that the storage may reach.",
            );
            self.steps.refused(
                "storage",
                outside,
                "Widen the prefixes of the storage, if it should.",
            );
            return Ok(());
        }
        self.steps
            .passed("storage", format!("The storage {} reaches it.", storage.name()));
        let signer = match self.in_time(storage.signer(hub)).await {
            Ok(signer) => signer,
            Err(stop) => {
                self.steps.stopped("credentials", stop, TEST_IT);
                return Ok(());
            }
        };
        let key = signer.credentials().access_key_id().to_owned();
        self.steps
            .passed("credentials", format!("Signed with the access key {key}."));
        let found = self.in_time(async { Ok(region_of(hub, &storage, &object).await) });
        match found.await {
            Ok(region) => self.reach_object(&storage, &object, signer, region).await,
            Err(stop) => {
                self.steps.stopped("region", stop, TEST_IT);
                Ok(())
            }
        }
    }

    /// What is asked of the object itself; once more where its bucket is in another region by now, or a session is refused.
    async fn reach_object(
        &mut self,
        storage: &ReachedStorage,
        object: &ObjectAddress,
        signer: Arc<Signer>,
        mut region: Region,
    ) -> ApiResult<()> {
        let (hub, bucket) = (self.hub, object.bucket());
        self.steps.passed("region", format!("Signed for {region}."));
        let mut followed = self.follow(storage, object, &signer, &region).await?;
        if let Some((_, other)) = followed.regions.pop() {
            self.steps.passed(
                "region",
                format!("The bucket {bucket} is in {other} now. From now on URLs are signed for {other}."),
            );
            hub.cloud
                .note_regions(storage.id, &[(bucket.clone(), other.clone())]);
            region = other;
            followed = self.follow(storage, object, &signer, &region).await?;
        }
        if followed.checks.iter().any(is_refused)
            && let Ok(Some(next)) = self.in_time(storage.signer_after(hub, &signer)).await
        {
            let message = format!(
                "A session that AWS gave before is refused, as after Revoke active sessions. There is another now, and URLs are signed with it: {}.",
                next.credentials().access_key_id()
            );
            self.steps.passed("credentials", message);
            followed = self.follow(storage, object, &next, &region).await?;
        }
        self.steps.add(followed.checks.iter().map(CheckView::of));
        Ok(())
    }

    /// Everything about the object itself, in the time that is left.
    async fn follow(
        &self,
        storage: &ReachedStorage,
        object: &ObjectAddress,
        signer: &Signer,
        region: &Region,
    ) -> ApiResult<Diagnosis> {
        let hub = self.hub;
        let patient = Patient {
            region: region.clone(),
            endpoint: storage.endpoint.clone(),
            grant: storage.way_in(hub)?,
            is_overruled: storage.is_overruled(hub),
            prefixes: storage.prefixes.clone(),
            targets: vec![Target {
                bucket: object.bucket().clone(),
                object: Some(Wanted {
                    key: object.key().to_owned(),
                    version: object.version().map(str::to_owned),
                }),
            }],
            left_out: LeftOut::Nothing,
            origin: hub.public_url.clone(),
            url_ttl_s: hub.config.signed_url_ttl,
        };
        let examining = Examining::of(hub, self.organization).await?;
        let left = self.left();
        Ok(examining.follow(&patient, signer, left, &mut |_| ()).await)
    }

    fn read_address(&mut self, storage: &ReachedStorage, data: &str) -> Option<ObjectAddress> {
        let elsewhere = || {
            ApiError::invalid(
                "storage.address_elsewhere",
                "The address is no object that the storage reaches; its endpoint may have been changed since.",
            )
        };
        // It was an object of the storage when it was imported: what it is now depends on the endpoint alone.
        let read = Address::parse_with(data, storage.endpoint.as_ref()).ok();
        let object = read.and_then(|parsed| parsed.address.as_object().cloned());
        match object.ok_or_else(elsewhere) {
            Ok(object) => {
                let region = object.region().map(|region| format!(", in {region}"));
                self.steps.passed(
                    "object",
                    format!(
                        "It is the object {} of the bucket {}{}.",
                        object.key(),
                        object.bucket(),
                        region.unwrap_or_default()
                    ),
                );
                Some(object)
            }
            Err(error) => {
                let fix = "Give the storage back the endpoint that it had, or import the asset again with its address of now.";
                self.steps.refused("object", error, fix);
                None
            }
        }
    }

    /// What is left of the time that somebody waits for an answer.
    fn left(&self) -> Duration {
        WHOLE_MAX.saturating_sub(self.started.elapsed())
    }

    /// Makes a step of the way in the time that is left.
    async fn in_time<T>(&self, step: impl Future<Output = ApiResult<T>>) -> Result<T, Stop> {
        within(self.left(), step).await
    }
}

/// Whether the server refused a step: it may be the session that it refuses.
fn is_refused(check: &Check) -> bool {
    check.verdict == Verdict::Failed && matches!(check.status, Some(400 | 401 | 403))
}

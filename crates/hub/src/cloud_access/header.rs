//! The first bytes of an asset, for a header probe: the only bytes of an asset that the hub ever reads.

use std::sync::Arc;

use insitu_cloud::connect::{ConnectError, Outbound};
use insitu_cloud::public::AsPage;
use insitu_cloud::s3::{self, ObjectName, RangeRead};
use insitu_cloud::{CallError, RefusalKind, Retry, Seen, public};
use insitu_model::address::Address;
use insitu_model::ambient::{Clock, Random};
use insitu_model::id::{OrganizationId, StorageId};
use insitu_model::own_file::OwnFile;

use super::ReachedStorage;
use crate::error::ApiError;
use crate::hub::Hub;
use crate::own_files::{BucketError, FileError};

/// Who reads headers.
pub(super) struct Clients {
    s3: s3::Client,
    public: public::Client,
}

impl Clients {
    pub fn new(outbound: &Outbound, clock: &Arc<dyn Clock>, random: &Arc<dyn Random>) -> Self {
        let s3 = s3::Client::new(outbound.clone(), clock.clone(), random.clone());
        Self {
            s3: s3.with_retry(Retry::PATIENT),
            public: public::Client::new(outbound.clone(), random.clone(), Retry::PATIENT),
        }
    }
}

/// Why the first bytes of an asset could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub blame: Blame,
    pub code: String,
    pub message: String,
}

/// What has to change before they can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// This asset: others may do better.
    Asset,
    /// The storage: none of its assets can be read now.
    Storage,
    /// The moment: the server is busy or failing.
    Moment,
    /// This answer, which broke off or was none: perhaps the next one does better, and other assets may.
    Answer,
    /// Nobody knows, as no answer came: this asset, if others of the storage are answered for, or the storage.
    Silence,
}

impl Unread {
    /// An asset that cannot be read, whenever one tries.
    pub fn asset(code: impl Into<String>, message: impl std::fmt::Display) -> Self {
        Self {
            blame: Blame::Asset,
            code: code.into(),
            message: message.to_string(),
        }
    }

    fn of_call(error: &CallError, blame: Blame) -> Self {
        Self {
            blame,
            code: error.code().to_owned(),
            message: error.to_string(),
        }
    }
}

impl From<ApiError> for Unread {
    fn from(error: ApiError) -> Self {
        Self {
            // A storage that was deleted does not come back.
            blame: if error.is_not_found() {
                Blame::Asset
            } else {
                Blame::Storage
            },
            code: error.code.into_owned(),
            message: error.message,
        }
    }
}

/// The beginning of an asset's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beginning {
    /// As many bytes as were asked for at most, as a browser sees them.
    pub seen: Seen,
    /// What the server names the content by.
    pub etag: Option<String>,
}

impl Beginning {
    fn new(read: RangeRead, first_bytes: usize) -> Self {
        Self {
            seen: read.seen(read.bytes.len() < first_bytes),
            etag: read.etag,
        }
    }
}

/// The first `first_bytes` of the asset with this data: through its storage, from the hub's own, or as anybody would.
/// None, and no byte of it, where it is still what had the ETag `seen`.
pub async fn read_header(
    hub: &Arc<Hub>,
    organization: OrganizationId,
    storage: Option<StorageId>,
    data: &str,
    first_bytes: usize,
    seen: Option<&str>,
) -> Result<Option<Beginning>, Unread> {
    match (storage, OwnFile::parse_kept(data)) {
        (Some(storage), _) => read_private(hub, organization, storage, data, first_bytes, seen).await,
        (None, Some(file)) => read_own_file(hub, file, first_bytes).await.map(|seen| {
            // It never changes.
            Some(Beginning { seen, etag: None })
        }),
        (None, None) => read_public(hub, data, first_bytes, seen).await,
    }
}

/// The same of a file in the hub's own storage.
pub async fn read_own_file(hub: &Hub, file: OwnFile, first_bytes: usize) -> Result<Seen, Unread> {
    let read = hub.files.read_first(file, first_bytes).await;
    let read = read.map(|bytes| Seen::Bytes {
        is_all: bytes.len() < first_bytes,
        bytes,
    });
    read.map_err(|error| match error {
        FileError::Bucket(BucketError::Call { ref cause, .. }) => Unread {
            blame: blame_of(cause),
            code: "file.unreadable".to_owned(),
            message: error.to_string(),
        },
        error => Unread::asset(
            "file.unreadable",
            format!("the file in the hub's own storage cannot be read: {error}"),
        ),
    })
}

async fn read_private(
    hub: &Hub,
    organization: OrganizationId,
    id: StorageId,
    data: &str,
    first_bytes: usize,
    seen: Option<&str>,
) -> Result<Option<Beginning>, Unread> {
    let storage = ReachedStorage::get(hub, organization, id).await?;
    // It was an object of the storage when it was imported.
    let elsewhere = || {
        Unread::asset(
            "storage.address_elsewhere",
            "the address is no object that the storage reaches; its endpoint may have been changed since",
        )
    };
    let parsed = Address::parse_with(data, storage.endpoint.as_ref()).map_err(|_| elsewhere())?;
    let Address::Object(object) = parsed.address else {
        return Err(elsewhere());
    };
    if !storage.covers(&object) {
        return Err(Unread::asset(
            "storage.outside_prefixes",
            "the object lies outside of the prefixes that the storage may reach",
        ));
    }
    storage.signer(hub).await?;
    let name = ObjectName {
        bucket: object.bucket(),
        key: object.key(),
        version: object.version(),
    };
    let s3 = &hub.cloud.headers.s3;
    let read = storage.call_for(hub, &object, |access| async move {
        match seen {
            Some(etag) => s3.get_changed_range(&access, name, first_bytes, etag).await,
            None => s3.get_range(&access, name, first_bytes).await.map(Some),
        }
    });
    match read.await? {
        Ok(read) => Ok(read.map(|read| Beginning::new(read, first_bytes))),
        Err(error) => Err(Unread::of_call(&error, blame_of(&error))),
    }
}

async fn read_public(
    hub: &Hub,
    data: &str,
    first_bytes: usize,
    seen: Option<&str>,
) -> Result<Option<Beginning>, Unread> {
    let url = public_url(data)?;
    let public = &hub.cloud.headers.public;
    let read = match seen {
        Some(etag) => public.get_changed_range(&url, first_bytes, etag).await,
        None => public.get_range(&url, first_bytes).await.map(Some),
    };
    read.map(|read| read.map(|read| Beginning::new(read, first_bytes)))
        .map_err(|error| unread_in_public(&error))
}

/// The same of a public address as a page of the hub asks for it.
pub async fn read_as_page(hub: &Hub, data: &str, first_bytes: usize) -> Result<AsPage, Unread> {
    let url = public_url(data)?;
    let public = &hub.cloud.headers.public;
    let read = public.get_as_page(&url, first_bytes, &hub.public_url).await;
    read.map_err(|error| unread_in_public(&error))
}

fn public_url(data: &str) -> Result<String, Unread> {
    let parsed = Address::parse(data).map_err(|error| Unread::asset(error.code(), error))?;
    Ok(parsed.address.canonical())
}

/// Public addresses have nothing in common, so a server that is gone is its own asset's trouble.
fn unread_in_public(error: &CallError) -> Unread {
    match error.kind() {
        Some(RefusalKind::Throttled) => Unread::of_call(error, Blame::Moment),
        Some(RefusalKind::WrongRegion | RefusalKind::Redirected) => Unread::asset(
            "probe.redirected",
            "the address redirects to another one, which the hub does not follow",
        ),
        _ => Unread::of_call(error, Blame::Asset),
    }
}

fn blame_of(error: &CallError) -> Blame {
    use RefusalKind as Kind;
    match error.kind() {
        Some(
            Kind::AccessDenied
            | Kind::NoSuchBucket
            | Kind::NotFound
            | Kind::InvalidRange
            | Kind::Redirected
            | Kind::Invalid,
        ) => Blame::Asset,
        // The bucket was moved, and the next one who asks is told where it is.
        Some(Kind::WrongRegion) => Blame::Answer,
        Some(Kind::UnknownKey | Kind::BadSignature | Kind::Expired | Kind::BadToken | Kind::ClockSkew) => {
            Blame::Storage
        }
        Some(Kind::Throttled | Kind::ServerFault) => Blame::Moment,
        None => match error {
            CallError::NotUnderstood { .. } | CallError::Connect(ConnectError::BodyCut { .. }) => {
                Blame::Answer
            }
            CallError::Connect(ConnectError::Timeout { .. }) => Blame::Silence,
            _ if matches!(error.code(), "connect.path_not_sendable" | "connect.bad_url") => Blame::Asset,
            _ => Blame::Storage,
        },
    }
}

//! The own storage in a bucket that the operator names: where files go once they are whole, and where browsers fetch
//! them from.
//!
//! A file comes to the hub first, as it does for the folder, and then goes to the bucket; whoever sent it hears that it is
//! safe once the bucket says so. So the same pages and the same SDK upload to either, a file that was cut off goes on
//! where it stopped, and the bucket needs no CORS rule for writing.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use insitu_cloud::connect::Outbound;
use insitu_cloud::credentials::Credentials;
use insitu_cloud::identity::Identity;
use insitu_cloud::presign::{Prepared, SignedUrl, Signer};
use insitu_cloud::s3::{About, Access, Client, ObjectName, PARTS_MAX, Writer};
use insitu_cloud::site::Site;
use insitu_cloud::{CallError, RefusalKind};
use insitu_model::ambient::{Clock, Random};
use insitu_model::endpoint::Endpoint;
use insitu_model::own_file::OwnFile;
use insitu_model::prefix::Prefix;
use insitu_model::region::Region;
use tokio::sync::Semaphore;

use super::UploadError;
use super::content_type::{self, SNIFFED_BYTES};
use super::{BucketError, HEADS_AT_ONCE};
use crate::disk::blocking;

/// Files up to this size go in one call.
const WHOLE_BYTES_MAX: u64 = 16 << 20;
/// One part of a larger file; S3 takes none under 5 MiB but the last.
const PART_BYTES: u64 = 8 << 20;
/// Files that go to the bucket at the same time; each has a part of it in memory.
const MAX_AT_ONCE: usize = 4;
/// What the start writes and reads.
const PROBE_KEY: &str = "insitu-check";
const PROBE: &[u8] = b"Insitu writes this at every start, to know that it can.\n";

/// A bucket, or a folder of one, with what opens it.
#[derive(Debug)]
pub struct BucketPlace {
    place: Prefix,
    region: Region,
    endpoint: Option<Endpoint>,
    keys: Keys,
    client: Client,
    writer: Writer,
    /// For as long as the credentials are the same.
    signer: Mutex<Option<Arc<Signer>>>,
    turns: Semaphore,
}

/// Whose word the bucket is opened by.
#[derive(Debug)]
pub enum Keys {
    /// An access key that the operator gave for it.
    Given(Arc<Credentials>),
    /// The hub's own AWS identity.
    Own(Identity),
}

impl BucketPlace {
    /// Nothing is asked of it yet. Its address is the operator's word, so `outbound` may call any.
    pub fn new(
        place: Prefix,
        region: Region,
        endpoint: Option<Endpoint>,
        keys: Keys,
        outbound: Outbound,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let client = Client::new(outbound, clock, random);
        Self {
            place,
            region,
            endpoint,
            keys,
            writer: Writer::new(client.clone()),
            client,
            signer: Mutex::default(),
            turns: Semaphore::new(MAX_AT_ONCE),
        }
    }

    /// Where browsers fetch from.
    pub fn origin(&self) -> String {
        Site::of(&self.region, self.endpoint.as_ref()).origin(self.place.bucket().as_str())
    }

    /// How long the file is; none where there is none.
    pub async fn size(&self, file: &OwnFile) -> Result<Option<u64>, BucketError> {
        let (access, key) = (self.access().await?, self.key_of(file));
        match self.client.head_object(&access, self.object(&key)).await {
            Ok(head) => Ok(Some(head.size_bytes.unwrap_or_default())),
            // Whoever may not list is not told that there is none.
            Err(error) if matches!(error.kind(), Some(RefusalKind::NotFound)) => Ok(None),
            Err(error) => Err(self.refused(error)),
        }
    }

    /// How long each of these files is, asked for some at a time. Of one it may be known and of another not.
    pub async fn sizes(&self, files: &[OwnFile]) -> Vec<Result<Option<u64>, BucketError>> {
        let asking = stream::iter(files).map(|file| self.size(file));
        asking.buffered(HEADS_AT_ONCE).collect().await
    }

    /// The first bytes of a file.
    pub async fn read_first(&self, file: &OwnFile, first_bytes: usize) -> Result<Bytes, BucketError> {
        let (access, key) = (self.access().await?, self.key_of(file));
        let read = self.client.get_range(&access, self.object(&key), first_bytes);
        Ok(read.await.map_err(|error| self.refused(error))?.bytes)
    }

    /// A URL to fetch the file by. Within a window, the same file has the same one.
    pub async fn sign(&self, file: &OwnFile, ttl_s: u32, now_ms: i64) -> Result<SignedUrl, BucketError> {
        let prepared = self.prepare(ttl_s, now_ms).await?;
        Ok(prepared.sign(self.place.bucket().as_str(), &self.key_of(file), None))
    }

    /// The same to ask for its HEAD.
    pub async fn sign_head(&self, file: &OwnFile, ttl_s: u32, now_ms: i64) -> Result<SignedUrl, BucketError> {
        let prepared = self.prepare(ttl_s, now_ms).await?;
        Ok(prepared.sign_head(self.place.bucket().as_str(), &self.key_of(file)))
    }

    async fn prepare(&self, ttl_s: u32, now_ms: i64) -> Result<Arc<Prepared>, BucketError> {
        let credentials = self.access().await?.credentials;
        let signer = {
            let mut known = self.signer.lock().unwrap_or_else(PoisonError::into_inner);
            let same = known
                .take()
                .filter(|signer| Arc::ptr_eq(signer.credentials(), &credentials));
            known
                .insert(same.unwrap_or_else(|| Arc::new(Signer::new(credentials))))
                .clone()
        };
        Ok(signer.prepare(&self.region, self.endpoint.as_ref(), ttl_s, now_ms)?)
    }

    /// Writes a whole file into the bucket. When this returns, the bucket has it.
    pub async fn put(&self, own: &OwnFile, path: &Path) -> Result<(), UploadError> {
        // The semaphore is never closed.
        let _turn = self.turns.acquire().await;
        let path = path.to_owned();
        let opened = move || {
            let mut file = File::open(path)?;
            let length = file.metadata()?.len();
            Ok((read_at(&mut file, 0, SNIFFED_BYTES as u64)?, file, length))
        };
        let (first, file, length) = blocking(opened).await?;
        let content_type = content_type::of(own.name.as_str(), &first);
        let about = About {
            content_type,
            disposition: (content_type == content_type::UNKNOWN).then_some("attachment"),
        };
        let (access, key) = (self.access().await?, self.key_of(own));
        if length <= WHOLE_BYTES_MAX {
            let (_, body) = part_of(file, 0, length).await?;
            return match self.writer.put(&access, self.object(&key), about, body).await {
                Ok(()) => Ok(()),
                Err(error) => Err(self.refused_body(&access, error).await.into()),
            };
        }
        let begun = self.writer.begin(&access, self.object(&key), about).await;
        let upload = begun.map_err(|error| self.refused(error))?;
        let written = self.put_parts(&key, &upload, file, length).await;
        if written.is_err()
            && let Err(error) = self.writer.abort(&access, self.object(&key), &upload).await
        {
            tracing::warn!(%error, "parts of an upload to the hub's own bucket could not be removed");
        }
        written
    }

    async fn put_parts(&self, key: &str, upload: &str, file: File, length: u64) -> Result<(), UploadError> {
        let part_bytes = PART_BYTES.max(length.div_ceil(PARTS_MAX));
        let (mut file, mut etags) = (file, Vec::new());
        for (number, offset) in
            (1..).zip((0..length).step_by(usize::try_from(part_bytes).unwrap_or(usize::MAX)))
        {
            let body;
            (file, body) = part_of(file, offset, part_bytes).await?;
            // Asked for every part, as a session may end meanwhile.
            let access = self.access().await?;
            let put = self
                .writer
                .put_part(&access, self.object(key), upload, number, body)
                .await;
            match put {
                Ok(etag) => etags.push(etag),
                Err(error) => return Err(self.refused_body(&access, error).await.into()),
            }
        }
        let access = self.access().await?;
        let complete = self
            .writer
            .complete(&access, self.object(key), upload, &etags)
            .await;
        Ok(complete.map_err(|error| self.refused(error))?)
    }

    /// Writes a small object, reads it back and asks what a browser is told that comes from `origin`.
    pub async fn check(&self, origin: &str) -> Result<(), BucketError> {
        let (access, key) = (self.access().await?, self.probe_key());
        let refused = |error| self.refused(error);
        self.write_probe(&access).await.map_err(refused)?;
        let read = self.client.get_range(&access, self.object(&key), PROBE.len());
        let read = read.await.map_err(refused)?;
        if read.bytes != PROBE {
            return Err(BucketError::Another(self.place.to_string()));
        }
        // Without the right to list, S3 does not say of a missing object that it is missing.
        let nothing = format!("{key}-of-nothing");
        match self.client.head_object(&access, self.object(&nothing)).await {
            Err(error) if error.kind() == Some(RefusalKind::NotFound) => {}
            Err(error) => return Err(refused(error)),
            Ok(_) => return Err(BucketError::Another(self.place.to_string())),
        }
        let preflight = self
            .client
            .preflight(&access, self.object(&key), origin, "GET", &["range"]);
        let preflight = preflight.await.map_err(refused)?;
        match preflight.allows(origin, "GET") {
            true => Ok(()),
            false => Err(BucketError::NoCors {
                place: self.place.to_string(),
                origin: origin.to_owned(),
            }),
        }
    }

    async fn access(&self) -> Result<Access, BucketError> {
        let credentials = match &self.keys {
            Keys::Given(credentials) => credentials.clone(),
            Keys::Own(identity) => identity.credentials().await?,
        };
        Ok(Access {
            region: self.region.clone(),
            endpoint: self.endpoint.clone(),
            credentials,
        })
    }

    fn object<'a>(&'a self, key: &'a str) -> ObjectName<'a> {
        ObjectName {
            bucket: self.place.bucket(),
            key,
            version: None,
        }
    }

    /// The same path as in the folder, so that one can be copied to the other.
    fn key_of(&self, file: &OwnFile) -> String {
        let prefix = self.place.key_prefix();
        format!("{prefix}{}/{}/{}", file.project, file.kind, file.name)
    }

    /// A server that refuses a long body may close the connection before its reason is read: it is asked with a short one.
    async fn refused_body(&self, access: &Access, cause: CallError) -> BucketError {
        let said = match cause {
            CallError::Connect(_) => self.write_probe(access).await.err(),
            _ => None,
        };
        self.refused(said.unwrap_or(cause))
    }

    async fn write_probe(&self, access: &Access) -> Result<(), CallError> {
        let about = About {
            content_type: "text/plain",
            disposition: None,
        };
        let key = self.probe_key();
        self.writer
            .put(access, self.object(&key), about, PROBE.into())
            .await
    }

    fn probe_key(&self) -> String {
        format!("{}{PROBE_KEY}", self.place.key_prefix())
    }

    fn refused(&self, cause: CallError) -> BucketError {
        BucketError::Call {
            place: self.place.to_string(),
            cause: Box::new(cause),
        }
    }
}

/// Reads a part of a file, which comes back for the next.
async fn part_of(mut file: File, offset: u64, length: u64) -> Result<(File, Bytes), UploadError> {
    let read = move || {
        let bytes = read_at(&mut file, offset, length)?;
        Ok((file, bytes.into()))
    };
    Ok(blocking(read).await?)
}

fn read_at(file: &mut File, offset: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

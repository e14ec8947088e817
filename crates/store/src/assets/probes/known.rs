//! What was read of objects: each is read once, however many assets of an organization name it in however many lists.
//!
//! What was read since a list came in holds for it. What is older may have been overwritten since: it is asked for under
//! the condition that it has changed, and where it has not, no byte of it moves.

use std::collections::BTreeMap;

use insitu_model::{
    address::Address,
    endpoint::Endpoint,
    id::{OrganizationId, StorageId},
};
use sha2::{Digest as _, Sha256};

use super::{Range, Unmeasured, key};
use crate::{
    Result, Tx,
    limits::MAX_OBJECTS_PER_REMOVAL,
    value::{Row, Value, params},
};

/// Longest ETag that is kept, in bytes. Servers' own are far shorter.
const ETAG_BYTES_MAX: usize = 256;

/// An object of a storage of an organization: equal where two assets name the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey([u8; 16]);

/// What the beginning of an object told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Width and height as shown.
    Size(u32, u32),
    /// Why there is no size in it.
    Nothing { code: String, message: String },
}

/// What is known of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub found: Found,
    /// What the server named the content by; none where it is to be read whatever it is named.
    pub etag: Option<String>,
    /// It was read after the list came in, or after somebody asked to try again.
    pub is_recent: bool,
}

/// What was read of an object, to be known from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    pub object: ObjectKey,
    pub found: Found,
    pub etag: Option<String>,
}

impl Known {
    /// Whether nobody has to be asked. Where the server names no content, a size is believed for good.
    pub fn holds(&self) -> bool {
        self.is_recent || (self.etag.is_none() && matches!(self.found, Found::Size(..)))
    }
}

impl ObjectKey {
    /// Regions and other ways to write an address do not matter, be it by the storage's endpoint. Organizations do: nobody
    /// learns from another's objects.
    pub(in crate::assets) fn new(
        organization: OrganizationId,
        (storage, endpoint): (Option<StorageId>, Option<&Endpoint>),
        data: &str,
    ) -> Self {
        let parsed = storage.and_then(|_| Address::parse_with(data, endpoint).ok());
        let object = parsed.as_ref().and_then(|parsed| parsed.address.as_object());
        let parts = match object {
            Some(object) => [
                object.bucket().as_str(),
                object.key(),
                object.version().unwrap_or(""),
            ],
            None => ["", data, ""],
        };
        let mut hash = Sha256::new();
        hash.update(organization.as_bytes());
        hash.update([u8::from(storage.is_some())]);
        hash.update(key(&storage));
        for part in parts {
            // No part has a NUL.
            hash.update([0]);
            hash.update(part);
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        Self(bytes)
    }
}

/// What is known of the objects of these assets.
pub(super) fn of_assets(
    tx: &mut Tx,
    range: &Range,
    assets: &[Unmeasured],
) -> Result<BTreeMap<ObjectKey, Known>> {
    if assets.is_empty() {
        return Ok(BTreeMap::new());
    }
    let since = begun_at(tx, range)?;
    let is_tried_again = range.is_tried_again();
    let places: Vec<String> = (1..=assets.len()).map(|n| format!("?{n}")).collect();
    let objects: Vec<Value<'_>> = assets.iter().map(|asset| Value::from(&asset.object.0)).collect();
    let known = tx.rows(
        &format!(
            "SELECT object, width, height, code, message, etag, read_at FROM probed_objects WHERE object IN ({})",
            places.join(", ")
        ),
        &objects,
        |row| read(row, since),
    )?;
    let doubted = |(object, mut known): (ObjectKey, Known)| {
        // Nothing may have been found in it because it was packed and did not say so. Headers may be mended while the
        // content, and its ETag with it, stays: whoever tries again has it read.
        if is_tried_again && matches!(known.found, Found::Nothing { .. }) {
            known.etag = None;
        }
        (object, known)
    };
    Ok(known.into_iter().map(doubted).collect())
}

/// Keeps what was read.
pub(super) fn learn(tx: &mut Tx, learned: &[Learned], now: i64) -> Result<()> {
    for Learned { object, found, etag } in learned {
        let (size, reason) = match found {
            Found::Size(width, height) => (Some((*width, *height)), None),
            Found::Nothing { code, message } => (None, Some((code, message))),
        };
        tx.execute(
            "INSERT INTO probed_objects (object, width, height, code, message, etag, read_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (object) DO UPDATE SET width = excluded.width, height = excluded.height,
                 code = excluded.code, message = excluded.message, etag = excluded.etag, read_at = excluded.read_at",
            params![
                &object.0,
                size.map(|(width, _)| width),
                size.map(|(_, height)| height),
                reason.map(|(code, _)| code),
                reason.map(|(_, message)| message),
                etag.as_ref().filter(|etag| etag.len() <= ETAG_BYTES_MAX),
                now
            ],
        )?;
    }
    Ok(())
}

/// Forgets what was read of some objects before that moment: their assets may be gone, and to read one again costs
/// little. Whether there may be more. Run it in [`crate::Db::claim`].
pub fn forget_older(tx: &mut Tx, than: i64) -> Result<bool> {
    let forgotten = tx.execute(
        "DELETE FROM probed_objects WHERE object IN
             (SELECT object FROM probed_objects WHERE read_at < ?1 ORDER BY read_at LIMIT ?2)",
        params![than, MAX_OBJECTS_PER_REMOVAL],
    )?;
    Ok(forgotten >= u64::from(MAX_OBJECTS_PER_REMOVAL))
}

/// From when on what was read is as new as the range.
fn begun_at(tx: &mut Tx, range: &Range) -> Result<i64> {
    if range.is_tried_again() {
        // Named by the time at which somebody asked to try again, for what was read until then.
        return Ok(1 - range.import);
    }
    let created_at = tx.cell(
        "SELECT created_at FROM imports WHERE number = ?1",
        params![range.import],
    )?;
    Ok(created_at.unwrap_or(i64::MAX))
}

fn read(row: &mut Row<'_>, since: i64) -> Result<(ObjectKey, Known)> {
    let object = ObjectKey(row.next()?);
    let (width, height): (Option<u32>, Option<u32>) = (row.next()?, row.next()?);
    let (code, message): (Option<String>, Option<String>) = (row.next()?, row.next()?);
    let found = match (width, height) {
        (Some(width), Some(height)) => Found::Size(width, height),
        _ => Found::Nothing {
            code: code.unwrap_or_default(),
            message: message.unwrap_or_default(),
        },
    };
    let (etag, read_at): (Option<String>, i64) = (row.next()?, row.next()?);
    let is_recent = read_at >= since;
    Ok((
        object,
        Known {
            found,
            etag,
            is_recent,
        },
    ))
}

//! Tidying up behind exports: files that expired, and files that no export needs.

use insitu_store::{Error, exports};

use super::files::{self, Place};
use crate::hub::Hub;

/// Removes the files of exports that have expired.
pub async fn expire(hub: &Hub) -> Result<(), Error> {
    loop {
        let now = hub.clock.now_ms();
        let gone = hub.db.claim(move |tx| exports::expire(tx, now)).await?;
        if gone.is_empty() {
            return Ok(());
        }
        for id in gone {
            if let Err(error) = Place::new(hub.config.exports_dir(), id).remove() {
                tracing::warn!(export = %id, %error, "an expired export could not be removed");
            }
        }
    }
}

/// Removes files that no export needs any more, such as those of a hub that ended between two steps: all of one that has
/// no file, and of one whose file is whole those that it was made with.
pub async fn sweep(hub: &Hub) {
    match remove_unneeded(hub).await {
        Ok(0) => {}
        Ok(exports) => tracing::info!(exports, "removed files that no export needs"),
        Err(error) => tracing::warn!(error, "the folder of exports could not be tidied"),
    }
}

async fn remove_unneeded(hub: &Hub) -> Result<usize, String> {
    let folder = hub.config.exports_dir();
    // Files first: an export that begins in between is then found in the database.
    let mut unneeded = files::found(&folder).map_err(|error| error.to_string())?;
    if unneeded.is_empty() {
        return Ok(0);
    }
    let needed = hub.db.read(exports::with_files).await;
    for (id, is_over) in needed.map_err(|error| error.to_string())? {
        if unneeded.remove(&id) && is_over {
            Place::new(folder.clone(), id)
                .remove_helpers()
                .map_err(|error| error.to_string())?;
        }
    }
    for id in &unneeded {
        Place::new(folder.clone(), *id)
            .remove()
            .map_err(|error| error.to_string())?;
    }
    Ok(unneeded.len())
}

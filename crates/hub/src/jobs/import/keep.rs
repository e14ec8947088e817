//! Tidying up behind imports: lists that no import needs, and uploads whose hub is gone.

use std::collections::HashSet;
use std::sync::Arc;

use insitu_store::{Error, imports};

use super::list_batches::note_made;
use super::spool::Spool;
use crate::hub::Hub;

/// Removes lists that no import needs any more.
pub async fn sweep(hub: &Hub) {
    let spool = Spool::new(hub.config.spool_dir());
    // Names first: a list whose upload ends in between is then found in the database.
    let swept = match spool.names() {
        Err(error) => Err(error.to_string()),
        Ok(names) if names.is_empty() => Ok(0),
        Ok(names) => match hub.db.read(imports::spools_needed).await {
            Err(error) => Err(error.to_string()),
            Ok(needed) => {
                let needed: HashSet<String> = needed.into_iter().collect();
                spool.sweep(&names, &needed).map_err(|error| error.to_string())
            }
        },
    };
    match swept {
        Ok(0) => {}
        Ok(lists) => tracing::info!(lists, "removed uploaded lists that no import needs"),
        Err(error) => tracing::warn!(error, "the folder of uploaded lists could not be tidied"),
    }
}

/// Ends imports whose hub stopped while their lists arrived, and removes what came of these.
pub async fn expire_uploads(hub: &Arc<Hub>) -> Result<(), Error> {
    const CODE: &str = "import.upload_cut_off";
    let error = serde_json::json!({
        "code": CODE,
        "message": "the hub stopped in the middle of the upload, so nothing of it was kept; send the file again",
    })
    .to_string();
    let (now, writer) = (hub.clock.now_ms(), hub.clone());
    let expired = hub
        .db
        .claim(move |tx| {
            let expired = imports::expire_receiving(tx, CODE, &error, now)?;
            for import in &expired {
                note_made(tx, &writer, &import.new)?;
            }
            Ok::<_, Error>(expired)
        })
        .await?;
    let spool = Spool::new(hub.config.spool_dir());
    for import in expired {
        if let Err(error) = spool.remove(&import.new.spool) {
            tracing::warn!(import = %import.new.id, %error, "an unfinished upload could not be removed");
        }
    }
    Ok(())
}

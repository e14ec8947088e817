//! Fetching the file: what arrives goes beside its place and takes it once it is whole; what breaks off is continued.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;

use crate::cli::client::Client;
use crate::cli::{Failure, Outcome, bar};

/// How often in a row nothing may arrive before the fetching ends.
const MAX_TRIES: u32 = 10;
/// How long to wait before the next try.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// Fetches `bytes` bytes into the file `target`.
pub async fn fetch(client: &Client, url: &str, target: &Path, bytes: u64, is_shown: bool) -> Outcome {
    let partial = partial_of(target);
    let fail = |error: std::io::Error| Failure::new(format!("cannot write {}: {error}", partial.display()));
    let mut file = File::create(&partial).await.map_err(fail)?;
    let bar = bar::new(bytes, is_shown);
    bar.set_style(bar::style(
        "{msg} {bar:30} {bytes} of {total_bytes} · {bytes_per_sec}",
    ));
    bar.set_message("Fetching");
    let (mut arrived, mut tries) = (0_u64, 0);
    while arrived < bytes {
        let before = arrived;
        let broken = match client.download(url, arrived).await {
            Err(error) if !error.is_passing() => return Err(error.into()),
            Err(error) => Some(error.to_string()),
            Ok(mut answer) => loop {
                match answer.chunk().await {
                    Ok(Some(chunk)) => {
                        file.write_all(&chunk).await.map_err(fail)?;
                        arrived += chunk.len() as u64;
                        bar.set_position(arrived);
                    }
                    Ok(None) => break None,
                    Err(error) => break Some(error.to_string()),
                }
            },
        };
        tries = if arrived > before { 0 } else { tries + 1 };
        if arrived < bytes {
            let cause = broken.unwrap_or_else(|| "it ended early".to_owned());
            if tries >= MAX_TRIES {
                return Err(Failure::new(format!(
                    "the file could not be fetched: {cause}. It is kept in the hub: {url}"
                )));
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
    }
    bar.finish_and_clear();
    if arrived != bytes {
        return Err(Failure::new(format!(
            "the file has {bytes} bytes and {arrived} arrived; fetch it again: {url}"
        )));
    }
    file.sync_all().await.map_err(fail)?;
    drop(file);
    tokio::fs::rename(&partial, target)
        .await
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", target.display())))
}

fn partial_of(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    target.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrives_waits_beside_its_place() {
        assert_eq!(partial_of(Path::new("a/b.zip")), Path::new("a/b.zip.partial"));
        assert_eq!(partial_of(Path::new("b")), Path::new("b.partial"));
    }
}

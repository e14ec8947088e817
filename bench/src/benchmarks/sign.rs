//! Signed URLs: one per request from one client and from sixteen, a page of a hundred from four, a thousand per request,
//! and the signer alone.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use insitu_cloud::credentials::Credentials;
use insitu_cloud::presign::Signer;
use insitu_model::id::{AssetId, ImportId};
use insitu_model::region::Region;
use serde_json::json;

use crate::clock;
use crate::figure::Figure;
use crate::floor::mac;
use crate::floor::server::Server;
use crate::hub::Workplace;
use crate::list::List;
use crate::load::drive;
use crate::sandbox::Facts;

const NAME: &str = "signed URLs";
const TARGET_PER_SECOND: f64 = 20_000.0;
/// Different requests that are sent in turn.
const REQUESTS: u64 = 512;
/// Asset numbers that follow each other lie this far apart (a prime), so that rows are read all over the table.
const STRIDE: u64 = 2_654_435_761;
const TTL_S: u32 = 900;
/// A moment like any other: Signer's URLs cost the same at all of them.
const NOW_MS: i64 = 1_800_000_000_000;
/// CPU time for what is measured without a hub.
const ALONE: Duration = Duration::from_secs(1);
/// URLs between two looks at the clock.
const URLS: u64 = 1000;

/// The assets of one import.
#[derive(Debug)]
pub struct Assets {
    pub import: ImportId,
    pub rows: u64,
}

impl Assets {
    fn id(&self, n: u64) -> Result<AssetId> {
        let ordinal = n.wrapping_mul(STRIDE) % self.rows;
        Ok(AssetId::of_import(self.import, u32::try_from(ordinal)?))
    }

    /// Bodies that ask for so many URLs each.
    fn bodies(&self, bodies: u64, urls: u64) -> Result<Vec<String>> {
        let ids = |body: u64| {
            (0..urls)
                .map(|n| Ok(self.id(body * urls + n)?.to_string()))
                .collect::<Result<Vec<_>>>()
        };
        (0..bodies)
            .map(|body| Ok(json!({ "assets": ids(body)? }).to_string()))
            .collect()
    }
}

struct Case {
    name: &'static str,
    clients: usize,
    requests: u64,
    urls_per_request: u64,
}

const CASES: [Case; 4] = [
    Case {
        name: "1 per request, 1 client",
        clients: 1,
        requests: REQUESTS,
        urls_per_request: 1,
    },
    Case {
        name: "1 per request, 16 clients",
        clients: 16,
        requests: REQUESTS,
        urls_per_request: 1,
    },
    Case {
        name: "100 per request, 4 clients",
        clients: 4,
        requests: 64,
        urls_per_request: 100,
    },
    Case {
        name: "1000 per request, 1 client",
        clients: 1,
        requests: 16,
        urls_per_request: 1000,
    },
];

/// Measures signing of these assets.
pub fn measure(
    place: &mut Workplace,
    assets: &Assets,
    bucket: &Facts,
    folder: &Path,
    time: Duration,
) -> Result<Vec<Figure>> {
    let path = format!("/v2/project/{}/assets/sign", place.project);
    let mac_floor = mac::urls_per_cpu_second(ALONE)?;
    let mut figures = Vec::new();
    for case in &CASES {
        let bodies = assets.bodies(case.requests, case.urls_per_request)?;
        let requests: Vec<_> = bodies
            .iter()
            .map(|body| place.request("POST", &path, body.as_bytes()))
            .collect();
        // The region of the bucket is learned with this one.
        let answer = place.post(&path, &serde_json::from_str(&bodies[0])?)?;
        let signed = answer["urls"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|url| url["url"].is_string())
            .count();
        ensure!(
            signed as u64 == case.urls_per_request,
            "not every asset was signed: {answer}"
        );
        let ours = drive(
            &place.hub.program,
            place.hub.address,
            &requests,
            case.clients,
            time,
        )?;
        let bare_server = Server::start(folder, answer.to_string().len())?;
        let bare = bare_server.drive(&requests, case.clients, time / 2)?;
        let urls = case.urls_per_request as f64;
        // Both floors one after the other: the answer's bytes and each URL's two hashes.
        let floor_of_cpu = urls / (1.0 / bare.rate_of_cpu() + urls / mac_floor);
        let mut per_second = Figure::more(NAME, case.name, "URLs per second", ours.rate() * urls)
            .floor(urls / (1.0 / bare.rate() + urls / mac_floor));
        // One client that waits for each answer shows how long an answer takes, not how many there are.
        if case.clients > 1 || case.urls_per_request > 1 {
            per_second = per_second.target(TARGET_PER_SECOND);
        }
        figures.push(per_second);
        figures.push(
            Figure::more(NAME, case.name, "URLs per CPU-second", ours.rate_of_cpu() * urls)
                .floor(floor_of_cpu),
        );
    }
    let alone = signer_alone(bucket, ALONE)?;
    figures.push(Figure::more(NAME, "the signer alone", "URLs per CPU-second", alone).floor(mac_floor));
    Ok(figures)
}

/// URLs per CPU-second of one thread that does nothing else.
fn signer_alone(bucket: &Facts, time: Duration) -> Result<f64> {
    let region: Region = bucket.region.parse()?;
    let credentials =
        Credentials::permanent(bucket.access_key_id.as_str(), bucket.secret_access_key.as_str());
    let signer = Signer::new(Arc::new(credentials));
    let keys: Vec<String> = (0..URLS).map(List::key).collect();
    let before = clock::cpu_of_thread()?;
    let mut urls = 0;
    loop {
        for key in &keys {
            black_box(signer.sign(&region, None, &bucket.bucket, key, None, TTL_S, NOW_MS)?);
        }
        urls += URLS;
        let cpu = clock::cpu_of_thread()?.saturating_sub(before);
        if cpu >= time {
            return Ok(urls as f64 / cpu.as_secs_f64());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_names_assets_of_the_import_and_none_twice() {
        let import: ImportId = "00010203040506070809abcd".parse().unwrap();
        let assets = Assets {
            import,
            rows: 100_000,
        };
        let bodies = assets.bodies(16, 1000).unwrap();
        assert_eq!(bodies.len(), 16);
        let mut ids: Vec<String> = bodies
            .iter()
            .flat_map(|body| {
                serde_json::from_str::<serde_json::Value>(body).unwrap()["assets"]
                    .as_array()
                    .unwrap()
                    .clone()
            })
            .map(|id| id.as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 16_000);
        let range = AssetId::range_of_import(import);
        assert!(ids.iter().all(|id| range.contains(&id.parse().unwrap())));
    }
}

//! The floor of signing: HMAC-SHA256 twice per URL, over what a presigned URL hashes at least.

use std::hint::black_box;
use std::time::Duration;

use anyhow::Result;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::clock;

/// About the length of the canonical request of a presigned URL, and of what is signed of it, in bytes.
const CANONICAL_REQUEST: [u8; 384] = [b'r'; 384];
const STRING_TO_SIGN: [u8; 140] = [b's'; 140];
/// URLs between two looks at the clock.
const URLS: u32 = 1000;

/// URLs per CPU-second.
pub fn urls_per_cpu_second(time: Duration) -> Result<f64> {
    let keyed = Hmac::<Sha256>::new_from_slice(&[7; 32])?;
    let mac = |data: &[u8]| keyed.clone().chain_update(data).finalize().into_bytes();
    let before = clock::cpu_of_thread()?;
    let mut urls = 0_u64;
    loop {
        for _ in 0..URLS {
            black_box(mac(black_box(&CANONICAL_REQUEST)));
            black_box(mac(black_box(&STRING_TO_SIGN)));
        }
        urls += u64::from(URLS);
        let cpu = clock::cpu_of_thread()?.saturating_sub(before);
        if cpu >= time {
            return Ok(urls as f64 / cpu.as_secs_f64());
        }
    }
}

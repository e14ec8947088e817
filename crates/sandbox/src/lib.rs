//! S3 and STS in one process: a bucket to try Insitu with, and to test against without an AWS account.
//!
//! Every signature is checked, every policy evaluated, every refusal given in AWS's own words. Nothing is kept:
//! objects live in memory, or in a folder that is only read.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use insitu_sandbox::{Ambient, Defaults, Ready, Sandbox};
//!
//! let ambient = Ambient::system();
//! let config = Defaults::default().config(&*ambient.random);
//! let running = Sandbox::new(&config, ambient)?.start().await?;
//! let ready = Ready::of(&config, &running.world, &running.endpoint());
//! println!("a bucket at {}, keys {:?}", ready.s3_endpoint, ready.access_key_id);
//! running.stop().await;
//! # Ok(())
//! # }
//! ```

mod access;
pub mod ambient;
mod canonical;
pub mod config;
pub mod cors;
pub mod defaults;
mod dns;
mod door;
mod edge;
mod facts;
pub mod faults;
mod host;
mod identity;
mod keys;
mod listing;
pub mod objects;
pub mod policy;
mod preflight;
mod ready;
mod refusal;
mod request_log;
mod s3;
pub mod samples;
mod server;
mod sts;
mod time;
mod timing;
mod tls;
pub mod uploads;
pub mod world;
mod xml;

pub use ambient::{Ambient, Clock, MovableClock, Random};
pub use config::{Config, ConfigError};
pub use defaults::Defaults;
pub use faults::{Fault, FaultRule, Faults, Scope};
pub use ready::{Ready, ReadyBucket, ReadyUser};
pub use server::{Running, Sandbox};
pub use tls::TlsError;
pub use world::World;

//! Names become addresses here, and only addresses that may be reached come out.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::Reach;

/// The future that a [`Lookup`] returns.
pub type LookupFuture<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Looks a host name up.
pub trait Lookup: Send + Sync + 'static {
    /// Every address of a name.
    fn lookup<'a>(&'a self, host: &'a str) -> LookupFuture<'a>;
}

/// The operating system's way.
#[derive(Debug, Clone, Copy)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup<'a>(&'a self, host: &'a str) -> LookupFuture<'a> {
        Box::pin(async move {
            Ok(tokio::net::lookup_host((host, 0))
                .await?
                .map(|address| address.ip())
                .collect())
        })
    }
}

/// The error of a name whose every address is refused.
#[derive(Debug)]
pub(super) struct Refused;

/// The error of a name that has no address.
#[derive(Debug)]
pub(super) struct Unknown(pub io::Error);

/// Resolves names for one port and drops every address that may not be reached.
pub(super) struct CheckedResolver {
    reach: Reach,
    port: u16,
    lookup: Arc<dyn Lookup>,
}

impl CheckedResolver {
    pub fn new(reach: Reach, port: u16, lookup: Arc<dyn Lookup>) -> Self {
        Self { reach, port, lookup }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, port, lookup) = (self.reach.clone(), self.port, self.lookup.clone());
        Box::pin(async move {
            let host = name.as_str();
            let found = lookup.lookup(host).await.map_err(Unknown)?;
            if found.is_empty() {
                return Err(Unknown(io::ErrorKind::NotFound.into()).into());
            }
            let is_reachable = |address: &IpAddr| match &reach {
                Reach::Operator => true,
                Reach::Storages(allowed) => {
                    allowed.allows_name(host, port) || allowed.allows_address(*address, port)
                }
            };
            let reachable: Vec<SocketAddr> = found
                .into_iter()
                .filter(is_reachable)
                .map(|address| SocketAddr::new(address, 0))
                .collect();
            if reachable.is_empty() {
                return Err(Refused.into());
            }
            Ok(Box::new(reachable.into_iter()) as Addrs)
        })
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("every address of this name is private")
    }
}

impl std::error::Error for Refused {}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name has no address: {}", self.0)
    }
}

impl std::error::Error for Unknown {}

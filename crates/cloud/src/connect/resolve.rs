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

/// Why a name leads nowhere.
pub(super) enum Miss {
    Unknown(Unknown),
    Refused(Refused),
}

/// The addresses of a name that may be reached at this port.
pub(super) async fn reachable(
    reach: &Reach,
    lookup: &dyn Lookup,
    host: &str,
    port: u16,
) -> Result<Vec<IpAddr>, Miss> {
    let looked_up = lookup.lookup(host).await;
    let mut found = looked_up.map_err(|error| Miss::Unknown(Unknown(error)))?;
    if found.is_empty() {
        return Err(Miss::Unknown(Unknown(io::ErrorKind::NotFound.into())));
    }
    found.retain(|address| match reach {
        Reach::Operator => true,
        Reach::Storages(allowed) => allowed.allows_name(host, port) || allowed.allows_address(*address, port),
    });
    if found.is_empty() {
        return Err(Miss::Refused(Refused));
    }
    Ok(found)
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, port, lookup) = (self.reach.clone(), self.port, self.lookup.clone());
        Box::pin(async move {
            let found = match reachable(&reach, &*lookup, name.as_str(), port).await {
                Ok(found) => found,
                Err(Miss::Unknown(unknown)) => return Err(unknown.into()),
                Err(Miss::Refused(refused)) => return Err(refused.into()),
            };
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
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

//! Connecting and leaving again: does the name resolve, may it be reached, and does anybody listen?

use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio::time::timeout;

use super::resolve::{Miss, reachable};
use super::{ConnectError, Outbound, exact_url, literal_address};

impl Outbound {
    /// Connects to the host of a URL, says nothing and leaves; where it came out. Under the same rules as every call.
    pub async fn knock(&self, url: &str) -> Result<SocketAddr, ConnectError> {
        let url = exact_url(url)?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or_default();
        self.check_literal(&url, port)?;
        let addresses = match literal_address(&host) {
            Some(address) => vec![address],
            None => self.look_up(&host, port).await?,
        };
        let addresses: Vec<SocketAddr> = addresses
            .into_iter()
            .map(|address| SocketAddr::new(address, port))
            .collect();
        let unreachable = |reason: String| ConnectError::Unreachable {
            host: host.clone(),
            reason,
        };
        let patience = self.inner.patience.connect;
        let stream = timeout(patience, TcpStream::connect(&addresses[..]))
            .await
            .map_err(|_| unreachable(format!("no connection within {} s", patience.as_secs_f32())))?
            .map_err(|error| unreachable(error.to_string()))?;
        stream.peer_addr().map_err(|error| unreachable(error.to_string()))
    }

    async fn look_up(&self, host: &str, port: u16) -> Result<Vec<std::net::IpAddr>, ConnectError> {
        let inner = &self.inner;
        let unknown = || ConnectError::UnknownHost {
            host: host.to_owned(),
        };
        let looking = reachable(&inner.reach, &*inner.lookup, host, port);
        match timeout(inner.patience.connect, looking).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(Miss::Refused(_))) => Err(ConnectError::PrivateAddress {
                host: host.to_owned(),
            }),
            Ok(Err(Miss::Unknown(_))) | Err(_) => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::connect::{AllowedEndpoint, AllowedEndpoints, Outbound, Patience, Reach};

    fn door(allowed: &[&str]) -> Outbound {
        let allowed = allowed
            .iter()
            .map(|entry| entry.parse::<AllowedEndpoint>().unwrap());
        Outbound::new(
            Reach::Storages(AllowedEndpoints::from_iter(allowed)),
            Patience::NORMAL,
        )
        .unwrap()
    }

    #[tokio::test]
    async fn knocking_follows_the_rules_of_every_call() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}/");
        assert_eq!(door(&["127.0.0.1"]).knock(&url).await.unwrap(), address);
        let named = format!("http://localhost:{}/", address.port());
        assert_eq!(door(&["localhost"]).knock(&named).await.unwrap(), address);
        for (allowed, url, code) in [
            (&[][..], url.as_str(), "connect.private_address"),
            (&[], named.as_str(), "connect.private_address"),
            (&["127.0.0.1"], "https://nobody.invalid/", "connect.unknown_host"),
            (&["127.0.0.1"], "http://127.0.0.1:1/", "connect.unreachable"),
        ] {
            assert_eq!(door(allowed).knock(url).await.unwrap_err().code(), code, "{url}");
        }
    }
}

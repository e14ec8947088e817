//! Public addresses: the first bytes of what anybody may fetch, without a signature and without following anybody.

use std::sync::Arc;

use bytes::Bytes;
use insitu_model::ambient::Random;
use reqwest::Method;

use crate::connect::{Answer, BodyLimit, Outbound, Outgoing};
use crate::refusal::{CallError, Refusal};
use crate::retry::Retry;
use crate::s3::{RANGE_BYTES_MAX, RangeRead, unless_unchanged};
use crate::unpack::Seen;

/// Asks whatever server a public address names. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    outbound: Outbound,
    random: Arc<dyn Random>,
    retry: Retry,
}

impl Client {
    /// A client that goes through this door, and is this patient.
    pub fn new(outbound: Outbound, random: Arc<dyn Random>, retry: Retry) -> Self {
        Self {
            outbound,
            random,
            retry,
        }
    }

    /// The first `first_bytes` behind a URL, at most [`RANGE_BYTES_MAX`], even from a server that ignores ranges. A
    /// redirect is a refusal.
    pub async fn get_range(&self, url: &str, first_bytes: usize) -> Result<RangeRead, CallError> {
        let answer = self.get(url, first_bytes, None).await?;
        Ok(RangeRead::read(answer))
    }

    /// The same of what may have changed since it had this ETag; none where it has not.
    pub async fn get_changed_range(
        &self,
        url: &str,
        first_bytes: usize,
        etag: &str,
    ) -> Result<Option<RangeRead>, CallError> {
        let answer = self.get(url, first_bytes, Some(("if-none-match", etag))).await;
        unless_unchanged(answer.map(RangeRead::read))
    }

    /// The same as a page of this origin asks for it.
    pub async fn get_as_page(
        &self,
        url: &str,
        first_bytes: usize,
        origin: &str,
    ) -> Result<AsPage, CallError> {
        let answer = self.get(url, first_bytes, Some(("origin", origin))).await?;
        let allow_origin = answer.joined("access-control-allow-origin");
        let read = RangeRead::read(answer);
        Ok(AsPage {
            allow_origin,
            seen: read.seen(read.bytes.len() < first_bytes),
        })
    }

    async fn get(
        &self,
        url: &str,
        first_bytes: usize,
        header: Option<(&'static str, &str)>,
    ) -> Result<Answer, CallError> {
        let wanted = first_bytes.clamp(1, RANGE_BYTES_MAX);
        let once = || async {
            let range = ("range", format!("bytes=0-{}", wanted - 1));
            let header = header.map(|(name, value)| (name, value.to_owned()));
            let outgoing = Outgoing {
                method: Method::GET,
                url: url.to_owned(),
                headers: header.into_iter().chain([range]).collect(),
                body: Bytes::new(),
            };
            let answer = self.outbound.send(outgoing, BodyLimit::Cut(wanted)).await?;
            if (200..300).contains(&answer.status) {
                return Ok(answer);
            }
            Err(CallError::Refused {
                host: host_of(url).to_owned(),
                call: "GET",
                refusal: Box::new(Refusal::read(&answer)),
            })
        };
        self.retry.run(&*self.random, once).await
    }
}

/// What a page gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsPage {
    /// The first bytes, as a browser sees them.
    pub seen: Seen,
    /// The origin whose pages may read them, if any may; with a comma where the server says it twice.
    pub allow_origin: Option<String>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("outbound", &self.outbound)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

fn host_of(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    after_scheme.split(['/', '?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connect::{AllowedEndpoints, Patience, Reach};
    use crate::refusal::RefusalKind;
    use crate::testing::{Server, answer, random};

    async fn ask(server: &Server, outbound: Outbound) -> Result<RangeRead, CallError> {
        let client = Client::new(outbound, random(), Retry::NONE);
        client
            .get_range(&format!("http://{}/a%20b.jpg", server.address), 5)
            .await
    }

    #[tokio::test]
    async fn the_beginning_is_asked_for_without_a_signature() {
        let partial = answer("206 Partial Content", "content-range: bytes 0-4/9\r\n", "01234");
        for said in [partial, answer("200 OK", "", "012345678")] {
            let server = Server::says(&[&said]).await;
            let read = ask(&server, server.outbound()).await.unwrap();
            assert_eq!((&read.bytes[..], read.total_bytes), (&b"01234"[..], Some(9)));
            let asked = server.asked()[0].to_lowercase();
            assert!(asked.starts_with("get /a%20b.jpg http/1.1\r\n"), "{asked}");
            assert!(
                asked.contains("range: bytes=0-4\r\n") && !asked.contains("authorization"),
                "{asked}"
            );
        }
    }

    #[tokio::test]
    async fn a_page_is_told_whose_pages_may_read() {
        for (header, allowed) in [
            ("access-control-allow-origin: *\r\n", Some("*".to_owned())),
            (
                "access-control-allow-origin: *\r\naccess-control-allow-origin: https://hub.test\r\n",
                Some("*, https://hub.test".to_owned()),
            ),
            ("", None),
        ] {
            let server = Server::says(&[&answer("206 Partial Content", header, "01234")]).await;
            let client = Client::new(server.outbound(), random(), Retry::NONE);
            let url = format!("http://{}/a.jpg", server.address);
            let page = client.get_as_page(&url, 5, "https://hub.test").await.unwrap();
            let seen = Seen::Bytes {
                bytes: Bytes::from_static(b"01234"),
                is_all: false,
            };
            assert_eq!((page.seen, page.allow_origin), (seen, allowed));
            let asked = server.asked()[0].to_lowercase();
            assert!(asked.contains("origin: https://hub.test\r\n"), "{asked}");
        }
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let server = Server::says(&[&answer("302 Found", "location: http://127.0.0.1/\r\n", "")]).await;
        let refused = ask(&server, server.outbound()).await.unwrap_err();
        assert_eq!(refused.kind(), Some(RefusalKind::Redirected));
        assert_eq!(server.asked().len(), 1);
    }

    #[tokio::test]
    async fn a_private_address_that_nobody_allowed_is_not_asked() {
        let server = Server::says(&[&answer("200 OK", "", "x")]).await;
        let reach = Reach::Storages(AllowedEndpoints::none());
        let refused = ask(&server, Outbound::new(reach, Patience::NORMAL).unwrap()).await;
        assert_eq!(refused.unwrap_err().code(), "connect.private_address");
        assert!(server.asked().is_empty());
    }
}

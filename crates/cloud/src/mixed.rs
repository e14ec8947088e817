//! Mixed content: a page that came by TLS may not fetch what would come without, but from the browser's own machine.

use std::net::IpAddr;

use reqwest::Url;

/// Whether browsers keep a page of this origin from fetching a URL, whatever answers there.
pub fn is_mixed(page_origin: &str, url: &str) -> bool {
    if !page_origin.starts_with("https://") {
        return false;
    }
    let plain = Url::parse(url).ok().filter(|url| url.scheme() == "http");
    plain.is_some_and(|url| !url.host_str().is_some_and(is_own_machine))
}

/// Nobody else is on the way there.
fn is_own_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    match address.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_came_by_tls_fetches_by_tls_or_from_its_own_machine() {
        let mixed = |url| is_mixed("https://hub.example", url);
        for url in [
            "http://minio.example:9000",
            "http://10.0.0.5/a.jpg",
            "http://localhost.example",
        ] {
            assert!(mixed(url), "{url}");
            assert!(!is_mixed("http://hub.example", url), "{url}");
        }
        for url in [
            "https://minio.example",
            "http://127.0.0.1:9000",
            "http://127.1.2.3",
            "http://[::1]:9000/a.jpg",
            "http://localhost:9000",
            "http://s3.localhost/a.jpg",
            "no URL",
        ] {
            assert!(!mixed(url), "{url}");
        }
    }
}

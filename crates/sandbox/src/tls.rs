//! TLS beside plain HTTP on the one port, with a certificate that the sandbox makes for itself.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

/// The kind of a record that belongs to a handshake: a connection that begins so wants TLS, and no HTTP begins so.
pub(crate) const HANDSHAKE: u8 = 22;

/// A line of PEM, as everybody writes it.
const LINE_CHARS: usize = 64;

/// Ends TLS, and tells what to trust.
#[derive(Clone)]
pub(crate) struct Tls {
    pub acceptor: TlsAcceptor,
    /// The certificate as PEM. Nobody signed it: a client has to be told to trust it.
    pub certificate: String,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error(transparent)]
    Certificate(#[from] rcgen::Error),
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

impl Tls {
    /// Makes a key and a certificate for this machine, and for the domains below which buckets are host names.
    pub(crate) fn new(domains: &[String]) -> Result<Self, TlsError> {
        let below = domains
            .iter()
            .flat_map(|domain| [domain.clone(), format!("*.{domain}")]);
        let here = ["localhost", "*.localhost", "127.0.0.1", "::1"].map(str::to_owned);
        let names: Vec<String> = here.into_iter().chain(below).collect();
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(names)?.self_signed(&key)?;
        let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            certificate: pem(certificate.der()),
        })
    }
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for (at, char) in text.chars().enumerate() {
        if at > 0 && at % LINE_CHARS == 0 {
            pem.push('\n');
        }
        pem.push(char);
    }
    pem + "\n-----END CERTIFICATE-----\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_written_in_lines_that_everybody_reads() {
        let written = pem(&[0; 60]);
        let lines: Vec<&str> = written.lines().collect();
        let body = "A".repeat(64);
        assert_eq!(
            lines,
            [
                "-----BEGIN CERTIFICATE-----",
                &body,
                &"A".repeat(16),
                "-----END CERTIFICATE-----"
            ]
        );
    }

    #[test]
    fn a_domain_that_is_no_name_is_refused() {
        assert!(Tls::new(&["sandbox.test".to_owned()]).is_ok());
        assert!(Tls::new(&["münchen".to_owned()]).is_err());
    }
}

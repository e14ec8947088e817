//! What an operator can set, once, at the start.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use insitu_model::endpoint::Endpoint;
use insitu_model::region::Region;
use insitu_store::role_proofs::Overrides;
use secrecy::SecretString;

use crate::failure::{Failure, Outcome};

/// How many days the file of an export is kept unless the operator says otherwise.
const DEFAULT_EXPORT_DAYS: u32 = 7;
/// How many days it is remembered who was handed which signed URL unless somebody says otherwise.
const DEFAULT_URL_RECORD_DAYS: u32 = 90;
/// How long a signed URL lasts unless the operator says otherwise.
const DEFAULT_SIGNED_URL_TTL_SECONDS: u32 = 900;

/// The largest file that can be uploaded unless the operator says otherwise, in bytes: what S3 takes in one request.
pub const DEFAULT_MAX_UPLOAD_BYTES: u64 = 5 << 30;

/// An access key that was handed over and not looked for.
#[derive(Clone)]
pub struct DelegateKeys {
    pub access_key_id: String,
    pub secret_access_key: SecretString,
}

impl std::fmt::Debug for DelegateKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DelegateKeys")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// Settings of a hub; every one is also an environment variable.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// Address and port to listen on; port 0 takes any free one.
    #[arg(long, env = "INSITU_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Folder of the database, the spooled imports, uploaded files, the exports, the ledger's journals and, unless given, the vault key.
    #[arg(long, env = "INSITU_DATA_DIR", default_value = "insitu-data")]
    pub data_dir: PathBuf,
    /// `postgres://…`; without it, SQLite in the data directory.
    #[arg(long, env = "INSITU_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The origin under which browsers reach this hub, which CORS rules must name.
    #[arg(long, env = "INSITU_PUBLIC_URL")]
    pub public_url: Option<String>,
    /// How long a signed URL lasts, in seconds.
    #[arg(long, env = "INSITU_SIGNED_URL_TTL", default_value_t = DEFAULT_SIGNED_URL_TTL_SECONDS, value_parser = clap::value_parser!(u32).range(60..=604_800))]
    pub signed_url_ttl: u32,
    /// The largest file that can be uploaded to the hub's own storage, in bytes.
    #[arg(long, env = "INSITU_MAX_UPLOAD_BYTES", default_value_t = DEFAULT_MAX_UPLOAD_BYTES)]
    pub max_upload_bytes: u64,
    /// A bucket, `s3://BUCKET` or a folder of one, for the files that people upload, in place of a folder of the data directory.
    #[arg(long, env = "INSITU_OWN_STORAGE")]
    pub own_storage: Option<String>,
    /// The region of that bucket; without it, that of AWS_REGION.
    #[arg(long, env = "INSITU_OWN_STORAGE_REGION")]
    pub own_storage_region: Option<String>,
    /// The S3 service of that bucket, if it is not AWS's own.
    #[arg(long, env = "INSITU_OWN_STORAGE_ENDPOINT")]
    pub own_storage_endpoint: Option<String>,
    /// The access key for that bucket; without it, the hub's own AWS identity opens it.
    #[arg(long, env = "INSITU_OWN_STORAGE_ACCESS_KEY_ID")]
    pub own_storage_access_key_id: Option<String>,
    /// The secret of that access key.
    #[arg(long, env = "INSITU_OWN_STORAGE_SECRET_ACCESS_KEY", hide_env_values = true)]
    pub own_storage_secret_access_key: Option<SecretString>,
    /// How many days the files of exports are kept.
    #[arg(long, env = "INSITU_EXPORT_DAYS", default_value_t = DEFAULT_EXPORT_DAYS, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub export_days: u32,
    /// How many days it is remembered who was handed which signed URL, unless the organization says otherwise.
    #[arg(long, env = "INSITU_URL_RECORD_DAYS", default_value_t = DEFAULT_URL_RECORD_DAYS, value_parser = clap::value_parser!(u32).range(1..=3650))]
    pub url_record_days: u32,
    /// Keys that seal storage secrets (base64 of 32 bytes, comma-separated, the current one first).
    #[arg(
        long,
        env = "INSITU_SECRET_KEYS",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub secret_keys: Vec<String>,
    /// A private host, address or network that a storage's endpoint may name (may be repeated).
    #[arg(long = "allow-endpoint", env = "INSITU_ALLOW_ENDPOINT", value_delimiter = ',')]
    pub allow_endpoints: Vec<String>,
    /// A proxy, or a network of proxies, whose X-Forwarded-For says where requests come from (may be repeated).
    #[arg(long = "trusted-proxy", env = "INSITU_TRUSTED_PROXY", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
    /// Where to ask STS instead of AWS's regional endpoints.
    #[arg(long, env = "AWS_ENDPOINT_URL_STS")]
    pub sts_endpoint: Option<String>,
    /// The DNS server that is asked for the hosts of storages, STS and the own storage's bucket, instead of what the system asks; port 53 unless named.
    #[arg(long, env = "INSITU_RESOLVER", value_name = "ADDRESS", value_parser = parse_resolver)]
    pub resolver: Option<SocketAddr>,
    /// The region whose STS is asked who the hub is.
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1")]
    pub aws_region: String,
    /// Where to write `{"url":…}` once the hub answers.
    #[arg(long, env = "INSITU_READY_FILE")]
    pub ready_file: Option<PathBuf>,
    /// Whether the hub may read the first bytes of assets that came without width and height.
    #[arg(long, env = "INSITU_HEADER_PROBES", default_value_t = true, action = clap::ArgAction::Set)]
    pub header_probes: bool,
    /// Whether the hub's own AWS identity may be that of the EC2 instance it runs on.
    #[arg(long, env = "INSITU_ASK_INSTANCE", default_value_t = true, action = clap::ArgAction::Set)]
    pub ask_instance: bool,
    /// Refuses external IDs that customers bring for roles that they have: only those that the hub made are taken.
    #[arg(long, env = "INSITU_REFUSE_CUSTOMER_EXTERNAL_IDS")]
    pub refuse_customer_external_ids: bool,
    /// Lets no owner override that a role is open to others; overrides that are there count for nothing.
    #[arg(long, env = "INSITU_REFUSE_VERIFICATION_OVERRIDES")]
    pub refuse_verification_overrides: bool,
    /// The identity that assumes roles, instead of the one found by AWS's standard chain.
    #[arg(skip)]
    pub delegate: Option<DelegateKeys>,
    /// Log lines as JSON, for programs.
    #[arg(long, env = "INSITU_LOG_JSON")]
    pub log_json: bool,
}

impl Config {
    /// A hub in this folder at this address, everything else as it is by default.
    pub fn in_folder(data_dir: PathBuf, listen: SocketAddr) -> Self {
        Self {
            listen,
            data_dir,
            database_url: None,
            public_url: None,
            signed_url_ttl: DEFAULT_SIGNED_URL_TTL_SECONDS,
            max_upload_bytes: DEFAULT_MAX_UPLOAD_BYTES,
            own_storage: None,
            own_storage_region: None,
            own_storage_endpoint: None,
            own_storage_access_key_id: None,
            own_storage_secret_access_key: None,
            export_days: DEFAULT_EXPORT_DAYS,
            url_record_days: DEFAULT_URL_RECORD_DAYS,
            secret_keys: Vec::new(),
            allow_endpoints: Vec::new(),
            trusted_proxies: Vec::new(),
            sts_endpoint: None,
            resolver: None,
            aws_region: Region::US_EAST_1.to_string(),
            ready_file: None,
            header_probes: true,
            ask_instance: false,
            refuse_customer_external_ids: false,
            refuse_verification_overrides: false,
            delegate: None,
            log_json: false,
        }
    }

    /// The folder in which imports are spooled.
    pub fn spool_dir(&self) -> PathBuf {
        self.data_dir.join("imports")
    }

    /// The folder of the hub's own storage: files that people upload.
    pub fn files_dir(&self) -> PathBuf {
        self.data_dir.join("files")
    }

    /// The folder in which exports are written and kept.
    pub fn exports_dir(&self) -> PathBuf {
        self.data_dir.join("exports")
    }

    /// The folder of the journals in which signed URLs are written down.
    pub fn ledger_dir(&self) -> PathBuf {
        self.data_dir.join("ledger")
    }

    /// How long the file of an export is kept, in milliseconds.
    pub fn export_kept_ms(&self) -> i64 {
        i64::from(self.export_days) * 24 * 60 * 60 * 1000
    }

    /// Whether an owner's word counts against what was found of a role.
    pub fn overrides(&self) -> Overrides {
        if self.refuse_verification_overrides {
            Overrides::AreRefused
        } else {
            Overrides::Count
        }
    }

    /// The SQLite file that is used without a database URL.
    pub fn sqlite_path(&self) -> PathBuf {
        self.data_dir.join("insitu.sqlite")
    }

    /// The file that keeps the vault key when none is given.
    pub fn vault_key_path(&self) -> PathBuf {
        self.data_dir.join("vault.key")
    }

    /// The public URL as an origin: the one set, or the address listened on.
    pub fn public_url(&self, bound: SocketAddr) -> Outcome<String> {
        match self
            .public_url
            .as_deref()
            .map(str::trim)
            .filter(|url| !url.is_empty())
        {
            Some(url) => url
                .trim_end_matches('/')
                .parse::<Endpoint>()
                .map(|origin| origin.to_string())
                .map_err(|error| {
                    Failure::new(format!(
                        "the public URL must be an origin such as https://hub.example.com: {error}"
                    ))
                }),
            None if bound.ip().is_unspecified() => Ok(format!("http://localhost:{}", bound.port())),
            None => Ok(format!("http://{bound}")),
        }
    }
}

/// `10.0.0.2`, `10.0.0.2:5353`, `[2001:db8::53]:53`.
fn parse_resolver(text: &str) -> Result<SocketAddr, String> {
    const DNS_PORT: u16 = 53;
    let bare = || text.parse::<IpAddr>().map(|address| (address, DNS_PORT).into());
    text.parse().or_else(|_| bare()).map_err(|_| {
        format!("{text:?} is no address: write that of a DNS server, such as 10.0.0.2 or 10.0.0.2:5353")
    })
}

/// Writes a file that programs wait for, whole or not at all.
pub fn write_ready_file(path: &Path, body: &serde_json::Value) -> std::io::Result<()> {
    let partial = path.with_extension("partial");
    std::fs::write(&partial, format!("{body:#}\n"))?;
    std::fs::rename(&partial, path)
}

#[cfg(test)]
mod tests {
    use super::parse_resolver;

    #[test]
    fn a_resolver_is_an_address_with_a_port_or_without() {
        for (written, read) in [
            ("10.0.0.2", "10.0.0.2:53"),
            ("10.0.0.2:5353", "10.0.0.2:5353"),
            ("2001:db8::53", "[2001:db8::53]:53"),
            ("[2001:db8::53]:5353", "[2001:db8::53]:5353"),
        ] {
            assert_eq!(parse_resolver(written).unwrap().to_string(), read);
        }
        assert!(parse_resolver("dns.example.com").is_err());
    }
}

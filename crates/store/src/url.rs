//! Where the database is: a file of SQLite or an address of PostgreSQL.

use std::{fmt, path::PathBuf, str::FromStr};

use crate::{Error, Result};

/// The address of the database. Its `Debug` and `Display` hide a password.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file; made when it does not exist.
    Sqlite(PathBuf),
    /// A `postgres://` address.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = Error;

    /// `postgres://…`, `postgresql://…`, `sqlite://PATH`, `sqlite:PATH`, or a plain path.
    fn from_str(given: &str) -> Result<Self> {
        if given.starts_with("postgres://") || given.starts_with("postgresql://") {
            given.parse::<postgres::Config>().map_err(|e| Error::BadUrl {
                given: without_password(given),
                problem: std::error::Error::source(&e).map_or_else(|| e.to_string(), ToString::to_string),
            })?;
            return Ok(Self::Postgres(given.to_owned()));
        }
        let path = given
            .strip_prefix("sqlite://")
            .or_else(|| given.strip_prefix("sqlite:"))
            .unwrap_or(given);
        if path.is_empty() || path.contains("://") {
            return Err(Error::BadUrl {
                given: without_password(given),
                problem: "expected a file path, sqlite://PATH or postgres://USER@HOST/DATABASE".to_owned(),
            });
        }
        Ok(Self::Sqlite(PathBuf::from(path)))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite://{}", path.display()),
            Self::Postgres(url) => f.write_str(&without_password(url)),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The address with `***` where a password may be: between the first `:` of the authority and its last `@`, and
/// in a `password=` parameter.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, tail) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
    let shown = match authority.rsplit_once('@') {
        Some((user, host)) => match user.split_once(':') {
            Some((name, _)) => format!("{name}:***@{host}"),
            None => authority.to_owned(),
        },
        None => authority.to_owned(),
    };
    let tail = match tail.find("password=") {
        Some(at) => {
            let value = &tail[at + "password=".len()..];
            let end = value.find('&').map_or("", |end| &value[end..]);
            format!("{}password=***{end}", &tail[..at])
        }
        None => tail.to_owned(),
    };
    format!("{scheme}://{shown}{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_are_recognised() {
        assert_eq!(
            "/data/hub.db".parse::<DatabaseUrl>().unwrap(),
            DatabaseUrl::Sqlite("/data/hub.db".into())
        );
        assert_eq!(
            "sqlite:///data/hub.db".parse::<DatabaseUrl>().unwrap(),
            DatabaseUrl::Sqlite("/data/hub.db".into())
        );
        assert!(matches!(
            "postgres://u@h/d".parse::<DatabaseUrl>().unwrap(),
            DatabaseUrl::Postgres(_)
        ));
        assert!("mysql://u@h/d".parse::<DatabaseUrl>().is_err());
        assert!("".parse::<DatabaseUrl>().is_err());
    }

    #[test]
    fn a_password_is_never_shown() {
        for url in [
            "postgres://u:s3cret@h:5432/d?application_name=x",
            "postgres://h/d?user=u&password=s3cret&application_name=x",
        ] {
            let shown = url.parse::<DatabaseUrl>().unwrap().to_string();
            assert!(!shown.contains("s3cret"), "{shown}");
            assert!(shown.contains("***"), "{shown}");
        }
        let refused = "mysql://u:s3cret@h/d"
            .parse::<DatabaseUrl>()
            .unwrap_err()
            .to_string();
        assert!(!refused.contains("s3cret"), "{refused}");
    }
}

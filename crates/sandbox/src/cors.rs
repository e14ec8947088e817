//! CORS rules of a bucket, matched and answered as S3 does.

use std::collections::BTreeSet;

use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderMap,
    HeaderName, HeaderValue, VARY,
};
use serde::{Deserialize, Serialize};

use crate::policy::matches_wildcard;

/// The methods that S3 knows in a CORS rule.
pub const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "POST", "DELETE"];

const VARY_ON: &str = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";

/// One rule, in the JSON shape that the S3 console shows and accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CorsRule {
    #[serde(rename = "ID", default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub allowed_origins: Vec<String>,
    pub allowed_methods: Vec<String>,
    #[serde(default)]
    pub allowed_headers: Vec<String>,
    #[serde(default)]
    pub expose_headers: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<i32>,
}

/// What a browser asks, in a preflight or by a request with an `Origin`.
#[derive(Debug, Clone, Default)]
pub struct CorsRequest {
    pub origin: String,
    pub method: String,
    /// From `Access-Control-Request-Headers`; empty outside a preflight.
    pub headers: Vec<String>,
}

/// The rule that matched, with what the answer must echo.
#[derive(Debug, Clone, Copy)]
pub struct CorsGrant<'a> {
    rule: &'a CorsRule,
    request: &'a CorsRequest,
}

/// The first rule that allows the request, as S3 takes them in order.
#[must_use]
pub fn find_grant<'a>(rules: &'a [CorsRule], request: &'a CorsRequest) -> Option<CorsGrant<'a>> {
    rules
        .iter()
        .find(|rule| rule.allows(request))
        .map(|rule| CorsGrant { rule, request })
}

impl CorsRule {
    /// Lets the pages of one origin read.
    pub(crate) fn to_read_from(origin: &str) -> Self {
        Self {
            id: None,
            allowed_origins: vec![origin.to_owned()],
            allowed_methods: ["GET", "HEAD"].map(str::to_owned).to_vec(),
            allowed_headers: vec!["*".to_owned()],
            expose_headers: Vec::new(),
            max_age_seconds: None,
        }
    }

    /// What S3 refuses in a rule, in its own words.
    pub fn check(&self) -> Result<(), String> {
        for method in &self.allowed_methods {
            if !METHODS.contains(&method.as_str()) {
                return Err(format!(
                    "Found unsupported HTTP method in CORS config. Unsupported method is {method}"
                ));
            }
        }
        for (name, values) in [
            ("AllowedOrigin", &self.allowed_origins),
            ("AllowedHeader", &self.allowed_headers),
        ] {
            for value in values {
                if value.matches('*').count() > 1 {
                    return Err(format!("{name} \"{value}\" can not have more than one wildcard."));
                }
            }
        }
        Ok(())
    }

    fn allows(&self, request: &CorsRequest) -> bool {
        // A question mark is an ordinary character in a CORS rule, and no origin holds one.
        let origin = self
            .allowed_origins
            .iter()
            .any(|pattern| matches_wildcard(pattern, &request.origin));
        let method = self.allowed_methods.contains(&request.method);
        let headers = request.headers.iter().all(|header| {
            let header = header.to_ascii_lowercase();
            self.allowed_headers
                .iter()
                .any(|pattern| matches_wildcard(&pattern.to_ascii_lowercase(), &header))
        });
        origin && method && headers
    }
}

impl CorsGrant<'_> {
    /// Writes the answer's CORS headers.
    pub fn write(&self, headers: &mut HeaderMap) {
        let mut set = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        if self.rule.allowed_origins.iter().any(|origin| origin == "*") {
            set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        } else {
            set(ACCESS_CONTROL_ALLOW_ORIGIN, &self.request.origin);
            set(ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        set(
            ACCESS_CONTROL_ALLOW_METHODS,
            &self.rule.allowed_methods.join(", "),
        );
        if !self.request.headers.is_empty() {
            let lower: BTreeSet<_> = self
                .request
                .headers
                .iter()
                .map(|h| h.to_ascii_lowercase())
                .collect();
            set(ACCESS_CONTROL_ALLOW_HEADERS, &Vec::from_iter(lower).join(", "));
        }
        if !self.rule.expose_headers.is_empty() {
            set(
                ACCESS_CONTROL_EXPOSE_HEADERS,
                &self.rule.expose_headers.join(", "),
            );
        }
        if let Some(seconds) = self.rule.max_age_seconds {
            set(ACCESS_CONTROL_MAX_AGE, &seconds.to_string());
        }
        set(VARY, VARY_ON);
    }
}

/// The names in an `Access-Control-Request-Headers` value.
pub(crate) fn header_names(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(origins: &[&str], methods: &[&str], headers: &[&str]) -> CorsRule {
        let owned = |list: &[&str]| list.iter().map(|&s| s.to_owned()).collect();
        CorsRule {
            id: None,
            allowed_origins: owned(origins),
            allowed_methods: owned(methods),
            allowed_headers: owned(headers),
            expose_headers: vec!["ETag".into()],
            max_age_seconds: Some(3000),
        }
    }

    fn ask(origin: &str, method: &str, headers: &str) -> CorsRequest {
        CorsRequest {
            origin: origin.into(),
            method: method.into(),
            headers: header_names(headers),
        }
    }

    fn answer(rule: &CorsRule, request: &CorsRequest) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        find_grant(std::slice::from_ref(rule), request)
            .unwrap()
            .write(&mut headers);
        headers
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_str().unwrap().to_owned()))
            .collect()
    }

    #[test]
    fn an_origin_must_match_to_the_last_character() {
        let rules = [rule(&["http://localhost:8080"], &["GET"], &[])];
        assert!(find_grant(&rules, &ask("http://localhost:8080", "GET", "")).is_some());
        for origin in [
            "http://localhost",
            "https://localhost:8080",
            "http://localhost:80801",
            "null",
            "",
        ] {
            assert!(find_grant(&rules, &ask(origin, "GET", "")).is_none(), "{origin}");
        }
    }

    #[test]
    fn a_wildcard_may_stand_inside_an_origin() {
        let rules = [rule(&["https://*.example.com"], &["GET"], &[])];
        assert!(find_grant(&rules, &ask("https://hub.example.com", "GET", "")).is_some());
        assert!(find_grant(&rules, &ask("https://example.com", "GET", "")).is_none());
    }

    #[test]
    fn a_method_that_is_not_listed_is_refused() {
        let rules = [rule(&["*"], &["GET", "HEAD"], &["*"])];
        assert!(find_grant(&rules, &ask("http://a", "HEAD", "")).is_some());
        assert!(find_grant(&rules, &ask("http://a", "PUT", "")).is_none());
    }

    #[test]
    fn every_header_asked_for_must_be_allowed_and_case_does_not_count() {
        let rules = [rule(&["*"], &["GET"], &["Range", "x-amz-*"])];
        assert!(find_grant(&rules, &ask("http://a", "GET", "range, X-Amz-Date")).is_some());
        assert!(find_grant(&rules, &ask("http://a", "GET", "range, authorization")).is_none());
    }

    #[test]
    fn the_first_rule_that_fits_answers() {
        let rules = [rule(&["http://a"], &["PUT"], &[]), rule(&["*"], &["GET"], &[])];
        let (get, put) = (ask("http://a", "GET", ""), ask("http://a", "PUT", ""));
        assert_eq!(find_grant(&rules, &get).unwrap().rule.allowed_methods, ["GET"]);
        assert_eq!(find_grant(&rules, &put).unwrap().rule.allowed_methods, ["PUT"]);
    }

    #[test]
    fn a_named_origin_is_echoed_with_credentials_and_a_star_is_a_star_without() {
        let named = answer(
            &rule(&["http://a"], &["GET", "HEAD"], &[]),
            &ask("http://a", "GET", ""),
        );
        assert!(named.contains(&("access-control-allow-origin".into(), "http://a".into())));
        assert!(named.contains(&("access-control-allow-credentials".into(), "true".into())));
        assert!(named.contains(&("access-control-allow-methods".into(), "GET, HEAD".into())));
        assert!(named.contains(&("vary".into(), VARY_ON.into())));
        let star = answer(&rule(&["*"], &["GET"], &[]), &ask("http://a", "GET", ""));
        assert!(star.contains(&("access-control-allow-origin".into(), "*".into())));
        assert!(
            !star
                .iter()
                .any(|(name, _)| name == "access-control-allow-credentials")
        );
    }

    #[test]
    fn a_rule_with_a_method_that_s3_does_not_know_is_refused() {
        assert!(
            rule(&["*"], &["PATCH"], &[])
                .check()
                .unwrap_err()
                .contains("PATCH")
        );
        assert!(rule(&["http://*.*"], &["GET"], &[]).check().is_err());
        assert!(rule(&["http://*.a"], &["GET"], &["*"]).check().is_ok());
    }
}

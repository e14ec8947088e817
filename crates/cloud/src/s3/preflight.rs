//! The question that a browser asks before it fetches from another origin, asked by us, to see what it would be told.

use crate::connect::Answer;
use crate::refusal::Refusal;

/// What a bucket answers to an OPTIONS request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preflight {
    /// The HTTP status.
    pub status: u16,
    /// `Access-Control-Allow-Origin`; with a comma where it comes twice.
    pub allow_origin: Option<String>,
    /// `Access-Control-Allow-Methods`, in capitals.
    pub allow_methods: Vec<String>,
    /// `Access-Control-Allow-Headers`, in lower case.
    pub allow_headers: Vec<String>,
    /// `Access-Control-Expose-Headers`, in lower case.
    pub expose_headers: Vec<String>,
    /// `Access-Control-Max-Age`, in seconds.
    pub max_age_s: Option<u32>,
    /// The server's words, if it refused.
    pub refusal: Option<Refusal>,
}

impl Preflight {
    /// Would a browser go on, at this origin, with this method and without credentials?
    pub fn allows(&self, origin: &str, method: &str) -> bool {
        let is_ok = (200..300).contains(&self.status);
        let is_origin = self
            .allow_origin
            .as_deref()
            .is_some_and(|allowed| allowed == "*" || allowed == origin);
        // GET, HEAD and POST need no permission of their own.
        let is_simple = matches!(method, "GET" | "HEAD" | "POST");
        is_ok
            && is_origin
            && (is_simple
                || self
                    .allow_methods
                    .iter()
                    .any(|allowed| allowed == method || allowed == "*"))
    }

    pub(super) fn read(answer: &Answer) -> Self {
        let list = |name: &str| -> Vec<String> {
            let text = answer
                .headers
                .get_all(name)
                .iter()
                .filter_map(|value| value.to_str().ok());
            text.flat_map(|value| value.split(','))
                .map(|word| word.trim().to_owned())
                .filter(|word| !word.is_empty())
                .collect()
        };
        let lower = |words: Vec<String>| words.into_iter().map(|word| word.to_ascii_lowercase()).collect();
        Self {
            status: answer.status,
            allow_origin: answer.joined("access-control-allow-origin"),
            allow_methods: list("access-control-allow-methods")
                .into_iter()
                .map(|word| word.to_ascii_uppercase())
                .collect(),
            allow_headers: lower(list("access-control-allow-headers")),
            expose_headers: lower(list("access-control-expose-headers")),
            max_age_s: answer
                .header("access-control-max-age")
                .and_then(|age| age.trim().parse().ok()),
            refusal: (answer.status >= 300).then(|| Refusal::read(answer)),
        }
    }
}

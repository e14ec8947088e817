//! What a test found, as the API shows it: the checks one by one, and what follows from them.

use insitu_cloud::doctor;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::cloud_access::Withheld;

/// One check of a storage, or one step on the way to an asset.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Check)]
pub struct CheckView {
    /// `address`, `tls`, `clock`, `identity`, `sts`, `external-id`, `external-id-absent`, `external-id-random`, `region`,
    /// `list`, `head`, `range`, `kms`, `preflight`, `signed-get`, `decode`, `coverage`; of an asset also `imported`, `object`,
    /// `storage`, `credentials`, `signed-host`, `cors`.
    pub name: &'static str,
    pub bucket: Option<String>,
    pub key: Option<String>,
    /// What was called, such as `HeadObject`.
    pub call: Option<&'static str>,
    /// The HTTP status that came back.
    pub status: Option<u16>,
    /// The server's own code, such as `AccessDenied`.
    pub server_code: Option<String>,
    pub took_ms: u64,
    /// `passed`, `failed`, `skipped` or `warned`.
    pub verdict: &'static str,
    /// Stable and dotted, of what failed or is warned of.
    pub code: Option<String>,
    pub message: String,
    pub fix: Option<FixView>,
}

/// What to do about it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Fix)]
pub struct FixView {
    pub text: String,
    /// A policy, trust policy or CORS configuration to paste.
    pub paste: Option<Value>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Diagnosis)]
pub struct DiagnosisView {
    /// `passed`, `warned` or `failed`.
    pub verdict: &'static str,
    /// The first check that failed: nothing behind it was asked but other buckets.
    pub cause: Option<CheckView>,
    /// What works and could be better.
    pub warnings: Vec<CheckView>,
    pub checks: Vec<CheckView>,
    /// How many buckets were looked at.
    pub buckets_tested: usize,
    /// Those of them in which something is wrong: the others can be used.
    pub buckets_failed: Vec<String>,
    pub took_ms: u64,
    /// Where it was asked for and an object could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample: Option<SampleView>,
}

/// An object that the hub could read: a browser that gets it, too, shows assets.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Sample)]
pub struct SampleView {
    pub bucket: String,
    pub key: String,
    /// Signed, for a minute.
    pub url: String,
    /// Lets the worker of the hub's pages fetch from where the URL leads, for a minute.
    pub leave: String,
    pub expires_at: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct DiagnosisData {
    pub diagnosis: DiagnosisView,
}

impl CheckView {
    /// A check as the API shows it.
    pub fn of(check: &doctor::Check) -> Self {
        Self {
            name: check.subject.as_str(),
            bucket: check.bucket.clone(),
            key: check.key.clone(),
            call: check.call,
            status: check.status,
            server_code: check.said.clone(),
            took_ms: check.took_ms,
            verdict: check.verdict.as_str(),
            code: check.code.map(str::to_owned),
            message: check.message.clone(),
            fix: check.fix.as_ref().map(|fix| FixView {
                text: fix.text.clone(),
                paste: fix.paste.clone(),
            }),
        }
    }

    /// The same for whoever this is withheld from, if anything is.
    pub fn told(self, withheld: Option<&Withheld>) -> Self {
        match withheld {
            Some(withheld) => self.for_use(withheld),
            None => self,
        }
    }

    /// The same for somebody who may use the storage and not manage it.
    pub fn for_use(mut self, withheld: &Withheld) -> Self {
        withheld.hide(&mut self.message);
        if let Some(fix) = &mut self.fix {
            if fix.paste.as_ref().is_some_and(|paste| withheld.is_in(paste)) {
                fix.leave_out();
            }
            withheld.hide(&mut fix.text);
        }
        self
    }
}

impl FixView {
    /// Leaves the document out, and says who is shown it.
    fn leave_out(&mut self) {
        if self.paste.take().is_some() {
            self.text = format!(
                "Ask an owner or an admin of the organization, who is shown what to paste: {}",
                self.text
            );
        }
    }
}

impl DiagnosisView {
    /// Checks with what follows from them.
    pub fn of(checks: Vec<CheckView>, took_ms: u64) -> Self {
        let having = |verdict: &'static str| {
            checks
                .iter()
                .filter(move |check| check.verdict == verdict)
                .cloned()
        };
        let cause = having("failed").next();
        let warnings: Vec<_> = having("warned").collect();
        let verdict = match (&cause, warnings.is_empty()) {
            (Some(_), _) => "failed",
            (None, false) => "warned",
            (None, true) => "passed",
        };
        let looked_at = |check: &CheckView| check.verdict != "skipped";
        Self {
            verdict,
            cause,
            warnings,
            buckets_tested: buckets(&checks, looked_at).len(),
            buckets_failed: buckets(&checks, |check| check.verdict == "failed"),
            checks,
            took_ms,
            sample: None,
        }
    }

    /// Why nobody knows that the storage works: what failed, or that there was nothing to read.
    pub fn doubt(&self) -> Option<&CheckView> {
        let is_unread = |check: &&CheckView| check.code.as_deref() == Some(doctor::NOTHING_TO_READ);
        self.cause
            .as_ref()
            .or_else(|| self.warnings.iter().find(is_unread))
    }

    /// The same in words alone: without policies to paste, but with who is shown them.
    pub fn without_documents(mut self) -> Self {
        let shown = self
            .cause
            .iter_mut()
            .chain(&mut self.warnings)
            .chain(&mut self.checks);
        for fix in shown.filter_map(|check| check.fix.as_mut()) {
            fix.leave_out();
        }
        self
    }

    /// The same for whoever this is withheld from, if anything is.
    pub fn told(self, withheld: Option<&Withheld>) -> Self {
        match withheld {
            Some(withheld) => self.for_use(withheld),
            None => self,
        }
    }

    /// The same for somebody who may use the storage and not manage it.
    pub fn for_use(mut self, withheld: &Withheld) -> Self {
        let each = |checks: Vec<CheckView>| checks.into_iter().map(|check| check.for_use(withheld)).collect();
        self.cause = self.cause.map(|cause| cause.for_use(withheld));
        self.warnings = each(self.warnings);
        self.checks = each(self.checks);
        self
    }
}

/// The buckets of some checks, each once.
fn buckets(checks: &[CheckView], are_meant: impl Fn(&CheckView) -> bool) -> Vec<String> {
    let mut buckets = Vec::new();
    for bucket in checks
        .iter()
        .filter(|check| are_meant(check))
        .filter_map(|check| check.bucket.as_ref())
    {
        if !buckets.contains(bucket) {
            buckets.push(bucket.clone());
        }
    }
    buckets
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn failed(paste: Option<Value>) -> CheckView {
        CheckView {
            name: "preflight",
            bucket: None,
            key: None,
            call: None,
            status: None,
            server_code: None,
            took_ms: 1,
            verdict: "failed",
            code: Some("storage.cors_missing".to_owned()),
            message: "There is no rule.".to_owned(),
            fix: Some(FixView {
                text: "Paste this.".to_owned(),
                paste,
            }),
        }
    }

    #[test]
    fn buckets_that_work_are_told_from_those_that_do_not() {
        let of = |bucket: &str, verdict| CheckView {
            bucket: Some(bucket.to_owned()),
            verdict,
            ..failed(None)
        };
        let checks = vec![
            of("a", "passed"),
            of("b", "failed"),
            of("b", "failed"),
            of("c", "warned"),
            of("d", "skipped"),
        ];
        let diagnosis = DiagnosisView::of(checks, 1);
        assert_eq!(
            (diagnosis.buckets_tested, diagnosis.buckets_failed),
            (3, vec!["b".to_owned()])
        );
    }

    #[test]
    fn who_may_not_have_a_document_is_told_who_has_it() {
        let shown = |paste| {
            let diagnosis = DiagnosisView::of(vec![failed(paste)], 1).without_documents();
            let fix = diagnosis.cause.and_then(|cause| cause.fix);
            fix.map(|fix| (fix.text, fix.paste)).unwrap_or_default()
        };
        assert_eq!(shown(None), ("Paste this.".to_owned(), None));
        let (text, paste) = shown(Some(json!({"a": "secret"})));
        assert!(text.starts_with("Ask an owner or an admin"), "{text}");
        assert!(text.ends_with("Paste this."), "{text}");
        assert_eq!(paste, None);
    }

    #[test]
    fn who_uses_a_storage_is_told_its_cause_without_whom_the_hub_is_to_the_cloud() {
        let withheld = Withheld::names([Some("AKIA1".to_owned()), Some("our-id".to_owned())]);
        let told = |paste| {
            let mut check = failed(Some(paste));
            check.message = "The server does not know the access key AKIA1.".to_owned();
            let diagnosis = DiagnosisView::of(vec![check], 1).for_use(&withheld);
            let [check] = &diagnosis.checks[..] else {
                panic!("one check: {diagnosis:?}");
            };
            let cause = diagnosis.cause.clone().unwrap();
            assert_eq!((&cause.message, &cause.code), (&check.message, &check.code));
            (cause.message, cause.fix.unwrap().paste)
        };
        let message = "The server does not know the access key ….".to_owned();
        let cors = json!([{ "AllowedOrigins": ["https://hub.example"] }]);
        assert_eq!(told(cors.clone()), (message.clone(), Some(cors)));
        assert_eq!(told(json!({ "sts:ExternalId": "our-id" })), (message, None));
    }
}

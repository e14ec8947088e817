//! Where a storage is and how the hub is let in.

words! {
    /// The cloud that a storage is in. Only [`Provider::Aws`] can be connected today; S3-compatible servers are AWS
    /// with an endpoint.
    Provider, "provider" {
        /// Amazon S3, and everything that speaks its protocol.
        Aws = "AWS",
        /// Google Cloud Storage.
        Gcp = "GCP",
        /// Azure Blob Storage.
        Azure = "AZURE",
    }
}

impl Provider {
    /// The word of the API's other dialect, its `type` property: `aws`, `gcs`, `azure`.
    pub fn as_type(self) -> &'static str {
        match self {
            Provider::Aws => "aws",
            Provider::Gcp => "gcs",
            Provider::Azure => "azure",
        }
    }

    /// Reads either dialect: `AWS` or `aws`, `GCP` or `gcs`, `AZURE` or `azure`.
    pub fn from_provider_or_type(text: &str) -> Result<Self, crate::UnknownWord> {
        if text.eq_ignore_ascii_case("gcs") {
            Ok(Provider::Gcp)
        } else {
            text.parse()
        }
    }

    /// Whether storages of this provider can be connected.
    pub fn is_supported(self) -> bool {
        self == Provider::Aws
    }
}

words! {
    /// How the hub is let into a storage.
    AccessType, "access type" {
        /// With the access key of an IAM user of the storage's owner.
        IamUser = "IAM_USER",
        /// By assuming a role of the storage's owner, with an external ID.
        IamDelegated = "IAM_DELEGATED",
    }
}

/// Why a role is unverified that lets the hub in, and might let in whoever else the hub works for. The doctor of a
/// storage says the same.
pub const TRUST_POLICY_MISSING_EXTERNAL_ID: &str = "storage.trust_policy_missing_external_id";

/// A role insists on an external ID that somebody typed, and that another organization's role was seen to insist on first.
pub const EXTERNAL_ID_OF_ANOTHER: &str = "storage.external_id_of_another";

words! {
    /// Whether a role was seen to let the hub in with its external ID, and not without it.
    Verification, "verification" {
        /// It was.
        Verified = "verified",
        /// It was seen not to.
        Unverified = "unverified",
        /// Nobody knows yet: it was not tried, or STS could not be asked.
        Pending = "pending",
        /// Nobody knows yet, and it was used before roles were tried.
        Grandfathered = "grandfathered",
        /// There is no role.
        NotApplicable = "not_applicable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_in_json_are_exact() {
        assert_eq!(
            serde_json::to_string(&Provider::ALL).unwrap(),
            r#"["AWS","GCP","AZURE"]"#
        );
        assert_eq!(
            serde_json::to_string(&AccessType::ALL).unwrap(),
            r#"["IAM_USER","IAM_DELEGATED"]"#
        );
    }

    #[test]
    fn both_dialects_of_a_provider_are_read() {
        for (text, provider) in [
            ("AWS", Provider::Aws),
            ("aws", Provider::Aws),
            ("GCP", Provider::Gcp),
            ("gcs", Provider::Gcp),
            ("azure", Provider::Azure),
        ] {
            assert_eq!(Provider::from_provider_or_type(text), Ok(provider));
        }
        assert_eq!(Provider::Gcp.as_type(), "gcs");
        assert!(Provider::from_provider_or_type("minio").is_err());
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_right_ones() {
        let error = "IAM_ROLE".parse::<AccessType>().unwrap_err();
        assert_eq!(error.code(), "word.unknown");
        assert_eq!(
            error.to_string(),
            r#""IAM_ROLE" is no access type: choose one of IAM_USER, IAM_DELEGATED"#
        );
    }
}

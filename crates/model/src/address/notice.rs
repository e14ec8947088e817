//! What was understood in an address but should be known to whoever wrote it.

/// Something about an address that did not stop it from being imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Notice {
    /// It was a signed URL; the signature was dropped, as the hub signs itself.
    SignatureDropped,
    /// It asked S3 to answer with other headers; that was dropped.
    OverridesDropped,
    /// It contained characters that belong percent-encoded; they were taken as they are.
    Encoded,
    /// Its key ends in white space, which was kept.
    EndsInSpace,
    /// It named a variant of S3's endpoint (FIPS, dual-stack, accelerated); the storage decides how it is reached.
    EndpointVariant(&'static str),
    /// Only buckets made in us-east-1 before March 2018 have such names.
    LegacyBucket,
}

impl Notice {
    /// The stable code of this notice.
    pub fn code(self) -> &'static str {
        match self {
            Notice::SignatureDropped => "address.notice.signature_dropped",
            Notice::OverridesDropped => "address.notice.overrides_dropped",
            Notice::Encoded => "address.notice.encoded",
            Notice::EndsInSpace => "address.notice.ends_in_space",
            Notice::EndpointVariant(_) => "address.notice.endpoint_variant",
            Notice::LegacyBucket => "address.notice.legacy_bucket",
        }
    }

    /// What is to be known, as a sentence.
    pub fn message(self) -> String {
        self.to_string()
    }
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Notice::SignatureDropped => {
                f.write_str("the address was a signed URL: its query was dropped, because signatures are made anew")
            }
            Notice::OverridesDropped => f.write_str("the response-… parameters of the address were dropped"),
            Notice::Encoded => f.write_str(
                "the address contained characters that must be percent-encoded: they were taken as part of the key",
            ),
            Notice::EndsInSpace => f.write_str("the address ends in white space, which was taken as part of the key"),
            Notice::EndpointVariant(variant) => {
                write!(f, "the address named the {variant} endpoint: the storage decides how the object is reached")
            }
            Notice::LegacyBucket => f.write_str(
                "only buckets made in us-east-1 before March 2018 have such a name: check it if yours is newer",
            ),
        }
    }
}

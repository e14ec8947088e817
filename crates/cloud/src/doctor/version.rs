//! Objects that are there and cannot be read as they were asked for: a version that is gone, or a key that only their owner
//! has.

use super::Wanted;
use super::check::Cause;
use crate::refusal::Refusal;
use insitu_model::bucket::BucketName;

/// What a refusal says of the version that was asked for, or of how the object is encrypted; none where it says nothing.
pub(super) fn cause_of(refusal: &Refusal, bucket: &BucketName, wanted: &Wanted) -> Option<Cause> {
    let code = refusal.code.as_deref().unwrap_or_default();
    let words = refusal
        .message
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match (code, &wanted.version) {
        ("NoSuchVersion", Some(version)) => Some(no_such_version(bucket, wanted, version)),
        ("InvalidArgument", Some(version)) if words.contains("version") => {
            Some(no_such_version(bucket, wanted, version))
        }
        ("MethodNotAllowed", Some(version)) => Some(delete_marker(bucket, wanted, version)),
        ("InvalidRequest", _) if words.contains("server side encryption") => Some(customer_encrypted(wanted)),
        _ => None,
    }
}

/// There is no such version, whatever there is of the object.
pub(super) fn no_such_version(bucket: &BucketName, wanted: &Wanted, version: &str) -> Cause {
    Cause::new(
        "storage.no_such_version",
        format!(
            "There is no version {version} of the object {} in the bucket {bucket}.",
            wanted.key
        ),
        "Look at the versions of the object (S3 console, the object, Versions): this one was deleted, or never was. Import \
         the address of one that is there, or the one without a version.",
    )
}

fn delete_marker(bucket: &BucketName, wanted: &Wanted, version: &str) -> Cause {
    Cause::new(
        "storage.no_such_version",
        format!(
            "The version {version} of the object {} in the bucket {bucket} is the mark that it was deleted, and has nothing to \
             show.",
            wanted.key
        ),
        "Import the address of a version from before, or take the mark away.",
    )
}

fn customer_encrypted(wanted: &Wanted) -> Cause {
    Cause::new(
        "storage.customer_encrypted",
        format!(
            "The object {} is encrypted with a key that comes with every request (SSE-C), which no signed URL can bring.",
            wanted.key
        ),
        "Copy it to an object that the server encrypts by itself (SSE-S3 or SSE-KMS).",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(status: u16, code: &str, words: &str, version: Option<&str>) -> Option<&'static str> {
        let refusal = Refusal {
            status,
            code: Some(code.to_owned()),
            message: Some(words.to_owned()),
            ..Refusal::default()
        };
        let wanted = Wanted {
            key: "a.jpg".to_owned(),
            version: version.map(str::to_owned),
        };
        cause_of(&refusal, &"photos".parse().unwrap(), &wanted).map(|cause| cause.code)
    }

    #[test]
    fn a_version_that_cannot_be_had_is_no_missing_object() {
        let gone = Some("storage.no_such_version");
        let no_id = "Invalid version id specified";
        assert_eq!(code_of(404, "NoSuchVersion", "", Some("v")), gone);
        assert_eq!(code_of(400, "InvalidArgument", no_id, Some("nope")), gone);
        assert_eq!(code_of(405, "MethodNotAllowed", "", Some("v")), gone);
        // Without a version that was asked for, the same codes are about something else.
        assert_eq!(code_of(400, "InvalidArgument", no_id, None), None);
        assert_eq!(code_of(405, "MethodNotAllowed", "", None), None);
        assert_eq!(code_of(404, "NoSuchKey", "", Some("v")), None);
    }

    #[test]
    fn an_object_with_a_key_of_its_owners_is_told_from_a_bad_request() {
        let words = "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.";
        let code = code_of(400, "InvalidRequest", words, None);
        assert_eq!(code, Some("storage.customer_encrypted"));
        assert_eq!(code_of(400, "InvalidRequest", "m", None), None);
    }
}

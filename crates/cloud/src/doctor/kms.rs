//! Objects that are encrypted with a key of KMS which cannot be used: because it is not allowed, or because of the key.

use super::check::Cause;
use crate::policy;
use crate::refusal::CallError;
use insitu_model::region::Partition;

/// An object whose encryption could not be undone.
pub(super) struct Locked<'a> {
    pub object: &'a str,
    /// The ARN of the key, as far as it is known.
    pub key: Option<&'a str>,
    /// Who would decrypt: `the role`.
    pub whom: &'a str,
    pub partition: Partition,
}

impl Locked<'_> {
    /// Why: a key that is off helps nobody who may use it.
    pub fn cause(&self, error: &CallError) -> Cause {
        let code = error.refusal().and_then(|refusal| refusal.code.as_deref());
        let said = error.refusal().map(ToString::to_string).unwrap_or_default();
        let with = self.key.map(|key| format!(" with {key}")).unwrap_or_default();
        let (what, fix) = match code.unwrap_or_default() {
            "KMS.DisabledException" => (
                "that key is switched off",
                "Switch the key on again (KMS console, the key, Key actions, Enable).".to_owned(),
            ),
            "KMS.KMSInvalidStateException" => (
                "that key decrypts nothing in the state that it is in, most likely on its way to be deleted",
                "Cancel the deletion of the key (KMS console, the key, Key actions), then enable it. Once it is deleted, \
                 nobody reads again what it encrypted."
                    .to_owned(),
            ),
            "KMS.NotFoundException" => (
                "there is no such key",
                "A key that was deleted does not come back, and nobody reads again what it encrypted: upload the object \
                 anew."
                    .to_owned(),
            ),
            _ => return self.denied(&with, &said),
        };
        Cause::new("storage.kms_denied", self.message(&with, what, &said), fix)
    }

    fn denied(&self, with: &str, said: &str) -> Cause {
        let fix = format!(
            "Allow {} kms:Decrypt on the key, as this statement does; the key's own policy must allow it as well.",
            self.whom
        );
        let message = self.message(with, "that key may not be used to decrypt it", said);
        Cause::new("storage.kms_denied", message, fix)
            .with_paste(&policy::decrypt_policy(self.key, self.partition))
    }

    fn message(&self, with: &str, what: &str, said: &str) -> String {
        format!(
            "The object {} is encrypted{with}, and {what}: {said}.",
            self.object
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Refusal;

    fn cause(code: &str) -> Cause {
        let error = CallError::Refused {
            host: "s3".to_owned(),
            call: "GetObject",
            refusal: Box::new(Refusal {
                status: 400,
                code: Some(code.to_owned()),
                message: Some("the key k says no".to_owned()),
                ..Refusal::default()
            }),
        };
        let locked = Locked {
            object: "a.jpg",
            key: Some("arn:aws:kms:eu-central-1:111122223333:key/k"),
            whom: "the role",
            partition: Partition::Aws,
        };
        locked.cause(&error)
    }

    #[test]
    fn a_right_is_the_fix_only_where_the_key_itself_would_decrypt() {
        for (code, told) in [
            ("KMS.DisabledException", "Switch the key on again"),
            ("KMS.KMSInvalidStateException", "Cancel the deletion"),
            ("KMS.NotFoundException", "upload the object anew"),
        ] {
            let cause = cause(code);
            assert_eq!(cause.code, "storage.kms_denied");
            assert!(cause.message.contains("the key k says no"), "{}", cause.message);
            let fix = cause.fix;
            assert!(
                fix.text.contains(told) && !fix.text.contains("kms:Decrypt"),
                "{fix:?}"
            );
            assert_eq!(fix.paste, None, "{code}");
        }
        let fix = cause("AccessDenied").fix;
        assert!(fix.text.contains("Allow the role kms:Decrypt"), "{fix:?}");
        assert!(fix.paste.unwrap().to_string().contains("key/k"));
    }
}

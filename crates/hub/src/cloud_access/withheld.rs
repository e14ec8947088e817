//! What is not told to those who may use a storage and not manage it: whom the hub is to the cloud that it leads to.

use insitu_store::storages::Storage;
use serde_json::Value;

/// Stands where something was withheld.
const WITHHELD: &str = "…";
/// What ends an ARN within a sentence, but for the full stop.
const BEHIND_ARN: &[char] = &[',', ';', '"', '\'', '(', ')', '<', '>', '`'];

/// Names that are taken out of whatever is said: Access Key ID, role and external IDs, and who is named by an ARN of IAM
/// or STS, as refusals of servers do.
#[derive(Debug, Clone, Default)]
pub struct Withheld(Vec<String>);

impl Withheld {
    /// What a storage has of them.
    pub fn of(storage: &Storage) -> Self {
        let proof = storage.proof.as_ref();
        let next = proof.and_then(|proof| proof.next_external_id.clone());
        let names = [
            storage.public_key.clone(),
            storage.role_arn.clone(),
            storage.external_id.clone(),
            next,
        ];
        Self::names(names)
    }

    pub fn names(names: impl IntoIterator<Item = Option<String>>) -> Self {
        Self(
            names
                .into_iter()
                .flatten()
                .filter(|name| !name.is_empty())
                .collect(),
        )
    }

    /// A sentence without them.
    pub fn hide(&self, text: &mut String) {
        for name in &self.0 {
            if text.contains(name.as_str()) {
                *text = text.replace(name.as_str(), WITHHELD);
            }
        }
        if text.contains("arn:") {
            *text = without_identities(text);
        }
    }

    /// Whether a document has one of them.
    pub fn is_in(&self, document: &Value) -> bool {
        let text = document.to_string();
        let mut hidden = text.clone();
        self.hide(&mut hidden);
        hidden != text
    }
}

/// ARNs of buckets and of their keys stay: they say what is refused, not to whom.
fn without_identities(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("arn:") {
        let (before, from) = rest.split_at(at);
        told.push_str(before);
        let is_behind = |c: char| c.is_whitespace() || BEHIND_ARN.contains(&c);
        let (word, behind) = from.split_at(from.find(is_behind).unwrap_or(from.len()));
        let arn = word.trim_end_matches(['.', ':']);
        match arn.split(':').nth(2) {
            Some("iam" | "sts") => {
                told.push_str(WITHHELD);
                told.push_str(&word[arn.len()..]);
            }
            _ => told.push_str(word),
        }
        rest = behind;
    }
    told.push_str(rest);
    told
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(withheld: &Withheld, text: &str) -> String {
        let mut text = text.to_owned();
        withheld.hide(&mut text);
        text
    }

    #[test]
    fn names_and_identities_are_taken_out_and_what_is_refused_is_not() {
        let withheld = Withheld::names([Some("AKIA1".to_owned()), None, Some(String::new())]);
        assert_eq!(told(&withheld, "The server knows AKIA1."), "The server knows ….");
        let refusal = "User: arn:aws:sts::111122223333:assumed-role/photos/insitu-a is not authorized to perform: \
                       s3:GetObject on resource: \"arn:aws:s3:::photos/a.jpg\" (role arn:aws-cn:iam::1:role/photos).";
        let expected = "User: … is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::photos/a.jpg\" \
                        (role …).";
        assert_eq!(told(&withheld, refusal), expected);
        assert_eq!(told(&withheld, "an arn: nothing"), "an arn: nothing");
    }

    #[test]
    fn a_document_with_one_of_them_is_known() {
        let withheld = Withheld::names([Some("our-id".to_owned())]);
        assert!(withheld.is_in(&json!({ "sts:ExternalId": "our-id" })));
        assert!(withheld.is_in(&json!({ "Principal": { "AWS": "arn:aws:iam::1:user/hub" } })));
        assert!(!withheld.is_in(&json!({ "Resource": "arn:aws:s3:::photos/*" })));
    }
}

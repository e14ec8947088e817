//! Labels beside an asset, in the JSON of what few assets have.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::{Error, Result};

/// The labels that an asset comes with, each a JSON list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PreLabels<'a> {
    lists: [(&'static str, Option<&'a RawValue>); 3],
}

type Members = BTreeMap<String, Box<RawValue>>;

impl<'a> PreLabels<'a> {
    /// Those of an answer's JSON, `{"tools","classifications","relations"}`.
    pub(crate) fn of_answer(answer: &'a BTreeMap<String, &'a RawValue>) -> Self {
        let list = |name: &str| answer.get(name).copied();
        Self {
            lists: [
                ("objects", list("tools").or_else(|| list("objects"))),
                ("classifications", list("classifications")),
                ("relations", list("relations")),
            ],
        }
    }

    /// What an asset has beside its columns, with these labels in place of those that it had.
    pub(crate) fn beside(&self, extra: Option<&str>) -> String {
        let mut members: Members = extra
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        members.remove("tools");
        for (name, list) in self.lists {
            match list {
                Some(list) => members.insert(name.to_owned(), list.to_owned()),
                None => members.remove(name),
            };
        }
        // A map of texts to JSON always becomes JSON.
        serde_json::to_string(&members).unwrap_or_default()
    }
}

/// The members of an answer's JSON.
pub(crate) fn members(answer: &str) -> Result<BTreeMap<String, &RawValue>> {
    serde_json::from_str(answer).map_err(|_| Error::Refused {
        what: "the answer",
        problem: "it is no JSON object",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_take_the_place_of_those_before_and_everything_else_stays() {
        let answer = r#"{"tools":[1],"classifications":[],"relations":[2]}"#;
        let answer = members(answer).unwrap();
        let labels = PreLabels::of_answer(&answer);
        let before = r#"{"metadata":{"a":1.50},"tools":[7],"objects":[8],"classifications":[9]}"#;
        assert_eq!(
            labels.beside(Some(before)),
            r#"{"classifications":[],"metadata":{"a":1.50},"objects":[1],"relations":[2]}"#
        );
        assert_eq!(
            labels.beside(None),
            r#"{"classifications":[],"objects":[1],"relations":[2]}"#
        );
        assert!(members("[]").is_err());
    }
}

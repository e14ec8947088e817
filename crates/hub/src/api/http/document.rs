//! The OpenAPI document: made from the handlers, with an id of its own for every operation.

use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};

/// The document as pretty JSON.
pub fn to_json(mut document: OpenApi) -> Result<String, serde_json::Error> {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.operation_id = Some(operation_id(method, path));
        }
    }
    document.to_pretty_json()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("get", &mut item.get),
        ("post", &mut item.post),
        ("put", &mut item.put),
        ("delete", &mut item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

/// `getProjectAssetsByAsset` for `GET /v2/project/{project}/assets/{asset}`: handlers of different families share
/// names, and programs that generate clients need one name for each.
fn operation_id(method: &str, path: &str) -> String {
    let mut id = method.to_owned();
    let segments = path
        .split('/')
        .filter(|segment| !segment.is_empty() && *segment != "v2");
    for segment in segments {
        let (prefix, word) = match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(parameter) => ("By", parameter),
            None => ("", segment),
        };
        id.push_str(prefix);
        let mut characters = word.chars();
        id.extend(characters.next().map(|first| first.to_ascii_uppercase()));
        id.push_str(characters.as_str());
    }
    id
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_made_of_method_and_path() {
        assert_eq!(
            operation_id("get", "/v2/project/{project}/assets"),
            "getProjectByProjectAssets"
        );
        assert_eq!(operation_id("post", "/v2/session"), "postSession");
    }

    #[test]
    fn no_two_operations_share_an_id() {
        let document: serde_json::Value = serde_json::from_str(&crate::api::openapi_json().unwrap()).unwrap();
        let mut seen = BTreeSet::new();
        for item in document["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                assert!(seen.insert(id.clone()), "{id} is there twice");
            }
        }
        assert!(seen.len() > 40);
    }
}

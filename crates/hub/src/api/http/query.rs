//! Reading query strings the way that the API's clients write them.
//!
//! The Python SDK puts URLs and keys into queries with a literal `+`, so `+` stays a plus here and only `%XX` is
//! decoded. (Form-encoded queries, where `+` is a space, are the exception: `/v2/export` and `/instructions`.)

use std::str::FromStr;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ApiResult};

/// The query as `T`, with `+` kept.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let query = parts.uri.query().unwrap_or_default().replace('+', "%2B");
        let uri = format!("/?{query}").parse().map_err(|error| bad_query(&error))?;
        let Query(params) = Query::<T>::try_from_uri(&uri).map_err(|error| bad_query(&error))?;
        Ok(Self(params))
    }
}

/// A form-encoded query as `T`: `+` is a space.
#[derive(Debug)]
pub struct FormParams<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for FormParams<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let Query(params) = Query::<T>::try_from_uri(&parts.uri).map_err(|error| bad_query(&error))?;
        Ok(Self(params))
    }
}

fn bad_query(error: &dyn std::fmt::Display) -> ApiError {
    ApiError::invalid(
        "request.query_invalid",
        format!("The query could not be read: {error}. Check the names and values of its parameters."),
    )
}

/// The text of the last parameter `name`, which may hold raw `&`: everything after `name=`.
///
/// `get_assets` of the SDK writes `…&filters={"externalId":"a&b"}` without encoding the ampersand. A value that is
/// JSON up to its first `&` is taken as that.
pub fn raw_json_tail(query: &str, name: &str) -> Result<Option<serde_json::Value>, ApiError> {
    let Some(start) = find_parameter(query, name) else {
        return Ok(None);
    };
    let tail = query.get(start..).unwrap_or_default();
    let until_ampersand = tail.split('&').next().unwrap_or_default();
    for candidate in [until_ampersand, tail] {
        let text = percent_decode_str(candidate)
            .decode_utf8()
            .map_err(|error| bad_query(&error))?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        if let Ok(value) = serde_json::from_str(&text) {
            return Ok(Some(value));
        }
    }
    Err(ApiError::invalid(
        "request.filters_invalid",
        format!(
            "The parameter {name} is not whole JSON. Percent-encode its value; a raw # cuts off the rest of an address."
        ),
    ))
}

/// The address in parameter `name`, as it was written before any encoding of the query.
///
/// The SDK puts addresses into queries as they are, their own `%20` included: decoding would change the key. Where the
/// whole value was encoded, as a form would, `://` is not to be seen and one decoding brings it back.
pub fn raw_address(query: &str, name: &str) -> Result<Option<String>, ApiError> {
    let Some(start) = find_parameter(query, name) else {
        return Ok(None);
    };
    let value = query
        .get(start..)
        .and_then(|tail| tail.split('&').next())
        .unwrap_or_default();
    if value.contains("://") {
        return Ok(Some(value.to_owned()));
    }
    let decoded = percent_decode_str(value)
        .decode_utf8()
        .map_err(|error| bad_query(&error))?;
    Ok(Some(decoded.into_owned()).filter(|address| !address.is_empty()))
}

fn find_parameter(query: &str, name: &str) -> Option<usize> {
    let mut start = 0;
    for pair in query.split('&') {
        if let Some(value) = pair.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')) {
            return Some(start + pair.len() - value.len());
        }
        start += pair.len() + 1;
    }
    None
}

/// The value of a filter, unless it is empty; an error names the parameter.
pub fn value<T: FromStr<Err: std::fmt::Display>>(name: &str, text: Option<&String>) -> ApiResult<Option<T>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|error| invalid(name, &error))
}

/// A time of a filter, in milliseconds.
pub fn time(name: &str, text: Option<&String>) -> ApiResult<Option<i64>> {
    let time: Option<jiff::Timestamp> = value(name, text)?;
    Ok(time.map(jiff::Timestamp::as_millisecond))
}

/// The refusal of a filter.
pub fn invalid(name: &str, error: &dyn std::fmt::Display) -> ApiError {
    ApiError::invalid(
        "request.filters_invalid",
        format!("The parameter {name} cannot be read: {error}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn filters_survive_a_raw_ampersand_and_keep_their_pluses() {
        let query = "page=1&limit=10&filters=%7B%22externalId%22:%20%22a&b+c%25%22%7D";
        assert_eq!(
            raw_json_tail(query, "filters").unwrap(),
            Some(json!({"externalId": "a&b+c%"}))
        );
        let query = "filters=%7B%22a%22:1%7D&page=2";
        assert_eq!(raw_json_tail(query, "filters").unwrap(), Some(json!({"a": 1})));
        assert_eq!(raw_json_tail("page=1", "filters").unwrap(), None);
        assert_eq!(raw_json_tail("myfilters=1", "filters").unwrap(), None);
    }

    #[test]
    fn an_address_in_a_query_is_the_one_that_was_meant() {
        let address = "https://b.s3.eu-central-1.amazonaws.com/clock%20100%25+1.png";
        let plain = format!("name={address}&project=1");
        assert_eq!(raw_address(&plain, "name").unwrap().as_deref(), Some(address));
        let encoded =
            "project=1&name=https%3A%2F%2Fb.s3.eu-central-1.amazonaws.com%2Fclock%2520100%2525%2B1.png";
        assert_eq!(raw_address(encoded, "name").unwrap().as_deref(), Some(address));
        assert_eq!(raw_address("project=1", "name").unwrap(), None);
    }

    #[test]
    fn a_filter_cut_off_by_a_fragment_is_named() {
        let error = raw_json_tail("filters=%7B%22externalId%22:%22a", "filters").unwrap_err();
        assert_eq!(error.code, "request.filters_invalid");
    }
}

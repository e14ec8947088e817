//! Paging: which part of a list is asked for, by its number or by a cursor.

use serde::Deserialize;
use std::str::FromStr;
use utoipa::IntoParams;

use super::query::value;
use crate::error::{ApiError, ApiResult};

/// The most rows that one page of a list may have.
pub const MAX_LIMIT: u32 = 1000;
/// The rows of a page whose size nobody named.
pub const DEFAULT_LIMIT: u32 = 10;

/// A page by its number.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Counted from 1.
    page: Option<u64>,
    /// 1 to 1000; 10 unless given.
    limit: Option<u32>,
}

impl PageParams {
    pub fn page(&self) -> ApiResult<Page> {
        Page::new(self.page, self.limit)
    }
}

/// A page by a cursor, which the page before told: a deep one costs what the first does.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CursorParams {
    /// The `next` of the page before.
    before: Option<String>,
    /// 1 to 1000, 10 unless given.
    limit: Option<u32>,
}

impl CursorParams {
    /// What the page stands before (none for the first), and its size.
    pub fn cursor<C: FromStr<Err: std::fmt::Display>>(&self) -> ApiResult<(Option<C>, u32)> {
        let limit = Page::new(None, self.limit)?.limit;
        Ok((value("before", self.before.as_ref())?, limit))
    }
}

/// The page that a list was asked for, counted from 1, and its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub number: u64,
    pub limit: u32,
}

impl Page {
    /// The page asked for, or the first of ten rows; an error names what is out of range.
    pub fn new(number: Option<u64>, limit: Option<u32>) -> ApiResult<Self> {
        let (number, limit) = (number.unwrap_or(1), limit.unwrap_or(DEFAULT_LIMIT));
        if number == 0 {
            return Err(ApiError::invalid(
                "request.page_invalid",
                "Pages are counted from 1. Ask for page=1.",
            ));
        }
        if limit == 0 || limit > MAX_LIMIT {
            return Err(ApiError::invalid(
                "request.limit_invalid",
                format!("The limit is {limit}; it may be 1 to {MAX_LIMIT}."),
            ));
        }
        Ok(Self { number, limit })
    }
}

impl From<Page> for insitu_store::Page {
    fn from(page: Page) -> Self {
        Self {
            number: page.number,
            limit: page.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_out_of_range_are_refused() {
        assert_eq!(Page::new(None, None).unwrap(), Page { number: 1, limit: 10 });
        assert_eq!(Page::new(Some(0), None).unwrap_err().code, "request.page_invalid");
        assert_eq!(
            Page::new(None, Some(1001)).unwrap_err().code,
            "request.limit_invalid"
        );
        assert_eq!(
            Page::new(None, Some(0)).unwrap_err().code,
            "request.limit_invalid"
        );
    }
}

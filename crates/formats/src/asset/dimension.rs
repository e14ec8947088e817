//! Width and height: whole numbers of pixels, given by the row or by its metadata.

use super::Draft;
use super::problem::{RowProblem, codes};
use super::scalar::Scalar;

impl Draft<'_> {
    /// The pixels, or a problem.
    pub(super) fn dimension(&mut self, field: &'static str, value: &Scalar<'_>) -> Option<u32> {
        match dimension(value, self.limits.dimension_px) {
            Ok(pixels) => pixels,
            Err((code, found)) => {
                let limit = self.limits.dimension_px;
                let message = format!(
                    "`{field}` is {found}; it must be a whole number of pixels from 1 to {limit}: correct it or leave it out"
                );
                self.refuse(RowProblem::new(field, code, message));
                None
            }
        }
    }

    /// Width and height of `metadata` count where the row gives none; what is no dimension there is left alone.
    pub(super) fn dimensions_from_metadata(&mut self) {
        let Some(metadata) = self
            .metadata
            .as_ref()
            .filter(|_| self.width.is_none() || self.height.is_none())
        else {
            return;
        };
        let Ok(found) = serde_json::from_str::<Dimensions<'_>>(metadata.as_str()) else {
            return;
        };
        let limit = self.limits.dimension_px;
        for (field, value, kept) in [
            ("metadata.width", found.width, &mut self.width),
            ("metadata.height", found.height, &mut self.height),
        ] {
            if kept.is_some() {
                continue;
            }
            match value.map_or(Ok(None), |value| dimension(&value, limit)) {
                Ok(pixels) => *kept = pixels,
                Err((_, found)) => self.notices.push(RowProblem::new(
                    field,
                    codes::METADATA_DIMENSION_IGNORED,
                    format!("`{field}` is {found}, which is no number of pixels from 1 to {limit}; it is kept as metadata only"),
                )),
            }
        }
    }
}

#[derive(serde::Deserialize)]
struct Dimensions<'a> {
    #[serde(borrow)]
    width: Option<Scalar<'a>>,
    #[serde(borrow)]
    height: Option<Scalar<'a>>,
}

/// Pixels, nothing for null, or the code and what was found instead.
fn dimension(value: &Scalar<'_>, limit: u32) -> Result<Option<u32>, (&'static str, String)> {
    match value {
        Scalar::Null => Ok(None),
        Scalar::Whole(number) if *number < 1 => Err((codes::DIMENSION_NOT_POSITIVE, number.to_string())),
        Scalar::Whole(number) => match u32::try_from(*number) {
            Ok(pixels) if pixels <= limit => Ok(Some(pixels)),
            _ => Err((codes::DIMENSION_TOO_LARGE, number.to_string())),
        },
        Scalar::Float(number) if *number <= 0.0 => Err((codes::DIMENSION_NOT_POSITIVE, number.to_string())),
        Scalar::Float(number) if *number > f64::from(limit) => {
            Err((codes::DIMENSION_TOO_LARGE, format!("{number:e}")))
        }
        Scalar::Float(number) if number.fract() != 0.0 => {
            Err((codes::DIMENSION_FRACTIONAL, number.to_string()))
        }
        // In range and whole, so nothing is lost.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "1 to a million"
        )]
        Scalar::Float(number) => Ok(Some(*number as u32)),
        other => Err((codes::WRONG_TYPE, other.kind().to_owned())),
    }
}

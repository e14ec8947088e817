//! Rows in JSON: one array, one object, or several of them one behind the other, with or without space between.
//!
//! A trailing comma, a missing row and text between rows end the reading: each of them means that the file is not
//! what its writer believed, and guessing would lose rows in silence.

use std::io::Read;

use super::{Element, Place, element, truncated};
use crate::error::{Fault, Found, ListFault};
use crate::limits::Limits;
use crate::window::Window;

#[derive(Debug)]
pub(crate) struct JsonValues {
    pub place: Place,
}

impl JsonValues {
    /// The next row, in whichever array it stands; nothing at the end of the text.
    pub fn next<R: Read>(
        &mut self,
        window: &mut Window<R>,
        limits: &Limits,
    ) -> Result<Option<Element>, Fault> {
        loop {
            if self.place == Place::Top {
                match window.peek_past_space()? {
                    None => return Ok(None),
                    Some(b'[') => {
                        window.consume(1);
                        self.place = Place::ListStart;
                    }
                    Some(b'{') => return element(window, limits).map(Some),
                    Some(found) => return Err(unexpected(found, window)),
                }
            }
            if let Some(element) = next_in_list(&mut self.place, window, limits)? {
                return Ok(Some(element));
            }
            self.place = Place::Top;
        }
    }
}

/// The next row of the list that is being read; nothing once its closing bracket is used.
pub(super) fn next_in_list<R: Read>(
    place: &mut Place,
    window: &mut Window<R>,
    limits: &Limits,
) -> Result<Option<Element>, Fault> {
    let in_list = "the list";
    let mut next = window
        .peek_past_space()?
        .ok_or_else(|| truncated(window, in_list))?;
    if *place == Place::AfterElement {
        let comma = window.offset();
        match next {
            b',' => window.consume(1),
            b']' => {
                window.consume(1);
                return Ok(None);
            }
            found => return Err(ListFault::ExpectedComma { found: Found(found) }.at(comma)),
        }
        next = window
            .peek_past_space()?
            .ok_or_else(|| truncated(window, in_list))?;
        if next == b']' {
            return Err(ListFault::TrailingComma.at(comma));
        }
    }
    match next {
        b']' => {
            window.consume(1);
            Ok(None)
        }
        b',' => Err(ListFault::MissingElement.at(window.offset())),
        b'}' | b':' => Err(unexpected(next, window)),
        _ => {
            let found = element(window, limits)?;
            *place = Place::AfterElement;
            Ok(Some(found))
        }
    }
}

fn unexpected<R: Read>(found: u8, window: &Window<R>) -> Fault {
    ListFault::UnexpectedText { found: Found(found) }.at(window.offset())
}

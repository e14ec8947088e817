//! Rows in an envelope: the body `{"assets":[…],"uploadLocal":null,"priority":0}` that the SDK sends. The assets are
//! streamed as rows, wherever they stand among the members; the other members are kept for the caller, up to a limit.

use std::io::Read;

use serde_json::{Map, Value};

use super::json::next_in_list;
use super::{Element, Place, element, truncated};
use crate::error::{Fault, Found, ListFault};
use crate::limits::Limits;
use crate::window::Window;

const ASSETS: &str = "assets";
const IN_BODY: &str = "the body";

#[derive(Debug)]
pub(crate) struct Envelope {
    pub place: Place,
    pub assets_seen: bool,
    /// The members beside `assets`.
    pub members: Map<String, Value>,
    pub members_bytes: usize,
}

impl Envelope {
    /// The next element of `assets`; nothing once the whole body has been read.
    pub fn next<R: Read>(
        &mut self,
        window: &mut Window<R>,
        limits: &Limits,
    ) -> Result<Option<Element>, Fault> {
        if matches!(self.place, Place::ListStart | Place::AfterElement) {
            if let Some(element) = next_in_list(&mut self.place, window, limits)? {
                return Ok(Some(element));
            }
            self.place = Place::AfterMember;
        }
        if self.place == Place::Top {
            match window.peek_past_space()? {
                Some(b'{') => window.consume(1),
                _ => return Err(ListFault::NotAnEnvelope.at(window.offset())),
            }
            self.place = Place::FirstMember;
        }
        while self.enter_member(window)? {
            if self.member(window, limits)? {
                self.place = Place::ListStart;
                return self.next(window, limits);
            }
            self.place = Place::AfterMember;
        }
        self.end(window)
    }

    /// Stands before the next member's name; false behind the brace that closes the body.
    fn enter_member<R: Read>(&self, window: &mut Window<R>) -> Result<bool, Fault> {
        let mut next = some(window)?;
        if self.place == Place::AfterMember {
            let comma = window.offset();
            match next {
                b',' => window.consume(1),
                b'}' => {}
                found => return Err(ListFault::ExpectedComma { found: Found(found) }.at(comma)),
            }
            if next == b',' {
                next = some(window)?;
                if next == b'}' {
                    return Err(ListFault::TrailingComma.at(comma));
                }
            }
        }
        match next {
            b'}' => {
                window.consume(1);
                Ok(false)
            }
            b'"' => Ok(true),
            found => Err(ListFault::UnexpectedText { found: Found(found) }.at(window.offset())),
        }
    }

    /// Reads a member; true if it is `assets`, standing behind its opening bracket.
    fn member<R: Read>(&mut self, window: &mut Window<R>, limits: &Limits) -> Result<bool, Fault> {
        let start = window.offset();
        let name_text = self.keep(window, limits)?;
        let name: String = serde_json::from_slice(&name_text).map_err(|_| {
            ListFault::MemberNotJson {
                name: lossy(&name_text),
            }
            .at(start)
        })?;
        if name == ASSETS && self.assets_seen || self.members.contains_key(&name) {
            return Err(ListFault::DuplicateMember { name }.at(start));
        }
        match some(window)? {
            b':' => window.consume(1),
            found => return Err(ListFault::UnexpectedText { found: Found(found) }.at(window.offset())),
        }
        let first = some(window)?;
        let value_at = window.offset();
        if name == ASSETS {
            self.assets_seen = true;
            if first != b'[' {
                return Err(ListFault::AssetsNotAList.at(value_at));
            }
            window.consume(1);
            return Ok(true);
        }
        let text = self.keep(window, limits)?;
        match serde_json::from_slice(&text) {
            Ok(value) => self.members.insert(name, value),
            Err(_) => return Err(ListFault::MemberNotJson { name }.at(value_at)),
        };
        Ok(false)
    }

    /// The bytes of the value at hand, as long as all that is kept stays within the limit.
    fn keep<R: Read>(&mut self, window: &mut Window<R>, limits: &Limits) -> Result<Vec<u8>, Fault> {
        let room = limits.envelope_bytes.saturating_sub(self.members_bytes);
        let here = Limits {
            element_bytes: room,
            ..limits.clone()
        };
        match element(window, &here)? {
            Element::Whole { len, .. } => {
                let text = window.rest()[..len].to_vec();
                window.consume(len);
                self.members_bytes += len;
                Ok(text)
            }
            Element::TooLarge { offset, .. } => Err(ListFault::MembersTooLarge {
                limit_bytes: limits.envelope_bytes,
            }
            .at(offset)),
        }
    }

    fn end<R: Read>(&self, window: &mut Window<R>) -> Result<Option<Element>, Fault> {
        match window.peek_past_space()? {
            Some(found) => Err(ListFault::UnexpectedText { found: Found(found) }.at(window.offset())),
            None if self.assets_seen => Ok(None),
            None => Err(ListFault::AssetsMissing.at(window.offset())),
        }
    }
}

/// The next byte past white space; the text must not end here.
fn some<R: Read>(window: &mut Window<R>) -> Result<u8, Fault> {
    window
        .peek_past_space()?
        .ok_or_else(|| truncated(window, IN_BODY))
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().take(100).collect()
}

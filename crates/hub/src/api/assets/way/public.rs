//! The way to what needs no storage: a public address as a page of the hub gets it, or a file of the hub's own.

use insitu_cloud::doctor::{Decoded, NOT_READ, READING_NOT_TRIED, TRY_READING};
use insitu_cloud::{Seen, is_mixed};
use insitu_model::own_file::OwnFile;

use super::Way;
use crate::api::storages::diagnosis::FixView;
use crate::cloud_access::{Examining, decode, read_as_page, read_own_file};
use crate::error::{ApiError, ApiResult};

/// How much of a public asset or of an uploaded file is read.
const FIRST_BYTES: usize = 64 * 1024;

impl Way<'_> {
    /// A public address, or a file of the hub's own storage: nothing is signed, and the beginning tells all.
    pub(super) async fn as_anybody(&mut self, data: &str) -> ApiResult<()> {
        let hub = self.hub;
        let own = OwnFile::parse_kept(data);
        let what = match own {
            Some(_) => "It is a file of the hub's own storage.",
            None => "It is a public address, which everybody may fetch without a signature.",
        };
        self.steps.passed("object", what.to_owned());
        if !Examining::of(hub, self.organization).await?.may_read() {
            for name in ["head", "cors", "decode"] {
                self.steps.end(name, "skipped", None, NOT_READ.to_owned(), None);
            }
            let code = Some("storage.reading_not_tried".to_owned());
            let fix = FixView {
                text: TRY_READING.to_owned(),
                paste: None,
            };
            self.steps.end(
                "coverage",
                "warned",
                code,
                READING_NOT_TRIED.to_owned(),
                Some(fix),
            );
            return Ok(());
        }
        let read = async {
            let read = match own {
                Some(file) => read_own_file(hub, file, FIRST_BYTES)
                    .await
                    .map(|seen| (seen, None)),
                None => read_as_page(hub, data, FIRST_BYTES)
                    .await
                    .map(|page| (page.seen, Some(page.allow_origin))),
            };
            read.map_err(|unread| ApiError::invalid(unread.code, format!("{}.", unread.message)))
        };
        match self.in_time(read).await {
            Err(stop) => {
                let fix = "Open the address in a browser to see what answers there.";
                self.steps.stopped("head", stop, fix);
            }
            Ok((seen, allowed)) => {
                self.steps
                    .passed("head", "It is there and can be read.".to_owned());
                // The hub's own files come from the origin of its pages.
                let is_let_in = allowed.is_none_or(|allowed| self.is_let_in(data, allowed.as_deref()));
                if is_let_in {
                    self.look_at(seen);
                }
            }
        }
        Ok(())
    }

    /// May pages of the hub read what came from this address with this `Access-Control-Allow-Origin`?
    fn is_let_in(&mut self, data: &str, allowed: Option<&str>) -> bool {
        let origin = self.hub.public_url.as_str();
        if is_mixed(origin, data) {
            let error = ApiError::invalid(
                "storage.mixed_content",
                format!(
                    "Pages of {origin} came by TLS, and browsers keep them from fetching what is plain HTTP (mixed content)."
                ),
            );
            let fix = "Import its address with https://, or upload the file to the hub.";
            self.steps.refused("cors", error, fix);
            return false;
        }
        let error = match kept_from_pages(allowed, origin) {
            None => {
                self.steps
                    .passed("cors", format!("Pages of {origin} may read it."));
                return true;
            }
            Some(error) => error,
        };
        let fix = format!(
            "Let the server send Access-Control-Allow-Origin: {origin}, or upload the file to the hub."
        );
        self.steps.refused("cors", error, &fix);
        false
    }

    fn look_at(&mut self, seen: Seen) {
        let (bytes, is_all) = match seen {
            Seen::Bytes { bytes, is_all } => (bytes, is_all),
            Seen::NotAsSaid(encoding) => {
                let error = ApiError::invalid(
                    "storage.content_encoding",
                    format!(
                        "The server says that it is packed (Content-Encoding: {encoding}), and it cannot be unpacked so. Browsers show nothing of it."
                    ),
                );
                let fix = "Let the server send it without that Content-Encoding, or packed as it says.";
                return self.steps.refused("decode", error, fix);
            }
            Seen::Packed(encoding) => {
                let message = format!(
                    "It is packed (Content-Encoding: {encoding}) in a way that browsers undo and the hub does not: whether it is a picture is not known."
                );
                let fix = FixView {
                    text: "Open the asset in the browser to see.".to_owned(),
                    paste: None,
                };
                let code = Some("storage.content_encoding".to_owned());
                return self.steps.end("decode", "warned", code, message, Some(fix));
            }
        };
        match decode(&bytes, is_all) {
            Decoded::NotShown(reason) => {
                let error = ApiError::invalid(
                    "storage.not_decodable",
                    format!("It cannot be shown as a picture: {reason}."),
                );
                self.steps
                    .refused("decode", error, "Open the file on your own computer.");
            }
            Decoded::Picture { width, height } => {
                self.steps
                    .passed("decode", format!("It is a picture of {width} × {height} pixels."));
            }
            Decoded::LongHeader => self
                .steps
                .passed("decode", "It is a picture with a long header.".to_owned()),
        }
    }
}

/// Why a browser does not let pages of this origin read an answer, if it does not.
fn kept_from_pages(allowed: Option<&str>, origin: &str) -> Option<ApiError> {
    match allowed {
        Some(allowed) if allowed == "*" || allowed == origin => None,
        Some(allowed) if allowed.contains(',') => Some(ApiError::invalid(
            "storage.cors_twice",
            format!(
                "The server sends Access-Control-Allow-Origin more than once ({allowed}), and browsers refuse such an answer whatever it says."
            ),
        )),
        Some(allowed) => Some(ApiError::invalid(
            "storage.cors_other_origin",
            format!("The server lets pages of {allowed} read it, and not those of the hub, {origin}."),
        )),
        None => Some(ApiError::invalid(
            "storage.cors_no_rule",
            format!(
                "The server does not let pages of {origin} read it: it sends no Access-Control-Allow-Origin."
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_answer_is_for_pages_of_the_hub_only_if_it_says_so() {
        let origin = "https://hub.example";
        let code = |allowed| kept_from_pages(allowed, origin).map(|error| error.code);
        assert_eq!(code(Some("*")), None);
        assert_eq!(code(Some(origin)), None);
        for other in ["https://elsewhere.example", "http://hub.example"] {
            assert_eq!(code(Some(other)).as_deref(), Some("storage.cors_other_origin"));
        }
        assert_eq!(code(None).as_deref(), Some("storage.cors_no_rule"));
        for twice in [
            "*, https://hub.example",
            "https://hub.example, https://hub.example",
        ] {
            assert_eq!(code(Some(twice)).as_deref(), Some("storage.cors_twice"));
        }
    }
}

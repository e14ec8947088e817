//! What S3 answers, read into types.

use std::borrow::Cow;

use bytes::Bytes;
use percent_encoding::percent_decode_str;

use crate::connect::Answer;
use crate::unpack::{self, Seen};
use crate::xml::{Element, XmlError};

/// A bucket that may be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketHead {
    /// The bucket's region, where the server says it.
    pub region: Option<String>,
}

/// An object, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectHead {
    /// How long it is.
    pub size_bytes: Option<u64>,
    /// What it says it is.
    pub content_type: Option<String>,
    /// Changes when its bytes change.
    pub etag: Option<String>,
    /// The KMS key that it is encrypted with.
    pub kms_key: Option<String>,
    /// Where it is kept, `GLACIER` for instance; the standard class is not named.
    pub storage_class: Option<String>,
}

/// The beginning of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeRead {
    /// The bytes.
    pub bytes: Bytes,
    /// How long the whole object is.
    pub total_bytes: Option<u64>,
    /// What it says it is.
    pub content_type: Option<String>,
    /// How it is packed, as far as it says.
    pub encoding: Option<String>,
    /// Changes when its bytes change.
    pub etag: Option<String>,
    /// Did the server heed the range, or send everything?
    pub is_partial: bool,
}

/// A page of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListPage {
    /// Objects, in the order of their keys.
    pub objects: Vec<ListedObject>,
    /// Folders, each with its delimiter at the end.
    pub prefixes: Vec<String>,
    /// Where the next page begins; none on the last.
    pub continuation: Option<String>,
    /// How many names were there that do not begin as was asked for: they are left out.
    pub outside: usize,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// The key, decoded.
    pub key: String,
    /// How long it is.
    pub size_bytes: u64,
    /// When it was last written, as S3 writes it (`2026-03-04T05:06:07.000Z`).
    pub last_modified: Option<String>,
}

impl ObjectHead {
    pub(super) fn read(answer: &Answer) -> Self {
        let text = |name: &str| answer.header(name).map(str::to_owned);
        Self {
            size_bytes: answer
                .header("content-length")
                .and_then(|length| length.parse().ok()),
            content_type: text("content-type"),
            etag: text("etag"),
            kms_key: text("x-amz-server-side-encryption-aws-kms-key-id"),
            storage_class: text("x-amz-storage-class"),
        }
    }
}

impl RangeRead {
    pub(crate) fn read(answer: Answer) -> Self {
        let is_partial = answer.status == 206;
        let total = match is_partial {
            true => answer
                .header("content-range")
                .and_then(|range| range.rsplit_once('/'))
                .map(|(_, total)| total),
            false => answer.header("content-length"),
        };
        Self {
            total_bytes: total.and_then(|total| total.parse().ok()),
            content_type: answer.header("content-type").map(str::to_owned),
            encoding: answer.joined("content-encoding"),
            etag: answer.header("etag").map(str::to_owned),
            is_partial,
            bytes: answer.body,
        }
    }

    /// What a browser sees of it. `is_all`: whether these bytes are all that there are.
    pub fn seen(&self, is_all: bool) -> Seen {
        unpack::seen(self.encoding.as_deref(), self.bytes.clone(), is_all)
    }
}

impl ListPage {
    /// Reads a page of what begins with `prefix`: there are servers that name everything. Names are decoded only if the
    /// server says that it encoded them: not every server does.
    pub(super) fn read(body: &[u8], prefix: &str) -> Result<Self, ListError> {
        let document = Element::parse(body)?;
        if document.name != "ListBucketResult" {
            return Err(ListError::Other(document.name));
        }
        let is_encoded = document.text_of("EncodingType") == Some("url");
        let decode = |text: &str| {
            if is_encoded {
                url_decode(text)
            } else {
                Some(text.to_owned())
            }
        };
        let mut page = ListPage::default();
        for content in document.all("Contents") {
            page.objects.push(ListedObject {
                key: content.text_of("Key").and_then(decode).ok_or(ListError::BadKey)?,
                size_bytes: content
                    .text_of("Size")
                    .and_then(|size| size.trim().parse().ok())
                    .unwrap_or_default(),
                last_modified: content.text_of("LastModified").map(str::to_owned),
            });
        }
        for prefix in document.all("CommonPrefixes") {
            page.prefixes.push(
                prefix
                    .text_of("Prefix")
                    .and_then(decode)
                    .ok_or(ListError::BadKey)?,
            );
        }
        if document
            .text_of("IsTruncated")
            .is_some_and(|truncated| truncated.trim() == "true")
        {
            let token = document
                .text_of("NextContinuationToken")
                .filter(|token| !token.is_empty());
            page.continuation = Some(token.ok_or(ListError::NoContinuation)?.to_owned());
        }
        let named = page.objects.len() + page.prefixes.len();
        page.objects.retain(|object| object.key.starts_with(prefix));
        page.prefixes.retain(|folder| folder.starts_with(prefix));
        page.outside = named - page.objects.len() - page.prefixes.len();
        Ok(page)
    }
}

/// Why an answer is not a page of a listing.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListError {
    #[error(transparent)]
    Xml(#[from] XmlError),
    #[error("<{0}> instead of <ListBucketResult>")]
    Other(String),
    #[error("a key is missing or is not UTF-8")]
    BadKey,
    #[error("it says that it goes on, but not where")]
    NoContinuation,
}

/// `encoding-type=url` writes a space as a plus and a plus escaped. Bytes that are not UTF-8 make no key.
fn url_decode(text: &str) -> Option<String> {
    let spaced: Cow<'_, str> = if text.contains('+') {
        Cow::Owned(text.replace('+', " "))
    } else {
        Cow::Borrowed(text)
    };
    percent_decode_str(&spaced)
        .decode_utf8()
        .ok()
        .map(Cow::into_owned)
}

/// What GetBucketLocation says, as a region. AWS says nothing for us-east-1 and `EU` for Ireland's oldest buckets;
/// other servers say nothing, `null` or `default` for want of an answer, which names no region.
pub(super) fn read_location(body: &[u8], has_endpoint: bool) -> Result<Option<String>, XmlError> {
    let document = Element::parse(body)?;
    let said = document
        .find("LocationConstraint")
        .map(|location| location.text.trim().to_owned())
        .unwrap_or_default();
    Ok(match said.as_str() {
        "" if !has_endpoint => Some("us-east-1".to_owned()),
        "" | "null" | "default" => None,
        "EU" => Some("eu-west-1".to_owned()),
        _ => Some(said),
    })
}

/// Whether there are rules in what GetBucketCors says; why that is no such document.
pub(super) fn read_cors(body: &[u8]) -> Result<bool, String> {
    let document = Element::parse(body).map_err(|error| error.to_string())?;
    match document.name.as_str() {
        "CORSConfiguration" => Ok(document.all("CORSRule").next().is_some()),
        other => Err(format!("<{other}> instead of <CORSConfiguration>")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_decoded_where_it_was_encoded() {
        let xml = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><EncodingType>url</EncodingType>\
            <IsTruncated>true</IsTruncated><NextContinuationToken>1/a+b==</NextContinuationToken>\
            <Contents><Key>a+b%2Bc%20%C3%A9%26</Key><Size>12</Size><LastModified>2026-03-04T05:06:07.000Z</LastModified></Contents>\
            <CommonPrefixes><Prefix>x+y/</Prefix></CommonPrefixes></ListBucketResult>";
        let page = ListPage::read(xml.as_bytes(), "").unwrap();
        assert_eq!(page.objects[0].key, "a b+c é&");
        assert_eq!(page.objects[0].size_bytes, 12);
        assert_eq!(page.prefixes, ["x y/"]);
        assert_eq!(page.continuation.as_deref(), Some("1/a+b=="));
    }

    #[test]
    fn a_page_that_was_not_encoded_is_left_alone() {
        let xml = "<ListBucketResult><Contents><Key>a+b%20c &amp; d</Key></Contents></ListBucketResult>";
        assert_eq!(
            ListPage::read(xml.as_bytes(), "").unwrap().objects[0].key,
            "a+b%20c & d"
        );
    }

    #[test]
    fn what_was_not_asked_for_is_left_out() {
        let xml = "<ListBucketResult><Contents><Key>public/a</Key></Contents><Contents><Key>secret/b</Key></Contents>\
            <CommonPrefixes><Prefix>public/x/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>secret/</Prefix></CommonPrefixes>\
            </ListBucketResult>";
        let page = ListPage::read(xml.as_bytes(), "public/").unwrap();
        let keys: Vec<&str> = page.objects.iter().map(|object| object.key.as_str()).collect();
        assert_eq!(
            (keys, page.prefixes, page.outside),
            (vec!["public/a"], vec!["public/x/".to_owned()], 2)
        );
        assert_eq!(ListPage::read(xml.as_bytes(), "").unwrap().outside, 0);
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for xml in [
            "<html></html>",
            "<ListBucketResult>",
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>%ff</Key></Contents></ListBucketResult>",
            "<ListBucketResult><Contents/></ListBucketResult>",
        ] {
            assert!(ListPage::read(xml.as_bytes(), "").is_err(), "{xml}");
        }
    }

    #[test]
    fn cors_rules_are_counted_and_not_taken_for_granted() {
        let read = |xml: &str| read_cors(xml.as_bytes()).ok();
        let rule =
            "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";
        assert_eq!(read(rule), Some(true));
        assert_eq!(read("<CORSConfiguration/>"), Some(false));
        for xml in ["", "<ListBucketResult/>", "<html>"] {
            assert_eq!(read(xml), None, "{xml}");
        }
    }

    #[test]
    fn every_way_of_not_naming_a_region_is_known() {
        let location = |xml: &str, has_endpoint| read_location(xml.as_bytes(), has_endpoint).unwrap();
        let empty = "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>";
        assert_eq!(location(empty, false).as_deref(), Some("us-east-1"));
        assert_eq!(location(empty, true), None);
        for word in ["null", "default"] {
            assert_eq!(
                location(&format!("<LocationConstraint>{word}</LocationConstraint>"), true),
                None
            );
        }
        assert_eq!(
            location("<LocationConstraint>EU</LocationConstraint>", false).as_deref(),
            Some("eu-west-1")
        );
        assert_eq!(
            location(
                "<a><LocationConstraint>ap-south-1</LocationConstraint></a>",
                false
            )
            .as_deref(),
            Some("ap-south-1")
        );
        assert!(read_location(b"", false).is_err());
    }
}

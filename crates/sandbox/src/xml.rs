//! The little XML that the sandbox writes itself: error documents and STS's answers.

use crate::refusal::Refusal;

/// Text as it may stand between tags.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Written as a reference, so that a parser gives it back unchanged.
            '\r' => escaped.push_str("&#13;"),
            // No XML 1.0 document can hold the other control characters.
            c if c.is_control() && c != '\n' && c != '\t' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// S3's `<Error>`.
pub(crate) fn s3_error(refusal: &Refusal, request_id: &str, host_id: &str) -> String {
    let elements: String = refusal
        .elements
        .iter()
        .map(|(name, value)| format!("<{name}>{}</{name}>", escape(value)))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message>{elements}\
         <RequestId>{request_id}</RequestId><HostId>{host_id}</HostId></Error>",
        escape(&refusal.code),
        escape(&refusal.message)
    )
}

/// STS's `<ErrorResponse>`.
pub(crate) fn sts_error(refusal: &Refusal, request_id: &str) -> String {
    let fault = if refusal.status.is_server_error() {
        "Receiver"
    } else {
        "Sender"
    };
    format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>{fault}</Type>\
         <Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        escape(&refusal.code),
        escape(&refusal.message)
    )
}

/// The text of an element in a document that the protocol library wrote.
pub(crate) fn element(document: &str, name: &str) -> Option<String> {
    let start = document.find(&format!("<{name}>"))? + name.len() + 2;
    let end = start + document[start..].find(&format!("</{name}>"))?;
    let text = document[start..end]
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    Some(text.replace("&apos;", "'").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back() {
        let refusal = Refusal::no_such_key("a<b>&\"c\".jpg");
        let document = s3_error(&refusal, "R", "H");
        assert_eq!(element(&document, "Code").as_deref(), Some("NoSuchKey"));
        assert_eq!(element(&document, "Key").as_deref(), Some("a<b>&\"c\".jpg"));
        assert_eq!(element(&document, "Nothing"), None);
    }

    #[test]
    fn a_character_that_xml_cannot_hold_is_replaced() {
        assert_eq!(escape("a\u{0}b"), "a\u{fffd}b");
    }
}

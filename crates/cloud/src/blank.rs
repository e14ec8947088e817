//! Blanks what opens something out of words that a server wrote: an endpoint may echo the request that it refuses, and
//! its words are shown to people and logged.

/// What stands in the place of what was taken out.
const BLANK: &str = "…";
/// Ends of the names of parameters, headers and elements whose values open something. In lower case.
const NAMES: [&str; 3] = ["signature", "security-token", "credential"];
/// A run of so many letters of Base64 is no sentence, and no key of an object has such a name; session tokens are longer.
const TOKEN_CHARS_MIN: usize = 128;
/// Hexadecimal digits of a signature.
const SIGNATURE_DIGITS: usize = 64;

/// The text without values of `X-Amz-Signature`, `X-Amz-Security-Token` and `X-Amz-Credential`, however they are written
/// down, and without what looks like a signature or a token in the middle of a sentence.
pub(crate) fn blank(text: &str) -> String {
    blank_bare(&blank_named(text))
}

fn blank_named(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (mut blanked, mut at) = (String::with_capacity(text.len()), 0);
    while let Some((_, end_of_name)) = NAMES
        .iter()
        .filter_map(|name| {
            let found = lower.get(at..)?.find(name)?;
            Some((at + found, at + found + name.len()))
        })
        .min()
    {
        let start = skip_between(&lower, end_of_name);
        let end = if start > end_of_name {
            end_of_value(&lower, start)
        } else {
            start
        };
        blanked.push_str(text.get(at..start).unwrap_or_default());
        if end > start {
            blanked.push_str(BLANK);
        }
        at = end;
    }
    blanked.push_str(text.get(at..).unwrap_or_default());
    blanked
}

/// Where the value begins that belongs to a name; the end of the name itself, if none does.
fn skip_between(lower: &str, end_of_name: usize) -> usize {
    const BESIDE: [&str; 9] = [" ", "\"", "'", "[", "(", "&quot;", "%22", "\\", "\t"];
    const BETWEEN: [&str; 5] = ["=", ":", "%3d", "%253d", ">"];
    let (mut at, mut is_named) = (end_of_name, false);
    loop {
        let rest = lower.get(at..).unwrap_or_default();
        let skipped = |marks: &[&str]| {
            marks
                .iter()
                .find(|mark| rest.starts_with(**mark))
                .map(|mark| mark.len())
        };
        if let Some(length) = skipped(&BETWEEN) {
            (at, is_named) = (at + length, true);
        } else if let Some(length) = skipped(&BESIDE) {
            at += length;
        } else {
            return if is_named { at } else { end_of_name };
        }
    }
}

fn end_of_value(lower: &str, start: usize) -> usize {
    let rest = lower.get(start..).unwrap_or_default();
    let ends = ['&', '"', '\'', '<', '>', ',', ';', ']', ')', '\\'];
    let mut end = rest
        .find(|letter: char| letter.is_whitespace() || ends.contains(&letter))
        .unwrap_or(rest.len());
    for escaped in ["%26", "%2526"] {
        end = rest.find(escaped).unwrap_or(end).min(end);
    }
    start + end
}

fn blank_bare(text: &str) -> String {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=' | '%');
    let (mut blanked, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(start) = rest.find(is_part) {
        let (before, run) = rest.split_at(start);
        let (run, after) = run.split_at(run.find(|letter| !is_part(letter)).unwrap_or(run.len()));
        blanked.push_str(before);
        let is_signature = run.len() == SIGNATURE_DIGITS && run.bytes().all(|byte| byte.is_ascii_hexdigit());
        blanked.push_str(match is_signature || run.len() >= TOKEN_CHARS_MIN {
            true => BLANK,
            false => run,
        });
        rest = after;
    }
    blanked.push_str(rest);
    blanked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_open_something_are_gone_however_they_are_written_down() {
        let token = "FwoGZXIvYXdzEBYaDKTOKENKTOKEN";
        for text in [
            format!("no: https://s3/b/k?X-Amz-Security-Token={token}&X-Amz-Expires=60"),
            format!("no: https://s3/b/k?x-amz-security-token={token}"),
            format!("no: https%3A%2F%2Fs3%3FX-Amz-Security-Token%3D{token}%26X-Amz-Expires%3D60"),
            format!("no: %253FX-Amz-Security-Token%253D{token}%2526X-Amz-Expires%253D60"),
            format!("headers: {{\"x-amz-security-token\": [\"{token}\"]}}"),
            format!("headers: x-amz-security-token : {token}"),
            format!("AWS4-HMAC-SHA256 Credential={token}/s3/aws4_request, SignedHeaders=host"),
            format!("SignedHeaders=host, Signature={token}"),
            format!("X-Amz-Signature='{token}'"),
            format!("<X-Amz-Signature>{token}</X-Amz-Signature>"),
        ] {
            let blanked = blank(&text);
            assert!(!blanked.contains("TOKEN"), "{blanked}");
            assert!(blanked.contains(BLANK), "{blanked}");
        }
        let blanked = blank(&format!("?X-Amz-Signature={token}&X-Amz-Expires=60 is over"));
        assert_eq!(blanked, "?X-Amz-Signature=…&X-Amz-Expires=60 is over");
    }

    #[test]
    fn a_signature_or_a_token_in_the_middle_of_a_sentence_is_gone() {
        let signature = "0f".repeat(32);
        assert_eq!(
            blank(&format!("got {signature}, want another")),
            "got …, want another"
        );
        let token = "FwoGZXIvYXdzEBYaDK+/".repeat(8);
        assert_eq!(
            blank(&format!("the token {token} has expired")),
            "the token … has expired"
        );
    }

    #[test]
    fn words_stay_as_they_are() {
        for text in [
            "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
            "Error parsing the X-Amz-Credential parameter; the region 'a' is wrong; expecting 'b'",
            "Signature expired: 20260131T230000Z is now earlier than 20260131T234500Z (20260201T000000Z - 15 min.)",
            "User: arn:aws:iam::1:user/é is not authorized to perform: s3:GetObject on resource: \"arn:aws:s3:::b/k\"",
            "ends with a signature",
            "ends with signature=",
            "",
        ] {
            assert_eq!(blank(text), text);
        }
    }
}

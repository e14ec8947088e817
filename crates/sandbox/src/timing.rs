//! The rules about a signature that need no secret: its form, its age, its length of life.

use hyper::HeaderMap;

use crate::facts::{ALGORITHM, Facts, Signature, Signed};
use crate::refusal::{MAX_EXPIRES_SECONDS, MAX_SKEW_MS, Refusal};
use crate::time::{basic, parse_basic};

/// Refuses what no secret could make right.
pub(crate) fn check(facts: &Facts, headers: &HeaderMap, now_ms: i64) -> Result<(), Refusal> {
    match &facts.signed {
        Signed::Not => Ok(()),
        Signed::Version2 => Err(Refusal::bad_request(
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        )),
        Signed::Twice => Err(Refusal::bad_request(
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
        )),
        Signed::Malformed { in_query: true } => Err(malformed_query(facts)),
        Signed::Malformed { in_query: false } => Err(Refusal::bad_request(
            "AuthorizationHeaderMalformed",
            "The authorization header is malformed; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        )),
        Signed::Header(signature) => {
            check_date(facts, signature, now_ms)?;
            check_every_header_is_signed(facts, signature, headers)
        }
        Signed::Query(signature) => {
            check_life(signature, now_ms)?;
            check_every_header_is_signed(facts, signature, headers)
        }
    }
}

fn malformed_query(facts: &Facts) -> Refusal {
    let names = [
        "Algorithm",
        "Credential",
        "Signature",
        "Date",
        "SignedHeaders",
        "Expires",
    ];
    let complete = names
        .iter()
        .all(|name| facts.parameter(&format!("X-Amz-{name}")).is_some());
    Refusal::query_parameters(if complete {
        "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."
    } else {
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
    })
}

fn check_date(facts: &Facts, signature: &Signature, now_ms: i64) -> Result<(), Refusal> {
    let Some(date_ms) = signature.date.as_deref().and_then(parse_basic) else {
        let message = "AWS authentication requires a valid Date or x-amz-date header";
        return Err(Refusal::forbidden("AccessDenied", message));
    };
    if (now_ms - date_ms).abs() <= MAX_SKEW_MS {
        return Ok(());
    }
    Err(if facts.is_sts {
        skewed_for_sts(date_ms, now_ms)
    } else {
        Refusal::skewed(date_ms, now_ms)
    })
}

/// STS says it in other words, and with another code, than S3.
fn skewed_for_sts(date_ms: i64, now_ms: i64) -> Refusal {
    let (date, now) = (basic(date_ms), basic(now_ms));
    let message = if date_ms < now_ms {
        let limit = basic(now_ms - MAX_SKEW_MS);
        format!("Signature expired: {date} is now earlier than {limit} ({now} - 15 min.)")
    } else {
        let limit = basic(now_ms + MAX_SKEW_MS);
        format!("Signature not yet current: {date} is still later than {limit} ({now} + 15 min.)")
    };
    Refusal::forbidden("SignatureDoesNotMatch", message)
}

fn check_life(signature: &Signature, now_ms: i64) -> Result<(), Refusal> {
    if signature.algorithm != ALGORITHM {
        return Err(Refusal::query_parameters(
            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"",
        ));
    }
    let Some(date_ms) = signature.date.as_deref().and_then(parse_basic) else {
        let message = "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"";
        return Err(Refusal::query_parameters(message));
    };
    let Ok(expires) = signature.expires.as_deref().unwrap_or_default().parse::<i64>() else {
        return Err(Refusal::query_parameters("X-Amz-Expires should be a number"));
    };
    if expires < 0 {
        return Err(Refusal::query_parameters("X-Amz-Expires must be non-negative"));
    }
    if expires > MAX_EXPIRES_SECONDS {
        return Err(Refusal::query_parameters(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
        ));
    }
    if date_ms > now_ms + MAX_SKEW_MS {
        return Err(Refusal::forbidden("AccessDenied", "Request is not yet valid"));
    }
    let expired_ms = date_ms + expires * 1000;
    if now_ms >= expired_ms {
        return Err(Refusal::expired_url(expires, expired_ms, now_ms));
    }
    Ok(())
}

/// S3 wants every `x-amz-` header under the signature, so that nobody on the way can add one.
fn check_every_header_is_signed(
    facts: &Facts,
    signature: &Signature,
    headers: &HeaderMap,
) -> Result<(), Refusal> {
    if facts.is_sts {
        return Ok(());
    }
    let unsigned: Vec<&str> = headers
        .keys()
        .map(hyper::header::HeaderName::as_str)
        .filter(|name| name.starts_with("x-amz-") && *name != "x-amz-content-sha256")
        .filter(|name| !signature.signed_headers.iter().any(|signed| signed == name))
        .collect();
    if unsigned.is_empty() {
        return Ok(());
    }
    let message = "There were headers present in the request which were not signed";
    Err(Refusal::forbidden("AccessDenied", message).with("HeadersNotSigned", unsigned.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Hosts;
    use hyper::Request;

    const NOW_MS: i64 = 1_769_904_000_000; // 2026-02-01T00:00:00Z

    fn presigned(date: &str, expires: &str) -> Result<(), Refusal> {
        let uri = format!(
            "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAX%2F20260201%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date={date}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=abc"
        );
        let parts = Request::builder().uri(uri).body(()).unwrap().into_parts().0;
        check(&Facts::of(&parts, &Hosts::new(&[])), &parts.headers, NOW_MS)
    }

    fn signed(date: &str, is_sts: bool) -> Result<(), Refusal> {
        let value = "AWS4-HMAC-SHA256 Credential=AKIAX/20260201/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc";
        let uri = if is_sts {
            "/?Action=GetCallerIdentity"
        } else {
            "/b/k"
        };
        let request = Request::builder()
            .uri(uri)
            .header("authorization", value)
            .header("x-amz-date", date);
        let parts = request.body(()).unwrap().into_parts().0;
        check(&Facts::of(&parts, &Hosts::new(&[])), &parts.headers, NOW_MS)
    }

    #[test]
    fn a_url_lives_exactly_as_long_as_it_says() {
        assert_eq!(presigned("20260131T235901Z", "60"), Ok(()));
        let refusal = presigned("20260131T235900Z", "60").unwrap_err();
        assert_eq!(
            (refusal.code.as_str(), refusal.message.as_str()),
            ("AccessDenied", "Request has expired")
        );
        let names: Vec<_> = refusal.elements.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["X-Amz-Expires", "Expires", "ServerTime"]);
    }

    #[test]
    fn a_url_for_more_than_a_week_is_refused() {
        assert_eq!(presigned("20260201T000000Z", "604800"), Ok(()));
        for expires in ["604801", "-1", "soon", ""] {
            let refusal = presigned("20260201T000000Z", expires).unwrap_err();
            assert_eq!(refusal.code, "AuthorizationQueryParametersError", "{expires}");
        }
    }

    #[test]
    fn a_url_from_the_future_is_refused_beyond_fifteen_minutes() {
        assert_eq!(presigned("20260201T001500Z", "60"), Ok(()));
        assert_eq!(
            presigned("20260201T001501Z", "60").unwrap_err().code,
            "AccessDenied"
        );
    }

    #[test]
    fn a_clock_may_be_fifteen_minutes_off_and_no_more() {
        for date in ["20260131T234500Z", "20260201T001500Z"] {
            assert_eq!(signed(date, false), Ok(()));
        }
        for date in ["20260131T234459Z", "20260201T001501Z"] {
            assert_eq!(signed(date, false).unwrap_err().code, "RequestTimeTooSkewed");
            assert_eq!(signed(date, true).unwrap_err().code, "SignatureDoesNotMatch");
        }
    }
}

//! Claims about the doctor, against servers that give the same mistake other codes than AWS does.

use insitu_model::ambient::SeededRandom;

use super::*;
use crate::connect::{Patience, Reach};
use crate::identity::IdentitySettings;
use crate::retry::Retry;
use crate::testing::{NOW_MS, Server, answer, clock, random};

const KEY: &str = "OURKEY";
pub(super) const ORIGIN: &str = "http://hub.test";
pub(super) const DENIED: &str = "<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>";
const LISTING: &str = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a.jpg</Key><Size>5</Size></Contents></ListBucketResult>";
const DATE: &str = "date: Wed, 04 Mar 2026 05:06:07 GMT\r\n";

/// A request as a server sees it.
pub(super) struct Asked<'a>(pub &'a str);

impl Asked<'_> {
    pub fn is(&self, method: &str, path: &str) -> bool {
        self.0.starts_with(&format!("{method} {path}"))
    }

    pub fn is_signed(&self) -> bool {
        self.0.contains("authorization: ")
    }

    pub fn has_our_key(&self) -> bool {
        self.0.contains(&format!("Credential={KEY}/"))
    }

    pub fn is_listing(&self) -> bool {
        self.is("GET", "/photos?list-type=2")
    }
}

pub(super) fn said(status: &str, code: &str) -> String {
    answer(
        status,
        "",
        &format!("<Error><Code>{code}</Code><Message>m</Message></Error>"),
    )
}

/// A server on which everything works, to be changed by what a test is about.
pub(super) fn well(asked: &Asked<'_>) -> String {
    if asked.is("OPTIONS", "/") {
        return answer(
            "200 OK",
            &format!("access-control-allow-origin: {ORIGIN}\r\n"),
            "",
        );
    }
    if asked.is_listing() {
        return answer("200 OK", "", LISTING);
    }
    if asked.is("GET", "/photos/a.jpg") {
        let headers = format!(
            "access-control-allow-origin: {ORIGIN}\r\nvary: Origin\r\ncontent-type: image/jpeg\r\ncontent-range: bytes 0-4/5\r\n"
        );
        return answer("206 Partial Content", &headers, "01234");
    }
    answer("200 OK", DATE, "")
}

pub(super) async fn examine_with(
    server: &Server,
    decode: Option<&Decode>,
    object: Option<&str>,
) -> Diagnosis {
    examine_patient(server, decode, patient_of(server, object)).await
}

pub(super) async fn examine_patient(server: &Server, decode: Option<&Decode>, patient: Patient) -> Diagnosis {
    examine_within(WHOLE_MAX, server, decode, patient).await
}

pub(super) async fn examine_within(
    time: Duration,
    server: &Server,
    decode: Option<&Decode>,
    patient: Patient,
) -> Diagnosis {
    let mut told = 0;
    let (diagnosis, sample) = with_tools(time, server, decode, async |tools| {
        super::examine(&patient, tools, &mut |_| told += 1).await
    })
    .await;
    assert_eq!(told, diagnosis.checks.len(), "each check is told as it ends");
    let passed = |check: &&Check| check.subject == Subject::Head && check.verdict == Verdict::Passed;
    assert_eq!(
        sample.is_some(),
        diagnosis.checks.iter().any(|check| passed(&check))
    );
    diagnosis
}

/// Works with what asks this server.
async fn with_tools<T>(
    time: Duration,
    server: &Server,
    decode: Option<&Decode>,
    work: impl AsyncFnOnce(&Tools<'_>) -> T,
) -> T {
    let outbound = server.outbound();
    let identity = Identity::new(
        IdentitySettings::default(),
        Outbound::new(Reach::Operator, Patience::SHORT).unwrap(),
        clock(),
    );
    let (clock, random) = (clock(), random());
    let s3 = s3::Client::new(outbound.clone(), clock.clone(), random.clone()).with_retry(Retry::NONE);
    let sts = sts::Client::new(outbound.clone(), clock.clone(), random, Some(server.endpoint()));
    let tools = Tools {
        s3,
        sts,
        outbound,
        identity: &identity,
        clock: &*clock,
        random: &SeededRandom::new(3),
        decode,
        time,
    };
    work(&tools).await
}

pub(super) fn patient_of(server: &Server, object: Option<&str>) -> Patient {
    Patient {
        region: "eu-central-1".parse().unwrap(),
        endpoint: Some(server.endpoint()),
        grant: Grant::Key(Credentials::permanent(KEY, "secret")),
        is_overruled: false,
        prefixes: Vec::new(),
        targets: vec![Target {
            bucket: "photos".parse().unwrap(),
            object: object.map(|key| Wanted {
                key: key.to_owned(),
                version: None,
            }),
        }],
        left_out: LeftOut::Nothing,
        origin: ORIGIN.to_owned(),
        url_ttl_s: 900,
    }
}

pub(super) async fn examine(server: &Server) -> Diagnosis {
    let decode: &Decode = &|bytes, is_all| {
        assert_eq!((bytes, is_all), (&b"01234"[..], true));
        Decoded::Picture { width: 3, height: 2 }
    };
    examine_with(server, Some(decode), None).await
}

pub(super) fn cause(diagnosis: &Diagnosis) -> (&'static str, Subject) {
    let cause = diagnosis.cause().expect("a cause");
    (cause.code.unwrap(), cause.subject)
}

#[tokio::test]
async fn a_storage_that_works_passes_every_check_that_concerns_it() {
    let server = Server::answers(|request| well(&Asked(request))).await;
    let diagnosis = examine(&server).await;
    assert_eq!(diagnosis.verdict(), Verdict::Passed, "{diagnosis:#?}");
    let mut subjects: Vec<Subject> = diagnosis.checks.iter().map(|check| check.subject).collect();
    let mut all = OF_STORAGE.to_vec();
    subjects.sort_by_key(|subject| subject.as_str());
    all.sort_by_key(|subject| subject.as_str());
    assert_eq!(subjects, all);
    for asked in server.asked() {
        let method = asked.split(' ').next().unwrap();
        assert!(["GET", "HEAD", "OPTIONS"].contains(&method), "{asked}");
    }
}

#[tokio::test]
async fn without_the_right_to_read_no_byte_is_asked_for() {
    let server = Server::answers(|request| well(&Asked(request))).await;
    let diagnosis = examine_with(&server, None, None).await;
    assert_eq!(diagnosis.verdict(), Verdict::Warned);
    let warned: Vec<_> = diagnosis
        .warnings()
        .map(|check| (check.subject, check.code))
        .collect();
    let said = Some("storage.reading_not_tried");
    assert_eq!(
        warned,
        [(Subject::Coverage, said)],
        "what was not tried did not pass"
    );
    let asked = server.asked();
    assert!(asked.iter().any(|one| one.starts_with("HEAD /photos/a.jpg")));
    assert!(!asked.iter().any(|one| one.starts_with("GET /photos/a.jpg")));
}

#[tokio::test]
async fn a_wrong_secret_that_is_called_access_denied_is_found_by_comparing() {
    let server = Server::answers(|request| {
        let asked = Asked(request);
        match asked.is_signed() {
            true if asked.has_our_key() => answer("403 Forbidden", "", DENIED),
            true => said("403 Forbidden", "InvalidAccessKeyId"),
            false => well(&asked),
        }
    })
    .await;
    let found = examine(&server).await;
    assert_eq!(cause(&found), ("storage.wrong_secret", Subject::Identity));
}

#[tokio::test]
async fn an_unknown_key_that_is_called_access_denied_is_found_by_comparing() {
    let server = Server::answers(|request| {
        let asked = Asked(request);
        match asked.is_signed() {
            true => answer("403 Forbidden", "", DENIED),
            false => well(&asked),
        }
    })
    .await;
    let found = examine(&server).await;
    assert_eq!(cause(&found), ("storage.unknown_key", Subject::Identity));
}

/// Our signature is right: the server denies listing to us, and says something else to a wrong secret.
#[tokio::test]
async fn a_right_key_that_may_not_list_is_only_warned_of() {
    let first = std::sync::Mutex::new(None::<String>);
    let server = Server::answers(move |request| {
        let asked = Asked(request);
        if !asked.is_listing() {
            return well(&asked);
        }
        // The same second, region and secret sign the same request alike: whoever signs otherwise has another secret.
        let signature = request.split("Signature=").nth(1).unwrap()[..64].to_owned();
        let mut first = first.lock().unwrap();
        match *first.get_or_insert_with(|| signature.clone()) == signature {
            true => answer("403 Forbidden", "", DENIED),
            false => said("403 Forbidden", "SignatureDoesNotMatch"),
        }
    })
    .await;
    let decode: &Decode = &|_, _| Decoded::Picture { width: 3, height: 2 };
    let diagnosis = examine_with(&server, Some(decode), Some("a.jpg")).await;
    assert_eq!(diagnosis.cause(), None);
    let warned: Vec<_> = diagnosis.warnings().filter_map(|check| check.code).collect();
    assert_eq!(warned, ["storage.list_denied"]);
}

#[tokio::test]
async fn a_missing_key_behind_a_403_is_looked_for_in_the_listing() {
    for (key, code) in [
        ("gone.jpg", "storage.no_such_object"),
        ("a.jpg", "storage.get_denied"),
    ] {
        let server = Server::answers(move |request| {
            let asked = Asked(request);
            match asked.is("HEAD", "/photos/") || asked.is("GET", "/photos/") {
                true => answer("403 Forbidden", "", if asked.is("GET", "") { DENIED } else { "" }),
                false => well(&asked),
            }
        })
        .await;
        let decode: &Decode = &|_, _| Decoded::LongHeader;
        let found = examine_with(&server, Some(decode), Some(key)).await;
        assert_eq!(cause(&found), (code, Subject::Head));
    }
}

/// Follows the way to an object of this server's with a user's key; `decode` is none where no byte may be read.
async fn follow(server: &Server, decode: Option<&Decode>) -> Diagnosis {
    follow_patient(server, decode, &patient_of(server, Some("a.jpg"))).await
}

pub(super) async fn follow_patient(server: &Server, decode: Option<&Decode>, patient: &Patient) -> Diagnosis {
    let key = Arc::new(Credentials::permanent(KEY, "secret"));
    with_tools(WHOLE_MAX, server, decode, async |tools| {
        super::follow(patient, &key, tools, &mut |_| ()).await
    })
    .await
}

#[tokio::test]
async fn a_404_without_words_is_the_objects_or_its_buckets() {
    for (is_bucket_there, code) in [
        (true, "storage.no_such_object"),
        (false, "storage.no_such_bucket"),
    ] {
        let server = Server::answers(move |request| {
            let asked = Asked(request);
            match asked.is("HEAD", "/photos/a.jpg") || !is_bucket_there {
                true => answer("404 Not Found", "", ""),
                false => well(&asked),
            }
        })
        .await;
        let found = follow(&server, Some(&picture)).await;
        assert_eq!(cause(&found), (code, Subject::Head));
    }
}

#[tokio::test]
async fn a_key_that_is_refused_without_words_is_named_by_the_listing_where_no_byte_may_be_read() {
    let server = Server::answers(|request| match Asked(request).is("HEAD", "") {
        true => answer("403 Forbidden", "", ""),
        false => said("403 Forbidden", "InvalidAccessKeyId"),
    })
    .await;
    let found = follow(&server, None).await;
    assert_eq!(cause(&found), ("storage.unknown_key", Subject::Head));
}

#[tokio::test]
async fn a_clock_that_is_16_minutes_off_is_the_cause() {
    for (minutes, words) in [(16, "behind"), (-16, "ahead of")] {
        let date = jiff::Timestamp::from_millisecond(NOW_MS + minutes * 60_000)
            .unwrap()
            .strftime("date: %a, %d %b %Y %H:%M:%S GMT\r\n")
            .to_string();
        let server = Server::answers(move |_| answer("403 Forbidden", &date, "")).await;
        let found = examine(&server).await;
        assert_eq!(cause(&found), ("storage.clock_skew", Subject::Clock));
        assert!(found.cause().unwrap().message.contains(words), "{found:#?}");
    }
}

pub(super) fn picture(_: &[u8], _: bool) -> Decoded {
    Decoded::Picture { width: 3, height: 2 }
}

#[tokio::test]
async fn a_server_that_repeats_what_it_was_sent_gives_nothing_away() {
    let server = Server::answers(|request| {
        let asked = Asked(request);
        if !request.contains("X-Amz-Signature=") {
            return well(&asked);
        }
        let url = request.lines().next().unwrap().replace('&', "&amp;");
        let body = format!("<Error><Code>AccessDenied</Code><Message>No: {url}</Message></Error>");
        answer("403 Forbidden", "", &body)
    })
    .await;
    let found = examine_with(&server, Some(&picture), Some("a.jpg")).await;
    assert_eq!(cause(&found), ("storage.signed_url_refused", Subject::SignedGet));
    let asked = server.asked();
    let (_, sent) = asked
        .iter()
        .find_map(|one| one.split_once("X-Amz-Signature="))
        .unwrap();
    let shown = format!("{found:#?}");
    assert!(shown.contains("X-Amz-Signature=…"), "{shown}");
    assert!(!shown.contains(&sent[..64]), "{shown}");
    assert!(!shown.contains(&format!("{KEY}/")), "{shown}");
}

/// A server that does not know a session may call that "access denied", and says the same to whoever makes one up.
#[tokio::test]
async fn a_session_that_is_denied_whatever_it_asks_is_compared_with_one_that_was_made_up() {
    let session = Arc::new(Credentials::of_session(KEY, "secret", "its-token", None));
    for (knows_it, code) in [
        (false, "storage.session_expired"),
        (true, "storage.missing_or_denied"),
    ] {
        let server = Server::answers(move |request| {
            let asked = Asked(request);
            let is_ours = request.contains("x-amz-security-token: its-token");
            match (asked.is("HEAD", ""), knows_it && !is_ours) {
                (true, _) => answer("403 Forbidden", "", ""),
                (false, true) => said("400 Bad Request", "InvalidToken"),
                (false, false) => answer("403 Forbidden", "", DENIED),
            }
        })
        .await;
        let patient = patient_of(&server, Some("a.jpg"));
        let found = with_tools(WHOLE_MAX, &server, Some(&picture), async |tools| {
            super::follow(&patient, &session, tools, &mut |_| ()).await
        })
        .await;
        assert_eq!(cause(&found), (code, Subject::Head));
    }
}

//! Claims about the calls to S3, against a server that says what AWS and other servers say.

use super::*;
use crate::refusal::RefusalKind;
use crate::testing::{Server, answer, clock, random};

struct World {
    server: Server,
    client: Client,
    access: Access,
    bucket: BucketName,
}

impl World {
    async fn with(answers: &[&str]) -> Self {
        let server = Server::says(answers).await;
        let client = Client::new(server.outbound(), clock(), random());
        let access = Access {
            region: "eu-central-1".parse().unwrap(),
            endpoint: Some(server.endpoint()),
            credentials: Arc::new(Credentials::of_session("AKID", "secret", "TOKEN", None)),
        };
        Self {
            server,
            client,
            access,
            bucket: "photos".parse().unwrap(),
        }
    }

    fn object<'a>(&'a self, key: &'a str) -> ObjectName<'a> {
        ObjectName {
            bucket: &self.bucket,
            key,
            version: None,
        }
    }
}

fn xml(status: &str, code: &str, rest: &str) -> String {
    let body =
        format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>why</Message>{rest}</Error>");
    answer(status, "x-amz-request-id: REQ1\r\n", &body)
}

#[tokio::test]
async fn a_call_carries_its_signature_and_token() {
    let world = World::with(&[&answer("200 OK", "x-amz-bucket-region: eu-west-3\r\n", "")]).await;
    let head = world
        .client
        .head_bucket(&world.access, &world.bucket)
        .await
        .unwrap();
    assert_eq!(head.region.as_deref(), Some("eu-west-3"));
    let asked = &world.server.asked()[0];
    assert!(asked.starts_with("HEAD /photos HTTP/1.1\r\n"), "{asked}");
    for header in [
        "authorization: AWS4-HMAC-SHA256 Credential=AKID/20260304/eu-central-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=",
        "x-amz-date: 20260304T050607Z\r\n",
        "x-amz-security-token: TOKEN\r\n",
        "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\n",
    ] {
        assert!(asked.contains(header), "{header} in {asked}");
    }
}

#[tokio::test]
async fn the_region_is_learned_from_refusals_too() {
    for status in ["301 Moved Permanently", "400 Bad Request", "403 Forbidden"] {
        let world = World::with(&[&format!(
            "{status}\r\nx-amz-bucket-region: ap-south-1\r\nconnection: close\r\n\r\n"
        )])
        .await;
        let region = world
            .client
            .learn_region(&world.access, &world.bucket)
            .await
            .unwrap();
        assert_eq!(region.as_deref(), Some("ap-south-1"), "{status}");
        assert_eq!(world.server.asked().len(), 1);
    }
    let world = World::with(&["404 Not Found\r\nconnection: close\r\n\r\n"]).await;
    let error = world
        .client
        .learn_region(&world.access, &world.bucket)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "cloud.not_found");
}

#[tokio::test]
async fn refusals_keep_the_servers_words() {
    let world = World::with(&[&xml("403 Forbidden", "InvalidAccessKeyId", "<HostId>h</HostId>")]).await;
    let listing = Listing {
        prefix: "",
        delimiter: None,
        continuation: None,
        start_after: None,
        max_keys: 10,
    };
    let error = world
        .client
        .list_v2(&world.access, &world.bucket, &listing)
        .await
        .unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("cloud.unknown_key", Some(RefusalKind::UnknownKey))
    );
    let refusal = error.refusal().unwrap();
    assert_eq!(
        (refusal.status, refusal.code.as_deref()),
        (403, Some("InvalidAccessKeyId"))
    );
    assert_eq!(
        (refusal.message.as_deref(), refusal.request_id.as_deref()),
        (Some("why"), Some("REQ1"))
    );
    assert!(
        error
            .to_string()
            .contains("refused ListObjectsV2: InvalidAccessKeyId: why (HTTP 403)"),
        "{error}"
    );
}

#[tokio::test]
async fn a_listing_goes_on_where_it_stopped() {
    let page = "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated><NextContinuationToken>n/1=</NextContinuationToken><Contents><Key>a+b%2Fc+d</Key><Size>3</Size></Contents></ListBucketResult>";
    let world = World::with(&[&answer("200 OK", "", page)]).await;
    let listing = Listing {
        prefix: "a b/",
        delimiter: Some("/"),
        continuation: Some("t+/="),
        start_after: None,
        max_keys: 5000,
    };
    let page = world
        .client
        .list_v2(&world.access, &world.bucket, &listing)
        .await
        .unwrap();
    assert_eq!(
        (page.objects[0].key.as_str(), page.continuation.as_deref()),
        ("a b/c d", Some("n/1="))
    );
    let asked = &world.server.asked()[0];
    let query = "GET /photos?list-type=2&prefix=a%20b%2F&delimiter=%2F&continuation-token=t%2B%2F%3D&max-keys=1000&encoding-type=url ";
    assert!(asked.starts_with(query), "{asked}");
}

#[tokio::test]
async fn an_endpoint_that_is_no_s3_is_named() {
    for body in ["<html><body>hello</body></html>", "", "{}", "<ListBucketResult>"] {
        let world = World::with(&[&answer("200 OK", "", body)]).await;
        let listing = Listing {
            prefix: "",
            delimiter: None,
            continuation: None,
            start_after: None,
            max_keys: 1,
        };
        let error = world
            .client
            .list_v2(&world.access, &world.bucket, &listing)
            .await
            .unwrap_err();
        assert_eq!(error.code(), "cloud.not_understood", "{body}");
        assert!(
            error
                .to_string()
                .contains("check that the address is that of an S3 service")
        );
    }
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let slow = xml("503 Slow Down", "SlowDown", "");
    let world = World::with(&[
        &slow,
        &slow,
        &answer("200 OK", "content-type: image/jpeg\r\n", ""),
    ])
    .await;
    let head = world
        .client
        .head_object(&world.access, world.object("a b.jpg"))
        .await
        .unwrap();
    assert_eq!(head.content_type.as_deref(), Some("image/jpeg"));
    assert_eq!(world.server.asked().len(), 3);
    assert!(world.server.asked()[0].starts_with("HEAD /photos/a%20b.jpg HTTP/1.1"));
    let world = World::with(&[&slow]).await;
    let client = world.client.clone().with_retry(Retry::NONE);
    let error = client
        .get_range(&world.access, world.object("k"), 1)
        .await
        .unwrap_err();
    assert_eq!((error.code(), world.server.asked().len()), ("cloud.throttled", 1));
}

#[tokio::test]
async fn a_range_is_read_and_no_more() {
    let partial = answer("206 Partial Content", "content-range: bytes 0-3/1000\r\n", "JFIF");
    let world = World::with(&[&partial]).await;
    let read = world
        .client
        .get_range(&world.access, world.object("k"), 4)
        .await
        .unwrap();
    assert_eq!(
        (&read.bytes[..], read.total_bytes, read.is_partial),
        (&b"JFIF"[..], Some(1000), true)
    );
    assert!(world.server.asked()[0].contains("range: bytes=0-3\r\n"));
    // A server that sends everything all the same is cut short.
    let world = World::with(&[&answer("200 OK", "", &"x".repeat(200_000))]).await;
    let read = world
        .client
        .get_range(&world.access, world.object("k"), usize::MAX)
        .await
        .unwrap();
    assert_eq!(
        (read.bytes.len(), read.total_bytes, read.is_partial),
        (RANGE_BYTES_MAX, Some(200_000), false)
    );
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_is_refused_here() {
    let world = World::with(&[&answer("200 OK", "", "")]).await;
    let error = world
        .client
        .head_object(&world.access, world.object("a/../b"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "connect.path_not_sendable");
    assert!(world.server.asked().is_empty());
}

#[tokio::test]
async fn a_preflight_is_asked_as_a_browser_asks_it() {
    let granted = "access-control-allow-origin: https://hub.example\r\naccess-control-allow-methods: GET, HEAD\r\naccess-control-expose-headers: ETag,Content-Length\r\naccess-control-max-age: 3600\r\n";
    let world = World::with(&[&answer("200 OK", granted, "")]).await;
    let origin = "https://hub.example";
    let preflight = world
        .client
        .preflight(&world.access, world.object("a b"), origin, "GET", &["range"])
        .await
        .unwrap();
    assert!(preflight.allows(origin, "GET") && preflight.allows(origin, "HEAD"));
    assert!(!preflight.allows("https://evil.example", "GET") && !preflight.allows(origin, "PUT"));
    assert_eq!(preflight.expose_headers, ["etag", "content-length"]);
    assert_eq!(preflight.max_age_s, Some(3600));
    let asked = &world.server.asked()[0];
    assert!(asked.starts_with("OPTIONS /photos/a%20b HTTP/1.1\r\n"), "{asked}");
    assert!(
        asked.contains("origin: https://hub.example\r\n")
            && asked.contains("access-control-request-method: GET\r\n")
    );
    assert!(!asked.contains("authorization:"));
}

#[tokio::test]
async fn a_refused_preflight_is_an_answer_with_the_servers_words() {
    let refused = "<Error><Code>AccessForbidden</Code><Message>CORSResponse: CORS is not enabled for this bucket.</Message><Method>GET</Method><ResourceType>OBJECT</ResourceType></Error>";
    let world = World::with(&[&answer("403 Forbidden", "", refused)]).await;
    let preflight = world
        .client
        .preflight(&world.access, world.object("k"), "https://h", "GET", &[])
        .await
        .unwrap();
    assert!(!preflight.allows("https://h", "GET"));
    let refusal = preflight.refusal.unwrap();
    assert_eq!(refusal.code.as_deref(), Some("AccessForbidden"));
    assert!(refusal.message.unwrap().contains("CORS is not enabled"));
}

#[tokio::test]
async fn a_location_is_asked_and_read() {
    let world = World::with(&[&answer(
        "200 OK",
        "",
        "<LocationConstraint>eu-west-1</LocationConstraint>",
    )])
    .await;
    let location = world
        .client
        .bucket_location(&world.access, &world.bucket)
        .await
        .unwrap();
    assert_eq!(location.as_deref(), Some("eu-west-1"));
    assert!(world.server.asked()[0].starts_with("GET /photos?location HTTP/1.1\r\n"));
}

//! The library as other tests use it: started on a free port, changed while it serves, stopped in order.
#![expect(clippy::unwrap_used, reason = "a test says what failed by failing there")]

use insitu_sandbox::config::{BucketConfig, ObjectConfig};
use insitu_sandbox::cors::CorsRule;
use insitu_sandbox::{Ambient, Config, Fault, FaultRule, Running, Sandbox, Scope};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn started() -> Running {
    let object = ObjectConfig {
        key: "a b.txt".into(),
        text: "hello".into(),
        content_type: None,
    };
    let bucket = BucketConfig {
        name: "public".into(),
        region: "eu-central-1".into(),
        owner: "111122223333".into(),
        public_read: true,
        cors: Vec::new(),
        samples: false,
        folder: None,
        objects: vec![object],
    };
    let config = Config {
        buckets: vec![bucket],
        ..Config::default()
    };
    Sandbox::new(&config, Ambient::system())
        .unwrap()
        .start()
        .await
        .unwrap()
}

async fn ask(running: &Running, head: &str) -> String {
    let mut stream = TcpStream::connect(running.address).await.unwrap();
    let request = format!("{head}\r\nHost: {}\r\nConnection: close\r\n\r\n", running.address);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_public_object_is_served_and_a_private_list_is_not() {
    let running = started().await;
    let object = ask(&running, "GET /public/a%20b.txt HTTP/1.1").await;
    assert!(
        object.starts_with("HTTP/1.1 200 OK\r\n") && object.ends_with("\r\n\r\nhello"),
        "{object}"
    );
    let list = ask(&running, "GET /public?list-type=2 HTTP/1.1").await;
    assert!(
        list.starts_with("HTTP/1.1 403 ") && list.contains("<Code>AccessDenied</Code>"),
        "{list}"
    );
    running.stop().await;
}

#[tokio::test]
async fn the_state_can_be_changed_while_it_serves() {
    let running = started().await;
    let preflight =
        "OPTIONS /public/k HTTP/1.1\r\nOrigin: http://hub.test\r\nAccess-Control-Request-Method: GET";
    assert!(
        ask(&running, preflight)
            .await
            .contains("CORS is not enabled for this bucket.")
    );
    let rule: CorsRule =
        serde_json::from_str(r#"{"AllowedOrigins":["http://hub.test"],"AllowedMethods":["GET"]}"#).unwrap();
    let bucket = running.world.bucket("public").unwrap();
    bucket.set_cors(vec![rule]);
    assert!(
        ask(&running, preflight)
            .await
            .contains("access-control-allow-origin: http://hub.test")
    );
    bucket.objects.remove("a b.txt");
    assert!(
        ask(&running, "GET /public/a%20b.txt HTTP/1.1")
            .await
            .starts_with("HTTP/1.1 403 ")
    );
    running.stop().await;
}

#[tokio::test]
async fn it_misbehaves_as_it_is_told_and_behaves_again() {
    let running = started().await;
    let once = FaultRule {
        fault: Fault::Throttle { retry_after: Some(3) },
        scope: Scope {
            bucket: Some("public".into()),
            times: Some(1),
            ..Scope::default()
        },
    };
    let faults = running.world.faults();
    faults.set(vec![once, Fault::NoSuchObject.into()]).unwrap();
    let get = "GET /public/a%20b.txt HTTP/1.1";
    let throttled = ask(&running, get).await;
    assert!(throttled.starts_with("HTTP/1.1 503 ") && throttled.contains("retry-after: 3"));
    assert!(ask(&running, get).await.starts_with("HTTP/1.1 403 "));
    let struck: Vec<u64> = faults.counts().iter().map(|count| count.struck).collect();
    assert_eq!(struck, [1, 2]);
    faults.clear();
    assert!(ask(&running, get).await.ends_with("\r\n\r\nhello"));
    running.stop().await;
}

#[tokio::test]
async fn a_request_that_hangs_does_not_hold_up_the_end() {
    let running = started().await;
    running.world.faults().set(vec![Fault::Hang.into()]).unwrap();
    let mut hanging = TcpStream::connect(running.address).await.unwrap();
    hanging
        .write_all(b"GET /public/k HTTP/1.1\r\nHost: h\r\n\r\n")
        .await
        .unwrap();
    while running.world.faults().counts()[0].struck == 0 {
        tokio::task::yield_now().await;
    }
    running.stop().await;
    let mut answer = String::new();
    hanging.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer, "", "a hang is never answered");
}

#[tokio::test]
async fn after_the_end_nobody_answers() {
    let running = started().await;
    let address = running.address;
    running.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
}

//! Claims about what may be reached, with servers on this machine and names that resolve as they are told.

use std::collections::HashMap;
use std::sync::Mutex;

use super::resolve::LookupFuture;
use super::*;
use crate::testing::{Server, answer, localhost};

/// Each name's addresses, one list for each time that it is asked for; the last list stays.
struct Names(Mutex<HashMap<&'static str, Vec<Vec<IpAddr>>>>);

impl Lookup for Names {
    fn lookup<'a>(&'a self, host: &'a str) -> LookupFuture<'a> {
        let mut names = self.0.lock().unwrap();
        let answers = names.get_mut(host);
        let found = match answers {
            Some(answers) if answers.len() > 1 => Ok(answers.remove(0)),
            Some(answers) => Ok(answers[0].clone()),
            None => Err(std::io::ErrorKind::NotFound.into()),
        };
        Box::pin(async move { found })
    }
}

fn outbound(allowed: &[&str], names: &[(&'static str, &[&[IpAddr]])]) -> Outbound {
    let allowed = allowed
        .iter()
        .map(|entry| entry.parse::<AllowedEndpoint>().unwrap())
        .collect();
    let names = names
        .iter()
        .map(|(name, answers)| (*name, answers.iter().map(|list| list.to_vec()).collect()));
    let lookup = Arc::new(Names(Mutex::new(names.collect())));
    let patience = Patience {
        connect: Duration::from_secs(2),
        whole: Duration::from_secs(3),
    };
    Outbound::with_lookup(Reach::Storages(allowed), patience, lookup).unwrap()
}

async fn get(outbound: &Outbound, url: &str) -> Result<Answer, ConnectError> {
    let outgoing = Outgoing {
        method: reqwest::Method::GET,
        url: url.to_owned(),
        headers: vec![],
        body: Bytes::new(),
    };
    outbound.send(outgoing, BodyLimit::Refuse(100)).await
}

fn code(result: Result<Answer, ConnectError>) -> &'static str {
    match result {
        Ok(answer) => panic!("reached: {answer:?}"),
        Err(error) => error.code(),
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_before_any_byte_is_sent() {
    let server = Server::says(&[&answer("200 OK", "", "inside")]).await;
    let door = outbound(&[], &[("inside.example", &[&[localhost()]])]);
    let url = format!("http://inside.example:{}/", server.address.port());
    assert_eq!(code(get(&door, &url).await), "connect.private_address");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn the_system_resolver_is_checked_as_well() {
    let server = Server::says(&[&answer("200 OK", "", "inside")]).await;
    let door = Outbound::new(Reach::Storages(AllowedEndpoints::none()), Patience::NORMAL).unwrap();
    let error = get(&door, &format!("http://localhost:{}/", server.address.port()))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "connect.private_address");
    assert!(
        error.to_string().contains("--allow-endpoint localhost"),
        "{error}"
    );
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_refused_when_it_does() {
    let server = Server::says(&[&answer("200 OK", "", "inside")]).await;
    let port = server.address.port();
    // Public at first, so that a check beforehand would let it through; then the machine itself.
    let unroutable: IpAddr = "240.0.0.1".parse().unwrap();
    let door = outbound(
        &[&format!("240.0.0.1:{port}")],
        &[("rebind.example", &[&[unroutable], &[localhost()]])],
    );
    let url = format!("http://rebind.example:{port}/");
    assert_ne!(code(get(&door, &url).await), "connect.private_address");
    assert_eq!(code(get(&door, &url).await), "connect.private_address");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn of_mixed_addresses_only_the_public_ones_are_tried() {
    let server = Server::says(&[&answer("200 OK", "", "inside")]).await;
    let port = server.address.port();
    let unroutable: IpAddr = "240.0.0.1".parse().unwrap();
    let door = outbound(
        &[&format!("240.0.0.1:{port}")],
        &[("mixed.example", &[&[localhost(), unroutable]])],
    );
    assert!(
        get(&door, &format!("http://mixed.example:{port}/"))
            .await
            .is_err()
    );
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn an_address_in_any_spelling_is_refused_without_a_resolver() {
    let door = outbound(&[], &[]);
    for host in [
        "127.0.0.1",
        "0x7f.1",
        "2130706433",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
        "[fd00::1]",
        "[64:ff9b::7f00:1]",
        "0.0.0.0",
    ] {
        assert_eq!(
            code(get(&door, &format!("http://{host}:9/")).await),
            "connect.private_address",
            "{host}"
        );
    }
}

#[tokio::test]
async fn what_the_operator_allowed_is_reached_on_that_port_alone() {
    let server = Server::says(&[&answer("200 OK", "", "hello")]).await;
    let other = Server::says(&[&answer("200 OK", "", "not for you")]).await;
    let (port, other_port) = (server.address.port(), other.address.port());
    let by_name = format!("minio.internal:{port}");
    let by_address = format!("127.0.0.1:{port}");
    let names: &[(&'static str, &[&[IpAddr]])] = &[("minio.internal", &[&[localhost()]])];
    for (allowed, host) in [
        (&by_name, "minio.internal"),
        (&by_address, "127.0.0.1"),
        (&by_address, "minio.internal"),
    ] {
        let door = outbound(&[allowed], names);
        let answer = get(&door, &format!("http://{host}:{port}/")).await.unwrap();
        assert_eq!((answer.status, &answer.body[..]), (200, &b"hello"[..]));
        assert_eq!(
            code(get(&door, &format!("http://{host}:{other_port}/")).await),
            "connect.private_address"
        );
    }
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn the_operators_own_addresses_are_reached() {
    let server = Server::says(&[&answer("200 OK", "", "metadata")]).await;
    let door = Outbound::new(Reach::Operator, Patience::SHORT).unwrap();
    assert_eq!(
        get(&door, &format!("http://{}/", server.address))
            .await
            .unwrap()
            .status,
        200
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let target = Server::says(&[&answer("200 OK", "", "stolen")]).await;
    let location = format!("location: http://{}/\r\n", target.address);
    let server = Server::says(&[&answer("307 Temporary Redirect", &location, "")]).await;
    let door = outbound(&[&server.address.to_string(), &target.address.to_string()], &[]);
    assert_eq!(
        get(&door, &format!("http://{}/", server.address))
            .await
            .unwrap()
            .status,
        307
    );
    assert!(target.asked().is_empty());
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_or_cut() {
    let server = Server::says(&[&answer("200 OK", "", &"x".repeat(101))]).await;
    let url = format!("http://{}/", server.address);
    assert_eq!(
        code(get(&server.outbound(), &url).await),
        "connect.body_too_large"
    );
    let outgoing = Outgoing {
        method: reqwest::Method::GET,
        url,
        headers: vec![],
        body: Bytes::new(),
    };
    let cut = server.outbound().send(outgoing, BodyLimit::Cut(7)).await.unwrap();
    assert_eq!(&cut.body[..], b"xxxxxxx");
}

#[tokio::test]
async fn failures_are_told_apart() {
    let door = outbound(&["127.0.0.0/8"], &[]);
    assert_eq!(
        code(get(&door, "http://nobody.example/").await),
        "connect.unknown_host"
    );
    assert_eq!(
        code(get(&door, "http://127.0.0.1:1/").await),
        "connect.unreachable"
    );
    assert_eq!(code(get(&door, "not a url").await), "connect.bad_url");
    assert_eq!(
        code(get(&door, "http://127.0.0.1/a/../b").await),
        "connect.path_not_sendable"
    );
    assert_eq!(
        code(get(&door, "http://127.0.0.1/a/.").await),
        "connect.path_not_sendable"
    );
    let broken = Server::says(&["200 OK\r\ncontent-length: 50\r\n\r\nhalf"]).await;
    assert_eq!(
        code(get(&door, &format!("http://{}/", broken.address)).await),
        "connect.body_cut"
    );
    let nonsense = Server::says(&["nonsense"]).await;
    assert_eq!(
        code(get(&door, &format!("http://{}/", nonsense.address)).await),
        "connect.interrupted"
    );
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", plain.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 no TLS here\r\n\r\n").await
    });
    assert_eq!(code(get(&door, &url).await), "connect.tls");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_in_time() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let allowed = AllowedEndpoints::from_iter(["127.0.0.1".parse::<AllowedEndpoint>().unwrap()]);
    let patience = Patience {
        connect: Duration::from_millis(200),
        whole: Duration::from_millis(200),
    };
    let door = Outbound::new(Reach::Storages(allowed), patience).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    assert_eq!(code(get(&door, &url).await), "connect.timeout");
}

#[tokio::test]
async fn neither_a_request_nor_its_failure_shows_what_signs_it() {
    let outgoing = || Outgoing {
        method: reqwest::Method::GET,
        url: "http://127.0.0.1:1/key?X-Amz-Signature=CANARY".to_owned(),
        headers: vec![("authorization", "CANARY".to_owned())],
        body: Bytes::new(),
    };
    let failure = outbound(&["127.0.0.1"], &[])
        .send(outgoing(), BodyLimit::Refuse(1))
        .await
        .unwrap_err();
    let shown = format!("{:?} {failure:?} {failure}", outgoing());
    assert!(
        shown.contains("127.0.0.1") && !shown.contains("CANARY"),
        "{shown}"
    );
}

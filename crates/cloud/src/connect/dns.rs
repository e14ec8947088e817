//! Asks one DNS server that the operator names, in place of whatever the system asks.
//!
//! A stub of few words: it asks for both kinds of addresses, over UDP and, where an answer does not fit, over TCP, and
//! leaves recursion and caching to the server.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use insitu_model::ambient::Random;
use simple_dns::rdata::RData;
use simple_dns::{CLASS, Name, Packet, PacketFlag, Question, RCODE, TYPE};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;

use super::resolve::{Lookup, LookupFuture};

/// How long one try is waited for: two of them end before a call gives up connecting.
const PATIENCE: Duration = Duration::from_millis(900);
/// Packets get lost.
const TRIES: u32 = 2;
/// What an answer over UDP can take without being asked to.
const UDP_BYTES: usize = 1500;

/// A DNS server at an address.
pub struct DnsServer {
    address: SocketAddr,
    random: Arc<dyn Random>,
}

impl DnsServer {
    /// The server at this address.
    pub fn new(address: SocketAddr, random: Arc<dyn Random>) -> Self {
        Self { address, random }
    }

    /// The addresses of one kind that a name has.
    async fn ask(&self, host: &str, kind: TYPE) -> io::Result<Vec<IpAddr>> {
        let mut last = io::Error::from(io::ErrorKind::TimedOut);
        for _ in 0..TRIES {
            match timeout(PATIENCE, self.ask_once(host, kind)).await {
                Ok(Err(error)) if error.kind() != io::ErrorKind::NotFound => last = error,
                Ok(said) => return said,
                Err(_) => {}
            }
        }
        Err(last)
    }

    async fn ask_once(&self, host: &str, kind: TYPE) -> io::Result<Vec<IpAddr>> {
        let mut id = [0; 2];
        self.random.fill(&mut id);
        let id = u16::from_be_bytes(id);
        let query = query(id, host, kind)?;
        let unspecified: IpAddr = match self.address {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = UdpSocket::bind((unspecified, 0)).await?;
        socket.connect(self.address).await?;
        socket.send(&query).await?;
        let mut bytes = [0; UDP_BYTES];
        loop {
            let length = socket.recv(&mut bytes).await?;
            match read(id, &bytes[..length]) {
                Reply::Whole(said) => return said,
                Reply::Truncated => return self.ask_over_tcp(id, &query).await,
                // Somebody else's, or made up: the right one may follow.
                Reply::Other => {}
            }
        }
    }

    async fn ask_over_tcp(&self, id: u16, query: &[u8]) -> io::Result<Vec<IpAddr>> {
        let mut stream = TcpStream::connect(self.address).await?;
        let length = u16::try_from(query.len()).map_err(io::Error::other)?;
        stream
            .write_all(&[&length.to_be_bytes()[..], query].concat())
            .await?;
        let length = stream.read_u16().await?;
        let mut bytes = vec![0; usize::from(length)];
        stream.read_exact(&mut bytes).await?;
        match read(id, &bytes) {
            Reply::Whole(said) => said,
            Reply::Truncated | Reply::Other => {
                Err(io::Error::other("the DNS server's answer cannot be read"))
            }
        }
    }
}

impl Lookup for DnsServer {
    fn lookup<'a>(&'a self, host: &'a str) -> LookupFuture<'a> {
        Box::pin(async move {
            if is_this_machine(host) {
                return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
            }
            let (four, six) = tokio::join!(self.ask(host, TYPE::A), self.ask(host, TYPE::AAAA));
            match (four, six) {
                // Nothing of one kind says nothing about the other.
                (Ok(four), Err(error)) if four.is_empty() => Err(error),
                (Ok(four), six) => Ok([four, six.unwrap_or_default()].concat()),
                (Err(_), Ok(six)) if !six.is_empty() => Ok(six),
                (Err(error), _) => Err(error),
            }
        })
    }
}

/// Such names are not asked for (RFC 6761).
fn is_this_machine(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

fn query(id: u16, host: &str, kind: TYPE) -> io::Result<Vec<u8>> {
    let name = Name::new(host.trim_end_matches('.')).map_err(|error| invalid(&error))?;
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    packet
        .questions
        .push(Question::new(name, kind.into(), CLASS::IN.into(), false));
    packet.build_bytes_vec().map_err(|error| invalid(&error))
}

fn invalid(error: &simple_dns::SimpleDnsError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error.to_string())
}

enum Reply {
    Whole(io::Result<Vec<IpAddr>>),
    Truncated,
    Other,
}

fn read(id: u16, bytes: &[u8]) -> Reply {
    let Ok(packet) = Packet::parse(bytes) else {
        return Reply::Other;
    };
    if packet.id() != id || !packet.has_flags(PacketFlag::RESPONSE) {
        return Reply::Other;
    }
    if packet.has_flags(PacketFlag::TRUNCATION) {
        return Reply::Truncated;
    }
    Reply::Whole(match packet.rcode() {
        RCODE::NoError => Ok(packet
            .answers
            .iter()
            .filter_map(|record| address(&record.rdata))
            .collect()),
        RCODE::NameError => Err(io::ErrorKind::NotFound.into()),
        other => Err(io::Error::other(format!("the DNS server answers {other:?}"))),
    })
}

fn address(data: &RData<'_>) -> Option<IpAddr> {
    match data {
        RData::A(a) => Some(Ipv4Addr::from(a.address).into()),
        RData::AAAA(aaaa) => Some(Ipv6Addr::from(aaaa.address).into()),
        // The names in between are aliases.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use insitu_model::ambient::SeededRandom;
    use simple_dns::ResourceRecord;
    use simple_dns::rdata::{A, AAAA, CNAME};
    use tokio::net::TcpListener;

    use super::*;

    const FOUR: u32 = 0xc000_0207;

    fn server(address: SocketAddr) -> DnsServer {
        DnsServer::new(address, Arc::new(SeededRandom::new(7)))
    }

    /// What somebody who knows two addresses of one name, by an alias, says.
    fn said(query: &[u8]) -> Packet<'static> {
        let query = Packet::parse(query).unwrap();
        let question = query.questions[0].clone().into_owned();
        let mut reply = Packet::new_reply(query.id());
        let (name, alias) = (question.qname.clone(), Name::new_unchecked("real.example"));
        if name.to_string() != "known.example" {
            *reply.rcode_mut() = RCODE::NameError;
            return reply;
        }
        let data = if question.qtype == TYPE::A.into() {
            RData::A(A { address: FOUR })
        } else {
            RData::AAAA(AAAA { address: 1 })
        };
        let cname = RData::CNAME(CNAME(alias.clone()));
        reply.answers = vec![
            ResourceRecord::new(name, CLASS::IN, 0, cname),
            ResourceRecord::new(alias, CLASS::IN, 0, data),
        ];
        reply
    }

    /// Answers every question with what `speak` makes of the right answer, in this order.
    async fn speaking(speak: fn(Packet<'static>) -> Vec<Vec<u8>>) -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut bytes = [0; UDP_BYTES];
            while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
                for reply in speak(said(&bytes[..length])) {
                    socket.send_to(&reply, from).await.unwrap();
                }
            }
        });
        address
    }

    fn known() -> Vec<IpAddr> {
        vec![Ipv4Addr::from(FOUR).into(), Ipv6Addr::LOCALHOST.into()]
    }

    #[tokio::test]
    async fn both_kinds_of_addresses_are_found_behind_an_alias() {
        let server = server(speaking(|reply| vec![reply.build_bytes_vec().unwrap()]).await);
        assert_eq!(server.lookup("known.example").await.unwrap(), known());
        assert_eq!(server.lookup("known.example.").await.unwrap(), known());
        let unknown = server.lookup("unknown.example").await.unwrap_err();
        assert_eq!(unknown.kind(), io::ErrorKind::NotFound);
        let long = "a".repeat(64);
        assert_eq!(
            server.lookup(&long).await.unwrap_err().kind(),
            io::ErrorKind::InvalidInput
        );
    }

    #[tokio::test]
    async fn what_is_no_answer_to_the_question_is_not_taken_for_one() {
        let server = server(
            speaking(|reply| {
                let mut foreign = reply.clone();
                foreign.set_id(reply.id().wrapping_add(1));
                foreign.answers.clear();
                let packets = [foreign, reply].map(|packet| packet.build_bytes_vec().unwrap());
                [vec![b"noise".to_vec()], packets.to_vec()].concat()
            })
            .await,
        );
        assert_eq!(server.lookup("known.example").await.unwrap(), known());
    }

    #[tokio::test]
    async fn an_answer_that_does_not_fit_is_fetched_over_tcp() {
        let address = speaking(|mut reply| {
            reply.set_flags(PacketFlag::TRUNCATION);
            reply.answers.clear();
            vec![reply.build_bytes_vec().unwrap()]
        })
        .await;
        let listener = TcpListener::bind(address).await.unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut query = vec![0; usize::from(stream.read_u16().await.unwrap())];
                stream.read_exact(&mut query).await.unwrap();
                let reply = said(&query).build_bytes_vec().unwrap();
                stream
                    .write_u16(u16::try_from(reply.len()).unwrap())
                    .await
                    .unwrap();
                stream.write_all(&reply).await.unwrap();
            }
        });
        assert_eq!(server(address).lookup("known.example").await.unwrap(), known());
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_or_refuses_is_an_error() {
        let gone = UdpSocket::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap();
        assert!(server(gone).lookup("known.example").await.is_err());
        let refusing = speaking(|mut reply| {
            *reply.rcode_mut() = RCODE::Refused;
            vec![reply.build_bytes_vec().unwrap()]
        });
        let refused = server(refusing.await).lookup("known.example").await.unwrap_err();
        assert!(refused.to_string().contains("Refused"), "{refused}");
    }

    #[tokio::test]
    async fn a_failure_is_not_taken_for_a_name_without_addresses() {
        let half = speaking(|mut reply| {
            if matches!(reply.answers[1].rdata, RData::AAAA(_)) {
                *reply.rcode_mut() = RCODE::Refused;
            }
            reply.answers.clear();
            vec![reply.build_bytes_vec().unwrap()]
        });
        let refused = server(half.await).lookup("known.example").await.unwrap_err();
        assert!(refused.to_string().contains("Refused"), "{refused}");
    }

    #[tokio::test]
    async fn names_of_this_machine_are_not_asked_for() {
        let nobody = server("127.0.0.1:1".parse().unwrap());
        for host in ["localhost", "photos.LOCALHOST", "localhost."] {
            assert!(nobody.lookup(host).await.unwrap().iter().all(IpAddr::is_loopback));
        }
    }
}

//! A DNS server in which every name is this sandbox, until a fault says that there is no such name.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use simple_dns::rdata::{A, AAAA, RData};
use simple_dns::{CLASS, Packet, PacketFlag, RCODE, ResourceRecord, TYPE};
use tokio::net::UdpSocket;

use crate::world::World;

/// What a question can take over UDP.
const QUESTION_BYTES: usize = 1500;

/// Answers at this socket for as long as it is let.
pub(crate) async fn answer(socket: UdpSocket, world: &World, server: IpAddr) {
    let server = reached_at(server);
    let mut bytes = [0; QUESTION_BYTES];
    loop {
        match socket.recv_from(&mut bytes).await {
            Ok((length, from)) => {
                if let Some(reply) = reply(&bytes[..length], world, server) {
                    tell(&socket, &reply, from).await;
                }
            }
            // A client that is gone already, on some systems.
            Err(error) => tracing::debug!(%error, "a question about a name could not be read"),
        }
    }
}

async fn tell(socket: &UdpSocket, reply: &[u8], to: SocketAddr) {
    if let Err(error) = socket.send_to(reply, to).await {
        tracing::debug!(%error, "an answer about a name could not be sent");
    }
}

/// Who listens everywhere is reached on the same machine.
fn reached_at(server: IpAddr) -> IpAddr {
    if server.is_unspecified() {
        Ipv4Addr::LOCALHOST.into()
    } else {
        server
    }
}

fn reply(question: &[u8], world: &World, server: IpAddr) -> Option<Vec<u8>> {
    let asked = Packet::parse(question).ok()?;
    if asked.has_flags(PacketFlag::RESPONSE) {
        return None;
    }
    let question = asked.questions.first()?.clone();
    let mut reply = Packet::new_reply(asked.id());
    let name = question.qname.to_string();
    // A look-up asks for both kinds of addresses, and counts once: by the question that has an answer.
    let (counted, data) = match server {
        IpAddr::V4(four) => (TYPE::A, RData::A(A { address: four.into() })),
        IpAddr::V6(six) => (TYPE::AAAA, RData::AAAA(AAAA { address: six.into() })),
    };
    if question.qtype == counted.into() {
        if world.faults.strike_name(&name) {
            *reply.rcode_mut() = RCODE::NameError;
        } else {
            let record = ResourceRecord::new(question.qname.clone(), CLASS::IN, 0, data);
            reply.answers.push(record);
        }
    }
    reply.questions.push(question);
    reply.build_bytes_vec().ok()
}

#[cfg(test)]
mod tests {
    use simple_dns::{Name, Question};

    use super::*;
    use crate::{Ambient, Config, Fault, Scope};

    const SERVER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn ask(world: &World, name: &str, kind: TYPE) -> (RCODE, usize) {
        let mut query = Packet::new_query(7);
        let name = Name::new(name).unwrap();
        query
            .questions
            .push(Question::new(name, kind.into(), CLASS::IN.into(), false));
        let reply = reply(&query.build_bytes_vec().unwrap(), world, SERVER).unwrap();
        let reply = Packet::parse(&reply).unwrap();
        assert_eq!(reply.id(), 7);
        (reply.rcode(), reply.answers.len())
    }

    #[test]
    fn every_name_is_the_sandbox_until_a_fault_says_otherwise() {
        let world = World::new(&Config::default(), Ambient::system()).unwrap();
        assert_eq!(ask(&world, "photos.test", TYPE::A), (RCODE::NoError, 1));
        assert_eq!(ask(&world, "photos.test", TYPE::AAAA), (RCODE::NoError, 0));
        let twice = Scope {
            bucket: Some("photos".to_owned()),
            times: Some(2),
            ..Scope::default()
        };
        let rule = crate::FaultRule {
            fault: Fault::RefuseDns { host: None },
            scope: twice,
        };
        world.faults().set(vec![rule]).unwrap();
        assert_eq!(ask(&world, "other.test", TYPE::A), (RCODE::NoError, 1));
        for expected in [RCODE::NameError, RCODE::NameError, RCODE::NoError] {
            assert_eq!(ask(&world, "photos.test", TYPE::A).0, expected);
            assert_eq!(ask(&world, "photos.test", TYPE::AAAA), (RCODE::NoError, 0));
        }
        assert_eq!(reply(b"noise", &world, SERVER), None);
    }
}

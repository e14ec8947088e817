//! HTTP over one kept connection, as cheap as it can be: a client that costs as much as the server would be measured
//! with it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// What fits without growing.
const BUFFER_BYTES: usize = 256 * 1024;

/// A request's text, ready to be sent again and again.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = head(method, path, headers, body.len() as u64).into_bytes();
    text.extend_from_slice(body);
    text
}

/// The head of a request whose body of so many bytes follows.
pub fn head(method: &str, path: &str, headers: &[(&str, &str)], body_bytes: u64) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: bench\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    if body_bytes > 0 {
        text += &format!("content-type: application/json\r\ncontent-length: {body_bytes}\r\n");
    }
    text + "\r\n"
}

/// An answer, until the next request is sent.
#[derive(Debug)]
pub struct Answer<'c> {
    pub status: u16,
    pub head: &'c str,
    pub body: &'c [u8],
}

impl Answer<'_> {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }
}

/// A kept connection.
#[derive(Debug)]
pub struct Connection {
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects to a server.
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            buffer: vec![0; BUFFER_BYTES],
        })
    }

    /// Sends a request. Its answer has to be received before the next one is sent.
    pub fn send(&mut self, request: &[u8]) -> Result<()> {
        self.stream.write_all(request).context("sending a request")
    }

    /// Receives the answer to what was sent.
    pub fn receive(&mut self) -> Result<Answer<'_>> {
        let (mut filled, mut whole) = (0, None);
        let head_bytes = loop {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let got = self
                .stream
                .read(&mut self.buffer[filled..])
                .context("receiving an answer")?;
            ensure!(
                got > 0,
                "the server closed the connection in the middle of an answer"
            );
            filled += got;
            if whole.is_none() {
                whole = measure(&self.buffer[..filled])?;
            }
            if let Some((head_bytes, total)) = whole {
                if self.buffer.len() < total {
                    self.buffer.resize(total, 0);
                }
                if filled >= total {
                    break head_bytes;
                }
            }
        };
        let (head, body) = self.buffer[..filled].split_at(head_bytes);
        let head = std::str::from_utf8(head).context("the head of an answer")?;
        let status = head
            .get(9..12)
            .and_then(|text| text.parse().ok())
            .context("the status of an answer")?;
        Ok(Answer { status, head, body })
    }

    /// Sends and receives.
    pub fn call(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.send(request)?;
        self.receive()
    }
}

/// How long the head is, and the whole answer, once the head is there.
fn measure(bytes: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head_bytes = end + 4;
    let head = std::str::from_utf8(&bytes[..head_bytes]).context("the head of an answer")?;
    let Some(length) = header(head, "content-length") else {
        bail!("an answer without a length:\n{head}")
    };
    let body_bytes: usize = length.parse().context("the length of an answer")?;
    Ok(Some((head_bytes, head_bytes + body_bytes)))
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    fields
        .find(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_length_has_arrived() {
        assert_eq!(measure(b"HTTP/1.1 200 OK\r\nContent-Le").unwrap(), None);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{";
        assert_eq!(measure(answer).unwrap(), Some((38, 40)));
    }

    #[test]
    fn an_answer_without_a_length_is_refused() {
        assert!(measure(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }

    #[test]
    fn a_request_carries_its_body_and_its_length() {
        let text = String::from_utf8(request("POST", "/a", &[("apikey", "k")], b"{}")).unwrap();
        assert!(
            text.starts_with("POST /a HTTP/1.1\r\n") && text.ends_with("content-length: 2\r\n\r\n{}"),
            "{text}"
        );
        assert!(text.contains("\r\napikey: k\r\n"));
    }
}

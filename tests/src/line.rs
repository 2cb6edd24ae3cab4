//! HTTP/1.1 on one kept connection, with nothing between a test and the bytes.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept connection.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
    n_bytes: usize,
}

impl Line {
    /// Connects to an address.
    pub async fn connect(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 4 * 1024], n_bytes: 0 })
    }

    /// One round trip to the answer's last byte; its status.
    pub async fn ask(&mut self, request: &[u8]) -> std::io::Result<u16> {
        self.send(request).await?;
        self.answer().await
    }

    /// Sends a request.
    pub async fn send(&mut self, request: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(request).await
    }

    /// Waits for an answer; its status.
    pub async fn answer(&mut self) -> std::io::Result<u16> {
        self.n_bytes = 0;
        loop {
            if self.n_bytes == self.buffer.len() {
                self.buffer.resize(self.n_bytes * 2, 0);
            }
            let n = self.stream.read(&mut self.buffer[self.n_bytes..]).await?;
            if n == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            self.n_bytes += n;
            if let Some(status) = whole(&self.buffer[..self.n_bytes]) {
                return Ok(status);
            }
        }
    }

    /// A header of the answer, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text();
        let (head, _) = text.split_once("\r\n\r\n")?;
        let mut headers = head.lines().filter_map(|line| line.split_once(':'));
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    }

    /// The answer as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.buffer[..self.n_bytes]).into_owned()
    }
}

/// The status of an answer that has arrived whole.
fn whole(answer: &[u8]) -> Option<u16> {
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    // an answer without changes says how long its body would be, and has none
    let body = if status == 304 { 0 } else { length.unwrap_or(0) };
    (answer.len() >= end + 4 + body).then_some(status)
}

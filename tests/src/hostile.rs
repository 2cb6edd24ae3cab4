//! Servers that a terminal must outlive: slow, silent, endless, and full of what is not HTTP.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use guide_common::pack;

/// How a server is hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malice {
    /// It takes the request and says nothing.
    Silent,
    /// It stops in the middle of its headers.
    StallsInHeaders,
    /// It sends one byte a second.
    ByteASecond,
    /// Its answer is a gigabyte, as fast as it is taken.
    Gigabyte,
    /// The same without saying how long it is.
    Endless,
    /// A gigabyte of zeros, packed.
    Bomb,
    /// It sends everybody on to itself.
    Redirects,
    /// It sends headers without end.
    EndlessHeaders,
    /// It is no HTTP server.
    Garbage,
}

/// All of them.
pub const ALL: [Malice; 9] = [
    Malice::Silent,
    Malice::StallsInHeaders,
    Malice::ByteASecond,
    Malice::Gigabyte,
    Malice::Endless,
    Malice::Bomb,
    Malice::Redirects,
    Malice::EndlessHeaders,
    Malice::Garbage,
];

/// A hostile server; dropped, it ends with all its connections.
pub struct Hostile {
    /// Where it listens.
    pub url: String,
    stop: Arc<AtomicBool>,
    n_connections: Arc<AtomicU64>,
}

impl Hostile {
    /// Starts one.
    pub fn start(malice: Malice) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, n_connections) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        // made once: it is the same for every connection
        let bomb: Arc<[u8]> =
            if malice == Malice::Bomb { pack::pack(&vec![0; 64 << 20]).into() } else { Arc::default() };
        let hostile = Self { url: url.clone(), stop: Arc::clone(&stop), n_connections: Arc::clone(&n_connections) };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                n_connections.fetch_add(1, Ordering::Relaxed);
                let (stop, url, bomb) = (Arc::clone(&stop), url.clone(), Arc::clone(&bomb));
                std::thread::spawn(move || {
                    // the terminal may go at any time
                    let _ = torment(&mut stream?, malice, &url, &bomb, &stop);
                    std::io::Result::Ok(())
                });
            }
        });
        hostile
    }

    /// How often somebody connected.
    pub fn n_connections(&self) -> u64 {
        self.n_connections.load(Ordering::Relaxed)
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // wakes the thread that accepts
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
    }
}

fn torment(stream: &mut TcpStream, malice: Malice, url: &str, bomb: &[u8], stop: &AtomicBool) -> std::io::Result<()> {
    stream.set_write_timeout(Some(Duration::from_secs(1)))?;
    while read_request(stream, stop)? {
        match malice {
            Malice::Silent => {}
            Malice::StallsInHeaders => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-ty")?,
            Malice::ByteASecond => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")?;
                while !stop.load(Ordering::Relaxed) {
                    stream.write_all(b" ")?;
                    std::thread::sleep(Duration::from_secs(1));
                }
            }
            Malice::Gigabyte => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n")?;
                flood(stream, &[b' '; 64 * 1024], 16 * 1024, stop)?;
            }
            Malice::Endless => {
                stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")?;
                flood(stream, &[b' '; 64 * 1024], usize::MAX, stop)?;
            }
            Malice::Bomb => {
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb.len() * 16);
                stream.write_all(head.as_bytes())?;
                flood(stream, bomb, 16, stop)?;
            }
            Malice::Redirects => {
                let head =
                    format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {url}/v1\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(head.as_bytes())?;
            }
            Malice::EndlessHeaders => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
                flood(stream, &b"x-more: and more\r\n".repeat(1_000), usize::MAX, stop)?;
            }
            Malice::Garbage => stream.write_all(&[0xff, 0x00, 0x1b, b'[', b'2', b'J'].repeat(1_000))?,
        }
    }
    Ok(())
}

/// Reads until the end of a request's headers; what follows is taken with the next one. False at the end.
fn read_request(stream: &mut TcpStream, stop: &AtomicBool) -> std::io::Result<bool> {
    stream.set_read_timeout(Some(Duration::from_millis(200)))?;
    let mut buffer = [0; 64 * 1024];
    while !stop.load(Ordering::Relaxed) {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(false),
            Ok(n) if buffer[..n].windows(4).any(|window| window == b"\r\n\r\n") => return Ok(true),
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

fn flood(stream: &mut TcpStream, chunk: &[u8], n: usize, stop: &AtomicBool) -> std::io::Result<()> {
    for _ in 0..n {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        stream.write_all(chunk)?;
    }
    Ok(())
}

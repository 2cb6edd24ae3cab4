//! HTTP/1 over the daemon's Unix socket or named pipe: connections that are kept, made again, and checked for their owner.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use guide_common::wire::Problem;
use guide_common::wire::seat::TURN_HEADER;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::HeaderValue;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;

use crate::client::{ClientError, Result};
use crate::platform;

/// The longest answer that is read: a queue or a list of thousands of rows stays far below.
const MAX_ANSWER_BYTES: usize = 32 << 20;
/// How many idle connections are kept: the interface has a read and a write under way at once, seldom more.
const MAX_IDLE: usize = 4;

type Sender = SendRequest<Full<Bytes>>;

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

/// Connections to one socket.
#[derive(Debug)]
pub(super) struct Transport {
    socket: PathBuf,
    idle: Mutex<Vec<Sender>>,
    turn: Mutex<Turn>,
}

/// The turn of the guide whom this client asks for: that of the first answer, until it is left. Every request names it, so
/// that none is answered with what belongs to another guide.
#[derive(Clone, Debug, Default)]
struct Turn {
    name: Option<HeaderValue>,
    /// How often it was left.
    n_left: u64,
}

impl Transport {
    pub(super) fn new(socket: &Path) -> Self {
        Self { socket: socket.to_owned(), idle: Mutex::default(), turn: Mutex::default() }
    }

    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves the turn: the next answer says whose it is.
    pub(super) fn leave_turn(&self) {
        let mut turn = self.turn();
        *turn = Turn { name: None, n_left: turn.n_left + 1 };
    }

    /// Takes the turn of an answer, or refuses the answer where it is of another.
    fn take_turn(&self, asked_in: &Turn, answered: Option<&HeaderValue>) -> Result<()> {
        let mut turn = self.turn();
        let Some(answered) = answered.filter(|_| turn.n_left == asked_in.n_left) else { return Ok(()) };
        match &turn.name {
            None => turn.name = Some(answered.clone()),
            Some(own) if own != answered => {
                return Err(
                    Problem::new(409, "other_turn", "this terminal was locked, or another guide is at it").into()
                );
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// Connects ahead of the first call.
    pub(super) async fn warm_up(&self) -> Result<()> {
        let sender = self.connect().await?;
        self.keep(sender);
        Ok(())
    }

    /// Sends a request and reads the whole answer.
    pub(super) async fn call(&self, method: Method, path: &str, body: Vec<u8>, limit: Duration) -> Result<Answer> {
        let timed_out = || self.unreachable(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"));
        tokio::time::timeout(limit, async {
            let turn = self.turn().clone();
            let (sender, response) = self.send(method, path, body).await?;
            let status = response.status();
            self.take_turn(&turn, response.headers().get(TURN_HEADER))?;
            let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
            let body = body.map_err(|error| self.broken(path, &*error))?.to_bytes();
            self.keep(sender);
            Ok(Answer { status, body })
        })
        .await
        .unwrap_or_else(|_| Err(timed_out()))
    }

    /// Sends a request and returns with the head of the answer. A request that a kept connection never took is sent
    /// again over a new one; one that was taken is not, because it may have been carried out.
    pub(super) async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Result<(Sender, Response<Incoming>)> {
        let mut request = self.request(method, path, body)?;
        while let Some(mut sender) = self.take() {
            match sender.try_send_request(request).await {
                Ok(response) => return Ok((sender, response)),
                Err(mut error) => match error.take_message() {
                    Some(unsent) => request = unsent,
                    None => return Err(self.unreachable(io::Error::other(error.into_error()))),
                },
            }
        }
        let mut sender = self.connect().await?;
        let response = sender.send_request(request).await.map_err(|error| self.unreachable(io::Error::other(error)))?;
        Ok((sender, response))
    }

    fn request(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "guided")
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(turn) = &self.turn().name {
            request = request.header(TURN_HEADER, turn);
        }
        request
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| ClientError::Protocol { path: path.to_owned(), reason: error.to_string() })
    }

    async fn connect(&self) -> Result<Sender> {
        let stream = platform::connect(&self.socket).await.map_err(|error| self.unreachable(error))?;
        let (sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| self.unreachable(io::Error::other(error)))?;
        tokio::spawn(async move {
            // whoever waits for an answer learns of a broken connection through its own call
            let _ = connection.await;
        });
        Ok(sender)
    }

    fn take(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(sender) = idle.pop() {
            if !sender.is_closed() {
                return Some(sender);
            }
        }
        None
    }

    fn keep(&self, sender: Sender) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE && !sender.is_closed() {
            idle.push(sender);
        }
    }

    pub(super) fn unreachable(&self, source: io::Error) -> ClientError {
        ClientError::Unreachable { socket: self.socket.clone(), source }
    }

    /// An answer that ended early: too long, or cut off with its daemon.
    fn broken(&self, path: &str, error: &(dyn std::error::Error + 'static)) -> ClientError {
        if error.is::<http_body_util::LengthLimitError>() {
            return ClientError::Protocol {
                path: path.to_owned(),
                reason: format!("it is longer than {MAX_ANSWER_BYTES} bytes"),
            };
        }
        self.unreachable(io::Error::new(io::ErrorKind::UnexpectedEof, error.to_string()))
    }
}

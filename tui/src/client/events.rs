//! The stream of notices: server-sent events, one line of JSON each.

use std::io;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use guide_common::wire::local::Notice;
use http_body_util::BodyExt;
use hyper::Method;
use hyper::body::{Bytes, Incoming};

use crate::client::transport::Transport;
use crate::client::{ClientError, Result, problem};

/// The longest line of the stream; a notice carries ids, never rows.
const MAX_LINE_BYTES: usize = 1 << 20;
/// How long the daemon may take to open the stream.
const PATIENCE: Duration = Duration::from_secs(15);

/// Opens the stream.
pub(super) async fn open(transport: &Transport) -> Result<BoxStream<'static, Result<Notice>>> {
    let path = "/v1/events";
    let opened = tokio::time::timeout(PATIENCE, transport.send(Method::GET, path, Vec::new())).await;
    let (sender, response) = opened
        .unwrap_or_else(|_| Err(transport.unreachable(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"))))?;
    let status = response.status();
    if !status.is_success() {
        return Err(problem(status.as_u16(), &[]).into());
    }
    let socket = transport.socket().to_owned();
    let body = response.into_body();
    let lost = move |error: io::Error| ClientError::Unreachable { socket: socket.clone(), source: error };
    // the sender is held as long as the stream: dropping it would close the connection
    let state = Some((body, Reader::default(), sender));
    Ok(stream::unfold(state, move |state| {
        let lost = lost.clone();
        async move {
            let (mut body, mut reader, sender) = state?;
            loop {
                if let Some(notice) = reader.notice() {
                    return Some((Ok(notice), Some((body, reader, sender))));
                }
                match data(&mut body).await {
                    Ok(bytes) if reader.push(&bytes) => {}
                    Ok(_) => {
                        let reason = "a line of the stream is too long".to_owned();
                        return Some((Err(ClientError::Protocol { path: path.to_owned(), reason }), None));
                    }
                    Err(error) => return Some((Err(lost(error)), None)),
                }
            }
        }
    })
    .boxed())
}

async fn data(body: &mut Incoming) -> io::Result<Bytes> {
    match body.frame().await {
        Some(Ok(frame)) => Ok(frame.into_data().unwrap_or_default()),
        Some(Err(error)) => Err(io::Error::other(error)),
        None => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the daemon closed the stream")),
    }
}

/// Takes bytes in, gives notices out.
#[derive(Debug, Default)]
struct Reader {
    pending: Vec<u8>,
}

impl Reader {
    /// Takes bytes in; false where a line grows beyond all bounds.
    fn push(&mut self, bytes: &[u8]) -> bool {
        self.pending.extend_from_slice(bytes);
        self.pending.len() <= MAX_LINE_BYTES
    }

    /// The next notice of the complete lines; comments and other fields are passed over.
    fn notice(&mut self) -> Option<Notice> {
        while let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.pending.drain(..=end).collect();
            let Some(data) = line.strip_prefix(b"data:") else {
                continue;
            };
            // something changed, even where this version cannot say what
            return Some(serde_json::from_slice(data).unwrap_or(Notice::Unknown));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_read_from_any_cut_of_the_bytes() {
        let text = b": hello\n\nevent: today\ndata: {\"event\":\"today\"}\n\ndata:{\"event\":\"customers\",\"ids\":[\"C1\"]}\n\ndata: {\"event\":\"later\"}\n\n";
        for cut in 1..text.len() {
            let mut reader = Reader::default();
            let mut notices = Vec::new();
            for part in [&text[..cut], &text[cut..]] {
                assert!(reader.push(part));
                notices.extend(std::iter::from_fn(|| reader.notice()));
            }
            let customers = Notice::Customers { ids: vec!["C1".parse().unwrap()] };
            assert_eq!(notices, [Notice::Today, customers, Notice::Unknown], "cut at {cut}");
        }
    }

    #[test]
    fn a_line_without_end_is_refused() {
        assert!(!Reader::default().push(&vec![b'x'; MAX_LINE_BYTES + 1]));
    }
}

//! What carries requests to the hub and answers back. The daemon's is HTTP; the fault lab stands before it in training,
//! and tests put a hub of their own behind it.

use std::error::Error;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, Response};
use reqwest::Url;
use reqwest::tls::Certificate;

const CONNECT: Duration = Duration::from_secs(5);
/// The longest silence of a hub that is not asked to wait.
const READ: Duration = Duration::from_secs(15);
const TOTAL: Duration = Duration::from_secs(60);
/// The longest answer that is read, packed or not.
const MAX_ANSWER_BYTES: usize = 8 << 20;

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Nobody answers at the address.
    #[error("no connection")]
    NoConnection,
    /// The name of the hub is not known to the network.
    #[error("the hub's name is not found")]
    NoSuchName,
    /// The hub does not prove that it is the hub.
    #[error("the hub's certificate is not accepted: {0}")]
    Tls(&'static str),
    /// It took too long.
    #[error("no answer in time")]
    Late,
    /// The connection ended too early: it is unknown what the hub did.
    #[error("the connection broke")]
    Cut,
    /// More came than is taken.
    #[error("the answer is too long")]
    TooLong,
}

/// What becomes of a request.
pub type Answered<'t> = Pin<Box<dyn Future<Output = Result<Response<Bytes>, Broken>> + Send + 't>>;

/// A way to the hub.
pub trait Transport: Send + Sync + Debug {
    /// Carries a request, for which the hub may take `patience` longer than for an ordinary one.
    fn call(&self, request: Request<Bytes>, patience: Duration) -> Answered<'_>;
}

/// How a terminal's way to its hub is secured.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Trust {
    /// Certificates of authorities, PEM, that alone are trusted; those of the system where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
    /// Plain HTTP to another machine, allowed by whoever enrolled the terminal.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain_http: bool,
}

/// HTTP/1.1, with TLS where the address says so.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    /// Whether a connection may lie there that the hub, or the network between, has long forgotten.
    has_called: Arc<AtomicBool>,
}

impl Http {
    /// A client for a hub; it connects with the first call.
    pub fn new(base: &Url, trust: &Trust) -> Result<Self, String> {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // whoever installed one before has chosen
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            // one for cycles, one that waits
            .pool_max_idle_per_host(2)
            .tls_version_min(reqwest::tls::Version::TLS_1_2)
            .user_agent(concat!("guided/", env!("CARGO_PKG_VERSION")));
        if base.scheme() == "http" {
            // no roots are needed, and a machine may have none
            builder = builder.tls_certs_only([]);
        } else if let Some(pem) = &trust.ca_pem {
            let certificates = Certificate::from_pem_bundle(pem.as_bytes())
                .ok()
                .filter(|certificates| !certificates.is_empty())
                .ok_or("the file of the authority holds no certificate")?;
            builder = builder.tls_certs_only(certificates);
        }
        let client = builder.build().map_err(|error| error.without_url().to_string())?;
        Ok(Self { client, has_called: Arc::default() })
    }

    /// Sends a request, and once more where a connection from before breaks under it: what is sent may come twice.
    async fn send(&self, request: reqwest::Request) -> Result<reqwest::Response, Broken> {
        let again = request.try_clone().filter(|_| self.has_called.load(Ordering::Relaxed));
        let mut sent = self.client.execute(request).await.map_err(broken);
        if let (Err(Broken::Cut), Some(again)) = (&sent, again) {
            sent = self.client.execute(again).await.map_err(broken);
        }
        self.has_called.store(sent.is_ok(), Ordering::Relaxed);
        sent
    }
}

impl Transport for Http {
    fn call(&self, request: Request<Bytes>, patience: Duration) -> Answered<'_> {
        Box::pin(async move {
            let mut request = reqwest::Request::try_from(request).map_err(|_| Broken::NoConnection)?;
            *request.timeout_mut() = Some(TOTAL.max(READ + patience));
            let silence = READ + patience;
            let mut answer = tokio::time::timeout(silence, self.send(request)).await.map_err(|_| Broken::Late)??;
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = answer.status();
            *response.headers_mut() = answer.headers().clone();
            let mut bytes = Vec::new();
            loop {
                let chunk = tokio::time::timeout(READ, answer.chunk()).await.map_err(|_| Broken::Late)?;
                let Some(chunk) = chunk.map_err(broken)? else { break };
                if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
                    return Err(Broken::TooLong);
                }
                bytes.extend_from_slice(&chunk);
            }
            *response.body_mut() = bytes.into();
            Ok(response)
        })
    }
}

fn broken(error: reqwest::Error) -> Broken {
    tracing::debug!(source = ?error.source(), "calling the hub");
    if let Some(said) = tls_fault(&error) {
        return Broken::Tls(said);
    }
    match &error {
        error if error.is_connect() && mentions(error, "dns error") => Broken::NoSuchName,
        error if error.is_connect() => Broken::NoConnection,
        error if error.is_timeout() => Broken::Late,
        _ => Broken::Cut,
    }
}

/// An error with all that it came from.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> Vec<&'e (dyn Error + 'static)> {
    let mut chain: Vec<&'e (dyn Error + 'static)> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        chain.push(error);
        // an error in the clothes of the system's shows what it holds, not what that came from
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    chain
}

fn mentions(error: &reqwest::Error, word: &str) -> bool {
    chain(error).iter().any(|error| error.to_string().contains(word))
}

/// What is wrong with the hub's certificate, where that is the reason.
fn tls_fault(error: &reqwest::Error) -> Option<&'static str> {
    use rustls::CertificateError as Fault;
    let fault = chain(error).into_iter().find_map(|error| error.downcast_ref::<rustls::Error>())?;
    Some(match fault {
        rustls::Error::InvalidCertificate(fault) => match fault {
            Fault::Expired | Fault::ExpiredContext { .. } => "it has expired, or this machine's date is wrong",
            Fault::NotValidYet | Fault::NotValidYetContext { .. } => {
                "it is not valid yet, or this machine's date is wrong"
            }
            Fault::NotValidForName | Fault::NotValidForNameContext { .. } => "it is for another name",
            Fault::UnknownIssuer => "nobody who is trusted here has signed it",
            Fault::Revoked => "it was revoked",
            _ => "it is not valid",
        },
        rustls::Error::InvalidMessage(_) => "the other side speaks no TLS",
        rustls::Error::PeerIncompatible(_) => "the other side speaks only outdated TLS",
        _ => "the secure connection failed",
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

    /// A hub that answers so many requests on each connection and hangs up at the next one.
    async fn hub(n_answers: impl Fn(u32) -> u32 + Send + 'static) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            for n in 0.. {
                let (mut stream, _) = listener.accept().await.unwrap();
                let n_answers = n_answers(n);
                tokio::spawn(async move {
                    for _ in 0..n_answers {
                        let _ = stream.read(&mut [0; 4096]).await;
                        let _ = stream.write_all(ANSWER).await;
                    }
                    let _ = stream.read(&mut [0; 4096]).await;
                });
            }
        });
        url
    }

    async fn call(way: &Http, url: &Url) -> Result<Bytes, Broken> {
        let request = Request::get(url.as_str()).body(Bytes::new()).unwrap();
        way.call(request, Duration::ZERO).await.map(Response::into_body)
    }

    #[tokio::test]
    async fn a_connection_from_before_that_breaks_costs_no_call() {
        let url = hub(|_| 1).await;
        let way = Http::new(&url, &Trust::default()).unwrap();
        for _ in 0..3 {
            assert_eq!(call(&way, &url).await.unwrap(), "ok");
        }
    }

    #[tokio::test]
    async fn a_first_call_that_breaks_is_not_made_twice() {
        let url = hub(u32::from).await;
        let way = Http::new(&url, &Trust::default()).unwrap();
        assert_eq!(call(&way, &url).await, Err(Broken::Cut));
        assert_eq!(call(&way, &url).await.unwrap(), "ok");
    }
}

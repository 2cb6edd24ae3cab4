//! TLS: whom a client accepts, what the hub accepts, and that plain HTTP stays on the machine unless allowed.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use guide_hub::server;
use guide_hub::tls::Tls;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsConnector;

use crate::support::{TestDb, hub_command, training_app};

const HOST: &str = "hub.example.com";

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Writes a certificate for a host, good until a year, and its key.
fn write_certificate(dir: &Path, authority: &Authority, host: &str, until: i32) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = params.signed_by(&key, authority).unwrap();
    std::fs::write(dir.join("cert.pem"), certificate.pem()).unwrap();
    std::fs::write(dir.join("key.pem"), key.serialize_pem()).unwrap();
}

struct TlsHub {
    test: TestDb,
    address: SocketAddr,
    tls: Arc<Tls>,
    _stop: oneshot::Sender<()>,
}

async fn hub(authority: &Authority, host: &str, until: i32) -> TlsHub {
    let test = TestDb::new().await;
    write_certificate(test.dir.path(), authority, host, until);
    let (cert, key) = (test.dir.path().join("cert.pem"), test.dir.path().join("key.pem"));
    let tls = Arc::new(Tls::load(&cert, &key).unwrap());
    let listener = server::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = guide_hub::router::router(training_app(&test, test.db.clone()));
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(server::serve_over(listener, Some(tls.clone()), router, async {
        let _ = stopped.await;
    }));
    TlsHub { test, address, tls, _stop: stop }
}

/// What a client hears that trusts one authority, or why it hangs up.
async fn ask(
    address: SocketAddr,
    trusted: &Authority,
    versions: &[&'static SupportedProtocolVersion],
) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(trusted.der().to_vec())).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let host = ServerName::try_from(HOST).unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(host, stream).await.map_err(|e| e.to_string())?;
    stream.write_all(b"GET /v1/health HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.map_err(|e| e.to_string())?;
    Ok(answer)
}

#[tokio::test]
async fn a_client_that_trusts_the_authority_is_served_over_both_versions() {
    let authority = authority("one");
    let hub = hub(&authority, HOST, 2100).await;
    for version in [&TLS12, &TLS13] {
        let answer = ask(hub.address, &authority, &[version]).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("guide-hub"), "{answer}");
    }
}

#[tokio::test]
async fn another_host_an_expired_certificate_and_an_unknown_authority_are_refused_by_the_client() {
    let (trusted, unknown) = (authority("one"), authority("another"));
    for (issuer, host, until, why) in [
        (&trusted, "other.example.com", 2100, "not valid for name"),
        (&trusted, HOST, 2021, "expired"),
        (&unknown, HOST, 2100, "UnknownIssuer"),
    ] {
        let hub = hub(issuer, host, until).await;
        let error = ask(hub.address, &trusted, &[&TLS13]).await.unwrap_err();
        assert!(error.to_lowercase().contains(&why.to_lowercase()), "{error}");
    }
}

#[tokio::test]
async fn plain_http_to_a_tls_port_is_answered_nothing() {
    let authority = authority("one");
    let hub = hub(&authority, HOST, 2100).await;
    let mut stream = TcpStream::connect(hub.address).await.unwrap();
    stream.write_all(b"GET /v1/health HTTP/1.1\r\nhost: hub\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // a reset is as good an end as any
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
}

#[tokio::test]
async fn a_certificate_that_was_replaced_is_used_after_reading_it_again_and_a_broken_one_never() {
    let (old, new) = (authority("one"), authority("another"));
    let hub = hub(&old, HOST, 2100).await;
    let dir = hub.test.dir.path();
    write_certificate(dir, &new, HOST, 2100);
    assert!(ask(hub.address, &old, &[&TLS13]).await.is_ok());
    hub.tls.reload().unwrap();
    assert!(ask(hub.address, &new, &[&TLS13]).await.is_ok());
    assert!(ask(hub.address, &old, &[&TLS13]).await.is_err());
    std::fs::write(dir.join("cert.pem"), "no certificate").unwrap();
    assert!(hub.tls.reload().unwrap_err().to_string().contains("cert.pem"));
    assert!(ask(hub.address, &new, &[&TLS13]).await.is_ok());
}

#[test]
fn plain_http_on_an_address_of_the_network_must_be_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let hub = |args: &[&str]| hub_command(dir.path(), &[&["serve"], args].concat());
    hub(&["--listen", "0.0.0.0:0"]).check(1, "--tls-cert and --tls-key, or --plain-http");
    hub(&["--listen", "0.0.0.0:0", "--tls-cert", "missing.pem"]).check(2, "--tls-key");
    let missing = ["--tls-cert", "missing.pem", "--tls-key", "missing.key"];
    hub(&missing).check(1, "the certificate in missing.pem cannot be used");
}

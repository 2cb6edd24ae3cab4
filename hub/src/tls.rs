//! TLS of the hub by rustls: a certificate chain and its key from two PEM files, read again when asked.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use tokio_rustls::TlsAcceptor;

use crate::error::HubError;

/// The hub's certificate as it was read last.
#[derive(Debug)]
pub struct Tls {
    cert: PathBuf,
    key: PathBuf,
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Reads certificate and key.
    pub fn load(cert: &Path, key: &Path) -> Result<Self, HubError> {
        let config = RwLock::new(Arc::new(config(cert, key)?));
        Ok(Self { cert: cert.to_owned(), key: key.to_owned(), config })
    }

    /// Reads both again for the connections to come; after an error the former ones stay in use.
    pub fn reload(&self) -> Result<(), HubError> {
        let config = Arc::new(config(&self.cert, &self.key)?);
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// Makes handshakes.
    pub fn acceptor(&self) -> TlsAcceptor {
        self.config.read().unwrap_or_else(PoisonError::into_inner).clone().into()
    }
}

fn config(cert: &Path, key: &Path) -> Result<ServerConfig, HubError> {
    let unusable = |what: &str, path: &Path, why: String| {
        HubError::refused(format!("the {what} in {} cannot be used: {why}; it must be PEM", path.display()))
    };
    let chain = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let chain = chain.map_err(|error| unusable("certificate", cert, error.to_string()))?;
    let key_der = PrivateKeyDer::from_pem_file(key).map_err(|error| unusable("key", key, error.to_string()))?;
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map(|builder| builder.with_no_client_auth())
        .and_then(|builder| builder.with_single_cert(chain, key_der))
        .map_err(|error| unusable("certificate", cert, error.to_string()))
}

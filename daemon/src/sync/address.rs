//! The address of a hub: HTTPS, or plain HTTP to this machine; to others only where that was allowed.

use std::net::IpAddr;

use reqwest::Url;

/// Reads and checks an address.
pub fn address(text: &str, plain_http: bool) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|_| "the address is no URL; write https://hub.example".to_owned())?;
    let is_loopback = match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    };
    match url.scheme() {
        _ if url.host_str().is_none() => Err("the address names no host".to_owned()),
        _ if !url.username().is_empty() || url.password().is_some() || url.query().is_some() => {
            Err("the address may hold neither a name, a password nor a query".to_owned())
        }
        "https" => Ok(url),
        "http" if is_loopback || plain_http => Ok(url),
        "http" => {
            Err("plain http is allowed to this machine only, since everybody on the way could read along: write \
                       https://, or add --plain-http where the network is your own"
                .to_owned())
        }
        _ => Err("the address must begin with https://".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_allowed_to_this_machine_only_unless_somebody_allows_it() {
        for url in ["https://hub.example", "http://127.0.0.1:7600", "http://localhost:1/", "http://[::1]:7600/x"] {
            assert!(address(url, false).is_ok(), "{url}");
        }
        for url in
            ["http://hub.example", "ftp://127.0.0.1", "hub", "https://a:b@hub.example", "http://127.0.0.1.evil.example"]
        {
            assert!(address(url, false).is_err(), "{url}");
        }
        assert!(address("http://hub.example", true).is_ok());
        assert!(address("ftp://hub.example", true).is_err());
    }
}

//! Reaching out to addresses that people typed: feeds that are watched, programs that are told.
//!
//! A name is resolved once, every address it has is asked of [`may_reach`], and only an address that was asked is connected
//! to: nothing resolves the name again in between. Each redirect is such a hop of its own. What an admin listed of the own
//! network is reached where it was typed, never because somebody else sends there. Proxies of the environment are
//! not used, no cookie is kept and no connection is used twice. What a body weighs is counted after decompression.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use domain::advocacy::watched_feed::may_reach;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, Response, Url, redirect};

/// How often a page may send on.
const MOST_REDIRECTS: u32 = 3;
/// As whom this program asks.
const AGENT: &str = concat!("Cohortium/", env!("CARGO_PKG_VERSION"));

/// How long and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection stands.
    pub connect: Duration,
    /// From the first look-up to the last octet, redirects included.
    pub total: Duration,
    /// Octets of a body, decompressed.
    pub most_bytes: usize,
}

impl Limits {
    /// Of a feed: 10 seconds, 2 MiB.
    pub const FEED: Self = Self { connect: Duration::from_secs(5), total: Duration::from_secs(10), most_bytes: 2 * 1024 * 1024 };
    /// Of what a webhook answers: 10 seconds, 64 KiB.
    pub const WEBHOOK: Self = Self { connect: Duration::from_secs(5), total: Duration::from_secs(10), most_bytes: 64 * 1024 };
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Where it was found, after redirects.
    pub url: String,
}

impl Answer {
    /// The text of a header; empty when it is not there or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// Whether the other side says that all is well.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// What came back of something that was sent: its status says whether it was taken, even where the rest did not come.
#[derive(Debug, Clone)]
pub struct Posted {
    pub status: u16,
    pub body: Result<Vec<u8>, Failure>,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("This is no address that can be opened. It begins with https:// and names a site.")]
    Address,
    #[error("{0} is inside a private network, which is not reached from here. If it should be, an admin lists it in COHORTIUM_REACH.")]
    Private(String),
    #[error("{0} is not known by this name. Check how it is written.")]
    NoSuchHost(String),
    #[error("{0} takes no connection, or no secure one.")]
    NoConnection(String),
    #[error("{0} took too long to answer.")]
    TimedOut(String),
    #[error("What it sends is larger than {0} KB.")]
    TooLarge(usize),
    #[error("It sends on from address to address.")]
    TooManyRedirects,
    #[error("{0} broke off before all was there.")]
    Broken(String),
}

/// The one way out. Cheap to make and to share; holds no connection.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// `host:port` that may be reached although it is private, by its own address.
    allowed: BTreeSet<String>,
}

impl Client {
    /// Reaches what is public, and each `host:port` of `allowed`.
    #[must_use]
    pub fn new(allowed: Vec<String>) -> Self {
        Self { allowed: allowed.into_iter().map(|one| one.trim().to_lowercase()).collect() }
    }

    /// Fetches `url`, following at most three redirects. `headers` go to every address it is sent on to: they hold no secret.
    ///
    /// # Errors
    /// Why nothing came back.
    pub async fn get(&self, url: &str, headers: &[(&str, String)], limits: Limits) -> Result<Answer, Failure> {
        in_time(url, limits, async {
            let (mut url, mut typed) = (address(url)?, true);
            for _ in 0..=MOST_REDIRECTS {
                let response = self.hop(Method::GET, &url, typed, headers, None, limits).await?;
                match sent_on(&url, &response)? {
                    Some(next) => {
                        // Once it led elsewhere, it is no longer the place that was typed, even when it leads back.
                        typed &= place(&next) == place(&url);
                        url = next;
                    }
                    None => return answer(url, response, limits).await,
                }
            }
            Err(Failure::TooManyRedirects)
        })
        .await
    }

    /// Sends `body` to `url`. A redirect is an answer like any other: nothing is sent on.
    ///
    /// # Errors
    /// Why not even a status came back.
    pub async fn post(&self, url: &str, headers: &[(&str, String)], body: String, limits: Limits) -> Result<Posted, Failure> {
        let until = tokio::time::Instant::now() + limits.total;
        let url = address(url)?;
        let late = || Err(Failure::TimedOut(host(&url)));
        let sending = self.hop(Method::POST, &url, true, headers, Some(body), limits);
        let response = tokio::time::timeout_at(until, sending).await.unwrap_or_else(|_| late())?;
        let status = response.status().as_u16();
        let reading = answer(url.clone(), response, limits);
        let body = tokio::time::timeout_at(until, reading).await.unwrap_or_else(|_| Err(Failure::TimedOut(host(&url))));
        Ok(Posted { status, body: body.map(|answer| answer.body) })
    }

    /// One request to one place, by addresses that were looked at. Only a place that was `typed` may be one that is listed.
    async fn hop(
        &self,
        method: Method,
        url: &Url,
        typed: bool,
        headers: &[(&str, String)],
        body: Option<String>,
        limits: Limits,
    ) -> Result<Response, Failure> {
        let known = Arc::new(Known(self.addresses(url, typed).await?));
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .connect_timeout(limits.connect)
            .user_agent(AGENT)
            .dns_resolver(known)
            .build()
            .map_err(|_| Failure::Address)?;
        let mut request = client.request(method, url.clone());
        for (name, text) in headers {
            request = request.header(*name, text);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        request.send().await.map_err(|why| failed(&host(url), &why))
    }

    /// Where `url` leads, every address of it looked at: one that is not to be reached is enough to refuse them all.
    async fn addresses(&self, url: &Url, typed: bool) -> Result<Vec<SocketAddr>, Failure> {
        let port = url.port_or_known_default().ok_or(Failure::Address)?;
        let host = host(url);
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found: Vec<SocketAddr> = match bare.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => tokio::net::lookup_host((bare, port)).await.map_err(|_| Failure::NoSuchHost(host.clone()))?.collect(),
        };
        if found.is_empty() {
            return Err(Failure::NoSuchHost(host));
        }
        let allowed = typed && self.allowed.contains(&place(url));
        if !allowed && !found.iter().all(|address| may_reach(address.ip())) {
            return Err(Failure::Private(host));
        }
        Ok(found)
    }
}

/// Answers every name with the addresses that were looked at.
struct Known(Vec<SocketAddr>);

impl Resolve for Known {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

async fn in_time(url: &str, limits: Limits, work: impl Future<Output = Result<Answer, Failure>>) -> Result<Answer, Failure> {
    tokio::time::timeout(limits.total, work).await.unwrap_or_else(|_| {
        let host = Url::parse(url).map(|url| host(&url)).unwrap_or_default();
        Err(Failure::TimedOut(host))
    })
}

/// An address of the web: with a host, and without a name and password in it.
fn address(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text.trim()).map_err(|_| Failure::Address)?;
    checked(url)
}

fn checked(url: Url) -> Result<Url, Failure> {
    let web = matches!(url.scheme(), "http" | "https");
    if web && url.has_host() && url.username().is_empty() && url.password().is_none() { Ok(url) } else { Err(Failure::Address) }
}

/// Its host as it is compared: in lower case, an IPv6 address in brackets.
fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_lowercase()
}

/// Its host and port, as they are listed.
fn place(url: &Url) -> String {
    format!("{}:{}", host(url), url.port_or_known_default().unwrap_or_default())
}

/// Where an answer sends on to, when it does.
fn sent_on(url: &Url, response: &Response) -> Result<Option<Url>, Failure> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let place = response.headers().get(LOCATION).and_then(|place| place.to_str().ok()).ok_or(Failure::Address)?;
    url.join(place).map_err(|_| Failure::Address).and_then(checked).map(Some)
}

async fn answer(url: Url, mut response: Response, limits: Limits) -> Result<Answer, Failure> {
    let too_large = Failure::TooLarge(limits.most_bytes / 1024);
    if response.content_length().is_some_and(|length| length > limits.most_bytes as u64) {
        return Err(too_large);
    }
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|why| failed(&host(&url), &why))? {
        if body.len() + chunk.len() > limits.most_bytes {
            return Err(too_large);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body, url: url.into() })
}

fn failed(host: &str, why: &reqwest::Error) -> Failure {
    let host = host.to_owned();
    if why.is_timeout() {
        Failure::TimedOut(host)
    } else if why.is_builder() {
        Failure::Address
    } else if why.is_connect() {
        Failure::NoConnection(host)
    } else {
        Failure::Broken(host)
    }
}

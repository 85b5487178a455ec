//! Settings: `cohortium.toml`, then the environment over it. A wrong value is refused at start in one sentence.

use std::net::SocketAddr;
use std::path::PathBuf;

use app::desk::Host;
use serde::Deserialize;

/// Where mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailTo {
    /// One `.eml` file a mail, in this folder.
    Folder(PathBuf),
    /// `smtp://` (STARTTLS when offered) or `smtps://`, with user and password in the URL.
    Smtp(String),
}

/// Everything the process is told.
#[derive(Debug, Clone)]
pub struct Config {
    pub database_url: String,
    pub addr: SocketAddr,
    pub mail: MailTo,
    pub log: String,
    /// `host:port` of our own network that may be reached from here although it is private.
    pub reach: Vec<String>,
    pub host: Host,
}

/// The file's keys; each may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub database_url: Option<String>,
    pub addr: Option<String>,
    pub base_url: Option<String>,
    pub mail: Option<String>,
    pub log: Option<String>,
    pub reach: Option<String>,
    #[serde(default)]
    pub host: HostFile,
}

/// The file's `[host]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostFile {
    pub name: Option<String>,
    pub accent: Option<String>,
    pub sender: Option<String>,
}

impl Config {
    /// Reads `cohortium.toml` here, when there is one, and the environment.
    ///
    /// # Errors
    /// One sentence naming the setting, what is wrong and what it takes.
    pub fn load() -> Result<Self, String> {
        let file = match std::fs::read_to_string("cohortium.toml") {
            Ok(text) => toml::from_str(&text).map_err(|why| format!("cohortium.toml: {}", why.message()))?,
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => File::default(),
            Err(why) => return Err(format!("cohortium.toml cannot be read: {why}.")),
        };
        let site = leptos_options()?;
        Self::read(file, site, |name| std::env::var(name).ok().filter(|text| !text.is_empty()))
    }

    /// As [`Config::load`], from given parts: `env` answers a variable by name, `site` is the default address.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn read(file: File, site: SocketAddr, env: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let database_url = env("COHORTIUM_DATABASE_URL").or(file.database_url).unwrap_or_else(|| "sqlite://cohortium.db".to_owned());
        if !["sqlite://", "sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| database_url.starts_with(scheme)) {
            return Err("COHORTIUM_DATABASE_URL must begin with sqlite:// or postgres://.".to_owned());
        }
        let addr = match env("COHORTIUM_ADDR").or(file.addr) {
            None => site,
            Some(text) => {
                text.parse().map_err(|_| format!("COHORTIUM_ADDR is “{text}”; it takes an address and a port, like 127.0.0.1:3000."))?
            }
        };
        let base_url = env("COHORTIUM_BASE_URL").or(file.base_url).unwrap_or_else(|| format!("http://{addr}"));
        let base_url = checked_base_url(&base_url)?;
        let mail = env("COHORTIUM_MAIL").or(file.mail).unwrap_or_else(|| "file:mail".to_owned());
        let mail = match mail.split_once(':') {
            Some(("file", folder)) if !folder.is_empty() => MailTo::Folder(PathBuf::from(folder)),
            Some(("smtp" | "smtps", _)) => {
                lettre::AsyncSmtpTransport::<lettre::Tokio1Executor>::from_url(&mail)
                    .map_err(|_| "COHORTIUM_MAIL is no mail server address; it takes smtp://user:password@host:587.".to_owned())?;
                MailTo::Smtp(mail)
            }
            _ => return Err("COHORTIUM_MAIL must be file:FOLDER, smtp://… or smtps://….".to_owned()),
        };
        let name = env("COHORTIUM_HOST_NAME").or(file.host.name).unwrap_or_else(|| "Cohortium".to_owned());
        let accent = env("COHORTIUM_HOST_ACCENT").or(file.host.accent).unwrap_or_else(|| "#1d5c4f".to_owned());
        checked_accent(&accent)?;
        let sender = env("COHORTIUM_HOST_SENDER").or(file.host.sender).unwrap_or_else(|| "cohorts@localhost.localdomain".to_owned());
        if sender.parse::<lettre::Address>().is_err() {
            return Err(format!("COHORTIUM_HOST_SENDER is “{sender}”; it takes a mail address, like cohorts@company.com."));
        }
        let log = env("COHORTIUM_LOG").or(file.log).unwrap_or_else(|| "info".to_owned());
        if log.parse::<tracing_subscriber::filter::Targets>().is_err() {
            return Err(format!("COHORTIUM_LOG is “{log}”; it takes a level such as info, or target=level pairs."));
        }
        let reach = env("COHORTIUM_REACH").or(file.reach).unwrap_or_default();
        let reach = reach.split(',').map(str::trim).filter(|one| !one.is_empty()).map(checked_reach).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { database_url, addr, mail, log, reach, host: Host { name, accent, base_url, sender } })
    }
}

/// The address of `Leptos.toml`, when the file is beside the program; else the compiled-in default.
fn leptos_options() -> Result<SocketAddr, String> {
    let default = SocketAddr::from(([127, 0, 0, 1], 3000));
    if !std::path::Path::new("Leptos.toml").exists() {
        return Ok(default);
    }
    let config = leptos::config::get_configuration(Some("Leptos.toml")).map_err(|why| format!("Leptos.toml: {why}."))?;
    Ok(config.leptos_options.site_addr)
}

fn checked_base_url(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(authority) = rest.filter(|rest| !rest.is_empty() && !rest.contains(['/', '?', '#', '@'])) else {
        return Err(format!(
            "COHORTIUM_BASE_URL is “{text}”; it takes the site's own address, like https://cohorts.company.com, without a path."
        ));
    };
    let name =
        authority.strip_prefix('[').map_or_else(|| authority.split(':').next().unwrap_or(""), |v6| v6.split(']').next().unwrap_or(""));
    let loopback = name == "localhost" || name == "::1" || name.starts_with("127.") || name == "0.0.0.0";
    if url.starts_with("http://") && !loopback {
        return Err(format!(
            "COHORTIUM_BASE_URL is “{text}”: cookies need TLS everywhere but on this machine, so it must begin with https://."
        ));
    }
    Ok(url.to_owned())
}

/// One `host:port` that may be reached although it is private.
fn checked_reach(text: &str) -> Result<String, String> {
    let refused = || {
        format!(
            "COHORTIUM_REACH has “{text}”; it takes hosts with their ports and commas between, like feeds.company.lan:8080,10.0.0.7:443."
        )
    };
    let (host, port) = text.rsplit_once(':').ok_or_else(refused)?;
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let sound = match v6 {
        Some(v6) => v6.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)),
    };
    if sound && port.parse::<u16>().is_ok_and(|port| port > 0) { Ok(text.to_lowercase()) } else { Err(refused()) }
}

/// White text on the accent, and the accent on paper, must be readable (WCAG 2.2, 4.5:1).
fn checked_accent(text: &str) -> Result<(), String> {
    let channel = |from: usize| text.get(from..from + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let (Some(red), Some(green), Some(blue), 7, true) = (channel(1), channel(3), channel(5), text.len(), text.starts_with('#')) else {
        return Err(format!("COHORTIUM_HOST_ACCENT is “{text}”; it takes a colour like #1d5c4f."));
    };
    let linear = |value: u8| {
        let share = f64::from(value) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    let contrast = 1.05 / (luminance + 0.05);
    if contrast < 5.2 {
        return Err(format!(
            "COHORTIUM_HOST_ACCENT {text} is too light to read on paper (contrast {contrast:.1}, needs 5.2). Choose a darker colour."
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, String> {
        let site = SocketAddr::from(([127, 0, 0, 1], 3000));
        Config::read(File::default(), site, |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, text)| (*text).to_owned()))
    }

    #[test]
    fn defaults() {
        let config = read(&[]).unwrap();
        assert_eq!((config.database_url.as_str(), config.host.base_url.as_str()), ("sqlite://cohortium.db", "http://127.0.0.1:3000"));
        assert_eq!(config.mail, MailTo::Folder("mail".into()));
    }

    #[test]
    fn a_wrong_value_is_refused_in_one_sentence_that_names_it() {
        for (name, value) in [
            ("COHORTIUM_DATABASE_URL", "mysql://x"),
            ("COHORTIUM_ADDR", "localhost"),
            ("COHORTIUM_BASE_URL", "http://cohorts.example.com"),
            ("COHORTIUM_BASE_URL", "https://cohorts.example.com/path"),
            ("COHORTIUM_MAIL", "pigeon:coop"),
            ("COHORTIUM_MAIL", "file:"),
            ("COHORTIUM_LOG", "loud=very"),
            ("COHORTIUM_REACH", "feeds.company.lan"),
            ("COHORTIUM_REACH", "feeds.company.lan:0"),
            ("COHORTIUM_REACH", "http://feeds.company.lan:80"),
            ("COHORTIUM_REACH", "10.0.0.7:80, ::1:80"),
            ("COHORTIUM_HOST_ACCENT", "#ffcc00"),
            ("COHORTIUM_HOST_ACCENT", "green"),
            ("COHORTIUM_HOST_SENDER", "nobody"),
        ] {
            let why = read(&[(name, value)]).unwrap_err();
            assert!(why.starts_with(name) && why.ends_with('.'), "{name}={value}: {why}");
        }
    }

    #[test]
    fn what_may_be_reached_in_our_own_network_is_listed() {
        assert_eq!(read(&[]).unwrap().reach, Vec::<String>::new());
        let listed = read(&[("COHORTIUM_REACH", " Feeds.company.lan:8080, 10.0.0.7:443,[fd00::1]:80 ,")]).unwrap();
        assert_eq!(listed.reach, ["feeds.company.lan:8080", "10.0.0.7:443", "[fd00::1]:80"]);
    }

    /// cargo-leptos reads one file and the server the other: they say the same, and the server can read it.
    #[test]
    fn leptos_toml_and_cargo_toml_agree() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let table = |file: &str| {
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            let parsed: toml::Table = text.parse().unwrap();
            parsed["workspace"]["metadata"]["leptos"].clone()
        };
        assert_eq!(table("Leptos.toml"), table("Cargo.toml"));
        let read = leptos::config::get_configuration(Some(root.join("Leptos.toml").to_str().unwrap())).unwrap();
        assert_eq!(read.leptos_options.site_addr, SocketAddr::from(([127, 0, 0, 1], 3000)));
        assert_eq!(&*read.leptos_options.output_name, "cohortium");
    }

    #[test]
    fn what_the_environment_says_holds_over_the_file() {
        let file: File = toml::from_str("addr = \"127.0.0.1:1\"\n[host]\nname = \"Halden\"").unwrap();
        let site = SocketAddr::from(([127, 0, 0, 1], 3000));
        let config = Config::read(file, site, |name| (name == "COHORTIUM_ADDR").then(|| "127.0.0.1:2".to_owned())).unwrap();
        assert_eq!((config.addr.port(), config.host.name.as_str()), (2, "Halden"));
        assert!(toml::from_str::<File>("adress = \"x\"").is_err());
    }
}

//! A real browser: Chromium by its driver, and the site on a free port for it to open.

use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::desk::App;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use server::mail::transport::Transport;
use store::Db;
use tokio::sync::watch;

/// The site, served for real, with its mails in memory.
pub struct Site {
    pub app: Arc<App>,
    pub base_url: String,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
    stop: watch::Sender<bool>,
}

impl Site {
    /// Serves a database on a free port.
    pub async fn serve(db: &Db) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base_url = format!("http://{}", listener.local_addr().expect("its address"));
        let app = crate::world::app_on(db, &base_url);
        let sent: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(server::serve::serve(Arc::clone(&app), listener, Transport::Memory(Arc::clone(&sent)), Arc::default(), stopped));
        Self { app, base_url, sent, stop }
    }

    /// Waits for a mail with a code to that recipient; answers the six digits.
    ///
    /// # Panics
    /// It does not come.
    pub async fn code(&self, to: &str) -> String {
        for _ in 0..100 {
            let found = self.sent.lock().expect("the list").iter().rev().find_map(|mail| {
                let text = String::from_utf8_lossy(mail).replace("=\r\n", "");
                let meant = text.lines().any(|line| line.starts_with("To: ") && line.contains(to)) && text.contains("Subject: Your code");
                let line = text.lines().find(|line| line.starts_with("Code")).filter(|_| meant)?;
                Some(line.chars().filter(char::is_ascii_digit).collect::<String>())
            });
            if let Some(code) = found {
                assert_eq!(code.len(), 6, "six digits");
                return code;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no code for {to}");
    }

    /// Waits for the mail whose recipient and link prefix these are; answers its token.
    ///
    /// # Panics
    /// It does not come.
    pub async fn token(&self, to: &str, prefix: &str) -> String {
        for _ in 0..100 {
            let found = self.sent.lock().expect("the list").iter().rev().find_map(|mail| {
                let text = String::from_utf8_lossy(mail).replace("=\r\n", "");
                let meant = text.lines().any(|line| line.starts_with("To: ") && line.contains(to));
                let from = text.find(prefix).filter(|_| meant)?;
                Some(text[from..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect::<String>())
            });
            if let Some(token) = found {
                return token;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no mail with {prefix} for {to}");
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
    }
}

/// One browser window with its own driver.
pub struct Window {
    pub client: Client,
    base_url: String,
    driver: Child,
    profile: std::path::PathBuf,
}

/// How a window is.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub javascript: bool,
    pub dark: bool,
    pub width: u32,
}

impl Window {
    /// Opens one.
    pub async fn open(site: &Site, look: Look) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let driver = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed (Debian's package chromium-driver)");
        let profile = std::env::temp_dir().join(format!("cohortium-chromium-{}-{port}", std::process::id()));
        let mut args: Vec<String> = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ]
        .map(str::to_owned)
        .to_vec();
        args.push(format!("--user-data-dir={}", profile.display()));
        args.push(format!("--window-size={},1000", look.width.max(500)));
        if look.dark {
            args.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let mut options = json!({ "args": args });
        if look.width < 500 {
            options["mobileEmulation"] =
                json!({ "deviceMetrics": { "width": look.width, "height": 844, "pixelRatio": 1.0, "touch": false } });
        }
        if !look.javascript {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let Value::Object(capabilities) = json!({ "goog:chromeOptions": options }) else { unreachable!("an object") };
        let mut tries = 0;
        let client = loop {
            let built = ClientBuilder::new(HttpConnector::new())
                .capabilities(capabilities.clone())
                .connect(&format!("http://127.0.0.1:{port}"))
                .await;
            match built {
                Ok(client) => break client,
                Err(_) if tries < 50 => tokio::time::sleep(Duration::from_millis(200)).await,
                Err(why) => panic!("Chromium does not start: {why}"),
            }
            tries += 1;
        };
        Self { client, base_url: site.base_url.clone(), driver, profile }
    }

    /// Opens a page.
    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base_url)).await.unwrap_or_else(|why| panic!("{path}: {why}"));
    }

    /// Types into a field, in place of what stands there.
    pub async fn type_in(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        let kind = field.attr("type").await.ok().flatten().unwrap_or_default();
        if kind == "date" || kind == "time" {
            // A date field takes keys in the order of the reader's language: set it as a picker would.
            let element = serde_json::to_value(&field).expect("an element");
            self.client.execute("arguments[0].value = arguments[1]", vec![element, json!(text)]).await.expect("the field takes it");
            return;
        }
        let _ = field.clear().await;
        field.send_keys(text).await.unwrap_or_else(|why| panic!("{css}: {why}"));
    }

    /// Chooses a file.
    pub async fn choose_file(&self, css: &str, path: &std::path::Path) {
        self.find(css).await.send_keys(&path.display().to_string()).await.expect("the file is chosen");
    }

    /// Chooses from a list by value.
    pub async fn choose(&self, css: &str, value: &str) {
        self.find(css).await.select_by_value(value).await.unwrap_or_else(|why| panic!("{css} {value}: {why}"));
    }

    /// Presses what these words are on, or this selector names. A plain form is waited for until its answer is there.
    pub async fn press(&self, what: &str) {
        let found = self.find(what).await;
        // As somebody would: bring it into view, clear of what sticks to the edges, then press.
        let element = serde_json::to_value(&found).expect("an element");
        let script = "const e = arguments[0]; e.scrollIntoView({ block: 'center' }); \
            const sends = e.type === 'submit' && !!e.form && !e.closest('leptos-island'); \
            if (sends) document.documentElement.dataset.before = ''; return sends";
        let sends = self.client.execute(script, vec![element]).await.expect("it is there") == json!(true);
        found.click().await.unwrap_or_else(|why| panic!("{what}: {why}"));
        let arrived = "return document.readyState === 'complete' && !('before' in document.documentElement.dataset)";
        for _ in 0..150 {
            if !sends || self.client.execute(arrived, vec![]).await.is_ok_and(|arrived| arrived == json!(true)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{what}: the form is not answered");
    }

    /// What these words are on, or this selector names, once it is there.
    async fn find(&self, what: &str) -> fantoccini::elements::Element {
        let by_words = format!("//main//*[self::button or self::a or self::summary][contains(normalize-space(.), \"{what}\")]");
        let is_selector =
            what.contains(['#', '[', '=']) || what.starts_with("main ") || what.starts_with("form") || what.starts_with("tbody");
        let locator = if is_selector { Locator::Css(what) } else { Locator::XPath(&by_words) };
        let found = self.client.wait().at_most(Duration::from_secs(10)).for_element(locator).await;
        found.unwrap_or_else(|why| panic!("{what} is not there: {why}"))
    }

    /// Waits until the page says this.
    pub async fn sees(&self, words: &str) {
        for _ in 0..80 {
            if self.text().await.contains(words) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let at = self.client.current_url().await.map(|url| url.to_string()).unwrap_or_default();
        panic!("{at} never says “{words}”: {}", self.text().await);
    }

    /// Waits until the page's own text holds this, to be read or not.
    pub async fn holds(&self, text: &str) {
        for _ in 0..80 {
            if self.client.source().await.is_ok_and(|source| source.contains(text)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} never holds “{text}”", self.path().await);
    }

    /// Everything that is to be read on the page.
    pub async fn text(&self) -> String {
        match self.client.find(Locator::Css("body")).await {
            Ok(body) => body.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        }
    }

    /// The path of the page.
    pub async fn path(&self) -> String {
        self.client.current_url().await.map(|url| url.path().to_owned()).unwrap_or_default()
    }

    /// What axe-core finds against WCAG 2.2 AA on this page, in words.
    pub async fn axe(&self) -> Vec<String> {
        const AXE: &str = include_str!("../node_modules/axe-core/axe.min.js");
        self.client.execute(AXE, vec![]).await.expect("axe loads");
        let run = "const done = arguments[arguments.length - 1]; axe.run(document, { runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice'] })\
            .then(found => done(found.violations.map(v => v.id + ': ' + v.help + ' at ' + v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(', '))))";
        let found = self.client.execute_async(run, vec![]).await.expect("axe answers");
        serde_json::from_value(found).expect("a list")
    }

    /// Whether the page is wider than the window.
    pub async fn overflows(&self) -> bool {
        let wide =
            self.client.execute("return document.documentElement.scrollWidth > window.innerWidth + 1", vec![]).await.expect("an answer");
        wide.as_bool().unwrap_or(true)
    }

    /// Closes it.
    pub async fn close(mut self) {
        let _ = self.client.clone().close().await;
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.driver.kill();
    }
}

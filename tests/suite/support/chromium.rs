//! A real browser: Chromium, driven through ChromeDriver.

use fantoccini::{
    Client, ClientBuilder, Locator,
    elements::Element,
    wd::{Capabilities, WebDriverCompatibleCommand},
};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(15);

const FLAGS: [&str; 10] = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // As root, which CI is, there is no other way.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--window-size=1000,800",
];

/// A browser with a profile of its own.
pub struct Chromium {
    pub page: Client,
    driver: Child,
    _profile: TempDir,
}

impl Chromium {
    /// Starts a browser.
    pub async fn start() -> Self {
        Self::with_preferences(json!({})).await
    }

    /// Starts a browser that runs no scripts.
    pub async fn without_scripts() -> Self {
        Self::with_preferences(json!({"profile.managed_default_content_settings.javascript": 2}))
            .await
    }

    async fn with_preferences(preferences: Value) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let (driver, port) = start_driver();
        let mut flags: Vec<String> = FLAGS.map(String::from).into();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let capabilities = json!({
            "acceptInsecureCerts": true,
            "pageLoadStrategy": "normal",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": flags, "prefs": preferences },
        });
        let Value::Object(capabilities) = capabilities else {
            unreachable!("it was written as an object");
        };
        let capabilities: Capabilities = capabilities;
        let page = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Self {
            page,
            driver,
            _profile: profile,
        }
    }

    /// Opens an address.
    pub async fn open(&self, address: &str) {
        self.page.goto(address).await.unwrap();
    }

    /// Follows the link with this text.
    pub async fn follow(&self, link: &str) {
        let link = self.page.find(Locator::LinkText(link)).await.unwrap();
        link.click().await.unwrap();
    }

    /// The link or button with this text, once there is one, in the page or frame that was entered.
    pub async fn labelled(&self, text: &str) -> Element {
        let quoted = format!("\"{text}\"");
        let path =
            format!("//*[self::a or self::button][normalize-space()={quoted} or .={quoted}]");
        let wait = self.page.wait().at_most(SOON);
        let found = wait.for_element(Locator::XPath(&path)).await;
        found.unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// The text of the first element that `selector` finds.
    pub async fn text(&self, selector: &str) -> String {
        let element = self.page.find(Locator::Css(selector)).await.unwrap();
        element.text().await.unwrap()
    }

    /// N of "The next refresh will wait N seconds".
    pub async fn seconds(&self) -> u64 {
        let text = self.text(".wait").await;
        let number = text
            .strip_prefix("The next refresh will wait ")
            .and_then(|rest| rest.strip_suffix(" seconds"));
        number.unwrap_or_else(|| panic!("{text}")).parse().unwrap()
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> Value {
        self.page.execute(script, Vec::new()).await.unwrap()
    }

    /// What the browser complains about in its console, such as a broken policy.
    pub async fn console(&self) -> Vec<String> {
        let log = self.page.issue_cmd(BrowserLog).await.unwrap();
        let entries = log.as_array().unwrap().iter();
        entries.map(|entry| entry["message"].to_string()).collect()
    }

    /// Sends a command of the DevTools protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let command = DevTools(command.into(), parameters);
        self.page.issue_cmd(command).await.unwrap()
    }

    /// Ends the browser.
    pub async fn close(mut self) {
        self.page.clone().close().await.unwrap();
        self.driver.kill().unwrap();
        self.driver.wait().unwrap();
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // After `close` nobody is left; after a failed assertion the browser is.
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill")
            .args(["-KILL", "--", &group])
            .stderr(Stdio::null())
            .status();
        let _ = self.driver.wait();
    }
}

/// Starts ChromeDriver on a port that it finds itself; on a busy machine somebody else may be
/// faster to take it, and then ChromeDriver gives up.
fn start_driver() -> (Child, u16) {
    let started = (0..5).find_map(|_| try_driver());
    started.expect("ChromeDriver finds a port")
}

fn try_driver() -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("chromedriver is installed by scripts/test");
    let output = BufReader::new(driver.stdout.take().unwrap());
    let port = output.lines().map(Result::unwrap).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    if port.is_none() {
        driver.wait().unwrap();
    }
    Some((driver, port?))
}

#[derive(Debug)]
struct BrowserLog;

impl WebDriverCompatibleCommand for BrowserLog {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (
            http::Method::POST,
            Some(json!({"type": "browser"}).to_string()),
        )
    }
}

#[derive(Debug)]
struct DevTools(String, Value);

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({"cmd": self.0, "params": self.1});
        (http::Method::POST, Some(body.to_string()))
    }
}

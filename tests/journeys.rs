//! Whole journeys in a real browser, with JavaScript on and off.

use fantoccini::Locator;
use tests::chromium::{Look, Site, Window};
use tests::world::PASSWORD;

/// Runs each journey on SQLite with JavaScript, and on PostgreSQL without.
macro_rules! in_both_ways {
    ($($journey:ident),+ $(,)?) => {
        $(mod $journey {
            use tests::database::Kind;

            #[tokio::test(flavor = "multi_thread")]
            async fn with_javascript() {
                super::$journey(Kind::Sqlite, true).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn without_javascript() {
                super::$journey(Kind::Postgres, false).await;
            }
        })+
    };
}

mod accessibility;
mod advocacy;
mod conduct;
mod main_job;

/// Somebody of the host's, at their desk.
async fn signed_in(site: &Site, javascript: bool, email: &str) -> Window {
    let window = Window::open(site, Look { javascript, dark: false, width: 1440 }).await;
    sign_in(&window, email).await;
    window
}

/// In a window that is open.
async fn sign_in(window: &Window, email: &str) {
    window.go("/sign-in").await;
    window.type_in("#email", email).await;
    window.type_in("#password", PASSWORD).await;
    window.press("form[action='/api/staff/sign-in'] button").await;
}

/// What a part of the page reads like.
async fn part(window: &Window, css: &str) -> String {
    let found = window.client.wait().for_element(Locator::Css(css)).await.unwrap_or_else(|why| panic!("{css}: {why}"));
    found.text().await.expect("its words")
}

/// The page does not say this.
async fn keeps_quiet(window: &Window, words: &str) {
    let text = window.text().await;
    assert!(!text.contains(words), "{} says “{words}”: {text}", window.path().await);
}

//! The shell that every page is drawn in, its one style sheet and its one script.

mod assets;

pub use assets::{
    ASSETS, Asset, DESK_SCRIPT, ICON, L0320_SCRIPT, L0390_PROCTOR_SCRIPT, L0390_SCRIPT, SCRIPT,
    STYLE,
};

use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::sync::LazyLock;

/// A whole page of the copy on `port`: `title` for the tab, `main` for the content.
///
/// The port stands at the top of every page, so that somebody with many copies open sees which
/// one this is.
///
/// Everything comes from this host, so that the pages work without a network and under the
/// strictest content security policy.
pub fn page(port: u16, title: &str, main: &Markup) -> Markup {
    let title = html! { (title) " · sweatbox " (port) };
    let site = html! {
        a.brand href="/" { "sweatbox " span.port { (port) } }
        a href="/lessons" { "Lessons" }
        a href="/xray" { "X-ray" }
    };
    shell(&title, &site, main)
}

/// The one page of the desk, which is no copy and has no lessons.
pub fn desk_page(title: &str, main: &Markup) -> Markup {
    let site = html! { a.brand href="/" { "sweatbox " span.port { "desk" } } };
    shell(&html! { (title) " · sweatbox" }, &site, main)
}

fn shell(title: &Markup, site: &Markup, main: &Markup) -> Markup {
    let [start, head, header, end] = &*SHELL;
    let pieces = [start, &title.0, head, &site.0, header, &main.0, end];
    // In one piece of memory of the right size.
    PreEscaped(pieces.map(String::as_str).concat())
}

/// Where something goes into the shell; no letter of any page.
const HERE: &str = "\0";

/// What all pages have alike: the pieces before the title, the site's links and the content, and
/// after it. Drawn once, since that takes longer than all the rest of a short page.
static SHELL: LazyLock<[String; 4]> = LazyLock::new(|| {
    let shell = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" type=(ICON.content_type) href=(ICON.href());
                link rel="stylesheet" href=(STYLE.href());
                script type="module" src=(SCRIPT.href()) {}
                title { (HERE) }
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header {
                    nav aria-label="Site" { (HERE) }
                }
                main id="main" tabindex="-1" { (HERE) }
                footer {
                    p { "A teaching sandbox for web sessions. Nothing here leaves this host." }
                }
            }
        }
    };
    let mut pieces = shell.0.split(HERE).map(str::to_owned);
    std::array::from_fn(|_| pieces.next().expect("three places are between four pieces"))
});

/// A page that tells about a problem and leads back.
pub fn problem_page(port: u16, title: &str, detail: &str) -> Markup {
    let main = html! {
        h1 { (title) }
        p.problem { (detail) }
        p { a href="/" { "Back to the start" } }
    };
    page(port, title, &main)
}

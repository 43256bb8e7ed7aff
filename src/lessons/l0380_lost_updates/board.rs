//! The page of the lesson: its two forms, and what came of the one that was sent.

use super::{
    chart,
    logout::{Care, Ending},
    volley::{Keys, SHOTS, Volley},
    ways::Way,
};
use crate::page::page;
use maud::{Markup, html};

const TITLE: &str = "Lost updates";

/// The page before anything has happened.
pub(super) fn empty(port: u16) -> Markup {
    whole(port, html! {}, (Way::Naive, Keys::One), Care::Naive)
}

/// The page after a volley.
pub(super) fn fired(port: u16, volley: &Volley) -> Markup {
    let came = html! {
        p.wait { "Kept: " (volley.kept()) " of " (SHOTS) ". Overwritten: " (volley.lost()) "." }
        (chart::volley(volley))
        p.quiet {
            "Time runs from left to right. A bar begins where a request loads the record and ends "
            "where it has saved it. Filled bars are kept, hollow ones overwritten; a thin line "
            "before a bar is the wait for the lock."
        }
        (table(volley))
    };
    whole(port, came, (volley.way, volley.keys), Care::Naive)
}

/// The page after a slow request and a logout.
pub(super) fn raced(port: u16, ending: &Ending) -> Markup {
    let out = chart::milliseconds(ending.logged_out);
    let done = chart::milliseconds(ending.done);
    let came = html! {
        p.wait {
            @if ending.back {
                "The visitor is logged in again: the record is back from the dead."
            } @else {
                "The visitor stays logged out: nothing was written after the logout."
            }
        }
        (chart::logout(ending))
        p.quiet {
            "Above the slow request, a bar from its load to its end at " (done) " ms (a thin line: "
            "it works, and has not loaded yet); below the logout, which deletes the record at "
            (out) " ms."
        }
    };
    whole(port, came, (Way::Naive, Keys::One), ending.care)
}

fn whole(port: u16, came: Markup, chosen: (Way, Keys), care: Care) -> Markup {
    let main = html! {
        h1 { (TITLE) }
        @if !came.0.is_empty() {
            div.card role="region" aria-label="What came of it" { (came) }
        }
        div.card {
            h2 { "Fifty requests at once" }
            (volley_form(chosen))
        }
        div.card {
            h2 { "A slow request against a logout" }
            (logout_form(care))
        }
    };
    page(port, TITLE, &main)
}

fn volley_form((chosen_way, chosen_keys): (Way, Keys)) -> Markup {
    html! {
        form method="post" action="/0380/fire" {
            fieldset.switches {
                legend { "How each request changes the record" }
                @for way in Way::ALL {
                    (choice("way", way.name(), way.explained(), way == chosen_way))
                }
            }
            fieldset.switches {
                legend { "Where it writes" }
                @for keys in Keys::BOTH {
                    (choice("keys", keys.name(), keys.explained(), keys == chosen_keys))
                }
            }
            button { "Fire " (SHOTS) }
        }
    }
}

fn logout_form(chosen: Care) -> Markup {
    html! {
        form method="post" action="/0380/logout" {
            fieldset.switches {
                legend { "How the slow request goes about it" }
                @for care in Care::BOTH {
                    (choice("care", care.name(), care.explained(), care == chosen))
                }
            }
            button { "Log out meanwhile" }
        }
    }
}

fn choice(name: &str, value: &str, explained: &str, chosen: bool) -> Markup {
    html! {
        label { input type="radio" name=(name) value=(value) checked[chosen]; " " (explained) }
    }
}

/// The drawing in numbers, in the order in which the requests came.
fn table(volley: &Volley) -> Markup {
    let mut shots: Vec<_> = volley.shots.iter().collect();
    shots.sort_by_key(|shot| shot.came);
    html! {
        details {
            summary { "The same as a table, in milliseconds" }
            div.scroll tabindex="0" role="region" aria-label="All requests" {
                table {
                    tr { th { "Request" } th { "Came" } th { "Loaded" } th { "Saved" } th { "Fate" } }
                    @for shot in shots {
                        tr {
                            td { (shot.number) }
                            td { (chart::milliseconds(shot.came)) }
                            td { (chart::milliseconds(shot.loaded)) }
                            td { (chart::milliseconds(shot.saved)) }
                            td { (chart::fate(shot.kept)) }
                        }
                    }
                }
            }
        }
    }
}

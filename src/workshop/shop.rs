//! The shop of exercise 0345: what it sells, and how it draws a cart. Nothing to write here.

use crate::page::page;
use maud::{Markup, html};
use std::collections::BTreeMap;

// ANCHOR: catalogue
/// What lies in a cart: how many of each article, by the article's id.
pub type Cart = BTreeMap<String, u8>;

/// Something to buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Article {
    /// Its id, as it stands in forms and addresses.
    pub id: &'static str,
    /// Its name, for people.
    pub name: &'static str,
    /// What one of it costs. Money is counted in cents, and so never rounded.
    pub cents: u64,
}

/// Everything that the shop sells.
#[rustfmt::skip]
pub const CATALOGUE: [Article; 3] = [
    Article { id: "fan", name: "Hand fan", cents: 435 },
    Article { id: "towel", name: "Towel", cents: 1999 },
    Article { id: "water", name: "Glass of water", cents: 29 },
];
// ANCHOR_END: catalogue

/// The page of `cart` in the copy on `port`, with what it costs and the forms to change it.
/// `refused` tells the visitor why the last order was not obeyed.
pub fn cart_page(port: u16, cart: &Cart, total_cents: u64, refused: Option<&str>) -> Markup {
    let main = html! {
        h1 { "Your cart" }
        @if let Some(why) = refused {
            p.problem role="alert" { (why) }
        }
        div.card {
            div.scroll tabindex="0" role="region" aria-labelledby="in-the-cart" {
                (cart_table(cart, total_cents))
            }
        }
        h2 { "On the shelf" }
        ul {
            @for article in &CATALOGUE {
                li { (article.name) ", " (money(article.cents)) (order_form(article)) }
            }
        }
    };
    page(port, "Your cart", &main)
}

// ANCHOR: table
fn cart_table(cart: &Cart, total_cents: u64) -> Markup {
    html! {
        table {
            caption #in-the-cart { "In the cart" }
            tr { th { "Article" } th { "Price" } th { "How many" } }
            @for article in &CATALOGUE {
                @if let Some(quantity) = cart.get(article.id) {
                    tr data-article=(article.id) data-quantity=(quantity) {
                        td { (article.name) }
                        td { (money(article.cents)) }
                        td { (change_form(article, *quantity)) }
                    }
                }
            }
            tr { th { "Total" } td data-total-cents=(total_cents) { (money(total_cents)) } td {} }
        }
    }
}
// ANCHOR_END: table

/// The field is one for text on purpose: a browser that checked the number itself would never
/// let you see whether the server does.
fn change_form(article: &Article, quantity: u8) -> Markup {
    html! {
        form method="post" action={ "/0345/items/" (article.id) } {
            label { span.spoken { (article.name) ": " } "Quantity "
                input name="quantity" value=(quantity) size="3" inputmode="numeric"
                    autocomplete="off";
            } " "
            button { "Change" }
        }
    }
}

fn order_form(article: &Article) -> Markup {
    html! {
        form method="post" action="/0345/items" {
            input type="hidden" name="article" value=(article.id);
            label { span.spoken { (article.name) ": " } "Quantity "
                input name="quantity" value="1" size="3" inputmode="numeric" autocomplete="off";
            } " "
            button { "Add" span.spoken { " " (article.name) } }
        }
    }
}

fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_are_shown_with_both_their_digits() {
        assert_eq!(money(29), "0.29");
        assert_eq!(money(1999), "19.99");
        assert_eq!(money(2004), "20.04");
    }

    #[test]
    fn a_cart_is_drawn_with_what_a_program_reads() {
        let cart = Cart::from([("towel".to_owned(), 2)]);
        let page = cart_page(41220, &cart, 3998, Some("No.")).into_string();
        assert!(page.contains(r#"<tr data-article="towel" data-quantity="2">"#));
        assert!(page.contains(r#"<td data-total-cents="3998">39.98</td>"#));
        assert!(page.contains(r#"role="alert">No.<"#));
        assert!(!page.contains(r#"data-article="fan""#));
    }
}

//! What the checks of exercise 0345 have in common: orders, and the cart that they look at.

use crate::grading::{
    Fault, Verdict,
    answer::Answer,
    browser::Browser,
    html::{self, Element},
};
use reqwest::StatusCode;

/// The page with the cart.
pub(super) const PATH: &str = "/0345";
/// What an order is answered that makes no sense.
pub(super) const REFUSED: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
/// What one of each article costs, in cents, as the walkthrough says.
pub(super) const PRICES: [(&str, u64); 3] = [("fan", 435), ("towel", 1999), ("water", 29)];

/// The cart, as a page shows it.
pub(super) struct Cart {
    /// Article and quantity of each row, sorted.
    pub(super) rows: Vec<(String, String)>,
    /// The total, as it stands there.
    pub(super) total: String,
}

/// Looks at the cart.
pub(super) async fn look(browser: &Browser) -> Result<Cart, Fault> {
    let answer = browser.get(PATH).await?.expect(StatusCode::OK)?;
    let elements = html::elements_within(&answer.text, "table");
    let mut rows: Vec<_> = elements.iter().filter_map(row).collect();
    rows.sort();
    let mut totals = elements.iter();
    let total = totals.find_map(|element| value(element, "data-total-cents"));
    let total = total.ok_or_else(|| {
        let came = "no attribute data-total-cents in a <table>";
        Fault::new(&answer.asked, came, "an element in the table that has it")
    })?;
    Ok(Cart { rows, total })
}

/// That the cart holds just these after the requests that `asked` tells of.
pub(super) async fn expect(browser: &Browser, asked: &str, rows: &[(&str, u8)]) -> Verdict {
    let row = |&(article, quantity): &(&str, u8)| (article.to_owned(), quantity.to_string());
    let mut expected: Vec<_> = rows.iter().map(row).collect();
    expected.sort();
    let cart = look(browser).await?;
    if cart.rows == expected {
        return Ok(());
    }
    let asked = format!("{asked}, then GET {PATH}");
    Err(Fault::new(asked, told(&cart.rows), told(&expected)))
}

/// Sends the form that adds.
pub(super) async fn add(browser: &Browser, article: &str, quantity: &str) -> Result<Answer, Fault> {
    let fields = [("article", article), ("quantity", quantity)];
    browser.submit("/0345/items", &fields).await
}

/// Sends the form that changes.
pub(super) async fn change(
    browser: &Browser,
    article: &str,
    quantity: &str,
) -> Result<Answer, Fault> {
    let path = format!("/0345/items/{article}");
    browser.submit(&path, &[("quantity", quantity)]).await
}

/// Adds what can be had, so that it is in the cart.
pub(super) async fn put(browser: &Browser, article: &str, quantity: u8) -> Verdict {
    let answer = add(browser, article, &quantity.to_string()).await?;
    answer.expect_obeyed(PATH)
}

fn row(element: &Element) -> Option<(String, String)> {
    let article = value(element, "data-article")?;
    Some((article, value(element, "data-quantity")?))
}

fn value(element: &Element, name: &str) -> Option<String> {
    let value = element.attribute(name)?;
    Some(html::printable(value, 40))
}

fn told(rows: &[(String, String)]) -> String {
    let told = |(article, quantity): &(String, String)| format!("{article} × {quantity}");
    match rows.iter().map(told).collect::<Vec<_>>().join(", ") {
        rows if rows.is_empty() => "an empty cart".into(),
        rows => format!("a cart with {rows}"),
    }
}

//! A run: a crawler and a reader visit the site, and what it costs is written down.

use super::{
    naive_store::Second,
    settings::{Expiry, Settings},
    site::{Cookie, Cost, Site},
};
use serde_json::{Value, json};

/// So many pages the crawler fetches, one a second.
pub(super) const CRAWLED: Second = 1_000;
/// The reader comes once in so many seconds.
const READER_EVERY: Second = 10;
/// So often there is a purge, and so often a point for the plots.
const PURGE_EVERY: Second = 60;
const POINT_EVERY: Second = 10;

/// What came of a run.
pub(super) struct Run {
    pub(super) points: Vec<Point>,
    pub(super) crawler: Cost,
    pub(super) reader: Cost,
    /// How often the reader came back to an empty cart.
    pub(super) carts_lost: u64,
}

/// The site at one moment.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Point {
    pub(super) records: u64,
    pub(super) bytes: u64,
    /// Records written and expiries moved since the beginning.
    pub(super) writes: u64,
}

/// Somebody with a browser.
#[derive(Default)]
struct Reader {
    cookie: Option<Cookie>,
    has_bought: bool,
}

impl Run {
    // ANCHOR: run
    pub(super) fn of(settings: Settings) -> Self {
        let (mut site, mut reader) = (Site::new(settings), Reader::default());
        let mut run = Self::begin();
        for now in 0..CRAWLED {
            // Whatever cookie a crawler is given, it never brings it back.
            run.crawler += site.answer(None, look, now).cost;
            if now.is_multiple_of(READER_EVERY) {
                reader.visit(&mut site, now, &mut run);
            }
            if settings.expiry == Expiry::Purged && now.is_multiple_of(PURGE_EVERY) {
                site.purge(now);
            }
            if (now + 1).is_multiple_of(POINT_EVERY) {
                run.note(&site);
            }
        }
        run
    }
    // ANCHOR_END: run

    fn begin() -> Self {
        Self {
            points: vec![Point::default()],
            crawler: Cost::default(),
            reader: Cost::default(),
            carts_lost: 0,
        }
    }

    fn note(&mut self, site: &Site) {
        self.points.push(Point {
            records: site.records(),
            bytes: site.bytes(),
            writes: self.all().writes(),
        });
    }

    /// The site when the crawler has gone.
    pub(super) fn end(&self) -> Point {
        self.points.last().copied().unwrap_or_default()
    }

    /// What both visitors cost together.
    pub(super) fn all(&self) -> Cost {
        let mut all = self.crawler;
        all += self.reader;
        all
    }
}

impl Reader {
    // ANCHOR: reader
    fn visit(&mut self, site: &mut Site, now: Second, run: &mut Run) {
        // A browser sends a cookie no longer than it was told to keep it.
        self.cookie.take_if(|cookie| {
            let over = |expires| expires <= now;
            cookie.expires.is_some_and(over)
        });
        let answer = site.answer(self.cookie.map(|cookie| cookie.id), buy, now);
        self.cookie = answer.set_cookie.or(self.cookie);
        run.carts_lost += u64::from(self.has_bought && !answer.found_cart);
        self.has_bought = true;
        run.reader += answer.cost;
    }
    // ANCHOR_END: reader
}

/// The crawler's handler: it only looks.
fn look(_: &mut Value) {}

/// The reader's: whoever has no cart gets one with a book in it.
fn buy(session: &mut Value) {
    if session["cart"].is_null() {
        session["cart"] = json!(["a book"]);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::settings::LIFETIME, *};

    const VISITS: u64 = (CRAWLED / READER_EVERY) as u64;

    /// As Express, but for what the query says.
    fn run(query: &str) -> Run {
        let query = format!("{query}&saveUninitialized=true");
        Run::of(Settings::from_query(&query).unwrap())
    }

    #[test]
    fn a_crawler_leaves_a_thousand_records_or_none() {
        let leaky = run("");
        assert_eq!(leaky.end().records, 1_001);
        assert_eq!((leaky.crawler.saves, leaky.crawler.cookies), (1_000, 1_000));
        let tidy = run("saveUninitialized=false");
        assert_eq!(tidy.end().records, 1);
        assert_eq!(tidy.crawler, Cost::default());
        assert_eq!(leaky.points.len(), 101);
        assert!(leaky.points[50].bytes > 100 * tidy.points[50].bytes);
    }

    #[test]
    fn resave_and_rolling_cost_with_visitors_who_come_back() {
        let (resaved, touched) = (run("").reader, run("resave=false").reader);
        assert_eq!((resaved.saves, resaved.touches), (VISITS, 0));
        assert_eq!((touched.saves, touched.touches), (1, VISITS - 1));
        assert_eq!(resaved.bytes, VISITS * touched.bytes);
        assert_eq!(
            (run("").reader.cookies, run("rolling=true").reader.cookies),
            (1, VISITS)
        );
        assert_eq!(run("resave=false&rolling=true").crawler, run("").crawler);
    }

    #[test]
    fn expiry_alone_leaves_the_crawler_s_records_and_a_purge_removes_them() {
        assert!(run("expiry=asked&rolling=true").end().records > 1_000);
        let purged = run("expiry=purge&rolling=true");
        let most = purged.points.iter().map(|point| point.records).max();
        assert!(most.is_some_and(|most| most <= u64::from(LIFETIME + PURGE_EVERY + 1)));
        assert_eq!(purged.carts_lost, 0);
    }

    #[test]
    fn a_cookie_that_is_not_set_again_ends_although_it_is_used() {
        let lost = run("expiry=purge").carts_lost;
        assert_eq!(lost, u64::from((CRAWLED - 1) / LIFETIME));
        assert_eq!(run("expiry=purge&rolling=true").carts_lost, 0);
        assert_eq!(run("").carts_lost, 0);
    }

    #[test]
    fn a_second_process_knows_nothing_of_the_first_one_s_sessions() {
        let two = run("processes=2&saveUninitialized=false");
        assert_eq!(two.carts_lost, VISITS - 1);
        assert_eq!(two.end().records, VISITS);
    }
}

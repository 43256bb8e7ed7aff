//! Check: the total is exact, to the cent.

use super::cart::{PRICES, look, put};
use crate::grading::{Check, Fault, Probe, Run, Verdict};

/// So many of each article. Whoever counts in fractions of a whole coin loses a cent at the
/// first one: no binary fraction is 0.29.
const CARTS: [[u8; 3]; 3] = [[0, 0, 1], [3, 7, 12], [99, 99, 99]];

pub(super) const CHECK: Check = Check {
    id: "0345-total",
    title: "the total is exact, to the cent",
    lesson: 345,
    section: "The page",
    weight: 2,
    run: Run::Copy(|probe| Box::pin(run(probe))),
};

async fn run(probe: &Probe) -> Verdict {
    for quantities in CARTS {
        let browser = probe.browser();
        let (mut expected, mut asked) = (0, Vec::new());
        for ((article, cents), quantity) in PRICES.into_iter().zip(quantities) {
            if quantity > 0 {
                put(&browser, article, quantity).await?;
                expected += cents * u64::from(quantity);
                asked.push(format!("{quantity} of {article}"));
            }
        }
        let (total, expected) = (look(&browser).await?.total, expected.to_string());
        if total != expected {
            let asked = format!("adding {}, then GET /0345", asked.join(", "));
            let shown = [total, expected].map(|total| format!("data-total-cents=\"{total}\""));
            let [came, expected] = shown;
            return Err(Fault::new(asked, came, expected));
        }
    }
    Ok(())
}

//! Foreign words made safe for a spreadsheet, wherever a table is given out as CSV.

/// A spreadsheet takes what begins with one of these for a formula, and obeys it.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// `text` as a cell that is text to every spreadsheet.
pub fn cell(text: &str) -> String {
    match text.starts_with(FORMULAS) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_obey_becomes_text() {
        for formula in ["=1+1", "+1", "-1", "@sum", "\t=1", "\r=1"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        for text in ["", "Ann", "a=b", "'=1", "Lee, Ann"] {
            assert_eq!(cell(text), text);
        }
    }
}

//! Which column of a file holds what: the first line says so, in any order.

use super::COLUMNS;
use csv::StringRecord;

/// A field that is wrong: in which column of the file, counted from 0, and why.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) column: usize,
    pub(super) what: String,
}

impl Wrong {
    pub(super) fn new(column: usize, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { column, what }
    }
}

/// Where in the file each of [`COLUMNS`] stands.
#[derive(Debug)]
pub(super) struct Columns([usize; COLUMNS.len()]);

impl Columns {
    /// The columns that the first line names: all of ours, once each, and no other.
    pub(super) fn named(first_line: &StringRecord) -> Result<Self, Wrong> {
        let mut places = [None; COLUMNS.len()];
        for (place, name) in first_line.iter().enumerate() {
            let known = COLUMNS.iter().position(|known| *known == name.trim());
            let known = known.ok_or_else(|| Wrong::new(place, unknown(name)))?;
            if let Some(first) = places[known].replace(place) {
                let what = format!("it is column {} already", first + 1);
                return Err(Wrong::new(place, what));
            }
        }
        let mut columns = [0; COLUMNS.len()];
        for ((column, place), name) in columns.iter_mut().zip(places).zip(COLUMNS) {
            let missing = || Wrong::new(first_line.len(), format!("`{name}` is missing"));
            *column = place.ok_or_else(missing)?;
        }
        Ok(Self(columns))
    }

    /// Where the column `name`, which is one of [`COLUMNS`], stands.
    pub(super) fn place(&self, name: &str) -> usize {
        let known = COLUMNS.iter().position(|known| *known == name);
        self.0[known.expect("only columns of ours are asked for")]
    }

    /// The name of the column at `place`.
    pub(super) fn name(&self, place: usize) -> Option<&'static str> {
        let known = self.0.iter().position(|column| *column == place)?;
        Some(COLUMNS[known])
    }
}

fn unknown(name: &str) -> String {
    let quoted: String = name.trim().chars().take(40).collect();
    if name.contains([';', '\t']) {
        return format!("`{quoted}`: the columns are not separated by commas");
    }
    format!(
        "`{quoted}` is no column of a roster; those are {}",
        COLUMNS.join(", ")
    )
}

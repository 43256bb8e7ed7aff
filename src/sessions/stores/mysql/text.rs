//! Values as MySQL's and MariaDB's own text, for several statements in one round trip, which know
//! no placeholders.
//!
//! Nothing here needs escaping, whatever the server's `sql_mode`: ids and names of locks are of
//! letters, digits, `-`, `_` and blanks, and everything else is written in digits.

use super::in_utc;
use crate::sessions::stores::Row;
use std::fmt::{self, Display, Formatter, Write};
use time::OffsetDateTime;

/// Bytes, such as `x'00ff'`.
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

/// A moment for a `DATETIME(6)`, such as `'2026-07-01 12:00:00.000000'`: in UTC.
pub(super) struct Moment(pub(super) OffsetDateTime);

impl Display for Bytes<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
        f.write_str("x'")?;
        for byte in self.0 {
            f.write_char(digit(byte >> 4))?;
            f.write_char(digit(byte & 15))?;
        }
        f.write_str("'")
    }
}

impl Display for Moment {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let moment = in_utc(self.0);
        let (date, time) = (moment.date(), moment.time());
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        let (hour, minute, second, micro) = time.as_hms_micro();
        write!(
            f,
            "'{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{micro:06}'"
        )
    }
}

/// Writes these sessions, each over the version that it was made from.
pub(super) fn updating(table: &str, rows: &[&Row]) -> String {
    let ids: Vec<_> = rows.iter().map(|row| row.id.to_string()).collect();
    let rows = || rows.iter().zip(&ids);
    let each = |column: &str, value: &dyn Fn(&Row) -> String| {
        if let [(row, _)] = rows().collect::<Vec<_>>()[..] {
            return format!("{column} = {}", value(row));
        }
        let case = |(row, id): (&&Row, &String)| format!(" WHEN '{id}' THEN {}", value(row));
        format!(
            "{column} = CASE id{} END",
            rows().map(case).collect::<String>()
        )
    };
    let data = each("data", &|row| Bytes(&row.session.data).to_string());
    let expiry = each("expiry_date", &|row| Moment(row.session.expiry).to_string());
    let version = each("version", &|row| row.session.version.0.to_string());
    let found = rows().map(|(row, id)| {
        let (over, new) = (row.over.0, row.session.version.0);
        format!("(id = '{id}' AND version IN ({over}, {new}))")
    });
    let found = found.collect::<Vec<_>>().join(" OR ");
    // The index named: a small table would be read, and locked, as a whole.
    format!("UPDATE {table} FORCE INDEX (PRIMARY) SET {data}, {expiry}, {version} WHERE {found}")
}

/// What `form` makes of each, with commas between.
pub(super) fn listed<T>(items: &[T], form: impl Fn(&T) -> String) -> String {
    items.iter().map(form).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::stores::{StoredSession, Version};
    use time::{Duration, UtcOffset, macros::datetime};
    use tower_sessions::session::Id;

    fn row(id: i128, data: &[u8]) -> Row {
        let session = StoredSession {
            data: data.to_vec(),
            expiry: datetime!(2026-07-01 12:00 UTC),
            version: Version(7),
        };
        let (id, over) = (Id(id), Version(6));
        Row { id, session, over }
    }

    #[test]
    fn bytes_are_digits_whatever_they_are() {
        let all: Vec<u8> = (0..=255).collect();
        let text = Bytes(&all).to_string();
        assert!(text.starts_with("x'000102") && text.ends_with("fdfeff'"));
        assert_eq!(text.len(), 2 * 256 + 3);
        assert_eq!(Bytes(b"").to_string(), "x''");
        assert_eq!(Bytes(b"'\\\0").to_string(), "x'275c00'");
    }

    #[test]
    fn a_moment_is_in_utc_and_to_the_microsecond() {
        let moment = datetime!(2026-07-01 00:30:05.000_042_9 UTC);
        let expected = "'2026-07-01 00:30:05.000042'";
        assert_eq!(Moment(moment).to_string(), expected);
        let east = moment.to_offset(UtcOffset::from_hms(5, 45, 0).unwrap());
        assert_eq!(Moment(east).to_string(), expected);
        let early = datetime!(0987-01-02 00:00 UTC) + Duration::ZERO;
        assert_eq!(Moment(early).to_string(), "'0987-01-02 00:00:00.000000'");
    }

    #[test]
    fn one_session_is_written_plainly_and_several_by_their_ids() {
        let (one, other) = (row(1, b"a"), row(2, b"b"));
        let expected = "UPDATE t FORCE INDEX (PRIMARY) SET data = x'61', \
                        expiry_date = '2026-07-01 12:00:00.000000', version = 7 \
                        WHERE (id = 'AAAAAAAAAAAAAAAAAAAAAQ' AND version IN (6, 7))";
        let plain = updating("t", &[&one]);
        assert!(plain.starts_with(&expected[..100]), "{plain}");
        assert!(plain.ends_with(" AND version IN (6, 7))"), "{plain}");
        let several = updating("t", &[&one, &other]);
        let (id, second) = (one.id.to_string(), other.id.to_string());
        let data = format!("data = CASE id WHEN '{id}' THEN x'61' WHEN '{second}' THEN x'62' END");
        assert!(several.contains(&data), "{several}");
        assert!(several.contains(&format!(" OR (id = '{second}' AND version IN (6, 7))")));
    }
}

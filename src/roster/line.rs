//! One line of a roster: each field parsed, and refused where it stands.

use super::{
    COLUMNS, Student,
    columns::{Columns, Wrong},
};
use crate::identity::{Port, PortError};
use csv::StringRecord;
use reqwest::Url;
use std::net::Ipv6Addr;

/// Longer than any name, and than a host name may be.
const LONGEST: usize = 255;

/// The student of whom `record` tells.
pub(super) fn student(record: &StringRecord, columns: &Columns) -> Result<Student, Wrong> {
    refuse_controls(record)?;
    if record.len() != COLUMNS.len() {
        let (found, all) = (record.len(), COLUMNS.len());
        let what = format!("there are {found} fields, and the first line has {all}");
        return Err(Wrong::new(found.min(all), what));
    }
    let text = |name| text(record, columns.place(name));
    let port = |name| -> Result<Port, Wrong> {
        let wrong = |error: PortError| Wrong::new(columns.place(name), format!("{error}"));
        text(name)?.parse().map_err(wrong)
    };
    let (student, host) = (text("student")?, text("host")?);
    if student.is_empty() {
        let what = "it is empty; it is what the school knows this student by";
        return Err(Wrong::new(columns.place("student"), what));
    }
    if !is_host(&host) {
        let what = format!("`{host}` is neither a host name nor an address");
        return Err(Wrong::new(columns.place("host"), what));
    }
    Ok(Student {
        student,
        name: text("name")?,
        email: text("email")?,
        host,
        sandbox: port("sandbox")?,
        production: port("production")?,
    })
}

/// Lines' ends before all else: behind a quotation mark that was left open, nothing fits.
fn refuse_controls(record: &StringRecord) -> Result<(), Wrong> {
    let odd = |field: &str| field.trim().chars().any(char::is_control);
    let Some(place) = record.iter().position(odd) else {
        return Ok(());
    };
    let what = "it holds a line's end or another control character; is a quotation mark open?";
    Err(Wrong::new(place, what))
}

/// The field at `place`, without the spaces around it.
fn text(record: &StringRecord, place: usize) -> Result<String, Wrong> {
    let text = record.get(place).unwrap_or_default().trim();
    if text.len() > LONGEST {
        let what = format!("it is longer than {LONGEST} bytes");
        return Err(Wrong::new(place, what));
    }
    Ok(text.to_owned())
}

/// Whether `host` and nothing more stands in the address that is made of it.
fn is_host(host: &str) -> bool {
    let bare = host.parse::<Ipv6Addr>().is_ok();
    let odd = |c: char| c.is_whitespace() || "/\\?#@:[]".contains(c);
    let url = Url::parse(&format!("https://{host}:1/"));
    bare || (!host.is_empty() && !host.contains(odd) && url.is_ok_and(|url| url.has_host()))
}

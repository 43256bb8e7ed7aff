//! How long a session lives: an hour since its last use, and twelve hours in all.

use time::{Duration, OffsetDateTime};

/// Without a request for so long, a session is over.
pub const IDLE: Duration = Duration::HOUR;
/// However busy, a session is over so long after it began: a stolen cookie ends some day.
pub const ABSOLUTE: Duration = Duration::hours(12);
/// Reading extends a session at most so often, so that reads rarely write.
const TOUCH_INTERVAL: Duration = Duration::MINUTE;

/// When a session that began at `created` and is used at `now` is to expire.
pub(super) fn expiry(created: OffsetDateTime, now: OffsetDateTime) -> OffsetDateTime {
    (now + IDLE).min(created + ABSOLUTE)
}

/// The later expiry to write for a session that was only read, if it is time to write one.
pub(super) fn extension(
    created: OffsetDateTime,
    current: OffsetDateTime,
    now: OffsetDateTime,
) -> Option<OffsetDateTime> {
    let later = expiry(created, now);
    (later - current >= TOUCH_INTERVAL).then_some(later)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn a_session_in_use_expires_an_hour_later_but_never_after_twelve() {
        assert_eq!(expiry(START, START), START + IDLE);
        let at = START + Duration::minutes(30);
        assert_eq!(expiry(START, at), at + IDLE);
        let late = START + Duration::minutes(11 * 60 + 30);
        assert_eq!(expiry(START, late), START + ABSOLUTE);
    }

    #[test]
    fn reading_extends_at_most_once_a_minute() {
        let current = START + IDLE;
        assert_eq!(
            extension(START, current, START + Duration::seconds(59)),
            None
        );
        let minute = START + Duration::MINUTE;
        assert_eq!(extension(START, current, minute), Some(minute + IDLE));
    }

    #[test]
    fn near_the_absolute_limit_reading_extends_no_more() {
        let end = START + ABSOLUTE;
        assert_eq!(extension(START, end, end - Duration::minutes(5)), None);
    }
}

//! How fast expired sessions may go, without those who came for a page having to wait.

/// What one step of a purge may take, and how long it rests afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// At most so many sessions in one statement, which holds locks for which visitors wait.
    pub rows: u32,
    /// So many times as long as the statement took.
    pub rest: u32,
}

impl Pace {
    /// Half of the time belongs to the visitors.
    pub const STEADY: Self = Self { rows: 500, rest: 1 };
}

//! A student's two copies of one program, as a check knows them.

use super::probe::Probe;

/// The copies that belong together.
#[derive(Debug, Clone)]
pub struct Copies {
    /// The one to try things out in.
    pub sandbox: Probe,
    /// The one that is to be left alone, if it is known.
    pub production: Option<Probe>,
}

impl Copies {
    /// A single copy, without any other that it could be mixed up with.
    pub fn single(sandbox: Probe) -> Self {
        let production = None;
        Self {
            sandbox,
            production,
        }
    }
}

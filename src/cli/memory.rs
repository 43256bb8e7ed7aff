//! The process keeps its memory to itself.
//!
//! A server that signs holds its keys in memory, so whatever writes that memory down writes the
//! keys down: a core dump in a student's folder, or in a collector of the host, where others look.

/// No core dump of this process, whatever the host does with dumps, and no debugger or reader of
/// `/proc/PID/mem` but root's.
///
/// An error is not told: a system that knows no such limit makes no such dump either.
#[cfg(unix)]
pub(super) fn keep_private() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    // The limit does not hold where the kernel pipes dumps into a program (core(5)).
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Where there are no such dumps.
#[cfg(not(unix))]
pub(super) fn keep_private() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};

    #[test]
    fn afterwards_nothing_is_dumped() {
        keep_private();
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
    }
}

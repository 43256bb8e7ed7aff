//! The file `.port`: one decimal port, which decides everything else.

use super::{Options, Refusal, files};
use crate::identity::Port;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener},
    num::NonZeroU16,
    path::Path,
};

/// The port of a private trial, when it is free.
pub const TRIAL_PORT: Port = Port::from_non_zero(NonZeroU16::new(8443).expect("it is not zero"));

const PORT_FILE: &str = ".port";

/// Which port this copy serves, and by what right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// By a `.port` file, a flag or the environment: served on all interfaces.
    Assigned(Port),
    /// Nobody assigned one: loopback only, so that no classmate's port is taken.
    Trial(Port),
}

impl Assignment {
    /// The port itself.
    pub fn port(self) -> Port {
        match self {
            Self::Assigned(port) | Self::Trial(port) => port,
        }
    }

    /// The same, but a trial whose port is taken gets a free one.
    ///
    /// # Errors
    /// When there is no free port at all.
    pub fn with_free_port(self) -> Result<Self, Refusal> {
        match self {
            Self::Assigned(_) => Ok(self),
            Self::Trial(port) => free_port(port).map(Self::Trial),
        }
    }

    /// Whether this is a private trial.
    pub fn is_trial(self) -> bool {
        matches!(self, Self::Trial(_))
    }
}

/// The port of this copy: from the flag or environment, from `.port`, or of a private trial.
///
/// # Errors
/// A port that is none, with the file and the line where it stands.
pub fn assignment(options: &Options) -> Result<Assignment, Refusal> {
    if let Some(text) = &options.port {
        let port = text.trim().parse().map_err(|error| {
            let problem = format!("--port (or SWEATBOX_PORT): {error}");
            Refusal::new(problem, "sweatbox --port 41220, with your own port")
        })?;
        return Ok(Assignment::Assigned(port));
    }
    match read(Path::new(PORT_FILE))? {
        Some(port) => Ok(Assignment::Assigned(port)),
        None => Ok(Assignment::Trial(TRIAL_PORT)),
    }
}

fn read(path: &Path) -> Result<Option<Port>, Refusal> {
    files::read_text(path)?
        .map(|text| port_in(&text, path))
        .transpose()
}

/// The port in `text`, which stands in the file `path`.
///
/// # Errors
/// No port, a second one, or a word that is none: with its line.
pub fn port_in(text: &str, path: &Path) -> Result<Port, Refusal> {
    let path = path.display();
    let refuse = |place: String, what: String| {
        let mend = format!("echo 41220 > {path}, with the port that you were assigned");
        Refusal::new(format!("{path}{place}: {what}"), mend)
    };
    let mut found = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default();
        for word in line.split_whitespace() {
            let port = word
                .parse()
                .map_err(|error| refuse(format!(", line {number}"), format!("{error}")))?;
            if let Some(first) = found.replace(port) {
                let what = format!("a second port, {port}, after {first}; allowed is one");
                return Err(refuse(format!(", line {number}"), what));
            }
        }
    }
    found.ok_or_else(|| {
        let what = "no port in it; allowed is one decimal number from 1 to 65535";
        refuse(String::new(), what.into())
    })
}

/// `wanted` or, taken on either loopback address, a free one.
fn free_port(wanted: Port) -> Result<Port, Refusal> {
    // Only probed here and bound again later: everything else is checked before a port opens.
    if !is_taken(wanted) {
        return Ok(wanted);
    }
    let free =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    let free = free.ok().and_then(|address| Port::new(address.port()));
    free.ok_or_else(|| {
        let mend = "ask the administrator of this host";
        Refusal::new("no free port on 127.0.0.1", mend)
    })
}

fn is_taken(port: Port) -> bool {
    let loopback = [
        IpAddr::from(Ipv4Addr::LOCALHOST),
        Ipv6Addr::LOCALHOST.into(),
    ];
    // An address that this host does not have is not taken.
    let taken = |address| match TcpListener::bind((address, port.number())) {
        Err(error) => error.kind() == io::ErrorKind::AddrInUse,
        Ok(_) => false,
    };
    loopback.into_iter().any(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<u16, String> {
        port_in(text, Path::new(".port"))
            .map(Port::number)
            .map_err(|refusal| refusal.problem)
    }

    #[test]
    fn white_space_and_comments_are_ignored() {
        for text in [
            "41220",
            "41220\n",
            "  41220\r\n",
            "\n\n\t41220 # mine\n",
            "# sandbox\n41220\n# end",
        ] {
            assert_eq!(parsed(text), Ok(41220), "{text:?}");
        }
    }

    #[test]
    fn a_wrong_port_is_named_with_its_line_and_what_is_allowed() {
        let allowed = "is not a port; allowed is one decimal number from 1 to 65535";
        for (text, line, word) in [
            ("x", 1, "x"),
            ("# mine\n70000\n", 2, "70000"),
            ("\n\n0", 3, "0"),
            ("41220x", 1, "41220x"),
            ("\u{feff}41220", 1, "\u{feff}41220"),
        ] {
            let expected = format!(".port, line {line}: `{word}` {allowed}");
            assert_eq!(parsed(text), Err(expected));
        }
    }

    #[test]
    fn two_ports_in_one_file_are_refused() {
        let expected = ".port, line 2: a second port, 41221, after 41220; allowed is one";
        assert_eq!(parsed("41220\n41221\n"), Err(expected.into()));
    }

    #[test]
    fn a_file_without_a_port_is_refused() {
        let expected = ".port: no port in it; allowed is one decimal number from 1 to 65535";
        for text in ["", "\n \n", "# nothing yet"] {
            assert_eq!(parsed(text), Err(expected.into()));
        }
    }
}

//! Listening sockets, and what to say when the port is taken.

use crate::{
    config::{Assignment, Refusal},
    identity::Port,
};
use socket2::{Domain, Protocol, Socket, Type};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener},
};

/// Connections that the kernel keeps for us while we are busy accepting others.
const BACKLOG: i32 = 1024;

/// Opens the port: on `addresses`, or without any on all interfaces, for a trial on loopback.
///
/// # Errors
/// The port is taken, by whom as far as it can be known, or may not be used.
pub fn listen(addresses: &[IpAddr], assignment: Assignment) -> Result<Vec<TcpListener>, Refusal> {
    let port = assignment.port();
    let loopback: &[IpAddr] = &[Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    match (addresses, assignment) {
        ([], Assignment::Trial(_)) => open_all(loopback, port, IpAddr::is_ipv6),
        // One socket for both families: with two, another user could hold the second one.
        ([], Assignment::Assigned(_)) => open(Ipv6Addr::UNSPECIFIED.into(), port)
            .or_else(|error| match is_missing_family(&error) {
                true => open(Ipv4Addr::UNSPECIFIED.into(), port),
                false => Err(error),
            })
            .map(|listener| vec![listener])
            .map_err(|error| refusal(port, &error)),
        (addresses, _) => open_all(addresses, port, |_| false),
    }
}

/// Opens all of `ports`, each as [`listen`] opens an assigned one, or none of them.
///
/// # Errors
/// Every port that cannot be opened, in one refusal: whoever has to move them moves them once.
pub fn listen_on_all(
    addresses: &[IpAddr],
    ports: &BTreeSet<Port>,
) -> Result<BTreeMap<Port, Vec<TcpListener>>, Refusal> {
    let mut opened = BTreeMap::new();
    let mut refused = Vec::new();
    for port in ports {
        match listen(addresses, Assignment::Assigned(*port)) {
            Ok(listeners) => drop(opened.insert(*port, listeners)),
            Err(refusal) => refused.push(refusal),
        }
    }
    match &refused[..] {
        [] => Ok(opened),
        [one] => Err(one.clone()),
        many => {
            let problems = many
                .iter()
                .map(|refusal| format!("\n  {}", refusal.problem));
            let problems: String = problems.collect();
            let (count, all) = (many.len(), ports.len());
            Err(Refusal::new(
                format!("{count} of {all} ports cannot be opened:{problems}"),
                "`ss -ltnp` shows what listens there; stop it, or take other ports",
            ))
        }
    }
}

/// All of `addresses` or none; an address that `optional` allows may be unknown to this host.
fn open_all(
    addresses: &[IpAddr],
    port: Port,
    optional: impl Fn(&IpAddr) -> bool,
) -> Result<Vec<TcpListener>, Refusal> {
    let mut listeners = Vec::new();
    for address in addresses {
        match open(*address, port) {
            Ok(listener) => listeners.push(listener),
            Err(error) if optional(address) && is_missing_family(&error) => {}
            Err(error) => return Err(refusal(port, &error)),
        }
    }
    Ok(listeners)
}

fn open(address: IpAddr, port: Port) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address((address, port.number()).into()),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        socket.set_only_v6(!address.is_unspecified())?;
    }
    // A restart need not wait for the old connections' TIME_WAIT to pass.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::new(address, port.number()).into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// This host has no IPv6, or not the one that was asked for.
fn is_missing_family(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported
    ) || error.raw_os_error() == Some(97) // EAFNOSUPPORT on Linux
}

fn refusal(port: Port, error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::AddrInUse => Refusal::new(
            format!("port {port} is taken{}", holder_of(port)),
            format!(
                "`ss -ltnp 'sport = :{port}'` shows your own program there; stop it. If it is \
                 not yours, compare your assigned port with the one in .port"
            ),
        ),
        io::ErrorKind::PermissionDenied => Refusal::new(
            format!("port {port} may not be opened: {error}"),
            "use the port that you were assigned; those below 1024 belong to the system",
        ),
        _ => Refusal::new(
            format!("port {port} cannot be opened: {error}"),
            "see the addresses of this host with `ip addr`, and --bind",
        ),
    }
}

/// Who listens on `port`, as far as the kernel tells: to be put behind "port … is taken".
fn holder_of(port: Port) -> String {
    match (listening_user(port), own_user()) {
        (Some(holder), Some(own)) if holder == own => {
            " by a program of yours: another copy, perhaps in another folder?".into()
        }
        (Some(holder), Some(_)) => {
            format!(" by another user of this host (uid {holder}; `getent passwd {holder}`)")
        }
        _ => ": by another copy of yours, or on somebody else's port?".into(),
    }
}

/// The user id in the kernel's table of sockets, which everybody may read.
fn listening_user(port: Port) -> Option<u32> {
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .find_map(|table| table.lines().find_map(|line| user_in(line, port)))
}

/// `sl local_address rem_address st tx:rx tr:when retrnsmt uid …`, numbers in hexadecimal,
/// state `0A` for a listening socket (proc(5)).
fn user_in(line: &str, port: Port) -> Option<u32> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let local = fields.get(1)?.rsplit(':').next()?;
    let listens = *fields.get(3)? == "0A";
    let same = u16::from_str_radix(local, 16).ok()? == port.number();
    (listens && same).then(|| fields.get(7)?.parse().ok())?
}

fn own_user() -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        fs::metadata("/proc/self")
            .ok()
            .map(|metadata| metadata.uid())
    }
    #[cfg(not(unix))]
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "   1: 0100007F:A104 00000000:0000 0A 00000000:00000000 00:00000000 \
                        00000000  1003        0 35291 1 0000000000000000 100 0 0 10 0";

    #[test]
    fn the_kernel_s_table_tells_who_listens() {
        assert_eq!(user_in(LINE, Port::new(0xA104).unwrap()), Some(1003));
        assert_eq!(user_in(LINE, Port::new(0xA105).unwrap()), None);
        let connected = LINE.replace(" 0A ", " 01 ");
        assert_eq!(user_in(&connected, Port::new(0xA104).unwrap()), None);
        assert_eq!(
            user_in(
                "  sl  local_address rem_address   st",
                Port::new(1).unwrap()
            ),
            None
        );
    }
}

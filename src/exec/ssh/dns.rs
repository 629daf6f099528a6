//! Addresses of a name as the confined ssh would find them: `/etc/hosts`, then the name servers of
//! `/etc/resolv.conf`. Asked only under a recorded decision, and so that what was judged is what is connected to.

use crate::withdrawal::Withdrawal;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    rand::{GetRandomFlags, getrandom},
};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

const TYPE_A: u16 = 1;
const TYPE_AAAA: u16 = 28;
const TYPE_OPT: u16 = 41;
const INTERNET: u16 = 1;
const PORT: u16 = 53;
/// Largest answer that is asked for (RFC 6891), and taken.
const MAX_ANSWER: u16 = 4096;
/// Name servers and search domains that are tried.
const MAX_SERVERS: usize = 3;
const MAX_DOMAINS: usize = 6;
/// Times that each server is asked.
const ATTEMPTS: u32 = 2;
/// Time for one answer.
const PATIENCE: Duration = Duration::from_secs(3);
const NO_SUCH_NAME: u8 = 3;

/// What `/etc/resolv.conf` says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Resolver {
    servers: Vec<SocketAddr>,
    domains: Vec<String>,
    /// Dots from which on a name is tried as it stands first.
    dots: usize,
}

/// All addresses of a name; none where it has none or nobody knows, or the call was taken back.
pub(super) fn addresses(name: &str, deadline: Instant, withdrawal: &Withdrawal) -> Vec<IpAddr> {
    let text = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let named = super::address::named(&text("/etc/hosts"), name);
    if !named.is_empty() {
        return named;
    }
    let resolver = read(&text("/etc/resolv.conf"));
    for full in resolver.candidates(name) {
        let mut found = Vec::new();
        for kind in [TYPE_A, TYPE_AAAA] {
            found.extend(
                resolver
                    .ask(&full, kind, deadline, withdrawal)
                    .unwrap_or_default(),
            );
        }
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The first address that there is a way to; connecting a datagram socket sends nothing.
pub(super) fn reachable(addresses: &[IpAddr], port: u16) -> Option<IpAddr> {
    let way = |address: &&IpAddr| socket_to(SocketAddr::new(**address, port)).is_some();
    addresses.iter().find(way).or(addresses.first()).copied()
}

fn socket_to(to: SocketAddr) -> Option<UdpSocket> {
    let any: IpAddr = match to {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(to).ok()?;
    Some(socket)
}

fn read(text: &str) -> Resolver {
    let mut resolver = Resolver {
        servers: Vec::new(),
        domains: Vec::new(),
        dots: 1,
    };
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("nameserver") => resolver.servers.extend(
                words
                    .next()
                    .and_then(|word| word.parse().ok())
                    .map(|address: IpAddr| SocketAddr::new(address, PORT)),
            ),
            // The last of these holds.
            Some("search" | "domain") => resolver.domains = words.map(str::to_owned).collect(),
            Some("options") => {
                for dots in words.filter_map(|word| word.strip_prefix("ndots:")?.parse().ok()) {
                    resolver.dots = dots;
                }
            }
            Some(_) | None => {}
        }
    }
    if resolver.servers.is_empty() {
        resolver
            .servers
            .push(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), PORT));
    }
    resolver.servers.truncate(MAX_SERVERS);
    resolver.domains.truncate(MAX_DOMAINS);
    resolver
}

impl Resolver {
    /// The names to try, in their order.
    fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(absolute) = name.strip_suffix('.') {
            return vec![absolute.to_owned()];
        }
        let mut out: Vec<String> = self
            .domains
            .iter()
            .map(|domain| format!("{name}.{}", domain.trim_matches('.')))
            .collect();
        let dots = name.bytes().filter(|byte| *byte == b'.').count();
        let at = if dots >= self.dots { 0 } else { out.len() };
        out.insert(at, name.to_owned());
        out
    }

    /// The addresses of one kind, none where no server answers.
    fn ask(&self, name: &str, kind: u16, deadline: Instant, withdrawal: &Withdrawal) -> Option<Vec<IpAddr>> {
        for _ in 0..ATTEMPTS {
            for server in &self.servers {
                let answered = ask_one(*server, name, kind, deadline, withdrawal);
                if answered.is_some() {
                    return answered;
                }
            }
        }
        None
    }
}

fn ask_one(
    server: SocketAddr,
    name: &str,
    kind: u16,
    deadline: Instant,
    withdrawal: &Withdrawal,
) -> Option<Vec<IpAddr>> {
    let mut id = [0u8; 2];
    getrandom(&mut id, GetRandomFlags::empty()).ok()?;
    let query = query(id, name, kind)?;
    let socket = socket_to(server)?;
    socket.send(&query).ok()?;
    let end = deadline.min(Instant::now() + PATIENCE);
    let mut buffer = vec![0u8; usize::from(MAX_ANSWER)];
    loop {
        let left = end.checked_duration_since(Instant::now())?;
        let left = Timespec::try_from(left).ok()?;
        let told = withdrawal.told();
        let mut wanted = vec![PollFd::new(&socket, PollFlags::IN)];
        wanted.extend(told.as_ref().map(|told| PollFd::new(told, PollFlags::IN)));
        if poll(&mut wanted, Some(&left)).ok()? == 0 || withdrawal.is_given() {
            return None;
        }
        let got = socket.recv(&mut buffer).ok()?;
        // Anything that is no answer to this question is passed over.
        if let Some(found) = parse(buffer.get(..got)?, &query, kind) {
            return found;
        }
    }
}

/// A query (RFC 1035), with room for long answers.
fn query(id: [u8; 2], name: &str, kind: u16) -> Option<Vec<u8>> {
    let mut out = id.to_vec();
    // Recursion desired; one question; one additional record.
    out.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
    for label in name.split('.') {
        let length = u8::try_from(label.len())
            .ok()
            .filter(|len| (1..=63).contains(len))?;
        out.push(length);
        out.extend(label.bytes());
    }
    out.push(0);
    out.extend(kind.to_be_bytes());
    out.extend(INTERNET.to_be_bytes());
    out.push(0);
    out.extend(TYPE_OPT.to_be_bytes());
    out.extend(MAX_ANSWER.to_be_bytes());
    out.extend([0; 6]);
    Some(out)
}

/// The end of the question in a query: what stands behind it is the additional record.
const ADDITIONAL: usize = 11;
const HEADER: usize = 12;

/// The addresses of an answer to `query`. None where it is no answer to it; an inner none where the server failed.
fn parse(answer: &[u8], query: &[u8], kind: u16) -> Option<Option<Vec<IpAddr>>> {
    let question = query.get(HEADER..query.len().checked_sub(ADDITIONAL)?)?;
    let asked = answer.get(HEADER..HEADER + question.len())?;
    if answer.get(..2) != query.get(..2)
        || answer.get(2)? & 0x80 == 0
        || !asked.eq_ignore_ascii_case(question)
    {
        return None;
    }
    match answer.get(3)? & 0xf {
        0 => {}
        NO_SUCH_NAME => return Some(Some(Vec::new())),
        _ => return Some(None),
    }
    let count = word(answer, 6)?;
    let mut at = HEADER + question.len();
    let mut found = Vec::new();
    for _ in 0..count {
        at = after_name(answer, at)?;
        let (of, length) = (word(answer, at)?, usize::from(word(answer, at + 8)?));
        let data = answer.get(at + 10..at + 10 + length)?;
        at += 10 + length;
        // The server has followed aliases already; every address here belongs to the name.
        if of == kind {
            found.extend(address(data));
        }
    }
    Some(Some(found))
}

fn address(data: &[u8]) -> Option<IpAddr> {
    match data.len() {
        4 => <[u8; 4]>::try_from(data).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(data)
            .ok()
            .map(|bytes| IpAddr::from(bytes).to_canonical()),
        _ => None,
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

/// Where a name ends; a pointer is the end of one, and is not followed.
fn after_name(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = *bytes.get(at)?;
        match length {
            0 => return Some(at + 1),
            0xc0.. => return Some(at + 2),
            1..=63 => at += 1 + usize::from(length),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer_to(query: &[u8], flags: [u8; 2], records: &[(u16, &[u8])]) -> Vec<u8> {
        let question = &query[HEADER..query.len() - ADDITIONAL];
        let mut out = query[..2].to_vec();
        out.extend(flags);
        out.extend([0, 1, 0, u8::try_from(records.len()).unwrap(), 0, 0, 0, 0]);
        out.extend(question);
        for (kind, data) in records {
            out.extend([0xc0, 12]);
            out.extend(kind.to_be_bytes());
            out.extend([0, 1, 0, 0, 0, 60]);
            out.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            out.extend(*data);
        }
        out
    }

    #[test]
    fn an_answer_gives_its_addresses_behind_aliases() {
        let query = query([1, 2], "web.example", TYPE_A).unwrap();
        let answer = answer_to(
            &query,
            [0x81, 0x80],
            &[(5, b"\x01a\xc0\x0c"), (TYPE_A, &[127, 0, 0, 1])],
        );
        assert_eq!(
            parse(&answer, &query, TYPE_A),
            Some(Some(vec!["127.0.0.1".parse().unwrap()]))
        );
        let mut other = answer.clone();
        other[0] = 9;
        assert_eq!(parse(&other, &query, TYPE_A), None);
        assert_eq!(parse(&query, &query, TYPE_A), None);
        assert_eq!(
            parse(&answer_to(&query, [0x81, 0x83], &[]), &query, TYPE_A),
            Some(Some(vec![]))
        );
        assert_eq!(
            parse(&answer_to(&query, [0x81, 0x82], &[]), &query, TYPE_A),
            Some(None)
        );
    }

    #[test]
    fn no_answer_however_cut_or_changed_does_more_than_fail() {
        let query = query([1, 2], "web.example", TYPE_AAAA).unwrap();
        let answer = answer_to(&query, [0x81, 0x80], &[(TYPE_AAAA, &[0; 16])]);
        for end in 0..answer.len() {
            let _cut = parse(&answer[..end], &query, TYPE_AAAA);
            for byte in [0, 0x3f, 0x7f, 0xc0, 0xff] {
                let mut changed = answer.clone();
                changed[end] = byte;
                let _changed = parse(&changed, &query, TYPE_AAAA);
            }
        }
    }

    #[test]
    fn names_are_tried_as_the_resolver_file_says() {
        let resolver = read(
            "# x\nnameserver 10.0.0.1\nnameserver fe80::1%eth0\nsearch a.example b.example.\noptions ndots:2 rotate\n",
        );
        assert_eq!(resolver.servers, ["10.0.0.1:53".parse().unwrap()]);
        assert_eq!(
            resolver.candidates("web.x"),
            ["web.x.a.example", "web.x.b.example", "web.x"]
        );
        assert_eq!(resolver.candidates("w.e.b")[0], "w.e.b");
        assert_eq!(resolver.candidates("web."), ["web"]);
        assert_eq!(read("").servers, ["127.0.0.1:53".parse().unwrap()]);
    }
}

//! ssh-ls and ssh-cat over the SFTP subsystem: no shell and no globbing on the other side, every name literal.
//! The server's own real path is judged again before anything is opened.

mod list;
mod packet;
mod session;

use crate::exec::{
    ending::End,
    output::Sink,
    work::{Again, Seen},
};
use list::name;
use packet::{
    CLOSE, Entry, LSTAT, NO_SUCH_FILE, OPEN, OPENDIR, PERMISSION_DENIED, READ, READDIR, READLINK, REALPATH,
    Reply, Request, STAT,
};
use policy::text::escape;
use session::{Broken, Refused, Session};
use std::{collections::VecDeque, os::fd::OwnedFd, process::Child, time::Instant};

/// Bytes of one read; servers give at least that many.
const BLOCK: u32 = 32 << 10;
/// Reads under way at once, so that a distant host does not cost a round trip a block.
const WINDOW: usize = 16;
/// `SSH_FXF_READ`.
const READ_ONLY: u32 = 1;
/// Entries of one directory.
const MAX_ENTRIES: usize = 200_000;
/// Links whose targets are looked up.
const MAX_LINKS: usize = 1_000;

/// What is wanted of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::exec) struct Wanted {
    /// Names there, as given.
    pub(in crate::exec) paths: Vec<Vec<u8>>,
    /// What to do with each.
    pub(in crate::exec) act: Act,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::exec) enum Act {
    /// List directories.
    List,
    /// Print files.
    Print {
        /// First byte of each.
        offset: u64,
        /// Most bytes of each.
        limit: Option<u64>,
        /// Most bytes in all.
        total: Option<u64>,
    },
}

/// How a conversation went.
#[derive(Debug)]
pub(in crate::exec) struct Talked {
    /// Exit code where ssh itself did not fail: 0, or 1 where a name could not be read.
    pub(in crate::exec) exit_code: u8,
    /// What ended it before it was done, where not ssh: the time was over, or the call was taken back.
    pub(in crate::exec) ended: Option<End>,
    /// A refusal on the real path.
    pub(in crate::exec) refused: Option<crate::report::Failure>,
    /// Real paths that were read, escaped.
    pub(in crate::exec) real: Vec<String>,
    /// Whether ssh ended before it was done.
    pub(in crate::exec) gone: bool,
}

/// Talks to the server behind `child`.
pub(in crate::exec) fn talk(
    wanted: &Wanted,
    child: &mut Child,
    to: OwnedFd,
    sink: &mut Sink<'_, '_>,
    deadline: Instant,
    applet: &str,
    again: &mut Again<'_>,
) -> Talked {
    let mut talked = Talked {
        exit_code: 0,
        ended: None,
        refused: None,
        real: Vec::new(),
        gone: false,
    };
    let Some(from) = child.stdout.take() else {
        talked.gone = true;
        return talked;
    };
    let mut session = Session::new(sink, to, from, child.stderr.take(), deadline);
    let ended = converse(wanted, &mut session, applet, again, &mut talked);
    match ended {
        Ok(()) | Err(Broken::Unread) => {}
        Err(Broken::Stopped(end)) => talked.ended = Some(end),
        Err(Broken::Gone) => talked.gone = true,
        Err(Broken::Malformed) => {
            session
                .sink
                .err(format!("{applet}: the server does not speak SFTP version 3\n").as_bytes());
            talked.exit_code = 1;
        }
    }
    talked
}

fn converse(
    wanted: &Wanted,
    session: &mut Session<'_, '_, '_>,
    applet: &str,
    again: &mut Again<'_>,
    talked: &mut Talked,
) -> Result<(), Broken> {
    session.greet()?;
    let mut left = match wanted.act {
        Act::Print { total, .. } => total.unwrap_or(u64::MAX),
        Act::List => u64::MAX,
    };
    for (index, path) in wanted.paths.iter().enumerate() {
        let done = match real_path(session, path) {
            Ok(real) => {
                let shown = escape(&real);
                if let Err(failure) = again(Seen::Path { index, real: &shown }) {
                    talked.refused = Some(failure);
                    return Ok(());
                }
                talked.real.push(shown);
                match wanted.act {
                    Act::List => list(session, &real, wanted.paths.len() > 1),
                    Act::Print { offset, limit, .. } => print(session, &real, offset, limit, &mut left),
                }
            }
            Err(refused) => Err(refused),
        };
        match done {
            Ok(()) => {}
            Err(Refused::Broken(broken)) => return Err(broken),
            Err(Refused::Status(code, message)) => {
                let why = match code {
                    NO_SUCH_FILE => "No such file or directory".to_owned(),
                    PERMISSION_DENIED => "Permission denied".to_owned(),
                    _ => crate::report::visible(&message),
                };
                session
                    .sink
                    .err(format!("{applet}: {}: {why}\n", name(path)).as_bytes());
                talked.exit_code = 1;
            }
        }
    }
    Ok(())
}

fn real_path(session: &mut Session<'_, '_, '_>, path: &[u8]) -> Result<Vec<u8>, Refused> {
    match session.ask(REALPATH, |request| request.text(path))? {
        Reply::Name { entries, .. } => entries
            .into_iter()
            .next()
            .map(|entry| entry.name)
            .filter(|real| real.starts_with(b"/"))
            .ok_or(Broken::Malformed.into()),
        _ => Err(Broken::Malformed.into()),
    }
}

fn handle(reply: Reply) -> Result<Vec<u8>, Refused> {
    match reply {
        Reply::Handle { handle, .. } => Ok(handle),
        _ => Err(Broken::Malformed.into()),
    }
}

fn list(session: &mut Session<'_, '_, '_>, real: &[u8], headed: bool) -> Result<(), Refused> {
    let Reply::Attributes { attributes, .. } = session.ask(LSTAT, |request| request.text(real))? else {
        return Err(Broken::Malformed.into());
    };
    if attributes.mode.unwrap_or_default() & 0o170_000 != 0o040_000 {
        let entry = Entry {
            name: real.to_vec(),
            long: Vec::new(),
            attributes,
        };
        session.sink.out(list::line(&entry, None).as_bytes());
        return Ok(());
    }
    let opened = handle(session.ask(OPENDIR, |request| request.text(real))?)?;
    let mut entries = Vec::new();
    while let Some(reply) = session.ask_more(READDIR, &opened)? {
        let Reply::Name { entries: more, .. } = reply else {
            return Err(Broken::Malformed.into());
        };
        if more.is_empty() || entries.len() + more.len() > MAX_ENTRIES {
            return Err(Refused::Status(4, "too many entries".to_owned()));
        }
        entries.extend(more);
    }
    session.ask(CLOSE, |request| request.text(&opened))?;
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    if headed {
        session.sink.out(format!("{}:\n", name(real)).as_bytes());
    }
    let mut links = 0;
    for entry in &entries {
        let is_link = entry.attributes.mode.unwrap_or_default() & 0o170_000 == 0o120_000;
        let target = if is_link && links < MAX_LINKS {
            links += 1;
            read_link(session, real, &entry.name)?
        } else {
            None
        };
        session.sink.out(list::line(entry, target.as_deref()).as_bytes());
    }
    Ok(())
}

fn read_link(session: &mut Session<'_, '_, '_>, dir: &[u8], link: &[u8]) -> Result<Option<Vec<u8>>, Refused> {
    let path = [dir, b"/", link].concat();
    match session.ask(READLINK, |request| request.text(&path)) {
        Ok(Reply::Name { entries, .. }) => Ok(entries.into_iter().next().map(|entry| entry.name)),
        Ok(_) => Err(Broken::Malformed.into()),
        Err(Refused::Status(..)) => Ok(None),
        Err(broken) => Err(broken),
    }
}

fn print(
    session: &mut Session<'_, '_, '_>,
    real: &[u8],
    offset: u64,
    limit: Option<u64>,
    left: &mut u64,
) -> Result<(), Refused> {
    let Reply::Attributes { attributes, .. } = session.ask(STAT, |request| request.text(real))? else {
        return Err(Broken::Malformed.into());
    };
    match attributes.mode.unwrap_or_default() & 0o170_000 {
        0o100_000 => {}
        0o040_000 => return Err(Refused::Status(4, "Is a directory".to_owned())),
        _ => return Err(Refused::Status(4, "Not a regular file".to_owned())),
    }
    let opened = handle(session.ask(OPEN, |request| request.text(real).word(READ_ONLY).word(0))?)?;
    let end = offset.saturating_add(limit.unwrap_or(u64::MAX).min(*left));
    let mut asked = offset;
    let mut under_way: VecDeque<(u32, u64, u32)> = VecDeque::new();
    let mut at_end = false;
    loop {
        while !at_end && asked < end && under_way.len() < WINDOW {
            let length = u32::try_from((end - asked).min(u64::from(BLOCK))).unwrap_or(BLOCK);
            let id = session.id();
            session.send(
                &Request::new(READ, id)
                    .text(&opened)
                    .long(asked)
                    .word(length)
                    .finish(),
            )?;
            under_way.push_back((id, asked, length));
            asked += u64::from(length);
        }
        let Some((id, at, length)) = under_way.pop_front() else {
            break;
        };
        match session.reply()? {
            Reply::Data { id: of, bytes } if of == id && bytes.len() <= length as usize => {
                // Less than asked for is either the end or a server with smaller blocks: what is missing is
                // asked for again, and what was asked for beyond it is read anew from there.
                let got = bytes.len() as u64;
                if at_end {
                    continue;
                }
                session.sink.out(&bytes);
                *left = left.saturating_sub(got);
                if session.sink.is_closed() {
                    return Err(Broken::Unread.into());
                }
                if got < u64::from(length) {
                    drain(session, &mut under_way)?;
                    asked = at + got;
                    at_end = got == 0;
                }
            }
            Reply::Status {
                id: of,
                code: packet::END,
                ..
            } if of == id => at_end = true,
            Reply::Status {
                id: of,
                code,
                message,
            } if of == id => {
                drain(session, &mut under_way)?;
                return Err(Refused::Status(code, message));
            }
            _ => return Err(Broken::Malformed.into()),
        }
    }
    session.ask(CLOSE, |request| request.text(&opened)).map(drop)
}

/// Takes the answers to reads that are no longer wanted.
fn drain(session: &mut Session<'_, '_, '_>, under_way: &mut VecDeque<(u32, u64, u32)>) -> Result<(), Broken> {
    while under_way.pop_front().is_some() {
        session.reply()?;
    }
    Ok(())
}

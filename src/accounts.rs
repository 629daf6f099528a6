//! Users and groups, read from `/etc/passwd` and `/etc/group` by ourselves: a static glibc has no NSS.
//! A name that is not there is `uid:N`; nothing here trusts the environment.

use crate::report::{Exit, Failure};
use std::{
    fs::File,
    io::{self, Read},
    path::PathBuf,
};

/// No account file is read beyond this.
const MAX_ACCOUNT_BYTES: u64 = 8 << 20;

/// One line of `/etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Login name.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
    /// Home directory.
    pub home: PathBuf,
}

/// The users of this machine, as text: only the line that is asked for is read.
#[derive(Clone, Debug, Default)]
pub struct Users(String);

impl Users {
    /// Reads `/etc/passwd`; absent means no users.
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn read() -> Result<Self, Failure> {
        let unread = |e| Failure::new(Exit::Config, format!("cannot read `/etc/passwd`: {e}"));
        read_lines("/etc/passwd").map(Self).map_err(unread)
    }

    /// The user with this id.
    pub fn by_uid(&self, uid: u32) -> Option<User> {
        let wanted = |line: &&str| line.split(':').nth(2).and_then(|id| id.parse().ok()) == Some(uid);
        self.0.lines().filter(wanted).find_map(parse_user)
    }

    /// The user with this name.
    pub fn by_name(&self, name: &str) -> Option<User> {
        let wanted = |line: &&str| line.split(':').next() == Some(name);
        self.0.lines().filter(wanted).find_map(parse_user)
    }

    /// The name of this id, `uid:N` where it has none.
    pub fn name_of(&self, uid: u32) -> String {
        self.by_uid(uid)
            .map_or_else(|| format!("uid:{uid}"), |user| user.name)
    }
}

/// Returns the group id of a name in `/etc/group`.
///
/// # Errors
/// Whatever reading the file gives, other than that it is absent.
pub fn group_id(name: &str) -> io::Result<Option<u32>> {
    Ok(read_lines("/etc/group")?.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next()? == name;
        let gid = fields.nth(1)?.parse().ok()?;
        found.then_some(gid)
    }))
}

fn read_lines(path: &str) -> io::Result<String> {
    let mut bytes = Vec::with_capacity(8192);
    match File::open(path) {
        Ok(file) => file.take(MAX_ACCOUNT_BYTES).read_to_end(&mut bytes)?,
        Err(e) if e.kind() == io::ErrorKind::NotFound => 0,
        Err(e) => return Err(e),
    };
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn parse_user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    let home = PathBuf::from(fields.nth(1)?);
    Some(User { name, uid, gid, home })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passwd_line_gives_name_ids_and_home() {
        let user = parse_user("ada:x:1000:1001:Ada,,,:/home/ada:/bin/bash").unwrap();
        assert_eq!(
            user,
            User {
                name: "ada".into(),
                uid: 1000,
                gid: 1001,
                home: PathBuf::from("/home/ada")
            }
        );
        assert_eq!(parse_user("broken:x:notanumber:0::/:"), None);
    }

    #[test]
    fn an_id_without_a_name_is_shown_as_its_number() {
        assert_eq!(Users::default().name_of(4242), "uid:4242");
    }
}

//! Looks for kept objects: in the quarantine that the record names, or by the number of a call that was stopped
//! before it could record where. A quarantine that is not this user's own is never looked into.

use super::{
    Place,
    place::{open_dir, unescape},
};
use crate::{
    home::Home,
    quarantine::Site,
    resolve::{Flow, ObjectId, Status, Visitor, status_at, status_of, walk},
};
use rustix::{
    fs::{Dir, Mode, OFlags, openat, readlinkat},
    io::Errno,
};
use serde_json::Value as Json;
use std::{
    ffi::OsStr,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
    sync::Arc,
};

/// Names of one directory that are looked through.
const MAX_NAMES: usize = 1 << 20;

pub(super) fn words(errno: Errno) -> String {
    if errno == Errno::NODATA {
        return "a secret in its name was taken out of the record; `wt trash` lists the object".to_owned();
    }
    crate::effect::words::reason(errno).to_lowercase()
}

pub(super) fn text<'a>(value: &'a Json, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// A number as the ledger has it: large ones are text.
pub(super) fn number(value: &Json) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// A recorded identity.
pub(super) fn id(object: &Json) -> Option<ObjectId> {
    let (dev, ino) = object
        .get("dev")
        .and_then(number)
        .zip(object.get("ino").and_then(number))?;
    Some(ObjectId { dev, ino })
}

/// What a name leads to now, none where nothing has it.
pub(super) fn object_at(place: &Place) -> Result<Option<ObjectId>, String> {
    match status_at(place.dir.as_fd(), place.name.as_os_str()) {
        Ok(status) => Ok(Some(status.id)),
        Err(Errno::NOENT) => Ok(None),
        Err(e) => Err(words(e)),
    }
}

/// An entry of the quarantine that a record names.
pub(super) fn place(kept: &Json, uid: u32) -> Result<Place, String> {
    let (store, entry) = text(kept, "store")
        .zip(text(kept, "entry"))
        .ok_or("it was not kept")?;
    let bytes = unescape(store).ok_or("its quarantine is not named rightly")?;
    let store_dir = Quarantine::open(Path::new(OsStr::from_bytes(&bytes)), uid)?;
    if entry.contains('/') {
        return Err("its entry is not named rightly".to_owned());
    }
    let place = Place::within(&store_dir.dir, OsStr::new(entry), store.to_owned());
    match object_at(&place)? {
        Some(_) => Ok(place),
        None => Err("it is no longer in the trash".to_owned()),
    }
}

/// An opened quarantine of this user alone.
#[derive(Clone, Debug)]
pub(super) struct Quarantine {
    pub(super) dir: Arc<OwnedFd>,
    path: String,
}

impl Quarantine {
    fn open(path: &Path, uid: u32) -> Result<Self, String> {
        let dir = open_dir(path).map_err(|e| format!("its quarantine cannot be opened: {}", words(e)))?;
        let status = status_of(&dir).map_err(words)?;
        if status.uid != uid || status.mode & 0o077 != 0 {
            return Err("its quarantine is not private".to_owned());
        }
        Ok(Self {
            dir: Arc::new(dir),
            path: policy::text::escape(path.as_os_str().as_bytes()),
        })
    }

    /// Watchtower's own in `home`, and those at the tops of the mounts that these places are on.
    pub(super) fn all(places: &[&Place], home: &Home, uid: u32) -> Vec<Self> {
        let own = Site::in_home(home.dir.as_fd(), &home.path, uid);
        let mut found = Vec::new();
        if let Ok(Site::Open(store)) = own {
            let path = policy::text::escape(store.path.as_os_str().as_bytes());
            found.push(Self { dir: store.dir, path });
        }
        for place in places {
            let bytes = unescape(&place.path).unwrap_or_default();
            let above = Path::new(OsStr::from_bytes(&bytes)).parent();
            let site = above.and_then(|above| Site::on_mount(place.dir.as_fd(), above, uid));
            if let Some(Site::Open(store)) = site {
                let path = policy::text::escape(store.path.as_os_str().as_bytes());
                if !found.iter().any(|known| known.path == path) {
                    found.push(Self { dir: store.dir, path });
                }
            }
        }
        found
    }

    /// The entries of call `seq` that have a note of where they come from, there or not, each with that path.
    pub(super) fn noted(&self, seq: u64) -> Vec<(Place, String)> {
        let prefix = format!("{seq:020}.");
        let entry = |name: &OsStr| {
            let name = name.to_str()?;
            name.starts_with(&prefix)
                .then(|| name.strip_suffix(".from"))?
                .map(str::to_owned)
        };
        names(&self.dir)
            .into_iter()
            .filter_map(|note| {
                let entry = entry(&note)?;
                let path = readlinkat(&self.dir, &note, Vec::new()).ok()?;
                let place = Place::within(&self.dir, OsStr::new(&entry), self.path.clone());
                Some((place, path.into_string().ok()?))
            })
            .collect()
    }

    /// The entries of call `seq`, apart from what is being deleted and from notes.
    pub(super) fn entries(&self, seq: u64) -> Vec<Place> {
        let prefix = format!("{seq:020}.");
        let number = |name: &[u8]| {
            name.strip_prefix(prefix.as_bytes())
                .is_some_and(|rest| !rest.is_empty() && rest.iter().all(u8::is_ascii_digit))
        };
        names(&self.dir)
            .into_iter()
            .filter(|name| number(name.as_bytes()))
            .map(|name| Place::within(&self.dir, &name, self.path.clone()))
            .collect()
    }
}

/// What is unfinished of call `seq` in a directory, with the process that made each.
pub(super) fn unfinished(dir: &Arc<OwnedFd>, path: &str, seq: u64) -> Vec<(Place, u32)> {
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    let mut found = Vec::new();
    for name in names(dir) {
        if let Some((text, process)) = temporary(&name, seq) {
            found.push((Place::within(dir, &name, format!("{above}/{text}")), process));
        }
    }
    found
}

/// What is unfinished of call `seq` anywhere in a tree.
pub(super) fn unfinished_below(place: &Place, seq: u64) -> Vec<(Place, u32)> {
    let mut below = Below {
        seq,
        path: &place.path,
        found: Vec::new(),
        looked: 0,
    };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if let Ok(root) = openat(&place.dir, &place.name, flags, Mode::empty()) {
        // What cannot be looked through has nothing that could be put right.
        walk(root.as_fd(), &mut below).unwrap_or(());
    }
    below.found
}

/// The name of something unfinished, and the process that made it.
fn temporary(name: &OsStr, seq: u64) -> Option<(&str, u32)> {
    let text = name.to_str().filter(|name| name.ends_with(".tmp"))?;
    let rest = text.strip_prefix(&format!(".wt-{seq}-"))?;
    let (process, _) = rest.split_once('-')?;
    Some((text, process.parse().ok()?))
}

struct Below<'a> {
    seq: u64,
    path: &'a str,
    found: Vec<(Place, u32)>,
    looked: usize,
}

impl Visitor for Below<'_> {
    type Stop = Errno;

    fn enter(&mut self, _: BorrowedFd<'_>, _: &[u8], _: &Status) -> Result<Flow, Errno> {
        Ok(Flow::Descend)
    }

    fn entry(&mut self, dir: BorrowedFd<'_>, name: &OsStr, path: &[u8], _: &Status) -> Result<(), Errno> {
        self.looked += 1;
        if let Some((_, process)) = temporary(name, self.seq) {
            let dir = rustix::io::fcntl_dupfd_cloexec(dir, 0)?;
            let path = format!("{}/{}", self.path, policy::text::escape(path));
            self.found
                .push((Place::within(&Arc::new(dir), name, path), process));
        }
        if self.looked < MAX_NAMES {
            Ok(())
        } else {
            Err(Errno::NOBUFS)
        }
    }

    fn leave(&mut self, _: &[u8], _: &Status) -> Result<(), Errno> {
        Ok(())
    }

    fn trouble(&mut self, _: &[u8], _: Errno) -> Result<(), Errno> {
        Ok(())
    }
}

fn names(dir: &Arc<OwnedFd>) -> Vec<std::ffi::OsString> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let listing = openat(dir, c".", flags, Mode::empty()).and_then(Dir::new);
    let Ok(listing) = listing else { return Vec::new() };
    let mut names: Vec<_> = listing
        .take(MAX_NAMES)
        .filter_map(Result::ok)
        .map(|entry| OsStr::from_bytes(entry.file_name().to_bytes()).to_owned())
        .collect();
    names.sort_unstable();
    names
}

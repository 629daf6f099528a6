//! What the operations have in common while facts are gathered: facts of a target, held descriptors, grants, and
//! where what would be lost is kept.

mod hazards;

use super::{
    Gathered, Surroundings,
    survey::{Reach, Survey, survey},
};
use crate::{
    accounts::Users,
    effect::{
        Work,
        plan::{Slot, Spot, Step, Trouble},
        words::{quote, reason},
    },
    quarantine::Site,
    resolve::{Flow, Object, Place, Resolver, Stamp, Status, status_of},
    sandbox::{Access, Grant},
};
use policy::{Floor, Intent, TargetFacts, Verdict, text::escape};
use rustix::{
    io::Errno,
    process::{Resource, Rlimit, getrlimit, setrlimit},
};
use serde_json::{Map, Value as Json, json};
use std::{
    ffi::OsStr,
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
    sync::Arc,
};

/// What a rename of a file or symbolic link needs on both sides.
pub(super) fn move_file() -> Access {
    Access::MAKE_FILE | Access::MAKE_SYMLINK | Access::REMOVE_FILE | Access::REFER
}

/// From so many operands on the usual limit of 1024 descriptors may be too low: each operand is held.
const MANY_TARGETS: usize = 200;

/// Raises the soft limit of open descriptors to the hard one; where that is refused, what is too much fails.
fn raise_descriptor_limit() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        },
    )
    .unwrap_or(());
}

/// Which object it is, for the record and for what a person is asked: a name that leads to another object, or to the
/// same one in another state, makes another request. Of a name that is free, the directory that would get it.
fn identity(place: &Place, status: Option<&Status>) -> Map<String, Json> {
    let stamp = |at: Stamp| json!([at.sec, at.nsec]);
    let fact = match status {
        Some(status) => json!({
            "dev": status.id.dev, "ino": status.id.ino, "uid": status.uid, "gid": status.gid,
            "modified": stamp(status.modified), "changed": stamp(status.changed),
        }),
        None => match status_of(&place.dir.fd) {
            Ok(above) => json!({"in": {"dev": above.id.dev, "ino": above.id.ino}}),
            Err(_) => return Map::new(),
        },
    };
    std::iter::once(("object".to_owned(), fact)).collect()
}

/// A call whose operands are being looked at.
pub(super) struct Gathering<'a> {
    pub(super) intent: &'a Intent,
    pub(super) around: Surroundings<'a>,
    pub(super) resolver: Resolver<'a>,
    targets: Vec<TargetFacts>,
    floors: Vec<Floor>,
    pub(super) work: Work,
    pub(super) sites: Vec<(u64, Option<Site>)>,
    users: Option<Users>,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(intent: &'a Intent, around: Surroundings<'a>) -> Self {
        if intent.targets.len() > MANY_TARGETS {
            raise_descriptor_limit();
        }
        let mut work = Work::default();
        work.plan.tool = intent.tool.to_string();
        work.plan.umask = around.caller.umask;
        let mut gathering = Self {
            intent,
            around,
            resolver: Resolver::new(around.caller.cwd.as_fd()),
            targets: Vec::new(),
            floors: Vec::new(),
            work,
            sites: Vec::new(),
            users: None,
        };
        gathering.work.plan.verbose = gathering.flag("verbose");
        gathering
    }

    pub(super) fn finish(self) -> Gathered {
        Gathered {
            targets: self.targets,
            floors: self.floors,
            work: self.work,
        }
    }

    /// A parameter that is true or false.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.intent
            .params
            .get(name)
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(false)
    }

    /// A parameter that is text.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.intent.params.get(name).and_then(serde_json::Value::as_str)
    }

    /// The operands with this role, with the operation each is judged for.
    pub(super) fn operands(&self, role: &str) -> Vec<(&'a str, &'a OsStr)> {
        let of_role = self.intent.targets.iter().filter(|target| target.role == role);
        of_role
            .filter_map(|target| Some((&*target.operation, target.path.as_deref()?)))
            .collect()
    }

    /// Adds the facts of a place; returns its number.
    pub(super) fn target(&mut self, role: &str, operation: &str, place: &Place) -> usize {
        let path = place.path();
        let name = escape(place.name.as_bytes());
        let status = place.status().copied();
        let facts = TargetFacts {
            role: role.to_owned(),
            domain: self.intent.domain.to_string(),
            operation: operation.to_owned(),
            path: escape(path.as_os_str().as_bytes()),
            parent: path
                .parent()
                .map(|parent| escape(parent.as_os_str().as_bytes()))
                .unwrap_or_default(),
            ext: Path::new(&place.name)
                .extension()
                .map(|ext| escape(ext.as_bytes()).to_lowercase())
                .unwrap_or_default(),
            name,
            kind: status
                .map(|status| status.kind.word().to_owned())
                .unwrap_or_default(),
            size: status.map_or(0, |status| whole(status.size)),
            owner: status.map(|status| self.owner(status.uid)).unwrap_or_default(),
            mode: status.map_or(0, |status| i64::from(status.mode)),
            links: status.map_or(0, |status| i64::from(status.links)),
            entries: i64::from(status.is_some()),
            exists: status.is_some(),
            extra: identity(place, status.as_ref()),
            ..TargetFacts::default()
        };
        self.targets.push(facts);
        self.targets.len() - 1
    }

    fn owner(&mut self, uid: u32) -> String {
        if uid == self.around.caller.uid {
            return self.around.caller.principal.clone();
        }
        // An account file that cannot be read leaves the number.
        self.users
            .get_or_insert_with(|| Users::read().unwrap_or_default())
            .name_of(uid)
    }

    /// The resolved path of a target.
    pub(super) fn path_of(&self, target: usize) -> String {
        self.targets
            .get(target)
            .map(|facts| facts.path.clone())
            .unwrap_or_default()
    }

    /// Whether an earlier operand of this call makes the directory that holds this target.
    pub(super) fn makes_parent(&self, target: usize) -> bool {
        let Some(this) = self.targets.get(target) else {
            return false;
        };
        self.targets
            .iter()
            .take(target)
            .any(|earlier| earlier.path == this.parent)
    }

    /// Whether an earlier operand is the same path.
    pub(super) fn repeated(&self, target: usize) -> bool {
        let Some(this) = self.targets.get(target) else {
            return false;
        };
        self.targets
            .iter()
            .take(target)
            .any(|earlier| earlier.path == this.path)
    }

    /// Its number among the targets that exist.
    pub(super) fn ordinal(&self, target: usize) -> u32 {
        let before = self
            .targets
            .iter()
            .take(target)
            .filter(|facts| facts.exists)
            .count();
        u32::try_from(before).unwrap_or(u32::MAX)
    }

    /// Plans nothing for an operand but to say why.
    pub(super) fn trouble(&mut self, target: usize, text: String) {
        let path = self.path_of(target);
        self.step(Step::Trouble(Trouble {
            text,
            path,
            fails: true,
        }));
    }

    /// The same with a system error's text.
    pub(super) fn cannot(&mut self, target: usize, what: &str, operand: &OsStr, errno: Errno) {
        self.trouble(target, format!("{what} {}: {}", shown(operand), reason(errno)));
    }

    pub(super) fn step(&mut self, step: Step) {
        self.work.plan.steps.push(step);
    }

    /// Holds a descriptor for the effect.
    pub(super) fn hold(&mut self, fd: &Arc<OwnedFd>) -> Slot {
        if let Some(at) = self.work.held.iter().position(|held| Arc::ptr_eq(held, fd)) {
            return Slot(at);
        }
        self.work.held.push(Arc::clone(fd));
        Slot(self.work.held.len() - 1)
    }

    /// Lets the effect do so much below a held directory, or with a held file.
    pub(super) fn grant(&mut self, fd: &Arc<OwnedFd>, access: Access) {
        match self
            .work
            .grants
            .iter_mut()
            .find(|grant| Arc::ptr_eq(&grant.dir, fd))
        {
            Some(grant) => grant.access |= access,
            None => self.work.grants.push(Grant::new(Arc::clone(fd), access)),
        }
    }

    pub(super) fn spot(&mut self, place: &Place) -> Spot {
        Spot {
            dir: self.hold(&place.dir.fd),
            name: place.name.clone(),
            shown: place.operand.clone(),
            path: escape(place.path().as_os_str().as_bytes()),
        }
    }

    /// Looks through the tree of a target and adds what it finds to its facts and floors.
    pub(super) fn survey(
        &mut self,
        target: usize,
        place: &Place,
        object: &Object,
        check: &mut dyn FnMut(&[u8], &Status) -> Flow,
    ) -> Survey {
        let limits = &self.around.policy.settings().limits;
        let reach = Reach {
            max_entries: limits.max_entries,
            cross_mounts: limits.cross_mounts,
        };
        let found = survey(object.fd.as_fd(), reach, check);
        let shown = shown(&place.operand);
        if found.exceeded {
            let text = format!("{shown} has more than {} entries", reach.max_entries);
            self.floor(
                target,
                "too-many-entries",
                Verdict::Deny,
                text,
                "take it in parts, or raise `limits.max_entries`",
            );
        }
        if found.mounts > 0 && !reach.cross_mounts {
            let text = format!("{} other mounts stand below {shown}", found.mounts);
            self.floor(
                target,
                "mount-crossing",
                Verdict::Escalate,
                text,
                "unmount them first",
            );
        }
        if let Some(facts) = self.targets.get_mut(target) {
            facts.size = whole(found.bytes);
            facts.entries = whole(found.entries);
            for (name, count) in [
                ("left_out", found.left_out.len() as u64),
                ("hard_links", found.hard_links),
                ("special", found.special),
                ("mounts", found.mounts),
                ("unreadable", found.unreadable),
            ] {
                if count > 0 {
                    facts.extra.insert(name.to_owned(), count.into());
                }
            }
        }
        found
    }

    /// The mount that a held directory is on.
    pub(super) fn mount_of(dir: &OwnedFd) -> Option<u64> {
        status_of(dir).ok().map(|status| status.mount)
    }
}

/// An operand in messages and reasons.
pub(super) fn shown(operand: &OsStr) -> String {
    quote(operand.as_bytes())
}

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

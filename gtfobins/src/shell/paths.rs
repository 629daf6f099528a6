//! From path words to effects on the file system.

use super::value::{self, DECODED, OPEN, STAR, TREE};
use super::walk::{Place, Walk};
use crate::analysis::{Effect, Part};

/// Longest path of a command: Linux has no longer ones (PATH_MAX).
pub(crate) const MAX_PATH_BYTES: usize = 4096;

/// What is done to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    List,
    Write,
    Append,
    Delete,
    /// With everything below.
    DeleteTree,
    CreateDir,
    CreateFile,
    Chmod,
    ChmodTree,
    Chown,
    ChownTree,
    CopySource,
    CopyTo,
    MoveSource,
    MoveTo,
    LinkReferent,
    LinkTo,
    SymlinkTo,
}

impl Access {
    fn operation(self) -> &'static str {
        match self {
            Self::Read | Self::CopySource => "read",
            Self::List => "list",
            Self::Write | Self::Append => "write",
            Self::Delete | Self::DeleteTree | Self::MoveSource => "delete",
            Self::CreateDir => "create_dir",
            Self::CreateFile => "create_file",
            Self::Chmod | Self::ChmodTree => "chmod",
            Self::Chown | Self::ChownTree => "chown",
            Self::CopyTo => "copy",
            Self::MoveTo => "move",
            Self::LinkReferent => "read",
            Self::LinkTo => "link",
            Self::SymlinkTo => "symlink",
        }
    }

    fn role(self) -> &'static str {
        match self {
            Self::CopySource | Self::MoveSource => "source",
            Self::CopyTo | Self::MoveTo | Self::LinkTo | Self::SymlinkTo => "destination",
            Self::LinkReferent => "referent",
            _ => "path",
        }
    }

    /// Whether it takes whole trees.
    fn is_recursive(self) -> bool {
        matches!(
            self,
            Self::DeleteTree | Self::ChmodTree | Self::ChownTree | Self::MoveSource
        )
    }

    fn only_looks(self) -> bool {
        matches!(
            self,
            Self::Read | Self::List | Self::CopySource | Self::LinkReferent
        )
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Read | Self::CopySource | Self::LinkReferent => "reads",
            Self::List => "lists",
            Self::Write | Self::Append => "writes",
            Self::Delete | Self::DeleteTree => "deletes",
            Self::CreateDir | Self::CreateFile | Self::LinkTo | Self::SymlinkTo => "creates",
            Self::Chmod | Self::ChmodTree | Self::Chown | Self::ChownTree => "changes the rights of",
            Self::CopyTo | Self::MoveTo => "writes",
            Self::MoveSource => "moves",
        }
    }
}

impl Walk<'_> {
    /// A word as an absolute path, marks kept.
    pub(crate) fn absolute(&self, word: &str) -> String {
        if word.starts_with('/') {
            return value::join("/", word);
        }
        match &self.state.cwd {
            Some(cwd) => value::join(cwd, word),
            None => value::join(&value::FOREIGN.to_string(), word),
        }
    }

    /// Records what is done to a path word, or that the path is not known.
    pub(crate) fn access(&mut self, word: &str, access: Access, part: &mut Part) {
        if word.is_empty() || word == "-" {
            return;
        }
        let word = word.replace(value::SPREAD, "");
        self.access_path(&word, self.absolute(&word), access, part);
        let certain = part.effects.len();
        for path in self.other_readings(&word) {
            self.access_path(&word, path, access, part);
        }
        for effect in part.effects.iter_mut().skip(certain) {
            effect.guessed = true;
        }
        let adds_nothing = matches!(access, Access::CreateDir | Access::CreateFile);
        if word.starts_with(OPEN) && !access.only_looks() && !adds_nothing {
            self.unknown_path(&word, access, false, part);
        }
    }

    /// What else a word may name: unknown text may be empty (a variable that is not set), and the shell may be in
    /// another directory than it seems. Guesses, of which only what is protected is of interest.
    pub(super) fn other_readings(&self, word: &str) -> Vec<String> {
        let mut out = Vec::new();
        let emptied = word.replace(OPEN, "");
        let mut words = vec![word];
        if emptied.len() < word.len() && !emptied.is_empty() {
            out.push(self.absolute(&emptied));
            words.push(&emptied);
        }
        for word in words.into_iter().filter(|word| !word.starts_with('/')) {
            out.extend(self.state.elsewhere.iter().map(|dir| value::join(dir, word)));
        }
        out
    }

    fn access_path(&mut self, word: &str, mut path: String, access: Access, part: &mut Part) {
        let sinks = matches!(
            path.as_str(),
            "/dev/null" | "/dev/stdout" | "/dev/stderr" | "/dev/tty"
        );
        if path.starts_with("/dev/fd/")
            || path == "/dev/null" && access.only_looks()
            || sinks && matches!(access, Access::Write | Access::Append)
        {
            return;
        }
        // Through /proc the root of the process is the root of the machine.
        while let Some(rest) = path
            .strip_prefix("/proc/self/root")
            .or_else(|| path.strip_prefix("/proc/1/root"))
        {
            path = if rest.is_empty() {
                "/".to_owned()
            } else {
                rest.to_owned()
            };
        }
        let first_open = path.find(OPEN);
        if let Some(at) = first_open {
            let known = path.get(..at).unwrap_or_default();
            let dir = known.rsplit_once('/').map_or("", |(dir, _)| dir);
            let decoded = path.contains(DECODED);
            if dir.is_empty() || decoded {
                self.unknown_path(word, access, decoded, part);
                return;
            }
            path = if access.is_recursive() {
                dir.to_owned()
            } else {
                format!("{dir}/{STAR}")
            };
        }
        if access.is_recursive() {
            // Everything in a directory is the directory.
            while is_everything(value::base(&path)) && path != "/" {
                path = value::parent(&path).to_owned();
            }
        }
        let mut params = Vec::new();
        if access.is_recursive() {
            params.push(("recursive", "true".to_owned()));
        }
        if access == Access::Append {
            params.push(("append", "true".to_owned()));
        }
        self.place_effect(access, &path, params, part);
    }

    fn place_effect(
        &mut self,
        access: Access,
        path: &str,
        params: Vec<(&'static str, String)>,
        part: &mut Part,
    ) {
        let shown = value::show(path);
        if shown.len() > MAX_PATH_BYTES {
            self.limit("a path is longer than 4,096 bytes");
            return;
        }
        match self.place.clone() {
            Place::Here => part.effects.push(Effect {
                domain: "filesystem",
                operation: access.operation(),
                role: access.role(),
                path: Some(shown),
                params,
                ..Effect::default()
            }),
            Place::Remote(host) => {
                let operation = if access.only_looks() {
                    if access == Access::List { "list" } else { "read" }
                } else {
                    "write"
                };
                part.effects.push(Effect {
                    domain: "ssh",
                    operation,
                    role: "path",
                    path: Some(shown),
                    host,
                    params,
                    ..Effect::default()
                });
            }
            Place::Container => {
                if access.is_recursive() || matches!(access, Access::Delete) {
                    part.class(
                        "destructive",
                        format!("it {} `{shown}` in a container", access.verb()),
                    );
                }
            }
        }
    }

    fn unknown_path(&mut self, word: &str, access: Access, decoded: bool, part: &mut Part) {
        if access.only_looks() && !decoded {
            return;
        }
        let program = part
            .argv
            .first()
            .map_or("a redirection", String::as_str)
            .to_owned();
        let why = format!(
            "`{program}` {} `{}`, which is only known when it runs",
            access.verb(),
            value::show(word)
        );
        part.concern("unresolved-path", why);
    }
}

/// Whether a name stands for all names: `*`, `.*`, a whole tree.
fn is_everything(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c == STAR || c == TREE || c == '.')
        && name.contains([STAR, TREE])
}

//! Words that name a path and that nobody has looked into: operands and option values of programs whose use of them
//! is not known here. What they name is told; whether that matters is for whoever holds a policy.

use super::call::Call;
use super::paths::MAX_PATH_BYTES;
use super::value::{self, CLASS, ONE, STAR, TREE};
use super::walk::{Place, Walk};
use crate::analysis::{Effect, Operand};

/// Most words of a command that are looked at; a command with more of them is judged by its first ones and last ones.
const MAX_WORDS: usize = 256;
/// Programs whose words are no paths of this machine, or that are judged by a table of their own: containers,
/// clusters, other machines, Watchtower itself, and those that only ask whether a path is there.
const LOOKED_INTO: &[&str] = &[
    "docker",
    "docker-compose",
    "podman",
    "nerdctl",
    "kubectl",
    "oc",
    "helm",
    "kustomize",
    "crictl",
    "ctr",
    "wt",
    "man",
    "apropos",
    "whatis",
    "info",
    "test",
    "[",
    "[[",
    "echo",
    "printf",
    "which",
    "whereis",
    "type",
    "basename",
    "dirname",
    "realpath",
    "readlink",
    "true",
    "false",
    "tput",
    "expr",
    "sleep",
    "seq",
    "kill",
    "pkill",
    "pgrep",
    "ssh-add",
    "mountpoint",
    "export",
];

/// What every program may read and write.
const STREAMS: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/stdin",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
];

/// Options whose value is a pattern, a text or a name, never a path that is opened.
const TEXT_OPTIONS: &[&str] = &[
    "name",
    "iname",
    "path",
    "ipath",
    "wholename",
    "iwholename",
    "lname",
    "not",
    "skip",
    "prefix",
    "-prefix",
    "-include",
    "-path",
];

/// The same by how their names end.
const TEXT_ENDINGS: &[&str] = &[
    "exclude", "ignore", "pattern", "regex", "regexp", "grep", "message", "title", "body", "glob", "filter",
    "author", "label", "comment", "subject",
];

/// Options of clients whose value is the key or the settings that the client is made to use.
const OWN_KEYS: &[(&str, &[&str])] = &[
    ("ssh", &["-i"]),
    ("scp", &["-i"]),
    ("sftp", &["-i"]),
    ("mosh", &["-i"]),
    ("ssh-copy-id", &["-i"]),
    ("autossh", &["-i"]),
];

/// Options whose value is written to, as most programs have them.
const OUTPUTS: &[&str] = &[
    "-o",
    "--output",
    "--out",
    "--outfile",
    "--out-file",
    "--output-file",
    "--outdir",
    "--out-dir",
    "--output-dir",
    "--output-directory",
    "--dest",
    "--destination",
    "--target-dir",
    "--target-directory",
    "--save",
    "--write",
    "--extract-to",
    "--export",
    "--dump",
    "--log",
    "--log-file",
    "--logfile",
    "--report",
    "-out",
];

/// Programs whose `-o` is no file.
const OTHER_O: &[&str] = &[
    "ssh", "scp", "sftp", "mount", "umount", "ps", "useradd", "groupadd", "lsblk", "find", "rsync", "git",
    "set", "findmnt", "column", "df", "od", "grep", "egrep", "rg", "sshfs", "zpool", "zfs", "pgrep", "pkill",
    "top", "lsof",
];

/// Tells which words of a call name a path that no effect of it names. `own` is how many words after the program's
/// name belong to it, where the rest is a command that it runs.
pub(crate) fn tell(walk: &Walk<'_>, name: &str, own: usize, call: &mut Call) {
    let program = crate::facts::unversioned(name);
    if walk.place != Place::Here || LOOKED_INTO.contains(&program) || name.starts_with("wt_") {
        return;
    }
    let words: Vec<&String> = call.args().iter().take(own).collect();
    let skipped = words.len().saturating_sub(MAX_WORDS);
    let remote = matches!(program, "ssh" | "scp" | "sftp" | "rsync" | "mosh" | "rclone");
    let mut told: Vec<Operand> = Vec::new();
    let mut option = "";
    for (n, word) in words.iter().enumerate() {
        let before = std::mem::take(&mut option);
        if n >= MAX_WORDS / 2 && n < MAX_WORDS / 2 + skipped || word.len() > MAX_PATH_BYTES {
            continue;
        }
        let (flag, text) = split(word);
        if text.is_empty() {
            option = flag;
            continue;
        }
        let flag = if flag.is_empty() { before } else { flag };
        let own_key = OWN_KEYS
            .iter()
            .any(|(client, options)| *client == program && options.contains(&flag));
        if own_key || is_text(flag) || remote && text.contains(':') && flag.is_empty() {
            continue;
        }
        let writes = OUTPUTS.contains(&flag) && !OTHER_O.contains(&program);
        for piece in pieces(text) {
            if let Some(path) = path(walk, piece) {
                let known = told.iter_mut().find(|operand| operand.path == path);
                match known {
                    Some(operand) => operand.writes |= writes,
                    None => told.push(Operand { path, writes }),
                }
            }
        }
    }
    told.retain(|operand| !call.part.effects.iter().any(|effect| names(effect, operand)));
    // What is certainly written is judged as a write wherever it lies.
    for operand in told
        .iter()
        .filter(|operand| operand.writes && !is_beside(walk, operand))
    {
        call.part.effects.push(Effect {
            domain: "filesystem",
            operation: "write",
            role: "path",
            path: Some(operand.path.clone()),
            ..Effect::default()
        });
    }
    call.part.operands = told;
}

/// Whether it may be any word: a name in the working directory.
fn is_beside(walk: &Walk<'_>, operand: &Operand) -> bool {
    walk.state
        .cwd
        .as_deref()
        .is_none_or(|cwd| value::parent(&operand.path) == cwd)
}

/// Whether an effect has looked into the operand already.
fn names(effect: &Effect, operand: &Operand) -> bool {
    effect.path.as_deref() == Some(operand.path.as_str())
        && matches!(effect.domain, "filesystem" | "ssh")
        && !(operand.writes && effect.operation == "list")
}

/// An option and what is attached to it; a plain word has no option.
fn split(word: &str) -> (&str, &str) {
    if !word.starts_with('-') || word == "-" {
        return ("", word);
    }
    if let Some((flag, text)) = word.split_once('=') {
        return (flag, text);
    }
    // `-o/etc/x`, `-I~/x`
    let attached = word.char_indices().nth(2).map(|(at, _)| word.split_at(at));
    match attached {
        Some((flag, text)) if !word.starts_with("--") && text.starts_with(['/', '~', '.']) => (flag, text),
        _ => (word, ""),
    }
}

fn is_text(flag: &str) -> bool {
    let name = flag.strip_prefix('-').unwrap_or_default();
    TEXT_OPTIONS.contains(&name) || flag.len() > 2 && TEXT_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The word itself, and what stands in it behind `key=`, `@`, `file:` or between commas, where it is a path.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let inner = text
        .split(['=', ':', ',', '@', ';', '<', '>', '(', ')', '|', '!', '"', '\''])
        .filter(move |piece| piece.len() < text.len() && (piece.starts_with('/') || piece.starts_with("~/")));
    std::iter::once(text).chain(inner)
}

/// The absolute path a piece names; what is no path, or not known, names none.
fn path(walk: &Walk<'_>, piece: &str) -> Option<String> {
    // A variable that is not set opens the path behind it.
    let emptied = piece.replace(value::OPEN, "").replace(value::SPREAD, "");
    let piece = match piece.starts_with(value::OPEN) && emptied.starts_with('/') {
        true => emptied.as_str(),
        false => piece,
    };
    if piece.contains(|c: char| c.is_whitespace()) || value::is_open(piece) || piece.is_empty() {
        return None;
    }
    let home = piece
        .strip_prefix("~/")
        .map(|rest| format!("{}/{rest}", walk.scope.home));
    let path = walk.absolute(&home.unwrap_or_else(|| piece.to_owned()));
    let stream = path.starts_with("/dev/fd/") || STREAMS.contains(&path.as_str());
    if stream || value::is_open(&path) {
        return None;
    }
    // A class of letters may be any of them.
    let plain = path.split('/').map(|part| {
        if part.contains(CLASS) {
            "*".to_owned()
        } else {
            part.replace([STAR, TREE], "*").replace(ONE, "?")
        }
    });
    Some(value::show(&plain.collect::<Vec<_>>().join("/")))
}

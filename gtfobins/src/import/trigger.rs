//! What gives a recipe away on a command line, found by reading its code with the shell parser.

use crate::shell::ast::{AssignedValue, Kind, List, Piece, Word};
use crate::shell::parse;
use serde_json::{Map, Value, json};

/// The trigger of one recipe.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Trigger {
    /// The program that the code calls, where it is not the entry's own name.
    pub(crate) program: Option<String>,
    pub(crate) subcommands: Vec<String>,
    /// Options that carry the payload; all must be there.
    pub(crate) options: Vec<String>,
    pub(crate) env: Vec<String>,
    /// An operand is the payload: a file, a program, an address.
    pub(crate) operand: bool,
    /// It is driven by what is typed or piped into it.
    pub(crate) interactive: bool,
    /// It obeys a file that was written before.
    pub(crate) prepared: bool,
}

impl Trigger {
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let mut out = Map::new();
        if let Some(program) = &self.program {
            out.insert("program".to_owned(), json!(program));
        }
        for (key, list) in [
            ("subcommands", &self.subcommands),
            ("options", &self.options),
            ("env", &self.env),
        ] {
            if !list.is_empty() {
                out.insert(key.to_owned(), json!(list));
            }
        }
        for (key, set) in [
            ("operand", self.operand),
            ("interactive", self.interactive),
            ("prepared", self.prepared),
        ] {
            if set {
                out.insert(key.to_owned(), json!(true));
            }
        }
        out
    }
}

/// Programs that stand for an entry under another name.
const STAND_INS: &[(&str, &str)] = &[
    ("hexdump", "hd"),
    ("octave", "octave-cli"),
    ("redis", "redis-cli"),
    ("lxd", "lxc"),
    ("mosh-server", "mosh"),
    ("egrep", "grep"),
    ("fgrep", "grep"),
    ("zgrep", "grep"),
    ("bash", "history"),
    ("opkg", "rpm"),
];

struct Found {
    words: Vec<String>,
    env: Vec<String>,
    text: String,
    piped: bool,
    before: bool,
}

/// The trigger of the code of entry `name`.
pub(crate) fn of(name: &str, code: &str) -> Option<Trigger> {
    let lines: Vec<&str> = code.lines().collect();
    // What cannot be parsed is a program's own input: the shortest tail is left to the program.
    for upto in (1..=lines.len()).rev() {
        let text = lines.get(..upto).unwrap_or_default().join("\n");
        let Ok(list) = parse::script(&text) else { continue };
        let mut found = Vec::new();
        collect(&list, name, &mut found);
        if let Some(call) = found.pop() {
            let after = tail(&lines, &call.text);
            return Some(trigger(name, &call, after));
        }
    }
    // A recipe with a quote that does not close: the line that names the program still tells.
    for line in lines
        .iter()
        .rev()
        .filter(|l| l.split_whitespace().any(|w| matches_name(name, w)))
    {
        for repaired in [
            (*line).to_owned(),
            format!("{line}'"),
            format!("{line}\""),
            line.replace(['"', '\'', '\\'], " "),
        ] {
            let mut found = Vec::new();
            if let Ok(list) = parse::script(&repaired) {
                collect(&list, name, &mut found);
            }
            if let Some(call) = found.pop() {
                return Some(trigger(name, &call, false));
            }
        }
    }
    None
}

/// Whether lines follow that the program itself reads.
fn tail(lines: &[&str], text: &str) -> bool {
    let last = text.lines().last().unwrap_or_default();
    let at = lines
        .iter()
        .rposition(|l| l.contains(last))
        .unwrap_or(lines.len());
    let after = lines.get(at + 1..).unwrap_or_default();
    let commands = [
        "cat ",
        "reset",
        "strings ",
        "unzip ",
        "pdftotext ",
        "tar ",
        "ping",
        "ls ",
        "./",
        "mount",
        "qpdf ",
        "ip ",
        "docker ",
        "cp ",
        "virsh ",
        "systemctl ",
        "fail2ban-client ",
        "lxc ",
        "dmsetup ",
        "rustup ",
        "history",
        "echo ",
        "#",
        "EOF",
        "<",
        "0 ",
        "[",
        "}",
        "ar p",
    ];
    after
        .iter()
        .any(|l| !l.trim().is_empty() && !commands.iter().any(|c| l.starts_with(c)))
}

fn collect(list: &List, name: &str, out: &mut Vec<Found>) {
    for pipeline in list.0.iter().flat_map(|s| &s.chain) {
        for (at, command) in pipeline.commands.iter().enumerate() {
            match &command.kind {
                Kind::Simple { assignments, words } => {
                    let mut words: Vec<String> = words.iter().map(plain).collect();
                    if pipeline.timed && name == "time" {
                        words.insert(0, "time".to_owned());
                    }
                    let env = assignments
                        .iter()
                        .filter(|a| matches!(a.value, AssignedValue::Scalar(_)))
                        .map(|a| a.name.clone());
                    let start = words
                        .iter()
                        .position(|w| matches_name(name, w))
                        .filter(|at| *at == 0 || words.first().is_some_and(|w| w == "sudo" || w == "rpm"));
                    if let Some(start) = start {
                        let fed = at > 0
                            || !command.redirects.is_empty()
                                && command.redirects.iter().any(|r| r.body.is_some());
                        out.push(Found {
                            words: words.get(start..).unwrap_or_default().to_vec(),
                            env: env.collect(),
                            text: command.text.clone(),
                            piped: fed,
                            before: !out.is_empty() || list.0.len() > 1,
                        });
                    }
                }
                Kind::Subshell(list) | Kind::Group(list) => collect(list, name, out),
                _ => {}
            }
        }
    }
}

fn matches_name(name: &str, word: &str) -> bool {
    let base = word.rsplit('/').next().unwrap_or(word);
    base == name
        || STAND_INS
            .iter()
            .any(|(entry, program)| *entry == name && *program == base)
}

fn plain(word: &Word) -> String {
    let mut out = String::new();
    for piece in &word.pieces {
        match piece {
            Piece::Literal { text, .. } => out.push_str(text),
            Piece::Parameter { parameter, .. } => {
                out.push('$');
                out.push_str(&parameter.name);
            }
            Piece::Substitution { .. } | Piece::Process(_) | Piece::Arithmetic(_) => out.push_str("$()"),
        }
    }
    out
}

/// Words that mark where a recipe's payload stands.
fn is_payload(word: &str) -> bool {
    [
        "/bin/",
        "/path/to",
        "/etc/hosts",
        "/etc/passwd",
        "DATA",
        "attacker.com",
        "...",
        "/sh",
        "./",
        "$(",
        "temp-file",
        "12345",
        "http://",
        "x.",
        "/dev/stdin",
        "/dev/stdout",
        "alias.",
        "unix",
        "$CONTAINER",
        "$PID",
        ":/",
        "system(",
        "exec",
    ]
    .iter()
    .any(|mark| word.contains(mark))
}

fn trigger(name: &str, call: &Found, after: bool) -> Trigger {
    let mut out = Trigger {
        env: call.env.clone(),
        ..Trigger::default()
    };
    let program = call
        .words
        .first()
        .map(|w| w.rsplit('/').next().unwrap_or(w).to_owned())
        .unwrap_or_default();
    if program != name {
        out.program = Some(program);
    }
    let args = call.words.get(1..).unwrap_or_default();
    let mut all_options = Vec::new();
    let mut words_before = Vec::new();
    let mut payload_options = Vec::new();
    let mut payload_operands = 0;
    let mut other_operands = 0;
    let mut at = 0;
    while let Some(word) = args.get(at) {
        at += 1;
        if word == "--" {
            // Behind it stands the wrapped command.
            payload_operands += usize::from(args.len() > at);
            break;
        }
        let is_option = word.starts_with('-') && word.len() > 1 && !word.starts_with("-/");
        if !is_option {
            if is_payload(word) {
                payload_operands += 1;
            } else if !word.is_empty()
                && all_options.is_empty()
                && payload_operands == 0
                && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            {
                words_before.push(word.clone());
            } else {
                other_operands += usize::from(!word.is_empty());
            }
            continue;
        }
        let (option, attached) = match word.split_once('=') {
            Some((option, value)) => (option.to_owned(), Some(value)),
            None => (word.clone(), None),
        };
        all_options.push(option.clone());
        if attached.is_some_and(is_payload) {
            payload_options.push(option);
        } else if attached.is_none() && !word.starts_with("--") && word.contains('/') {
            // `-H/bin/sh`: the letter is the option.
            payload_options.push(word.chars().take(2).collect());
        } else if attached.is_none()
            && args
                .get(at)
                .is_some_and(|next| is_payload(next) && !next.starts_with('-'))
        {
            payload_options.push(option);
        }
    }
    out.subcommands = words_before;
    if !payload_options.is_empty() {
        out.options = payload_options;
    } else if payload_operands > 0
        || (all_options.is_empty() && out.env.is_empty() && !after && other_operands > 0)
    {
        out.operand = true;
    } else {
        out.options = all_options;
    }
    out.options.sort();
    out.options.dedup();
    let carries = !out.options.is_empty() || out.operand || !out.env.is_empty();
    out.interactive = after || (call.piped && !carries);
    out.prepared = call.before && !carries && !out.interactive;
    out
}

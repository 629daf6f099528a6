//! gh and glab: what they publish from a file. A text that was written to be published is no secret; a file that is
//! named like one is.

use crate::shell::call::Call;
use crate::shell::state::Stream;
use crate::shell::value;

/// Options whose value is a file that is published.
const FILES: [&str; 5] = ["-F", "--body-file", "--notes-file", "--input", "--file"];
/// What the names of files that hold secrets hold.
const SECRET: [&str; 9] = [
    "credential",
    "secret",
    "id_rsa",
    "id_ed25519",
    ".pem",
    ".key",
    ".netrc",
    ".npmrc",
    ".pypirc",
];

/// Adds the class of a call that publishes a secret file.
pub(super) fn check(name: &str, args: &[String], call: &mut Call) {
    if !matches!(name, "gh" | "glab") {
        return;
    }
    let mut words = args.iter();
    let mut secret = false;
    while let Some(word) = words.next() {
        let (option, attached) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (word.as_str(), None),
        };
        let file = match attached {
            _ if !FILES.contains(&option) => continue,
            Some(value) => value,
            None => words.next().map(String::as_str).unwrap_or_default(),
        };
        // `gh api -F key=@file`
        let file = file.rsplit_once("=@").map_or(file, |(_, file)| file);
        let fed = match &call.stdin {
            Stream::File(path) if file == "-" => path.as_str(),
            _ => file,
        };
        secret |= is_secret(fed);
    }
    if secret {
        call.part
            .class("upload", format!("`{name}` publishes a file that holds secrets"));
    }
}

fn is_secret(path: &str) -> bool {
    let base = value::base(path);
    let environment = base.starts_with(".env")
        && !["example", "sample", "template"]
            .iter()
            .any(|e| base.ends_with(e));
    environment || !base.ends_with(".md") && SECRET.iter().any(|word| base.contains(word))
}

//! What leaves the machine in the words of a command without having been written there: the content of files, and
//! variables that hold something secret. A variable of an ordinary name, such as a project's, is no secret.

use super::network::host_of;
use crate::shell::call::Call;
use crate::shell::value::{self, CONTENT, DECODED, FOREIGN};
use crate::shell::walk::Walk;

/// What the names of secret variables hold.
const SECRET: [&str; 9] = [
    "TOKEN", "SECRET", "PASS", "KEY", "CRED", "AUTH", "PWD", "COOKIE", "SESSION",
];

/// Whether a word that is sent carries what nobody has written in the command.
pub(super) fn gives_away(walk: &Walk<'_>, call: &Call, word: &str) -> bool {
    word.contains([CONTENT, DECODED]) || word.contains(FOREIGN) && !only_plain(walk, &call.part.text)
}

/// The same of an address; one that is not known at all is fetched like any other.
pub(super) fn address_gives_away(walk: &Walk<'_>, call: &Call, url: &str) -> bool {
    let whole = url.strip_prefix(FOREIGN).filter(|rest| {
        let rest = rest.trim_start_matches(value::SPREAD);
        rest.is_empty() || rest.starts_with(['/', ':'])
    });
    gives_away(walk, call, whole.unwrap_or(url)) || host_of(url).contains(FOREIGN) && whole.is_none()
}

/// Whether every variable of a command is an ordinary one of the caller's environment: not named like a secret, and
/// not given a value by the text itself, which may be that of a secret one.
fn only_plain(walk: &Walk<'_>, text: &str) -> bool {
    let mut names = text.split('$').skip(1).map(|rest| {
        let rest = rest.trim_start_matches(['{', '!', '#']);
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    });
    let mut any = false;
    let plain = names.all(|name| {
        any = true;
        let upper = name.to_ascii_uppercase();
        let number = name.bytes().all(|b| b.is_ascii_digit());
        if number {
            return walk.state.positional.is_none();
        }
        let known = walk.state.variables.get(name);
        let taken = known.is_some_and(|v| v.elements.iter().any(|text| text.contains(FOREIGN)));
        !taken && !SECRET.iter().any(|word| upper.contains(word))
    });
    any && plain
}

//! Modes and owners.

use super::files::each;
use super::options::{Grammar, Options};
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::value;
use crate::shell::walk::Walk;

pub(super) fn special_mode(mode: Option<&str>, call: &mut Call) {
    let Some(mode) = mode else { return };
    let program = call.argv.first().cloned().unwrap_or_default();
    let octal = mode.trim_start_matches(['=', '+']);
    let special = if octal.bytes().all(|b| b.is_ascii_digit()) && !octal.is_empty() {
        let bits = u32::from_str_radix(octal, 8).unwrap_or(0o7777);
        bits & 0o6000 != 0 || bits & 0o1002 == 0o0002
    } else {
        mode.split(',').any(|clause| {
            let adds = clause.contains(['+', '=']);
            let who = clause.split(['+', '=', '-']).next().unwrap_or_default();
            let what = clause.split(['+', '=']).nth(1).unwrap_or_default();
            adds && (what.contains('s') || (what.contains('w') && (who.contains('o') || who.contains('a'))))
        })
    };
    if special || value::is_open(mode) {
        call.part.concern(
            "special-mode",
            format!(
                "`{program}` sets the mode `{}`, which gives others rights",
                value::show(mode)
            ),
        );
    }
}

pub(super) fn rights(walk: &mut Walk<'_>, name: &str, args: &[String], call: &mut Call) {
    // A mode may begin with a dash: `chmod -x file`.
    let is_mode = |word: &String| {
        name == "chmod"
            && word.len() > 1
            && word.starts_with('-')
            && word.chars().skip(1).all(|c| "rwxXst,ugoa+-=".contains(c))
    };
    let modes: Vec<String> = args.iter().filter(|w| is_mode(w)).cloned().collect();
    let rest: Vec<String> = args.iter().filter(|w| !is_mode(w)).cloned().collect();
    let options = Options::parse(
        &rest,
        &Grammar {
            long_values: &["reference", "from"],
            ..Grammar::default()
        },
    );
    let tree = options.has(&["-R", "--recursive"]);
    let mut operands = options.operands.clone();
    if options.value(&["--reference"]).is_some() {
        call.part.concern(
            "special-mode",
            format!("`{name} --reference` takes its rights from another file"),
        );
    } else if modes.is_empty() && !operands.is_empty() {
        let mode = operands.remove(0);
        if name == "chmod" {
            special_mode(Some(&mode), call);
        }
    }
    let access = match (name, tree) {
        ("chmod", false) => Access::Chmod,
        ("chmod", true) => Access::ChmodTree,
        (_, false) => Access::Chown,
        (_, true) => Access::ChownTree,
    };
    // The rights of a project's own tree are its own matter: no recursion is claimed for them.
    each(walk, call, &operands, access);
}

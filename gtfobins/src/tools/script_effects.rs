//! What the text of a script does, as effects and concerns of the call that runs it.

use super::languages::{Language, constructs};
use super::scripts::{ScriptUses, inspect};
use crate::analysis::Effect;
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::value;
use crate::shell::walk::Walk;

/// What a script does, as effects and concerns.
pub(super) fn script_effects(walk: &mut Walk<'_>, language: Language, script: &str, call: &mut Call) {
    let name = call.argv.first().cloned().unwrap_or_default();
    if script.contains(value::DECODED) {
        call.part.concern(
            "unresolved-command",
            format!("the script that `{name}` runs is only known when it runs"),
        );
    }
    // A variable that is not set opens the path behind it.
    let script = &script.replace(value::OPEN, "");
    if language == Language::Perl && script.contains("open") && opens_pipe(script) {
        call.part
            .concern("runs-program", "the perl script opens a pipe to a command");
    }
    let uses = inspect(constructs(language), script);
    if let Some(construct) = uses.run.or(uses.load) {
        call.part.concern(
            "runs-program",
            format!("the script that `{name}` runs uses `{construct}`, which can run anything"),
        );
    }
    if let Some(construct) = uses.delete {
        let known = !uses.paths.is_empty() && !uses.home;
        if known || script_names_relative(script, construct) {
            for path in &uses.paths {
                let path = walk.untilde(path);
                walk.access(&path, Access::DeleteTree, &mut call.part);
            }
        } else {
            call.part.concern(
                "unresolved-path",
                format!("the script that `{name}` runs deletes files with `{construct}`"),
            );
        }
    }
    for path in &uses.paths {
        let path = walk.untilde(path);
        walk.access(
            &path,
            if uses.write.is_some() {
                Access::Write
            } else {
                Access::Read
            },
            &mut call.part,
        );
    }
    if uses.home && uses.write.is_some() {
        call.part.concern(
            "unresolved-path",
            format!("the script that `{name}` runs writes below the home directory"),
        );
    }
    if uses.home
        && uses.read.is_some()
        && script.contains('.')
        && [".ssh", ".aws", ".gnupg", ".netrc", "credentials", "id_rsa"]
            .iter()
            .any(|s| script.contains(s))
    {
        call.part.concern(
            "unresolved-path",
            format!("the script that `{name}` runs reads credentials"),
        );
    }
    network(&uses, script, call);
}

/// Whether a literal that is more than a mark ends in a pipe.
fn opens_pipe(script: &str) -> bool {
    ["|\"", "|'", "\"|", "'|", "|}", "|)"].iter().any(|pipe| {
        script.match_indices(pipe).any(|(at, _)| {
            let around = (
                script.get(..at).and_then(|t| t.chars().next_back()),
                script.get(at + pipe.len()..).and_then(|t| t.chars().next()),
            );
            let other = if pipe.starts_with('|') { around.0 } else { around.1 };
            other.is_some_and(|c| !matches!(c, '"' | '\'' | '|' | ','))
        })
    })
}

fn network(uses: &ScriptUses, script: &str, call: &mut Call) {
    if uses.network.is_none() {
        return;
    }
    let local = |url: &str| {
        ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"]
            .iter()
            .any(|h| url.contains(h))
    };
    // What is read may go out in a body as well as in an address, or through a plain connection.
    let secret = uses
        .paths
        .iter()
        .any(|path| value::base(path).starts_with(".env") || path.starts_with(['/', '~']));
    let sends = uses.send.is_some() && (uses.read.is_some() || uses.run.is_some())
        || uses.read.is_some() && secret && uses.write.is_none();
    if sends && uses.urls.is_empty() && !local(script) {
        call.part
            .class("upload", "the script reads files and speaks to another machine");
    }
    for url in uses.urls.iter().filter(|u| !local(u)) {
        let operation = if sends { "upload" } else { "fetch" };
        call.part.effects.push(Effect {
            domain: "network",
            operation,
            role: "url",
            url: url.clone(),
            host: super::network::host_of(url),
            ..Effect::default()
        });
    }
}

/// Whether a destructive construct is given a relative literal right away.
fn script_names_relative(script: &str, construct: &str) -> bool {
    let Some(at) = script.find(construct) else {
        return false;
    };
    let tail = script
        .get(at + construct.len()..)
        .unwrap_or_default()
        .trim_start_matches(['(', ' ']);
    let Some(quote) = tail.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return false;
    };
    let text: String = tail.chars().skip(1).take_while(|c| *c != quote).collect();
    !text.is_empty() && !text.starts_with(['/', '~', '.', '$']) && !text.contains("..") && !text.contains('*')
}

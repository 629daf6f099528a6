//! git configuration keys whose value runs, loads or redirects something.

use crate::shell::environment::is_harmless_program;

/// Configuration keys (lower case, a `*` for one name) whose value runs, loads or redirects something.
pub(super) const RUNNING_KEYS: &[&str] = &[
    "alias.*",
    "core.pager",
    "pager.*",
    "core.editor",
    "core.fsmonitor",
    "core.sshcommand",
    "core.hookspath",
    "core.askpass",
    "core.gitproxy",
    "core.alternaterefscommand",
    "diff.external",
    "diff.*.command",
    "diff.*.textconv",
    "difftool.*.cmd",
    "difftool.*.path",
    "mergetool.*.cmd",
    "mergetool.*.path",
    "merge.*.driver",
    "filter.*.clean",
    "filter.*.smudge",
    "filter.*.process",
    "gpg.program",
    "gpg.*.program",
    "credential.helper",
    "credential.*.helper",
    "sequence.editor",
    "uploadpack.packobjectshook",
    "protocol.ext.allow",
    "protocol.allow",
    "include.path",
    "includeif.*.path",
    "interactive.difffilter",
    "remote.*.uploadpack",
    "remote.*.receivepack",
    "remote.*.vcs",
    "remote.*.proxy",
    "init.templatedir",
    "web.browser",
    "browser.*.cmd",
    "browser.*.path",
    "man.*.cmd",
    "man.*.path",
    "sendemail.*",
    "submodule.*.update",
    "trailer.*.command",
    "trailer.*.cmd",
    "core.worktree",
    "core.attributesfile",
    "url.*.insteadof",
    "core.bare",
    "receive.*hook",
    "gui.*",
    "guitool.*.cmd",
    "tar.*.command",
    "http.proxy",
    "http.sslverify",
];

pub(crate) fn is_running_key(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    RUNNING_KEYS.iter().any(|pattern| match pattern.split_once('*') {
        None => key == *pattern,
        Some((start, end)) => {
            key.starts_with(start) && key.ends_with(end) && key.len() > start.len() + end.len()
        }
    })
}

/// Whether a value for such a key is a plain one.
pub(super) fn is_plain_value(key: &str, value: &str) -> bool {
    let key = key.to_ascii_lowercase();
    if key.starts_with("alias.") {
        return !value.starts_with('!') && !value.contains(['$', '`', ';', '|']) && !value.contains("-c ");
    }
    match key.as_str() {
        "core.pager" | "core.editor" | "sequence.editor" | "core.sshcommand" => is_harmless_program(value),
        "core.bare" => true,
        "credential.helper" => {
            value.is_empty()
                || matches!(
                    value,
                    "store" | "cache" | "osxkeychain" | "manager" | "libsecret" | "!gh auth git-credential"
                )
        }
        "gpg.program" => matches!(value, "gpg" | "gpg2"),
        "core.hookspath" => value == "/dev/null" || matches!(value, ".husky" | ".githooks"),
        key if key.starts_with("pager.") => matches!(value, "false" | "true") || is_harmless_program(value),
        key if key.starts_with("submodule.") => !value.starts_with('!'),
        key if key.starts_with("url.") => true,
        _ => matches!(value, "true" | "false" | "" | "0" | "1"),
    }
}

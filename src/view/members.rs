//! The members that entries are known to have, so that a name which is none of them can be told from one that is only
//! missing here. A name that stands here may be absent from every entry; one that does not may still be in some.

use policy::nearest;

/// Paths, the more telling ones first: `*` is every item of a list, and below `**` any name may stand.
const MEMBERS: &[&str] = &[
    "seq",
    "timestamp",
    "kind",
    "decision.verdict",
    "decision.matched_rules.*.layer",
    "decision.matched_rules.*.rule",
    "decision.matched_rules.*.target",
    "decision.matched_rules.*.verdict",
    "decision.reasons.*",
    "decision.hint",
    "decision.risk_score",
    "decision.risk.score",
    "decision.risk.tool",
    "decision.risk.args",
    "decision.risk.burst",
    "decision.risk.why.**",
    "decision.audit",
    "intent.domain",
    "intent.operation",
    "intent.targets.*.role",
    "intent.targets.*.domain",
    "intent.targets.*.operation",
    "intent.targets.*.path",
    "intent.targets.*.host",
    "intent.targets.*.user",
    "intent.targets.*.port",
    "intent.targets.*.namespace",
    "intent.targets.*.container",
    "intent.targets.*.resource",
    "intent.targets.*.name",
    "intent.targets.*.url",
    "intent.params.**",
    "identity.agent.value",
    "identity.agent.learnt",
    "identity.session",
    "identity.session_learnt",
    "identity.principal",
    "identity.uid",
    "identity.claimed",
    "identity.request",
    "execution.exit_code",
    "execution.signal",
    "execution.duration_us",
    "execution.stdout_sha256",
    "execution.stdout_bytes",
    "execution.truncated",
    "execution.effects.**",
    "tool",
    "of",
    "workspace",
    "level",
    "enforcement.**",
    "scope.domain",
    "scope.operation",
    "scope.targets.*.role",
    "scope.targets.*.domain",
    "scope.targets.*.operation",
    "scope.targets.*.path",
    "scope.targets.*.name",
    "scope.targets.*.parent",
    "scope.targets.*.ext",
    "scope.targets.*.kind",
    "scope.targets.*.size",
    "scope.targets.*.owner",
    "scope.targets.*.mode",
    "scope.targets.*.links",
    "scope.targets.*.entries",
    "scope.targets.*.exists",
    "scope.targets.*.host",
    "scope.targets.*.user",
    "scope.targets.*.port",
    "scope.targets.*.namespace",
    "scope.targets.*.container",
    "scope.targets.*.resource",
    "scope.targets.*.url",
    "scope.targets.*.extra.**",
    "scope.identity.principal",
    "scope.identity.uid",
    "scope.identity.agent",
    "scope.identity.learnt",
    "scope.identity.session",
    "scope.identity.capabilities.*",
    "scope.identity.attestation",
    "scope.identity.interactive",
    "scope.params.**",
    "scope.gtfo.risk",
    "scope.gtfo.invoked",
    "scope.gtfo.functions.*",
    "scope.gtfo.binary",
    "scope.gtfo.score",
    "scope.burst",
    "scope.time.hour",
    "scope.time.weekday",
    "scope.time.iso",
    "scope.env.**",
    "scope.workspace.root",
    "scope.workspace.branch",
    "scope.places.homes.*",
    "scope.places.watchtower.*",
    "scope.enforcement.level",
    "scope.enforcement.landlock_abi",
    "scope.floors.*.rule",
    "scope.floors.*.verdict",
    "scope.floors.*.reason",
    "scope.floors.*.hint",
    "scope.floors.*.target",
    "scope.sha256",
    "policy_sha256.**",
    "dir.path",
    "dir.chosen",
    "annotations.gtfo_alerts.**",
    "annotations.**",
    "salt",
    "agent",
    "principal",
    "session",
    "summary",
    "reason",
    "by",
    "id",
    "request",
    "answer",
    "entry",
    "source",
    "message",
    "grant.**",
    "statement.**",
    "signature",
    "digest",
    "marks.**",
    "asked_sha256",
    "target_count",
    "rules.**",
    "reasons.*",
    "risk_score",
    "expires",
    "targets.**",
    "expected",
    "segment",
    "offset",
    "bytes",
    "sha256",
    "recovery",
    "poisoned",
    "before",
    "now",
    "seal_gap",
    "exit_code",
    "left.*",
    "size",
    "root",
    "first",
    "last",
    "last_hash",
    "segments",
    "archive",
    "was",
    "data_sha256",
    "action",
    "file",
    "path",
    "proven",
    "proven_entries",
    "original.**",
    "entries",
    "state",
    "head",
    "reported_by",
    "event.**",
    "parts.**",
    "type",
    "severity",
    "format",
    "origin",
    "vkey",
    "host",
    "approver_key.**",
    "seal.**",
    "_seal",
    "_redacted.by",
    "_redacted.data_sha256",
    "_redacted.body_sha256",
];

/// A shorter name is near to too many that stand elsewhere.
const MIN_NAME: usize = 4;

/// Whether a path leads to something that an entry may have.
pub(super) fn is_known(path: &[&str]) -> bool {
    MEMBERS.iter().any(|member| leads_along(member, path))
}

/// What was probably meant by a path of which only the last name is unknown.
pub(super) fn meant(path: &[&str]) -> Option<String> {
    let (last, before) = path.split_last()?;
    let plain = || MEMBERS.iter().filter(|member| !member.contains('*'));
    let end = |member: &&'static str| member.rsplit('.').next();
    if let Some(elsewhere) = plain().find(|member| end(member) == Some(*last)) {
        return Some((*elsewhere).to_owned());
    }
    let beside = MEMBERS
        .iter()
        .filter(|member| leads_along(member, before))
        .filter_map(|member| member.split('.').nth(before.len()));
    if let Some(name) = nearest(last, beside.filter(|name| !name.contains('*'))) {
        return Some([before, &[name]].concat().join("."));
    }
    if last.len() < MIN_NAME {
        return None;
    }
    let name = nearest(last, plain().filter_map(end))?;
    plain()
        .find(|member| end(member) == Some(name))
        .map(|member| (*member).to_owned())
}

/// Whether the path is a member's, or the beginning of one.
fn leads_along(member: &str, path: &[&str]) -> bool {
    let mut steps = member.split('.');
    for name in path {
        match steps.next() {
            Some("**") => return true,
            Some("*") if *name == "*" || name.parse::<usize>().is_ok() => {}
            Some(step) if step == *name => {}
            Some(_) | None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::{MEMBERS, is_known, meant};

    fn steps(path: &str) -> Vec<&str> {
        path.split('.').collect()
    }

    #[test]
    fn a_path_of_an_entry_and_its_beginnings_are_known_and_others_are_not() {
        for path in [
            "seq",
            "decision",
            "decision.verdict",
            "decision.matched_rules.0.rule",
            "intent.targets.*.path",
            "intent.params.whatever.it.is",
            "policy_sha256.user",
            "scope.targets",
        ] {
            assert!(is_known(&steps(path)), "{path}");
        }
        for path in [
            "verdict",
            "decision.verdcit",
            "decision.verdict.x",
            "intent.targets.path",
            "sec",
        ] {
            assert!(!is_known(&steps(path)), "{path}");
        }
        assert!(MEMBERS.iter().all(|member| is_known(&steps(member))));
    }

    #[test]
    fn a_slip_and_a_name_that_stands_elsewhere_are_recognised() {
        for (path, want) in [
            ("decision.verdcit", Some("decision.verdict")),
            ("decison", Some("decision")),
            ("verdict", Some("decision.verdict")),
            ("verdcit", Some("decision.verdict")),
            ("intent.verdict", Some("decision.verdict")),
            ("intent.targets.0.pth", Some("intent.targets.0.path")),
            ("kinds", Some("kind")),
            ("exit_cod", Some("exit_code")),
            ("colour", None),
            ("decision.colour", None),
        ] {
            assert_eq!(meant(&steps(path)).as_deref(), want, "{path}");
        }
    }
}

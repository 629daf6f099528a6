//! One line of the console: a decision with its outcome, or another entry in a few words. Reads what entries
//! hold and tolerates what they lack, since a ledger may be damaged or come from another version.

use super::note;
use ledger::read::Entry;
use policy::Verdict;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// How an allowed call ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Done {
    /// Number of the outcome entry.
    pub(crate) seq: u64,
    /// The effect's exit code.
    pub(crate) exit_code: i64,
    /// The signal that ended it.
    pub(crate) signal: Option<i64>,
    /// From permit to end.
    pub(crate) duration_us: u64,
}

/// A decision with its outcome, or another entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Action {
    /// Number of the entry.
    pub(crate) seq: u64,
    /// Its time, 27 characters.
    pub(crate) timestamp: String,
    /// `decision`, or what else it is.
    pub(crate) kind: String,
    /// What was decided; none for other kinds.
    pub(crate) verdict: Option<Verdict>,
    /// Domain of the intent.
    pub(crate) domain: String,
    /// Operation of the intent.
    pub(crate) operation: String,
    /// Applet or tool.
    pub(crate) tool: String,
    /// What it acts on, as given.
    pub(crate) targets: Vec<String>,
    /// The whole command line where a shell was to run one, `` otherwise.
    pub(crate) command: String,
    /// The rule that gave the verdict.
    pub(crate) rule: String,
    /// Why.
    pub(crate) reason: String,
    /// 0.0 to 1.0.
    pub(crate) risk_score: f64,
    /// User name.
    pub(crate) principal: String,
    /// Agent, `` for none known.
    pub(crate) agent: String,
    /// The agent's session.
    pub(crate) session: String,
    /// How it ended; none while it runs, and for refusals.
    pub(crate) outcome: Option<Done>,
    /// What another entry says, in a few words.
    pub(crate) note: String,
}

impl Action {
    /// Reads an entry of any kind.
    pub(crate) fn of(entry: &Entry) -> Self {
        let data = &entry.data;
        let base = Self {
            seq: entry.seq,
            timestamp: entry.timestamp.clone(),
            kind: entry.kind().to_owned(),
            principal: text(data, &["identity", "principal"]),
            agent: text(data, &["identity", "agent", "value"]),
            session: text(data, &["identity", "session"]),
            ..Self::default()
        };
        if base.kind != "decision" {
            return Self {
                note: note::note(&base.kind, data),
                ..base
            };
        }
        let verdict = at(data, &["decision", "verdict"]).and_then(|word| Verdict::deserialize(word).ok());
        Self {
            verdict,
            domain: text(data, &["intent", "domain"]),
            operation: text(data, &["intent", "operation"]),
            tool: text(data, &["tool"]),
            targets: targets(data),
            command: command(data),
            rule: rule(data),
            reason: at(data, &["decision", "reasons"])
                .and_then(|reasons| reasons.get(0))
                .and_then(Json::as_str)
                .unwrap_or_default()
                .to_owned(),
            risk_score: at(data, &["decision", "risk_score"])
                .and_then(Json::as_f64)
                .unwrap_or_default(),
            ..base
        }
    }

    /// What was asked for, as one text: the tool and its operands, or the command line of a shell.
    pub(crate) fn what(&self) -> String {
        if self.kind != "decision" {
            return self.note.clone();
        }
        let mut out = match (self.tool.as_str(), self.domain.as_str()) {
            ("", domain) => format!("{domain}:{}", self.operation),
            // `wt` is one tool for all of its own operations.
            (tool, "watchtower") => format!("{tool} {}", self.operation),
            (tool, _) => tool.to_owned(),
        };
        if !self.command.is_empty() {
            return format!("{out} {}", self.command);
        }
        for target in &self.targets {
            out.push(' ');
            out.push_str(&quoted(target));
        }
        out
    }

    /// The action as `--json` prints it (docs/console.md).
    pub(crate) fn to_json(&self) -> Json {
        let outcome = self.outcome.as_ref().map(|done| {
            json!({
                "seq": done.seq, "exit_code": done.exit_code, "signal": done.signal,
                "duration_us": done.duration_us,
            })
        });
        json!({
            "seq": self.seq, "timestamp": self.timestamp, "kind": self.kind, "verdict": self.verdict,
            "domain": self.domain, "operation": self.operation, "tool": self.tool, "targets": self.targets,
            "rule": self.rule, "reason": self.reason, "risk_score": self.risk_score,
            "principal": self.principal, "agent": self.agent, "session": self.session,
            "outcome": outcome, "note": self.note,
        })
    }
}

/// The decision that an outcome entry belongs to, and what it says.
pub(crate) fn outcome(entry: &Entry) -> Option<(u64, Done)> {
    if entry.kind() != "outcome" {
        return None;
    }
    let number = |path: &[&str]| at(&entry.data, path).and_then(Json::as_i64);
    let of = at(&entry.data, &["of"]).and_then(Json::as_u64)?;
    let done = Done {
        seq: entry.seq,
        exit_code: number(&["execution", "exit_code"]).unwrap_or_default(),
        signal: number(&["execution", "signal"]),
        duration_us: at(&entry.data, &["execution", "duration_us"])
            .and_then(Json::as_u64)
            .unwrap_or_default(),
    };
    Some((of, done))
}

/// The value below these names.
pub(crate) fn at<'a>(data: &'a Map<String, Json>, path: &[&str]) -> Option<&'a Json> {
    let (first, rest) = path.split_first()?;
    rest.iter()
        .try_fold(data.get(*first)?, |value, name| value.get(*name))
}

/// The text below these names, `` where there is none.
pub(crate) fn text(data: &Map<String, Json>, path: &[&str]) -> String {
    at(data, path)
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The rule that decided, `` where there is none.
pub(crate) fn rule(data: &Map<String, Json>) -> String {
    let first = at(data, &["decision", "matched_rules"]).and_then(|rules| rules.get(0));
    let named = first.and_then(|rule| rule.get("rule").or(Some(rule)));
    named.and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// The command line of a shell: of such a call the target names no more than the first word.
fn command(data: &Map<String, Json>) -> String {
    if text(data, &["intent", "domain"]) == "process" {
        text(data, &["intent", "params", "command"])
    } else {
        String::new()
    }
}

fn targets(data: &Map<String, Json>) -> Vec<String> {
    let list = at(data, &["intent", "targets"]).and_then(Json::as_array);
    list.into_iter().flatten().map(target).collect()
}

/// One target in the form that people write: `path`, `host:path`, `namespace/pod:path`, `resource/name`.
pub(super) fn target(value: &Json) -> String {
    let field = |name: &str| value.get(name).and_then(Json::as_str).unwrap_or_default();
    let (path, host, namespace, name) = (field("path"), field("host"), field("namespace"), field("name"));
    if !field("url").is_empty() {
        return field("url").to_owned();
    }
    let mut place = String::new();
    if !host.is_empty() {
        if !field("user").is_empty() {
            place.push_str(field("user"));
            place.push('@');
        }
        place.push_str(host);
    } else if !name.is_empty() {
        for part in [namespace, field("resource")] {
            if !part.is_empty() {
                place.push_str(part);
                place.push('/');
            }
        }
        place.push_str(name);
    }
    match (place.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (false, true) => place,
        (false, false) => format!("{place}:{path}"),
    }
}

/// A path as it would be typed; only where a space or quote would mislead.
pub(super) fn quoted(path: &str) -> String {
    if path.is_empty() || path.contains([' ', '\'', '"', '\t', '\n']) {
        return shell_words::quote(path).into_owned();
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Action, Done, outcome};
    use ledger::read::Entry;
    use policy::Verdict;
    use serde_json::{Value as Json, json};

    fn entry(seq: u64, data: Json) -> Entry {
        Entry {
            seq,
            timestamp: "2026-01-01T00:00:00.000000Z".to_owned(),
            data: data.as_object().unwrap().clone(),
            prev_hash: String::new(),
            hash: String::new(),
        }
    }

    #[test]
    fn a_decision_reads_as_the_call_it_judged() {
        let action = Action::of(&entry(
            7,
            json!({"kind": "decision", "tool": "safe-cp",
                "identity": {"principal": "ann", "agent": {"value": "codex", "learnt": "parent"}, "session": "s1"},
                "intent": {"domain": "filesystem", "operation": "copy", "targets": [
                    {"role": "source", "path": "a b"}, {"role": "destination", "path": "c\u{1b}d"}]},
                "decision": {"verdict": "shadow", "risk_score": 0.35, "reasons": ["because"],
                    "matched_rules": [{"layer": "user", "rule": "copies", "verdict": "shadow", "target": 0}]}}),
        ));
        assert_eq!(action.what(), "safe-cp 'a b' c\u{1b}d");
        assert_eq!(
            (action.verdict, action.rule.as_str()),
            (Some(Verdict::Shadow), "copies")
        );
        assert_eq!((action.agent.as_str(), action.session.as_str()), ("codex", "s1"));
    }

    #[test]
    fn a_command_of_a_shell_reads_as_it_was_typed() {
        let action = Action::of(&entry(
            7,
            json!({"kind": "decision", "tool": "shell", "intent": {"domain": "process", "operation": "exec",
                "targets": [{"role": "command", "name": "sudo"}], "params": {"command": "sudo rm -rf 'a b'"}}}),
        ));
        assert_eq!(action.what(), "shell sudo rm -rf 'a b'");
        assert_eq!(action.to_json()["targets"], json!(["sudo"]));
        let other = Action::of(&entry(
            8,
            json!({"kind": "decision", "tool": "kubectl-exec-read", "intent": {"domain": "kubernetes",
                "targets": [{"namespace": "dev", "name": "web-1"}], "params": {"command": "cat"}}}),
        ));
        assert_eq!(other.what(), "kubectl-exec-read dev/web-1");
    }

    #[test]
    fn remote_and_cluster_targets_read_as_people_write_them() {
        for (target, want) in [
            (
                json!({"host": "db1", "user": "ops", "path": "/var/log/x"}),
                "ops@db1:/var/log/x",
            ),
            (json!({"host": "db1"}), "db1"),
            (
                json!({"namespace": "dev", "name": "web-1", "path": "/etc/os-release"}),
                "dev/web-1:/etc/os-release",
            ),
            (
                json!({"namespace": "dev", "resource": "pods", "name": "web-1"}),
                "dev/pods/web-1",
            ),
            (json!({"path": "a b"}), "a b"),
        ] {
            assert_eq!(super::target(&target), want);
        }
    }

    #[test]
    fn entries_that_lack_everything_still_make_a_line() {
        for data in [
            json!({}),
            json!({"kind": "decision"}),
            json!({"kind": "outcome"}),
            json!({"kind": 3}),
        ] {
            let action = Action::of(&entry(1, data));
            assert_eq!(action.seq, 1);
            assert!(action.to_json().is_object());
        }
    }

    #[test]
    fn an_outcome_names_its_decision() {
        let found = outcome(&entry(
            9,
            json!({"kind": "outcome", "of": 8, "execution": {"exit_code": 1, "signal": null, "duration_us": 5}}),
        ));
        let want = Done {
            seq: 9,
            exit_code: 1,
            signal: None,
            duration_us: 5,
        };
        assert_eq!(found, Some((8, want)));
        assert_eq!(outcome(&entry(9, json!({"kind": "outcome"}))), None);
    }
}

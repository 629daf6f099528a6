//! What exports tell of an entry, looked up in its data once.

use crate::read::Entry;
use serde_json::Value;

/// The parts of an entry that formats with fixed fields have a place for. Empty where the entry has none.
pub(super) struct Facts {
    pub(super) verdict: String,
    pub(super) domain: String,
    pub(super) operation: String,
    pub(super) targets: Vec<String>,
    pub(super) host: String,
    pub(super) principal: String,
    pub(super) uid: Option<i64>,
    pub(super) agent: String,
    pub(super) session: String,
    pub(super) tool: String,
    pub(super) rules: Vec<String>,
    pub(super) reasons: Vec<String>,
    pub(super) risk_score: Option<f64>,
    pub(super) of: Option<u64>,
    pub(super) exit_code: Option<i64>,
    pub(super) severity: String,
}

impl Facts {
    pub(super) fn of(entry: &Entry) -> Self {
        let at = |path: &str| {
            entry.data.get(path.split('/').next()?).and_then(|top| {
                path.split('/')
                    .skip(1)
                    .try_fold(top, |value, name| value.get(name))
            })
        };
        let text = |path: &str| at(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let list = |path: &str, member: &str| -> Vec<String> {
            let items = at(path).and_then(Value::as_array).into_iter().flatten();
            let words = items.filter_map(|item| {
                if member.is_empty() {
                    item.as_str()
                } else {
                    item.get(member)?.as_str()
                }
            });
            words.map(str::to_owned).collect()
        };
        let resolved = list("scope/targets", "path");
        Self {
            verdict: text("decision/verdict"),
            domain: text("intent/domain"),
            operation: text("intent/operation"),
            targets: if resolved.is_empty() {
                list("intent/targets", "path")
            } else {
                resolved
            },
            host: list("intent/targets", "host")
                .into_iter()
                .next()
                .unwrap_or_default(),
            principal: text("identity/principal"),
            uid: at("identity/uid").and_then(Value::as_i64),
            agent: text("identity/agent/value"),
            session: text("identity/session"),
            tool: text("tool"),
            rules: list("decision/matched_rules", "rule"),
            reasons: list("decision/reasons", ""),
            risk_score: at("decision/risk_score").and_then(Value::as_f64),
            of: at("of").and_then(Value::as_u64),
            exit_code: at("execution/exit_code").and_then(Value::as_i64),
            severity: text("severity"),
        }
    }

    /// 0 to 10, as CEF counts; the others derive from it.
    pub(super) fn weight(&self) -> u8 {
        match (self.verdict.as_str(), self.severity.as_str()) {
            ("deny", _) | (_, "high") => 7,
            (_, "critical") => 10,
            ("escalate", _) | (_, "medium") => 5,
            ("shadow", _) => 4,
            _ => 2,
        }
    }

    /// One line for people.
    pub(super) fn summary(&self, kind: &str) -> String {
        match kind {
            "decision" => format!(
                "{} {}:{} {}",
                self.verdict,
                self.domain,
                self.operation,
                self.targets.join(" ")
            ),
            "outcome" => match (self.of, self.exit_code) {
                (Some(of), Some(code)) => format!("outcome of {of}: exit code {code}"),
                _ => "outcome".to_owned(),
            },
            other => other.to_owned(),
        }
    }
}

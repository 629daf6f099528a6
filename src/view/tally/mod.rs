//! What the ledger adds up to: one pass, bounded memory, pieces counted side by side and merged.

pub(crate) mod counts;
pub(crate) mod gather;
pub(crate) mod histogram;
pub(crate) mod slim;
pub(crate) mod summary;

use counts::{Count, Counts};
use histogram::Histogram;
use ledger::sweep::Raw;
use slim::{Slim, Target};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Decisions and outcomes that wait for each other across pieces; more are damage.
const MAX_LOOSE: usize = 10_000;
/// Hours told apart, eleven years of them; later ones are counted with the last.
const MAX_HOURS: usize = 100_000;

/// What happened within one hour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Hour {
    /// Calls and refusals.
    pub(crate) count: Count,
    /// Greatest risk score.
    pub(crate) risk_max: f64,
    /// Sum of the risk scores.
    pub(crate) risk_sum: f64,
}

impl Hour {
    /// Takes another in.
    pub(crate) fn add(&mut self, other: &Self) {
        self.count.calls += other.count.calls;
        self.count.refused += other.count.refused;
        self.risk_max = self.risk_max.max(other.risk_max);
        self.risk_sum += other.risk_sum;
    }
}

/// Sums over the entries that were counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Entries of all kinds.
    pub(crate) entries: u64,
    /// Entries whose data could not be read.
    pub(crate) unreadable: u64,
    /// Numbers of the first and last entry counted.
    pub(crate) seqs: Option<(u64, u64)>,
    /// Times of the first and last entry counted.
    pub(crate) times: Option<(String, String)>,
    /// Decisions.
    pub(crate) calls: Count,
    /// By kind of entry.
    pub(crate) kinds: Counts,
    /// By verdict.
    pub(crate) verdicts: Counts,
    /// By domain.
    pub(crate) domains: Counts,
    /// By `domain:operation`.
    pub(crate) operations: Counts,
    /// By applet or tool.
    pub(crate) tools: Counts,
    /// By agent; `(none)` for calls of no known agent.
    pub(crate) agents: Counts,
    /// By session.
    pub(crate) sessions: Counts,
    /// By deciding rule.
    pub(crate) rules: Counts,
    /// By any rule that matched, deciding or not.
    pub(crate) matched: Counts,
    /// By remote host.
    pub(crate) hosts: Counts,
    /// By path prefix.
    pub(crate) prefixes: Counts,
    /// What was refused most, as `rule`, tab, `tool target`.
    pub(crate) refusals: Counts,
    /// Binaries with GTFOBins findings.
    pub(crate) gtfo: Counts,
    /// Those whose recipe was invoked.
    pub(crate) gtfo_invoked: u64,
    /// Calls that were carried out and failed.
    pub(crate) failed: u64,
    /// How long effects took, in microseconds.
    pub(crate) durations: Histogram,
    /// By hour, `YYYY-MM-DDTHH`.
    pub(crate) hours: BTreeMap<String, Hour>,
    /// The last entry that says a head was signed.
    pub(crate) checkpoint: Option<(u64, String)>,
    waiting: HashSet<u64>,
    loose: HashMap<u64, (bool, u64)>,
}

impl Tally {
    /// Counts an entry that was asked for. An outcome counts where its decision was asked for.
    pub(crate) fn count(&mut self, raw: &Raw<'_>, wanted: impl FnOnce(&Slim<'_>) -> bool) {
        let Some(slim) = Slim::read(raw.data) else {
            self.unreadable += 1;
            return;
        };
        if let (Some(of), Some(execution)) = (slim.of, &slim.execution) {
            let failed = execution.exit_code != 0 || execution.signal.is_some();
            self.outcome(of, failed, execution.duration_us);
            return;
        }
        if !wanted(&slim) {
            return;
        }
        self.note(raw, &slim.kind);
        if let Some(decision) = &slim.decision {
            self.decision(raw, &slim, decision);
        }
    }

    fn note(&mut self, raw: &Raw<'_>, kind: &str) {
        self.entries += 1;
        self.kinds.see(kind, false);
        if kind == "checkpoint" {
            self.checkpoint = Some((raw.seq, raw.timestamp.to_owned()));
        }
        let (first, _) = *self.seqs.get_or_insert((raw.seq, raw.seq));
        self.seqs = Some((first, raw.seq));
        match &mut self.times {
            None => self.times = Some((raw.timestamp.to_owned(), raw.timestamp.to_owned())),
            Some((_, last)) => raw.timestamp.clone_into(last),
        }
    }

    fn decision(&mut self, raw: &Raw<'_>, slim: &Slim<'_>, decision: &slim::Decision<'_>) {
        let refused = matches!(decision.verdict.as_ref(), "deny" | "escalate");
        self.calls.calls += 1;
        self.calls.refused += u64::from(refused);
        if !refused && self.waiting.len() < MAX_LOOSE {
            self.waiting.insert(raw.seq);
        }
        self.verdicts.see(&decision.verdict, refused);
        let intent = &slim.intent;
        self.domains.see(&intent.domain, refused);
        self.operations
            .see(&format!("{}:{}", intent.domain, intent.operation), refused);
        self.tools.see(&slim.tool, refused);
        let agent = slim.identity.agent.value.as_ref();
        self.agents
            .see(if agent.is_empty() { "(none)" } else { agent }, refused);
        self.sessions.see(&slim.identity.session, refused);
        let rule = decision
            .matched_rules
            .first()
            .map_or("", |matched| matched.rule.as_ref());
        self.rules.see(rule, refused);
        for matched in &decision.matched_rules {
            self.matched.see(&matched.rule, refused);
        }
        let targets = if slim.scope.targets.is_empty() {
            &intent.targets
        } else {
            &slim.scope.targets
        };
        for target in targets {
            self.hosts.see(&target.host, refused);
            if target.host.is_empty() {
                self.prefixes
                    .see(&prefix(&target.path, &slim.scope.workspace.root), refused);
            }
        }
        if refused {
            let what = intent.targets.first().map(shown).unwrap_or_default();
            self.refusals.see(&format!("{rule}\t{} {what}", slim.tool), true);
        }
        for alert in &slim.annotations.gtfo_alerts {
            self.gtfo.see(&alert.binary, refused);
            self.gtfo_invoked += u64::from(alert.invoked);
        }
        self.hour(raw.timestamp, refused, decision.risk_score);
    }

    fn hour(&mut self, timestamp: &str, refused: bool, risk: f64) {
        let name = timestamp.get(..13).unwrap_or_default();
        let full = self.hours.len() >= MAX_HOURS && !self.hours.contains_key(name);
        let hour = match self.hours.last_entry().filter(|_| full) {
            Some(last) => last.into_mut(),
            None => self.hours.entry(name.to_owned()).or_default(),
        };
        hour.count.calls += 1;
        hour.count.refused += u64::from(refused);
        hour.risk_max = hour.risk_max.max(risk);
        hour.risk_sum += risk;
    }

    fn outcome(&mut self, of: u64, failed: bool, duration_us: u64) {
        if self.waiting.remove(&of) {
            self.entries += 1;
            self.kinds.see("outcome", false);
            self.failed += u64::from(failed);
            self.durations.see(duration_us);
        } else if self.loose.len() < MAX_LOOSE {
            self.loose.insert(of, (failed, duration_us));
        }
    }

    /// Takes in the piece that follows.
    pub(crate) fn merge(&mut self, later: Self) {
        self.entries += later.entries;
        self.unreadable += later.unreadable;
        self.seqs = match (self.seqs, later.seqs) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (own, other) => own.or(other),
        };
        self.times = match (self.times.take(), later.times) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (own, other) => own.or(other),
        };
        self.calls.calls += later.calls.calls;
        self.calls.refused += later.calls.refused;
        self.kinds.merge(later.kinds);
        self.verdicts.merge(later.verdicts);
        self.domains.merge(later.domains);
        self.operations.merge(later.operations);
        self.tools.merge(later.tools);
        self.agents.merge(later.agents);
        self.sessions.merge(later.sessions);
        self.rules.merge(later.rules);
        self.matched.merge(later.matched);
        self.hosts.merge(later.hosts);
        self.prefixes.merge(later.prefixes);
        self.refusals.merge(later.refusals);
        self.gtfo.merge(later.gtfo);
        self.gtfo_invoked += later.gtfo_invoked;
        self.failed += later.failed;
        self.durations.merge(&later.durations);
        for (name, hour) in later.hours {
            self.hours.entry(name).or_default().add(&hour);
        }
        self.checkpoint = later.checkpoint.or(self.checkpoint.take());
        self.waiting.extend(later.waiting);
        for (of, (failed, duration_us)) in later.loose {
            self.outcome(of, failed, duration_us);
        }
    }
}

/// Where a path lies: the workspace and the directory below it, or the first two directories.
fn prefix(path: &str, root: &str) -> String {
    let below = path
        .strip_prefix(root)
        .filter(|rest| !root.is_empty() && (rest.is_empty() || rest.starts_with('/')));
    let (base, rest, depth) = match below {
        Some(rest) => (root, rest, 1),
        None => ("", path, 2),
    };
    let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    let mut out = base.to_owned();
    // The last part is the object itself, which is no directory of its own.
    for part in parts.iter().take(depth.min(parts.len().saturating_sub(1))) {
        if !out.is_empty() || path.starts_with('/') {
            out.push('/');
        }
        out.push_str(part);
    }
    if out.is_empty() && path.starts_with('/') {
        "/".to_owned()
    } else {
        out
    }
}

fn shown(target: &Target<'_>) -> String {
    let place = [
        target.host.as_ref(),
        target.namespace.as_ref(),
        target.name.as_ref(),
        target.path.as_ref(),
    ];
    place
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(":")
}

#[cfg(test)]
mod tests {
    use super::{Tally, prefix};
    use ledger::sweep::Raw;

    #[test]
    fn prefixes_group_paths_by_where_they_lie() {
        for (path, root, want) in [
            ("/work/p/src/a/b.rs", "/work/p", "/work/p/src"),
            ("/work/p/b.rs", "/work/p", "/work/p"),
            ("/work/p-evil/x", "/work/p", "/work/p-evil"),
            ("/etc/ssh/keys/k", "", "/etc/ssh"),
            ("/etc/hostname", "", "/etc"),
            ("/vmlinuz", "", "/"),
            ("", "", ""),
            ("notes.txt", "", ""),
            ("a/b/c/d", "", "a/b"),
        ] {
            assert_eq!(prefix(path, root), want, "{path}");
        }
    }

    #[test]
    fn an_outcome_in_a_later_piece_still_finds_its_decision() {
        let decision = br#"{"decision":{"verdict":"allow"},"kind":"decision"}"#;
        let outcome =
            br#"{"execution":{"duration_us":7,"exit_code":1,"signal":null},"kind":"outcome","of":5}"#;
        let timestamp = "2026-01-01T00:00:00.000000Z";
        let (mut one, mut two) = (Tally::default(), Tally::default());
        one.count(
            &Raw {
                seq: 5,
                timestamp,
                data: decision,
            },
            |_| true,
        );
        two.count(
            &Raw {
                seq: 6,
                timestamp,
                data: outcome,
            },
            |_| true,
        );
        two.count(
            &Raw {
                seq: 7,
                timestamp,
                data: b"{\"kind\":3}",
            },
            |_| true,
        );
        one.merge(two);
        assert_eq!(
            (one.calls.calls, one.failed, one.entries, one.unreadable),
            (1, 1, 2, 1)
        );
    }
}

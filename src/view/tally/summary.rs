//! A tally as JSON, the form that `wt stats --json` and `wt report --format json` print (docs/console.md).

use super::{
    Tally,
    counts::{Count, Counts},
};
use serde_json::{Value as Json, json};

impl Tally {
    /// The named breakdowns, in the order in which they are shown.
    pub(crate) fn breakdowns(&self) -> [(&'static str, &Counts); 9] {
        [
            ("verdict", &self.verdicts),
            ("domain", &self.domains),
            ("operation", &self.operations),
            ("tool", &self.tools),
            ("agent", &self.agents),
            ("session", &self.sessions),
            ("rule", &self.rules),
            ("host", &self.hosts),
            ("path", &self.prefixes),
        ]
    }

    /// What was refused most: rule, what was asked for, how often.
    pub(crate) fn top_refusals(&self, most: usize) -> Vec<(String, String, u64)> {
        let top = self.refusals.top(most).into_iter();
        top.map(|(key, count)| match key.split_once('\t') {
            Some((rule, what)) => (rule.to_owned(), what.to_owned(), count.calls),
            None => (String::new(), key, count.calls),
        })
        .collect()
    }

    /// Everything, each breakdown cut to its `most` greatest.
    pub(crate) fn to_json(&self, most: usize) -> Json {
        let end = |which: fn(&(u64, u64)) -> u64, when: fn(&(String, String)) -> &String| {
            let seq = self.seqs.as_ref().map(which);
            let timestamp = self.times.as_ref().map(when);
            seq.map(|seq| json!({"seq": seq, "timestamp": timestamp}))
        };
        let by: serde_json::Map<String, Json> = self
            .breakdowns()
            .iter()
            .map(|(name, counts)| ((*name).to_owned(), rows(&counts.top(most))))
            .collect();
        let refusals = self.top_refusals(most).into_iter();
        let refusals: Vec<Json> = refusals
            .map(|(rule, what, calls)| json!({"rule": rule, "what": what, "calls": calls}))
            .collect();
        let hours = self.hours.iter().map(|(hour, sums)| {
            json!({
                "hour": hour, "calls": sums.count.calls, "refused": sums.count.refused,
                "risk_max": sums.risk_max, "risk_mean": mean(sums.risk_sum, sums.count),
            })
        });
        json!({
            "entries": self.entries,
            "unreadable": self.unreadable,
            "first": end(|seqs| seqs.0, |times| &times.0),
            "last": end(|seqs| seqs.1, |times| &times.1),
            "calls": self.calls.calls,
            "refused": self.calls.refused,
            "failed": self.failed,
            "duration_us": {"median": self.durations.quantile(0.5), "p95": self.durations.quantile(0.95)},
            "kinds": rows(&self.kinds.top(most.max(32))),
            "by": by,
            "refusals": refusals,
            "gtfo": {"invoked": self.gtfo_invoked, "binaries": rows(&self.gtfo.top(most))},
            "hours": hours.collect::<Vec<Json>>(),
        })
    }
}

/// The mean risk of these calls.
#[expect(
    clippy::cast_precision_loss,
    reason = "a mean for people; counts are far below 2^53"
)]
pub(crate) fn mean(sum: f64, count: Count) -> f64 {
    if count.calls == 0 {
        0.0
    } else {
        sum / count.calls as f64
    }
}

fn rows(top: &[(String, Count)]) -> Json {
    top.iter()
        .map(|(name, count)| json!({"name": name, "calls": count.calls, "refused": count.refused}))
        .collect()
}

//! ArcSight Common Event Format: a header of seven fields and an extension of `key=value` pairs, each with escapes
//! of its own.

use super::facts::Facts;
use crate::{clock, read::Entry};

pub(super) fn line(entry: &Entry, host: &str) -> String {
    let facts = Facts::of(entry);
    let kind = entry.kind();
    let class = if facts.verdict.is_empty() {
        kind.to_owned()
    } else {
        format!("{kind}:{}", facts.verdict)
    };
    let header = [class.as_str(), &facts.summary(kind)].map(header).join("|");
    let version = env!("CARGO_PKG_VERSION");
    let mut out = format!("CEF:0|Watchtower|wt|{version}|{header}|{}|", facts.weight());
    let millis = clock::parse(&entry.timestamp).unwrap_or(0) / 1000;
    let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
    let pairs = [
        ("rt", millis.to_string()),
        ("dvchost", host.to_owned()),
        ("externalId", entry.seq.to_string()),
        ("act", facts.verdict),
        ("cat", facts.domain),
        ("requestMethod", facts.operation),
        ("suser", facts.principal),
        ("suid", number(facts.uid)),
        ("sproc", facts.tool),
        ("filePath", facts.targets.join(" ")),
        ("dhost", facts.host),
        ("outcome", number(facts.exit_code)),
        ("reason", facts.reasons.join("; ")),
        ("cs1", facts.rules.join(" ")),
        ("cs2", facts.agent),
        ("cs3", facts.session),
        ("cs4", entry.hash.clone()),
        ("cn1", facts.of.map_or(String::new(), |of| of.to_string())),
        (
            "cfp1",
            facts.risk_score.map_or(String::new(), |score| score.to_string()),
        ),
    ];
    let labels = [
        ("cs1", "rules"),
        ("cs2", "agent"),
        ("cs3", "session"),
        ("cs4", "hash"),
        ("cn1", "of"),
        ("cfp1", "riskScore"),
    ];
    let mut first = true;
    for (key, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        for (_, label) in labels.iter().filter(|(labelled, _)| labelled == key) {
            out.push_str(&format!("{}{key}Label={label}", if first { "" } else { " " }));
            first = false;
        }
        out.push_str(&format!(
            "{}{key}={}",
            if first { "" } else { " " },
            extension(value)
        ));
        first = false;
    }
    out
}

fn header(field: &str) -> String {
    field
        .replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace(['\n', '\r'], " ")
}

fn extension(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('=', "\\=")
        .replace('\r', "\\r")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::{extension, header};

    #[test]
    fn header_and_extension_have_escapes_of_their_own() {
        assert_eq!(header("a|b\\c=d\ne"), "a\\|b\\\\c=d e");
        assert_eq!(extension("a|b\\c=d\ne\r"), "a|b\\\\c\\=d\\ne\\r");
    }
}

//! CSV as RFC 4180 has it: CRLF, quotes around what needs them. Lists are joined by a space.

use super::facts::Facts;
use crate::read::Entry;

pub(super) const HEADER: &str = "seq,timestamp,kind,verdict,domain,operation,targets,host,principal,uid,agent,session,tool,rules,reasons,risk_score,of,exit_code,hash\r\n";

pub(super) fn row(entry: &Entry) -> String {
    let facts = Facts::of(entry);
    let number = |n: Option<i64>| n.map_or(String::new(), |n| n.to_string());
    let fields = [
        entry.seq.to_string(),
        entry.timestamp.clone(),
        entry.kind().to_owned(),
        facts.verdict,
        facts.domain,
        facts.operation,
        facts.targets.join(" "),
        facts.host,
        facts.principal,
        number(facts.uid),
        facts.agent,
        facts.session,
        facts.tool,
        facts.rules.join(" "),
        facts.reasons.join("; "),
        facts.risk_score.map_or(String::new(), |score| score.to_string()),
        facts.of.map_or(String::new(), |of| of.to_string()),
        number(facts.exit_code),
        entry.hash.clone(),
    ];
    let quoted: Vec<String> = fields.iter().map(|field| quote(field)).collect();
    format!("{}\r\n", quoted.join(","))
}

fn quote(field: &str) -> String {
    if field.contains(['"', ',', '\r', '\n']) || field.starts_with(' ') || field.ends_with(' ') {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn fields_that_need_quotes_get_them() {
        for (field, want) in [
            ("a", "a"),
            ("a,b", "\"a,b\""),
            ("a\"b", "\"a\"\"b\""),
            ("a\nb", "\"a\nb\""),
        ] {
            assert_eq!(quote(field), want);
        }
    }
}

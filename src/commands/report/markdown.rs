//! The report as Markdown. Recorded text is escaped, so that it can neither end a table nor become markup.

use super::facts::{Facts, second};
use crate::{report::visible, view::words::count};

/// The whole page.
pub(super) fn page(facts: &Facts, top: usize) -> String {
    let tally = &facts.tally;
    let mut out = format!("# Watchtower report: {}\n\n", cell(&facts.origin));
    let checkpoint = match facts.checkpoint() {
        Some((seq, at)) => format!("entry {seq}, {}", second(at)),
        None => "none in these entries".to_owned(),
    };
    let calls = format!(
        "{}, {} refused, {} failed",
        count(tally.calls.calls, "call", "calls"),
        tally.calls.refused,
        tally.failed
    );
    for (name, text) in [
        ("Entries", facts.range()),
        ("Calls", calls),
        ("Integrity", facts.integrity()),
        ("Checkpoint", checkpoint),
        ("Made", second(&facts.made)),
    ] {
        out.push_str(&format!("- **{name}**: {}\n", cell(&text)));
    }
    for (name, counts) in tally.breakdowns() {
        let rows = counts.top(top).into_iter();
        let rows = rows.map(|(name, count)| vec![name, count.calls.to_string(), count.refused.to_string()]);
        table(
            &mut out,
            &format!("By {name}"),
            &[name, "calls", "refused"],
            rows.collect(),
        );
    }
    let refusals = tally.top_refusals(top).into_iter();
    let refusals = refusals.map(|(rule, what, calls)| vec![what, rule, calls.to_string()]);
    table(
        &mut out,
        "Refused most",
        &["call", "rule", "times"],
        refusals.collect(),
    );
    let gtfo = tally
        .gtfo
        .top(top)
        .into_iter()
        .map(|(name, count)| vec![name, count.calls.to_string()]);
    table(
        &mut out,
        "GTFOBins findings",
        &["binary", "calls"],
        gtfo.collect(),
    );
    let alerts = facts.alerts.0.iter().map(|alert| {
        let level = alert.urgency.word().to_owned();
        vec![
            level,
            alert.rule.clone(),
            alert.what.clone(),
            alert.count.to_string(),
            alert.last.0.to_string(),
        ]
    });
    table(
        &mut out,
        "Alerts",
        &["level", "rule", "last call", "times", "entry"],
        alerts.collect(),
    );
    if facts.alerts.1 > 0 {
        out.push_str(&format!("\nand {} more\n", facts.alerts.1));
    }
    let (title, names) = facts.unused_in_short();
    let unused = names.into_iter().map(|rule| vec![rule]);
    table(&mut out, &title, &["rule"], unused.collect());
    out.trim_end().to_owned()
}

fn table(out: &mut String, title: &str, columns: &[&str], rows: Vec<Vec<String>>) {
    if rows.is_empty() {
        return;
    }
    out.push_str(&format!(
        "\n## {title}\n\n| {} |\n|{}\n",
        columns.join(" | "),
        " --- |".repeat(columns.len())
    ));
    for row in rows {
        let cells: Vec<String> = row.iter().map(|text| cell(text)).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
}

/// Text that Markdown shows as it is.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn recorded_text_is_no_markup() {
        assert_eq!(
            cell("a|b [x](y) <img src=x> `c`\n\x1b"),
            "a\\|b \\[x\\](y) &lt;img src=x&gt; \\`c\\`\\\\n\\\\u{1b}"
        );
    }
}

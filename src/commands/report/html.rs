//! The report as one HTML file: inline styles and SVG, no script, nothing fetched, readable in light and dark.
//! Every recorded text is escaped; the page forbids itself everything else.

use super::{
    charts,
    facts::{Facts, second},
};
use crate::{report::visible, view::tally::counts::Counts};

const STYLE: &str = ":root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--line:#d5dae0;--page:#fff;\
--card:#f6f8fa;--good:#1a7f37;--bad:#cf222e;--warn:#9a6700;--note:#0969da}\
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--line:#30363d;--page:#0d1117;\
--card:#161b22;--good:#3fb950;--bad:#ff7b72;--warn:#d29922;--note:#58a6ff}}\
body{margin:0 auto;max-width:72rem;padding:1.5rem;background:var(--page);color:var(--ink);\
font:15px/1.5 system-ui,sans-serif}h1{font-size:1.5rem;margin:0}h2{font-size:1.05rem;margin:1.6rem 0 .5rem}\
.sub{color:var(--soft);margin:.2rem 0 1rem}.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));\
gap:.7rem}.fact{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}\
.fact b{display:block;font-size:1.3rem}.fact span{color:var(--soft)}.good{color:var(--good)}.bad{color:var(--bad)}\
.warn{color:var(--warn)}.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(22rem,1fr));gap:0 1.5rem}\
table{border-collapse:collapse;width:100%;table-layout:auto}td,th{text-align:left;padding:.2rem .4rem;\
border-bottom:1px solid var(--line);overflow-wrap:anywhere;vertical-align:top}th{color:var(--soft);font-weight:500}\
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}code{font-size:.92em}\
.key{color:var(--soft);font-size:.85rem;margin:.2rem 0 0}.key i{display:inline-block;width:.7em;height:.7em;\
border-radius:.15em;margin:0 .35em 0 .6em}svg{width:100%;height:auto;display:block}td svg{margin-top:.45rem}svg text{fill:var(--soft);font:11px system-ui,sans-serif}";

/// The whole page.
pub(super) fn page(facts: &Facts, top: usize) -> String {
    let tally = &facts.tally;
    let mut body = format!(
        "<h1>Watchtower report</h1>\n<p class=\"sub\">{} · {} · made {}</p>\n",
        escape(&facts.origin),
        escape(&facts.range()),
        escape(&second(&facts.made))
    );
    let state = if facts.is_whole() { "good" } else { "bad" };
    body.push_str("<section class=\"facts\">\n");
    for (class, number, name) in [
        ("", tally.calls.calls.to_string(), "calls"),
        ("warn", tally.calls.refused.to_string(), "refused"),
        ("", tally.failed.to_string(), "failed"),
        ("bad", facts.alerts.0.len().to_string(), "alerts"),
        (
            state,
            if facts.is_whole() { "whole" } else { "not whole" }.to_owned(),
            "record",
        ),
    ] {
        let class = if number == "0" { "" } else { class };
        body.push_str(&format!(
            "<div class=\"fact\"><b class=\"{class}\">{number}</b><span>{name}</span></div>\n"
        ));
    }
    body.push_str("</section>\n");
    section(&mut body, "Calls over time", &charts::timeline(tally));
    section(&mut body, "Risk over time", &charts::risk(tally));
    body.push_str("<div class=\"grid\">\n");
    for (name, counts) in tally.breakdowns() {
        section(&mut body, &format!("By {name}"), &breakdown(name, counts, top));
    }
    section(
        &mut body,
        "GTFOBins findings",
        &breakdown("binary", &tally.gtfo, top),
    );
    body.push_str("</div>\n");
    let refusals = tally
        .top_refusals(top)
        .into_iter()
        .map(|(rule, what, calls)| vec![what, rule, calls.to_string()]);
    section(
        &mut body,
        "Refused most",
        &table(&["call", "rule", "times"], refusals.collect()),
    );
    let alerts = facts.alerts.0.iter().map(|alert| {
        let level = alert.urgency.word().to_owned();
        vec![
            level,
            alert.rule.clone(),
            alert.what.clone(),
            alert.last.0.to_string(),
            alert.count.to_string(),
        ]
    });
    let mut listed = table(
        &["level", "rule", "last call", "entry", "times"],
        alerts.collect(),
    );
    if facts.alerts.1 > 0 {
        listed.push_str(&format!("<p>and {} more</p>\n", facts.alerts.1));
    }
    section(&mut body, "Alerts", &listed);
    let (title, names) = facts.unused_in_short();
    let unused = names.into_iter().map(|rule| vec![rule]);
    section(&mut body, &title, &table(&["rule"], unused.collect()));
    section(&mut body, "Integrity", &integrity(facts, state));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Watchtower report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>"
    )
}

fn integrity(facts: &Facts, state: &str) -> String {
    let mut out = format!("<p class=\"{state}\">{}</p>\n", escape(&facts.integrity()));
    out.push_str(&match facts.checkpoint() {
        Some((seq, at)) => format!("<p>last checkpoint: entry {seq}, {}</p>\n", escape(&second(at))),
        None => "<p>no checkpoint in these entries</p>\n".to_owned(),
    });
    let rows = facts.layers.iter().map(|layer| {
        let word = serde_json::json!(layer.layer);
        vec![
            word.as_str().unwrap_or_default().to_owned(),
            layer.path.clone(),
            layer.sha256.clone(),
        ]
    });
    out.push_str(&table(&["policy layer", "file", "sha256"], rows.collect()));
    let unproven = facts.proof.unproven.iter().map(|text| vec![text.clone()]);
    out.push_str(&table(&["not proven"], unproven.collect()));
    out
}

/// Numbers go to the right: the last columns of these names.
const NUMBERS: &[&str] = &["times", "entry", "calls"];

fn table(columns: &[&str], rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let class = |name: &str| {
        if NUMBERS.contains(&name) {
            " class=\"n\""
        } else {
            ""
        }
    };
    let head: String = columns
        .iter()
        .map(|name| format!("<th{}>{name}</th>", class(name)))
        .collect();
    let mut out = format!("<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n");
    for row in rows {
        let cells: String = columns
            .iter()
            .zip(&row)
            .map(|(name, text)| format!("<td{}>{}</td>", class(name), escape(text)))
            .collect();
        out.push_str(&format!("<tr>{cells}</tr>\n"));
    }
    out.push_str("</tbody>\n</table>\n");
    out
}

fn breakdown(name: &str, counts: &Counts, top: usize) -> String {
    let rows = counts.top(top);
    if rows.is_empty() {
        return String::new();
    }
    let most = rows.iter().map(|(_, count)| count.calls).max().unwrap_or(1);
    let mut out = format!(
        "<table>\n<thead><tr><th>{name}</th><th aria-label=\"share\"></th><th class=\"n\">calls</th>\
         <th class=\"n\">refused</th></tr></thead>\n<tbody>\n"
    );
    for (name, count) in rows {
        let refused = if count.refused == 0 {
            String::new()
        } else {
            count.refused.to_string()
        };
        out.push_str(&format!(
            "<tr><td>{}</td><td style=\"width:30%\">{}</td><td class=\"n\">{}</td><td class=\"n bad\">{refused}</td></tr>\n",
            escape(&name),
            charts::bar(count, most),
            count.calls
        ));
    }
    out.push_str("</tbody>\n</table>\n");
    out
}

fn section(body: &mut String, title: &str, content: &str) {
    if !content.is_empty() {
        body.push_str(&format!("<section><h2>{title}</h2>\n{content}</section>\n"));
    }
}

/// Text that HTML shows as it is, in elements and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn recorded_text_is_no_markup() {
        assert_eq!(
            escape("<script>\"'&\x1b\u{202e}"),
            "&lt;script&gt;&quot;&#39;&amp;\\u{1b}\\u{202e}"
        );
    }
}

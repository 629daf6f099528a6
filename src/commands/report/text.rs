//! The report as plain text.

use super::facts::{Facts, second};
use crate::view::{
    paint::{Paint, Tone, width_of_stdout},
    table::{Cell, Layout, lines},
    words::count,
};

/// The lines of the report.
pub(super) fn page(facts: &Facts, top: usize) -> Vec<String> {
    let paint = Paint::of_stdout();
    let tally = &facts.tally;
    let tone = if facts.is_whole() { Tone::Good } else { Tone::Bad };
    let mut out = Vec::new();
    let mut head = vec![
        vec![Cell::toned(Tone::Strong, "report"), Cell::new(&facts.origin)],
        vec![Cell::toned(Tone::Strong, "entries"), Cell::new(facts.range())],
        vec![
            Cell::toned(Tone::Strong, "calls"),
            Cell::new(format!(
                "{}, {} refused, {} failed",
                count(tally.calls.calls, "call", "calls"),
                tally.calls.refused,
                tally.failed
            )),
        ],
        vec![
            Cell::toned(Tone::Strong, "integrity"),
            Cell::toned(tone, facts.integrity()),
        ],
    ];
    head.push(match facts.checkpoint() {
        Some((seq, at)) => {
            vec![
                Cell::toned(Tone::Strong, "checkpoint"),
                Cell::new(format!("entry {seq}, {}", second(at))),
            ]
        }
        None => vec![
            Cell::toned(Tone::Strong, "checkpoint"),
            Cell::toned(Tone::Dim, "none in these entries"),
        ],
    });
    let wide = Layout {
        width: None,
        elastic: 1,
        least: &[],
    };
    out.extend(lines(&head, wide, paint));
    let layout = Layout {
        width: width_of_stdout(),
        elastic: 1,
        least: &[],
    };
    for (name, counts) in tally.breakdowns() {
        let rows = counts.top(top).into_iter().map(|(name, count)| {
            vec![
                Cell::default(),
                Cell::new(name),
                Cell::number(count.calls.to_string()),
                Cell::toned(
                    Tone::Dim,
                    if count.refused > 0 {
                        format!("{} refused", count.refused)
                    } else {
                        String::new()
                    },
                ),
            ]
        });
        section(&mut out, &format!("by {name}"), rows.collect(), layout, paint);
    }
    let refusals = tally.top_refusals(top).into_iter().map(|(rule, what, calls)| {
        let rule = Cell::toned(Tone::Dim, format!("({rule})"));
        vec![
            Cell::default(),
            Cell::new(what),
            Cell::number(calls.to_string()),
            rule,
        ]
    });
    section(&mut out, "refused most", refusals.collect(), layout, paint);
    let gtfo = tally.gtfo.top(top).into_iter();
    let gtfo = gtfo.map(|(name, count)| {
        vec![
            Cell::default(),
            Cell::new(name),
            Cell::number(count.calls.to_string()),
        ]
    });
    section(
        &mut out,
        &format!("GTFOBins findings ({} invoked)", tally.gtfo_invoked),
        gtfo.collect(),
        layout,
        paint,
    );
    let alerts = facts.alerts.0.iter().map(|alert| {
        vec![
            Cell::toned(alert.urgency.tone(), format!("  {}", alert.urgency.word())),
            Cell::new(format!("{}: {}", alert.rule, alert.what)),
            Cell::number(format!("x{}", alert.count)),
            Cell::toned(Tone::Dim, format!("entry {}", alert.last.0)),
        ]
    });
    section(&mut out, "alerts", alerts.collect(), layout, paint);
    if facts.alerts.1 > 0 {
        out.push(format!("  and {} more", facts.alerts.1));
    }
    let (title, names) = facts.unused_in_short();
    let unused = names.iter().map(|rule| vec![Cell::default(), Cell::new(rule)]);
    section(&mut out, &title, unused.collect(), layout, paint);
    out
}

fn section(out: &mut Vec<String>, title: &str, rows: Vec<Vec<Cell>>, layout: Layout<'_>, paint: Paint) {
    if rows.is_empty() {
        return;
    }
    out.push(String::new());
    out.push(paint.tint(Tone::Strong, title));
    // The empty first column keeps rows under their title.
    let indented: Vec<String> = lines(&rows, layout, paint);
    out.extend(indented.into_iter().map(|line| {
        if line.starts_with(' ') {
            line
        } else {
            format!("  {line}")
        }
    }));
}

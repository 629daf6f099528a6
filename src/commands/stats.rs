//! `wt stats`: what the ledger adds up to. Reads only.

use crate::view::words::count;
use crate::{
    report::{Failure, json_text},
    view::{
        desk::Desk,
        out,
        paint::{Paint, Tone, width_of_stdout},
        select::{self, Selection},
        span,
        table::{Cell, Layout, lines},
        tally::{Tally, counts::Counts, gather::gather},
    },
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use std::process::ExitCode;

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("stats")
        .about("Add up the ledger: calls by verdict, domain, agent, rule, host and path")
        .arg(
            Arg::new("top")
                .long("top")
                .value_name("N")
                .default_value("10")
                .value_parser(value_parser!(u32).range(1..=8192))
                .help("How many names of each kind"),
        )
        .args(select::args())
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print one JSON object"),
        )
}

/// Adds up and prints.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let selection = Selection::of(matches)?;
    let top = matches.get_one::<u32>("top").copied().unwrap_or(10);
    let top = usize::try_from(top).unwrap_or(usize::MAX);
    let reader = Desk::open()?.reader()?;
    out::stream(|out| {
        let tally = gather(&reader, &selection)?;
        out::beside(&selection.notes());
        if matches.get_flag("json") {
            out.line(&json_text(&tally.to_json(top)))?;
        } else {
            for line in screen(&tally, top, Paint::of_stdout(), width_of_stdout()) {
                out.line(&line)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn screen(tally: &Tally, top: usize, paint: Paint, width: Option<usize>) -> Vec<String> {
    let mut out = Vec::new();
    let calls = tally.calls;
    out.push(format!(
        "{}, {}, {} refused, {} failed",
        count(tally.entries, "entry", "entries"),
        count(calls.calls, "call", "calls"),
        calls.refused,
        tally.failed
    ));
    if let Some((first, last)) = &tally.times {
        out.push(format!("from {first} to {last}"));
    }
    if let (Some(median), Some(p95)) = (tally.durations.quantile(0.5), tally.durations.quantile(0.95)) {
        out.push(format!(
            "effects took {} (median), {} (95 of 100)",
            span::took(median),
            span::took(p95)
        ));
    }
    if tally.unreadable > 0 {
        out.push(format!(
            "{} with data that cannot be read; `wt verify --deep` says which",
            count(tally.unreadable, "entry", "entries")
        ));
    }
    for (name, counts) in tally.breakdowns() {
        section(&mut out, name, counts, top, paint, width);
    }
    section(&mut out, "GTFOBins finding", &tally.gtfo, top, paint, width);
    let refusals = tally.top_refusals(top);
    if !refusals.is_empty() {
        let rows = refusals.iter().map(|(rule, what, calls)| {
            vec![
                Cell::new("  refused"),
                Cell::new(what),
                Cell::number(calls.to_string()),
                Cell::toned(Tone::Dim, format!("({rule})")),
            ]
        });
        out.push(String::new());
        out.extend(lines(
            &rows.collect::<Vec<_>>(),
            Layout {
                width,
                elastic: 1,
                least: &[],
            },
            paint,
        ));
    }
    out
}

fn section(
    out: &mut Vec<String>,
    name: &str,
    counts: &Counts,
    top: usize,
    paint: Paint,
    width: Option<usize>,
) {
    let rows = counts.top(top);
    if rows.is_empty() {
        return;
    }
    let mut cells = vec![vec![
        Cell::toned(Tone::Strong, name),
        Cell::toned(Tone::Dim, "calls").right(),
        Cell::toned(Tone::Dim, "refused").right(),
    ]];
    cells.extend(rows.iter().map(|(name, count)| {
        let refused = if count.refused == 0 {
            String::new()
        } else {
            count.refused.to_string()
        };
        vec![
            Cell::new(format!("  {name}")),
            Cell::number(count.calls.to_string()),
            Cell::toned(Tone::Bad, refused).right(),
        ]
    }));
    out.push(String::new());
    out.extend(lines(
        &cells,
        Layout {
            width,
            elastic: 0,
            least: &[],
        },
        paint,
    ));
}

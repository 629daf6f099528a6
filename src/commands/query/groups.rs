//! Questions answered by counts.

use super::{
    Format, Query,
    columns::{Columns, csv, plain},
    rows::{Unanswered, harmless, search, wanted},
};
use crate::{
    report::{Exit, Failure, json_text},
    view::{
        crew,
        out::{Out, Stopped},
        paint::{Paint, Tone, width_of_stdout},
        progress::Pace,
        table::{Cell, Layout, lines},
        tally::counts::Counts,
    },
};
use ledger::read::Reader;
use serde_json::{Map, Value as Json};
use std::ops::ControlFlow;

/// No question may have more groups; one with more is refused instead of answered wrongly.
const MAX_GROUPS: usize = 200_000;

/// How many entries are asked for.
pub(super) fn count(reader: &Reader, query: &Query, unanswered: &mut Unanswered) -> Result<u64, Stopped> {
    let wanted = wanted(query, None);
    let mut total: u64 = 0;
    crew::sweep(
        reader,
        &reader.pieces(query.selection.since())?,
        Pace::Told,
        |reader, piece| {
            let mut count: u64 = 0;
            let missed = search(reader, piece, query, &wanted, |_, _| count += 1)?;
            Ok((count, missed))
        },
        |(count, missed)| {
            total += count;
            unanswered.add(missed);
            Ok(if total >= query.limit {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        },
    )?;
    Ok(total.min(query.limit))
}

/// Prints how often each combination of values occurs, the most frequent first, and tells whether there is any.
pub(super) fn print(
    reader: &Reader,
    query: &Query,
    fields: &Columns,
    top: usize,
    unanswered: &mut Unanswered,
    out: &mut Out,
) -> Result<bool, Stopped> {
    let wanted = wanted(query, Some(fields));
    let mut total = Counts::with_room(MAX_GROUPS);
    crew::sweep(
        reader,
        &reader.pieces(query.selection.since())?,
        Pace::Told,
        |reader, piece| {
            let mut counts = Counts::with_room(MAX_GROUPS);
            let missed = search(reader, piece, query, &wanted, |raw, data| {
                let values = fields.values(raw.seq, raw.timestamp, &data);
                counts.see(&Json::Array(values).to_string(), false);
            })?;
            Ok((counts, missed))
        },
        |(counts, missed)| {
            total.merge(counts);
            unanswered.add(missed);
            if total.len() >= MAX_GROUPS {
                return Err(
                    Failure::new(Exit::Usage, format!("more than {MAX_GROUPS} groups"))
                        .hint("group by a field with fewer values, or narrow the condition")
                        .into(),
                );
            }
            Ok(ControlFlow::Continue(()))
        },
    )?;
    let mut rows: Vec<(Vec<Json>, u64)> = Vec::new();
    for (key, count) in total.top(usize::MAX).into_iter().take(top) {
        rows.push((serde_json::from_str(&key).unwrap_or_default(), count.calls));
    }
    show(query.format, fields, &rows, out)?;
    Ok(!rows.is_empty())
}

fn show(format: Format, fields: &Columns, rows: &[(Vec<Json>, u64)], out: &mut Out) -> Result<(), Stopped> {
    match format {
        Format::Json => {
            for (values, count) in rows {
                let mut object: Map<String, Json> = fields
                    .names()
                    .iter()
                    .cloned()
                    .zip(values.iter().cloned())
                    .collect();
                object.insert("count".to_owned(), Json::from(*count));
                out.line(&json_text(&Json::Object(object)))?;
            }
        }
        Format::Csv => {
            out.line(&csv(fields.names().iter().map(String::as_str).chain(["count"])))?;
            for (values, count) in rows {
                let texts = values.iter().map(|value| harmless(&plain(value)));
                let texts: Vec<String> = texts.chain([count.to_string()]).collect();
                out.line(&csv(texts.iter().map(String::as_str)))?;
            }
        }
        Format::Table => {
            let mut cells = vec![heading(fields)];
            cells.extend(rows.iter().map(|(values, count)| {
                let texts = values.iter().map(|value| {
                    if value.is_null() {
                        "(none)".to_owned()
                    } else {
                        plain(value)
                    }
                });
                texts
                    .map(Cell::new)
                    .chain([Cell::number(count.to_string())])
                    .collect()
            }));
            let layout = Layout {
                width: width_of_stdout(),
                elastic: 0,
                least: &[],
            };
            for line in lines(&cells, layout, Paint::of_stdout()) {
                out.line(&line)?;
            }
        }
    }
    Ok(())
}

fn heading(fields: &Columns) -> Vec<Cell> {
    let names = fields.names().iter().map(|name| Cell::toned(Tone::Dim, name));
    names.chain([Cell::toned(Tone::Dim, "count").right()]).collect()
}

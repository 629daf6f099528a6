//! Questions answered by entries: found on all cores, printed in order as they are found.

use super::{
    Format, Query,
    columns::{Columns, csv, plain},
};
use crate::{
    report::{json_safe, json_text},
    view::{
        action::Action,
        crew,
        lines::Look,
        out::{Out, Stopped},
        paint::{Paint, Tone, width_of_stdout},
        progress::Pace,
        table::{Cell, Layout, lines},
    },
};
use ledger::{LedgerError, read::Reader, sweep::Piece};
use policy::Wanted;
use serde_json::{Map, Value as Json};
use std::ops::ControlFlow;

/// Entries on which the condition has no value.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    pub(super) count: u64,
    pub(super) first: Option<(u64, String)>,
}

impl Unanswered {
    pub(super) fn add(&mut self, other: Self) {
        self.count += other.count;
        if self.first.is_none() {
            self.first = other.first;
        }
    }
}

/// One entry that was asked for, in the form it is printed in.
enum Row {
    Values(Vec<Json>),
    Action(Box<Action>),
    Text(String),
}

/// Tries the question on every entry of a piece, gives those for which it holds to `found`.
pub(super) fn search(
    reader: &Reader,
    piece: Piece,
    query: &Query,
    wanted: &Wanted,
    mut found: impl FnMut(&ledger::sweep::Raw<'_>, Map<String, Json>),
) -> Result<Unanswered, LedgerError> {
    let mut unanswered = Unanswered::default();
    let selection = &query.selection;
    reader.sweep(piece, |raw| {
        if selection.is_over(raw.timestamp) {
            return ControlFlow::Break(());
        }
        if selection.is_before(raw.timestamp) {
            return ControlFlow::Continue(());
        }
        let Some(mut data) = wanted.read(raw.data) else {
            return ControlFlow::Continue(());
        };
        query.strangers.look(&data);
        match query.condition.of(raw.seq, raw.timestamp, &mut data) {
            Ok(true) if selection.takes_data(raw.seq, raw.timestamp, &mut data) => found(&raw, data),
            Ok(_) => {}
            Err(e) => unanswered.add(Unanswered {
                count: 1,
                first: Some((raw.seq, e.message)),
            }),
        }
        ControlFlow::Continue(())
    })?;
    Ok(unanswered)
}

/// What the question's parts read of an entry.
pub(super) fn wanted(query: &Query, columns: Option<&Columns>) -> Wanted {
    let mut wanted = query.condition.wanted().clone();
    if let Some(columns) = columns {
        columns.want(&mut wanted);
    }
    query.selection.want(&mut wanted);
    wanted
}

/// What is printed of an entry in CSV where nothing is selected.
const DEFAULT_CSV: &str = "seq,timestamp,kind,decision.verdict,intent.domain,intent.operation,tool,\
                           intent.targets.*.path,decision.matched_rules.0.rule,identity.agent.value,of,\
                           execution.exit_code";

/// Prints every entry that is asked for, and tells whether there is one.
pub(super) fn print(
    reader: &Reader,
    query: &Query,
    unanswered: &mut Unanswered,
    out: &mut Out,
) -> Result<bool, Stopped> {
    let columns = match (&query.columns, query.format) {
        (None, Format::Csv) => Some(Columns::read(DEFAULT_CSV)?),
        (columns, _) => columns.clone(),
    };
    let wanted = wanted(query, columns.as_ref());
    let pieces = reader.pieces(query.selection.since())?;
    let mut printer = Printer::new(query.format, columns.as_ref(), out)?;
    let mut left = query.limit;
    let mut found = false;
    crew::sweep(
        reader,
        &pieces,
        Pace::Silent,
        |reader, piece| {
            let mut rows = Vec::new();
            let missed = search(reader, piece, query, &wanted, |raw, data| {
                if rows.len() as u64 >= query.limit {
                    return;
                }
                rows.extend(match (&columns, query.format) {
                    (Some(columns), _) => Some(Row::Values(columns.values(raw.seq, raw.timestamp, &data))),
                    (None, Format::Json) => std::str::from_utf8(raw.data).ok().map(|data| {
                        let head = format!(
                            "{{\"seq\":{},\"timestamp\":\"{}\",\"data\":",
                            raw.seq, raw.timestamp
                        );
                        Row::Text(json_safe(format!("{head}{data}}}")))
                    }),
                    (None, Format::Table | Format::Csv) => {
                        raw.entry().map(|entry| Row::Action(Box::new(Action::of(&entry))))
                    }
                });
            })?;
            Ok((rows, missed))
        },
        |(mut rows, missed)| {
            unanswered.add(missed);
            rows.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            left = left.saturating_sub(rows.len() as u64);
            found |= !rows.is_empty();
            printer.print(rows)?;
            Ok(if left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        },
    )?;
    Ok(found)
}

/// Prints batches of rows; columns of a table keep their width from batch to batch.
struct Printer<'a> {
    format: Format,
    columns: Option<&'a Columns>,
    widths: Vec<usize>,
    out: &'a mut Out,
}

impl<'a> Printer<'a> {
    fn new(format: Format, columns: Option<&'a Columns>, out: &'a mut Out) -> Result<Self, Stopped> {
        if let (Format::Csv, Some(columns)) = (format, columns) {
            out.line(&csv(columns.names().iter().map(String::as_str)))?;
        }
        Ok(Self {
            format,
            columns,
            widths: Vec::new(),
            out,
        })
    }

    fn print(&mut self, rows: Vec<Row>) -> Result<(), Stopped> {
        let mut actions = Vec::new();
        let mut cells = Vec::new();
        for row in rows {
            match (row, self.format, self.columns) {
                (Row::Text(text), _, _) => self.out.line(&text)?,
                (Row::Action(action), _, _) => actions.push(*action),
                (Row::Values(values), Format::Json, Some(columns)) => {
                    let named = columns.names().iter().cloned().zip(values);
                    self.out.line(&json_text(&Json::Object(named.collect())))?;
                }
                (Row::Values(values), Format::Csv, _) => {
                    let fields: Vec<String> = values.iter().map(plain).map(|text| harmless(&text)).collect();
                    self.out.line(&csv(fields.iter().map(String::as_str)))?;
                }
                (Row::Values(values), Format::Table | Format::Json, _) => {
                    cells.push(values.iter().map(|value| Cell::new(plain(value))).collect());
                }
            }
        }
        for line in Look::of_stdout().lines(&actions) {
            self.out.line(&line)?;
        }
        self.table(cells)
    }

    fn table(&mut self, mut cells: Vec<Vec<Cell>>) -> Result<(), Stopped> {
        if cells.is_empty() {
            return Ok(());
        }
        let paint = Paint::of_stdout();
        if self.widths.is_empty() {
            let names = self.columns.map(Columns::names).unwrap_or_default();
            cells.insert(0, names.iter().map(|name| Cell::toned(Tone::Dim, name)).collect());
        }
        let last = self
            .columns
            .map_or(0, |columns| columns.names().len().saturating_sub(1));
        let layout = Layout {
            width: width_of_stdout(),
            elastic: last,
            least: &self.widths,
        };
        for line in lines(&cells, layout, paint) {
            self.out.line(&line)?;
        }
        self.widths = crate::view::table::widths(&cells, &self.widths);
        Ok(())
    }
}

/// Text for a CSV file: newlines may stand in a field, other control characters become escapes.
pub(super) fn harmless(text: &str) -> String {
    text.split('\n')
        .map(crate::report::visible)
        .collect::<Vec<_>>()
        .join("\n")
}

//! Rows of aligned columns. One column may give way, so that a line fits the terminal; without a terminal
//! nothing is cut.

use super::{
    paint::{Paint, Tone},
    words::{columns, fit, fit_middle},
};
use crate::report::visible;

/// One piece of a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
    right: bool,
    whole: bool,
    to_end: bool,
}

impl Cell {
    /// Plain text.
    pub(crate) fn new(text: impl AsRef<str>) -> Self {
        Self::toned(Tone::Plain, text)
    }

    /// Text in a tone.
    pub(crate) fn toned(tone: Tone, text: impl AsRef<str>) -> Self {
        Self {
            text: visible(text.as_ref()),
            tone,
            right: false,
            whole: false,
            to_end: false,
        }
    }

    /// Text that ends at the column's right edge, as numbers do.
    pub(crate) fn number(text: impl AsRef<str>) -> Self {
        Self::new(text).right()
    }

    /// The same, on to the end of the line: nothing follows it in its row, and it makes no column wider.
    pub(crate) fn ends_line(self) -> Self {
        Self { to_end: true, ..self }
    }

    /// The same, of a column that is never cut.
    pub(crate) fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// The same, ending at the column's right edge.
    pub(crate) fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

/// How a table is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'a> {
    /// Columns of the terminal, none for no limit.
    pub(crate) width: Option<usize>,
    /// The column that gives way.
    pub(crate) elastic: usize,
    /// Least width of each column, for rows that come one at a time.
    pub(crate) least: &'a [usize],
}

/// What the column that gives way keeps before others give way, too.
const GENEROUS: usize = 28;
/// What a column keeps in any case.
const LEAST_ELASTIC: usize = 12;
const LEAST: usize = 10;
/// Without a terminal nothing is cut, but a longer text does not push the columns of all other lines away.
const ALIGNED: usize = 60;
/// Between two columns.
const GAP: usize = 2;

/// The lines of a table, without newlines.
pub(crate) fn lines(rows: &[Vec<Cell>], layout: Layout<'_>, paint: Paint) -> Vec<String> {
    let mut widths = widths(rows, layout.least);
    match layout.width {
        Some(limit) => fit_columns(&mut widths, rows, limit, layout.elastic),
        None => {
            if let Some(elastic) = widths.get_mut(layout.elastic) {
                *elastic = (*elastic).min(ALIGNED);
            }
        }
    }
    rows.iter().map(|row| line(row, &widths, layout, paint)).collect()
}

/// Makes columns narrower until a line fits: the elastic one first, then the widest of the others that hold text.
fn fit_columns(widths: &mut [usize], rows: &[Vec<Cell>], limit: usize, elastic: usize) {
    let is_text = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .all(|cell| !cell.right && !cell.whole)
    };
    let over = |widths: &[usize]| {
        let shown = widths.iter().filter(|width| **width > 0).count();
        (widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1)).saturating_sub(limit)
    };
    let shrink = |widths: &mut [usize], column: usize, least: usize| {
        let too_much = over(widths);
        if let Some(width) = widths.get_mut(column) {
            *width = width.saturating_sub(too_much).max(least.min(*width));
        }
    };
    shrink(widths, elastic, GENEROUS);
    let mut others: Vec<usize> = (0..widths.len())
        .filter(|column| *column != elastic && is_text(*column))
        .collect();
    others.sort_by_key(|column| std::cmp::Reverse(widths.get(*column).copied()));
    others
        .into_iter()
        .for_each(|column| shrink(widths, column, LEAST));
    shrink(widths, elastic, LEAST_ELASTIC);
}

/// The width of each column, no less than `least`.
pub(crate) fn widths(rows: &[Vec<Cell>], least: &[usize]) -> Vec<usize> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let needed = rows
            .iter()
            .filter_map(|row| row.get(column))
            .filter(|cell| !cell.to_end)
            .map(|cell| columns(&cell.text));
        needed
            .max()
            .unwrap_or(0)
            .max(least.get(column).copied().unwrap_or(0))
    };
    (0..count).map(width).collect()
}

fn line(row: &[Cell], widths: &[usize], layout: Layout<'_>, paint: Paint) -> String {
    let mut out = String::new();
    let (mut owed, mut used) = (0, 0);
    for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
        if *width == 0 && !cell.to_end {
            continue;
        }
        let room = match layout.width {
            None => usize::MAX,
            Some(limit) if cell.to_end => limit.saturating_sub(used + owed),
            Some(_) => *width,
        };
        let text = if index == layout.elastic {
            fit_middle(&cell.text, room)
        } else {
            fit(&cell.text, room)
        };
        let wide = columns(&text);
        let pad = width.saturating_sub(wide);
        let before = if cell.right { pad } else { 0 };
        if !text.is_empty() {
            out.push_str(&" ".repeat(owed + before));
            out.push_str(&paint.tint(cell.tone, &text));
            used += owed + before + wide;
            owed = GAP + pad - before;
        } else {
            owed += GAP + pad;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Cell, Layout, lines};
    use crate::view::{paint::Paint, words::columns};

    const PIPED: Layout<'_> = Layout {
        width: None,
        elastic: 1,
        least: &[],
    };

    fn rows() -> Vec<Vec<Cell>> {
        vec![
            vec![
                Cell::number("1"),
                Cell::new("a long piece of text"),
                Cell::new("x"),
            ],
            vec![Cell::number("100"), Cell::new("b\nc"), Cell::new("")],
        ]
    }

    #[test]
    fn columns_align_and_lines_end_without_spaces() {
        assert_eq!(
            lines(&rows(), PIPED, Paint::never()),
            ["  1  a long piece of text  x", "100  b\\nc"]
        );
    }

    #[test]
    fn the_elastic_column_gives_way_to_the_terminal() {
        let narrow = Layout {
            width: Some(20),
            ..PIPED
        };
        assert_eq!(
            lines(&rows(), narrow, Paint::never()),
            ["  1  a lo…of text  x", "100  b\\nc"]
        );
    }

    #[test]
    fn other_columns_give_way_before_the_elastic_one_is_too_narrow() {
        let rows = vec![vec![
            Cell::number("123456"),
            Cell::new("safe-rm /home/ann/project/src/main.rs"),
            Cell::new("(a-rule-of-a-long-name)"),
            Cell::new("claude-code"),
        ]];
        for width in [60, 70, 80] {
            let layout = Layout {
                width: Some(width),
                ..PIPED
            };
            let shown = lines(&rows, layout, Paint::never());
            assert!(columns(&shown[0]) <= width, "{shown:?}");
            assert!(
                shown[0].contains("safe-rm") && shown[0].contains("main.rs"),
                "{shown:?}"
            );
        }
    }

    #[test]
    fn a_text_to_the_end_of_the_line_makes_no_column_wider() {
        let rows = vec![
            vec![Cell::number("1"), Cell::new("short"), Cell::new("x")],
            vec![
                Cell::number("2"),
                Cell::new("much longer than the others are").ends_line(),
            ],
        ];
        assert_eq!(
            lines(&rows, PIPED, Paint::never()),
            ["1  short  x", "2  much longer than the others are"]
        );
        let narrow = Layout {
            width: Some(16),
            ..PIPED
        };
        assert_eq!(
            lines(&rows, narrow, Paint::never()),
            ["1  short  x", "2  much…hers are"]
        );
    }

    #[test]
    fn without_a_terminal_one_long_text_does_not_push_the_others_away() {
        let rows = vec![
            vec![Cell::number("1"), Cell::new("a"), Cell::new("x")],
            vec![Cell::number("2"), Cell::new("b".repeat(90)), Cell::new("y")],
        ];
        assert_eq!(
            lines(&rows, PIPED, Paint::never()),
            [
                format!("1  a{}x", " ".repeat(61)),
                format!("2  {}  y", "b".repeat(90))
            ]
        );
    }
}

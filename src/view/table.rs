//! Rows of aligned columns. One column may give way, so that a line fits the terminal; without a terminal
//! nothing is cut.

use super::{
    paint::{Paint, Tone},
    words::{columns, fit},
};
use crate::report::visible;

/// One piece of a row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    tone: Tone,
    right: bool,
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
        }
    }

    /// Text that ends at the column's right edge, as numbers do.
    pub(crate) fn number(text: impl AsRef<str>) -> Self {
        Self::new(text).right()
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

/// A column that gives way keeps at least this much.
const LEAST_ELASTIC: usize = 12;
/// Between two columns.
const GAP: usize = 2;

/// The lines of a table, without newlines.
pub(crate) fn lines(rows: &[Vec<Cell>], layout: Layout<'_>, paint: Paint) -> Vec<String> {
    let mut widths = widths(rows, layout.least);
    if let Some(limit) = layout.width {
        let shown = widths.iter().filter(|width| **width > 0).count();
        let total: usize = widths.iter().sum::<usize>() + GAP * shown.saturating_sub(1);
        if let Some(elastic) = widths.get_mut(layout.elastic) {
            let over = total.saturating_sub(limit);
            *elastic = elastic.saturating_sub(over).max(LEAST_ELASTIC.min(*elastic));
        }
    }
    rows.iter().map(|row| line(row, &widths, layout, paint)).collect()
}

/// The width of each column, no less than `least`.
pub(crate) fn widths(rows: &[Vec<Cell>], least: &[usize]) -> Vec<usize> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let needed = rows
            .iter()
            .filter_map(|row| row.get(column))
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
    let mut owed = 0;
    for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
        if *width == 0 {
            continue;
        }
        let text = match layout.width {
            Some(_) if index == layout.elastic => fit(&cell.text, *width),
            _ => cell.text.clone(),
        };
        let pad = width.saturating_sub(columns(&text));
        let before = if cell.right { pad } else { 0 };
        if !text.is_empty() {
            out.push_str(&" ".repeat(owed + before));
            out.push_str(&paint.tint(cell.tone, &text));
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
    use crate::view::paint::Paint;

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
            ["  1  a long piec…  x", "100  b\\nc"]
        );
    }
}

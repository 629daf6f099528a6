//! One entry in full.

use super::Theme;
use crate::{
    commands::watch::model::Shown,
    view::{explain::explain, paint::Tone},
};
use ratatui::{
    Frame,
    layout::Rect,
    text::Line,
    widgets::{Block, Paragraph, Wrap},
};

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, shown: &Shown, scroll: u16, theme: Theme) {
    let rows = explain(&shown.entry, &shown.action);
    let lines: Vec<Line<'_>> = rows
        .iter()
        .map(|(name, text)| {
            let tone = match (name.as_str(), shown.action.verdict) {
                ("verdict", Some(verdict)) => Tone::of(verdict),
                _ => Tone::Plain,
            };
            Line::from(vec![
                theme.span(Tone::Dim, &format!("{name:<10}")),
                theme.span(tone, text),
            ])
        })
        .collect();
    let last = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_sub(1);
    let text = Paragraph::new(lines)
        .wrap(Wrap { trim: false })
        .scroll((scroll.min(last), 0));
    frame.render_widget(
        text.block(Block::bordered().title(format!(" Entry {} ", shown.entry.seq))),
        area,
    );
}

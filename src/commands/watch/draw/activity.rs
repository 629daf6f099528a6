//! The first page: calls a minute, verdicts, domains, and the newest entries.

use super::{
    Theme,
    bars::{bar, curve},
};
use crate::{
    commands::watch::model::{Model, Shown},
    view::{
        lines::{outcome_words, verdict_word},
        paint::Tone,
        span,
        words::{columns, count, fit},
    },
};
use jiff::Timestamp;
use policy::Verdict;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Modifier, Style},
    text::{Line, Span},
    widgets::{Block, Paragraph},
};

/// Rows of the charts, borders included.
const CHARTS: u16 = 6;
/// On a screen this low the charts go first.
const LOW: u16 = 14;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme, now: Timestamp) {
    let charts = if area.height < LOW { 0 } else { CHARTS };
    let [top, list] = Layout::vertical([Constraint::Length(charts), Constraint::Min(1)]).areas(area);
    if charts > 0 {
        let [left, middle, right] = Layout::horizontal([
            Constraint::Min(20),
            Constraint::Length(24),
            Constraint::Length(24),
        ])
        .areas(top);
        draw_curve(frame, left, model, theme, now);
        draw_verdicts(frame, middle, model, theme);
        draw_domains(frame, right, model, theme);
    }
    draw_list(frame, list, model, theme, now);
}

fn draw_curve(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme, now: Timestamp) {
    let block = Block::bordered().title(" Calls a minute ");
    let inner = block.inner(area);
    let [calls, refused] = curve(model, usize::from(inner.width), theme, now);
    let total: u64 = model.verdicts.iter().sum();
    let said = Line::from(theme.span(
        Tone::Dim,
        &format!("{} seen; below: refused", count(total, "call", "calls")),
    ));
    frame.render_widget(
        Paragraph::new(vec![said, Line::default(), calls, refused]).block(block),
        area,
    );
}

fn draw_verdicts(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme) {
    let block = Block::bordered().title(" Verdicts ");
    let width = usize::from(block.inner(area).width);
    let total: u64 = model.verdicts.iter().sum();
    let order = [Verdict::Allow, Verdict::Shadow, Verdict::Escalate, Verdict::Deny];
    let lines: Vec<Line<'_>> = order
        .iter()
        .zip(model.verdicts)
        .map(|(verdict, count)| {
            bar(
                verdict_word(*verdict),
                count,
                total,
                width,
                Tone::of(*verdict),
                theme,
            )
        })
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn draw_domains(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme) {
    let block = Block::bordered().title(" Domains ");
    let width = usize::from(block.inner(area).width);
    let total: u64 = model.verdicts.iter().sum();
    let top = model.domains.top(3);
    let lines: Vec<Line<'_>> = top
        .iter()
        .map(|(name, count)| bar(name, count.calls, total, width, Tone::Note, theme))
        .collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn draw_list(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme, now: Timestamp) {
    let block = Block::bordered().title(" Newest first ");
    let inner = block.inner(area);
    let rows = usize::from(inner.height);
    let first = model.cursor.saturating_sub(rows.saturating_sub(1));
    let width = usize::from(inner.width);
    let mut lines: Vec<Line<'_>> = model
        .wanted()
        .enumerate()
        .skip(first)
        .take(rows)
        .map(|(index, shown)| row(shown, index == model.cursor, width, theme, now))
        .collect();
    if lines.is_empty() {
        let why = if model.filter.is_some() {
            "nothing passes the filter"
        } else {
            "nothing is recorded yet"
        };
        lines.push(Line::from(theme.span(Tone::Dim, why)));
    }
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn row(shown: &Shown, selected: bool, width: usize, theme: Theme, now: Timestamp) -> Line<'static> {
    let action = &shown.action;
    let when = action
        .timestamp
        .parse::<Timestamp>()
        .map(|then| span::ago(then, now))
        .unwrap_or_default();
    let (tone, word) = match action.verdict {
        Some(verdict) => (Tone::of(verdict), verdict_word(verdict).to_owned()),
        None => (Tone::Dim, fit(&action.kind, 8)),
    };
    let end = match &action.outcome {
        Some(done) => outcome_words(done),
        None if action.kind == "decision" => format!("({})", action.rule),
        None => String::new(),
    };
    let end = fit(&end, width / 3);
    let fixed = 6 + 1 + 4 + 1 + 9 + 2;
    let room = width.saturating_sub(fixed + columns(&end));
    let what = fit(&action.what(), room);
    let gap = " ".repeat(room.saturating_sub(columns(&what)) + 1);
    let plain = if action.kind == "decision" {
        Tone::Plain
    } else {
        Tone::Dim
    };
    let failed = action
        .outcome
        .as_ref()
        .is_some_and(|done| done.exit_code != 0 || done.signal.is_some());
    let mut line = Line::from(vec![
        theme.span(Tone::Dim, &format!("{:>6} {when:>4} ", action.seq)),
        theme.span(tone, &format!("{word:<9}")),
        theme.span(plain, &what),
        Span::raw(gap),
        theme.span(if failed { Tone::Bad } else { Tone::Dim }, &end),
    ]);
    if selected {
        line = line.style(Style::default().add_modifier(Modifier::REVERSED));
    }
    line
}

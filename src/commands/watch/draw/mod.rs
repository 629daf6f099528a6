//! Drawing: one frame from the model. Never changes what the dashboard knows.

mod activity;
mod bars;
mod detail;
mod pages;

use super::{
    keys,
    model::{Model, Tab},
};
use crate::{
    report::visible,
    view::{paint::Tone, words::broken},
};
use jiff::Timestamp;
use ratatui::{
    Frame,
    layout::{Constraint, Layout, Rect},
    style::{Color, Modifier, Style, Stylize},
    text::{Line, Span},
    widgets::{Block, Clear, Paragraph},
};

/// Styles, plain where colour is not wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Theme {
    /// Whether colours are used.
    pub(super) colour: bool,
}

impl Theme {
    /// The style of a tone.
    pub(super) fn style(self, tone: Tone) -> Style {
        let style = Style::default();
        let colour = |colour| if self.colour { style.fg(colour) } else { style };
        match tone {
            Tone::Plain => style,
            Tone::Strong => style.add_modifier(Modifier::BOLD),
            Tone::Dim => style.add_modifier(Modifier::DIM),
            Tone::Good => colour(Color::Green),
            Tone::Warn => colour(Color::Yellow),
            Tone::Bad => colour(Color::Red),
            Tone::Note => colour(Color::Cyan),
        }
    }

    /// Text in a tone, made harmless.
    pub(super) fn span(self, tone: Tone, text: &str) -> Span<'static> {
        Span::styled(visible(text), self.style(tone))
    }
}

/// In so many lines what no page may hide is said in full; on a low screen it has one.
const MARK_LINES: usize = 3;
/// A screen of fewer lines is low.
const LOW: u16 = 16;

/// Draws a frame.
pub(super) fn frame(frame: &mut Frame<'_>, model: &Model, theme: Theme, now: Timestamp) {
    let Rect { width, height, .. } = frame.area();
    let most = if height < LOW { 1 } else { MARK_LINES };
    let marks: Vec<Line<'_>> = model
        .marks()
        .iter()
        .flat_map(|mark| broken(mark, usize::from(width), most))
        .map(|line| Line::from(theme.span(Tone::Bad, &line).bold()))
        .collect();
    let [head, banner, body, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(u16::try_from(marks.len()).unwrap_or(u16::MAX)),
        Constraint::Min(1),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(Paragraph::new(title(model, theme, head.width)), head);
    frame.render_widget(Paragraph::new(marks), banner);
    match (model.tab, model.in_detail()) {
        (Tab::Activity, Some((shown, scroll))) => detail::draw(frame, body, shown, scroll, theme),
        (Tab::Activity, None) => activity::draw(frame, body, model, theme, now),
        (Tab::Approvals, _) => pages::approvals(frame, body, model, theme),
        (Tab::Alerts, _) => pages::alerts(frame, body, model, theme),
        (Tab::Policy, _) => pages::policy(frame, body, model, theme),
        (Tab::Integrity, _) => pages::integrity(frame, body, model, theme),
    }
    frame.render_widget(Paragraph::new(footer(model, theme)), foot);
    if model.help {
        help(frame, body, theme);
    }
}

/// What stands before the pages' names.
const NAME: &str = "Watchtower";
const GAP: &str = "  ";

/// The name of each page as the first line shows it.
fn labels(model: &Model) -> impl Iterator<Item = (Tab, String)> {
    Tab::ALL.into_iter().enumerate().map(|(index, tab)| {
        let waiting = match tab {
            Tab::Approvals => model.approvals.len(),
            Tab::Alerts => model.alerts.len(),
            Tab::Activity | Tab::Policy | Tab::Integrity => 0,
        };
        let (number, title) = (index + 1, tab.title());
        if waiting > 0 {
            (tab, format!(" {number} {title} {waiting} "))
        } else {
            (tab, format!(" {number} {title} "))
        }
    })
}

/// The place of the page whose name is in this column of the first line.
pub(super) fn tab_at(model: &Model, column: u16) -> Option<usize> {
    let mut end = NAME.len() + GAP.len();
    let column = usize::from(column);
    if column < end {
        return None;
    }
    labels(model).position(|(_, label)| {
        end += label.len();
        column < end
    })
}

fn title(model: &Model, theme: Theme, width: u16) -> Line<'static> {
    let mut spans = vec![theme.span(Tone::Strong, NAME), Span::raw(GAP)];
    for (tab, text) in labels(model) {
        let style = if tab == model.tab {
            Style::default().add_modifier(Modifier::REVERSED)
        } else {
            Style::default()
        };
        spans.push(Span::styled(text, style));
    }
    let level = format!("level {} ", model.standing.level);
    let used: usize = spans.iter().map(Span::width).sum();
    if used + level.len() < usize::from(width) {
        spans.push(Span::raw(" ".repeat(usize::from(width) - used - level.len())));
        spans.push(theme.span(Tone::Dim, &level));
    }
    Line::from(spans)
}

fn footer(model: &Model, theme: Theme) -> Line<'static> {
    if let Some(text) = &model.typing {
        let mut spans = vec![
            theme.span(Tone::Strong, "/"),
            theme.span(Tone::Plain, text),
            Span::raw("_"),
        ];
        if !model.complaint.is_empty() {
            spans.push(theme.span(Tone::Bad, &format!("  {}", model.complaint)));
        }
        return Line::from(spans);
    }
    let mut spans = Vec::new();
    if model.paused {
        spans.push(theme.span(Tone::Warn, "held still  "));
    }
    if let Some(filter) = &model.filter {
        spans.push(theme.span(Tone::Note, &format!("filter: {}  ", filter.text())));
    }
    let keys = match model.detail {
        Some(_) => "Esc back  j/k scroll  ? keys  q leave",
        None => "Enter explain  / filter  p hold  Tab page  ? keys  q leave",
    };
    spans.push(theme.span(Tone::Dim, keys));
    Line::from(spans)
}

fn help(frame: &mut Frame<'_>, area: Rect, theme: Theme) {
    let lines: Vec<Line<'_>> = keys::HELP
        .iter()
        .map(|(key, does)| {
            Line::from(vec![
                theme.span(Tone::Strong, &format!(" {key:<15}")),
                Span::raw(*does),
            ])
        })
        .collect();
    let height = u16::try_from(lines.len())
        .unwrap_or(u16::MAX)
        .saturating_add(2)
        .min(area.height);
    let width = area.width.min(78);
    let place = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    frame.render_widget(Clear, place);
    frame.render_widget(
        Paragraph::new(lines).block(Block::bordered().title(" Keys ")),
        place,
    );
}

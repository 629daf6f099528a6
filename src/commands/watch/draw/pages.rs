//! The other pages: what waits, what alarms, what is in force, whether the record holds.

use super::Theme;
use crate::{
    commands::watch::model::{MAX_RULES, Model},
    view::{paint::Tone, standing::waiting, words},
};
use ratatui::{
    Frame,
    layout::Rect,
    text::Line,
    widgets::{Block, Paragraph, Wrap},
};

fn page(frame: &mut Frame<'_>, area: Rect, title: &'static str, lines: Vec<Line<'_>>, scrolled: u16) {
    let text = Paragraph::new(lines)
        .wrap(Wrap { trim: false })
        .scroll((scrolled, 0));
    frame.render_widget(text.block(Block::bordered().title(title)), area);
}

fn named(theme: Theme, name: &str, tone: Tone, text: &str) -> Line<'static> {
    Line::from(vec![
        theme.span(Tone::Dim, &format!("{name:<12}")),
        theme.span(tone, text),
    ])
}

pub(super) fn approvals(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme) {
    let mut lines: Vec<Line<'_>> = model
        .approvals
        .iter()
        .map(|request| Line::from(theme.span(Tone::Warn, request)))
        .collect();
    for frozen in model.frozen.iter().rev() {
        lines.insert(
            0,
            Line::from(theme.span(Tone::Bad, &format!("stopped: {frozen}"))),
        );
    }
    if model.untold {
        lines.push(Line::from(theme.span(Tone::Warn, waiting::UNTOLD)));
    } else if model.approvals.is_empty() {
        lines.push(Line::from(theme.span(Tone::Dim, waiting::NOTHING)));
    } else {
        lines.push(Line::default());
        lines.push(Line::from(
            theme.span(Tone::Dim, "in another terminal: wt approve ID, or wt deny ID"),
        ));
    }
    page(frame, area, " Waiting for a person ", lines, model.scrolled);
}

pub(super) fn alerts(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme) {
    let mut lines: Vec<Line<'_>> = model
        .alerts
        .iter()
        .map(|alert| Line::from(theme.span(alert.tone, &alert.text)))
        .collect();
    if lines.is_empty() {
        lines.push(Line::from(theme.span(Tone::Dim, "no alert in the entries shown")));
    }
    page(frame, area, " Alerts ", lines, model.scrolled);
}

pub(super) fn policy(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme) {
    let mut lines = Vec::new();
    if let Some(rules) = &model.standing.rules {
        if !rules.problem.is_empty() {
            lines.push(named(theme, "problem", Tone::Bad, &rules.problem));
        }
        for layer in &rules.layers {
            let word = serde_json::json!(layer.layer);
            let sha256 = layer.sha256.get(..16).unwrap_or_default();
            let text = format!("{} (sha256 {sha256}...)", layer.path);
            lines.push(named(
                theme,
                word.as_str().unwrap_or_default(),
                Tone::Plain,
                &text,
            ));
        }
        lines.push(named(theme, "workspace", Tone::Plain, rules.workspace_words()));
    }
    lines.push(Line::default());
    lines.push(Line::from(
        theme.span(Tone::Strong, "Deciding rules of the calls seen"),
    ));
    for (rule, count) in model.rules.top(MAX_RULES) {
        let calls = words::count(count.calls, "call", "calls");
        let text = format!("{calls}, {} refused", count.refused);
        lines.push(Line::from(vec![
            theme.span(Tone::Plain, &format!("{rule:<32} ")),
            theme.span(Tone::Dim, &text),
        ]));
    }
    page(frame, area, " Policy ", lines, model.scrolled);
}

pub(super) fn integrity(frame: &mut Frame<'_>, area: Rect, model: &Model, theme: Theme) {
    let mut lines = vec![named(theme, "directory", Tone::Plain, &model.standing.directory)];
    if let (None, Some(problem)) = (&model.standing.record, &model.standing.chain) {
        lines.push(named(theme, "record", Tone::Bad, &problem.what));
    }
    if let Some(record) = &model.standing.record {
        let integrity = &record.integrity;
        let (tone, text) = match integrity.state {
            "whole" => (Tone::Good, format!("whole; proven: {}", integrity.proven)),
            "unchecked" => (
                Tone::Warn,
                "not checked in passing at this size; `wt verify` does".to_owned(),
            ),
            state => (Tone::Bad, format!("{state}: {}", integrity.finding)),
        };
        lines.push(named(theme, "record", tone, &text));
        let segments = words::count(record.segments as u64, "segment", "segments");
        lines.push(named(
            theme,
            "size",
            Tone::Plain,
            &format!("{} in {segments}", words::size(record.bytes)),
        ));
        for (name, end) in [("first", &record.first), ("last", &record.last)] {
            if let Some(end) = end {
                let text = format!("entry {} ({}), {}", end.seq, end.kind, end.timestamp);
                lines.push(named(theme, name, Tone::Plain, &text));
            }
        }
    }
    if let Some(links) = &model.standing.links {
        let text = match &links.dir {
            Some(dir) => format!(
                "{} of {} come first on PATH, in {dir}",
                links.first_on_path, links.known
            ),
            None => "none on PATH".to_owned(),
        };
        lines.push(named(theme, "links", Tone::Plain, &text));
        for shadowed in &links.shadowed {
            lines.push(named(
                theme,
                "",
                Tone::Bad,
                &format!("`{}` is {}", shadowed.name, shadowed.by),
            ));
        }
    }
    lines.push(Line::default());
    lines.push(Line::from(
        theme.span(Tone::Dim, "as last looked at; r looks anew"),
    ));
    page(frame, area, " Integrity ", lines, model.scrolled);
}

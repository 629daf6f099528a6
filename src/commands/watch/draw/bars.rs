//! Small charts: a curve of calls a minute, and bars of shares.

use super::Theme;
use crate::{
    commands::watch::model::{Minute, Model},
    view::paint::Tone,
};
use jiff::{Timestamp, Unit};
use ratatui::text::{Line, Span};

/// Eighths of a cell.
const STEPS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Two rows a minute wide each: all calls above, refusals below; the newest minute is on the right.
pub(super) fn curve(model: &Model, width: usize, theme: Theme, now: Timestamp) -> [Line<'static>; 2] {
    let minutes = last_minutes(model, width, now);
    let most = minutes
        .iter()
        .map(|minute| minute.calls)
        .max()
        .unwrap_or(0)
        .max(1);
    let row = |tone, count: fn(&Minute) -> u64| {
        let text: String = minutes.iter().map(|minute| step(count(minute), most)).collect();
        Line::from(theme.span(tone, &text))
    };
    [
        row(Tone::Good, |minute| minute.calls - minute.refused),
        row(Tone::Bad, |minute| minute.refused),
    ]
}

fn last_minutes(model: &Model, width: usize, now: Timestamp) -> Vec<Minute> {
    let whole = now.round(
        jiff::TimestampRound::new()
            .smallest(Unit::Minute)
            .mode(jiff::RoundMode::Trunc),
    );
    let now = whole.unwrap_or(now);
    let back = |minutes: usize| {
        let seconds = i64::try_from(minutes).unwrap_or(0) * 60;
        let at = now.checked_sub(jiff::SignedDuration::from_secs(seconds)).ok()?;
        model
            .minutes
            .get(&at.strftime("%Y-%m-%dT%H:%M").to_string())
            .copied()
    };
    (0..width)
        .rev()
        .map(|minutes| back(minutes).unwrap_or_default())
        .collect()
}

fn step(count: u64, most: u64) -> char {
    let eighths = (count * 8).div_ceil(most);
    usize::try_from(eighths)
        .ok()
        .and_then(|eighths| STEPS.get(eighths))
        .copied()
        .unwrap_or('█')
}

/// One bar: name, share of the whole, count.
pub(super) fn bar(
    name: &str,
    count: u64,
    total: u64,
    width: usize,
    tone: Tone,
    theme: Theme,
) -> Line<'static> {
    let number = count.to_string();
    let room = width.saturating_sub(11 + number.len());
    let share = (count * room as u64).checked_div(total).unwrap_or(0);
    let filled = usize::try_from(share).unwrap_or(room).min(room);
    let filled = if count > 0 { filled.max(1) } else { 0 };
    Line::from(vec![
        Span::raw(format!("{:<10}", crate::view::words::fit(name, 9))),
        theme.span(tone, &"█".repeat(filled)),
        Span::raw(format!("{}{number}", " ".repeat(room.saturating_sub(filled) + 1))),
    ])
}

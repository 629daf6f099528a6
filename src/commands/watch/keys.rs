//! What a key or the mouse does to the model. Pure: no terminal, no files.

use super::{
    draw,
    model::{Model, Tab},
};
use crate::view::condition::Condition;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

/// What the loop must do after a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Draw anew.
    Draw,
    /// Look at everything anew.
    Refresh,
    /// Leave.
    Quit,
}

/// A page of entries.
const PAGE: isize = 10;
/// What one notch of the wheel moves.
const NOTCH: isize = 3;

/// What the keys do, as `?` shows it.
pub(super) const HELP: &[(&str, &str)] = &[
    ("1-5, Tab", "page"),
    ("j k, arrows", "move"),
    ("g G, PgUp PgDn", "newest, oldest, by page"),
    ("Enter", "explain the entry"),
    (
        "/",
        "filter in the policy language, as decision.verdict == 'deny'",
    ),
    ("Esc", "back; lift the filter"),
    ("p", "hold still"),
    ("r, Ctrl-L", "look and draw anew: policy, links, integrity"),
    ("q, Ctrl-C", "leave"),
];

/// Applies a key.
pub(super) fn apply(model: &mut Model, key: KeyEvent) -> After {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c' | 'd') => After::Quit,
            KeyCode::Char('l' | 'r') => After::Refresh,
            _ => After::Draw,
        };
    }
    if let Some(text) = model.typing.take() {
        type_filter(model, text, key.code);
        return After::Draw;
    }
    if model.help {
        model.help = false;
        return After::Draw;
    }
    model.complaint.clear();
    match key.code {
        KeyCode::Char('q') => return After::Quit,
        KeyCode::Char('r') => return After::Refresh,
        KeyCode::Char('?' | 'h') => model.help = true,
        KeyCode::Char('p' | ' ') => model.paused = !model.paused,
        KeyCode::Char('/') => {
            model.tab = Tab::Activity;
            model.detail = None;
            model.typing = Some(
                model
                    .filter
                    .as_ref()
                    .map(|filter| filter.text().to_owned())
                    .unwrap_or_default(),
            );
        }
        KeyCode::Esc if model.detail.is_some() => model.detail = None,
        KeyCode::Esc => model.set_filter(None),
        KeyCode::Enter => open(model),
        KeyCode::Char(digit @ '1'..='5') => show(model, usize::from(digit as u8 - b'1')),
        KeyCode::Tab => show(model, (model.tab.index() + 1) % Tab::ALL.len()),
        KeyCode::BackTab => show(model, (model.tab.index() + Tab::ALL.len() - 1) % Tab::ALL.len()),
        code => motion(model, code),
    }
    After::Draw
}

/// Applies what the mouse did; whether there is anything to draw anew.
pub(super) fn point(model: &mut Model, mouse: MouseEvent) -> bool {
    match mouse.kind {
        MouseEventKind::ScrollDown => shift(model, NOTCH),
        MouseEventKind::ScrollUp => shift(model, -NOTCH),
        MouseEventKind::Down(MouseButton::Left) if mouse.row == 0 => {
            let Some(index) = draw::tab_at(model, mouse.column) else {
                return false;
            };
            show(model, index);
        }
        _ => return false,
    }
    true
}

fn show(model: &mut Model, index: usize) {
    if let Some(tab) = Tab::ALL.get(index) {
        model.tab = *tab;
        model.detail = None;
        model.scrolled = 0;
    }
}

fn open(model: &mut Model) {
    model.detail = match model.detail {
        Some(_) => None,
        None => model.under_cursor().map(|shown| (shown.entry.seq, 0)),
    };
}

fn motion(model: &mut Model, code: KeyCode) {
    let by = match code {
        KeyCode::Down | KeyCode::Char('j') => 1,
        KeyCode::Up | KeyCode::Char('k') => -1,
        KeyCode::PageDown => PAGE,
        KeyCode::PageUp => -PAGE,
        KeyCode::Home | KeyCode::Char('g') => isize::MIN,
        KeyCode::End | KeyCode::Char('G') => isize::MAX,
        _ => return,
    };
    shift(model, by);
}

/// Moves what the page shows by so many lines; negative is towards its beginning.
fn shift(model: &mut Model, by: isize) {
    let lines = i16::try_from(by.clamp(-1000, 1000)).unwrap_or(0);
    match (&mut model.detail, model.tab) {
        (Some((_, scroll)), Tab::Activity) => *scroll = scroll.saturating_add_signed(lines),
        (_, Tab::Activity) => model.step(by),
        (_, Tab::Approvals | Tab::Alerts | Tab::Policy | Tab::Integrity) => {
            let last = u16::try_from(model.page_length().saturating_sub(1)).unwrap_or(u16::MAX);
            model.scrolled = model.scrolled.saturating_add_signed(lines).min(last);
        }
    }
}

fn type_filter(model: &mut Model, mut text: String, code: KeyCode) {
    match code {
        KeyCode::Esc => return,
        KeyCode::Enter if text.trim().is_empty() => {
            model.set_filter(None);
            return;
        }
        KeyCode::Enter => match Condition::read(&text) {
            Ok(filter) => {
                model.complaint.clear();
                model.set_filter(Some(filter));
                return;
            }
            Err(failure) => model.complaint = failure.message,
        },
        KeyCode::Backspace => {
            text.pop();
        }
        KeyCode::Char(c) => text.push(c),
        _ => {}
    }
    model.typing = Some(text);
}

//! The choice on a terminal: what waits in a list, the chosen one whole below it. A yes leaves the screen, since the
//! passphrase is asked line by line; nothing here decides more than the commands do.

use crate::{
    caller::Caller,
    commands::{approve, asked},
    ground::Ground,
    report::{Exit, Failure, visible},
    state::{Extent, Request, Terms, moment},
    view::terminal,
};
use ratatui::{
    Frame,
    crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers},
    layout::{Constraint, Layout},
    style::{Modifier, Style},
    text::Line,
    widgets::{Block, Borders, List, ListState, Paragraph, Wrap},
};
use std::{process::ExitCode, time::Duration};

/// How often the list is read anew.
const LOOK: Duration = Duration::from_millis(500);
/// What a yes for a time means here.
const AN_HOUR: Terms = Terms {
    extent: Extent::Same,
    uses: None,
    seconds: 3600,
};
const ONCE: Terms = Terms {
    extent: Extent::Exact,
    uses: Some(1),
    seconds: 3600,
};
const KEYS: &str = " up/down choose  a approve once  h for an hour  d deny  q quit ";

/// What a person pressed.
enum Wish {
    Nothing,
    Up,
    Down,
    Approve(Terms),
    Deny,
    Quit,
}

pub(super) fn run(ground: &Ground, caller: &Caller) -> Result<ExitCode, Failure> {
    let mut at = ListState::default().with_selected(Some(0));
    let mut said = String::new();
    terminal::end_with_it().map_err(|e| lost(&e))?;
    let mut terminal = ratatui::try_init().map_err(|e| lost(&e))?;
    let done = loop {
        let looked = ground
            .state()
            .pending()
            .and_then(|waiting| Ok((waiting, ground.state().now()?)));
        let (waiting, now) = match looked {
            Ok(looked) => looked,
            Err(failure) => break Err(failure),
        };
        let last = waiting.len().saturating_sub(1);
        at.select(Some(at.selected().unwrap_or(0).min(last)));
        let chosen = at.selected().and_then(|index| waiting.get(index)).cloned();
        if let Err(e) = terminal.draw(|frame| draw(frame, (&waiting, now), &mut at, &said)) {
            break Err(lost(&e));
        }
        let wish = match wish() {
            Ok(wish) => wish,
            Err(e) => break Err(lost(&e)),
        };
        match (wish, chosen) {
            (Wish::Quit, _) => break Ok(ExitCode::SUCCESS),
            (Wish::Up, _) => at.select_previous(),
            (Wish::Down, _) => at.select_next(),
            (Wish::Approve(terms), Some(request)) => {
                ratatui::restore();
                let granted = approve::approve(ground, caller, &request, terms);
                said = granted.map_or_else(|failure| failure.message, |grant| approve::words(&grant));
                terminal = ratatui::try_init().map_err(|e| lost(&e))?;
            }
            (Wish::Deny, Some(request)) => {
                let denied = ground
                    .ledger()
                    .map_err(Failure::from)
                    .and_then(|mut ledger| ground.state().deny(&mut ledger, &request.id, ""));
                said = denied.map_or_else(
                    |failure| failure.message,
                    |request| format!("denied {}", request.id),
                );
            }
            (Wish::Nothing | Wish::Approve(_) | Wish::Deny, _) => {}
        }
    };
    ratatui::restore();
    done
}

fn wish() -> Result<Wish, std::io::Error> {
    let Some(Event::Key(key)) = terminal::next(LOOK)? else {
        return Ok(Wish::Nothing);
    };
    if key.kind != KeyEventKind::Press {
        return Ok(Wish::Nothing);
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    Ok(match key.code {
        KeyCode::Char('c') if control => Wish::Quit,
        KeyCode::Char('q') | KeyCode::Esc => Wish::Quit,
        KeyCode::Up | KeyCode::Char('k') => Wish::Up,
        KeyCode::Down | KeyCode::Char('j') => Wish::Down,
        KeyCode::Char('a') => Wish::Approve(ONCE),
        KeyCode::Char('h') => Wish::Approve(AN_HOUR),
        KeyCode::Char('d') => Wish::Deny,
        _ => Wish::Nothing,
    })
}

fn draw(frame: &mut Frame<'_>, (waiting, now): (&[Request], moment::Micros), at: &mut ListState, said: &str) {
    let rows = u16::try_from(waiting.len()).unwrap_or(u16::MAX).clamp(1, 10);
    let parts = [
        Constraint::Length(rows + 2),
        Constraint::Min(5),
        Constraint::Length(1),
    ];
    let [top, middle, bottom] = Layout::vertical(parts).areas(frame.area());
    let lines = waiting.iter().map(|request| {
        Line::from(format!(
            "{}  {}  {}",
            request.id,
            visible(&request.asker()),
            visible(&request.summary())
        ))
    });
    let list = List::new(lines)
        .block(Block::new().borders(Borders::ALL).title(" waiting for you "))
        .highlight_style(Style::new().add_modifier(Modifier::REVERSED));
    frame.render_stateful_widget(list, top, at);
    let whole = match at.selected().and_then(|index| waiting.get(index)) {
        Some(request) => asked::screen(request, now),
        None => "nothing waits\n".to_owned(),
    };
    let whole = Paragraph::new(whole).wrap(Wrap { trim: false });
    frame.render_widget(
        whole.block(Block::new().borders(Borders::ALL).title(KEYS)),
        middle,
    );
    frame.render_widget(Line::from(visible(said)), bottom);
}

fn lost(e: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Config, format!("the terminal does not answer: {e}"))
        .hint("`wt approvals --list` only lists")
}

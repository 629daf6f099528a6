//! The terminal: taken, drawn on, and given back whole, also on a panic or a signal. The only part of the
//! dashboard that touches it.

use super::{
    draw::{self, Theme},
    keys::{self, After},
    model::Model,
    source::Source,
};
use crate::{
    report::{Exit, Failure},
    signals::Signals,
    view::terminal,
};
use jiff::Timestamp;
use ratatui::{
    DefaultTerminal,
    crossterm::{
        event::{DisableMouseCapture, EnableMouseCapture, Event, KeyEventKind},
        execute,
    },
};
use std::{
    io,
    process::ExitCode,
    time::{Duration, Instant},
};

/// How often new entries are looked for.
const REFRESH: Duration = Duration::from_secs(2);
/// How soon a signal is noticed.
const TICK: Duration = Duration::from_millis(200);

/// Runs the dashboard until the person leaves or a signal says so.
pub(super) fn run(
    mut model: Model,
    mut source: Source,
    theme: Theme,
    mouse: bool,
) -> Result<ExitCode, Failure> {
    let signals =
        Signals::hold().map_err(|e| Failure::new(Exit::Config, format!("cannot wait for signals: {e}")))?;
    let begun = terminal::end_with_it().and_then(|()| ratatui::try_init());
    let mut terminal = begun.map_err(|e| {
        Failure::new(Exit::Usage, format!("cannot use this terminal: {e}"))
            .hint("`wt watch --once` prints one frame")
    })?;
    if mouse {
        take_mouse();
    }
    break_down();
    let ended = watch(&mut terminal, &mut model, &mut source, theme, &signals);
    if mouse {
        give_mouse_back();
    }
    let restored = ratatui::try_restore();
    let code = ended.map_err(|failure| match failure {
        Ended::Terminal(e) => Failure::new(Exit::Usage, format!("the terminal cannot be used any more: {e}")),
        Ended::Failed(failure) => failure,
    })?;
    restored.map_err(|e| Failure::new(Exit::Usage, format!("the terminal cannot be given back: {e}")))?;
    Ok(code)
}

/// Asks the terminal to tell what the mouse does. One that does not know how shows the dashboard all the same.
fn take_mouse() {
    let _unknown = execute!(io::stdout(), EnableMouseCapture);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        give_mouse_back();
        before(info);
    }));
}

fn give_mouse_back() {
    let _gone = execute!(io::stdout(), DisableMouseCapture);
}

/// A debug build can be told to panic here, so that a test sees what becomes of the terminal then.
#[expect(clippy::panic, reason = "a panic is what is tried")]
fn break_down() {
    if cfg!(debug_assertions) && std::env::var_os("WT_TEST_PANIC").is_some() {
        panic!("as was asked for");
    }
}

enum Ended {
    Terminal(io::Error),
    Failed(Failure),
}

impl From<io::Error> for Ended {
    fn from(e: io::Error) -> Self {
        Self::Terminal(e)
    }
}

fn watch(
    screen: &mut DefaultTerminal,
    model: &mut Model,
    source: &mut Source,
    theme: Theme,
    signals: &Signals,
) -> Result<ExitCode, Ended> {
    let mut looked = Instant::now();
    let mut stale = true;
    loop {
        if stale {
            let now = Timestamp::now();
            screen.draw(|frame| draw::frame(frame, model, theme, now))?;
            stale = false;
        }
        if let Some(code) = signals.came() {
            return Ok(code);
        }
        if let Some(event) = terminal::next(TICK)? {
            stale |= match event {
                // A mouse that is merely moved is told of at every step.
                Event::Mouse(mouse) => keys::point(model, mouse),
                Event::Key(key) if key.kind != KeyEventKind::Release => match keys::apply(model, key) {
                    After::Draw => true,
                    After::Refresh => {
                        // Another program may have written over it.
                        screen.clear()?;
                        source.look_around(model);
                        true
                    }
                    After::Quit => return Ok(ExitCode::SUCCESS),
                },
                _ => true,
            };
        }
        if looked.elapsed() >= REFRESH {
            looked = Instant::now();
            stale = true;
            if !model.paused {
                source.refresh(model).map_err(|e| Ended::Failed(e.into()))?;
            }
        }
    }
}

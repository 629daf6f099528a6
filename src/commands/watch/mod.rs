//! `wt watch`: a live dashboard over the ledger, or one plain frame of it. Reads only.

mod alerts;
mod draw;
mod keys;
mod model;
mod screen;
mod source;

use crate::{
    report::{Exit, Failure},
    view::{condition::Condition, out, paint::Paint},
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use draw::Theme;
use jiff::Timestamp;
use model::{Model, Tab};
use ratatui::{Terminal, backend::TestBackend};
use source::Source;
use std::{io::IsTerminal, process::ExitCode};

/// The command line.
pub(crate) fn build() -> Command {
    let size = |name: &'static str, default: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("N")
            .default_value(default)
            .value_parser(value_parser!(u16).range(20..=1000))
            .help(help)
    };
    Command::new("watch")
        .about("Watch what agents do, live: activity, approvals, alerts, policy, integrity")
        .arg(
            Arg::new("once")
                .long("once")
                .action(ArgAction::SetTrue)
                .help("Print one frame as plain text and end"),
        )
        .arg(
            Arg::new("tab")
                .long("tab")
                .value_name("NAME")
                .default_value("activity")
                .value_parser(["activity", "approvals", "alerts", "policy", "integrity"])
                .help("The page to begin with"),
        )
        .arg(
            Arg::new("where")
                .long("where")
                .value_name("EXPR")
                .help("Only entries for which this holds"),
        )
        .arg(Arg::new("mouse").long("mouse").action(ArgAction::SetTrue).help(
            "Take the mouse: a click opens a page, the wheel scrolls; text is then marked with Shift held",
        ))
        .arg(size("width", "80", "Columns of the frame that --once prints"))
        .arg(size("height", "24", "Lines of the frame that --once prints"))
        .after_help("Keys: 1-5 pages, j/k move, Enter explain, / filter, p hold still, r look anew, q leave.")
}

/// Fills the model and shows it.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let mut model = Model::default();
    let tab = matches.get_one::<String>("tab").map_or("", String::as_str);
    model.tab = Tab::ALL
        .into_iter()
        .find(|known| known.title().eq_ignore_ascii_case(tab))
        .unwrap_or_default();
    if let Some(text) = matches.get_one::<String>("where") {
        model.filter = Some(Condition::read(text)?);
    }
    let once = matches.get_flag("once");
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if !once && !terminal {
        return Err(Failure::new(Exit::Usage, "`wt watch` needs a terminal")
            .hint("`wt watch --once` prints one frame"));
    }
    let source = Source::open(&mut model)?;
    if !once {
        return screen::run(
            model,
            source,
            Theme {
                colour: Paint::of_stdout().is_on(),
            },
            matches.get_flag("mouse"),
        );
    }
    let side = |name: &str| matches.get_one::<u16>(name).copied().unwrap_or(80);
    let frame = plain(&model, side("width"), side("height"))?;
    out::stream(|out| {
        for line in &frame {
            out.line(line)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// A frame as lines of text.
fn plain(model: &Model, width: u16, height: u16) -> Result<Vec<String>, Failure> {
    let failed = |e: &dyn std::fmt::Display| Failure::new(Exit::Config, format!("cannot draw: {e}"));
    let mut terminal = Terminal::new(TestBackend::new(width, height)).map_err(|e| failed(&e))?;
    let now = Timestamp::now();
    terminal
        .draw(|frame| draw::frame(frame, model, Theme { colour: false }, now))
        .map_err(|e| failed(&e))?;
    let buffer = terminal.backend().buffer();
    let cells: Vec<&str> = buffer
        .content()
        .iter()
        .map(ratatui::buffer::Cell::symbol)
        .collect();
    Ok(cells
        .chunks(usize::from(width))
        .map(|row| row.concat().trim_end().to_owned())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::{Model, Tab, keys, plain};
    use ratatui::crossterm::event::{
        KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
    };

    fn press(model: &mut Model, code: KeyCode) {
        keys::apply(model, KeyEvent::new(code, KeyModifiers::NONE));
    }

    fn mouse(model: &mut Model, kind: MouseEventKind, column: u16, row: u16) -> bool {
        let modifiers = KeyModifiers::NONE;
        keys::point(
            model,
            MouseEvent {
                kind,
                column,
                row,
                modifiers,
            },
        )
    }

    fn shown(model: &Model) -> String {
        plain(model, 80, 24).unwrap().join("\n")
    }

    fn many() -> Model {
        Model {
            approvals: (0..60).map(|n| format!("request-{n:02}")).collect(),
            tab: Tab::Approvals,
            ..Model::default()
        }
    }

    #[test]
    fn a_page_longer_than_the_screen_is_read_to_its_end_by_keys_and_by_the_wheel() {
        let mut model = many();
        assert!(!shown(&model).contains("request-59"));
        press(&mut model, KeyCode::End);
        assert!(shown(&model).contains("request-59"));
        press(&mut model, KeyCode::Home);
        assert!(shown(&model).contains("request-00"));
        for _ in 0..30 {
            assert!(mouse(&mut model, MouseEventKind::ScrollDown, 5, 5));
        }
        assert!(shown(&model).contains("request-59"));
        for _ in 0..30 {
            mouse(&mut model, MouseEventKind::ScrollUp, 5, 5);
        }
        assert!(shown(&model).contains("request-00"));
        assert_eq!(model.cursor, 0, "the first page is left where it was");
    }

    #[test]
    fn a_click_on_the_name_of_a_page_opens_it_and_nothing_else_does() {
        let mut model = many();
        let first = shown(&model).lines().next().unwrap().to_owned();
        for tab in Tab::ALL {
            let column = u16::try_from(first.find(tab.title()).unwrap()).unwrap();
            let down = MouseEventKind::Down(MouseButton::Left);
            assert!(mouse(&mut model, down, column, 0), "{first}");
            assert_eq!(model.tab, tab);
            for (kind, column, row) in [
                (down, 0, 0),
                (down, 79, 0),
                (down, column, 1),
                (MouseEventKind::Moved, column, 0),
            ] {
                assert!(!mouse(&mut model, kind, column, row), "{kind:?}");
                assert_eq!(model.tab, tab);
            }
        }
    }
}

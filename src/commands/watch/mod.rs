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

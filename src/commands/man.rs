//! `wt man`: the man pages of `wt`, its commands and the applets, derived from their command lines.

use super::{overview_parser, show};
use crate::report::{Exit, Failure};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use clap_mangen::Man;
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) fn build() -> Command {
    Command::new("man")
        .about("Print a man page, or write all of them")
        .arg(
            Arg::new("NAME")
                .help("`wt`, a command, or an applet")
                .conflicts_with_all(["dir", "names"]),
        )
        .arg(
            Arg::new("dir")
                .long("dir")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("Write every page into this directory"),
        )
        .arg(
            Arg::new("names")
                .long("names")
                .action(ArgAction::SetTrue)
                .conflicts_with("dir")
                .help("Print the file names of the pages"),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    if matches.get_flag("names") {
        let names: String = pages().iter().map(|page| format!("{}\n", page.file)).collect();
        return Ok(show(&names));
    }
    if let Some(dir) = matches.get_one::<PathBuf>("dir") {
        for page in pages() {
            write(dir, &page)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let name = matches.get_one::<String>("NAME").map_or("wt", String::as_str);
    let files = [format!("{name}.1"), format!("wt-{name}.1")];
    match pages().into_iter().find(|page| files.contains(&page.file)) {
        Some(page) => Ok(show(&page.roff)),
        None => Err(
            Failure::new(Exit::Usage, format!("there is no man page for `{name}`"))
                .hint("`wt man --names` lists them"),
        ),
    }
}

struct Page {
    file: String,
    roff: String,
}

fn pages() -> Vec<Page> {
    let mut wt = overview_parser();
    wt.build();
    let mut pages = vec![generated(
        wt.clone().disable_help_subcommand(true),
        "wt".to_owned(),
    )];
    below(&wt, "wt", &mut pages);
    let applets = applets::all().iter();
    pages.extend(applets.map(|applet| Page {
        file: format!("{}.1", applet.name),
        roff: applet.man(VERSION),
    }));
    pages
}

/// A page of its own for each subcommand, and for those below it.
fn below(command: &Command, name: &str, pages: &mut Vec<Page>) {
    let shown = |command: &&Command| !command.is_hide_set() && command.get_name() != "help";
    for command in command.get_subcommands().filter(shown) {
        let name = format!("{name}-{}", command.get_name());
        pages.push(generated(
            command.clone().disable_help_subcommand(true),
            name.clone(),
        ));
        below(command, &name, pages);
    }
}

fn generated(command: Command, name: String) -> Page {
    let mut out = Vec::new();
    let man = Man::new(command.name(name.clone()).version(VERSION))
        .date("")
        .manual("Watchtower");
    // Writing to a Vec cannot fail; a page that did would be an empty one, which the tests would show.
    let _infallible = man.render(&mut out);
    Page {
        file: format!("{name}.1"),
        roff: String::from_utf8_lossy(&out).into_owned(),
    }
}

fn write(dir: &Path, page: &Page) -> Result<(), Failure> {
    let path = dir.join(&page.file);
    fs::write(&path, &page.roff)
        .map_err(|e| Failure::new(Exit::Config, format!("cannot write `{}`: {e}", path.display())))
}

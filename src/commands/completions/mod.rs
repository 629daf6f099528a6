//! `wt completions SHELL`: prints what a shell needs to complete `wt`, its links and the applets. Everything is derived
//! from the command lines themselves; nothing is written by hand twice. Also answers what those scripts ask.

mod applet;
mod place;
mod scripts;
mod values;

use super::show;
use crate::report::{Exit, Failure};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::PossibleValuesParser, value_parser};
use rustix::{
    fs::{CWD, symlinkat},
    io::Errno,
};
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];
/// Words of a command line that are looked at.
const MAX_WORDS: usize = 1000;

pub(crate) fn build() -> Command {
    Command::new("completions")
        .about("Print the completions of a shell")
        .arg(
            Arg::new("SHELL")
                .required(true)
                .value_parser(PossibleValuesParser::new(SHELLS))
                .help("The shell they are for"),
        )
        .arg(
            Arg::new("dir")
                .long("dir")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .help("Write them into this directory, also under the names of the applets and links"),
        )
        .arg(
            Arg::new("names")
                .long("names")
                .action(ArgAction::SetTrue)
                .conflicts_with("dir")
                .help("Print the names of the files that --dir makes"),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let shell = matches.get_one::<String>("SHELL").map_or("", String::as_str);
    if matches.get_flag("names") {
        let names = files(shell).into_iter().map(|name| format!("{name}\n"));
        return Ok(show(&names.collect::<String>()));
    }
    let text = match shell {
        "bash" => scripts::bash(),
        "zsh" => scripts::zsh(),
        _ => scripts::fish(),
    };
    let text = text.ok_or_else(|| {
        Failure::new(
            Exit::Config,
            format!("the completions for {shell} are not UTF-8 text"),
        )
    })?;
    match matches.get_one::<PathBuf>("dir") {
        None => Ok(show(&text)),
        Some(dir) => install(dir, &files(shell), &text),
    }
}

/// The file of the completions, and the names under which a shell that loads them by a command's name looks for it.
fn files(shell: &str) -> Vec<String> {
    let links = || scripts::links().into_iter().map(|(name, _)| name);
    match shell {
        "bash" => std::iter::once("wt".to_owned()).chain(links()).collect(),
        "zsh" => vec!["_wt".to_owned()],
        _ => std::iter::once("wt".to_owned())
            .chain(links())
            .map(|name| format!("{name}.fish"))
            .collect(),
    }
}

fn install(dir: &Path, names: &[String], text: &str) -> Result<ExitCode, Failure> {
    let failed = |name: &str, e: std::io::Error| {
        Failure::new(
            Exit::Config,
            format!("cannot write `{}`: {e}", dir.join(name).display()),
        )
    };
    let Some((file, links)) = names.split_first() else {
        return Ok(ExitCode::SUCCESS);
    };
    fs::write(dir.join(file), text).map_err(|e| failed(file, e))?;
    for link in links {
        let path = dir.join(link);
        let made = match symlinkat(file, CWD, &path) {
            // Ours from an earlier version; somebody else's file of that name stays.
            Err(Errno::EXIST) if fs::read_link(&path).is_ok_and(|to| to == Path::new(file)) => Ok(()),
            other => other,
        };
        made.map_err(|e| failed(link, e.into()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// `wt __complete -- WORDS...`: the words that fit in place of the last one, each with a tab and what it is about where
/// that is known. Changes nothing, says nothing else, and never fails: a person is at the prompt.
pub fn complete(args: &[OsString]) -> ExitCode {
    let words: Vec<String> = args
        .iter()
        .skip(1)
        .take(MAX_WORDS)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let Some(asked) = place::asked(&words) else {
        return ExitCode::SUCCESS;
    };
    let lines = values::words(asked)
        .into_iter()
        .map(|(word, about)| match about.as_str() {
            "" => format!("{word}\n"),
            about => format!("{word}\t{about}\n"),
        });
    show(&lines.collect::<String>())
}

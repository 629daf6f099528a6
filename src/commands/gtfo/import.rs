//! `wt gtfo import`: the facts from a checkout of the upstream database. Writes nothing itself.

use crate::{
    caller::Caller,
    commands::show,
    engine,
    outcome::Output,
    product::{Product, real_directory},
    report::{Exit, Failure, json_is_asked, visible},
    withdrawal::Withdrawal,
    work::Work,
};
use clap::ArgMatches;
use policy::{Intent, Target};
use serde_json::json;
use std::{ffi::OsString, fs, path::Path, process::ExitCode};

/// Largest file that is read.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Reads the checkout; has the facts written by the engine, judged and recorded like any other call's effect.
pub(super) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let text = |name: &str| matches.get_one::<OsString>(name).cloned().unwrap_or_default();
    let (dir, output) = (text("dir"), text("output"));
    let dir = Path::new(&dir);
    let entries = dir.join("_gtfobins");
    let mut files = Vec::new();
    for entry in fs::read_dir(&entries).map_err(|e| failed("read", &entries, &e))? {
        let entry = entry.map_err(|e| failed("read", &entries, &e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = name.strip_suffix(".md").unwrap_or(&name).to_owned();
        files.push((name, read(&entry.path())?));
    }
    let functions = read(&dir.join("_data/functions.yml"))?;
    let facts = gtfobins::import::facts(&files, &functions).map_err(|e| {
        Failure::new(Exit::Config, format!("`{}`:{}: {}", e.file, e.line, e.what))
            .hint("the importer knows the form of the database of April 2026")
    })?;
    if output == "-" {
        return Ok(show(&facts));
    }
    let product = Product::at(Path::new(&output), facts.into_bytes())?;
    let made = format!(
        "{} in `{}`\n",
        crate::view::words::count(files.len() as u64, "entry", "entries"),
        visible(&product.path().to_string_lossy())
    );
    let intent = Intent {
        domain: "watchtower".into(),
        operation: "gtfo_import".into(),
        targets: vec![
            Target {
                role: "facts".into(),
                domain: "watchtower".into(),
                operation: "gtfo_import".into(),
                name: "facts".to_owned(),
                ..Target::default()
            },
            Target::path("source", "read", real_directory(dir)?),
            Target::path("destination", "write", product.path()),
        ],
        params: [("entries".to_owned(), json!(files.len()))].into_iter().collect(),
        tool: "wt".into(),
    };
    let caller = Caller::of_this_process()?;
    let (mut quiet, mut stderr) = (std::io::sink(), std::io::stderr());
    let mut output = Output {
        stdout: &mut quiet,
        stderr: &mut stderr,
        terminal: false,
        json: json_is_asked(),
        withdrawal: Withdrawal::default(),
    };
    let outcome = engine::carry(&intent, &caller, Work::Make(Box::new(product)), &mut output)
        .map_err(|stop| stop.failure())?;
    if outcome.exit_code != 0 {
        return Ok(ExitCode::from(outcome.exit_code));
    }
    Ok(show(&made))
}

fn read(path: &Path) -> Result<String, Failure> {
    let length = fs::metadata(path).map_err(|e| failed("read", path, &e))?.len();
    if length > MAX_FILE_BYTES {
        return Err(Failure::new(
            Exit::Config,
            format!("`{}` is longer than 1 MiB", path.display()),
        ));
    }
    fs::read_to_string(path).map_err(|e| failed("read", path, &e))
}

fn failed(what: &str, path: &Path, e: &std::io::Error) -> Failure {
    Failure::new(Exit::Config, format!("cannot {what} `{}`: {e}", path.display()))
}

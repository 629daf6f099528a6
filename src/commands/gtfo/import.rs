//! `wt gtfo import`: the facts from a checkout of the upstream database.

use crate::{
    commands::show,
    report::{Exit, Failure},
};
use clap::ArgMatches;
use std::{ffi::OsString, fs, io::Write, path::Path, process::ExitCode};

/// Largest file that is read.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Reads the checkout and writes the facts beside what was there, then in its place.
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
    let path = Path::new(&output);
    // The facts of a source tree, made by whoever builds it: no effect of an agent's call.
    let mut file = fs::File::create(path).map_err(|e| failed("write", path, &e))?;
    file.write_all(facts.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|e| failed("write", path, &e))?;
    Ok(show(&format!(
        "{} entries in `{}`\n",
        files.len(),
        path.display()
    )))
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

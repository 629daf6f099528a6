//! Where the upstream database lies beside the checkout. It is not part of the sources (GPL-3.0), so a checkout
//! without it is whole; `.ci/run` says at its end that it was not compared with.

use std::{fs, path::PathBuf};

/// The directory of the database, none where it is absent.
pub(crate) fn directory() -> Option<PathBuf> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/gtfobins");
    if dir.join("_gtfobins").is_dir() {
        return Some(dir);
    }
    eprintln!("not run: the upstream database is not at {}", dir.display());
    None
}

/// Its entries as (name, text).
pub(crate) fn entries(dir: &std::path::Path) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = fs::read_dir(dir.join("_gtfobins"))
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            (
                entry.file_name().into_string().unwrap(),
                fs::read_to_string(entry.path()).unwrap(),
            )
        })
        .collect();
    out.sort();
    out
}

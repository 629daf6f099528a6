//! The committed facts against the database they were made from.

use super::database;
use std::{fs, path::PathBuf};

#[test]
fn committed_facts_are_those_of_the_upstream_database() {
    let Some(dir) = database::directory() else { return };
    let functions = fs::read_to_string(dir.join("_data/functions.yml")).unwrap();
    let made = gtfobins::import::facts(&database::entries(&dir), &functions).unwrap();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("facts.json");
    if std::env::var_os("WT_UPDATE").is_some() {
        fs::write(&path, &made).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap() == made,
        "facts.json is stale: run `wt gtfo import`"
    );
}

#[test]
fn the_database_has_478_entries_20_aliases_and_822_recipes() {
    let Some(dir) = database::directory() else { return };
    let entries = database::entries(&dir);
    assert_eq!(entries.len(), 478);
    assert_eq!(
        entries
            .iter()
            .filter(|(_, text)| text.contains("\nalias:") || text.starts_with("alias:"))
            .count(),
        20
    );
    assert_eq!(gtfobins::import::recipes(&entries).unwrap().len(), 822);
}

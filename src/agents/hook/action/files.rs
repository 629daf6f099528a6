//! Tools that read, write, list, search and patch files, as filesystem intents.

use super::super::event::Event;
use crate::report::visible;
use policy::{Intent, Target};
use serde_json::{Map, Value as Json};

/// Files that one call may name.
const MAX_FILES: usize = 1000;
/// Where tools put a path. Which of these names a client reads is not known here, and what it does not read the model
/// may fill as it likes: whatever stands under any of them is judged.
const PATHS: &[&str] = &[
    "file_path",
    "filePath",
    "notebook_path",
    "absolute_path",
    "target_file",
    "target_notebook",
    "target_directory",
    "relative_workspace_path",
    "dir_path",
    "directory",
    "filename",
    "file",
    "path",
];
/// Where tools that list put a pattern of names.
const PATTERNS: &[&str] = &["pattern", "glob_pattern", "globPattern"];

/// Where tools put several.
const LISTS: &[&str] = &["paths", "include", "file_paths"];
/// Where tools put a patch.
const PATCHES: &[&str] = &["input", "patch", "patchText", "patch_text", "command"];

/// Every path that stands under the name of one.
fn paths(input: &Map<String, Json>) -> Result<Vec<&str>, String> {
    let mut found = Vec::new();
    for value in PATHS.iter().filter_map(|key| input.get(*key)) {
        match value {
            Json::Null => {}
            Json::String(path) if path.is_empty() || found.contains(&path.as_str()) => {}
            Json::String(path) => found.push(path),
            _ => return Err("a path is not text".to_owned()),
        }
    }
    Ok(found)
}

/// The trees that the arguments name, or the one that the event is in.
pub(super) fn trees(event: &Event, operation: &'static str) -> Result<Intent, String> {
    let mut paths = paths(&event.input)?;
    if paths.is_empty() {
        paths.push(".");
    }
    // Searching matches the pattern against contents, listing against names, also of another tree.
    if operation == "list" {
        let patterns = PATTERNS.iter().filter_map(|key| event.input.get(*key)?.as_str());
        paths.extend(patterns.filter_map(base));
    }
    filesystem(event, paths.into_iter().map(|path| (operation, path)))
}

/// What begins another path within a pattern: alternatives from the root or the home, and a way up.
const ELSEWHERE: &[&str] = &["{/", ",/", "(/", "|/", "{~", ",~", "(~", "|~", ".."];

/// The directory below which everything is that a pattern of names can match.
fn base(pattern: &str) -> Option<&str> {
    let literal = pattern.split(['*', '?', '[', '{', '(', '!']).next()?;
    if literal.len() == pattern.len() {
        return Some(pattern);
    }
    let rest = pattern.get(literal.len()..)?;
    if ELSEWHERE.iter().any(|begins| rest.contains(begins)) {
        return Some("/");
    }
    match literal.rfind('/') {
        Some(0) => Some("/"),
        Some(end) => literal.get(..end),
        None => Some("."),
    }
}

/// A path as clients may read it: as it stands, and without what some take off or put in its place, which are blanks
/// around it, `@` or `file://` before it, and `~` for the home.
fn readings(path: &str) -> Result<Vec<String>, String> {
    // JavaScript takes a byte order mark for a blank.
    let bare = path.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let bare = bare.strip_prefix('@').unwrap_or(bare);
    let bare = bare.strip_prefix("file://").unwrap_or(bare);
    let mut found = vec![path.to_owned()];
    let below_home = bare
        .strip_prefix('~')
        .filter(|rest| rest.is_empty() || rest.starts_with('/'));
    if let Some(rest) = below_home {
        let home = std::env::var("HOME").ok().filter(|home| home.starts_with('/'));
        found.push(home.ok_or("which home `~` is cannot be told")? + rest);
    } else if bare != path && !bare.is_empty() {
        found.push(bare.to_owned());
    }
    Ok(found)
}

/// The one directory that a text names in every reading.
pub(super) fn directory(text: String) -> Result<String, String> {
    if readings(&text)?.len() > 1 {
        return Err(format!(
            "the directory `{}` can be read in two ways",
            visible(&text)
        ));
    }
    Ok(text)
}

/// An intent that another program carries out; the strictest of its operations names it.
pub(super) fn filesystem<'a>(
    event: &Event,
    named: impl IntoIterator<Item = (&'static str, &'a str)>,
) -> Result<Intent, String> {
    let mut targets = Vec::new();
    for (operation, path) in named {
        let readings = readings(path)?;
        targets.extend(
            readings
                .into_iter()
                .map(|path| Target::path("path", operation, path)),
        );
    }
    let reads = targets
        .iter()
        .all(|target| matches!(&*target.operation, "read" | "list"));
    Ok(Intent {
        domain: "filesystem".into(),
        operation: if reads { "read".into() } else { "write".into() },
        targets,
        params: Map::new(),
        tool: event.tool.clone().into(),
    })
}

/// The files that the arguments name, one by one or as a list.
pub(super) fn files(event: &Event, operation: &'static str) -> Result<Intent, String> {
    let mut paths = paths(&event.input)?;
    for value in LISTS.iter().filter_map(|key| event.input.get(*key)) {
        let items = match value {
            Json::Array(items) => items.as_slice(),
            Json::Null => &[],
            other => std::slice::from_ref(other),
        };
        for item in items {
            let path = item.as_str().ok_or("a path is not text")?;
            paths.push(path);
            paths.extend(base(path).filter(|base| *base != path));
        }
    }
    if paths.len() > MAX_FILES {
        return Err(format!(
            "the arguments of `{}` name more than {MAX_FILES} files",
            event.tool
        ));
    }
    if paths.is_empty() {
        return Err(format!("the arguments of `{}` name no file", event.tool));
    }
    filesystem(event, paths.into_iter().map(|path| (operation, path)))
}

/// Searching is reading what is below the path.
pub(super) fn search(event: &Event) -> Result<Intent, String> {
    let pattern = event
        .input
        .get("pattern")
        .or_else(|| event.input.get("query"))
        .cloned();
    let mut intent = trees(event, "read")?;
    intent
        .params
        .insert("pattern".to_owned(), pattern.unwrap_or_default());
    Ok(intent)
}

/// The files of a patch in the form that Codex and its kin write.
pub(super) fn patch(event: &Event) -> Result<Intent, String> {
    let given = PATCHES.iter().filter_map(|key| match event.input.get(*key)? {
        Json::String(text) => Some(text.as_str()),
        // `["apply_patch", "*** Begin Patch ..."]`
        Json::Array(words) => words.last()?.as_str(),
        _ => None,
    });
    let texts: Vec<&str> = given.collect();
    if texts.is_empty() {
        return Err("the patch is missing".to_owned());
    }
    let mut targets = Vec::new();
    for line in texts.into_iter().flat_map(str::lines) {
        let Some(header) = line.trim_start().strip_prefix("*** ") else {
            continue;
        };
        for (start, operation) in [
            ("Add File:", "create_file"),
            ("Update File:", "write"),
            ("Delete File:", "delete"),
            ("Move to:", "write"),
        ] {
            if let Some(path) = header.strip_prefix(start) {
                let path = path.strip_prefix(' ').unwrap_or(path);
                targets.push((operation, path.trim_end()));
            }
        }
    }
    if targets.is_empty() {
        return Err("the patch names no file".to_owned());
    }
    if targets.len() > MAX_FILES {
        return Err(format!("the patch names more than {MAX_FILES} files"));
    }
    filesystem(event, targets)
}

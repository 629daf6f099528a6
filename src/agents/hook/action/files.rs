//! Tools that read, write, list, search and patch files, as filesystem intents.

use super::super::event::Event;
use policy::{Intent, Target};
use serde_json::{Map, Value as Json};

/// Where tools put a path.
const PATHS: &[&str] = &[
    "file_path",
    "filePath",
    "notebook_path",
    "absolute_path",
    "target_file",
    "target_notebook",
    "dir_path",
    "path",
];

/// The path among the arguments.
pub(super) fn path(input: &Map<String, Json>) -> Option<&str> {
    PATHS
        .iter()
        .find_map(|key| input.get(*key)?.as_str())
        .filter(|path| !path.is_empty())
}

/// An intent that another program carries out; the strictest of its operations names it.
pub(super) fn filesystem<'a>(
    event: &Event,
    targets: impl IntoIterator<Item = (&'static str, &'a str)>,
) -> Intent {
    let targets: Vec<Target> = targets
        .into_iter()
        .map(|(operation, path)| Target::path("path", operation, path))
        .collect();
    let reads = targets
        .iter()
        .all(|target| matches!(&*target.operation, "read" | "list"));
    Intent {
        domain: "filesystem".into(),
        operation: if reads { "read".into() } else { "write".into() },
        targets,
        params: Map::new(),
        tool: event.tool.clone().into(),
    }
}

/// The files that the arguments name, one by one or as a list.
pub(super) fn files(event: &Event, operation: &'static str) -> Result<Intent, String> {
    let lists = ["paths", "include", "file_paths"];
    let listed = lists.iter().find_map(|key| event.input.get(*key)?.as_array());
    let mut paths: Vec<&str> = path(&event.input).into_iter().collect();
    for item in listed.into_iter().flatten() {
        paths.push(item.as_str().ok_or("a path is not text")?);
    }
    if paths.is_empty() {
        return Err(format!("the arguments of `{}` name no file", event.tool));
    }
    Ok(filesystem(event, paths.into_iter().map(|path| (operation, path))))
}

/// Searching is reading what is below the path.
pub(super) fn search(event: &Event) -> Intent {
    let pattern = event
        .input
        .get("pattern")
        .or_else(|| event.input.get("query"))
        .cloned();
    let mut intent = filesystem(event, [("read", path(&event.input).unwrap_or("."))]);
    intent
        .params
        .insert("pattern".to_owned(), pattern.unwrap_or_default());
    intent
}

/// The files of a patch in the form that Codex and its kin write.
pub(super) fn patch(event: &Event) -> Result<Intent, String> {
    let keys = ["input", "patch", "patchText", "patch_text", "command"];
    let text = keys.iter().find_map(|key| match event.input.get(*key)? {
        Json::String(text) => Some(text.clone()),
        // `["apply_patch", "*** Begin Patch ..."]`
        Json::Array(words) => words.last()?.as_str().map(str::to_owned),
        _ => None,
    });
    let text = text.ok_or("the patch is missing")?;
    let mut targets = Vec::new();
    for line in text.lines() {
        let Some(header) = line.trim_start().strip_prefix("*** ") else {
            continue;
        };
        for (start, operation) in [
            ("Add File: ", "create_file"),
            ("Update File: ", "write"),
            ("Delete File: ", "delete"),
            ("Move to: ", "write"),
        ] {
            if let Some(path) = header.strip_prefix(start) {
                targets.push((operation, path.trim_end()));
            }
        }
    }
    if targets.is_empty() {
        return Err("the patch names no file".to_owned());
    }
    Ok(filesystem(event, targets))
}

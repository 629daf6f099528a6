//! `wt setup`: what each client needs in its own settings to run under Watchtower, as edits that can be shown,
//! made, made again without effect, and taken back. This module plans; writing is the command's.

mod block;
mod clients;
mod diff;
pub(crate) mod jsonc;
mod plugin;

use crate::report::{Exit, Failure};
use jsonc::Document;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

pub(crate) use clients::{Installed, NAMES, settings_of};
pub(crate) use diff::lines as diff;

/// One settings file of a client, and what Watchtower has in it.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) path: PathBuf,
    pub(crate) edits: Vec<Edit>,
}

/// One thing in a settings file.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// A value of a JSON object.
    Value(&'static [&'static str], Json),
    /// A value of a JSON object that a person may have set otherwise, which then stays.
    Default(&'static [&'static str], Json),
    /// A value with which a new file of this format begins; it goes only when nothing else is left.
    Frame(&'static [&'static str], Json),
    /// An element of a JSON array that is known again as ours.
    Element(&'static [&'static str], Json),
    /// An element of a JSON array that is known again by its value.
    Member(&'static [&'static str], Json),
    /// A value, alone or in an array, by which the client would run no hook of ours: nothing is set up beside it.
    Unless(&'static [&'static str], Json),
    /// A server's table in TOML, between two marks.
    Block(String),
    /// The whole file.
    File(String),
}

/// A file as it is and as it would be; none is a file that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) path: PathBuf,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Change {
    /// Whether anything would be different.
    pub(crate) fn is_one(&self) -> bool {
        self.before != self.after
    }
}

impl Settings {
    /// What the file becomes with everything of ours in it, or taken out of it.
    pub(crate) fn change(&self, before: Option<String>, remove: bool) -> Result<Change, Failure> {
        let refused = |why: String| {
            Failure::new(
                Exit::Config,
                format!("cannot edit `{}`: {why}", self.path.display()),
            )
            .hint("correct the file by hand, then run this again; nothing was changed")
        };
        let after = if remove {
            // What was put in last goes first.
            let mut edits = self.edits.iter().rev();
            edits.try_fold(before.clone(), |text, edit| edit.taken_out(text))
        } else {
            let mut edits = self.edits.iter();
            edits.try_fold(before.clone(), |text, edit| edit.put_in(text))
        }
        .map_err(refused)?;
        Ok(Change {
            path: self.path.clone(),
            before,
            after,
        })
    }
}

impl Edit {
    fn put_in(&self, text: Option<String>) -> Result<Option<String>, String> {
        let document = || Document::parse(text.as_deref().unwrap_or_default());
        match self {
            Self::File(whole) => Ok(Some(whole.clone())),
            Self::Block(lines) => block::put_in(text.as_deref().unwrap_or_default(), lines).map(Some),
            Self::Unless(path, value) => {
                let present = document()?.get(path);
                let listed = present.as_ref().and_then(Json::as_array);
                if present.as_ref() == Some(value) || listed.is_some_and(|values| values.contains(value)) {
                    let setting = path.join(".");
                    return Err(format!(
                        "by `{setting}` ({value}) the client runs no hook of Watchtower"
                    ));
                }
                Ok(text)
            }
            Self::Value(path, value) => {
                let mut document = document()?;
                document.set(path, value)?;
                Ok(Some(document.text().to_owned()))
            }
            Self::Frame(path, value) => {
                let mut document = document()?;
                if document
                    .get(&[])
                    .as_ref()
                    .and_then(Json::as_object)
                    .is_some_and(serde_json::Map::is_empty)
                {
                    document.set(path, value)?;
                }
                Ok(Some(document.text().to_owned()))
            }
            Self::Default(path, value) => {
                let mut document = document()?;
                if document.get(path).is_none() {
                    document.set(path, value)?;
                }
                Ok(Some(document.text().to_owned()))
            }
            Self::Element(path, element) => {
                let mut document = document()?;
                let present = document.get(path);
                let ours: Vec<&Json> = present
                    .as_ref()
                    .and_then(Json::as_array)
                    .into_iter()
                    .flatten()
                    .filter(|e| is_ours(e))
                    .collect();
                if ours != [element] {
                    document.remove_elements(path, is_ours)?;
                    document.push(path, element)?;
                }
                Ok(Some(document.text().to_owned()))
            }
            Self::Member(path, element) => {
                let mut document = document()?;
                let present = document.get(path);
                let listed = present.as_ref().and_then(Json::as_array);
                if !listed.is_some_and(|elements| elements.contains(element)) {
                    document.push(path, element)?;
                }
                Ok(Some(document.text().to_owned()))
            }
        }
    }

    fn taken_out(&self, text: Option<String>) -> Result<Option<String>, String> {
        let Some(text) = text else { return Ok(None) };
        match self {
            Self::File(_) => Ok(None),
            Self::Block(_) => {
                let rest = block::taken_out(&text)?;
                Ok((!rest.trim().is_empty()).then_some(rest))
            }
            Self::Unless(..) => Ok(Some(text)),
            Self::Value(path, _) => tidied(&text, path, |document| document.remove(path)),
            Self::Default(path, value) => tidied(&text, path, |document| {
                if document.get(path).as_ref() == Some(value) {
                    document.remove(path)
                } else {
                    Ok(())
                }
            }),
            Self::Frame(path, value) => {
                let left = Document::parse(&text)?.get(&[]);
                let alone = left
                    .as_ref()
                    .and_then(Json::as_object)
                    .is_some_and(|left| left.len() == 1);
                tidied(&text, path, |document| {
                    if alone && document.get(path).as_ref() == Some(value) {
                        document.remove(path)
                    } else {
                        Ok(())
                    }
                })
            }
            Self::Element(path, _) => without_elements(&text, path, is_ours),
            Self::Member(path, element) => without_elements(&text, path, |given| given == element),
        }
    }
}

/// Takes elements out of an array, and the array where that empties it.
fn without_elements(
    text: &str,
    path: &[&str],
    ours: impl Fn(&Json) -> bool,
) -> Result<Option<String>, String> {
    tidied(text, path, |document| {
        document.remove_elements(path, ours)?;
        let empty = document
            .get(path)
            .is_some_and(|left| left.as_array().is_some_and(Vec::is_empty));
        if empty { document.remove(path) } else { Ok(()) }
    })
}

/// Takes something out, then the objects around it that are empty by that; none where the file is.
fn tidied(
    text: &str,
    path: &[&str],
    take: impl FnOnce(&mut Document) -> Result<(), String>,
) -> Result<Option<String>, String> {
    let mut document = Document::parse(text)?;
    take(&mut document)?;
    if document.text() == text {
        return Ok(Some(text.to_owned()));
    }
    for length in (1..path.len()).rev() {
        let parent = path.get(..length).unwrap_or_default();
        let empty = document
            .get(parent)
            .is_some_and(|left| left.as_object().is_some_and(serde_json::Map::is_empty));
        if empty {
            document.remove(parent)?;
        }
    }
    let left = document.get(&[]);
    let nothing = left.is_some_and(|left| left.as_object().is_some_and(serde_json::Map::is_empty));
    Ok((!nothing || document.text().contains("//")).then(|| document.text().to_owned()))
}

/// Whether an element of a client's hooks runs our hook.
fn is_ours(element: &Json) -> bool {
    let text = element.to_string();
    super::hook::Client::ALL
        .iter()
        .any(|client| text.contains(&format!("hook {}", client.name())) && text.contains("wt"))
        || text.contains("watchtower-opencode.js")
}

/// Where the settings live.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope<'a> {
    /// Below a home.
    User(&'a Path),
    /// Below a project's directory.
    Project(&'a Path),
}

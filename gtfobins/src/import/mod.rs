//! From a checkout of the upstream database to the facts that are shipped. Reads each recipe as a shell would and
//! keeps what triggers it: names of options, subcommands, variables. None of its text is kept.

mod trigger;
mod yaml;

use serde_json::{Map, Value, json};
use yaml::Node;

/// What could not be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// File within the checkout.
    pub file: String,
    /// Line, 0 where the file as a whole is meant.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// One recipe with its code, for tests against the whole database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// The entry's name.
    pub binary: String,
    /// The function's name.
    pub function: String,
    /// Contexts in which it applies, with the code of each.
    pub contexts: Vec<(String, String)>,
}

/// Reads every recipe of the database, `files` being (name, text) of each entry.
///
/// # Errors
/// Where an entry is not in the form the database has.
pub fn recipes(files: &[(String, String)]) -> Result<Vec<Recipe>, ImportError> {
    let mut out = Vec::new();
    for (name, text) in files {
        let document = read(name, text)?;
        for (function, list) in document.get("functions").map(Node::entries).unwrap_or_default() {
            for recipe in list.items() {
                let code = recipe.get("code").and_then(Node::text).unwrap_or_default();
                let contexts = recipe.get("contexts").map(Node::entries).unwrap_or_default();
                let contexts = contexts
                    .iter()
                    .map(|(context, own)| {
                        (
                            context.clone(),
                            own.get("code").and_then(Node::text).unwrap_or(code).to_owned(),
                        )
                    })
                    .collect();
                out.push(Recipe {
                    binary: name.clone(),
                    function: function.clone(),
                    contexts,
                });
            }
        }
    }
    Ok(out)
}

/// Makes the text of `facts.json` from the entries and the document of functions.
///
/// # Errors
/// Where a file is not in the form the database has, or a recipe shows no trigger.
pub fn facts(files: &[(String, String)], functions: &str) -> Result<String, ImportError> {
    let mut binaries: Vec<(String, Map<String, Value>)> = Vec::new();
    let mut aliases: Vec<(String, String)> = Vec::new();
    let mut sorted = files.to_vec();
    sorted.sort();
    for (name, text) in &sorted {
        let document = read(name, text)?;
        if let Some(target) = document.get("alias").and_then(Node::text) {
            aliases.push((name.clone(), target.to_owned()));
            continue;
        }
        let mut recipes = Vec::new();
        for (function, list) in document.get("functions").map(Node::entries).unwrap_or_default() {
            if crate::finding::Function::from_name(function).is_none() {
                return Err(wrong(name, format!("unknown function `{function}`")));
            }
            for recipe in list.items() {
                recipes.push(self::recipe(name, function, recipe)?);
            }
        }
        let mut entry = Map::new();
        entry.insert("name".to_owned(), json!(name));
        entry.insert("recipes".to_owned(), Value::Array(recipes));
        binaries.push((name.clone(), entry));
    }
    let mut entries = Vec::new();
    for (name, mut entry) in binaries {
        let mut own: Vec<&String> = aliases
            .iter()
            .filter(|(alias, _)| resolve(&aliases, alias) == name)
            .map(|(a, _)| a)
            .collect();
        own.sort();
        if !own.is_empty() {
            entry.insert("aliases".to_owned(), json!(own));
        }
        entries.push(Value::Object(entry));
    }
    let mitre = yaml::read(functions).map_err(|e| ImportError {
        file: "functions.yml".to_owned(),
        line: e.line,
        what: e.what.to_owned(),
    })?;
    let mitre: Map<String, Value> = mitre
        .entries()
        .iter()
        .map(|(name, about)| {
            let ids: Vec<&str> = about
                .get("mitre")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(Node::text)
                .collect();
            (name.clone(), json!(ids))
        })
        .collect();
    let mut out = String::from("{\n\"functions\": ");
    out.push_str(&Value::Object(mitre).to_string());
    out.push_str(",\n\"binaries\": [\n");
    for (at, entry) in entries.iter().enumerate() {
        out.push_str(&entry.to_string());
        out.push_str(if at + 1 < entries.len() { ",\n" } else { "\n" });
    }
    out.push_str("]\n}\n");
    Ok(out)
}

fn resolve(aliases: &[(String, String)], name: &str) -> String {
    let mut name = name.to_owned();
    for _ in 0..8 {
        match aliases.iter().find(|(alias, _)| *alias == name) {
            Some((_, target)) => name.clone_from(target),
            None => break,
        }
    }
    name
}

fn recipe(name: &str, function: &str, recipe: &Node) -> Result<Value, ImportError> {
    let code = recipe
        .get("code")
        .and_then(Node::text)
        .ok_or_else(|| wrong(name, "a recipe has no code".to_owned()))?;
    let contexts = recipe.get("contexts").map(Node::entries).unwrap_or_default();
    let mut out = Map::new();
    out.insert("function".to_owned(), json!(function));
    out.insert(
        "contexts".to_owned(),
        json!(contexts.iter().map(|(c, _)| c).collect::<Vec<_>>()),
    );
    for (context, own) in contexts {
        let list: Vec<&str> = own
            .get("list")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::text)
            .collect();
        if context == "capabilities" && !list.is_empty() {
            out.insert("capabilities".to_owned(), json!(list));
        }
    }
    if let Some(from) = recipe.get("from").and_then(Node::text) {
        out.insert("from".to_owned(), json!(from));
    }
    let trigger = trigger::of(name, code)
        .ok_or_else(|| wrong(name, format!("a recipe of `{function}` shows no trigger")))?;
    for (key, value) in trigger.to_json() {
        out.insert(key, value);
    }
    // A context with its own code may have its own trigger.
    for (context, own) in contexts {
        if let Some(code) = own.get("code").and_then(Node::text)
            && let Some(variant) = trigger::of(name, code)
            && variant != trigger
        {
            out.insert(format!("in_{context}"), Value::Object(variant.to_json()));
        }
    }
    Ok(Value::Object(out))
}

fn read(name: &str, text: &str) -> Result<Node, ImportError> {
    yaml::read(text).map_err(|e| ImportError {
        file: name.to_owned(),
        line: e.line,
        what: e.what.to_owned(),
    })
}

fn wrong(name: &str, what: String) -> ImportError {
    ImportError {
        file: name.to_owned(),
        line: 0,
        what,
    }
}

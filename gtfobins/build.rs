//! Turns the facts into a static table, so that nothing is parsed when the program starts.
#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value yields null for what it lacks"
)]

use serde_json::Value;
use std::{collections::BTreeMap, env, error::Error, fmt::Write, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let mut entries: BTreeMap<String, Value> = BTreeMap::new();
    for file in ["facts.json", "supplement.json"] {
        let document = read(file)?;
        for entry in document["binaries"].as_array().ok_or("no binaries")? {
            let name = entry["name"].as_str().ok_or("an entry has no name")?.to_owned();
            if let Some(known) = entries.get_mut(&name) {
                // The supplement adds recipes to what upstream has.
                let more = entry["recipes"].as_array().cloned().unwrap_or_default();
                known["recipes"].as_array_mut().ok_or("no recipes")?.extend(more);
                known["reason"] = entry["reason"].clone();
            } else {
                entries.insert(name, entry.clone());
            }
        }
    }
    let mut names = BTreeMap::new();
    let (mut records, mut places) = (String::new(), Vec::new());
    for (index, (name, entry)) in entries.iter().enumerate() {
        for alias in strings(&entry["aliases"]).into_iter().chain([name.clone()]) {
            if names.insert(alias.clone(), index).is_some() {
                return Err(format!("`{alias}` stands twice").into());
            }
        }
        places.push(records.len());
        records.push_str(&record(name, entry)?);
    }
    // A program that a recipe calls under another name stands for its entry, where it has none of its own.
    for (index, entry) in entries.values().enumerate() {
        for recipe in entry["recipes"].as_array().into_iter().flatten() {
            if let Some(program) = recipe["program"]
                .as_str()
                .filter(|p| !matches!(*p, "history" | "rpm"))
            {
                names.entry(program.to_owned()).or_insert(index);
            }
        }
    }
    let mut out = separators()?;
    writeln!(out, "static RECORDS: &str = {records:?};")?;
    writeln!(out, "static PLACES: [u32; {}] = {places:?};", places.len())?;
    let all: String = names.keys().map(String::as_str).collect();
    writeln!(out, "static NAMES: &str = {all:?};")?;
    writeln!(out, "static NAME_PLACES: [(u32, u8, u16); {}] = [", names.len())?;
    let mut start = 0;
    for (name, index) in &names {
        writeln!(out, "({start}, {}, {index}),", name.len())?;
        start += name.len();
    }
    out.push_str("];\n");
    let target = env::var("OUT_DIR")?;
    fs::write(Path::new(&target).join("table.rs"), out)?;
    fs::write(Path::new(&target).join("classes.rs"), classes()?)?;
    fs::write(Path::new(&target).join("constructs.rs"), constructs()?)?;
    Ok(())
}

/// What separates the parts of a record: fields of an entry, its recipes, their parts, words of a list.
const FIELD: char = '\u{1c}';
const RECIPE: char = '\u{1d}';
const PART: char = '\u{1e}';
const WORD: char = '\u{1f}';

/// An entry as one line of text.
fn record(name: &str, entry: &Value) -> Result<String, Box<dyn Error>> {
    let joined = |list: Vec<String>| list.join(&WORD.to_string());
    let mut recipes = Vec::new();
    for recipe in entry["recipes"].as_array().ok_or("no recipes")? {
        for (contexts, trigger) in variants(recipe) {
            let letters: Result<String, String> = contexts.iter().map(|c| letter(c)).collect();
            let marks = [("operand", 'o'), ("interactive", 'i'), ("prepared", 'p')];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let parts = [
                recipe["function"]
                    .as_str()
                    .ok_or("a recipe has no function")?
                    .to_owned(),
                letters?,
                joined(strings(&recipe["capabilities"])),
                text(&recipe["from"]),
                text(&trigger["program"]),
                joined(strings(&trigger["subcommands"])),
                joined(strings(&trigger["options"])),
                joined(strings(&trigger["env"])),
                marks
                    .iter()
                    .filter(|(key, _)| trigger[key] == true)
                    .map(|(_, mark)| mark)
                    .collect(),
            ];
            recipes.push(parts.join(&PART.to_string()));
        }
    }
    let fields = [
        name.to_owned(),
        joined(strings(&entry["aliases"])),
        entry["reason"].as_str().unwrap_or_default().to_owned(),
        recipes.join(&RECIPE.to_string()),
    ];
    let record = fields.join(&FIELD.to_string());
    Ok(record)
}

fn letter(context: &str) -> Result<char, String> {
    match context {
        "unprivileged" => Ok('n'),
        "sudo" => Ok('s'),
        "suid" => Ok('u'),
        "capabilities" => Ok('c'),
        _ => Err(format!("`{context}` is not a context")),
    }
}

fn read(file: &str) -> Result<Value, Box<dyn Error>> {
    // Cargo reads these lines from a build script's output.
    let line = format!("cargo::rerun-if-changed={file}\n");
    std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes())?;
    Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
}

/// The kinds of use that rules can name: text like the records, for the same reason; each begins with a separator, so that
/// a program's are found by it and its name.
fn classes() -> Result<String, Box<dyn Error>> {
    let joined = |list: &Value| strings(list).join(&WORD.to_string());
    let mut out = String::new();
    let table = read("classes.json")?;
    for row in table["classes"].as_array().ok_or("no classes")? {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let words = row["words"].as_array().into_iter().flatten();
        let words: Vec<String> = words.map(|list| joined(list) + &PART.to_string()).collect();
        let fields = [
            text("program"),
            words.concat(),
            joined(&row["options"]),
            text("class"),
            text("why"),
        ];
        out.push(RECIPE);
        out.push_str(&fields.join(&FIELD.to_string()));
    }
    let separators = separators()?;
    Ok(format!("{separators}static CLASSES: &str = {out:?};\n"))
}

/// What separates, for the program that reads it.
fn separators() -> Result<String, Box<dyn Error>> {
    let mut out = String::new();
    for (name, separator) in [
        ("FIELD", FIELD),
        ("RECIPE", RECIPE),
        ("PART", PART),
        ("WORD", WORD),
    ] {
        writeln!(out, "const {name}: char = {separator:?};")?;
    }
    Ok(out)
}

/// The constructs of languages, each list one text.
fn constructs() -> Result<String, Box<dyn Error>> {
    let mut out = format!("pub(super) const WORD: char = {WORD:?};\n");
    let table = read("constructs.json")?;
    for (language, lists) in table.as_object().ok_or("no constructs")? {
        writeln!(out, "const {language}: Constructs = Constructs {{")?;
        for (key, list) in lists.as_object().ok_or("no lists")? {
            writeln!(out, "{key}: {:?},", strings(list).join(&WORD.to_string()))?;
        }
        out.push_str("};\n");
    }
    Ok(out)
}

/// A recipe once for each trigger it has: the common one, and those of contexts with their own.
fn variants(recipe: &Value) -> Vec<(Vec<String>, Value)> {
    let mut out = Vec::new();
    let contexts = strings(&recipe["contexts"]);
    let own: Vec<&String> = contexts
        .iter()
        .filter(|c| recipe.get(format!("in_{c}")).is_some())
        .collect();
    for context in &own {
        out.push((vec![(*context).clone()], recipe[format!("in_{context}")].clone()));
    }
    out.push((contexts, recipe.clone()));
    out
}

fn strings(value: &Value) -> Vec<String> {
    value
        .as_array()
        .map(|list| {
            list.iter()
                .filter_map(|v| v.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default()
}

//! Makefiles that the same text wrote: their recipes are commands of that text. A makefile of the project is its own.

use crate::shell::call::Call;
use crate::shell::state::Stream;
use crate::shell::value;
use crate::shell::walk::Walk;
use std::collections::BTreeMap;

/// Variables whose value is run in recipes.
const PROGRAMS: [&str; 8] = ["CC", "CXX", "CPP", "LD", "AR", "AS", "FC", "RM"];

/// Follows the recipes of a makefile that this text wrote, and the programs that variables name.
pub(super) fn run(walk: &mut Walk<'_>, call: &mut Call) {
    let args = call.args().to_vec();
    for word in &args {
        if let Some((variable, text)) = word.split_once('=')
            && PROGRAMS.contains(&variable)
            && is_other_program(text)
        {
            let why = format!("`make {}` runs recipes with another program", value::show(word));
            call.part.concern("runs-program", why);
        }
    }
    let named = args.windows(2).filter_map(|words| match words {
        [option, file] if matches!(option.as_str(), "-f" | "--file" | "--makefile") => Some(file.clone()),
        _ => None,
    });
    let attached = args.iter().filter_map(|word| {
        let file = ["--file=", "--makefile=", "-f"]
            .iter()
            .find_map(|option| word.strip_prefix(option));
        file.filter(|file| !file.is_empty()).map(str::to_owned)
    });
    let mut files: Vec<String> = named.chain(attached).collect();
    if files.is_empty() {
        files = ["GNUmakefile", "makefile", "Makefile"]
            .map(str::to_owned)
            .to_vec();
    }
    let elsewhere = args.windows(2).find_map(|words| match words {
        [option, dir] if matches!(option.as_str(), "-C" | "--directory") => Some(dir.as_str()),
        _ => None,
    });
    let attached = ["--directory=", "-C"];
    let dir = elsewhere
        .or_else(|| {
            let given = |word: &'_ String| {
                attached
                    .iter()
                    .any(|option| word.len() > option.len() && word.starts_with(option))
            };
            let word = args.iter().find(|word| given(word))?;
            attached.iter().find_map(|option| word.strip_prefix(option))
        })
        .unwrap_or(".")
        .to_owned();
    for file in files {
        let file = if file.starts_with('/') {
            file
        } else {
            format!("{dir}/{file}")
        };
        match walk
            .made
            .get(&walk.absolute(&file))
            .map(|made| made.content.clone())
        {
            Some(Some(text)) => recipes(walk, &text, call),
            Some(None) => call.part.concern(
                "unresolved-command",
                format!(
                    "`make` runs `{}`, which this command wrote and whose content is not known",
                    value::show(&file)
                ),
            ),
            None => {}
        }
    }
}

/// Whether a value is more than a compiler with its options.
fn is_other_program(text: &str) -> bool {
    let mut words = text.split_whitespace().skip(1);
    let compiler = |word: &str| ["cc", "clang", "++"].iter().any(|end| word.ends_with(end));
    text.contains(['#', ';', '|', '&', '`', '$', '<', '>'])
        || words.any(|w| w.contains('/') && !w.starts_with('-') && !compiler(w))
}

fn recipes(walk: &mut Walk<'_>, text: &str, call: &mut Call) {
    let joined = text.replace("\\\n", " ");
    let mut variables: BTreeMap<String, String> = [
        ("CC", "cc"),
        ("CXX", "c++"),
        ("MAKE", "make"),
        ("RM", "rm -f"),
        ("AR", "ar"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let mut script = String::new();
    for line in joined.lines() {
        let inline = line
            .split_once(';')
            .filter(|(rule, _)| rule.contains(':') && !rule.contains('='));
        if let Some(recipe) = line.strip_prefix('\t').or(inline.map(|(_, recipe)| recipe)) {
            script.push_str(expanded(recipe, &variables).trim_start_matches(['@', '-', '+', ' ']));
            script.push('\n');
        } else if line.contains("$(shell")
            || line.contains("${shell")
            || line.contains("!=")
            || line.contains("$(eval")
        {
            call.part
                .concern("runs-program", "the makefile runs a command while it is read");
        } else if let Some((name, text)) = line.split_once('=') {
            let name = name.trim_end_matches([':', '?', '+', ' ', '\t']).trim();
            let text = expanded(text.trim(), &variables);
            variables.insert(name.trim_start_matches("export ").to_owned(), text);
        }
    }
    walk.nested_script(&script, Stream::Inherited);
}

/// A recipe with make's own variables put in, as the shell gets it.
fn expanded(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        let mut chars = after.chars();
        rest = match chars.next() {
            Some('$') => {
                out.push('$');
                chars.as_str()
            }
            Some(open @ ('(' | '{')) => {
                let close = if open == '(' { ')' } else { '}' };
                let (name, tail) = chars.as_str().split_once(close).unwrap_or((chars.as_str(), ""));
                match name.strip_prefix("shell ") {
                    Some(command) => out.push_str(&format!("$({command})")),
                    None => out.push_str(variables.get(name).map_or("", String::as_str)),
                }
                tail
            }
            Some(_) => {
                out.push('x');
                chars.as_str()
            }
            None => "",
        };
    }
    out.push_str(rest);
    out
}

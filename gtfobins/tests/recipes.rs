//! Every recipe of the database, in a context where it applies, carries its alert.

use super::database;
use gtfobins::{import::Recipe, shell};

fn scope() -> shell::ShellScope {
    shell::ShellScope {
        cwd: "/home/person/project".into(),
        home: "/home/person".into(),
        root: Some("/home/person/project".into()),
        ..Default::default()
    }
}

/// Programs that an entry's recipes call under another name.
fn names(binary: &str) -> Vec<&str> {
    match binary {
        "egrep" | "fgrep" | "zgrep" => vec![binary, "grep"],
        "opkg" => vec![binary, "rpm"],
        _ => vec![binary],
    }
}

/// The command texts to try: as written, and with what follows the program's line fed to it.
fn texts(code: &str) -> Vec<String> {
    let lines: Vec<&str> = code.lines().collect();
    let mut out = vec![code.to_owned()];
    for upto in 1..lines.len() {
        let (head, keys) = lines.split_at(upto);
        out.push(format!("{} <<'KEYS'\n{}\nKEYS", head.join("\n"), keys.join("\n")));
    }
    if lines.len() == 1 {
        // A quote that upstream left open.
        out.push(format!("{code}'"));
        out.push(format!("{code}\""));
        out.push(code.replace('"', "'"));
        out.push(code.replace("'cat", "cat").replace('"', ""));
    } else {
        out.push(code.replace("temp-file\n", "temp-file'\n"));
    }
    out
}

fn carries(text: &str, recipe: &Recipe) -> bool {
    shell::analyse(text, &scope())
        .parts
        .iter()
        .flat_map(|p| &p.findings)
        .any(|finding| {
            finding.invoked
                && names(&recipe.binary).contains(&finding.binary)
                && finding.functions.iter().any(|f| f.name() == recipe.function)
        })
}

fn applicable(recipe: &Recipe) -> (String, bool) {
    let of = |name: &str| {
        recipe
            .contexts
            .iter()
            .find(|(c, _)| c == name)
            .map(|(_, code)| code.clone())
    };
    match of("unprivileged") {
        Some(code) => (code, false),
        None => (
            of("sudo")
                .or_else(|| of("suid"))
                .or_else(|| of("capabilities"))
                .unwrap(),
            true,
        ),
    }
}

/// The code with the program called as `call` says.
fn called(code: &str, recipe: &Recipe, call: &dyn Fn(&str) -> String) -> String {
    let mut out = Vec::new();
    for line in code.lines() {
        let mut line = line.to_owned();
        for name in [
            recipe.binary.as_str(),
            "grep",
            "octave-cli",
            "redis-cli",
            "lxc",
            "mosh",
            "hd",
            "/path/to/ld.so",
            "rpm",
        ] {
            let known = name == recipe.binary
                || recipe.binary.contains("grep") && name == "grep"
                || matches!(
                    (recipe.binary.as_str(), name),
                    ("octave", "octave-cli")
                        | ("redis", "redis-cli")
                        | ("lxd", "lxc")
                        | ("mosh-server", "mosh")
                        | ("hexdump", "hd")
                        | ("opkg", "rpm")
                        | ("ld.so", "/path/to/ld.so")
                );
            if !known {
                continue;
            }
            if line == name || line.starts_with(&format!("{name} ")) {
                line = line.replacen(name, &call(name), 1);
                break;
            }
            if line.contains('=') && line.contains(&format!(" {name} ")) && !line.contains('|') {
                line = line.replacen(&format!(" {name} "), &format!(" {} ", call(name)), 1);
                break;
            }
            let piped = format!("| {name}");
            if line.ends_with(&piped) || line.contains(&format!("{piped} ")) {
                line = line.replacen(&piped, &format!("| {}", call(name)), 1);
                break;
            }
        }
        out.push(line);
    }
    out.join("\n")
}

fn missing(call: &dyn Fn(&str) -> String, edit: &dyn Fn(&str) -> String) -> Option<Vec<String>> {
    let dir = database::directory()?;
    let recipes = gtfobins::import::recipes(&database::entries(&dir)).unwrap();
    let mut missed = Vec::new();
    for recipe in &recipes {
        let (code, raised) = applicable(recipe);
        let code = edit(&code);
        let code = called(&code, recipe, &|name| {
            if raised {
                format!("sudo {}", call(name))
            } else {
                call(name)
            }
        });
        if !texts(&code).iter().any(|text| carries(text, recipe)) {
            missed.push(format!("{} {}: {code}", recipe.binary, recipe.function));
        }
    }
    Some(missed)
}

fn check(call: &dyn Fn(&str) -> String, edit: &dyn Fn(&str) -> String) {
    if let Some(missed) = missing(call, edit) {
        assert!(
            missed.is_empty(),
            "{} recipes carry no alert:\n{}",
            missed.len(),
            missed.join("\n")
        );
    }
}

#[test]
fn every_recipe_carries_its_alert() {
    check(&|name| name.to_owned(), &|code| code.to_owned());
}

#[test]
fn every_recipe_on_paths_in_the_workspace_carries_its_alert() {
    check(&|name| name.to_owned(), &|code| {
        code.replace("/path/to/", "/home/person/project/")
    });
}

#[test]
fn every_recipe_by_absolute_path_carries_its_alert() {
    check(
        &|name| {
            if name.starts_with('/') {
                name.to_owned()
            } else {
                format!("/usr/bin/{name}")
            }
        },
        &|code| code.to_owned(),
    );
}

#[test]
fn every_recipe_in_a_wrapper_carries_its_alert() {
    for wrapper in ["env", "timeout 5", "nice -n 5", "env A=b nohup"] {
        check(&|name| format!("{wrapper} {name}"), &|code| code.to_owned());
    }
}

#[test]
fn every_recipe_with_a_quoted_name_carries_its_alert() {
    check(&|name| format!("'{name}'"), &|code| code.to_owned());
}

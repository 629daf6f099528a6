//! `wt gtfo`: what the facts say of binaries and commands, and which of it the ledger has seen. Reads only, but
//! for `import`, which writes the facts it is told to make.

mod import;
mod seen;

use crate::{
    caller::Caller,
    facts::command::Surroundings,
    ground::Ground,
    report::{Exit, Failure, json_text, visible},
    shell_check,
    view::{
        out,
        paint::{Paint, width_of_stdout},
        select::{self, Selection},
        table::{Cell, Layout, lines},
    },
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use gtfobins::{Context, Entry, Function, Recipe};
use serde_json::{Value as Json, json};
use std::{ffi::OsString, process::ExitCode};

/// The command line.
pub(crate) fn build() -> Command {
    let json = || {
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .help("Print JSON")
    };
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    let name = |name: &'static str, values: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(values).help(help)
    };
    Command::new("gtfo")
        .about("Show the GTFOBins alerts of the ledger, or what is known of a binary or a command")
        .arg(flag("list", "List the binaries that are known"))
        .arg(flag("monitor", "Show alerts as they come"))
        .arg(name(
            "function",
            "NAME",
            "With --list: only these that can do this, as `shell` or `file-read`",
        ))
        .arg(name(
            "context",
            "NAME",
            "With --list: only in this context: unprivileged, sudo, suid, capabilities",
        ))
        .arg(name(
            "risk",
            "LEVEL",
            "With --list: only of this risk: critical, high, medium",
        ))
        .args(select::args())
        .arg(json())
        .args_conflicts_with_subcommands(true)
        .subcommand(
            Command::new("show")
                .about("Show what is known of a binary")
                .arg(Arg::new("name").value_name("NAME").required(true))
                .arg(json()),
        )
        .subcommand(
            Command::new("check")
                .about("Show what a command uses, without running it")
                .arg(json())
                .arg(
                    Arg::new("call")
                        .value_name("CMD")
                        .num_args(1..)
                        .last(true)
                        .required(true)
                        .value_parser(value_parser!(OsString)),
                ),
        )
        .subcommand(
            Command::new("import")
                .about("Make the facts from a checkout of the upstream database")
                .arg(
                    Arg::new("dir")
                        .value_name("DIR")
                        .required(true)
                        .value_parser(value_parser!(OsString)),
                )
                .arg(
                    Arg::new("output")
                        .short('o')
                        .long("output")
                        .value_name("FILE")
                        .default_value("gtfobins/facts.json")
                        .value_parser(value_parser!(OsString))
                        .help("Where the facts go; `-` prints them"),
                ),
        )
}

/// Shows what was asked for.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    match matches.subcommand() {
        Some(("show", matches)) => show(matches),
        Some(("check", matches)) => check(matches),
        Some(("import", matches)) => import::run(matches),
        _ if matches.get_flag("list") => list(matches),
        _ => seen::run(
            &Selection::of(matches)?,
            matches.get_flag("monitor"),
            matches.get_flag("json"),
        ),
    }
}

fn context(context: Context) -> &'static str {
    match context {
        Context::Unprivileged => "unprivileged",
        Context::Sudo => "sudo",
        Context::Suid => "suid",
        Context::Capabilities => "capabilities",
    }
}

/// Reads the filters of `--list`.
fn filter(matches: &ArgMatches) -> Result<impl Fn(&Recipe) -> bool, Failure> {
    let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
    let wrong = |what: &str, given: &str, known: Vec<&str>| {
        Failure::new(Exit::Usage, format!("unknown {what} `{given}`"))
            .hint(format!("known are {}", known.join(", ")))
    };
    let function = match text("function") {
        None => None,
        Some(name) => Some(
            Function::from_name(name)
                .ok_or_else(|| wrong("function", name, Function::ALL.iter().map(|f| f.name()).collect()))?,
        ),
    };
    let contexts = [
        Context::Unprivileged,
        Context::Sudo,
        Context::Suid,
        Context::Capabilities,
    ];
    let wanted = match text("context") {
        None => None,
        Some(name) => Some(
            contexts
                .into_iter()
                .find(|c| context(*c) == name)
                .ok_or_else(|| wrong("context", name, contexts.iter().map(|c| context(*c)).collect()))?,
        ),
    };
    let risk = match text("risk") {
        None => None,
        Some(name) if ["critical", "high", "medium"].contains(&name) => Some(name.to_owned()),
        Some(name) => return Err(wrong("risk", name, vec!["critical", "high", "medium"])),
    };
    Ok(move |recipe: &Recipe| {
        function.is_none_or(|f| recipe.function == f)
            && wanted.is_none_or(|c| recipe.contexts.contains(&c))
            && risk.as_ref().is_none_or(|r| recipe.function.risk().name() == r)
    })
}

fn list(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let keep = filter(matches)?;
    let chosen: Vec<(Entry, Vec<&'static str>)> = gtfobins::entries()
        .filter_map(|entry| {
            let mut functions: Vec<Function> = entry
                .recipes
                .iter()
                .filter(|r| keep(r))
                .map(|r| r.function)
                .collect();
            functions.sort_unstable();
            functions.dedup();
            (!functions.is_empty()).then(|| (entry, functions.iter().map(|f| f.name()).collect()))
        })
        .collect();
    out::stream(|out| {
        if matches.get_flag("json") {
            for (entry, functions) in &chosen {
                out.line(&json_text(
                    &json!({"name": entry.name, "aliases": entry.aliases, "functions": functions}),
                ))?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        let rows: Vec<Vec<Cell>> = chosen
            .iter()
            .map(|(entry, functions)| vec![Cell::new(entry.name), Cell::new(functions.join(", "))])
            .collect();
        let layout = Layout {
            width: width_of_stdout(),
            elastic: 1,
            least: &[8, 20],
        };
        for line in lines(&rows, layout, Paint::of_stdout()) {
            out.line(&line)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn show(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let name = matches
        .get_one::<String>("name")
        .map(String::as_str)
        .unwrap_or_default();
    let runs: Vec<String> = gtfobins::shell::wrappings()
        .iter()
        .filter(|wrapping| wrapping.program == name)
        .map(|wrapping| wrapping.around("COMMAND"))
        .collect();
    let Some(entry) = gtfobins::lookup(name) else {
        return Err(
            Failure::new(Exit::Usage, format!("nothing is known of `{}`", visible(name)))
                .hint("`wt gtfo --list` shows what is known"),
        );
    };
    out::stream(|out| {
        if matches.get_flag("json") {
            out.line(&json_text(&described(&entry, &runs)))?;
            return Ok(ExitCode::SUCCESS);
        }
        out.line(entry.name)?;
        if !entry.aliases.is_empty() {
            out.line(&format!("also called {}", entry.aliases.join(", ")))?;
        }
        if !entry.reason.is_empty() {
            out.line(&format!("added here: {}", entry.reason))?;
        }
        for form in &runs {
            out.line(&format!("  looked into: {form}"))?;
        }
        for recipe in &entry.recipes {
            let contexts: Vec<&str> = recipe.contexts.iter().map(|c| context(*c)).collect();
            out.line(&format!(
                "  {:<9} {:<21} {} ({})",
                recipe.function.risk().name(),
                recipe.function.name(),
                trigger(recipe),
                contexts.join(", ")
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn described(entry: &Entry, runs: &[String]) -> Json {
    let recipes: Vec<Json> = entry
        .recipes
        .iter()
        .map(|recipe| {
            json!({
                "function": recipe.function.name(),
                "risk": recipe.function.risk().name(),
                "contexts": recipe.contexts.iter().map(|c| context(*c)).collect::<Vec<_>>(),
                "capabilities": recipe.capabilities,
                "from": recipe.from,
                "subcommands": recipe.trigger.subcommands,
                "options": recipe.trigger.options,
                "env": recipe.trigger.env,
                "operand": recipe.trigger.operand,
                "interactive": recipe.trigger.interactive,
                "prepared": recipe.trigger.prepared,
            })
        })
        .collect();
    json!({"name": entry.name, "aliases": entry.aliases, "reason": entry.reason, "runs": runs, "recipes": recipes})
}

/// What gives a recipe away, in words.
fn trigger(recipe: &Recipe) -> String {
    let trigger = &recipe.trigger;
    let mut words: Vec<String> = trigger.env.iter().map(|name| format!("{name}=")).collect();
    words.extend(
        trigger
            .subcommands
            .iter()
            .chain(&trigger.options)
            .map(|word| (*word).to_owned()),
    );
    if trigger.operand {
        words.push("OPERAND".to_owned());
    }
    if trigger.interactive {
        words.push("driven by its input".to_owned());
    }
    if trigger.prepared {
        words.push("obeys files of the project".to_owned());
    }
    if !recipe.from.is_empty() {
        words.push(format!("as `{}`", recipe.from));
    }
    if words.is_empty() {
        "called alone".to_owned()
    } else {
        words.join(" ")
    }
}

fn check(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let argv: Vec<OsString> = matches
        .get_many::<OsString>("call")
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let words: Option<Vec<&str>> = argv.iter().map(|word| word.to_str()).collect();
    let Some(words) = words else {
        return Err(Failure::new(Exit::Usage, "the command is not UTF-8"));
    };
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let around = Surroundings::of(&caller, &ground);
    // One word is a whole command line, as a person quotes it; several are the words of one.
    let text = match words.as_slice() {
        [one] => (*one).to_owned(),
        many => shell_check::quoted(many),
    };
    let answer = shell_check::shell(&text, &around, &ground);
    out::stream(|out| {
        if matches.get_flag("json") {
            out.line(&json_text(
                &json!({"verdict": answer.verdict, "gtfo": answer.gtfo}),
            ))?;
        } else {
            for alert in &answer.gtfo {
                out.line(&seen::words(alert))?;
            }
            if answer.gtfo.is_empty() {
                out.line("nothing of the database is used")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

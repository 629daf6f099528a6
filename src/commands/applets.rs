//! `wt applets`: lists the applets with what their table says of them.

use super::show;
use crate::report::Failure;
use applets::{Applet, Effect};
use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value as Json, json};
use std::process::ExitCode;

pub(crate) fn build() -> Command {
    Command::new("applets")
        .about("List the applets")
        .arg(flag("names", "Print only the names").conflicts_with("json"))
        .arg(flag("json", "Print JSON: options, operands and examples too"))
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let all = applets::all();
    let text = if matches.get_flag("names") {
        all.iter().map(|applet| format!("{}\n", applet.name)).collect()
    } else if matches.get_flag("json") {
        format!("{:#}\n", Json::Array(all.iter().map(described).collect()))
    } else {
        let widest = all
            .iter()
            .map(|applet| applet.name.len())
            .max()
            .unwrap_or_default();
        all.iter()
            .map(|applet| format!("{:widest$}  {}\n", applet.name, applet.summary))
            .collect()
    };
    Ok(show(&text))
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn described(applet: &Applet) -> Json {
    let effect = match applet.effect {
        Effect::Native { destroys } => json!({"kind": "native", "destroys": destroys}),
        Effect::Exec { tool, package } => json!({"kind": "exec", "tool": tool, "package": package}),
    };
    let options: Vec<Json> = applet
        .grammar
        .all_options()
        .map(|opt| {
            json!({"long": opt.key, "alias": opt.alias, "short": opt.shorts, "repeats": opt.repeats,
                "takes_value": !opt.kind.is_switch(), "words": opt.kind.words(), "default": opt.default, "help": opt.help})
        })
        .collect();
    let examples: Vec<Json> = applet
        .examples
        .iter()
        .map(|example| json!({"argv": example.argv, "expect": example.expect, "says": example.says}))
        .collect();
    json!({
        "name": applet.name,
        "tool_name": applet.tool_name(),
        "summary": applet.summary,
        "domain": applet.domain,
        "operations": applet.operations,
        "effect": effect,
        "usage": applets::grammar::usage_lines(applet.name, applet.grammar),
        "options": options,
        "input_schema": applet.input_schema(),
        "examples": examples,
    })
}

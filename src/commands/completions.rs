//! `wt completions SHELL`: prints what a shell needs to complete `wt`, its links and the applets.
//! Everything is derived from the command lines themselves; nothing is written by hand twice.

use super::{SUBCOMMANDS, overview_parser, show};
use crate::report::{Exit, Failure};
use applets::{
    Applet,
    grammar::{Count, Kind, Operand, Opt},
};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, builder::PossibleValuesParser};
use clap_complete::{Shell, generate};
use std::process::ExitCode;

const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

pub(crate) fn build() -> Command {
    Command::new("completions")
        .about("Print the completions of a shell")
        .arg(
            Arg::new("SHELL")
                .required(true)
                .value_parser(PossibleValuesParser::new(SHELLS))
                .help("The shell they are for"),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let name = matches.get_one::<String>("SHELL").map_or("", String::as_str);
    let text = match name {
        "bash" => bash(),
        "zsh" => zsh(),
        _ => fish(),
    };
    text.map(|text| show(&text)).ok_or_else(|| {
        Failure::new(
            Exit::Config,
            format!("the completions for {name} are not UTF-8 text"),
        )
    })
}

/// The generator's own script for `wt` with every command and applet below it.
fn script(shell: Shell) -> Option<String> {
    let mut command = overview_parser().subcommands(applets::all().iter().map(applet_command));
    let mut out = Vec::new();
    generate(shell, &mut command, "wt", &mut out);
    String::from_utf8(out).ok()
}

/// Every other name this program answers to, with the words that stand for it after `wt`.
fn links() -> Vec<(String, &'static str)> {
    let commands = SUBCOMMANDS
        .iter()
        .map(|command| (format!("wt_{}", command.name), command.name));
    applets::all()
        .iter()
        .map(|applet| (applet.name.to_owned(), applet.name))
        .chain(commands)
        .collect()
}

fn bash() -> Option<String> {
    let mut text = script(Shell::Bash)?;
    text.push_str(concat!(
        "\n# A link is completed as `wt NAME`.\n",
        "_wt_link() {\n",
        "    local name=${COMP_WORDS[0]##*/}\n",
        "    COMP_WORDS=(wt \"${name#wt_}\" \"${COMP_WORDS[@]:1}\")\n",
        "    COMP_CWORD=$((COMP_CWORD + 1))\n",
        "    _wt wt \"$2\" \"$3\"\n",
        "}\n",
    ));
    let names: Vec<String> = links().into_iter().map(|(name, _)| name).collect();
    text.push_str(&format!(
        "complete -F _wt_link -o nosort -o bashdefault -o default {}\n",
        names.join(" ")
    ));
    Some(text)
}

fn zsh() -> Option<String> {
    let names: Vec<String> = links().into_iter().map(|(name, _)| name).collect();
    let text = script(Shell::Zsh)?;
    // A link is completed as `wt NAME`: the word that it stands for is put in before completion starts.
    let prelude = concat!(
        "    if [[ $service != wt ]]; then\n",
        "        words=(wt ${service#wt_} \"${(@)words[2,-1]}\")\n",
        "        (( CURRENT++ ))\n",
        "        service=wt\n",
        "    fi\n\n",
    );
    let header = "#compdef wt\n";
    let body = text.strip_prefix(header)?;
    let (before, after) = body.split_once("_wt() {\n")?;
    let (after, _) = after.rsplit_once("    compdef _wt wt\n")?;
    let names = names.join(" ");
    Some(format!(
        "#compdef wt {names}\n{before}_wt() {{\n{prelude}{after}    compdef _wt wt {names}\nfi\n"
    ))
}

fn fish() -> Option<String> {
    let mut text = script(Shell::Fish)?;
    text.push_str("\n# A link is completed as `wt NAME`.\n");
    for (name, word) in links() {
        text.push_str(&format!("complete -c {name} -w 'wt {word}'\n"));
    }
    Some(text)
}

/// An applet's table as a command line of the generator: for completion only, never to parse by.
fn applet_command(applet: &Applet) -> Command {
    let mut command = Command::new(applet.name)
        .about(applet.summary)
        .disable_help_flag(true);
    for opt in applet.grammar.all_options() {
        command = command.arg(option(opt));
    }
    let form = applet.grammar.forms.iter().find(|form| form.when.is_none());
    for operand in form.map_or(&[][..], |form| form.operands) {
        command = command.arg(positional(operand));
        // The generator knows nothing after a run of operands; what follows one here is of the same kind.
        if operand.count != Count::One {
            break;
        }
    }
    command
}

fn option(opt: &Opt) -> Arg {
    let mut arg = Arg::new(opt.key).long(opt.key).help(opt.help);
    let mut shorts = opt.shorts.chars();
    if let Some(short) = shorts.next() {
        arg = arg.short(short).visible_short_aliases(shorts.collect::<Vec<_>>());
    }
    if let Some(alias) = opt.alias {
        arg = arg.visible_alias(alias);
    }
    if opt.kind.is_switch() {
        return arg.action(ArgAction::SetTrue);
    }
    let action = if opt.repeats {
        ArgAction::Append
    } else {
        ArgAction::Set
    };
    valued(arg.action(action).value_name(opt.meta()), opt.kind)
}

fn positional(operand: &Operand) -> Arg {
    // The generator wants unique names; an option of the same name is the same value.
    let arg = Arg::new(format!("operand {}", operand.key))
        .value_name(operand.meta())
        .help(operand.help);
    let arg = match operand.count {
        Count::One => arg,
        Count::Some | Count::Any => arg.num_args(1..),
    };
    valued(arg, operand.kind)
}

fn valued(arg: Arg, kind: Kind) -> Arg {
    let words = kind.words();
    if !words.is_empty() {
        return arg.value_parser(PossibleValuesParser::new(words));
    }
    arg.value_hint(match kind {
        Kind::Path => ValueHint::AnyPath,
        Kind::Directory => ValueHint::DirPath,
        Kind::Host | Kind::Destination => ValueHint::Hostname,
        Kind::User | Kind::Owner => ValueHint::Username,
        _ => ValueHint::Other,
    })
}

//! An applet's table as a command line of the generator: for completion only, never to parse by.

use applets::{
    Applet,
    grammar::{Count, Kind, Operand, Opt},
};
use clap::{Arg, ArgAction, Command, ValueHint, builder::PossibleValuesParser};

/// The command line.
pub(super) fn command(applet: &Applet) -> Command {
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

//! The script of each shell: the generator's own for `wt` with every command and applet below it, the other names this
//! program answers to, and the question for words that only this machine knows. Whatever the program answers is
//! quoted by the shell before it stands on a command line; what it says to stderr is not shown.

use super::{
    applet,
    place::{self, Asked},
};
use crate::commands::{SUBCOMMANDS, overview_parser};
use clap::Command;
use clap_complete::{Shell, generate};

/// The generator's script.
fn script(shell: Shell) -> Option<String> {
    let mut command = overview_parser().subcommands(applets::all().iter().map(applet::command));
    let mut out = Vec::new();
    generate(shell, &mut command, "wt", &mut out);
    String::from_utf8(out).ok()
}

/// Every other name this program answers to, with the word that stands for it after `wt`.
pub(super) fn links() -> Vec<(String, &'static str)> {
    let commands = SUBCOMMANDS
        .iter()
        .map(|command| (format!("wt_{}", command.name), command.name));
    applets::all()
        .iter()
        .map(|applet| (applet.name.to_owned(), applet.name))
        .chain(commands)
        .collect()
}

fn names() -> String {
    let names: Vec<String> = links().into_iter().map(|(name, _)| name).collect();
    names.join(" ")
}

/// Readline cuts words at `=` and `:` too: they are put together again as they stand on the line, and of a word that
/// fits only what is behind the last cut is given back. `wt` is looked for on PATH, whatever was typed: a key pressed
/// in a strange directory must not run that directory's program.
const BASH: &str = r#"
# Words that only this machine knows: ids, names of rules, agents, sessions.
_wt_words() {
    [[ -n ${COMP_LINE-} ]] || return 1
    local line=${COMP_LINE:0:COMP_POINT} rest word value cut known i
    local -a words=() found=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$rest
        if ((i == 0)) || [[ $rest != "$line" ]]; then
            words+=("$word")
        else
            words[${#words[@]} - 1]+=$word
        fi
        line=${rest#"$word"}
    done
    value=${words[${#words[@]} - 1]}
    [[ $value != [\'\"]* ]] || return 1
    [[ $value != --*=* ]] || value=${value#*=}
    mapfile -t found < <(command wt __complete -- "${words[@]}" 2>/dev/null)
    ((${#found[@]})) || return 1
    cut=${value%"$2"}
    [[ $2 != "=" ]] || cut=
    COMPREPLY=()
    for word in "${found[@]}"; do
        word=${word%%$'\t'*}
        printf -v known %q "$word"
        if [[ $word == "$value"* || $known == "$value"* ]]; then
            printf -v word %q "${word#"$cut"}"
            COMPREPLY+=("$word")
        fi
    done
}

_wt_any() {
    _wt_words "$@" || _wt "$@"
}

# A link is completed as `wt NAME`.
_wt_link() {
    _wt_words "$@" && return
    local name=${COMP_WORDS[0]##*/}
    COMP_WORDS=(wt "${name#wt_}" "${COMP_WORDS[@]:1}")
    COMP_CWORD=$((COMP_CWORD + 1))
    _wt wt "$2" "$3"
}
"#;

pub(super) fn bash() -> Option<String> {
    let mut text = script(Shell::Bash)?;
    text.push_str(BASH);
    let options = "-o nosort -o bashdefault -o default";
    text.push_str(&format!(
        "complete -F _wt_any {options} wt\ncomplete -F _wt_link {options} {}\n",
        names()
    ));
    Some(text)
}

/// A link is completed as `wt NAME`: the word that it stands for is put in before completion starts. Then the words
/// that only this machine knows, if there are such; `compadd` quotes them.
const ZSH: &str = r#"    if [[ $service != wt ]]; then
        words=(wt ${service#wt_} "${(@)words[2,-1]}")
        (( CURRENT++ ))
        service=wt
    fi
    local _wt_line
    local -a _wt_found _wt_shown
    for _wt_line in "${(@f)$(command wt __complete -- "${(@Q)words[1,CURRENT]}" 2>/dev/null)}"; do
        [[ -n $_wt_line ]] || continue
        _wt_found+=("${_wt_line%%$'\t'*}")
        _wt_shown+=("${_wt_line/$'\t'/  }")
    done
    if (( $#_wt_found )); then
        compset -P '--*='
        compadd -l -V wt -d _wt_shown -a _wt_found
        return
    fi

"#;

pub(super) fn zsh() -> Option<String> {
    let text = script(Shell::Zsh)?;
    let body = text.strip_prefix("#compdef wt\n")?;
    let (before, after) = body.split_once("_wt() {\n")?;
    let (after, _) = after.rsplit_once("    compdef _wt wt\n")?;
    let names = names();
    Some(format!(
        "#compdef wt {names}\n{before}_wt() {{\n{ZSH}{after}    compdef _wt wt {names}\nfi\n"
    ))
}

pub(super) fn fish() -> Option<String> {
    let mut text = script(Shell::Fish)?;
    text.push_str(
        "\n# Words that only this machine knows: ids, names of rules, agents, sessions.\n\
         function __wt_words\n    command wt __complete -- (commandline -opc) (commandline -ct) 2>/dev/null\nend\n",
    );
    for command in overview_parser().get_subcommands() {
        fish_words(&mut text, command, "");
    }
    text.push_str("\n# A link is completed as `wt NAME`.\n");
    for (name, word) in links() {
        text.push_str(&format!("complete -c {name} -w 'wt {word}'\n"));
    }
    Some(text)
}

fn fish_words(text: &mut String, command: &Command, above: &str) {
    let path = format!("{above} {}", command.get_name());
    let path = path.trim_start();
    let (options, operand) = place::dynamic(path, command);
    let words: Vec<&str> = path.split(' ').collect();
    let mut when = format!("__fish_wt_using_subcommand {}", words.first().unwrap_or(&""));
    if let Some(second) = words.get(1) {
        when.push_str(&format!("; and __fish_seen_subcommand_from {second}"));
    }
    for option in options {
        text.push_str(&format!(
            "complete -c wt -n \"{when}\" -l {option} -x -a '(__wt_words)'\n"
        ));
    }
    if let Some(asked) = operand {
        // Behind an applet there may be files; a number or an id is none.
        let only = if asked == Asked::Applets { "" } else { "-f " };
        text.push_str(&format!("complete -c wt -n \"{when}\" {only}-a '(__wt_words)'\n"));
    }
    for next in command.get_subcommands() {
        fish_words(text, next, path);
    }
}

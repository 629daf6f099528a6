//! Words into fields, as bash expands them: braces, tilde, parameters, substitutions, splitting. Globs are
//! not matched against a disk; they stay as marks.

use super::ast::{Piece, Word};
use super::braces::{Atom, MAX_BRACE_WORK, MAX_FIELDS, braces};
use super::value::{self, CLASS, FOREIGN, ONE, SPREAD, STAR};
use super::walk::Walk;

/// Longest field.
pub(crate) const MAX_FIELD_BYTES: usize = 64 * 1024;

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
            "-" => {
                let old = self.old_directory().unwrap_or_else(|| FOREIGN.to_string());
                format!("{old}{tail}")
            }
            number if is_stack_index(number) => {
                let at = number.trim_start_matches('+').parse::<usize>();
                let stack = self.directory_stack();
                let dir = at.ok().and_then(|at| stack.get(at).cloned());
                format!("{}{tail}", dir.unwrap_or_else(|| FOREIGN.to_string()))
            }
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

/// `1`, `+1`, `-1` behind a tilde: a place in the directory stack.
fn is_stack_index(text: &str) -> bool {
    let digits = text.trim_start_matches(['+', '-']);
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a bracket that opens at `index` is closed further on.
fn closes(atoms: &[Atom<'_>], index: usize) -> bool {
    let rest = atoms.get(index + 1..).unwrap_or_default();
    rest.iter().any(|a| matches!(a, Atom::Char(']', false)))
}

//! Secrets that are arguments of programs: an option is one only behind its program's name, within one simple
//! command. Reads the words of an argument list, or of a text as a shell would. Expands and judges nothing.

use super::{
    names::{self, Likeness},
    programs::{Form, Operands, PROGRAMS, Program},
};
use std::ops::Range;

/// Programs that are looked at behind each other in one command: `sudo docker exec db mysql`.
const MAX_PROGRAMS: usize = 4;
/// Subcommands and operands that are remembered of each.
const MAX_OPERANDS: usize = 16;
/// Texts in quotes are commands themselves, up to here.
const MAX_DEPTH: usize = 4;
/// No name of a program is longer.
const MAX_NAME: usize = 16;

/// Words that the name of a program follows, or that of another such word.
const LEADS: &[&[u8]] = &[
    b"command", b"do", b"else", b"exec", b"if", b"nohup", b"setsid", b"then", b"time", b"until", b"while",
    b"!", b"{",
];
/// Programs that run another, which is named anywhere behind them.
const WRAPPERS: &[&[u8]] = &[
    b"bash",
    b"busybox",
    b"chroot",
    b"dash",
    b"doas",
    b"env",
    b"eval",
    b"find",
    b"flock",
    b"gosu",
    b"ionice",
    b"ksh",
    b"lxc",
    b"nice",
    b"nsenter",
    b"parallel",
    b"setpriv",
    b"sh",
    b"ssh",
    b"stdbuf",
    b"strace",
    b"su",
    b"su-exec",
    b"sudo",
    b"systemd-run",
    b"timeout",
    b"tini",
    b"unshare",
    b"watch",
    b"xargs",
    b"zsh",
];

/// Where in a simple command a program is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// Any word may name one: what runs it may be unknown.
    #[default]
    Anywhere,
    /// Where the command begins, and behind what runs another: a text in quotes may be prose.
    Beginning,
    /// Nowhere: the command is another program's.
    Nowhere,
}

/// The words of one simple command, one after the other.
#[derive(Debug, Default)]
pub(super) struct Call<'t> {
    words: usize,
    place: Place,
    programs: Vec<Running<'t>>,
}

/// A program of the table, and what was read of its call.
#[derive(Debug)]
struct Running<'t> {
    name: &'static str,
    /// It was not named where the command begins, and may be no program here.
    inside: bool,
    operands: Vec<&'t [u8]>,
    /// What the next word is the value of.
    next: Next,
    /// Letters of options without a value.
    flags: Vec<u8>,
    ended: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Operand,
    Value,
    Secret(Form),
}

impl<'t> Call<'t> {
    fn begins(place: Place) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// The part of the next word that is a secret.
    pub(super) fn word(&mut self, word: &'t [u8]) -> Option<Range<usize>> {
        let found = self.programs.iter_mut().find_map(|program| program.word(word));
        let named = program(word).filter(|_| self.place != Place::Nowhere);
        if self.place == Place::Beginning {
            self.place = match named {
                Some(_) => Place::Anywhere,
                None if WRAPPERS.contains(&base(word)) => Place::Anywhere,
                None if LEADS.contains(&word) || is_assignment(word) => Place::Beginning,
                None => Place::Nowhere,
            };
        }
        if let Some(name) = named.filter(|_| self.programs.len() < MAX_PROGRAMS) {
            self.programs.push(Running {
                name,
                inside: self.words > 0,
                operands: Vec::new(),
                next: Next::Operand,
                flags: Vec::new(),
                ended: false,
            });
        }
        self.words += 1;
        found
    }
}

/// The program of the table that a word names, by itself or by a path.
fn program(word: &[u8]) -> Option<&'static str> {
    let base = base(word);
    if base.is_empty() || base.len() > MAX_NAME {
        return None;
    }
    let mut names = PROGRAMS.iter().flat_map(|program| program.names);
    names.find(|name| name.as_bytes() == base).copied()
}

/// The last part of a path, without quotes before it.
fn base(word: &[u8]) -> &[u8] {
    let base = word.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let quoted = |byte: &u8| matches!(byte, b'\\' | b'"' | b'\'');
    let start = base.iter().take_while(|byte| quoted(byte)).count();
    base.get(start..).unwrap_or_default()
}

/// `NAME=value`, before the name of a program.
fn is_assignment(word: &[u8]) -> bool {
    let name = word.iter().take_while(|&&byte| byte != b'=').count();
    let letters = word.get(..name).unwrap_or_default();
    let identifies = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    name < word.len() && name > 0 && letters.iter().all(identifies)
}

impl<'t> Running<'t> {
    fn word(&mut self, word: &'t [u8]) -> Option<Range<usize>> {
        if self.ended {
            return None;
        }
        let next = std::mem::replace(&mut self.next, Next::Operand);
        if !word.starts_with(b"-") || word.len() < 2 {
            return match next {
                Next::Value => None,
                Next::Secret(form) => self.secret(form, word, 0),
                Next::Operand => self.operand(word),
            };
        }
        let long = word.strip_prefix(b"--").or(word.strip_prefix(b"-"))?;
        let equals = long.iter().position(|&byte| byte == b'=');
        let name = long.get(..equals.unwrap_or(long.len()))?;
        let rows = self.rows();
        let mut long_names = rows.iter().flat_map(|row| row.long);
        let named = long_names.find(|(known, _)| known.as_bytes() == name);
        match (named, equals) {
            (Some((_, form)), Some(at)) => self.secret(*form, word, word.len() - long.len() + at + 1),
            (Some((_, form)), None) => {
                self.next = Next::Secret(*form);
                None
            }
            (None, at)
                if rows
                    .iter()
                    .any(|row| row.valued_long.iter().any(|known| known.as_bytes() == name)) =>
            {
                self.next = if at.is_none() { Next::Value } else { Next::Operand };
                None
            }
            (None, _) if word.starts_with(b"--") => None,
            (None, _) => self.letters(word),
        }
    }

    /// The rows that hold for what was read so far.
    fn rows(&self) -> Vec<&'static Program> {
        let come = |word: &&str| self.operands.contains(&word.as_bytes());
        PROGRAMS
            .iter()
            .filter(|row| row.names.contains(&self.name) && row.after.iter().all(come))
            .collect()
    }

    /// Options of one letter, several of which may stand together.
    fn letters(&mut self, word: &[u8]) -> Option<Range<usize>> {
        let rows = self.rows();
        for (at, letter) in word.iter().enumerate().skip(1) {
            let last = at + 1 == word.len();
            let mut short = rows.iter().flat_map(|row| row.short);
            if let Some((_, form)) = short.find(|(known, _)| known == letter) {
                if last {
                    self.next = Next::Secret(*form);
                    return None;
                }
                return self.secret(*form, word, at + 1);
            }
            if rows.iter().any(|row| row.joined.contains(letter)) {
                return self.secret(Form::Whole, word, at + 1);
            }
            if rows.iter().any(|row| row.valued.contains(letter)) {
                self.next = if last { Next::Value } else { Next::Operand };
                return None;
            }
            self.flags.push(*letter);
        }
        None
    }

    fn operand(&mut self, word: &'t [u8]) -> Option<Range<usize>> {
        let before = self.operands.last().copied();
        let rows = self.rows();
        let found = rows.iter().find_map(|row| match row.operands {
            Operands::Plain => None,
            Operands::Ends => Some(None),
            Operands::Every(form) => Some(self.secret(form, word, 0)),
            Operands::Setting => before
                .filter(|name| is_setting(name))
                .map(|_| self.secret(Form::Whole, word, 0)),
            Operands::Account => {
                let place = 1 + usize::from(!self.flags.contains(&b'n'));
                (self.flags.contains(&b'b') && self.operands.len() == place)
                    .then(|| self.secret(Form::Whole, word, 0))
            }
        });
        self.ended = rows.iter().any(|row| row.operands == Operands::Ends);
        if self.operands.len() < MAX_OPERANDS {
            self.operands.push(word);
        }
        found.flatten()
    }

    /// Where in `word` the secret is that begins at `start` in that form.
    fn secret(&self, form: Form, word: &[u8], start: usize) -> Option<Range<usize>> {
        let (from, to) = unquoted(word, start);
        let value = word.get(from..to)?;
        let range = match form {
            Form::Whole => from..to,
            Form::Pass => value.starts_with(b"pass:").then_some(from + 5..to)?,
            Form::After(mark) => {
                let at = value.iter().position(|&byte| byte == mark)?;
                let rest = unquoted(word, from + at + 1);
                if rest.0 >= to {
                    from..from + at
                } else {
                    rest.0..rest.1.min(to)
                }
            }
        };
        let secret = word.get(range.clone())?;
        let plain = std::str::from_utf8(secret).map_or(true, names::is_value);
        let reference = secret.first() == Some(&b'`') || self.inside && is_port(secret);
        (plain && !secret.is_empty() && !reference).then_some(range)
    }
}

/// A value without quotes around it: where it begins and ends.
fn unquoted(word: &[u8], start: usize) -> (usize, usize) {
    let quote = |byte: &&u8| matches!(byte, b'"' | b'\'' | b'\\');
    let rest = word.get(start..).unwrap_or_default();
    let begin = rest.iter().take_while(quote).count();
    let end = rest.iter().rev().take_while(quote).count();
    (start + begin, (start + begin).max(word.len() - end))
}

/// What `-p` is given elsewhere: a port, or two.
fn is_port(value: &[u8]) -> bool {
    let mut parts = value.split(|&byte| byte == b':');
    let port = |part: &[u8]| (1..=5).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    parts.clone().count() <= 2 && parts.all(port)
}

/// Whether a setting's name is that of a secret: `aws_secret_access_key`, `//registry/:_authToken`.
fn is_setting(name: &[u8]) -> bool {
    let last = name.rsplit(|byte| matches!(byte, b':' | b'/')).next();
    last.is_some_and(|last| names::likeness(last) == Likeness::Secret)
}

/// Adds what is found in a text that may be a command line.
pub(super) fn find(text: &str, place: Place, found: &mut Vec<(Range<usize>, &str)>) {
    if text.contains(' ') {
        find_in(text.as_bytes(), place, 0, 0, &mut |range| {
            // A slice of text must begin and end on characters.
            if text.is_char_boundary(range.start) && text.is_char_boundary(range.end) {
                found.push((range, "argument"));
            }
        });
    }
}

fn find_in(bytes: &[u8], place: Place, offset: usize, depth: usize, found: &mut impl FnMut(Range<usize>)) {
    let mut call = Call::begins(place);
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let continued = byte == b'\\' && bytes.get(at + 1) == Some(&b'\n');
        match byte {
            b' ' | b'\t' | b'<' | b'>' => at += 1,
            _ if continued => at += 2,
            b'\n' | b'\r' | b';' | b'&' | b'|' | b'(' | b')' | b'`' => {
                call = Call::begins(place);
                at += 1;
            }
            _ => {
                let length = word(bytes.get(at..).unwrap_or_default());
                let word = bytes.get(at..at + length).unwrap_or_default();
                let start = offset + at;
                let quoted = word.iter().position(|byte| matches!(byte, b'"' | b'\''));
                if let Some(quote) = quoted.filter(|_| depth < MAX_DEPTH && word.contains(&b' ')) {
                    let inner = word.get(quote + 1..).unwrap_or_default();
                    find_in(inner, Place::Beginning, start + quote + 1, depth + 1, found);
                }
                let (begin, end) = unquoted(word, 0);
                let bare = word.get(begin..end).unwrap_or_default();
                if let Some(range) = call.word(bare) {
                    found(start + begin + range.start..start + begin + range.end);
                }
                at += length;
            }
        }
    }
}

/// How long the word is that a text begins with, quotes and all.
fn word(bytes: &[u8]) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (at, &byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (None | Some(b'"'), b'\\') => escaped = true,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b'(' | b')' | b'`' | b'<' | b'>')
                if at > 0 =>
            {
                return at;
            }
            (None, _) => {}
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests;

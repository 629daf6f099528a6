//! What is written inside the scripts that options carry: sed, awk, and the constructs of other languages that
//! run programs, touch files or reach the network. Meant to miss nothing; what looks like a construct is one.

use super::languages::WORD;
use crate::finding::Function;

/// What a sed script does beyond editing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SedUse {
    /// Runs this command, or the pattern space.
    Run(Option<String>),
    Write(String),
    Read(String),
}

/// Whether a sed script runs or writes anything.
pub(crate) fn sed_script_runs(script: &str) -> bool {
    sed_uses(script).iter().any(|u| !matches!(u, SedUse::Read(_)))
}

/// Reads a sed script command by command.
pub(crate) fn sed_uses(script: &str) -> Vec<SedUse> {
    let mut out = Vec::new();
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // Addresses and separators.
            '/' => skip_to(&mut chars, '/'),
            '\\' => {
                if let Some(mark) = chars.next() {
                    skip_to(&mut chars, mark);
                }
            }
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            's' => {
                let Some(mark) = chars.next() else { break };
                skip_to(&mut chars, mark);
                skip_to(&mut chars, mark);
                while let Some(flag) = chars.next_if(|c| !matches!(c, ';' | '\n' | '}' | ' ' | '\t')) {
                    if flag == 'e' {
                        out.push(SedUse::Run(None));
                    } else if flag == 'w' {
                        out.push(SedUse::Write(line(&mut chars)));
                        break;
                    }
                }
            }
            'y' => {
                let Some(mark) = chars.next() else { break };
                skip_to(&mut chars, mark);
                skip_to(&mut chars, mark);
            }
            'a' | 'i' | 'c' => {
                // Text up to a line that does not end in a backslash.
                loop {
                    let text = line(&mut chars);
                    if !text.ends_with('\\') || chars.peek().is_none() {
                        break;
                    }
                }
            }
            'e' => {
                let text = line(&mut chars);
                out.push(SedUse::Run(Some(text).filter(|t| !t.is_empty())));
            }
            'w' | 'W' => out.push(SedUse::Write(line(&mut chars))),
            'r' | 'R' => out.push(SedUse::Read(line(&mut chars))),
            'b' | 't' | 'T' | ':' => while chars.next_if(|c| !matches!(c, ';' | '\n' | '}')).is_some() {},
            _ => {}
        }
    }
    out
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Skips to an unescaped mark outside brackets.
fn skip_to(chars: &mut Chars<'_>, mark: char) {
    let mut bracket = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' if !bracket && mark != '[' => bracket = true,
            ']' => bracket = false,
            c if c == mark && !bracket => return,
            // A bracket that never closes is an ordinary character.
            c if c == mark => {
                let closes = chars.clone().take_while(|c| *c != '\n').any(|c| c == ']');
                if !closes {
                    return;
                }
            }
            _ => {}
        }
    }
}

fn line(chars: &mut Chars<'_>) -> String {
    let mut out = String::new();
    while let Some(c) = chars.next_if(|c| *c != '\n') {
        out.push(c);
    }
    out.trim().to_owned()
}

/// What an awk program does beyond printing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AwkUse {
    Run(Option<String>),
    Network,
    Write(Option<String>),
    Read(Option<String>),
}

/// Reads an awk program token by token.
pub(crate) fn awk_uses(script: &str) -> Vec<AwkUse> {
    let tokens = awk_tokens(script);
    let mut out = Vec::new();
    if script.contains("/inet/") || script.contains("/inet4/") || script.contains("/inet6/") {
        out.push(AwkUse::Network);
    }
    let mut printing = false;
    for (at, token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1);
        let text = match next {
            Some(Token::Text(text)) => Some(text.clone()),
            _ => None,
        };
        match token {
            Token::Word(word) if word == "system" => {
                let inside = match tokens.get(at + 2) {
                    Some(Token::Text(text)) => Some(text.clone()),
                    _ => None,
                };
                out.push(AwkUse::Run(inside));
            }
            Token::Word(word) if word.starts_with("print") => printing = true,
            Token::Word(word) if word == "getline" => {
                // `getline [var] < file` reads; a pipe in front of it runs.
                let redirect = tokens
                    .get(at + 1..at + 4)
                    .unwrap_or_default()
                    .iter()
                    .position(|t| *t == Token::Sign('<'));
                if let Some(offset) = redirect {
                    let file = match tokens.get(at + 2 + offset) {
                        Some(Token::Text(text)) => Some(text.clone()),
                        _ => None,
                    };
                    out.push(AwkUse::Read(file));
                }
            }
            Token::Word(word) if matches!(word.as_str(), "@load" | "@include" | "extension") => {
                out.push(AwkUse::Run(None))
            }
            Token::Sign('|') => {
                let before = match at.checked_sub(1).and_then(|b| tokens.get(b)) {
                    Some(Token::Text(text)) => Some(text.clone()),
                    _ => None,
                };
                out.push(AwkUse::Run(text.or(before)));
            }
            Token::Sign('>') if printing => {
                // Inside parentheses it compares.
                match text {
                    Some(path)
                        if path.starts_with("/dev/std") || path == "/dev/null" || path == "/dev/tty" => {}
                    path => out.push(AwkUse::Write(path)),
                }
                printing = false;
            }
            Token::Sign(';' | '\n' | '}' | '{') => printing = false,
            _ => {}
        }
    }
    out
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

fn awk_tokens(script: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let mut chars = script.chars().peekable();
    let mut depth = 0_u32;
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let mut text = String::new();
                while let Some(c) = chars.next() {
                    match c {
                        '"' => break,
                        '\\' => {
                            text.push('\\');
                            text.extend(chars.next());
                        }
                        c => text.push(c),
                    }
                }
                out.push(Token::Text(crate::shell::printing::unescape(&text)));
            }
            '/' if !matches!(
                out.last(),
                Some(Token::Word(_) | Token::Text(_) | Token::Sign(')' | ']'))
            ) =>
            {
                skip_to(&mut chars, '/')
            }
            '#' => while chars.next_if(|c| *c != '\n').is_some() {},
            c if c.is_alphabetic() || matches!(c, '_' | '@' | '$') => {
                let mut word = c.to_string();
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.push(c);
                }
                out.push(Token::Word(word));
            }
            '|' => {
                if chars.next_if(|c| *c == '|').is_none() {
                    chars.next_if(|c| *c == '&');
                    out.push(Token::Sign('|'));
                }
            }
            '(' => {
                depth += 1;
                out.push(Token::Sign('('));
            }
            ')' => {
                depth = depth.saturating_sub(1);
                out.push(Token::Sign(')'));
            }
            '>' if chars.peek() == Some(&'=') || depth > 0 => {}
            '>' => {
                chars.next_if(|c| *c == '>');
                out.push(Token::Sign('>'));
            }
            '<' if chars.peek() == Some(&'=') => {}
            ' ' | '\t' => {}
            c => out.push(Token::Sign(c)),
        }
    }
    out
}

/// The constructs of one language, with [`WORD`] between them.
pub(crate) struct Constructs {
    /// Run programs or text.
    pub(crate) run: &'static str,
    /// Remove files.
    pub(crate) delete: &'static str,
    /// Write files or change their rights.
    pub(crate) write: &'static str,
    /// Read files.
    pub(crate) read: &'static str,
    /// Reach the network.
    pub(crate) network: &'static str,
    /// Send data.
    pub(crate) send: &'static str,
    /// Load libraries.
    pub(crate) load: &'static str,
}

/// What a script was found to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScriptUses {
    pub(crate) run: Option<&'static str>,
    pub(crate) delete: Option<&'static str>,
    pub(crate) write: Option<&'static str>,
    pub(crate) read: Option<&'static str>,
    pub(crate) network: Option<&'static str>,
    pub(crate) send: Option<&'static str>,
    pub(crate) load: Option<&'static str>,
    /// String literals that look like paths.
    pub(crate) paths: Vec<String>,
    /// String literals that are addresses.
    pub(crate) urls: Vec<String>,
    /// The home directory is asked for.
    pub(crate) home: bool,
}

impl ScriptUses {
    /// As functions of the database.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let mut out = Vec::new();
        if self.run.is_some() {
            out.extend([Function::Shell, Function::Command]);
            if self.network.is_some() {
                out.extend([Function::ReverseShell, Function::BindShell]);
            }
        }
        if self.write.is_some() || self.delete.is_some() {
            out.push(Function::FileWrite);
        }
        if self.read.is_some() {
            out.push(Function::FileRead);
        }
        if self.load.is_some() {
            out.push(Function::LibraryLoad);
        }
        if self.network.is_some() {
            out.extend([Function::Upload, Function::Download]);
        }
        out
    }
}

/// Looks for a language's constructs in a script.
pub(crate) fn inspect(constructs: &Constructs, script: &str) -> ScriptUses {
    let find = |list: &'static str| {
        let mut constructs = list.split(WORD).filter(|construct| !construct.is_empty());
        constructs.find(|construct| holds(script, construct))
    };
    let mut out = ScriptUses {
        run: find(constructs.run),
        delete: find(constructs.delete),
        write: find(constructs.write),
        read: find(constructs.read),
        network: find(constructs.network),
        send: find(constructs.send),
        load: find(constructs.load),
        ..ScriptUses::default()
    };
    out.home = [
        "expanduser",
        "HOME",
        "homedir",
        "Path.home",
        "Dir.home",
        "USERPROFILE",
    ]
    .iter()
    .any(|h| script.contains(h));
    for text in literals(script) {
        if text.contains("://") {
            out.urls.push(text);
        } else if text.starts_with(['/', '~']) && text.len() > 1 && !text.contains([' ', '\n', '<', '^', '('])
            || text.starts_with("../")
            || text.starts_with(".env")
        {
            out.paths.push(text);
        }
    }
    out
}

/// Whether a construct stands in the text as a word of its own.
fn holds(text: &str, construct: &str) -> bool {
    let wordy = construct.starts_with(|c: char| c.is_ascii_alphabetic());
    text.match_indices(construct).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        !wordy || !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// The quoted strings of a script, whatever its language.
fn literals(script: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = script.chars();
    while let Some(c) = chars.next() {
        if !matches!(c, '"' | '\'' | '`') {
            continue;
        }
        let mut text = String::new();
        for inner in chars.by_ref() {
            if inner == c {
                break;
            }
            text.push(inner);
        }
        if text.len() <= 512 {
            out.push(text);
        }
    }
    out
}

/// What a script written by the same command does that needs a look.
pub(crate) fn script_finding(name: &str, text: &str) -> Option<String> {
    let constructs = super::languages::constructs(super::languages::language(name)?);
    let uses = inspect(constructs, text);
    let construct = uses.run.or(uses.delete).or(uses.load)?;
    Some(format!("it uses `{construct}`"))
}

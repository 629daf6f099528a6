//! The YAML that the database is written in: nested mappings and lists by indentation, block scalars, plain and
//! quoted scalars. Anything else is an error with its line, never a guess.

use std::iter::Peekable;

/// A node of a document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

/// A line that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct YamlError {
    pub(crate) line: usize,
    pub(crate) what: &'static str,
}

struct Line<'a> {
    number: usize,
    indent: usize,
    text: &'a str,
}

impl Node {
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(k, _)| k == key).map(|(_, v)| v),
            _ => None,
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }
}

/// Reads one document; `---` and `...` around it are allowed.
pub(crate) fn read(text: &str) -> Result<Node, YamlError> {
    let body = text.lines().enumerate().map(|(at, line)| (at + 1, line));
    let lines: Vec<Line<'_>> = body
        .filter(|(_, line)| *line != "---" && *line != "...")
        .map(|(number, line)| Line {
            number,
            indent: line.len() - line.trim_start_matches(' ').len(),
            text: line.trim_start_matches(' '),
        })
        .collect();
    let mut rest = lines.iter().peekable();
    skip_blank(&mut rest);
    let indent = rest.peek().map_or(0, |l| l.indent);
    let node = block(&mut rest, indent)?;
    skip_blank(&mut rest);
    match rest.peek() {
        None => Ok(node),
        Some(line) => Err(YamlError {
            line: line.number,
            what: "unexpected indentation",
        }),
    }
}

type Lines<'l, 'a> = Peekable<std::slice::Iter<'l, Line<'a>>>;

fn skip_blank(rest: &mut Lines<'_, '_>) {
    while rest
        .next_if(|l| l.text.trim().is_empty() || l.text.starts_with('#'))
        .is_some()
    {}
}

fn block(rest: &mut Lines<'_, '_>, indent: usize) -> Result<Node, YamlError> {
    skip_blank(rest);
    match rest.peek() {
        Some(line) if line.indent == indent && (line.text == "-" || line.text.starts_with("- ")) => {
            list(rest, indent)
        }
        Some(line) if line.indent == indent => map(rest, indent, None),
        _ => Ok(Node::Null),
    }
}

fn list(rest: &mut Lines<'_, '_>, indent: usize) -> Result<Node, YamlError> {
    let mut items = Vec::new();
    loop {
        skip_blank(rest);
        let Some(line) = rest.next_if(|l| l.indent == indent && (l.text == "-" || l.text.starts_with("- ")))
        else {
            return Ok(Node::List(items));
        };
        let inside = line.text.strip_prefix("- ").unwrap_or_default();
        if inside.is_empty() {
            let deeper = rest.peek().map_or(indent, |l| l.indent);
            items.push(if deeper > indent {
                block(rest, deeper)?
            } else {
                Node::Null
            });
        } else if key_of(inside).is_some() {
            items.push(map(rest, indent + 2, Some((line.number, inside)))?);
        } else {
            items.push(scalar(inside, line.number)?);
        }
    }
}

fn map(rest: &mut Lines<'_, '_>, indent: usize, first: Option<(usize, &str)>) -> Result<Node, YamlError> {
    let mut entries: Vec<(String, Node)> = Vec::new();
    let mut pending = first;
    loop {
        let (number, text) = match pending.take() {
            Some(first) => first,
            None => {
                skip_blank(rest);
                match rest.next_if(|l| l.indent == indent && !l.text.starts_with("- ")) {
                    Some(line) => (line.number, line.text),
                    None => return Ok(Node::Map(entries)),
                }
            }
        };
        let Some((key, value)) = key_of(text) else {
            return Err(YamlError {
                line: number,
                what: "a key is missing",
            });
        };
        if entries.iter().any(|(k, _)| *k == key) {
            return Err(YamlError {
                line: number,
                what: "a key stands twice",
            });
        }
        let node = match value {
            "" => {
                skip_blank(rest);
                match rest.peek() {
                    Some(l) if l.indent > indent => {
                        let deeper = l.indent;
                        block(rest, deeper)?
                    }
                    Some(l) if l.indent == indent && (l.text == "-" || l.text.starts_with("- ")) => {
                        list(rest, indent)?
                    }
                    _ => Node::Null,
                }
            }
            "|" | "|-" => Node::Text(literal(rest, indent, value == "|")),
            anchor if anchor.starts_with('&') => {
                skip_blank(rest);
                let deeper = rest.peek().map_or(indent, |l| l.indent);
                if deeper > indent {
                    block(rest, deeper)?
                } else {
                    Node::Null
                }
            }
            alias if alias.starts_with('*') => Node::Null,
            value => scalar(value, number)?,
        };
        entries.push((key, node));
    }
}

/// A block scalar: every line that is indented deeper than its key.
fn literal(rest: &mut Lines<'_, '_>, indent: usize, keep: bool) -> String {
    let mut lines: Vec<(usize, &str)> = Vec::new();
    while let Some(line) = rest.next_if(|l| l.indent > indent || l.text.is_empty()) {
        lines.push((line.indent, line.text));
    }
    while lines.last().is_some_and(|(_, text)| text.is_empty()) {
        lines.pop();
    }
    let base = lines
        .iter()
        .find(|(_, text)| !text.is_empty())
        .map_or(0, |(indent, _)| *indent);
    let body: Vec<String> = lines
        .iter()
        .map(|(at, text)| format!("{}{text}", " ".repeat(at.saturating_sub(base))))
        .collect();
    let mut text = body.join("\n");
    if keep {
        text.push('\n');
    }
    text
}

fn key_of(text: &str) -> Option<(String, &str)> {
    let (key, value) = match text.split_once(": ") {
        Some((key, value)) => (key, value.trim()),
        None => (text.strip_suffix(':')?, ""),
    };
    let plain = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    plain.then(|| (key.to_owned(), value))
}

fn scalar(text: &str, line: usize) -> Result<Node, YamlError> {
    let text = text.trim();
    if let Some(inside) = text.strip_prefix('\'') {
        let inside = inside.strip_suffix('\'').ok_or(YamlError {
            line,
            what: "unterminated quote",
        })?;
        return Ok(Node::Text(inside.replace("''", "'")));
    }
    if text.starts_with(['"', '{', '[', '!', '%', '@', '`', '>', '?']) {
        return Err(YamlError {
            line,
            what: "this kind of value is not read",
        });
    }
    Ok(if matches!(text, "null" | "~") {
        Node::Null
    } else {
        Node::Text(text.to_owned())
    })
}

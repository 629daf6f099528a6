//! Edits JSON texts that people wrote: comments, order and white space stay, trailing commas are understood.
//! Works on texts alone; reads and writes no file.

mod reader;

use reader::{Kind, Node, Reader};
use serde_json::Value as Json;
use std::ops::Range;

/// A JSON text with comments, and where its parts stand.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    text: String,
}

impl Document {
    /// Reads a text; an empty one is an empty object. The error says where it cannot be understood.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = if text.trim().is_empty() {
            "{}\n".to_owned()
        } else {
            text.to_owned()
        };
        let root = Reader::read(&text)?;
        match root.kind {
            Kind::Object(_) => Ok(Self { text }),
            Kind::Array(_) | Kind::Scalar => Err("it is not a JSON object".to_owned()),
        }
    }

    /// The text as it is now.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The value at a path, none where there is none.
    pub(crate) fn get(&self, path: &[&str]) -> Option<Json> {
        let root = Reader::read(&self.text).ok()?;
        let node = find(&root, path)?;
        value(&self.text, node)
    }

    /// Sets the value at a path, making the objects on the way.
    pub(crate) fn set(&mut self, path: &[&str], wanted: &Json) -> Result<(), String> {
        let root = Reader::read(&self.text)?;
        let mut node = &root;
        for (depth, key) in path.iter().enumerate() {
            let Kind::Object(members) = &node.kind else {
                return Err(format!(
                    "`{}` is not an object",
                    path.get(..depth).unwrap_or_default().join(".")
                ));
            };
            let Some(member) = members.iter().find(|member| member.key == *key) else {
                let rest = path.get(depth + 1..).unwrap_or_default();
                let nested = rest.iter().rev().fold(wanted.clone(), |inner, key| {
                    Json::Object(std::iter::once(((*key).to_owned(), inner)).collect())
                });
                let entry = format!("{}: {}", Json::from(*key), pretty(&nested, depth + 1));
                let last = members.last().map(|member| member.value.span.end);
                return self.insert(&node.span.clone(), last, depth, &entry);
            };
            node = &member.value;
        }
        if value(&self.text, node).as_ref() == Some(wanted) {
            return Ok(());
        }
        let span = node.span.clone();
        self.replace(span, &pretty(wanted, path.len()))
    }

    /// Adds an element to the array at a path, making the array where there is none.
    pub(crate) fn push(&mut self, path: &[&str], element: &Json) -> Result<(), String> {
        let root = Reader::read(&self.text)?;
        let Some(node) = find(&root, path) else {
            return self.set(path, &Json::Array(vec![element.clone()]));
        };
        let Kind::Array(elements) = &node.kind else {
            return Err(format!("`{}` is not an array", path.join(".")));
        };
        let last = elements.last().map(|element| element.span.end);
        self.insert(
            &node.span.clone(),
            last,
            path.len(),
            &pretty(element, path.len() + 1),
        )
    }

    /// Removes the value at a path; nothing happens where there is none.
    pub(crate) fn remove(&mut self, path: &[&str]) -> Result<(), String> {
        let Some((key, parents)) = path.split_last() else {
            return Ok(());
        };
        let root = Reader::read(&self.text)?;
        let Some(Node {
            kind: Kind::Object(members),
            span,
        }) = find(&root, parents)
        else {
            return Ok(());
        };
        let Some(at) = members.iter().position(|member| member.key == *key) else {
            return Ok(());
        };
        let spans: Vec<Range<usize>> = members.iter().map(|m| m.start..m.value.span.end).collect();
        self.cut(&spans, at, span)
    }

    /// Removes those elements of the array at a path for which `ours` holds.
    pub(crate) fn remove_elements(
        &mut self,
        path: &[&str],
        ours: impl Fn(&Json) -> bool,
    ) -> Result<(), String> {
        loop {
            let root = Reader::read(&self.text)?;
            let Some(Node {
                kind: Kind::Array(elements),
                span,
            }) = find(&root, path)
            else {
                return Ok(());
            };
            let mine = |node: &Node| value(&self.text, node).is_some_and(|value| ours(&value));
            let Some(at) = elements.iter().position(mine) else {
                return Ok(());
            };
            let spans: Vec<Range<usize>> = elements.iter().map(|element| element.span.clone()).collect();
            self.cut(&spans, at, span)?;
        }
    }

    /// Puts an entry at the end of an object or array.
    fn insert(
        &mut self,
        span: &Range<usize>,
        last: Option<usize>,
        depth: usize,
        entry: &str,
    ) -> Result<(), String> {
        let indent = "  ".repeat(depth + 1);
        match last {
            Some(end) => {
                let tail = self.text.get(end..span.end).unwrap_or_default();
                let trailing = Reader::comma_after(tail);
                let (at, before) = match trailing {
                    Some(comma) => (end + comma + 1, ""),
                    None => (end, ","),
                };
                let after = if trailing.is_some() { "," } else { "" };
                self.replace(at..at, &format!("{before}\n{indent}{entry}{after}"))
            }
            None => {
                let close = span.end.saturating_sub(1);
                let outer = "  ".repeat(depth);
                self.replace(span.start + 1..close, &format!("\n{indent}{entry}\n{outer}"))
            }
        }
    }

    /// Takes out one of several entries, with its comma and the white space before it.
    fn cut(&mut self, spans: &[Range<usize>], at: usize, outer: &Range<usize>) -> Result<(), String> {
        let Some(span) = spans.get(at) else { return Ok(()) };
        let (start, end) = if spans.len() == 1 {
            (outer.start + 1, outer.end.saturating_sub(1))
        } else if let Some(next) = spans.get(at + 1) {
            (span.start, next.start)
        } else {
            let before = spans.get(at.wrapping_sub(1)).map_or(span.start, |span| span.end);
            (before, span.end)
        };
        self.replace(start..end, "")
    }

    fn replace(&mut self, span: Range<usize>, with: &str) -> Result<(), String> {
        let mut text = self.text.clone();
        text.replace_range(span, with);
        // The edited text must still be understood, or nothing of it is kept.
        Reader::read(&text)?;
        self.text = text;
        Ok(())
    }
}

fn find<'a>(root: &'a Node, path: &[&str]) -> Option<&'a Node> {
    path.iter().try_fold(root, |node, key| match &node.kind {
        Kind::Object(members) => members
            .iter()
            .find(|member| member.key == *key)
            .map(|member| &member.value),
        Kind::Array(_) | Kind::Scalar => None,
    })
}

/// The value of a node without its comments and trailing commas.
fn value(text: &str, node: &Node) -> Option<Json> {
    match &node.kind {
        Kind::Scalar => serde_json::from_str(text.get(node.span.clone())?).ok(),
        Kind::Array(elements) => elements.iter().map(|element| value(text, element)).collect(),
        Kind::Object(members) => members
            .iter()
            .map(|member| Some((member.key.clone(), value(text, &member.value)?)))
            .collect::<Option<serde_json::Map<_, _>>>()
            .map(Json::Object),
    }
}

fn pretty(value: &Json, depth: usize) -> String {
    format!("{value:#}").replace('\n', &format!("\n{}", "  ".repeat(depth)))
}

#[cfg(test)]
mod tests {
    use super::Document;
    use serde_json::json;

    const COMMENTED: &str = "{\n  // mine\n  \"theme\": \"dark\", /* two */\n  \"hooks\": {\n    \"Stop\": [\n      {\"command\": \"x\"},\n    ],\n  },\n}\n";

    #[test]
    fn what_was_there_stays_as_it_was() {
        let mut document = Document::parse(COMMENTED).unwrap();
        document
            .set(&["mcpServers", "watchtower"], &json!({"command": "wt"}))
            .unwrap();
        document
            .push(&["hooks", "Stop"], &json!({"command": "wt"}))
            .unwrap();
        document
            .push(&["hooks", "PreToolUse"], &json!({"command": "wt"}))
            .unwrap();
        let text = document.text();
        for kept in [
            "// mine",
            "/* two */",
            "\"theme\": \"dark\"",
            "{\"command\": \"x\"}",
        ] {
            assert!(text.contains(kept), "{text}");
        }
        assert_eq!(
            document.get(&["hooks", "Stop"]),
            Some(json!([{"command": "x"}, {"command": "wt"}]))
        );
        assert_eq!(
            document.get(&["hooks", "PreToolUse"]),
            Some(json!([{"command": "wt"}]))
        );
        assert_eq!(
            document.get(&["mcpServers", "watchtower", "command"]),
            Some(json!("wt"))
        );
    }

    #[test]
    fn what_was_put_in_is_taken_out_again() {
        for before in [
            COMMENTED,
            "{}\n",
            "",
            "{\"a\": 1}",
            "{\n  \"a\": [1, 2]\n}\n",
            "{\"hooks\": {\"Stop\": []}}",
        ] {
            let mut document = Document::parse(before).unwrap();
            let start = document.get(&[]);
            document
                .set(&["mcpServers", "watchtower"], &json!({"command": "wt"}))
                .unwrap();
            document.push(&["hooks", "Stop"], &json!("wt")).unwrap();
            document.remove(&["mcpServers"]).unwrap();
            document
                .remove_elements(&["hooks", "Stop"], |value| value == "wt")
                .unwrap();
            let mut end = document.get(&[]).unwrap();
            if before.contains("hooks") {
                assert_eq!(Some(end), start, "{before}");
            } else {
                assert_eq!(
                    end.as_object_mut().unwrap().shift_remove("hooks"),
                    Some(json!({"Stop": []}))
                );
                assert_eq!(Some(end), start, "{before}");
            }
        }
    }

    #[test]
    fn setting_twice_changes_nothing_more() {
        let mut document = Document::parse("{\"a\": {\"b\": 1}}").unwrap();
        document.set(&["a", "c"], &json!([1, {"d": null}])).unwrap();
        let once = document.text().to_owned();
        document.set(&["a", "c"], &json!([1, {"d": null}])).unwrap();
        assert_eq!(document.text(), once);
    }

    #[test]
    fn texts_that_are_not_understood_are_refused_with_the_line() {
        for (text, error) in [
            ("{\n\"a\": \n}", "line 3: a value that is not JSON"),
            ("{\"a\" 1}", "line 1: a colon is missing"),
            ("[1]", "it is not a JSON object"),
            ("{\"a\": 1} x", "line 1: text after the end"),
            ("{/* ", "line 1: a comment without an end"),
            ("{\"a\": tru}", "line 1: a value that is not JSON"),
            (
                "{\"a\": 1,\n \"b\": 2,\n\"a\": 3}",
                "line 3: `a` stands there twice",
            ),
            (
                "{\"b\": [{\"\\u0061\": 1, \"a\": 3}]}",
                "line 1: `a` stands there twice",
            ),
        ] {
            assert_eq!(Document::parse(text).unwrap_err(), error, "{text}");
        }
    }
}

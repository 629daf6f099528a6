//! What variables and arrays hold after assignments, `declare` and its kin, `read` and `mapfile`.

use super::ast::{AssignedValue, Assignment};
use super::call::Call;
use super::environment;
use super::state::Stream;
use super::value::{self, CLASS, ELEMENT, FOREIGN};
use super::walk::{MAX_WORDS, Walk};

pub(super) fn declare(walk: &mut Walk<'_>, name: &str, args: &[String], call: &mut Call) {
    let own = walk.own_dirs();
    let exports = name == "export" || args.iter().any(|a| a.starts_with('-') && a.contains('x'));
    let mut array = false;
    let reference = name != "export" && args.iter().any(|a| a.starts_with('-') && a.contains('n'));
    for arg in args.iter().filter(|a| !a.starts_with('-')) {
        // What an unquoted element becomes stands in words of its own behind the first.
        if std::mem::replace(&mut array, arg.contains(ELEMENT)) && !arg.contains('=') {
            call.part.concern(
                "unresolved-command",
                "the elements of an array are only known when it runs",
            );
        }
        match arg.split_once('=') {
            // Another name for whatever variable it names at the time.
            Some((variable, _)) if reference => {
                walk.assign(variable, vec![value::DECODED.to_string()], exports)
            }
            Some((variable, text)) if text.contains(ELEMENT) => {
                let elements: Vec<String> = text.split(ELEMENT).skip(1).map(|e| walk.untilde(e)).collect();
                for element in &elements {
                    walk.given_element(variable, element);
                }
                environment::assigned(variable, &elements.join(" "), &own, &mut call.part);
                walk.assign(variable.trim_end_matches('+'), placed(elements), exports);
            }
            Some((variable, text)) => {
                // A list in quotes is read again as the list it is.
                if text.starts_with('(') && text.contains(['$', '`', '<']) {
                    walk.script_here(&format!("__list={}", value::show(text)), Stream::Inherited);
                }
                let text = walk.untilde(text);
                environment::assigned(variable, &text, &own, &mut call.part);
                walk.assign(variable.trim_end_matches('+'), vec![text], exports);
            }
            None if exports => {
                if let Some(variable) = walk.state.variables.get_mut(arg) {
                    variable.exported = true;
                }
            }
            None => {}
        }
    }
}

pub(super) fn read(walk: &mut Walk<'_>, name: &str, args: &[String], call: &Call) {
    if !matches!(name, "read" | "mapfile" | "readarray") {
        return;
    }
    let stdin = &call.stdin;
    let text = match stdin {
        Stream::Text(text) => text.lines().next().unwrap_or_default().to_owned(),
        Stream::Paths(paths) => paths.first().cloned().unwrap_or_else(|| FOREIGN.to_string()),
        Stream::Decoded(_) => value::DECODED.to_string(),
        Stream::Inherited | Stream::File(_) | Stream::Output(_) => FOREIGN.to_string(),
    };
    let names = names(name, args);
    if name != "read"
        && let Stream::Text(text) = stdin
    {
        let lines: Vec<String> = text.lines().take(MAX_WORDS).map(str::to_owned).collect();
        for variable in names {
            walk.assign(variable, lines.clone(), false);
        }
        return;
    }
    let fills = name != "read" || args.iter().any(|a| a.starts_with('-') && a.contains('a'));
    if fills && value::is_static(&text) && !matches!(stdin, Stream::Text(text) if text.lines().count() > 1) {
        let elements = if name == "read" {
            text.split_whitespace().map(str::to_owned).collect()
        } else {
            vec![text]
        };
        for variable in names {
            walk.assign(variable, elements.clone(), false);
        }
        return;
    }
    // A loop over more lines than are followed one by one.
    let several = matches!(stdin, Stream::Text(text) if text.lines().count() > 1);
    let whole = if several { FOREIGN.to_string() } else { text };
    let part_only = |a: &String| a.starts_with('-') && a.contains(['d', 'n', 'N', 'u', 'a']);
    let plain = !args.iter().any(part_only);
    if names.len() > 1 && plain && value::is_static(&whole) {
        let separators = walk.separators(call);
        let fields = split_fields(&whole, names.len(), &separators);
        for (variable, field) in names.into_iter().zip(fields) {
            walk.assign(variable, vec![field], false);
        }
        return;
    }
    let whole = if names.len() > 1 {
        FOREIGN.to_string()
    } else {
        whole
    };
    for variable in names {
        walk.assign(variable, vec![whole.clone()], false);
    }
    if args.iter().all(|a| a.starts_with('-')) {
        walk.assign("REPLY", vec![whole], false);
    }
}

/// The names that a call fills, without the words that its options take.
fn names<'a>(name: &str, args: &'a [String]) -> Vec<&'a String> {
    let values: &[char] = if name == "read" {
        &['p', 'd', 'n', 't', 'u', 'i', 'N']
    } else {
        &['d', 'n', 'O', 's', 'u', 'C', 'c']
    };
    let mut rest = args.iter();
    let mut out = Vec::new();
    while let Some(word) = rest.next() {
        if !word.starts_with('-') {
            out.push(word);
        } else if word.ends_with(values) && !word.starts_with("--") {
            rest.next();
        }
    }
    out
}

/// Splits a line into as many fields as there are names; the last takes what is left.
fn split_fields(line: &str, names: usize, separators: &str) -> Vec<String> {
    let blank = |c: char| c.is_whitespace() && separators.contains(c);
    let mut rest = line.trim_matches(blank);
    let mut out = Vec::new();
    while out.len() + 1 < names {
        let Some(at) = rest.find(|c| separators.contains(c)) else {
            break;
        };
        let (field, tail) = rest.split_at(at);
        out.push(field.to_owned());
        let tail = tail.trim_start_matches(blank);
        let mark = tail.chars().next().filter(|c| separators.contains(*c));
        let cut = mark.map_or(0, char::len_utf8);
        rest = tail.get(cut..).unwrap_or_default().trim_start_matches(blank);
    }
    out.push(rest.to_owned());
    out.resize(names, String::new());
    out
}

/// The elements of a list, those with a number in front at their place.
fn placed(fields: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for field in fields {
        let own = field
            .strip_prefix(['[', CLASS])
            .and_then(|rest| rest.split_once("]="));
        match own.map(|(key, text)| (key.parse::<usize>(), text.to_owned())) {
            Some((Ok(at), text)) if at < MAX_WORDS => {
                out.resize(out.len().max(at + 1), String::new());
                if let Some(place) = out.get_mut(at) {
                    *place = text;
                }
            }
            Some((_, text)) => out.push(text),
            None => out.push(field),
        }
    }
    out
}

impl Walk<'_> {
    /// What `IFS` is for a call.
    fn separators(&self, call: &Call) -> String {
        let given = call.env.iter().rev().find(|(name, _)| name == "IFS");
        let set = given
            .map(|(_, text)| text)
            .or_else(|| self.state.variables.get("IFS")?.elements.first());
        set.filter(|text| value::is_static(text))
            .map_or_else(|| " \t\n".to_owned(), String::clone)
    }

    /// The elements that an assignment gives.
    pub(super) fn assigned(&mut self, assignment: &Assignment) -> Vec<String> {
        if let Some(subscript) = &assignment.subscript {
            self.subscript(subscript);
        }
        let mut elements = match &assignment.value {
            AssignedValue::Scalar(word) => vec![self.scalar(word)],
            AssignedValue::Array(words) => self.fields(words),
        };
        if matches!(assignment.value, AssignedValue::Array(_)) {
            for element in &elements {
                self.given_element(&assignment.name, element);
            }
            elements = placed(elements);
        }
        let old = self
            .state
            .variables
            .get(&assignment.name)
            .map(|v| v.elements.clone());
        match (assignment.append, old, &assignment.value) {
            (true, Some(mut old), AssignedValue::Scalar(_)) => {
                if let (Some(first), Some(more)) = (old.first_mut(), elements.first()) {
                    first.push_str(more);
                }
                old
            }
            (true, Some(mut old), AssignedValue::Array(_)) => {
                old.append(&mut elements);
                old
            }
            (false, old, AssignedValue::Scalar(_)) if assignment.subscript.is_some() => {
                let index = assignment
                    .subscript
                    .as_ref()
                    .map(|pieces| self.pieces_text(pieces));
                match index
                    .and_then(|index| index.parse::<usize>().ok())
                    .filter(|index| *index < MAX_WORDS)
                {
                    Some(index) => {
                        let mut all = old.unwrap_or_default();
                        let length = all.len().max(index + 1);
                        all.resize(length, String::new());
                        if let (Some(place), Some(new)) = (all.get_mut(index), elements.pop()) {
                            *place = new;
                        }
                        all
                    }
                    None => vec![value::DECODED.to_string()],
                }
            }
            (true, None, AssignedValue::Scalar(_)) => {
                elements.insert(0, FOREIGN.to_string());
                vec![elements.concat()]
            }
            _ => elements,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{placed, split_fields};

    #[test]
    fn a_line_is_split_as_read_splits_it() {
        for (line, names, separators, fields) in [
            ("x  y z", 2, " \t\n", &["x", "y z"][..]),
            (" x y ", 2, " \t\n", &["x", "y"]),
            ("x", 2, " \t\n", &["x", ""]),
            ("x:y:z", 2, ":", &["x", "y:z"]),
            (":y", 2, ":", &["", "y"]),
            ("x : y", 2, " :", &["x", "y"]),
        ] {
            assert_eq!(split_fields(line, names, separators), fields, "{line}");
        }
    }

    #[test]
    fn elements_with_a_number_stand_at_their_place() {
        let given = ["[2]=c", "[0]=a", "[k]=v"].map(str::to_owned).to_vec();
        assert_eq!(placed(given), ["a", "", "c", "v"]);
    }
}

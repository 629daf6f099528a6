//! Python's `str` and `repr`. Whatever would show the order of a set is an error.

use super::{
    error::{Eval, rejected},
    eval::Run,
    float,
    value::Value,
};

/// `str(value)`.
pub(crate) fn str<'a>(value: &Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    if let Value::Str(_) = value {
        return Ok(value.clone());
    }
    repr(value, run).map(Value::text)
}

/// `repr(value)`.
pub(crate) fn repr<'a>(value: &Value<'a>, run: &mut Run<'a>) -> Eval<String> {
    let mut out = String::new();
    write(value, &mut out, run)?;
    run.data(out.len())?;
    Ok(out)
}

fn write<'a>(value: &Value<'a>, out: &mut String, run: &mut Run<'a>) -> Eval<()> {
    run.step()?;
    match value {
        Value::None => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(n) => out.push_str(&n.to_string()),
        Value::Float(f) => out.push_str(&float::repr(*f)),
        Value::Str(text) => {
            run.work(text.len())?;
            quote(text, out)?;
        }
        Value::List(items) => {
            out.push('[');
            separated(items, out, run)?;
            out.push(']');
        }
        Value::Tuple(items) => {
            out.push('(');
            separated(items, out, run)?;
            out.push_str(if items.len() == 1 { ",)" } else { ")" });
        }
        Value::Dict(table) => {
            out.push('{');
            for (n, (key, item)) in table.iter().enumerate() {
                if n > 0 {
                    out.push_str(", ");
                }
                write(key, out, run)?;
                out.push_str(": ");
                write(item, out, run)?;
            }
            out.push('}');
        }
        Value::Set(_) => return rejected("the text of a set would show its arbitrary order"),
        Value::Record(_) => return rejected("a record has no text: name one of its attributes"),
    }
    Ok(())
}

fn separated<'a>(items: &[Value<'a>], out: &mut String, run: &mut Run<'a>) -> Eval<()> {
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.push_str(", ");
        }
        write(item, out, run)?;
    }
    Ok(())
}

/// A string literal that reads back as the text.
pub(crate) fn quote(text: &str, out: &mut String) -> Eval<()> {
    if !text.is_ascii() {
        return rejected("the repr of text outside ASCII");
    }
    quote_any(text, out);
    Ok(())
}

/// The same for any text, as if everything beyond Latin-1's controls were printable.
fn quote_any(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            '\0'..='\x1f' | '\x7f'..='\u{a0}' | '\u{ad}' => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push(quote);
}

/// The repr by which the elements of a set are sorted when they are shown.
pub(crate) fn sort_key(value: &Value<'_>) -> String {
    let all = |items: &[Value<'_>]| items.iter().map(sort_key).collect::<Vec<_>>().join(", ");
    match value {
        Value::Str(text) => {
            let mut out = String::new();
            quote_any(text, &mut out);
            out
        }
        Value::Tuple(items) => format!("({}{})", all(items), if items.len() == 1 { "," } else { "" }),
        Value::None => "None".to_owned(),
        Value::Bool(b) => if *b { "True" } else { "False" }.to_owned(),
        Value::Int(n) => n.to_string(),
        Value::Float(f) => float::repr(*f),
        // None of these is an element of a set.
        Value::List(_) | Value::Set(_) | Value::Dict(_) | Value::Record(_) => String::new(),
    }
}

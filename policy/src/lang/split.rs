//! `split`, `rsplit`, `partition`, `rpartition`.

use super::{
    builtins::part,
    calls::Method,
    error::{Eval, raised},
    eval::Run,
    space::is_space,
    value::{Text, Value},
};

/// `text.split(sep, maxsplit)` and the same from the right
pub(super) fn split<'a>(
    method: Method,
    text: &Text<'a>,
    args: &[Value<'a>],
    named: &[(&'static str, Value<'a>)],
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    let option = |n: usize, name: &str| {
        args.get(n)
            .or(named.iter().find(|(k, _)| *k == name).map(|(_, v)| v))
    };
    let most = option(1, "maxsplit").map_or(Ok(-1), Value::expect_index)?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let right = method == Method::Rsplit;
    let ranges = match option(0, "sep") {
        None | Some(Value::None) => words(text, most, right),
        Some(separator) => {
            let separator = separator.expect_str()?;
            if separator.is_empty() {
                return raised("the separator is empty");
            }
            pieces(text, separator, most, right)
        }
    };
    run.data(ranges.len() * super::eval::ELEMENT)?;
    let parts = ranges
        .into_iter()
        .map(|range| part(text, range, run))
        .collect::<Eval<_>>()?;
    Ok(Value::list(parts))
}

type Range = std::ops::Range<usize>;

fn pieces(text: &str, separator: &str, most: usize, right: bool) -> Vec<Range> {
    let width = separator.len();
    let cuts: Vec<usize> = if right {
        let mut cuts: Vec<usize> = text
            .rmatch_indices(separator)
            .map(|(at, _)| at)
            .take(most)
            .collect();
        cuts.reverse();
        cuts
    } else {
        text.match_indices(separator)
            .map(|(at, _)| at)
            .take(most)
            .collect()
    };
    let mut start = 0;
    let mut out: Vec<Range> = Vec::with_capacity(cuts.len() + 1);
    for cut in cuts {
        out.push(start..cut);
        start = cut + width;
    }
    out.push(start..text.len());
    out
}

/// Runs of white space separate; none stands at an end, except in what is left over after the last split.
fn words(text: &str, most: usize, right: bool) -> Vec<Range> {
    let mut out = Vec::new();
    let (mut start, mut end) = (0, text.len());
    let within = |start: usize, end: usize| text.get(start..end).unwrap_or_default();
    loop {
        let rest = within(start, end);
        if right {
            end = start + rest.trim_end_matches(is_space).len();
        } else {
            start = end - rest.trim_start_matches(is_space).len();
        }
        let rest = within(start, end);
        if rest.is_empty() {
            break;
        }
        if out.len() == most {
            out.push(start..end);
            break;
        }
        if right {
            let begun = rest.rfind(is_space).map_or(start, |at| {
                start
                    + at
                    + rest
                        .get(at..)
                        .and_then(|r| r.chars().next())
                        .map_or(1, char::len_utf8)
            });
            out.push(begun..end);
            end = begun;
        } else {
            let stop = rest.find(is_space).map_or(end, |at| start + at);
            out.push(start..stop);
            start = stop;
        }
    }
    if right {
        out.reverse();
    }
    out
}

/// `text.partition(sep)` and the same from the right
pub(super) fn partition<'a>(
    method: Method,
    text: &Text<'a>,
    separator: &Value<'a>,
    run: &mut Run<'a>,
) -> Eval<Value<'a>> {
    let separator = separator.expect_str()?;
    if separator.is_empty() {
        return raised("the separator is empty");
    }
    let right = method == Method::Rpartition;
    let at = if right {
        text.rfind(&**separator)
    } else {
        text.find(&**separator)
    };
    let (end, width) = (text.len(), separator.len());
    let [a, b, c] = match at {
        Some(at) => [0..at, at..at + width, at + width..end],
        None if right => [0..0, 0..0, 0..end],
        None => [0..end, end..end, end..end],
    };
    let parts = vec![part(text, a, run)?, part(text, b, run)?, part(text, c, run)?];
    run.tuple(parts)
}

//! Functions that Python does not have: paths, regular expressions, networks.

use super::{
    calls::Builtin,
    error::{Eval, ExprError, raised},
    eval::Run,
    limits::{MAX_PATTERN_BYTES, MAX_PATTERN_COST, MAX_REGEX_BYTES, MAX_SMALL_REGEX_BYTES},
    node::{NodeKind, Operand},
    value::Value,
};
use crate::{components, pattern::PathPattern};
use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Class, Hir, HirKind};
use std::net::IpAddr;

/// What compiling a pattern while evaluating costs, as bytes looked at: for each, and for each of its own bytes.
const DYNAMIC: (usize, usize) = (64_000, 1600);

/// What a pattern costs that is more than a small one.
const LARGE: usize = 8;
/// Why a pattern is refused that had to be compiled to find that out.
const TOO_LARGE: &str = "it repeats too much";

fn short(pattern: &str) -> Result<&str, String> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err("it is longer than 4096 bytes".to_owned());
    }
    Ok(pattern)
}

/// A compiled regular expression.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    regex: Regex,
    /// How many places of the expression one byte of the text may have to be compared with. Where a text keeps the
    /// lazy automaton from settling, it is compared with all of them, and the time is this times the text's length.
    places: usize,
}

impl Search {
    fn finds(&self, text: &str, run: &mut Run<'_>) -> Eval<bool> {
        run.work(text.len().saturating_mul(self.places))?;
        Ok(self.regex.is_match(text))
    }
}

/// Counts the places of an expression, each repetition written out as often as it may be taken.
fn places(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len(),
        // Text beyond ASCII takes several steps for one letter.
        HirKind::Class(Class::Unicode(class)) if !class.is_ascii() => 2,
        HirKind::Class(_) => 1,
        HirKind::Repetition(repeated) => {
            let times = repeated.max.unwrap_or(repeated.min).max(1);
            (places(&repeated.sub) + 1).saturating_mul(usize::try_from(times).unwrap_or(usize::MAX))
        }
        HirKind::Capture(group) => places(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(places).fold(0, usize::saturating_add)
        }
    }
}

/// A regular expression within its limits.
fn regex(pattern: &str, limit: usize) -> Result<Search, String> {
    let built = RegexBuilder::new(short(pattern)?)
        .size_limit(limit)
        .dfa_size_limit(MAX_SMALL_REGEX_BYTES)
        .build();
    let measured = |regex| Search {
        regex,
        places: regex_syntax::parse(pattern).map_or(usize::MAX, |hir| {
            // Plain text is looked for as such.
            if hir.properties().is_literal() {
                1
            } else {
                places(&hir)
            }
        }),
    };
    built.map(measured).map_err(|e| match e {
        regex::Error::CompiledTooBig(_) => TOO_LARGE.to_owned(),
        e => e
            .to_string()
            .lines()
            .last()
            .unwrap_or_default()
            .trim_start_matches("error: ")
            .to_owned(),
    })
}

/// A call with a constant pattern, compiled at load, and what it costs: none where it is not one. A fault has its cost
/// too, which is all there is for a pattern that is too large.
pub(super) fn compile(
    builtin: Builtin,
    args: &[Operand],
) -> Result<Option<(Test, usize)>, (ExprError, usize)> {
    let [_, Operand::Value(node)] = args else {
        return Ok(None);
    };
    let NodeKind::Const(Value::Str(text)) = &node.kind else {
        return Ok(None);
    };
    let fault = |what: &str, e: String| {
        let cost = if e == TOO_LARGE {
            MAX_PATTERN_COST + 1
        } else {
            LARGE
        };
        (
            ExprError::new(node.at, format!("this is not a {what}: {e}")),
            cost,
        )
    };
    match builtin {
        Builtin::Matches => {
            let small = regex(text, MAX_SMALL_REGEX_BYTES).map(|regex| (regex, 1));
            let (regex, cost) = small
                .or_else(|_| regex(text, MAX_REGEX_BYTES).map(|regex| (regex, LARGE)))
                .map_err(|e| fault("regular expression", e))?;
            Ok(Some((Test::Regex(Box::new(regex)), cost)))
        }
        Builtin::Glob => {
            let pattern = short(text).and_then(PathPattern::parse);
            let pattern = pattern.map_err(|e| fault("pattern", e))?;
            let cost = if text.len() > 256 { LARGE } else { 1 };
            Ok(Some((Test::Glob(Box::new(pattern)), cost)))
        }
        _ => Ok(None),
    }
}

/// What a compiled call asks of its text.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    Regex(Box<Search>),
    Glob(Box<PathPattern>),
}

/// Asks a compiled call.
pub(super) fn test<'a>(test: &Test, text: &Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let text = text.expect_str()?;
    Ok(Value::Bool(match test {
        Test::Regex(search) => search.finds(text, run)?,
        Test::Glob(pattern) => fits(pattern, text, run)?,
    }))
}

/// Asks a pattern over paths, which is a regular expression underneath.
fn fits(pattern: &PathPattern, path: &str, run: &mut Run<'_>) -> Eval<bool> {
    run.work(path.len().saturating_mul(pattern.places()))?;
    let (homes, workspace) = run.facts.places();
    Ok(pattern.is_match(path, homes, workspace))
}

fn dynamic(pattern: &str) -> usize {
    let (each, byte) = DYNAMIC;
    each + pattern.len().saturating_mul(byte)
}

/// `matches(text, regex)`: whether the expression is found anywhere in the text, in linear time.
pub(super) fn matches<'a>(text: &Value<'a>, pattern: &Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let (text, pattern) = (text.expect_str()?, pattern.expect_str()?);
    run.work(dynamic(pattern))?;
    match regex(pattern, MAX_SMALL_REGEX_BYTES) {
        Ok(search) => Ok(Value::Bool(search.finds(text, run)?)),
        Err(error) => raised(format!("this is not a regular expression: {error}")),
    }
}

/// `glob(path, pattern)`: whether the whole path matches, `*` and `?` within one component.
pub(super) fn glob<'a>(path: &Value<'a>, pattern: &Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let (path, pattern) = (path.expect_str()?, pattern.expect_str()?);
    run.work(dynamic(pattern))?;
    match short(pattern).and_then(PathPattern::parse) {
        Ok(pattern) => Ok(Value::Bool(fits(&pattern, path, run)?)),
        Err(error) => raised(format!("this is not a pattern: {error}")),
    }
}

/// `within(path, dir)`: whether the path is that directory or lies below it, by components; within `` lies nothing.
pub(super) fn within<'a>(path: &Value<'a>, dir: &Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let (path, dir) = (path.expect_str()?, dir.expect_str()?);
    run.work(path.len() + dir.len())?;
    let inside =
        !dir.is_empty() && components::below(&components::lexical(path), &components::lexical(dir)).is_some();
    Ok(Value::Bool(inside))
}

/// `cidr(ip, net)`: whether the address lies in the network `address/bits`.
pub(super) fn cidr<'a>(ip: &Value<'a>, network: &Value<'a>, run: &mut Run<'a>) -> Eval<Value<'a>> {
    let (ip, network) = (ip.expect_str()?, network.expect_str()?);
    run.step()?;
    let Some((base, bits)) = parse_network(network) else {
        return raised(format!("`{}` is not a network", &**network));
    };
    // What is not an address, a host name for one, lies in no network.
    let Ok(ip) = ip.trim_matches(['[', ']']).parse::<IpAddr>() else {
        return Ok(Value::Bool(false));
    };
    Ok(Value::Bool(match (ip.to_canonical(), base) {
        (IpAddr::V4(ip), IpAddr::V4(base)) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(ip) & mask == u32::from(base) & mask
        }
        (IpAddr::V6(ip), IpAddr::V6(base)) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(ip) & mask == u128::from(base) & mask
        }
        _ => false,
    }))
}

fn parse_network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
    let base: IpAddr = address.parse().ok()?;
    let most = if base.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
    (bits <= most).then_some((base, bits))
}

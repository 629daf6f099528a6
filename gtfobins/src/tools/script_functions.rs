//! The functions of the database that an interpreter's scripts use.

use super::languages::{Language, constructs, parts};
use super::scripts::inspect;
use crate::finding::Function;
use crate::shell::state::Stream;

/// The functions that an interpreter's scripts use.
pub(crate) fn functions(language: Language, args: &[String], stdin: &Stream) -> Vec<Function> {
    let (scripts, operand, modules) = parts(language, args);
    let mut out = Vec::new();
    let mut texts: Vec<&str> = scripts.iter().map(String::as_str).collect();
    if let (true, Stream::Text(text)) = (
        scripts.is_empty() && operand.as_ref().is_none_or(|o| o == "-"),
        stdin,
    ) {
        texts.push(text);
    }
    let all = args.join(" ");
    for text in texts {
        out.extend(inspect(constructs(language), &format!("{text} {}", modules.join(" "))).functions());
        if language == Language::Perl && args.iter().any(|a| a.starts_with("-n") || a.starts_with("-p")) {
            out.push(Function::FileRead);
        }
    }
    if language == Language::Php && args.iter().any(|a| a.starts_with("-S"))
        || all.contains("http.server")
        || modules.iter().any(|m| m.contains("un")) && language == Language::Ruby
    {
        out.push(Function::Upload);
    }
    out.sort_unstable();
    out.dedup();
    out
}

//! Text that bash evaluates a second time: subscripts in arithmetic run the substitutions in them, wherever the text
//! comes from. A value that could do that is stopped when it is given to a name, not where it is evaluated: integers,
//! `RANDOM` and its kin, references and `${x:y}` evaluate names that nobody sees.

use super::ast::Piece;
use super::value::{self, CLASS};
use super::walk::Walk;

/// What runs a command within text that is expanded again.
const RUNS: [&str; 3] = ["$(", "`", "@P}"];

impl Walk<'_> {
    /// Raises what a value may run once arithmetic meets the name it is given to.
    pub(super) fn given_value(&mut self, name: &str, value: &str) {
        if holds_subscript(value) {
            let why = format!("`{name}` holds a subscript that runs a command where it is evaluated");
            self.concern("hidden-substitution", &why);
        }
    }

    /// Follows a subscript that is written out.
    pub(super) fn subscript(&mut self, pieces: &[Piece]) {
        self.arithmetic(pieces);
        if runs(&self.pieces_text(pieces)) {
            self.concern(
                "hidden-substitution",
                "a subscript runs a command when it is evaluated",
            );
        }
    }

    /// An element of an array that may begin with its own subscript.
    pub(super) fn given_element(&mut self, name: &str, element: &str) {
        let own = element
            .strip_prefix(['[', CLASS])
            .and_then(|rest| rest.split_once("]="))
            .map(|(own, _)| own);
        if own.is_some_and(runs) {
            let why = format!("a subscript of `{name}` runs a command when it is evaluated");
            self.concern("hidden-substitution", &why);
        }
    }
}

fn runs(text: &str) -> bool {
    RUNS.iter().any(|mark| text.contains(mark))
}

/// Whether a value holds `name[..$(..)..]`, the only shape in which arithmetic expands a value again.
fn holds_subscript(value: &str) -> bool {
    let shown = value::show(value);
    let opens = shown.match_indices('[').filter(|(at, _)| {
        let before = shown.get(..*at).and_then(|text| text.chars().next_back());
        before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    // Further than that no subscript is looked into.
    opens
        .take(MAX_SUBSCRIPTS)
        .any(|(at, _)| runs(inside(shown.get(at..).unwrap_or_default())))
}

/// Most brackets of one value that are looked into.
const MAX_SUBSCRIPTS: usize = 64;

/// The text from an opening bracket to the one that closes it, or to the end.
fn inside(text: &str) -> &str {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::holds_subscript;

    #[test]
    fn only_a_substitution_within_a_subscript_is_one() {
        for value in [
            "a[$(id)]",
            "1+a[`id`]",
            "see a[$(id)]",
            "a[b[0]+$(id)]",
            "a[${v@P}]",
            "a[$(id",
        ] {
            assert!(holds_subscript(value), "{value}");
        }
        for value in [
            "a[0] $(id)",
            "- [x] `id`",
            "[$(id)]",
            "^[a-z]*$(",
            "a[$i]",
            "list[0] and `x`",
        ] {
            assert!(!holds_subscript(value), "{value}");
        }
    }
}

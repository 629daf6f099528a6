//! What has to be known of a wrapper: where its own options end and the wrapped command begins.

/// How the wrapped command is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inner {
    /// As words.
    Words,
    /// As words that are joined and given to a shell.
    Text,
    /// As several shell texts, one a word.
    Texts,
    /// Only in options.
    Nothing,
}

/// One wrapper, or one subcommand that wraps.
pub(crate) struct Wrapper {
    pub(crate) name: &'static str,
    pub(crate) sub: &'static [&'static str],
    pub(crate) values: &'static str,
    pub(crate) long_values: &'static [&'static str],
    pub(crate) one_dash: bool,
    /// Operands before the command.
    pub(crate) skip: usize,
    pub(crate) inner: Inner,
    /// Options whose value is shell text.
    pub(crate) text_options: &'static [&'static str],
    pub(crate) dir_options: &'static [&'static str],
    /// `NAME=value` may stand before the command.
    pub(crate) assignments: bool,
    /// The command sees other files.
    pub(crate) contained: bool,
    /// What using it means by itself.
    pub(crate) class: Option<&'static str>,
    pub(crate) why: &'static str,
}

pub(super) const PLAIN: Wrapper = Wrapper {
    name: "",
    sub: &[],
    values: "",
    long_values: &[],
    one_dash: false,
    skip: 0,
    inner: Inner::Words,
    text_options: &[],
    dir_options: &[],
    assignments: false,
    contained: false,
    class: None,
    why: "",
};

pub(super) const fn plain(
    name: &'static str,
    values: &'static str,
    long_values: &'static [&'static str],
    skip: usize,
) -> Wrapper {
    Wrapper {
        name,
        values,
        long_values,
        skip,
        ..PLAIN
    }
}

pub(super) const fn sub(
    name: &'static str,
    sub: &'static [&'static str],
    values: &'static str,
    long_values: &'static [&'static str],
) -> Wrapper {
    Wrapper {
        name,
        sub,
        values,
        long_values,
        ..PLAIN
    }
}

pub(super) const fn text(
    name: &'static str,
    values: &'static str,
    long_values: &'static [&'static str],
    text_options: &'static [&'static str],
) -> Wrapper {
    Wrapper {
        name,
        values,
        long_values,
        text_options,
        ..PLAIN
    }
}

//! Colour, where a person looks at a terminal; plain text everywhere else. Meaning never hangs on colour alone.

use policy::Verdict;
use std::io::IsTerminal;

/// What a piece of text is, from which its colour follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// A heading.
    Strong,
    /// Of little weight.
    Dim,
    /// As it should be.
    Good,
    /// Worth a look.
    Warn,
    /// Wrong, or refused.
    Bad,
    /// Watched.
    Note,
}

impl Tone {
    /// The tone of a verdict.
    pub(crate) fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Allow => Self::Good,
            Verdict::Shadow => Self::Note,
            Verdict::Escalate => Self::Warn,
            Verdict::Deny => Self::Bad,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "\x1b[1m",
            Self::Dim => "\x1b[2m",
            Self::Good => "\x1b[32m",
            Self::Warn => "\x1b[33m",
            Self::Bad => "\x1b[31m",
            Self::Note => "\x1b[36m",
        }
    }
}

/// Whether colour is used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// Colour where stdout is a terminal that has it and `NO_COLOR` (no-color.org) is not set.
    pub(crate) fn of_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            on: std::io::stdout().is_terminal() && !refused && !dumb,
        }
    }

    /// Whether colour is used.
    pub(crate) fn is_on(self) -> bool {
        self.on
    }

    /// No colour.
    #[cfg(test)]
    pub(crate) fn never() -> Self {
        Self { on: false }
    }

    /// `text` in its tone. The text must be fit for a terminal already.
    pub(crate) fn tint(self, tone: Tone, text: &str) -> String {
        if !self.on || tone == Tone::Plain || text.is_empty() {
            return text.to_owned();
        }
        format!("{}{text}\x1b[0m", tone.code())
    }
}

/// Columns of the terminal on stdout, none where it is not a terminal.
pub(crate) fn width_of_stdout() -> Option<usize> {
    let stdout = std::io::stdout();
    if !stdout.is_terminal() {
        return None;
    }
    let size = rustix::termios::tcgetwinsize(&stdout).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}

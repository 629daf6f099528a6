//! How actions stand on a screen: the columns of `wt tail`, `recent` and `watch --once`.

use super::{
    action::{Action, Done},
    paint::{Paint, Tone},
    span,
    table::{Cell, Layout, lines},
};
use jiff::Timestamp;

/// How a list of actions is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// Colour or none.
    pub(crate) paint: Paint,
    /// Columns of the terminal, none for a pipe: nothing is cut and times are absolute.
    pub(crate) width: Option<usize>,
}

impl Look {
    /// As stdout wants it.
    pub(crate) fn of_stdout() -> Self {
        Self {
            paint: Paint::of_stdout(),
            width: super::paint::width_of_stdout(),
        }
    }

    /// The lines of these actions, aligned with each other.
    pub(crate) fn lines(self, actions: &[Action]) -> Vec<String> {
        let now = Timestamp::now();
        let rows: Vec<Vec<Cell>> = actions.iter().map(|action| self.row(action, now)).collect();
        lines(
            &rows,
            Layout {
                width: self.width,
                elastic: WHAT,
                least: LEAST,
            },
            self.paint,
        )
    }

    fn row(self, action: &Action, now: Timestamp) -> Vec<Cell> {
        let decision = action.kind == "decision";
        let verdict = match action.verdict {
            Some(verdict) => Cell::toned(Tone::of(verdict), verdict_word(verdict)),
            None => Cell::toned(Tone::Dim, &action.kind),
        };
        let rule = if decision {
            format!("({})", action.rule)
        } else {
            String::new()
        };
        vec![
            Cell::number(action.seq.to_string()),
            Cell::toned(Tone::Dim, self.when(&action.timestamp, now)),
            verdict.whole(),
            if decision {
                Cell::new(action.what())
            } else {
                Cell::toned(Tone::Dim, action.what()).ends_line()
            },
            outcome_cell(action).whole(),
            Cell::toned(Tone::Dim, rule),
            Cell::toned(Tone::Dim, if decision { &action.agent } else { "" }),
        ]
    }

    /// How long ago on a terminal, the second elsewhere.
    fn when(self, timestamp: &str, now: Timestamp) -> String {
        match (self.width, timestamp.parse::<Timestamp>()) {
            (Some(_), Ok(then)) => span::ago(then, now),
            (None, Ok(then)) => then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            (_, Err(_)) => timestamp.to_owned(),
        }
    }
}

/// The column that gives way: what was asked for.
const WHAT: usize = 3;
/// So that lines that come one at a time stand below each other.
const LEAST: &[usize] = &[4, 3, 8];

/// A verdict as it stands in a list.
pub(crate) fn verdict_word(verdict: policy::Verdict) -> &'static str {
    match verdict {
        policy::Verdict::Allow => "allow",
        policy::Verdict::Shadow => "shadow",
        policy::Verdict::Escalate => "escalate",
        policy::Verdict::Deny => "deny",
    }
}

fn outcome_cell(action: &Action) -> Cell {
    let Some(done) = &action.outcome else {
        return Cell::default();
    };
    let tone = if done.exit_code == 0 && done.signal.is_none() {
        Tone::Good
    } else {
        Tone::Bad
    };
    Cell::toned(tone, outcome_words(done))
}

/// How a call ended: `ok 1.2ms`, `exit 1 3.0ms`, `signal 9 30.0s`.
pub(crate) fn outcome_words(done: &Done) -> String {
    let how = match (done.signal, done.exit_code) {
        (Some(signal), _) => format!("signal {signal}"),
        (None, 0) => "ok".to_owned(),
        (None, code) => format!("exit {code}"),
    };
    format!("{how} {}", span::took(done.duration_us))
}

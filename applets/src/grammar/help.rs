//! The help text of an applet, from its table alone.

use super::{Form, Grammar, Kind, Opt};
use crate::{Applet, Effect};
use policy::Verdict;
use std::fmt::{self, Write};

/// What an exit code means, for every applet.
pub const EXIT_CODES: &[(&str, &str)] = &[
    ("64", "the line is wrong; nothing was done"),
    (
        "69",
        "the kernel or a tool cannot do what policy demands; nothing was done",
    ),
    ("74", "the ledger cannot be written; nothing was done"),
    (
        "75",
        "escalated: a person has to approve, the pending id is printed",
    ),
    ("77", "denied by policy"),
    ("78", "policy or configuration cannot be used"),
    ("124", "ran out of time"),
];

/// One usage line for each form.
pub fn usage_lines(name: &str, grammar: &Grammar) -> Vec<String> {
    grammar
        .forms
        .iter()
        .map(|form| usage_line(name, grammar, form))
        .collect()
}

fn usage_line(name: &str, grammar: &Grammar, form: &Form) -> String {
    let mut line = name.to_owned();
    let Some(when) = form.when else {
        line.push_str(" [OPTION]...");
        for operand in form.operands {
            line.push_str(&format!(" {}", operand.meta()));
        }
        return line;
    };
    for operand in form.operands {
        line.push_str(&format!(" {}", operand.meta()));
    }
    for opt in grammar.options.iter().filter(|opt| opt.key == when) {
        line.push_str(&format!(" {}", long_form(opt)));
    }
    line.push_str(" [OPTION]...");
    line
}

/// `--mode=MODE`, with the words where they are few.
pub(crate) fn long_form(opt: &Opt) -> String {
    match opt.kind {
        Kind::Flag => format!("--{}", opt.key),
        Kind::Switch => format!("--{}[=yes|no]", opt.key),
        Kind::Choice(words) => format!("--{}={}", opt.key, words.join("|")),
        _ => format!("--{}={}", opt.key, opt.meta()),
    }
}

impl Opt {
    /// How its value is written: `PORT`.
    pub fn meta(&self) -> String {
        self.key.to_uppercase().replace('-', "_")
    }

    /// Every way to write it: `-n, --ns=NS, --namespace=NS`.
    pub fn spellings(&self) -> String {
        let shorts = self.shorts.chars().map(|short| format!("-{short}"));
        let alias = self.alias.map(|alias| format!("--{alias}"));
        shorts
            .chain([long_form(self)])
            .chain(alias)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl Applet {
    /// The help text.
    pub fn help(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _infallible = self.write_help(&mut text);
        text
    }

    fn write_help(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "{}: {}", self.name, self.summary)?;
        for (at, line) in usage_lines(self.name, self.grammar).iter().enumerate() {
            writeln!(out, "{} {line}", if at == 0 { "\nusage:" } else { "   or:" })?;
        }
        writeln!(out, "\noperands:")?;
        let mut shown = Vec::new();
        for operand in self.grammar.forms.iter().flat_map(|form| form.operands) {
            if !shown.contains(&operand.key) {
                shown.push(operand.key);
                row(out, &operand.meta(), operand.help, "")?;
            }
        }
        writeln!(out, "\noptions:")?;
        for opt in self.grammar.all_options() {
            let default = opt
                .default
                .map(|value| format!(" (default: {value})"))
                .unwrap_or_default();
            row(out, &opt.spellings(), opt.help, &default)?;
        }
        writeln!(
            out,
            "\nLong options are never abbreviated; a name that begins with `-` goes after `--`."
        )?;
        writeln!(
            out,
            "Every call is judged by policy and recorded before anything is done."
        )?;
        match self.effect {
            Effect::Native { destroys: true } => {
                writeln!(
                    out,
                    "What goes away is kept in the quarantine; `wt undo` brings it back."
                )?;
            }
            Effect::Native { destroys: false } => {}
            Effect::Exec { tool, package } => {
                writeln!(out, "Runs {tool} (package {package}) in a confined child.")?;
            }
        }
        writeln!(
            out,
            "\nexamples, with the default policy's verdict in a workspace:"
        )?;
        for example in self.examples {
            let line = shell_words::join(std::iter::once(&self.name).chain(example.argv));
            row(
                out,
                &line,
                &format!("{}: {}", verdict_word(example.expect), example.says),
                "",
            )?;
        }
        writeln!(
            out,
            "\nexit codes: those of the effect itself (0 is success), and"
        )?;
        for (code, meaning) in EXIT_CODES {
            writeln!(out, "  {code:<4} {meaning}")?;
        }
        Ok(())
    }
}

/// The word for a verdict, as policies write it.
pub(crate) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Shadow => "shadow",
        Verdict::Escalate => "escalate",
        Verdict::Deny => "deny",
    }
}

fn row(out: &mut String, left: &str, right: &str, note: &str) -> fmt::Result {
    const COLUMN: usize = 30;
    if left.chars().count() > COLUMN {
        writeln!(out, "  {left}\n  {:COLUMN$}  {right}{note}", "")
    } else {
        writeln!(out, "  {left:COLUMN$}  {right}{note}")
    }
}

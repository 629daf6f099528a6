//! The man page of an applet, in roff, from its table alone.

use super::{EXIT_CODES, help::verdict_word, usage_lines};
use crate::{Applet, Effect};

impl Applet {
    /// The man page, section 1.
    pub fn man(&self, version: &str) -> String {
        let mut page = Page(String::new());
        page.raw(&format!(
            ".TH {} 1 \"\" \"Watchtower {version}\" \"Watchtower\"",
            escape(&self.name.to_uppercase())
        ));
        page.section("NAME");
        page.raw(&format!("{} \\- {}", escape(self.name), escape(self.summary)));
        page.section("SYNOPSIS");
        page.raw(".nf");
        for line in usage_lines(self.name, self.grammar) {
            page.text(&line);
        }
        page.raw(".fi");
        page.section("DESCRIPTION");
        page.text("Every call is judged by policy and recorded in the ledger before anything is done.");
        match self.effect {
            Effect::Native { destroys: true } => page.text(
                "What it removes or overwrites is kept in the quarantine, from which `wt undo` brings it back.",
            ),
            Effect::Native { destroys: false } => page.text("It acts on exactly the object that was judged."),
            Effect::Exec { tool, package } => page.text(&format!(
                "It runs {tool} (package {package}) in a confined child with a command line made from the typed call."
            )),
        }
        page.text("Long options are never abbreviated; a name that begins with `-` goes after `--`.");
        page.section("OPERANDS");
        let mut shown = Vec::new();
        for operand in self.grammar.forms.iter().flat_map(|form| form.operands) {
            if !shown.contains(&operand.key) {
                shown.push(operand.key);
                page.item(&operand.meta(), operand.help);
            }
        }
        page.section("OPTIONS");
        for opt in self.grammar.all_options() {
            let default = opt
                .default
                .map(|value| format!(" (default: {value})"))
                .unwrap_or_default();
            page.item(&opt.spellings(), &format!("{}{default}", opt.help));
        }
        page.section("EXIT STATUS");
        page.text("The status of the effect itself, 0 for success, or one of:");
        for (code, meaning) in EXIT_CODES {
            page.item(code, meaning);
        }
        page.section("EXAMPLES");
        page.text("With the default policy's verdict, in a workspace:");
        for example in self.examples {
            let line = shell_words::join(std::iter::once(&self.name).chain(example.argv));
            page.item(
                &line,
                &format!("{}: {}", verdict_word(example.expect), example.says),
            );
        }
        page.section("SEE ALSO");
        page.raw(".BR wt (1)");
        page.0
    }
}

struct Page(String);

impl Page {
    fn raw(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn section(&mut self, name: &str) {
        self.raw(&format!(".SH {name}"));
    }

    fn text(&mut self, text: &str) {
        self.raw(&escape(text));
    }

    fn item(&mut self, left: &str, right: &str) {
        self.raw(".TP");
        self.raw(&format!("\\fB{}\\fR", escape(left)));
        self.text(right);
    }
}

/// Text that roff prints as it is.
fn escape(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('`', "\\(ga")
        .replace('\'', "\\(aq");
    if escaped.starts_with('.') {
        format!("\\&{escaped}")
    } else {
        escaped
    }
}

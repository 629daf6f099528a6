//! How each wrapper is given its command: for whoever explains a program, and for proofs over all of them. Programs
//! that run it elsewhere, on another machine or in a container, are no wrappers.

use super::wrapper::Inner;
use super::wrapper_table::WRAPPERS;

/// A program that runs a command it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapping {
    /// The program.
    pub program: &'static str,
    /// Words of its own that stand before the command.
    pub before: Vec<&'static str>,
    /// Whether the command is one word of shell text, not words of its own.
    pub text: bool,
    /// Words of its own that stand behind the command.
    pub after: &'static str,
}

/// Wrappers that are looked into by code of their own: program, words before, whether text, words behind.
const OTHERS: &[(&str, &str, bool, &str)] = &[
    ("env", "", false, ""),
    ("env", "-i A=b", false, ""),
    ("sudo", "", false, ""),
    ("sudo", "-u nobody", false, ""),
    ("doas", "", false, ""),
    ("pkexec", "", false, ""),
    ("run0", "", false, ""),
    ("please", "", false, ""),
    ("ksu", "root -e", false, ""),
    ("gosu", "root", false, ""),
    ("su-exec", "root", false, ""),
    ("su", "-c", true, ""),
    ("runuser", "-u nobody --", false, ""),
    ("runuser", "-c", true, ""),
    ("sg", "root -c", true, ""),
    ("xargs", "-n1", false, ""),
    ("busybox", "", false, ""),
    ("toybox", "", false, ""),
    ("/lib64/ld-linux-x86-64.so.2", "", false, ""),
    ("bwrap", "--ro-bind / / --dev /dev --unshare-all", false, ""),
    ("setarch", "x86_64 -R", false, ""),
    ("linux64", "", false, ""),
    ("tmux", "new-session -d", true, ""),
    ("screen", "-dm", false, ""),
    ("find", ". -maxdepth 0 -exec", false, "\\;"),
    ("fd", "-x sh -c", true, ""),
    ("start-stop-daemon", "--start --exec /bin/sh -- -c", true, ""),
    ("sh", "-c", true, ""),
    ("bash", "-lc", true, ""),
    ("dash", "-c", true, ""),
    ("zsh", "-c", true, ""),
    ("eval", "", true, ""),
    ("command", "", false, ""),
    ("exec", "", false, ""),
    ("git", "rebase HEAD~1 --exec", true, ""),
    ("git", "bisect run", false, ""),
    ("git", "submodule foreach", true, ""),
];

/// Every wrapper that is known, in each form that it takes its command in.
pub fn wrappings() -> Vec<Wrapping> {
    let others = OTHERS.iter().map(|&(program, before, text, after)| Wrapping {
        program,
        before: before.split_whitespace().collect(),
        text,
        after,
    });
    let mut out: Vec<Wrapping> = others.collect();
    for wrapper in WRAPPERS.iter().filter(|w| w.name != "start-stop-daemon") {
        let mut before = wrapper.sub.to_vec();
        for option in wrapper.text_options {
            let mut before = before.clone();
            before.extend(std::iter::repeat_n("1", wrapper.skip));
            before.push(option);
            out.push(Wrapping {
                program: wrapper.name,
                before,
                text: true,
                after: "",
            });
        }
        before.extend(std::iter::repeat_n("1", wrapper.skip));
        let text = match wrapper.inner {
            Inner::Words => false,
            Inner::Text | Inner::Texts => true,
            Inner::Nothing => continue,
        };
        out.push(Wrapping {
            program: wrapper.name,
            before,
            text,
            after: "",
        });
    }
    out
}

impl Wrapping {
    /// The wrapper around a command, given as the words of one or, quoted, as shell text.
    pub fn around(&self, command: &str) -> String {
        let mut words = vec![self.program];
        words.extend(&self.before);
        words.push(command);
        words.push(self.after);
        words.retain(|word| !word.is_empty());
        words.join(" ")
    }
}

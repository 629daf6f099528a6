//! Uses of programs that change the machine itself, where the same letter means one thing behind one word and another
//! behind the next: the clock and the package database.

use crate::shell::call::Call;
use crate::shell::value;

/// Adds the class of a use that sets the clock or changes installed packages.
pub(super) fn check(name: &str, args: &[String], call: &mut Call) {
    match name {
        "date" if sets_the_clock(args) => call.part.class("system", "`date` sets the machine's clock"),
        // The digit is no version.
        "killall" | "killall5" if call.part.argv.iter().any(|w| value::base(w) == "killall5") => {
            call.part.class("process", "`killall5` stops every process");
        }
        "rpm" if changes_packages(args) => call.part.class("system", "`rpm` changes installed packages"),
        _ => {}
    }
}

fn sets_the_clock(args: &[String]) -> bool {
    let long = |a: &String| a == "--set" || a.starts_with("--set=");
    if args.iter().any(|a| long(a) || cluster(a, 's', "uR").is_some()) {
        return true;
    }
    let shows = |a: &String| {
        ["-d", "-r", "-f", "-j", "-v", "--d", "--r", "--f"]
            .iter()
            .any(|o| a.starts_with(o))
    };
    !args.iter().any(shows)
        && args
            .iter()
            .any(|a| a.len() >= 8 && a.chars().all(|c| c.is_ascii_digit() || c == '.'))
}

fn changes_packages(args: &[String]) -> bool {
    let asks = args.iter().any(|a| {
        matches!(a.as_str(), "--query" | "--verify" | "--checksig")
            || cluster(a, 'q', "").is_some()
            || cluster(a, 'V', "").is_some()
    });
    !asks
        && args.iter().any(|a| {
            ['i', 'U', 'F', 'e']
                .iter()
                .any(|letter| cluster(a, *letter, "vh").is_some())
        })
}

/// What follows a letter in a word of short options, when only `others` stand before it.
fn cluster<'a>(word: &'a str, letter: char, others: &str) -> Option<&'a str> {
    let letters = word.strip_prefix('-').filter(|l| !l.starts_with('-'))?;
    letters
        .trim_start_matches(|c| others.contains(c))
        .strip_prefix(letter)
}

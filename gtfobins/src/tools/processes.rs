//! Programs that end processes: whose those are. Watchtower's own, and whoever started this shell, are not the
//! agent's to end.

use crate::shell::call::Call;
use crate::shell::value;

/// Command lines of Watchtower's processes, as `pgrep -f` sees them.
const OWN_LINES: [&str; 2] = ["wt mcp", "wt hook"];
/// Their name, as `pgrep` and `pidof` see it.
const OWN_NAMES: [&str; 1] = ["wt"];

/// Judges a call of `kill` and its kin.
pub(super) fn check(name: &str, args: &[String], operands: &[&str], call: &mut Call) {
    let targets = || operands.iter().filter(|t| **t != "1");
    let everything = args.iter().any(|a| a == "-1")
        && args.last().is_some_and(|a| a == "-1")
        && targets().next().is_some()
        || operands.iter().any(|t| matches!(*t, "1" | "0" | "-1"))
        || args.iter().skip(1).any(|a| a == "-1");
    let by_name = name != "kill"
        && (operands.iter().any(|o| o.is_empty() || *o == "." || *o == ".*")
            || names_watchtower(args)
            || args.iter().any(|a| a == "-u" || a == "--uid"));
    let by_number = name == "kill"
        && (args.iter().any(|a| a.contains(value::DECODED)) || kills_parent(args, &call.part.text));
    if everything || by_name || by_number {
        call.part.class(
            "process",
            format!("`{name}` stops processes that are not the agent's own"),
        );
    }
}

/// Whether the process above is meant: the agent, or what runs for it.
fn kills_parent(args: &[String], text: &str) -> bool {
    let unknown = |a: &String| a.contains(value::NUMBER) || value::is_open(a);
    args.iter().any(unknown) && text.to_ascii_uppercase().contains("PPID")
}

/// Whether the pattern that `pgrep`, `pkill`, `killall` or `pidof` is given fits a process of Watchtower.
pub(super) fn names_watchtower(args: &[String]) -> bool {
    let whole = args
        .iter()
        .any(|a| a == "--full" || a.starts_with('-') && !a.starts_with("--") && a.contains('f'));
    let patterns = args.iter().filter(|a| !a.starts_with('-'));
    let own: &[&str] = if whole { &OWN_LINES } else { &OWN_NAMES };
    patterns
        .flat_map(|pattern| pattern.split('|'))
        .any(|pattern| own.iter().any(|line| fits(pattern, line)))
}

/// Whether a search in the list of all processes picks those of Watchtower.
pub(super) fn picks_watchtower(name: &str, args: &[String]) -> bool {
    let inverted = args
        .iter()
        .any(|a| a.starts_with('-') && !a.starts_with("--") && a.contains('v'));
    let searches = matches!(name, "grep" | "egrep" | "fgrep" | "rg") && !inverted;
    let pattern = args
        .iter()
        .filter(|a| !a.starts_with('-'))
        .flat_map(|a| a.split('|'));
    searches
        && pattern
            .into_iter()
            .any(|pattern| OWN_LINES.iter().any(|line| fits(pattern, line)))
}

/// Whether a pattern, its brackets and escapes taken away, names the program in a command line. A dot may be any
/// character of it.
fn fits(pattern: &str, line: &str) -> bool {
    let base = pattern.rsplit('/').next().unwrap_or(pattern).replace(".*", " ");
    let plain: String = base.chars().filter(|c| !"[]()\\^$*+?".contains(*c)).collect();
    let plain = plain.trim();
    let at_start = |text: &str| {
        plain.len() > 1
            && plain.len() <= text.len()
            && plain.chars().zip(text.chars()).all(|(p, c)| p == c || p == '.')
    };
    let begins = plain.len() > 2 && plain.starts_with("wt ");
    plain.contains("watchtower")
        || at_start(line)
        || begins
        || line.split(' ').any(|word| word.len() > 2 && word == plain)
}

#[cfg(test)]
mod tests {
    use super::names_watchtower;

    fn names(text: &str) -> bool {
        let args: Vec<String> = text.split('+').map(str::to_owned).collect();
        names_watchtower(&args)
    }

    #[test]
    fn patterns_that_fit_watchtower_are_told_from_those_of_others() {
        for text in [
            "wt",
            "^wt$",
            "[w]t",
            "-x+wt",
            "-f+wt mcp",
            "-f+wt hook",
            "-af+wt.mcp",
            "-f+/usr/local/bin/wt",
            "w.",
            "-f+mcp",
            "node|wt",
            "watchtower",
            "-f+wt run",
            "-f+wt",
        ] {
            assert!(names(text), "{text}");
        }
        for text in [
            "-f+npm run dev",
            "-f+vite",
            "node",
            "-f+node server.js",
            "-x+wtf",
            "-f+mcp-server-git",
            "-f+hooks",
            "-f+webpack",
        ] {
            assert!(!names(text), "{text}");
        }
    }
}

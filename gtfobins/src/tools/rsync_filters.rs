//! What of its sources `rsync` leaves out: only what is beyond doubt. Whatever could turn an exclusion around, or be
//! the value of an option that is not known here, makes all of it count for nothing.

use super::options::Options;
use crate::shell::value;

/// Long options without a value; after any other one, a word that looks like an option may be its value.
const ALONE: &[&str] = &[
    "--archive",
    "--checksum",
    "--compress",
    "--cvs-exclude",
    "--delete",
    "--delete-after",
    "--delete-before",
    "--delete-during",
    "--delete-excluded",
    "--dirs",
    "--dry-run",
    "--existing",
    "--hard-links",
    "--human-readable",
    "--ignore-existing",
    "--itemize-changes",
    "--links",
    "--no-group",
    "--no-owner",
    "--no-perms",
    "--numeric-ids",
    "--one-file-system",
    "--partial",
    "--perms",
    "--progress",
    "--prune-empty-dirs",
    "--quiet",
    "--recursive",
    "--relative",
    "--remove-source-files",
    "--safe-links",
    "--size-only",
    "--stats",
    "--times",
    "--update",
    "--verbose",
];

/// Options that may bring back what another one excludes, or that change what names mean.
const OTHERS: &[&str] = &[
    "-f",
    "-F",
    "-0",
    "--filter",
    "--include",
    "--include-from",
    "--exclude-from",
    "--files-from",
    "--from0",
];

/// Whether nothing is copied at all.
pub(super) fn is_dry(args: &[String], options: &Options) -> bool {
    is_clear(args) && is_given(options, &["-n", "--dry-run"])
}

/// The names that are left out wherever they lie; only directories of those that end in a slash.
pub(super) fn excluded(args: &[String], options: &Options) -> Vec<String> {
    let others = options
        .flags
        .iter()
        .any(|flag| OTHERS.contains(&flag.name.as_str()));
    if !is_clear(args) || others {
        return Vec::new();
    }
    let given: Vec<&str> = options.all(&["--exclude"]);
    if given.iter().any(|pattern| is_doubtful(pattern)) {
        return Vec::new();
    }
    let plain = given.into_iter().filter(|pattern| is_name(pattern));
    let of_cvs = is_given(options, &["-C", "--cvs-exclude"]).then_some(".git/");
    plain.chain(of_cvs).map(str::to_owned).collect()
}

/// Whether each word that looks like an option is one, and is known.
fn is_clear(args: &[String]) -> bool {
    let unknown = args.iter().any(|word| word.starts_with(value::is_mark));
    let mut pairs = args.iter().zip(args.iter().skip(1));
    let swallowed = pairs.any(|(word, next)| {
        let takes = word.starts_with("--") && !word.contains('=') && !ALONE.contains(&word.as_str());
        takes && next.starts_with('-')
    });
    // What one option says, another may take back.
    !unknown && !swallowed && !args.iter().any(|word| NEGATIONS.contains(&word.as_str()))
}

const NEGATIONS: &[&str] = &["--no-dry-run", "--no-n", "--no-cvs-exclude", "--no-C"];

/// Whether one of these options is given, in full.
fn is_given(options: &Options, names: &[&str]) -> bool {
    let mut flags = options.flags.iter();
    flags.any(|flag| flag.value.is_none() && names.contains(&flag.name.as_str()))
}

/// Whether a pattern may include something, or clear the list.
fn is_doubtful(pattern: &str) -> bool {
    !value::is_static(pattern) || pattern.starts_with(['+', '!']) || pattern.contains(char::is_whitespace)
}

/// Whether a pattern is the name of a file or a directory and nothing else.
fn is_name(pattern: &str) -> bool {
    let name = pattern.strip_suffix('/').unwrap_or(pattern);
    let plain = !matches!(name, "" | "." | "..") && !name.starts_with(['-', ':', ';', '#']);
    plain && !name.contains(['/', '*', '?', '[', '\\'])
}

#[cfg(test)]
mod tests {
    use super::{Options, excluded, is_dry};
    use crate::tools::options::Grammar;

    fn parsed(line: &str) -> (Vec<String>, Options) {
        let args: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let grammar = Grammar {
            values: "efTBM@",
            long_values: &["exclude", "include", "filter"],
            ..Grammar::default()
        };
        let options = Options::parse(&args, &grammar);
        (args, options)
    }

    #[test]
    fn plain_exclusions_count_and_others_do_not() {
        for (line, names) in [
            (
                "-av --exclude .git --exclude node_modules ./ out",
                &[".git", "node_modules"][..],
            ),
            ("-a --exclude=.git/ ./ out", &[".git/"]),
            ("-aC ./ out", &[".git/"]),
            ("-a --cvs-exclude ./ out", &[".git/"]),
            (
                "-a --exclude /.git --exclude *.o --exclude a/b --exclude x ./ out",
                &["x"],
            ),
            ("-a --include .git --exclude .git ./ out", &[]),
            ("-a --filter=!x --exclude .git ./ out", &[]),
            ("-a --exclude .git --exclude ! ./ out", &[]),
            ("-a --skip-compress --exclude .git x/ out", &[]),
            ("-a --skip-compress -C x/ out", &[]),
        ] {
            let (args, options) = parsed(line);
            assert_eq!(excluded(&args, &options), names, "{line}");
        }
    }

    #[test]
    fn a_dry_run_is_one_beyond_doubt() {
        for (line, dry) in [
            ("-avn ./ out", true),
            ("-a --delete --dry-run ./ out", true),
            ("-a --exclude x -n ./ out", true),
            ("-a ./ out", false),
            ("-a --skip-compress -n ./ out", false),
            ("-a --exclude -n ./ out", false),
            ("-a -M -n ./ out", false),
            ("-a -@ -n ./ out", false),
            ("-a -M--dry-run ./ out", false),
        ] {
            let (args, options) = parsed(line);
            assert_eq!(is_dry(&args, &options), dry, "{line}");
        }
    }
}

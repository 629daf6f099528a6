//! Options of build tools that name programs to run or load.

use crate::analysis::Part;
use crate::shell::call::Call;
use crate::shell::environment;
use crate::shell::value;

/// Adds what such options do to a call.
pub(super) fn check(name: &str, args: &[String], call: &mut Call) {
    match name {
        "java" | "javaw" => {
            let runs = [
                "-XX:OnOutOfMemoryError",
                "-XX:OnError",
                "-javaagent:",
                "-agentpath:",
                "-XX:Flags",
            ];
            if let Some(option) = args.iter().find(|a| runs.iter().any(|r| a.starts_with(r))) {
                let why = format!("`java {}` runs or loads another program", value::show(option));
                call.part.concern("runs-program", why);
            }
        }
        "cargo" => {
            let given = args
                .windows(2)
                .filter(|w| w.first().is_some_and(|w| w == "--config"));
            let given = given.filter_map(|w| w.get(1).map(String::as_str));
            let attached = args.iter().filter_map(|a| a.strip_prefix("--config="));
            for setting in given.chain(attached) {
                let harmless = [
                    "profile.",
                    "term.",
                    "net.",
                    "http.",
                    "build.jobs",
                    "build.target",
                    "build.incremental",
                ];
                if !harmless.iter().any(|key| setting.trim_start().starts_with(key)) {
                    call.part.concern(
                        "runs-program",
                        format!(
                            "`cargo --config {}` can name programs to run",
                            value::show(setting)
                        ),
                    );
                }
            }
        }
        "go" if args.first().is_some_and(|a| a == "env") => {
            for word in args.iter().skip(1).filter(|_| args.iter().any(|a| a == "-w")) {
                let Some((variable, text)) = word.split_once('=') else {
                    continue;
                };
                let mut told = Part::default();
                environment::assigned(variable, text, &[], &mut told);
                if !told.concerns.is_empty() {
                    let why = format!("`go env -w {}` makes later builds run it", value::show(word));
                    call.part.class("persistence", why);
                }
            }
        }
        "cmake" if args.windows(2).any(|w| matches!(w, [e, rm] if e == "-E" && matches!(rm.as_str(), "rm" | "remove" | "remove_directory" | "rename"))) => {
            call.part.class("destructive", "`cmake -E` deletes or moves files");
        }
        "apt" | "apt-get" | "aptitude" => {
            let hook = |a: &String| a.contains("::") && a.to_ascii_lowercase().contains("-invoke");
            if let Some(word) = args.iter().find(|a| hook(a)) {
                let why = format!("`{name} {}` runs a program", value::show(word));
                call.part.concern("runs-program", why);
            }
        }
        "make" | "gmake" => {
            for word in args {
                let Some((variable, text)) = word.split_once('=') else {
                    continue;
                };
                let other = matches!(variable, "SHELL" | "MAKE" | ".SHELLFLAGS")
                    && !matches!(value::base(text), "bash" | "sh" | "zsh" | "dash" | "make");
                if other || text.contains("$(shell") || text.contains('`') {
                    call.part.concern(
                        "runs-program",
                        format!("`make {}` runs recipes with another program", value::show(word)),
                    );
                }
            }
            let foreign = |file: &str| file == "-" || file.starts_with("/dev/") || file.starts_with("/tmp/");
            let named = args.windows(2).filter(|w| {
                w.first()
                    .is_some_and(|f| matches!(f.as_str(), "-f" | "--file" | "--makefile"))
            });
            let attached = args.iter().filter_map(|word| {
                ["--file=", "--makefile=", "-f"]
                    .iter()
                    .find_map(|option| word.strip_prefix(option))
            });
            if named
                .filter_map(|w| w.get(1).map(String::as_str))
                .chain(attached)
                .any(foreign)
            {
                call.part.concern(
                    "runs-program",
                    "`make -f` runs a makefile from outside the project",
                );
            }
        }
        _ => {}
    }
}

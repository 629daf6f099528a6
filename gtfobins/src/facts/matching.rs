//! Whether a call uses a recipe. Known programs are read exactly where their everyday use would otherwise look
//! like a recipe; for all others, a trigger that is there counts.

use super::table::{Context, Entry, Recipe};
use crate::finding::{Finding, Function, Risk, Situation};
use crate::shell::state::Stream;
use crate::tools;

/// One call as the matcher sees it.
pub(crate) struct Invocation<'a> {
    pub(crate) name: &'a str,
    pub(crate) args: &'a [String],
    pub(crate) situation: &'a Situation,
    pub(crate) stdin: &'a Stream,
    /// Whether the same text wrote files that the program may obey.
    pub(crate) staged: bool,
}

/// How a recipe is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    No,
    /// Used, and what it runs is judged elsewhere or is the project's own.
    Accounted,
    Yes,
}

/// Programs that run the project's own scripts as their everyday job.
const PROJECT_TOOLS: &[&str] = &[
    "ansible-test",
    "bundle",
    "cargo",
    "cmake",
    "cobc",
    "composer",
    "dotnet",
    "easy_install",
    "ghc",
    "go",
    "gradle",
    "java",
    "latexmk",
    "make",
    "mvn",
    "mypy",
    "npm",
    "pip",
    "pipx",
    "pnpm",
    "poetry",
    "puppet",
    "rake",
    "rustup",
    "tsc",
    "yarn",
    "deno",
    "bun",
    "uv",
    "pdb",
    "autoconf",
    "autoheader",
    "autoreconf",
    "byebug",
    "vagrant",
    "gem",
    "nohup",
    "expect",
    "julia",
    "just",
    "task",
    "mage",
    "meson",
    "ninja",
    "nox",
    "tox",
    "invoke",
    "helm",
    "nx",
    "turbo",
    "act",
    "pre-commit",
    "gh",
    "terraform",
];

/// Options of such tools that still name a program or a configuration of the caller's choice.
const PLAIN_PROJECT_OPTIONS: &[&str] = &[
    "-C",
    "--cwd",
    "-f",
    "--file",
    "-p",
    "install",
    "-m",
    "-jar",
    "--prefix",
    "-g",
    "--break-system-packages",
];

/// The findings of a call against one entry: those to answer for, and those only told.
pub(crate) fn invoked(entry: &Entry, call: &Invocation<'_>) -> Vec<Finding> {
    let mut strict = Collected::default();
    let mut told = Collected::default();
    let exact = tools::uses(entry.name, call);
    for recipe in &entry.recipes {
        if !applies(recipe, call.situation) {
            continue;
        }
        let used = match &exact {
            Some(uses) => uses
                .iter()
                .filter(|(f, _)| *f == recipe.function)
                .map(|(_, u)| *u)
                .max_by_key(|u| *u == Use::Yes)
                .unwrap_or(Use::No),
            None => generic(entry, recipe, call),
        };
        match used {
            Use::No => {}
            Use::Accounted => told.add(recipe),
            Use::Yes => strict.add(recipe),
        }
    }
    told.functions.retain(|f| !strict.functions.contains(f));
    let mut out = Vec::new();
    if !strict.functions.is_empty() {
        let why = why(entry, &strict, call);
        let mut finding = Finding::new(entry.name, strict.functions, call.situation, why);
        finding.flags = strict.flags;
        out.push(finding);
    }
    if !told.functions.is_empty() {
        let why = why(entry, &told, call);
        let mut finding = Finding::new(entry.name, told.functions, call.situation, why);
        finding.flags = told.flags;
        out.push(finding.accounted());
    }
    out
}

#[derive(Default)]
struct Collected {
    functions: Vec<Function>,
    flags: Vec<String>,
}

impl Collected {
    fn add(&mut self, recipe: &Recipe) {
        if !self.functions.contains(&recipe.function) {
            self.functions.push(recipe.function);
            self.functions.sort_unstable();
        }
        for flag in recipe.trigger.options.iter().chain(&recipe.trigger.env) {
            if !self.flags.iter().any(|f| f == flag) {
                self.flags.push((*flag).to_owned());
            }
        }
    }
}

fn why(entry: &Entry, found: &Collected, call: &Invocation<'_>) -> String {
    let name = call.name;
    let does = match found.functions.first().map(|f| f.risk()) {
        Some(Risk::Critical) => "runs a program of the caller's choice",
        Some(Risk::High) => "reads, writes or loads a file of the caller's choice",
        _ => "moves data over the network",
    };
    let with = if found.flags.is_empty() {
        name.to_owned()
    } else {
        format!("{name} {}", found.flags.join(" "))
    };
    let mut why = format!("`{with}` {does}");
    if call.situation.suid {
        why.push_str(", set-user-ID");
    }
    if !call.situation.capabilities.is_empty() {
        why.push_str(&format!(", with {}", call.situation.capabilities.join(" ")));
    }
    if !entry.reason.is_empty() {
        why.push_str(&format!(": {}", entry.reason));
    }
    why
}

/// Whether the recipe works in this situation.
fn applies(recipe: &Recipe, situation: &Situation) -> bool {
    recipe.contexts.iter().any(|context| match context {
        Context::Unprivileged => true,
        Context::Sudo => situation.sudo,
        Context::Suid => situation.suid || situation.sudo,
        Context::Capabilities => {
            !situation.capabilities.is_empty()
                && recipe
                    .capabilities
                    .iter()
                    .all(|c| situation.capabilities.iter().any(|s| s == c))
        }
    })
}

fn generic(entry: &Entry, recipe: &Recipe, call: &Invocation<'_>) -> Use {
    let trigger = &recipe.trigger;
    let typed = call.situation.interactive || call.stdin.is_fed();
    if trigger.interactive && !typed {
        return Use::No;
    }
    if !trigger.env.is_empty() {
        // The assignment raises its own concern.
        let set = trigger
            .env
            .iter()
            .any(|name| call.situation.env.iter().any(|e| e == name));
        return if set { Use::Accounted } else { Use::No };
    }
    let operands: Vec<&str> = call
        .args
        .iter()
        .map(String::as_str)
        .filter(|a| !a.starts_with('-') || *a == "-")
        .collect();
    if !in_order(&trigger.subcommands, &operands) {
        return Use::No;
    }
    if !trigger
        .options
        .iter()
        .all(|option| option_given(option, call.args))
    {
        return Use::No;
    }
    if trigger.operand && operands.len() <= trigger.subcommands.len() && !call.stdin.is_fed() {
        return Use::No;
    }
    let bare = trigger.options.is_empty() && !trigger.operand && trigger.subcommands.is_empty();
    if bare
        && !trigger.interactive
        && !trigger.prepared
        && !call.args.is_empty()
        && !matches!(recipe.from, "less")
    {
        // The recipe is the program alone; with arguments it does something else.
        let options_only = call
            .args
            .iter()
            .all(|a| a.starts_with('-') && !a.starts_with("--version") && !a.starts_with("--help"));
        if !options_only
            || call
                .args
                .iter()
                .any(|a| matches!(a.as_str(), "-V" | "-v" | "-h" | "--version" | "--help"))
        {
            return Use::No;
        }
    }
    let paged = recipe.from == "less" && !typed;
    let project = PROJECT_TOOLS.contains(&entry.name)
        && (trigger.operand
            || trigger.prepared
            || trigger.options.iter().all(|o| PLAIN_PROJECT_OPTIONS.contains(o)));
    let staged_only = trigger.prepared && !call.staged;
    if recipe.function.risk() == Risk::Critical && (paged || project || staged_only) {
        Use::Accounted
    } else {
        Use::Yes
    }
}

/// Whether the recipe's leading words stand among the operands in order.
fn in_order(wanted: &[&str], operands: &[&str]) -> bool {
    let mut rest = operands.iter();
    wanted.iter().all(|word| rest.any(|o| o == word))
}

/// Whether an option is among the words: equal, with a value attached, abbreviated, or in a cluster.
pub(crate) fn option_given(option: &str, args: &[String]) -> bool {
    let clusters = || {
        args.iter()
            .take_while(|a| *a != "--")
            .filter(|a| a.starts_with('-') && !a.starts_with("--"))
    };
    if let Some(name) = option.strip_prefix("--") {
        return args.iter().take_while(|a| *a != "--").any(|arg| {
            let given = arg.split_once('=').map_or(arg.as_str(), |(n, _)| n);
            given
                .strip_prefix("--")
                .is_some_and(|given| given.len() >= 2 && name.starts_with(given))
                || given.strip_prefix('-') == Some(name)
        });
    }
    let letters = option.trim_start_matches('-');
    let whole = |arg: &String| {
        let given = arg.trim_start_matches('-');
        given == letters
            || given
                .strip_prefix(letters)
                .is_some_and(|rest| rest.starts_with(['=', ':', '/']) || letters.len() == 1)
    };
    if clusters().any(whole)
        || args
            .iter()
            .any(|a| a.starts_with("--") && whole(a) && letters.len() > 1)
    {
        return true;
    }
    if letters.len() == 1 {
        return clusters().any(|arg| arg.contains(letters));
    }
    // A cluster in the recipe: its letters may stand apart.
    letters.len() <= 4
        && letters
            .chars()
            .all(|letter| clusters().any(|arg| arg.contains(letter)))
}

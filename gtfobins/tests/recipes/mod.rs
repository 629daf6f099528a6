//! Every recipe of the database, in every context where it applies, carries its alert, also when perturbed.

mod contexts;
mod line;
mod perturbed;

use super::database;
use gtfobins::{
    import::Recipe,
    shell::{Rights, ShellScope, analyse},
};

/// Every capability that a recipe of the database needs.
const CAPABILITIES: [&str; 5] = [
    "CAP_SETUID",
    "CAP_SYS_ADMIN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_SYS_PTRACE",
];
/// Programs that an entry's recipes call under another name than the entry's.
const CALLED: [(&str, &str); 10] = [
    ("egrep", "grep"),
    ("fgrep", "grep"),
    ("zgrep", "grep"),
    ("hexdump", "hd"),
    ("ld.so", "/path/to/ld.so"),
    ("lxd", "lxc"),
    ("mosh-server", "mosh"),
    ("octave", "octave-cli"),
    ("opkg", "rpm"),
    ("redis", "redis-cli"),
];

/// One recipe in one of its contexts.
struct Case {
    number: usize,
    recipe: Recipe,
    context: String,
    code: String,
}

impl Case {
    /// The names under which the program may be called.
    fn names(&self) -> Vec<&str> {
        let other = CALLED.iter().filter(|(entry, _)| *entry == self.recipe.binary);
        std::iter::once(self.recipe.binary.as_str())
            .chain(other.map(|(_, name)| *name))
            .collect()
    }

    /// Whether one of the findings is the recipe's: its binary, its function, in use.
    fn carried_by(&self, text: &str) -> bool {
        let names = self.names();
        let analysis = analyse(text, &scope(&self.context));
        analysis.parts.iter().flat_map(|p| &p.findings).any(|finding| {
            finding.invoked
                && names.contains(&finding.binary)
                && finding.functions.iter().any(|f| f.name() == self.recipe.function)
        })
    }

    /// Whether the alert is there: for the text as it stands, or where more lines follow the program's with these
    /// as what is typed at it.
    fn is_carried(&self, code: &str) -> bool {
        if self.carried_by(code) {
            return true;
        }
        let lines: Vec<&str> = code.lines().collect();
        (1..lines.len()).any(|upto| {
            let (head, keys) = lines.split_at(upto);
            self.carried_by(&format!(
                "{} <<'KEYS'\n{}\nKEYS",
                head.join("\n"),
                keys.join("\n")
            ))
        })
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Recipe { binary, function, .. } = &self.recipe;
        write!(f, "{binary} {function} ({})", self.context)
    }
}

/// The shell of a person's project, on files with the rights that the context is about.
fn scope(context: &str) -> ShellScope {
    let rights: fn(&str, &str) -> Rights = match context {
        "suid" => |_, _| Rights {
            suid: true,
            ..Rights::default()
        },
        "capabilities" => |_, _| Rights {
            suid: false,
            capabilities: CAPABILITIES.map(str::to_owned).to_vec(),
        },
        _ => |_, _| Rights::default(),
    };
    ShellScope {
        cwd: "/home/person/project".into(),
        home: "/home/person".into(),
        root: Some("/home/person/project".into()),
        rights: Some(rights),
        ..ShellScope::default()
    }
}

/// Every recipe in every context that it has, under sudo where that is the context; none where the database is
/// absent and need not be there.
fn cases() -> Option<Vec<Case>> {
    let dir = database::directory()?;
    let recipes = gtfobins::import::recipes(&database::entries(&dir)).unwrap();
    assert_eq!(recipes.len(), 822);
    let mut cases = Vec::new();
    for (number, recipe) in recipes.iter().enumerate() {
        for (context, code) in &recipe.contexts {
            let mut case = Case {
                number,
                recipe: recipe.clone(),
                context: context.clone(),
                code: line::closed(code),
            };
            if context == "sudo" {
                case.code = line::called(&case.code, &case.names(), |name| format!("sudo {name}"));
            }
            cases.push(case);
        }
    }
    Some(cases)
}

/// How many of the 822 recipes a list of cases stands for.
fn recipes_of<'a>(cases: impl IntoIterator<Item = &'a Case>) -> usize {
    let mut numbers: Vec<usize> = cases.into_iter().map(|case| case.number).collect();
    numbers.dedup();
    numbers.len()
}

//! Paths that a program is given without its being known what it does with them: protected ones are a person's to
//! allow. Judges nothing else of them.

use super::place::Resolver;
use gtfobins::{Operand, Part};
use policy::{Floor, Places, Protect, Target, Verdict};

/// Names that no program is given in passing: whoever writes them has code run.
const OBEYED: [&str; 9] = [
    "/.git/hooks/",
    "/.git/modules/",
    "/.git/worktrees/",
    "/.git/commondir",
    "/.git/config.worktree",
    "/.git/gitdir",
    "/.git/objects/info/alternates",
    "/.husky/",
    "/authorized_keys",
];

/// The floors of a part's operands.
pub(super) fn floors(part: &Part, protect: &Protect, places: &Places, resolver: &Resolver) -> Vec<Floor> {
    let program = part.argv.first().map_or("", String::as_str);
    let mut floors: Vec<Floor> = Vec::new();
    for operand in &part.operands {
        let Some(guard) = guard(operand, protect, places, resolver) else {
            continue;
        };
        floors.push(Floor {
            rule: "unknown-use".to_owned(),
            verdict: Verdict::Escalate,
            reason: format!("{}, and what `{program}` does with it is not known", guard.reason),
            hint: guard.hint,
            target: None,
        });
    }
    floors
}

fn guard(
    operand: &Operand,
    protect: &Protect,
    places: &Places,
    resolver: &Resolver,
) -> Option<policy::Guard> {
    let writes = operand.writes || OBEYED.iter().any(|name| operand.path.contains(name));
    let kept = |path: &str| protect.kept_from_unknown_use(path, writes, places);
    kept(&operand.path).or_else(|| {
        // Behind a link of another name.
        let real = resolver
            .facts(&Target::path("path", "read", operand.path.as_str()))
            .path;
        (real != operand.path).then(|| kept(&real))?
    })
}

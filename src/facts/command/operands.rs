//! Paths of which it is not known what a program does with them, or which they are: protected ones are a person's to
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
    floors.extend(globs(part, protect, places));
    floors
}

/// The floors of what a glob may stand for. Whoever lists names reads no files.
fn globs<'p>(
    part: &'p Part,
    protect: &'p Protect,
    places: &'p Places,
) -> impl Iterator<Item = Floor> + use<'p> {
    let used = part
        .effects
        .iter()
        .filter(|effect| effect.domain == "filesystem" && effect.operation != "list");
    used.filter_map(|effect| {
        let guard = protect.may_stand_for_kept(effect.path.as_deref()?, effect.operation, places)?;
        Some(Floor {
            rule: "protected-path".to_owned(),
            verdict: Verdict::Escalate,
            reason: guard.reason,
            hint: guard.hint,
            target: None,
        })
    })
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

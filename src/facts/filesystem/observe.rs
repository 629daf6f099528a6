//! Facts of operands that another program reads, lists or writes, as a hook reports it: judged, never carried out
//! here. The object behind a symbolic link is what counts, as it does for that program.

use super::gathering::{Gathering, shown};
use crate::{report::Failure, resolve::Kind};
use policy::Verdict;

/// Operands, each with the operation of its own target.
pub(super) fn gather(g: &mut Gathering<'_>) -> Result<(), Failure> {
    for role in ["path", "source", "destination"] {
        for (operation, operand) in g.operands(role) {
            // Removing and renaming act on the name itself; everything else on what it leads to.
            let place = match operation {
                "delete" | "move" => g.resolver.place(operand)?,
                _ => g.resolver.followed(operand)?,
            };
            let target = g.target(role, operation, &place);
            let Ok(object) = &place.found else { continue };
            if !matches!(operation, "write" | "create_file") {
                continue;
            }
            g.judge_links(target, &place, &object.status);
            if object.status.kind == Kind::Symlink {
                let text = format!("{} is a symbolic link to what does not exist", shown(operand));
                g.floor(
                    target,
                    "dangling-link",
                    Verdict::Escalate,
                    text,
                    "name the file that is meant",
                );
            }
        }
    }
    Ok(())
}

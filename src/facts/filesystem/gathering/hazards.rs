//! What of an operand no rule can allow, or only a person: the floors of its verdict.

use super::{Gathering, shown};
use crate::resolve::{Kind, Object, Place, Status};
use policy::{Floor, Verdict};

impl Gathering<'_> {
    /// Notes a hazard.
    pub(in super::super) fn floor(
        &mut self,
        target: usize,
        rule: &str,
        verdict: Verdict,
        reason: String,
        hint: &str,
    ) {
        self.floors.push(Floor {
            rule: rule.to_owned(),
            verdict,
            reason,
            hint: hint.to_owned(),
            target: Some(target),
        });
    }

    /// Whether a target is refused already, so that its tree need not be looked through.
    pub(in super::super) fn denied(&self, target: usize) -> bool {
        self.floors
            .iter()
            .any(|floor| floor.target == Some(target) && floor.verdict == Verdict::Deny)
    }

    /// Hazards of an object that goes as a whole: the root, homes, what shelters protected paths, mount points.
    pub(in super::super) fn judge_whole(&mut self, target: usize, place: &Place, object: &Object) {
        let path = self.path_of(target);
        let shown = shown(&place.operand);
        if object.status.mount_root || place.name.is_empty() {
            let text = format!("{shown} is the root of a mount");
            self.floor(
                target,
                "mount-point",
                Verdict::Deny,
                text,
                "name what is meant inside it instead",
            );
        }
        if object.status.kind == Kind::Dir
            && let Some(guard) = self.around.policy.protect().shelters(&path, self.around.places)
        {
            self.floor(
                target,
                "protected-ancestor",
                Verdict::Deny,
                guard.reason,
                &guard.hint,
            );
        }
    }

    /// Devices, fifos and sockets are never an operand of an effect.
    pub(in super::super) fn judge_kind(&mut self, target: usize, place: &Place, status: &Status) {
        if status.kind.is_special() {
            let text = format!(
                "{} is a {}, not a file, directory or link",
                shown(&place.operand),
                status.kind.word()
            );
            self.floor(
                target,
                "special-file",
                Verdict::Deny,
                text,
                "name a regular file, a directory or a link",
            );
        }
    }

    /// A change of content or metadata that further names of the file would show.
    pub(in super::super) fn judge_links(&mut self, target: usize, place: &Place, status: &Status) {
        if status.is_hard_linked() {
            let text = format!(
                "{} has {} names; a change shows under all of them",
                shown(&place.operand),
                status.links
            );
            self.floor(
                target,
                "hard-link",
                Verdict::Escalate,
                text,
                "change a copy of it instead",
            );
        }
    }
}

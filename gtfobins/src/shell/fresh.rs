//! Directories that a text makes under a name of their own: what comes into one that is empty yet meets nothing that
//! anything obeys. Doubt ends it: a link anywhere in the text, or anything else done there before.

use super::{value, walk::Walk};
use crate::analysis::{Effect, Part};
use std::path::Path;

impl Walk<'_> {
    /// Whether a destination, whose effect is the last of `part`, lies in such a directory.
    pub(crate) fn is_fresh(&self, destination: &str, part: &Part) -> bool {
        let path = value::show(&self.absolute(destination));
        let Some(dir) = self.fresh.iter().find(|dir| Path::new(&path).starts_with(dir)) else {
            return false;
        };
        let ours = part.effects.split_last().map_or(&[][..], |(_, before)| before);
        let before = self.out.parts.iter().flat_map(|part| &part.effects);
        !before.chain(ours).any(|effect| changes(effect, dir))
    }

    /// A link may stand in the place of such a directory: with one in the text, none is taken for fresh.
    pub(crate) fn doubt_fresh(&mut self) {
        let effects = || self.out.parts.iter().flat_map(|part| &part.effects);
        if !effects().any(|effect| matches!(effect.operation, "symlink" | "link")) {
            return;
        }
        for part in &mut self.out.parts {
            for effect in &mut part.effects {
                effect.fresh = false;
            }
        }
    }
}

/// Whether anything but a directory is made there, or anything taken away.
fn changes(effect: &Effect, dir: &str) -> bool {
    let there = effect
        .path
        .as_deref()
        .is_some_and(|path| Path::new(path).starts_with(dir));
    there && !matches!(effect.operation, "read" | "list" | "create_dir")
}

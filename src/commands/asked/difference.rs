//! What an overwrite would change, line by line, where both files are small texts. Reads two files, nothing else.

use crate::{report::visible, state::Request};
use rustix::fs::{CWD, FileType, Mode, OFlags, openat};
use std::{fs::File, io::Read};

/// Larger files are not compared.
const MAX_BYTES: u64 = 64 << 10;
/// Files of more lines are not compared.
const MAX_LINES: usize = 2000;
/// Changed lines that are shown.
const MAX_SHOWN: usize = 40;

/// The changed lines, none where there is nothing to compare.
pub(super) fn of(request: &Request) -> Vec<String> {
    let role = |wanted: &str| {
        request
            .targets
            .iter()
            .find(|target| target.role == wanted && target.kind == "file" && target.host.is_empty())
    };
    let (Some(source), Some(destination)) = (role("source"), role("destination")) else {
        return Vec::new();
    };
    let (Some(new), Some(old)) = (text(&source.path), text(&destination.path)) else {
        return Vec::new();
    };
    let changes = changes(&old.lines().collect::<Vec<_>>(), &new.lines().collect::<Vec<_>>());
    let more = changes.len().saturating_sub(MAX_SHOWN);
    let mut shown: Vec<String> = changes
        .into_iter()
        .take(MAX_SHOWN)
        .map(|line| visible(&line))
        .collect();
    if more > 0 {
        shown.push(format!("and {more} more changed lines"));
    }
    shown
}

fn text(path: &str) -> Option<String> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let fd = openat(CWD, path, flags, Mode::empty()).ok()?;
    let stat = rustix::fs::fstat(&fd).ok()?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return None;
    }
    let mut text = String::new();
    File::from(fd)
        .take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .ok()?;
    let small = text.len() as u64 <= MAX_BYTES && text.lines().count() <= MAX_LINES && !text.contains('\0');
    small.then_some(text)
}

/// Lines taken out (`-`) and put in (`+`), by a longest common subsequence.
fn changes(old: &[&str], new: &[&str]) -> Vec<String> {
    let width = new.len() + 1;
    let mut lengths = vec![0_u32; (old.len() + 1) * width];
    let at = |lengths: &[u32], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let best = if a == b {
                at(&lengths, i + 1, j + 1) + 1
            } else {
                at(&lengths, i + 1, j).max(at(&lengths, i, j + 1))
            };
            if let Some(cell) = lengths.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    loop {
        match (old.get(i), new.get(j)) {
            (None, None) => return out,
            (Some(a), Some(b)) if a == b => (i, j) = (i + 1, j + 1),
            (Some(a), b) if b.is_none() || at(&lengths, i + 1, j) >= at(&lengths, i, j + 1) => {
                out.push(format!("- {a}"));
                i += 1;
            }
            (_, Some(b)) => {
                out.push(format!("+ {b}"));
                j += 1;
            }
            (Some(_), None) => i += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::changes;

    #[test]
    fn changed_lines_are_told_in_order() {
        for (old, new, want) in [
            (&["a", "b", "c"][..], &["a", "x", "c"][..], &["- b", "+ x"][..]),
            (&[], &["a"], &["+ a"]),
            (&["a", "b"], &[], &["- a", "- b"]),
            (&["a"], &["a"], &[]),
        ] {
            assert_eq!(changes(old, new), want);
        }
    }
}

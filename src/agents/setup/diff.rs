//! Shows what an edit changes, line by line.

/// Lines beyond which the whole text is shown as replaced.
const MAX_LINES: usize = 1_000;
/// Unchanged lines shown around a change.
const AROUND: usize = 2;

/// The lines of both texts: ` ` for unchanged ones near a change, `-` for removed, `+` for added.
pub(crate) fn lines(before: &str, after: &str) -> String {
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let rows = if old.len().max(new.len()) > MAX_LINES {
        replaced(&old, &new)
    } else {
        aligned(&old, &new)
    };
    let mut out = String::new();
    let mut last = None;
    for (at, (mark, line)) in rows.iter().enumerate() {
        let near = rows
            .iter()
            .skip(at.saturating_sub(AROUND))
            .take(2 * AROUND + 1)
            .any(|(mark, _)| *mark != ' ');
        if near {
            if last.is_some_and(|last| last + 1 != at) {
                out.push_str("  ...\n");
            }
            last = Some(at);
            out.push_str(&format!("{mark} {line}\n"));
        }
    }
    out
}

fn replaced<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    old.iter()
        .map(|line| ('-', *line))
        .chain(new.iter().map(|line| ('+', *line)))
        .collect()
}

/// The longest common subsequence, by dynamic programming over what lies between equal ends.
fn aligned<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    let at = |table: &[u32], i: usize, j: usize| table.get(i * width + j).copied().unwrap_or_default();
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let longest = if a == b {
                at(&common, i + 1, j + 1) + 1
            } else {
                at(&common, i + 1, j).max(at(&common, i, j + 1))
            };
            if let Some(cell) = common.get_mut(i * width + j) {
                *cell = longest;
            }
        }
    }
    let mut rows = Vec::new();
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a == b => {
                rows.push((' ', *a));
                (i, j) = (i + 1, j + 1);
            }
            (Some(a), b) if b.is_none() || at(&common, i + 1, j) >= at(&common, i, j + 1) => {
                rows.push(('-', *a));
                i += 1;
            }
            (_, Some(b)) => {
                rows.push(('+', *b));
                j += 1;
            }
            (_, None) => return rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn only_what_changed_is_shown_with_its_neighbours() {
        let before = "a\nb\nc\nd\ne\nf\ng\n";
        let after = "a\nb\nc\nd\ne\nX\nf\ng\n";
        assert_eq!(lines(before, after), "  d\n  e\n+ X\n  f\n  g\n");
        assert_eq!(lines("", "a\n"), "+ a\n");
        assert_eq!(lines("a\n", ""), "- a\n");
        assert_eq!(lines("a\n", "a\n"), "");
    }
}

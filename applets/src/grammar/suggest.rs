//! Finds the name a person may have meant. Only ever for a hint: nothing is accepted by likeness.

/// The candidate that is nearest to `given`: one that it begins, else one within a third of its length.
pub(crate) fn nearest<'a>(given: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let distance = if !given.is_empty() && candidate.starts_with(given) {
            0
        } else {
            edits(given, candidate)
        };
        let near = distance <= (candidate.chars().count() / 3).max(1);
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Levenshtein distance, for short names.
fn edits(a: &str, b: &str) -> usize {
    const LONGEST: usize = 64;
    if a.len() > LONGEST {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.chars().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(x != y)).min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{edits, nearest};

    #[test]
    fn distances_are_levenshteins() {
        for (a, b, n) in [
            ("", "", 0),
            ("a", "", 1),
            ("kitten", "sitting", 3),
            ("force", "force", 0),
            ("ab", "ba", 2),
        ] {
            assert_eq!(edits(a, b), n, "{a} {b}");
        }
    }

    #[test]
    fn a_beginning_and_a_slip_are_recognised_and_nonsense_is_not() {
        let names = ["recursive", "force", "verbose"];
        assert_eq!(nearest("rec", names.into_iter()), Some("recursive"));
        assert_eq!(nearest("recursve", names.into_iter()), Some("recursive"));
        assert_eq!(nearest("zzzz", names.into_iter()), None);
    }
}

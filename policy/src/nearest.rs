//! The name a person probably meant.

/// The known name closest to `word`, if one is close enough to be a slip of the finger.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = if word.len() <= 3 { 1 } else { 2 };
    known
        .into_iter()
        .map(|name| (distance(word, name), name))
        .filter(|(far, name)| *far <= allowed && *far < name.chars().count())
        .min()
        .map(|(_, name)| name)
}

/// `did you mean ...` for that word, `otherwise` where nothing is close.
pub(crate) fn did_you_mean<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: impl Into<String>,
) -> String {
    match nearest(word, known) {
        Some(name) => format!("did you mean `{name}`?"),
        None => otherwise.into(),
    }
}

/// Insertions, deletions, replacements and swaps of neighbours between two short words.
fn distance(a: &str, b: &str) -> usize {
    const FAR: usize = 99;
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(64).collect(), b.chars().take(64).collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for (i, ca) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, cb) in b.iter().enumerate() {
            let at = |r: usize, c: usize| rows.get(r).and_then(|row| row.get(c)).copied().unwrap_or(FAR);
            let mut best = at(i, j) + usize::from(ca != cb);
            best = best
                .min(at(i, j + 1) + 1)
                .min(row.get(j).copied().unwrap_or(FAR) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(cb) && b.get(j - 1) == Some(ca);
            if swapped {
                best = best.min(at(i - 1, j - 1) + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows.last().and_then(|row| row.last()).copied().unwrap_or(FAR)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["target", "targets", "identity", "path"];
        assert_eq!(nearest("taget", known), Some("target"));
        assert_eq!(nearest("ptah", known), Some("path"));
        assert_eq!(nearest("colour", known), None);
    }
}

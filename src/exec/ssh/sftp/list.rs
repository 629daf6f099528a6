//! A directory of another host as `ls -la` prints one. Names and columns come from the server and are escaped.

use super::packet::{Attributes, Entry};
use crate::report::visible;
use policy::text::escape;

/// One line.
pub(super) fn line(entry: &Entry, link: Option<&[u8]>) -> String {
    let attributes = entry.attributes;
    let long = String::from_utf8_lossy(&entry.long).into_owned();
    let columns: Vec<&str> = long.split_whitespace().collect();
    // The server's line has what version 3 has no field for: the link count and the names of owner and group.
    let sane = columns
        .first()
        .is_some_and(|mode| mode.len() >= 10 && mode.is_ascii());
    let column = |index: usize, other: String| {
        columns
            .get(index)
            .filter(|_| sane)
            .map_or(other, |text| visible(text))
    };
    let (uid, gid) = attributes.owner.unwrap_or_default();
    let mut out = format!(
        "{} {:>3} {:<8} {:<8} {:>10} {} {}",
        mode(attributes.mode.unwrap_or_default()),
        column(1, "?".to_owned()),
        column(2, uid.to_string()),
        column(3, gid.to_string()),
        attributes.size.unwrap_or_default(),
        time(attributes),
        name(&entry.name),
    );
    if let Some(target) = link {
        out.push_str(" -> ");
        out.push_str(&name(target));
    }
    out.push('\n');
    out
}

/// A name on one line: other bytes than text, and control characters, as escapes.
pub(super) fn name(bytes: &[u8]) -> String {
    visible(&escape(bytes))
}

fn mode(mode: u32) -> String {
    let kind = match mode & 0o170_000 {
        0o040_000 => 'd',
        0o120_000 => 'l',
        0o100_000 => '-',
        0o020_000 => 'c',
        0o060_000 => 'b',
        0o010_000 => 'p',
        0o140_000 => 's',
        _ => '?',
    };
    let mut out = String::from(kind);
    for (shift, special, lower, upper) in [
        (6, 0o4000, 's', 'S'),
        (3, 0o2000, 's', 'S'),
        (0, 0o1000, 't', 'T'),
    ] {
        let bits = mode >> shift;
        out.push(if bits & 4 != 0 { 'r' } else { '-' });
        out.push(if bits & 2 != 0 { 'w' } else { '-' });
        out.push(match (mode & special != 0, bits & 1 != 0) {
            (true, true) => lower,
            (true, false) => upper,
            (false, true) => 'x',
            (false, false) => '-',
        });
    }
    out
}

fn time(attributes: Attributes) -> String {
    let seconds = attributes.times.map_or(0, |(_, modified)| i64::from(modified));
    jiff::Timestamp::from_second(seconds).map_or_else(
        |_| "?".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_as_from_ls() {
        let attributes = Attributes {
            size: Some(12),
            owner: Some((0, 0)),
            mode: Some(0o104_755),
            times: Some((0, 86_400)),
        };
        let entry = Entry {
            name: b"a\x1b[31m\xff".to_vec(),
            long: b"-rwsr-xr-x    1 root     root  12 Jan  2 1970 a".to_vec(),
            attributes,
        };
        assert_eq!(
            line(&entry, None),
            "-rwsr-xr-x   1 root     root             12 1970-01-02 00:00 a\\u{1b}[31m\\xff\n"
        );
        let bare = Entry {
            long: Vec::new(),
            name: b"l".to_vec(),
            attributes: Attributes {
                mode: Some(0o120_777),
                ..attributes
            },
        };
        assert_eq!(
            line(&bare, Some(b"t")),
            "lrwxrwxrwx   ? 0        0                12 1970-01-02 00:00 l -> t\n"
        );
    }
}

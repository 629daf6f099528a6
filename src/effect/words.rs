//! The words of native effects: names quoted as a shell would need them, system errors as everyone knows them.
//! What users and scripts expect of rm, cp and mv; nothing here decides or changes anything.

use rustix::io::Errno;

/// Quotes a name as GNU tools show it: `'name'`, `"it's"`, or `$'..'` pieces for bytes that a terminal must not see.
pub(crate) fn quote(bytes: &[u8]) -> String {
    let mut pieces: Vec<(bool, String)> = Vec::new();
    let mut add = |escaped: bool, text: &str| match pieces.last_mut() {
        Some((kind, piece)) if *kind == escaped => piece.push_str(text),
        _ => pieces.push((escaped, text.to_owned())),
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c.is_control() {
                let mut buffer = [0; 4];
                for b in c.encode_utf8(&mut buffer).bytes() {
                    add(true, &control(b));
                }
            } else {
                let mut buffer = [0; 4];
                add(false, c.encode_utf8(&mut buffer));
            }
        }
        for b in chunk.invalid() {
            add(true, &control(*b));
        }
    }
    let plain = pieces.iter().all(|(escaped, _)| !escaped);
    let whole: String = pieces.iter().map(|(_, piece)| piece.as_str()).collect();
    if plain && whole.contains('\'') && !whole.contains(['"', '$', '`', '\\', '!']) {
        return format!("\"{whole}\"");
    }
    let mut out = String::with_capacity(whole.len() + 2);
    if pieces.first().is_none_or(|(escaped, _)| *escaped) {
        out.push_str("''");
    }
    for (escaped, piece) in pieces {
        if escaped {
            out.push('$');
        }
        out.push('\'');
        out.push_str(&if escaped {
            piece
        } else {
            piece.replace('\'', r"'\''")
        });
        out.push('\'');
    }
    out
}

fn control(byte: u8) -> String {
    match byte {
        b'\n' => r"\n".to_owned(),
        b'\t' => r"\t".to_owned(),
        b'\r' => r"\r".to_owned(),
        other => format!("\\{other:03o}"),
    }
}

/// A name as GNU tools show it before a colon: quoted only where a shell would need it.
pub(crate) fn plain(bytes: &[u8]) -> String {
    let safe = |b: &u8| b.is_ascii_alphanumeric() || b"-_./+,:@%".contains(b);
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.is_empty() && bytes.iter().all(safe) => text.to_owned(),
        _ => quote(bytes),
    }
}

/// The C library's text of a system error.
pub(crate) fn reason(errno: Errno) -> String {
    let mut text = std::io::Error::from(errno).to_string();
    if let Some(at) = text.find(" (os error") {
        text.truncate(at);
    }
    text
}

/// What to do about a system error whose text does not say what is in the way.
pub(crate) fn way_out(errno: Errno) -> Option<&'static str> {
    match errno {
        Errno::FBIG => {
            Some("the limit on file sizes, `ulimit -f`, is in the way; raise it for whoever calls")
        }
        _ => None,
    }
}

/// A mode as ls shows it, without the type.
pub(crate) fn letters(mode: u32) -> String {
    let class = |shift: u32, special: u32, with: char, without: char| {
        let bits = mode >> shift;
        let execute = match (bits & 1 != 0, mode & special != 0) {
            (true, true) => with,
            (false, true) => without,
            (true, false) => 'x',
            (false, false) => '-',
        };
        [
            if bits & 4 != 0 { 'r' } else { '-' },
            if bits & 2 != 0 { 'w' } else { '-' },
            execute,
        ]
    };
    let classes = [
        class(6, 0o4000, 's', 'S'),
        class(3, 0o2000, 's', 'S'),
        class(0, 0o1000, 't', 'T'),
    ];
    classes.iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_as_gnu_tools_do() {
        for (name, shown) in [
            (&b"plain"[..], "'plain'"),
            (b"a b", "'a b'"),
            (b"it's", "\"it's\""),
            (b"it's $x", r"'it'\''s $x'"),
            (b"a\nb", r"'a'$'\n''b'"),
            (b"\x1b[2J", r"''$'\033''[2J'"),
            (b"x\xff", r"'x'$'\377'"),
            (b"", "''"),
        ] {
            assert_eq!(quote(name), shown);
        }
    }

    #[test]
    fn system_errors_have_their_usual_text() {
        assert_eq!(reason(Errno::NOENT), "No such file or directory");
        assert_eq!(reason(Errno::ACCESS), "Permission denied");
    }

    #[test]
    fn modes_are_shown_as_ls_does() {
        for (mode, shown) in [
            (0o644, "rw-r--r--"),
            (0o4755, "rwsr-xr-x"),
            (0o1777, "rwxrwxrwt"),
            (0o2640, "rw-r-S---"),
        ] {
            assert_eq!(letters(mode), shown);
        }
    }
}

//! A stream of text on its way to a terminal: what a terminal would obey becomes an escape, line by line.

use crate::report::json_safe;
use std::io::{self, Write};

/// No longer line is waited for.
const MAX_PENDING: usize = 1 << 20;

/// Lets text and the ends of lines through.
pub(crate) struct Guard<W: Write> {
    to: W,
    pending: Vec<u8>,
}

impl<W: Write> Guard<W> {
    /// Stands before `to`.
    pub(crate) fn before(to: W) -> Self {
        Self {
            to,
            pending: Vec::new(),
        }
    }

    fn pass(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.pending);
        let text = json_safe(String::from_utf8_lossy(&line).into_owned());
        self.to.write_all(text.as_bytes())
    }
}

impl<W: Write> Write for Guard<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = part.strip_suffix(b"\n");
            self.pending.extend_from_slice(line.unwrap_or(part));
            if line.is_some() {
                self.pass()?;
                self.to.write_all(b"\n")?;
            } else if self.pending.len() > MAX_PENDING {
                self.pass()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass()?;
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::Guard;
    use std::io::Write;

    #[test]
    fn only_text_and_ends_of_lines_come_through_whatever_the_pieces() {
        let mut out = Vec::new();
        let mut guard = Guard::before(&mut out);
        for piece in ["a\u{9b}31m", "b\x1b[2J\n\u{202e}", "é 日本\nend"] {
            let bytes = piece.as_bytes();
            let (head, tail) = bytes.split_at(2);
            guard.write_all(head).unwrap();
            guard.write_all(tail).unwrap();
        }
        guard.flush().unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a\\u009b31mb\\u001b[2J\n\\u202eé 日本\nend"
        );
    }
}

//! What a tool's output becomes before it reaches a terminal: control sequences are shown, not obeyed, and
//! binary data is named, not dumped. Output that goes anywhere else passes through byte for byte.

/// Bytes at the start of a stream that are searched for a NUL, as other tools do.
const BINARY_WINDOW: u64 = 8192;

/// The state of one stream on its way to a terminal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Screen {
    seen: u64,
    /// The beginning of a character whose end has not come yet.
    partial: Vec<u8>,
    binary: bool,
}

impl Screen {
    /// Whether the stream turned out to be binary, from where on nothing is shown.
    pub(crate) const fn is_binary(&self) -> bool {
        self.binary
    }

    /// What to show of the next bytes.
    pub(crate) fn show(&mut self, bytes: &[u8]) -> Vec<u8> {
        if self.seen < BINARY_WINDOW && bytes.contains(&0) {
            self.binary = true;
        }
        self.seen += bytes.len() as u64;
        if self.binary {
            return Vec::new();
        }
        let mut text = std::mem::take(&mut self.partial);
        text.extend_from_slice(bytes);
        let mut out = Vec::with_capacity(text.len());
        let mut chunks = text.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            for c in chunk.valid().chars() {
                shown(c, &mut out);
            }
            let invalid = chunk.invalid();
            if chunks.peek().is_none() && could_continue(invalid) {
                self.partial = invalid.to_vec();
            } else {
                raw(invalid, &mut out);
            }
        }
        out
    }

    /// What is left at the end.
    pub(crate) fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.binary {
            raw(&std::mem::take(&mut self.partial), &mut out);
        }
        out
    }
}

fn shown(c: char, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    match c {
        '\n' | '\t' => out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
        // As `cat -v` shows them: ^[ for ESC, ^? for DEL.
        '\0'..='\x1f' | '\x7f' => out.extend_from_slice(&[b'^', (c as u32 as u8) ^ 0x40]),
        // C1 controls and what turns the direction of text around.
        '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            out.extend_from_slice(format!("\\u{{{:x}}}", c as u32).as_bytes());
        }
        _ => out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
    }
}

/// A lone byte above 0x7f could be a C1 control to a terminal that is not in UTF-8 mode.
fn raw(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        out.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
    }
}

fn could_continue(bytes: &[u8]) -> bool {
    let wanted = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return false,
    };
    bytes.len() < wanted
}

#[cfg(test)]
mod tests {
    use super::Screen;

    fn all(chunks: &[&[u8]]) -> String {
        let mut screen = Screen::default();
        let mut out: Vec<u8> = chunks.iter().flat_map(|chunk| screen.show(chunk)).collect();
        out.extend(screen.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn control_sequences_are_shown_and_not_obeyed() {
        for (sent, seen) in [
            (&b"plain\ttext\n"[..], "plain\ttext\n"),
            (b"\x1b]52;c;aGk=\x07", "^[]52;c;aGk=^G"),
            (b"\xc2\x9b31m", "\\u{9b}31m"),
            (b"\x9b31m", "\\x9b31m"),
            (b"a\rb\x08c\x7f", "a^Mb^Hc^?"),
            ("über \u{202e}".as_bytes(), "über \\u{202e}"),
        ] {
            assert_eq!(all(&[sent]), seen);
        }
    }

    #[test]
    fn a_character_split_between_reads_stays_whole() {
        assert_eq!(all(&[b"\xe2\x82", b"\xac!"]), "€!");
        assert_eq!(all(&[b"\xe2\x82"]), "\\xe2\\x82");
        assert_eq!(all(&[b"\xc2", b"\x9b"]), "\\u{9b}");
    }

    #[test]
    fn binary_data_is_not_dumped() {
        let mut screen = Screen::default();
        assert!(screen.show(b"\x7fELF\0\0").is_empty());
        assert!(screen.is_binary());
    }
}

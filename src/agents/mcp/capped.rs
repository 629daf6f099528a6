//! Output that is kept up to a limit and counted beyond it.

use std::io::Write;

/// A buffer with a limit.
#[derive(Debug)]
pub(super) struct Capped {
    bytes: Vec<u8>,
    limit: usize,
    total: u64,
}

impl Capped {
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
            total: 0,
        }
    }

    /// What was kept, as text; bytes that are not UTF-8 are replaced.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Whether more was written than was kept.
    pub(super) fn is_truncated(&self) -> bool {
        self.total > self.bytes.len() as u64
    }
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.total += bytes.len() as u64;
        let room = self.limit.saturating_sub(self.bytes.len()).min(bytes.len());
        self.bytes
            .extend_from_slice(bytes.get(..room).unwrap_or_default());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Capped;
    use std::io::Write;

    #[test]
    fn what_is_beyond_the_limit_is_counted_and_not_kept() {
        let mut out = Capped::new(4);
        out.write_all(b"ab").unwrap();
        assert!(!out.is_truncated());
        out.write_all(b"cdef").unwrap();
        assert_eq!((out.text().as_str(), out.is_truncated()), ("abcd", true));
    }
}

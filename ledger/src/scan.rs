//! Lines of a segment one by one, with their offsets, in bounded memory. Says what it sees; judges nothing.

use super::{LedgerError, MAX_LINE_BYTES};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Seek, SeekFrom, Take},
    path::{Path, PathBuf},
};

/// Reads a segment's lines from an offset on.
pub(super) struct Lines {
    reader: BufReader<Take<File>>,
    path: PathBuf,
    /// Where the next line begins.
    pub offset: u64,
    line: Vec<u8>,
}

/// What stands at an offset.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A line, without its newline.
    Line(&'a [u8]),
    /// Bytes up to the end of the file, or more than a line may have, without a newline.
    Rest(&'a [u8]),
    /// The end of the file.
    End,
}

impl Lines {
    /// Reads `file`, called `path` in messages, from `offset` up to `until`.
    pub(super) fn from(mut file: File, path: &Path, offset: u64, until: u64) -> Result<Self, LedgerError> {
        file.seek(SeekFrom::Start(offset))
            .map_err(|e| LedgerError::io("read", path, e))?;
        Ok(Self {
            reader: BufReader::with_capacity(256 << 10, file.take(until.saturating_sub(offset))),
            path: path.to_path_buf(),
            offset,
            line: Vec::new(),
        })
    }

    /// The next piece; `offset` is then behind it.
    pub(super) fn next(&mut self) -> Result<Piece<'_>, LedgerError> {
        self.line.clear();
        let limit = MAX_LINE_BYTES as u64 + 1;
        let got = (&mut self.reader)
            .take(limit)
            .read_until(b'\n', &mut self.line)
            .map_err(|e| LedgerError::io("read", &self.path, e))?;
        self.offset += got as u64;
        Ok(match self.line.strip_suffix(b"\n") {
            Some(line) => Piece::Line(line),
            None if got == 0 => Piece::End,
            None => Piece::Rest(&self.line),
        })
    }
}

//! Archives of pruned segments: the same bytes, compressed, readable by any zstd.

use crate::{
    LedgerError,
    hash::{Hash, sha256},
    segment::{self, Place},
};
use rustix::fs::{Mode, OFlags};
use ruzstd::{
    decoding::StreamingDecoder,
    encoding::{CompressionLevel, compress},
};
use std::io::{BufReader, Read, Write};

/// Writes the segment as `NAME.zst` into `archive`, durable, and reads it back before it is believed. Returns the
/// digest of the segment.
pub(super) fn write(place: Place<'_>, archive: Place<'_>, first: u64) -> Result<Hash, LedgerError> {
    let name = segment::name(first);
    let path = archive.path(&format!("{name}.zst"));
    let fail = |e| LedgerError::io("write", &path, e);
    let mut source = Vec::new();
    segment::open_read(place, first)?
        .0
        .read_to_end(&mut source)
        .map_err(|e| LedgerError::io("read", &place.path(&name), e))?;
    let digest = sha256(&[&source]);
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::TRUNC;
    let mut file = archive.open(&format!("{name}.zst"), flags, Mode::RUSR | Mode::WUSR)?;
    let mut packed = Vec::new();
    compress(source.as_slice(), &mut packed, CompressionLevel::Fastest);
    file.write_all(&packed)
        .and_then(|()| file.sync_all())
        .map_err(fail)?;
    let stored = archive.open(&format!("{name}.zst"), OFlags::RDONLY, Mode::empty())?;
    let mut unpacked =
        StreamingDecoder::new(BufReader::new(stored)).map_err(|e| fail(std::io::Error::other(e)))?;
    let mut again = Vec::new();
    unpacked.read_to_end(&mut again).map_err(fail)?;
    if again != source {
        return Err(LedgerError::Unfit {
            path,
            why: "does not read back as it was written",
        });
    }
    archive.sync()?;
    Ok(digest)
}

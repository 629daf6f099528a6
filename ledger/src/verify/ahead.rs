//! Reading ahead: the segment after the one that is being followed is asked for, so that a disk never waits for a
//! core. Advice only; nothing depends on it.

use crate::segment::{self, Place};
use rustix::{
    fs::{Advice, fadvise},
    io::{Errno, ReadWriteFlags, preadv2},
};
use std::{fs::File, io::IoSliceMut, num::NonZeroU64};

/// Is asked for at once.
const WINDOW: u64 = 4 << 20;

/// Asks for what of a segment is not in memory yet.
pub(super) fn ask_for(place: Place<'_>, first: u64) {
    let Ok((file, shape)) = segment::open_read(place, first) else {
        return;
    };
    let mut at = 0;
    while at < shape.size {
        let end = shape.size.min(at + WINDOW);
        if !(is_there(&file, at) && is_there(&file, end - 1)) {
            fadvise(&file, at, NonZeroU64::new(end - at), Advice::WillNeed).ok();
        }
        at = end;
    }
}

/// Whether a byte can be read without waiting for the disk.
fn is_there(file: &File, at: u64) -> bool {
    let mut byte = [0];
    let read = preadv2(
        file,
        &mut [IoSliceMut::new(&mut byte)],
        at,
        ReadWriteFlags::NOWAIT,
    );
    !matches!(read, Err(Errno::AGAIN))
}

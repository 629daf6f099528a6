//! The same pass over a sound segment, on several cores. It answers only for segments without anything to say
//! about; at the first oddity it answers nothing, and the segment is followed line by line instead.

use super::{
    Chain, ahead,
    roots::{Redacted, Roots},
    seals::Row,
};
use crate::{
    Hash, LedgerError, MAX_LINE_BYTES,
    genesis::Origin,
    hash, line,
    segment::{self, Place},
    tlog,
};
use std::{
    fs::File,
    io,
    os::unix::fs::FileExt,
    sync::mpsc::{Receiver, sync_channel},
    thread,
};

/// Lines that begin within a stretch of this length are one worker's.
const STRETCH: u64 = 512 << 10;
/// Stack of the thread that reads ahead: it makes a few system calls.
const SMALL_STACK: usize = 64 << 10;
/// More workers than this gain nothing and cost memory.
const MAX_WORKERS: u64 = 16;

/// A stretch in which every line holds.
#[derive(Default)]
struct Sound {
    first: u64,
    prev: Hash,
    last: u64,
    head: Hash,
    leaves: Vec<Hash>,
    redacted: Vec<Redacted>,
    /// First and last index of the seals, where entries are sealed.
    seals: (u64, u64),
}

/// A segment to be followed from its beginning.
pub(super) struct Whole {
    pub(super) first: u64,
    /// Its length.
    pub(super) size: u64,
    /// The segment after it, which is read ahead.
    pub(super) next: Option<u64>,
}

/// Follows a whole segment; `false` says that nothing was followed and nothing changed.
pub(super) fn segment(
    place: Place<'_>,
    whole: &Whole,
    row: &mut Row,
    chain: &mut Chain,
    roots: &mut Roots,
) -> Result<bool, LedgerError> {
    let &Whole { first, size, next } = whole;
    let path = place.path(&segment::name(first));
    let (file, _) = segment::open_read(place, first)?;
    let stretches = size.div_ceil(STRETCH);
    let cores = thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let workers = cores.min(MAX_WORKERS).min(stretches);
    if workers == 0 || chain.torn.is_some() {
        return Ok(false);
    }
    let (mut new_chain, mut new_roots, mut new_row) = (chain.clone(), roots.clone(), *row);
    let sealed = row.is_demanded();
    let sound = thread::scope(|scope| -> Result<bool, LedgerError> {
        if let Some(next) = next {
            let ahead = thread::Builder::new().stack_size(SMALL_STACK);
            ahead
                .spawn_scoped(scope, move || ahead::ask_for(place, next))
                .map_err(|e| LedgerError::io("verify", &path, e))?;
        }
        let mut answers: Vec<Receiver<io::Result<Option<Sound>>>> = Vec::new();
        for worker in 0..workers {
            let (answer, answered) = sync_channel(1);
            answers.push(answered);
            let file = &file;
            let work = move || {
                let mut bytes = Vec::new();
                let mut stretch = worker;
                while stretch < stretches {
                    let from = stretch * STRETCH;
                    let found = read(file, from, size, &mut bytes).map(|lines| follow(lines?, sealed));
                    let stop = !matches!(found, Ok(Some(_)));
                    if answer.send(found).is_err() || stop {
                        return;
                    }
                    stretch += workers;
                }
            };
            thread::Builder::new()
                .spawn_scoped(scope, work)
                .map_err(|e| LedgerError::io("verify", &path, e))?;
        }
        for stretch in 0..stretches {
            let answered = usize::try_from(stretch % workers)
                .ok()
                .and_then(|at| answers.get(at));
            let Some(Ok(found)) = answered.map(Receiver::recv) else {
                return Ok(false);
            };
            let found = found.map_err(|e| LedgerError::io("read", &path, e))?;
            let Some(found) = found.filter(|found| joins(&new_chain, first, stretch, found)) else {
                return Ok(false);
            };
            if !found.leaves.is_empty() && !new_row.stretch(found.first, found.seals) {
                return Ok(false);
            }
            take(&mut new_chain, &mut new_roots, found);
        }
        Ok(true)
    })?;
    if sound {
        new_chain.report.segments += 1;
        new_chain.report.bytes += size;
        (*chain, *roots, *row) = (new_chain, new_roots, new_row);
    }
    Ok(sound)
}

/// Whether a stretch goes on where the chain stands.
fn joins(chain: &Chain, first: u64, stretch: u64, found: &Sound) -> bool {
    if found.leaves.is_empty() {
        return stretch > 0;
    }
    let named = stretch > 0 || found.first == first;
    let linked = if chain.begun {
        found.first == chain.seq + 1 && found.prev == chain.head
    } else {
        found.first > 1 || found.prev == hash::ZERO
    };
    named && linked
}

fn take(chain: &mut Chain, roots: &mut Roots, found: Sound) {
    if found.leaves.is_empty() {
        return;
    }
    if !chain.begun {
        chain.begun = true;
        chain.first_prev = found.prev;
        chain.report.entries_from = found.first;
    }
    chain.seq = found.last;
    chain.head = found.head;
    found.leaves.into_iter().for_each(|leaf| roots.push(leaf));
    roots.redacted.extend(found.redacted);
}

/// The lines that begin within the stretch at `from`, the last one to its end; none where it has no end.
fn read<'a>(file: &File, from: u64, size: u64, bytes: &'a mut Vec<u8>) -> io::Result<Option<&'a [u8]>> {
    // The byte before tells whether a line begins at `from`.
    let start = from.saturating_sub(1);
    let until = (from + STRETCH).min(size);
    bytes.resize(usize::try_from(until - start).unwrap_or(0), 0);
    file.read_exact_at(bytes, start)?;
    let begin = match from {
        0 => 0,
        _ => match memchr::memchr(b'\n', bytes) {
            Some(newline) => newline + 1,
            None => bytes.len(),
        },
    };
    if begin == bytes.len() {
        return Ok(Some(&[]));
    }
    while bytes.last() != Some(&b'\n') {
        let at = start + bytes.len() as u64;
        let more = size.saturating_sub(at).min(32 << 10);
        if more == 0 || bytes.len() > begin + MAX_LINE_BYTES + usize::try_from(STRETCH).unwrap_or(0) {
            return Ok(None);
        }
        let had = bytes.len();
        bytes.resize(had + usize::try_from(more).unwrap_or(0), 0);
        let new = bytes.get_mut(had..).unwrap_or_default();
        file.read_exact_at(new, at)?;
        if let Some(newline) = memchr::memchr(b'\n', new) {
            bytes.truncate(had + newline + 1);
        }
    }
    Ok(bytes.get(begin..))
}

/// Checks every line of a stretch against the one before it.
fn follow(lines: &[u8], sealed: bool) -> Option<Sound> {
    let mut sound = Sound::default();
    let mut row = Row::new(sealed);
    let mut begin = 0;
    for end in memchr::memchr_iter(b'\n', lines) {
        let framed = line::parse(lines.get(begin..end)?).ok()?;
        begin = end + 1;
        let is_first = sound.leaves.is_empty();
        if is_first {
            sound.first = framed.seq;
            sound.prev = framed.prev;
        } else if framed.seq != sound.last + 1 || framed.prev != sound.head {
            return None;
        }
        if !framed.holds()
            || row.entry(&framed).is_err()
            || (framed.seq == 1 && Origin::of(framed.data).is_none())
        {
            return None;
        }
        if let Some(index) = row.last() {
            sound.seals = (if is_first { index } else { sound.seals.0 }, index);
        }
        if let Some((by, data)) = line::redacted(framed.data) {
            let seq = framed.seq;
            sound.redacted.push(Redacted { seq, by, data });
        }
        sound.leaves.push(tlog::leaf(&framed.hash));
        sound.last = framed.seq;
        sound.head = framed.hash;
    }
    (begin == lines.len()).then_some(sound)
}

//! How often a principal and agent called within the last 60 s, and how often it was denied within the minutes that
//! policy names: one fixed-size record each in one file of each sort, so that a call costs the same however many
//! there were. Lost with the file; nothing is permitted because a count is low.

use super::files;
use crate::approver;
use fd_lock::RwLock;
use rustix::{fs::OFlags, io::Errno};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::ErrorKind,
    os::{fd::BorrowedFd, unix::fs::FileExt},
    thread::sleep,
    time::Duration,
};

const CALLS: &str = "state/burst";
const DENIALS: &str = "state/denials";
/// Counts of one record, each for one sixtieth of what is looked back on; one more, so that none is forgotten early.
const COUNTS: usize = 61;
/// Bytes of one record: who, the last count, how many seconds a count is for, and the counts.
const RECORD: usize = 256;
/// Records in a file; who does not fit takes the place of the one that was quiet longest.
const RECORDS: u64 = 1024;
/// Records that are looked through for one's own.
const PROBE: u64 = 4;
/// Tries for the lock, and the pause between them.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_micros(50);
/// What is reported where the count of calls cannot be had: more than any rule waits for.
pub const UNKNOWN: u32 = 10_000;

/// Whether what is being looked up is also counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
    /// Nothing; only look.
    Look,
    /// A call.
    Call,
}

/// What is counted where.
#[derive(Clone, Copy, Debug)]
struct Sort {
    file: &'static str,
    /// Seconds that one count is for.
    width: u64,
    /// Counts that are looked back on.
    counts: usize,
}

/// Calls of one principal and agent within the last 60 s, before this one was added.
#[must_use]
pub fn calls(home: BorrowedFd<'_>, principal: &str, agent: &str, what: Tally) -> u32 {
    let sort = Sort {
        file: CALLS,
        width: 1,
        counts: 60,
    };
    counted(home, sort, who(principal, agent), approver::since_boot_s(), what).unwrap_or(UNKNOWN)
}

/// Adds a denial; how many there were within the last `minutes`, and at most a sixtieth more, before it.
#[must_use]
pub fn denials(home: BorrowedFd<'_>, principal: &str, agent: &str, minutes: u64) -> u32 {
    let now = approver::since_boot_s();
    counted(
        home,
        denials_within(minutes),
        who(principal, agent),
        now,
        Tally::Call,
    )
    .unwrap_or(0)
}

fn denials_within(minutes: u64) -> Sort {
    Sort {
        file: DENIALS,
        width: minutes.max(1),
        counts: COUNTS,
    }
}

fn who(principal: &str, agent: &str) -> u64 {
    let digest = Sha256::new_with_prefix(principal)
        .chain_update([0])
        .chain_update(agent)
        .finalize();
    let word = digest.first_chunk::<8>().copied().unwrap_or_default();
    u64::from_le_bytes(word).max(1)
}

fn counted(home: BorrowedFd<'_>, sort: Sort, who: u64, now_s: u64, what: Tally) -> Result<u32, Errno> {
    let Some(file) = open(home, sort.file, what)? else {
        return Ok(0);
    };
    let mut lock = RwLock::new(file);
    let mut tries = 0;
    let guard = loop {
        match lock.try_write().map(std::mem::forget) {
            Ok(()) => break lock.try_write().map_err(files::of_io)?,
            Err(e) if e.kind() == ErrorKind::WouldBlock && tries < TRIES => tries += 1,
            Err(e) => return Err(files::of_io(e)),
        }
        sleep(PAUSE);
    };
    let first = (who % (RECORDS - PROBE)) * RECORD as u64;
    let mut bytes = [0; RECORD * PROBE as usize];
    // Beyond the end of the file everything is zero.
    guard.read_at(&mut bytes, first).map_err(files::of_io)?;
    let records: Vec<Record> = bytes.chunks_exact(RECORD).map(Record::parse).collect();
    let own = records.iter().position(|record| record.who == who);
    let quietest = (0..records.len()).min_by_key(|&i| {
        records
            .get(i)
            .map_or(0, |record| record.last.saturating_mul(record.width))
    });
    let Some(at) = own.or(quietest) else {
        return Ok(0);
    };
    let now = now_s / sort.width;
    let known = records.into_iter().nth(at).filter(|_| own.is_some());
    let mut record = known
        .filter(|record| record.width == sort.width)
        .unwrap_or(Record {
            who,
            last: now,
            width: sort.width,
            counts: [0; COUNTS],
        });
    record.forget_before(now);
    let before = record.sum(now, sort.counts);
    if what == Tally::Look {
        return Ok(before);
    }
    if let Some(count) = record.counts.get_mut(place(now)) {
        *count = count.saturating_add(1);
    }
    guard
        .write_at(&record.bytes(), first + (at * RECORD) as u64)
        .map_err(files::of_io)?;
    Ok(before)
}

fn open(home: BorrowedFd<'_>, name: &str, what: Tally) -> Result<Option<File>, Errno> {
    if what == Tally::Look {
        return files::open(home, name, OFlags::RDWR);
    }
    let flags = OFlags::RDWR | OFlags::CREATE;
    if let Some(file) = files::open(home, name, flags)? {
        return Ok(Some(file));
    }
    files::make_parents(home, name)?;
    files::open(home, name, flags)
}

/// Where the count of a moment stands.
fn place(moment: u64) -> usize {
    usize::try_from(moment % COUNTS as u64).unwrap_or(0)
}

#[derive(Clone)]
struct Record {
    who: u64,
    /// The moment of the last call, in widths since boot.
    last: u64,
    width: u64,
    counts: [u16; COUNTS],
}

impl Record {
    fn parse(bytes: &[u8]) -> Self {
        let word = |at: usize| {
            let word = bytes.get(at..at + 8).and_then(<[u8]>::first_chunk::<8>);
            u64::from_le_bytes(word.copied().unwrap_or_default())
        };
        let mut counts = [0; COUNTS];
        let pairs = bytes.get(24..).unwrap_or_default().chunks_exact(2);
        for (count, pair) in counts.iter_mut().zip(pairs) {
            *count = u16::from_le_bytes(pair.first_chunk::<2>().copied().unwrap_or_default());
        }
        Self {
            who: word(0),
            last: word(8),
            // What is in no format of ours must not overflow.
            width: word(16).min(1 << 20),
            counts,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(RECORD);
        out.extend_from_slice(&self.who.to_le_bytes());
        out.extend_from_slice(&self.last.to_le_bytes());
        out.extend_from_slice(&self.width.to_le_bytes());
        for count in &self.counts {
            out.extend_from_slice(&count.to_le_bytes());
        }
        out.resize(RECORD, 0);
        out
    }

    /// Empties the counts since the last one that was made; all of them after a pause or another boot.
    fn forget_before(&mut self, now: u64) {
        let passed = now.checked_sub(self.last).unwrap_or(COUNTS as u64);
        for step in 0..passed.min(COUNTS as u64) {
            if let Some(count) = self.counts.get_mut(place(now.wrapping_sub(step))) {
                *count = 0;
            }
        }
        self.last = now;
    }

    /// The newest counts together.
    fn sum(&self, now: u64, newest: usize) -> u32 {
        let all = (0..newest as u64).filter_map(|step| self.counts.get(place(now.wrapping_sub(step))));
        all.map(|count| u32::from(*count)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    const A_MINUTE: Sort = Sort {
        file: CALLS,
        width: 1,
        counts: 60,
    };

    #[test]
    fn calls_of_the_last_minute_are_counted_for_each_caller_apart() {
        let dir = tempfile::tempdir().unwrap();
        let home = File::open(dir.path()).unwrap();
        let count = |who: u64, now: u64, what| counted(home.as_fd(), A_MINUTE, who, now, what).unwrap();
        assert_eq!(count(7, 100, Tally::Look), 0);
        for n in 0..5 {
            assert_eq!(count(7, 100 + n, Tally::Call), u32::try_from(n).unwrap());
        }
        assert_eq!(count(8, 104, Tally::Call), 0);
        assert_eq!(count(7, 159, Tally::Look), 5);
        assert_eq!(count(7, 160, Tally::Look), 4);
        assert_eq!(count(7, 163, Tally::Look), 1);
        assert_eq!(count(7, 164, Tally::Look), 0);
        assert_eq!(count(7, 3, Tally::Look), 0, "another boot");
    }

    #[test]
    fn denials_are_counted_over_as_many_minutes_as_policy_says() {
        let dir = tempfile::tempdir().unwrap();
        let home = File::open(dir.path()).unwrap();
        let count = |minutes: u64, now: u64, what| {
            counted(home.as_fd(), denials_within(minutes), 7, now, what).unwrap()
        };
        // Four an hour apart from nothing: all of them within ten minutes.
        for (n, now) in [10_000, 10_150, 10_300, 10_590].into_iter().enumerate() {
            assert_eq!(count(10, now, Tally::Call), u32::try_from(n).unwrap());
        }
        assert_eq!(count(10, 10_600, Tally::Look), 4, "the first is ten minutes old");
        assert_eq!(
            count(10, 10_611, Tally::Look),
            3,
            "and forgotten a sixtieth later"
        );
        assert_eq!(count(10, 11_189, Tally::Look), 1);
        assert_eq!(count(10, 11_201, Tally::Look), 0);
        assert_eq!(count(1440, 90_000, Tally::Call), 0, "another time counts anew");
        assert_eq!(count(1440, 176_399, Tally::Look), 1);
        assert_eq!(count(1440, 178_000, Tally::Look), 0);
    }

    #[test]
    fn many_callers_in_one_file_do_not_mix() {
        let dir = tempfile::tempdir().unwrap();
        let home = File::open(dir.path()).unwrap();
        for who in 1..3000 {
            counted(home.as_fd(), A_MINUTE, who, 50, Tally::Call).unwrap();
        }
        for who in 2990..3000 {
            assert_eq!(counted(home.as_fd(), A_MINUTE, who, 50, Tally::Look).unwrap(), 1);
        }
        assert!(home.metadata().is_ok());
        assert!(std::fs::metadata(dir.path().join(CALLS)).unwrap().len() <= RECORDS * RECORD as u64);
    }

    #[test]
    fn a_file_of_any_bytes_is_counted_from_without_harm() {
        let dir = tempfile::tempdir().unwrap();
        let home = File::open(dir.path()).unwrap();
        std::fs::create_dir(dir.path().join("state")).unwrap();
        std::fs::write(dir.path().join(CALLS), vec![0xff; RECORDS as usize * RECORD]).unwrap();
        for now in [0, 50, u64::MAX] {
            counted(home.as_fd(), A_MINUTE, u64::MAX, now, Tally::Call).unwrap();
            counted(home.as_fd(), A_MINUTE, 9, now, Tally::Call).unwrap();
        }
    }
}

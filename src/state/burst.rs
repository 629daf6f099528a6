//! How often a principal and agent called within the last 60 s, and how often it was denied: one fixed-size record
//! each in one file, so that a call costs the same however many there were. Lost with the file; nothing is
//! permitted because a count is low.

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

const FILE: &str = "state/burst";
/// Seconds that are counted.
const WINDOW: usize = 60;
/// Bytes of one record: who, the last second, and a count for each second of calls and of denials.
const RECORD: usize = 256;
/// Records in the file; who does not fit takes the place of the one that was quiet longest.
const RECORDS: u64 = 1024;
/// Records that are looked through for one's own.
const PROBE: u64 = 4;
/// Tries for the lock, and the pause between them.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_micros(50);
/// What is reported where the count cannot be had: more than any rule waits for.
pub const UNKNOWN: u32 = 10_000;

/// What is being counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tally {
    /// Nothing; only look.
    Look,
    /// A call.
    Call,
    /// A denied call.
    Denial,
}

/// The counts of the last 60 s, before this one was added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Burst {
    /// Calls.
    pub calls: u32,
    /// Denied calls.
    pub denials: u32,
}

/// Looks up, and adds to, the counts of one principal and agent.
#[must_use]
pub fn tally(home: BorrowedFd<'_>, principal: &str, agent: &str, what: Tally) -> Burst {
    let now = approver::since_boot_s();
    counted(home, who(principal, agent), now, what).unwrap_or(Burst {
        calls: UNKNOWN,
        denials: 0,
    })
}

fn who(principal: &str, agent: &str) -> u64 {
    let digest = Sha256::new_with_prefix(principal)
        .chain_update([0])
        .chain_update(agent)
        .finalize();
    let word = digest.first_chunk::<8>().copied().unwrap_or_default();
    u64::from_le_bytes(word).max(1)
}

fn counted(home: BorrowedFd<'_>, who: u64, now: u64, what: Tally) -> Result<Burst, Errno> {
    let Some(file) = open(home, what)? else {
        return Ok(Burst::default());
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
    let quietest = (0..records.len()).min_by_key(|&i| records.get(i).map_or(0, |record| record.last));
    let Some(at) = own.or(quietest) else {
        return Ok(Burst::default());
    };
    let record = records.into_iter().nth(at).unwrap_or_default();
    let mut record = if own.is_some() {
        record
    } else {
        Record {
            who,
            last: now,
            ..Record::default()
        }
    };
    record.forget_before(now);
    let burst = Burst {
        calls: sum(&record.calls),
        denials: sum(&record.denials),
    };
    let second = usize::try_from(now).unwrap_or(0) % WINDOW;
    let counts = match what {
        Tally::Look => return Ok(burst),
        Tally::Call => &mut record.calls,
        Tally::Denial => &mut record.denials,
    };
    if let Some(count) = counts.get_mut(second) {
        *count = count.saturating_add(1);
    }
    guard
        .write_at(&record.bytes(), first + (at * RECORD) as u64)
        .map_err(files::of_io)?;
    Ok(burst)
}

fn open(home: BorrowedFd<'_>, what: Tally) -> Result<Option<File>, Errno> {
    if what == Tally::Look {
        return files::open(home, FILE, OFlags::RDWR);
    }
    let flags = OFlags::RDWR | OFlags::CREATE;
    if let Some(file) = files::open(home, FILE, flags)? {
        return Ok(Some(file));
    }
    files::make_parents(home, FILE)?;
    files::open(home, FILE, flags)
}

fn sum(counts: &[u16; WINDOW]) -> u32 {
    counts.iter().map(|count| u32::from(*count)).sum()
}

#[derive(Clone)]
struct Record {
    who: u64,
    last: u64,
    calls: [u16; WINDOW],
    denials: [u16; WINDOW],
}

impl Default for Record {
    fn default() -> Self {
        Self {
            who: 0,
            last: 0,
            calls: [0; WINDOW],
            denials: [0; WINDOW],
        }
    }
}

impl Record {
    fn parse(bytes: &[u8]) -> Self {
        let word = |at: usize| {
            let word = bytes.get(at..at + 8).and_then(<[u8]>::first_chunk::<8>);
            u64::from_le_bytes(word.copied().unwrap_or_default())
        };
        let counts = |at: usize| {
            let mut out = [0; WINDOW];
            let pairs = bytes.get(at..).unwrap_or_default().chunks_exact(2);
            for (count, pair) in out.iter_mut().zip(pairs) {
                *count = u16::from_le_bytes(pair.first_chunk::<2>().copied().unwrap_or_default());
            }
            out
        };
        Self {
            who: word(0),
            last: word(8),
            calls: counts(16),
            denials: counts(16 + 2 * WINDOW),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(RECORD);
        out.extend_from_slice(&self.who.to_le_bytes());
        out.extend_from_slice(&self.last.to_le_bytes());
        for count in self.calls.iter().chain(&self.denials) {
            out.extend_from_slice(&count.to_le_bytes());
        }
        out
    }

    /// Empties the seconds since the last one that was counted; all of them after a pause or another boot.
    fn forget_before(&mut self, now: u64) {
        let passed = now
            .checked_sub(self.last)
            .map_or(WINDOW, |s| usize::try_from(s).unwrap_or(WINDOW));
        for step in 0..passed.min(WINDOW) {
            let second = usize::try_from(now).unwrap_or(0).wrapping_sub(step) % WINDOW;
            for counts in [&mut self.calls, &mut self.denials] {
                if let Some(count) = counts.get_mut(second) {
                    *count = 0;
                }
            }
        }
        self.last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn calls_of_the_last_minute_are_counted_for_each_caller_apart() {
        let dir = tempfile::tempdir().unwrap();
        let home = File::open(dir.path()).unwrap();
        let count = |who: u64, now: u64, what| counted(home.as_fd(), who, now, what).unwrap().calls;
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
    fn many_callers_in_one_file_do_not_mix() {
        let dir = tempfile::tempdir().unwrap();
        let home = File::open(dir.path()).unwrap();
        for who in 1..3000 {
            counted(home.as_fd(), who, 50, Tally::Call).unwrap();
        }
        for who in 2990..3000 {
            assert_eq!(counted(home.as_fd(), who, 50, Tally::Look).unwrap().calls, 1);
        }
        assert!(home.metadata().is_ok());
        assert!(std::fs::metadata(dir.path().join(FILE)).unwrap().len() <= RECORDS * RECORD as u64);
    }
}

//! Verifying: reads every line and says how far the record holds. Never writes; holds the lock (shared) only for
//! the instant in which it looks where the last line ends.

mod ahead;
mod chain;
mod deep;
mod heads;
mod parallel;
mod report;
mod roots;
mod seals;
mod takings;

pub(super) use chain::{Chain, Extent};
pub use report::{Finding, Level, Report, State};
pub(super) use takings::PRUNED;

use super::{
    LedgerError,
    genesis::Origin,
    line, lock,
    segment::{self, Place},
    tail::{self, Cache},
    tlog::{self, Vkey},
};
use deep::Deep;
use heads::Heads;
use roots::{Redacted, Roots};
use rustix::fs::{Mode, OFlags};
use seals::{Row, Seals};
use std::{
    fs::File,
    os::fd::BorrowedFd,
    path::Path,
    time::{Duration, Instant},
};
use zeroize::Zeroizing;

/// How to verify.
#[derive(Default)]
pub struct Options<'a> {
    /// Look at canonical form, kinds, references and times as well.
    pub deep: bool,
    /// Signed heads that were kept elsewhere.
    pub against: Vec<Vec<u8>>,
    /// The verifier key that was kept elsewhere; else the first entry's is taken.
    pub vkey: Option<Vkey>,
    /// The first seal key, kept off the machine.
    pub seal_key: Option<Zeroizing<[u8; 32]>>,
    /// Is told bytes read and bytes in all, now and then.
    pub progress: Option<&'a mut dyn FnMut(u64, u64)>,
}

/// Verifies the ledger in a directory: framing, chain, tree and the head beside it.
///
/// # Errors
/// A file cannot be read; whatever is wrong with the record itself is in the report.
pub fn verify(dir: BorrowedFd<'_>, shown: &Path) -> Result<Report, LedgerError> {
    verify_with(dir, shown, Options::default())
}

/// Verifies the ledger in a directory in the way that is asked for.
///
/// # Errors
/// As [`verify`].
pub fn verify_with(
    dir: BorrowedFd<'_>,
    shown: &Path,
    mut options: Options<'_>,
) -> Result<Report, LedgerError> {
    let place = Place { dir, shown };
    let end = End::look(place)?;
    let Some(&first) = end.firsts.first() else {
        let mut report = Report::default();
        report.find(State::Truncated, None, "there are no segments");
        return Ok(report);
    };
    let mut chain = Chain::default();
    let origin = match Origin::read(place) {
        Ok(origin) => Some(origin),
        Err(LedgerError::Unfit { .. }) => None,
        Err(e) if e.errno() == Some(rustix::io::Errno::NOENT) => None,
        Err(e) => return Err(e),
    };
    let heads = Heads::gather(place, origin.as_ref(), &options, &mut chain.report)?;
    let mut roots = Roots::new(tlog::edge(place, first - 1)?, heads.sizes());
    let mut extra = Extra {
        deep: options.deep.then(|| Deep::new(first)),
        seals: None,
        row: Row::new(origin.as_ref().is_some_and(Origin::is_sealed)),
    };
    if let (Some(key), Some(origin)) = (&options.seal_key, &origin) {
        extra.seals = heads::seals(origin, key, &mut chain.report);
    }
    let total = end.total(place);
    ahead::ask_for(place, first);
    for (index, &first) in end.firsts.iter().enumerate() {
        let extent = if index + 1 == end.firsts.len() {
            Extent::Last(end.size)
        } else {
            Extent::Closed
        };
        let span = Span {
            first,
            extent,
            next: end.firsts.get(index + 1).copied(),
        };
        if !follow(place, &span, &mut chain, &mut roots, &mut extra)? {
            break;
        }
        if let Some(progress) = &mut options.progress {
            progress(chain.report.bytes, total);
        }
    }
    let proven_seals = extra.seals.is_some();
    let first_prev = chain.first_prev;
    let mut report = chain.finish();
    if report.state != State::Tampered {
        takings::check(place, &first_prev, &roots.redacted, &mut report)?;
    }
    if let Cache::Known(tail) = end.cache
        && report.state != State::Tampered
        && tail.seq > report.entries_to
    {
        let what = format!(
            "the last writer left entry {}, the record ends at {}",
            tail.seq, report.entries_to
        );
        report.find(State::Truncated, Some(report.entries_to + 1), what);
    }
    heads.judge(&roots, &mut report);
    heads.follow(extra.deep.and_then(|deep| deep.head), &mut report);
    report.conclude(&heads, extra.row.is_demanded(), proven_seals);
    Ok(report)
}

/// The segment that is to be followed.
struct Span {
    first: u64,
    extent: Extent,
    /// The one after it.
    next: Option<u64>,
}

/// What is looked at beside chain and tree.
struct Extra {
    deep: Option<Deep>,
    seals: Option<Seals>,
    row: Row,
}

/// Follows one segment, on all cores where nothing but chain and tree is asked for. `false` says that the chain
/// ends here.
fn follow(
    place: Place<'_>,
    span: &Span,
    chain: &mut Chain,
    roots: &mut Roots,
    extra: &mut Extra,
) -> Result<bool, LedgerError> {
    let &Span { first, extent, next } = span;
    if extra.deep.is_none() && extra.seals.is_none() {
        let size = match extent {
            Extent::Last(size) => size,
            Extent::Closed => segment::open_read(place, first)?.1.size,
        };
        let whole = parallel::Whole { first, size, next };
        if parallel::segment(place, &whole, &mut extra.row, chain, roots)? {
            return Ok(true);
        }
    }
    chain.segment(place, first, extent, &mut |framed| {
        extra.row.entry(framed)?;
        if let Some((by, data)) = line::redacted(framed.data) {
            let seq = framed.seq;
            roots.redacted.push(Redacted { seq, by, data });
        }
        roots.push(tlog::leaf(&framed.hash));
        if let Some(seals) = &mut extra.seals {
            seals.entry(framed)?;
        }
        extra
            .deep
            .as_mut()
            .map_or(Ok(()), |deep| deep.entry(framed, roots))
    })?;
    Ok(chain.report.state != State::Tampered)
}

/// Where the ledger ends, as seen in one instant.
struct End {
    cache: Cache,
    firsts: Vec<u64>,
    /// Length of the newest segment.
    size: u64,
}

impl End {
    fn look(place: Place<'_>) -> Result<Self, LedgerError> {
        let lock = place.open(lock::NAME, OFlags::RDONLY, Mode::empty());
        let shared = lock.as_ref().ok().map(shared);
        let cache = match &lock {
            Ok(file) => tail::load(file).map_err(|e| LedgerError::io("read", &place.path(lock::NAME), e))?,
            Err(_) => Cache::Damaged,
        };
        let firsts = segment::list(place)?;
        let size = match firsts.last() {
            Some(&first) => segment::open_read(place, first)?.1.size,
            None => 0,
        };
        drop(shared);
        Ok(Self { cache, firsts, size })
    }

    fn total(&self, place: Place<'_>) -> u64 {
        let sizes = self
            .firsts
            .iter()
            .filter_map(|&first| segment::open_read(place, first).ok());
        sizes.map(|(_, shape)| shape.size).sum()
    }
}

/// A shared lock for an instant; a writer that keeps the lock for long is not waited for.
fn shared(file: &File) -> Option<File> {
    let until = Instant::now() + Duration::from_millis(500);
    let held = file.try_clone().ok()?;
    while rustix::fs::flock(&held, rustix::fs::FlockOperation::NonBlockingLockShared).is_err() {
        if Instant::now() > until {
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Some(held)
}

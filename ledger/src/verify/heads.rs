//! Signed heads: the one that lies beside the ledger, and those that were kept elsewhere.

use super::{Options, Report, State, roots::Roots, seals::Seals};
use crate::{
    LedgerError,
    genesis::Origin,
    hash::hex_text,
    keys::Secret,
    seal,
    segment::Place,
    tlog::{self, Checkpoint, Vkey},
};

/// The heads whose signatures hold.
pub(super) struct Heads {
    pub(super) local: Option<Checkpoint>,
    pub(super) kept: Vec<Checkpoint>,
}

impl Heads {
    /// Reads them and checks their signatures.
    pub(super) fn gather(
        place: Place<'_>,
        origin: Option<&Origin>,
        options: &Options<'_>,
        report: &mut Report,
    ) -> Result<Self, LedgerError> {
        let mut heads = Self {
            local: None,
            kept: Vec::new(),
        };
        if let (Some(kept), Some(origin)) = (&options.vkey, origin)
            && *kept != origin.vkey
        {
            report.find(
                State::Tampered,
                Some(1),
                "the first entry names another key than the one kept elsewhere",
            );
        }
        let Some(vkey) = options.vkey.as_ref().or(origin.map(|origin| &origin.vkey)) else {
            return Ok(heads);
        };
        if let Some(note) = tlog::local(place)? {
            heads.local = open(&note, vkey, "the head `tlog/checkpoint`", report);
        }
        for note in &options.against {
            heads
                .kept
                .extend(open(note, vkey, "the head kept elsewhere", report));
        }
        Ok(heads)
    }

    /// The sizes they were signed for.
    pub(super) fn sizes(&self) -> Vec<u64> {
        self.local
            .iter()
            .chain(&self.kept)
            .map(|head| head.size)
            .collect()
    }

    /// Compares the one beside the ledger with the last that the record tells of, as `(entry, size)`: a head is stored
    /// before it is recorded, so an older one was put back.
    pub(super) fn follow(&self, told: Option<(u64, u64)>, report: &mut Report) {
        if let (Some((seq, size)), Some(head)) = (told, &self.local)
            && head.size < size
            && report.state != State::Tampered
        {
            let what = format!(
                "the head `tlog/checkpoint` was signed for {} entries, and entry {seq} tells of a later one for {size}",
                head.size
            );
            report.find(State::Tampered, None, what);
        }
    }

    /// Compares them with the tree of the record.
    pub(super) fn judge(&self, roots: &Roots, report: &mut Report) {
        if report.state == State::Tampered {
            return;
        }
        let named = self.local.iter().map(|head| (head, "the head `tlog/checkpoint`"));
        for (head, name) in named.chain(self.kept.iter().map(|head| (head, "the head kept elsewhere"))) {
            let size = head.size;
            if size > report.entries_to {
                let what = format!(
                    "{name} was signed for {size} entries, the record ends at {}",
                    report.entries_to
                );
                report.find(State::Truncated, Some(report.entries_to + 1), what);
                continue;
            }
            match roots.at(size) {
                Some(root) if root == head.root => {}
                Some(_) => report.find(
                    State::Tampered,
                    None,
                    format!("{name} was signed for other entries than the first {size} of the record"),
                ),
                None => report.find(
                    State::Tampered,
                    None,
                    format!("{name} cannot be checked: the tiles of pruned entries are gone or damaged"),
                ),
            }
        }
    }
}

fn open(note: &[u8], vkey: &Vkey, name: &str, report: &mut Report) -> Option<Checkpoint> {
    match Checkpoint::open(note, vkey) {
        Ok(head) => Some(head),
        Err(e) => {
            report.find(State::Tampered, None, format!("{name} {e}"));
            None
        }
    }
}

/// The check of seals, if the ledger is sealed under this key.
pub(super) fn seals(origin: &Origin, key: &Secret, report: &mut Report) -> Option<Seals> {
    match origin.seal() {
        Some(commitment) if commitment == hex_text(&seal::commitment(key)) => {
            Some(Seals::new(seal::Key::first(key.clone())))
        }
        Some(_) => {
            report.find(
                State::Tampered,
                Some(1),
                "the first entry commits to another seal key",
            );
            None
        }
        None => {
            report.find(
                State::Tampered,
                Some(1),
                "the first entry says that the ledger is not sealed",
            );
            None
        }
    }
}

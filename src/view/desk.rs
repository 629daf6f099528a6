//! The ledger as a reading command meets it: the caller's directory, opened, and the newest actions in it.

use super::{
    action::{Action, Done, outcome},
    select::Selection,
};
use crate::{caller::Caller, home::Home, report::Failure};
use ledger::{LedgerError, read::Reader};
use std::{
    collections::{HashMap, VecDeque},
    os::fd::AsFd,
};

/// Outcomes whose decision was not met yet, reading backwards; more than these are damage.
const MAX_LOOSE: usize = 10_000;

/// Where it is read.
#[derive(Debug)]
pub(crate) struct Desk {
    /// Watchtower's directory.
    pub(crate) home: Home,
}

impl Desk {
    /// Opens the directory that this process's calls are recorded in.
    ///
    /// # Errors
    /// 78 where there is none or it cannot be trusted.
    pub(crate) fn open() -> Result<Self, Failure> {
        let caller = Caller::of_this_process()?;
        let home = Home::open(&caller)?;
        Ok(Self { home })
    }

    /// The ledger, for reading.
    ///
    /// # Errors
    /// 74 where there is none.
    pub(crate) fn reader(&self) -> Result<Reader, LedgerError> {
        Reader::open(self.home.dir.as_fd(), &self.home.path)
    }
}

/// The newest `count` actions that are asked for, oldest first, and the number of the newest entry of all.
///
/// # Errors
/// A segment cannot be read.
pub(crate) fn newest(
    reader: &Reader,
    selection: &Selection,
    count: usize,
) -> Result<(Vec<Action>, u64), LedgerError> {
    let mut loose: HashMap<u64, (Done, bool)> = HashMap::new();
    let mut found = VecDeque::new();
    let mut last = 0;
    for entry in reader.backwards() {
        let entry = entry?;
        last = last.max(entry.seq);
        if found.len() >= count || selection.is_before(&entry.timestamp) {
            break;
        }
        if let Some((of, done)) = outcome(&entry) {
            if loose.len() < MAX_LOOSE {
                loose.insert(of, (done, selection.is_met(&entry)));
            }
            continue;
        }
        let mut action = Action::of(&entry);
        let mut met = selection.is_met(&entry);
        if let Some((done, met_too)) = loose.remove(&entry.seq) {
            action.outcome = Some(done);
            met |= met_too;
        }
        if selection.takes(&action, met) {
            found.push_front(action);
        }
    }
    Ok((found.into(), last))
}

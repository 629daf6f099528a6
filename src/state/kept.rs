//! The files that hold grants, one for each thing that can be asked for. They only help to find a grant: nothing that
//! is read here is believed before its signature was checked.

use super::{
    call::Call,
    files,
    grant::{Grant, Reach, Standing, Unfit},
    table::Table,
};
use crate::{
    approver::{PublicKey, Signed, Written},
    report::{Exit, Failure},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::{iter::once, os::fd::BorrowedFd, path::Path};

/// Where they are.
const DIR: &str = "state/grants";
/// Grants for the same thing that are kept; older ones are over first.
const MAX_FOR_ONE: usize = 16;
/// No such file is longer.
const MAX_BYTES: u64 = 1 << 20;

/// A grant as it is kept: what was signed, and what was asked for, in words that nobody signed.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    signed: Stated,
    summary: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stated {
    statement: Grant,
    /// Ed25519, hex.
    signature: String,
}

impl Kept {
    /// Of a signed statement; none where that is no grant.
    pub(super) fn of(signed: &Signed, summary: &str) -> Option<Self> {
        Some(Self {
            signed: Stated {
                statement: Grant::claimed(signed)?,
                signature: signed.signature().to_owned(),
            },
            summary: summary.to_owned(),
        })
    }

    /// The grant, as the file has it.
    pub(super) fn claimed(&self) -> &Grant {
        &self.signed.statement
    }

    pub(super) fn into_grant(self) -> Grant {
        self.signed.statement
    }

    /// What must have been signed for it.
    pub(super) fn written(&self) -> Written<'_> {
        self.signed.statement.written(&self.signed.signature)
    }

    fn to_json(&self) -> Result<Json, Failure> {
        let Stated { statement, signature } = &self.signed;
        let signed = json!({"statement": statement.statement()?, "signature": signature});
        Ok(json!({"signed": signed, "summary": self.summary}))
    }
}

fn file(grant: &Grant) -> String {
    let (reach, value) = grant.reach.parts();
    let value = match &grant.reach {
        Reach::Dir(path) => path.strip_suffix('/').unwrap_or(path),
        Reach::Exact(_) | Reach::Same(_) | Reach::Host(_) | Reach::Rule(_) => value,
    };
    format!("{DIR}/{}", grant.call().key(reach, value))
}

/// Puts a grant where calls look for it; those that are over make room.
pub(super) fn store(home: BorrowedFd<'_>, kept: Kept) -> Result<(), Failure> {
    let name = file(kept.claimed());
    let mut all = read(home, &name)?;
    all.retain(|old| old.signed != kept.signed);
    all.insert(0, kept);
    all.truncate(MAX_FOR_ONE);
    let all: Vec<Json> = all.iter().map(Kept::to_json).collect::<Result<_, _>>()?;
    let bytes = serde_json::to_vec(&all).unwrap_or_default();
    files::replace(home, &name, &bytes, files::Sync::Lazy)
        .map_err(|e| Failure::new(Exit::Ledger, format!("cannot write the grant `{name}`: {e}")))
}

/// The files that may hold a grant for this call, narrowest first.
pub(super) fn places(call: &Call) -> impl Iterator<Item = String> {
    let exact = once(("exact", call.digest.clone()));
    let same = once(("same", call.same.clone()));
    // What is wider is made out only where nothing narrower was found.
    let wider = once(()).flat_map(|()| {
        let common = call.common_dir().unwrap_or_default();
        let dirs = Path::new(&common).ancestors();
        let dirs = dirs.filter_map(Path::to_str).filter(|dir| !dir.is_empty());
        let mut wider: Vec<_> = dirs.map(|dir| ("dir", dir.to_owned())).collect();
        wider.extend(call.common_host().map(|host| ("host", host.to_owned())));
        wider.push(("rule", call.rules.join(", ")));
        wider
    });
    exact
        .chain(same)
        .chain(wider)
        .map(|(reach, value)| format!("{DIR}/{}", call.key(reach, &value)))
}

/// The grants of one file.
pub(super) fn read(home: BorrowedFd<'_>, name: &str) -> Result<Vec<Kept>, Failure> {
    match files::read(home, name, MAX_BYTES) {
        Ok(None) => Ok(Vec::new()),
        // What is not in the format was not written by us and grants nothing.
        Ok(Some(bytes)) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
        Err(e) => Err(Failure::new(
            Exit::Ledger,
            format!("cannot read the grant `{name}`: {e}"),
        )),
    }
}

/// Every grant that has a file, by number.
pub(super) fn all(
    home: BorrowedFd<'_>,
    table: &Table,
    key: Option<&PublicKey>,
) -> Result<Vec<Standing>, Failure> {
    let names = files::list(home, DIR)
        .map_err(|e| Failure::new(Exit::Ledger, format!("cannot list `{DIR}`: {e}")))?;
    let mut found = Vec::new();
    for name in names {
        for kept in read(home, &format!("{DIR}/{name}"))? {
            let (grant, written) = (kept.claimed(), kept.written());
            let slot = table.slot(grant.number)?;
            let genuine = key.is_some_and(|key| written.is_by(key));
            let standing = grant.standing(&written, &slot, table.header.seen.now());
            found.push(Standing {
                used: slot.used,
                made: slot.made,
                over: if genuine {
                    standing.err()
                } else {
                    Some(Unfit::Foreign)
                },
                grant: grant.clone(),
                summary: kept.summary,
            });
        }
    }
    found.sort_by_key(|standing| standing.grant.number);
    Ok(found)
}

//! Grants: what a person allowed, for whom, how far and how long. A grant is a signed statement; the files that hold
//! it only help to find it. It raises `escalate` to `allow`, and nothing else.

use super::{
    call::Call,
    files,
    moment::{Micros, Span},
    table::{End, Slot, Table},
};
use crate::{
    approver::{PublicKey, Signed, Statement, Written},
    report::{Exit, Failure},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::os::fd::BorrowedFd;

/// Where grants are kept, one file for each thing that can be asked for.
const DIR: &str = "state/grants";
/// Grants for the same thing that are kept; older ones are over first.
const MAX_FOR_ONE: usize = 16;
/// No such file is longer.
const MAX_BYTES: u64 = 1 << 20;
/// Kind of the statement.
pub(super) const STATEMENT: &str = "grant";

/// How far a grant reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// This very call on these very objects, as they were found.
    Exact(String),
    /// This very call, also when the objects have changed meanwhile.
    Same(String),
    /// The operation on anything below a directory; on the directory itself too where no slash ends its path.
    Dir(String),
    /// The operation on anything on a host.
    Host(String),
    /// Whatever the same rules ask about.
    Rule(String),
}

impl Reach {
    fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Exact(digest) => ("exact", digest),
            Self::Same(digest) => ("same", digest),
            Self::Dir(path) => ("dir", path),
            Self::Host(host) => ("host", host),
            Self::Rule(rules) => ("rule", rules),
        }
    }

    /// In words, after the operation.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Exact(_) => "exactly this".to_owned(),
            Self::Same(_) => "this call, also when the objects have changed meanwhile".to_owned(),
            Self::Dir(path) => match path.strip_suffix('/') {
                Some(path) => format!("anything below `{path}`"),
                None => format!("`{path}` and anything below it"),
            },
            Self::Host(host) => format!("anything on `{host}`"),
            Self::Rule(rules) => format!("whatever rule `{rules}` asks about"),
        }
    }
}

/// What a person allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its number; `g<number>` is its id.
    pub number: u32,
    /// Whom it is for.
    pub principal: String,
    /// The agent it is for, `` for none.
    pub agent: String,
    /// The domain it is for.
    pub domain: String,
    /// The operation it is for.
    pub operation: String,
    /// The rules that it answers.
    pub rules: Vec<String>,
    /// How far it reaches.
    pub reach: Reach,
    /// How often it can be used, none for as often as wanted.
    pub uses: Option<u32>,
    /// How long it lasts.
    pub span: Span,
    /// The request that it answers.
    pub request: String,
}

/// A grant as it is kept: what was signed, and what was asked for, in words that nobody signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    pub signed: Signed,
    pub summary: String,
}

/// Why a grant does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Not made by this ledger's approver, or not for this call.
    Foreign,
    /// Its time is over.
    Expired,
    /// It was used as often as it can be.
    Exhausted,
    /// A person took it back.
    Revoked,
}

impl Grant {
    /// `g<number>`.
    #[must_use]
    pub fn id(&self) -> String {
        id(self.number)
    }

    /// As a statement to be signed.
    ///
    /// # Errors
    /// It has no JSON form.
    pub fn statement(&self) -> Result<Statement, Failure> {
        match serde_json::to_value(self) {
            Ok(Json::Object(members)) => Ok(Statement::new(STATEMENT, members)),
            _ => Err(Failure::new(Exit::Ledger, "the grant cannot be written down")),
        }
    }

    /// Reads a statement, without any check of its signature.
    #[must_use]
    pub fn claimed(signed: &Signed) -> Option<Self> {
        serde_json::from_value(Json::Object(signed.claimed().members())).ok()
    }

    fn call(&self) -> Call {
        Call {
            principal: self.principal.clone(),
            agent: self.agent.clone(),
            domain: self.domain.clone(),
            operation: self.operation.clone(),
            rules: self.rules.clone(),
            ..Call::default()
        }
    }

    fn file(&self) -> String {
        let (reach, value) = self.reach.parts();
        let value = match &self.reach {
            Reach::Dir(path) => path.strip_suffix('/').unwrap_or(path),
            _ => value,
        };
        format!("{DIR}/{}", self.call().key(reach, value))
    }

    /// Whether it is for this call, by all that both say. The file it was found in says nothing.
    #[must_use]
    pub fn covers(&self, call: &Call) -> bool {
        let same = self.principal == call.principal
            && self.agent == call.agent
            && self.domain == call.domain
            && self.operation == call.operation
            && self.rules == call.rules;
        same && match &self.reach {
            Reach::Exact(digest) => *digest == call.digest,
            Reach::Same(digest) => *digest == call.same,
            Reach::Dir(dir) => {
                let itself = |dir: &str| call.objects.iter().any(|object| object.path == dir);
                call.common_dir().is_some_and(|common| is_within(&common, dir))
                    && !dir.strip_suffix('/').is_some_and(itself)
            }
            Reach::Host(host) => call.common_host() == Some(host.as_str()),
            Reach::Rule(rules) => *rules == call.rules.join(", ") && !call.rules.is_empty(),
        }
    }

    /// Whether it can still be used.
    pub(super) fn standing(&self, written: &Written<'_>, slot: &Slot, latest: Micros) -> Result<(), Unfit> {
        if slot.made == 0 || slot.digest != written.digest() {
            return Err(Unfit::Foreign);
        }
        match slot.end {
            End::Revoked => return Err(Unfit::Revoked),
            End::Expired => return Err(Unfit::Expired),
            End::Open => {}
        }
        if self.span.is_over(latest) {
            return Err(Unfit::Expired);
        }
        if self.uses.is_some_and(|uses| slot.used >= uses) {
            return Err(Unfit::Exhausted);
        }
        Ok(())
    }
}

/// Whether a directory is another one or lies below it, compared by components.
fn is_within(path: &str, dir: &str) -> bool {
    std::path::Path::new(path).starts_with(dir)
}

/// The id of a grant's number.
#[must_use]
pub(super) fn id(number: u32) -> String {
    format!("g{number}")
}

/// The number of an id.
#[must_use]
pub(super) fn number(id: &str) -> Option<u32> {
    let digits = id.strip_prefix('g')?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain)
}

/// Puts a grant where calls look for it; those that are over make room.
pub(super) fn store(home: BorrowedFd<'_>, grant: &Grant, kept: Kept) -> Result<(), Failure> {
    let name = grant.file();
    let mut all = read(home, &name)?;
    all.retain(|old| old.signed != kept.signed);
    all.insert(0, kept);
    all.truncate(MAX_FOR_ONE);
    let bytes = serde_json::to_vec(&all).unwrap_or_default();
    files::replace(home, &name, &bytes, files::Sync::Lazy)
        .map_err(|e| Failure::new(Exit::Ledger, format!("cannot write the grant `{name}`: {e}")))
}

/// The files that may hold a grant for this call, narrowest first.
pub(super) fn places(call: &Call) -> impl Iterator<Item = String> {
    let common = call.common_dir().unwrap_or_default();
    let dirs = std::path::Path::new(&common).ancestors();
    let dirs = dirs
        .filter_map(std::path::Path::to_str)
        .filter(|dir| !dir.is_empty());
    let mut places = vec![("exact", call.digest.clone()), ("same", call.same.clone())];
    places.extend(dirs.map(|dir| ("dir", dir.to_owned())));
    places.extend(call.common_host().map(|host| ("host", host.to_owned())));
    places.push(("rule", call.rules.join(", ")));
    places
        .into_iter()
        .map(|(reach, value)| format!("{DIR}/{}", call.key(reach, &value)))
}

/// The grants of one file: nothing that is read here is believed yet.
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

/// A grant as it stands now.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The grant.
    pub grant: Grant,
    /// What was asked for, in words.
    pub summary: String,
    /// How often it was used.
    pub used: u32,
    /// The entry that made it.
    pub made: u64,
    /// Why it no longer serves.
    pub over: Option<Unfit>,
}

impl Standing {
    /// For `--json`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let state = match self.over {
            None => "open",
            Some(Unfit::Expired) => "expired",
            Some(Unfit::Exhausted) => "used up",
            Some(Unfit::Revoked) => "revoked",
            Some(Unfit::Foreign) => "not signed by the approver",
        };
        json!({
            "id": self.grant.id(), "state": state, "used": self.used, "entry": self.made, "grant": self.grant, "summary": self.summary,
            "expires": super::moment::text(self.grant.span.to),
        })
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
        for Kept { signed, summary } in read(home, &format!("{DIR}/{name}"))? {
            let (Some(grant), Some(written)) = (Grant::claimed(&signed), signed.written()) else {
                continue;
            };
            let slot = table.slot(grant.number)?;
            let genuine = key.is_some_and(|key| written.verified(key, STATEMENT).is_some());
            let standing = grant.standing(&written, &slot, table.header.seen.now());
            let over = if genuine {
                standing.err()
            } else {
                Some(Unfit::Foreign)
            };
            found.push(Standing {
                used: slot.used,
                made: slot.made,
                over,
                grant,
                summary,
            });
        }
    }
    found.sort_by_key(|standing| standing.grant.number);
    Ok(found)
}

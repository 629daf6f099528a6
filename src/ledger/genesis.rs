//! The beginning of a ledger: its directory entries, its keys and the first entry.

use super::{
    Draft, Kind, Ledger, LedgerError, Receipt, Settings,
    append::{Lines, Segment, prepare, sync_segment},
    clock, hash,
    keys::Keys,
    lock::{self, Lock},
    note, rotate,
    scan::{self, Piece},
    segment,
    segment::Place,
    tail::{self, Cache, Tail},
};
use ed25519_dalek::SigningKey;
use serde_json::{Map, Value};
use std::{
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

/// Name of the format in the first entry.
const FORMAT: &str = "wt-ledger-v1";

/// What the first entry says besides what the ledger makes itself.
#[derive(Clone, Debug, Default)]
pub struct Genesis {
    /// Names this ledger among others: `host/user`-like, no spaces, no `+`.
    pub origin: String,
    /// Host name.
    pub host: String,
    /// Digest of each policy layer, by layer.
    pub policy: Map<String, Value>,
    /// The approver's public key, where one is set.
    pub approver_key: Option<String>,
}

impl Genesis {
    /// The first entry of a ledger of this origin, without anything optional.
    pub fn named(origin: impl Into<String>) -> Self {
        Self {
            origin: origin.into(),
            ..Self::default()
        }
    }
}

/// A ledger just made.
#[derive(Debug)]
pub struct Created {
    /// Ready to append to.
    pub ledger: Ledger,
    /// Its first entry.
    pub first: Receipt,
    /// The checkpoint verifier key, to keep elsewhere.
    pub vkey: String,
}

impl Ledger {
    /// Makes a ledger: keys, lock file, first segment, all durable.
    ///
    /// # Errors
    /// There is one already, or was one: what should exist and does not is never begun afresh.
    pub fn create(
        dir: OwnedFd,
        shown: &Path,
        genesis: &Genesis,
        settings: Settings,
    ) -> Result<Created, LedgerError> {
        let place = Place {
            dir: dir.as_fd(),
            shown,
        };
        if !note::is_name(&genesis.origin) {
            return Err(LedgerError::Draft {
                why: format!("the origin `{}` is empty or has a space or `+`", genesis.origin),
            });
        }
        let mut lock = Lock::create(place)?;
        let guard = lock.take(place, settings.lock_timeout)?;
        if has_entries(place)? {
            return Err(LedgerError::Exists {
                path: shown.to_path_buf(),
            });
        }
        let cache = tail::load(&guard).map_err(|e| LedgerError::io("read", &place.path(lock::NAME), e))?;
        if cache != Cache::Empty {
            return Err(LedgerError::Tampered {
                path: shown.to_path_buf(),
                why: "had a ledger, and its segments are gone".to_owned(),
            });
        }
        let key = SigningKey::from_bytes(&*Keys::create(place)?.make(note::KEY_NAME)?);
        let vkey = note::vkey(&genesis.origin, &key.verifying_key());
        let mut data = Map::new();
        data.insert("format".to_owned(), Value::from(FORMAT));
        data.insert("origin".to_owned(), Value::from(genesis.origin.as_str()));
        data.insert("vkey".to_owned(), Value::from(vkey.as_str()));
        data.insert("host".to_owned(), Value::from(genesis.host.as_str()));
        data.insert("policy_sha256".to_owned(), Value::Object(genesis.policy.clone()));
        let approver = genesis.approver_key.as_deref().map_or(Value::Null, Value::from);
        data.insert("approver_key".to_owned(), approver);
        data.insert("seal".to_owned(), Value::Null);
        let mut lines = Lines::new(0, 0, hash::ZERO);
        let draft = Draft {
            kind: Kind::Genesis,
            data,
        };
        let first = lines.push(&prepare(draft)?);
        let mut segment = Segment {
            first: 1,
            file: rotate::fresh_file(place, 1)?,
            left: None,
        };
        let tail = lines.write(place, &mut segment, Tail::nothing(clock::now()))?;
        sync_segment(place, &segment)?;
        place.sync()?;
        drop(tail.store(&guard));
        drop(guard);
        Ok(Created {
            ledger: Self::with(dir, shown, settings, lock),
            first,
            vkey,
        })
    }
}

/// Whether there is a ledger: anything but a first segment that a crash left without a whole line.
fn has_entries(place: Place<'_>) -> Result<bool, LedgerError> {
    match segment::list(place)?.as_slice() {
        [] => Ok(false),
        [1] => {
            let path = place.path(&segment::name(1));
            let (file, _) = segment::open_read(place, 1)?;
            Ok(matches!(
                scan::Lines::from(file, &path, 0)?.next()?,
                Piece::Line(_)
            ))
        }
        _ => Ok(true),
    }
}

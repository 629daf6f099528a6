//! The beginning of a ledger: its directory entries, its keys and the first entry.

use super::{
    Draft, Kind, Ledger, LedgerError, Receipt, Settings,
    batch::make_reserve,
    clock,
    durable::sync_segment,
    hash,
    keys::{Keys, random},
    line,
    lines::{Lines, prepare},
    lock::{self, Lock},
    redact::KEY_NAME as REDACTION_KEY,
    rotate,
    scan::{self, Piece},
    seal::{self, Sealer},
    segment::{self, Place},
    tail::{self, Cache, Tail},
    tlog::{Vkey, note},
};
use ed25519_dalek::SigningKey;
use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
};
use serde_json::{Map, Value};
use std::{
    os::fd::{AsFd, OwnedFd},
    path::Path,
};
use zeroize::Zeroizing;

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
    /// Whether every entry is sealed.
    pub seal: bool,
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
    /// The first seal key, to keep off the machine; it is not kept on it.
    pub seal_key: Option<Zeroizing<String>>,
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
            return Err(LedgerError::Emptied {
                path: shown.to_path_buf(),
            });
        }
        // Before there is a first entry: where there is no room for it, nothing begins.
        make_reserve(place)?;
        let keys = Keys::create(place)?;
        let key = SigningKey::from_bytes(&*keys.make(note::KEY_NAME)?);
        keys.make(REDACTION_KEY)?;
        let seal_key = if genesis.seal { Some(random()?) } else { None };
        let mut sealer = match &seal_key {
            Some(key) => Some(Sealer::create(place, key)?),
            None => None,
        };
        let vkey = Vkey::new(&genesis.origin, key.verifying_key()).to_string();
        let mut data = Map::new();
        data.insert("format".to_owned(), Value::from(FORMAT));
        data.insert("origin".to_owned(), Value::from(genesis.origin.as_str()));
        data.insert("vkey".to_owned(), Value::from(vkey.as_str()));
        data.insert("host".to_owned(), Value::from(genesis.host.as_str()));
        data.insert("policy_sha256".to_owned(), Value::Object(genesis.policy.clone()));
        let approver = genesis.approver_key.as_deref().map_or(Value::Null, Value::from);
        data.insert("approver_key".to_owned(), approver);
        let commitment = seal_key.as_ref().map_or(Value::Null, |key| {
            serde_json::json!({"commitment": hash::hex_text(&seal::commitment(key)), "scheme": "wt-seal-v1"})
        });
        data.insert("seal".to_owned(), commitment);
        let mut lines = Lines::new(0, 0, hash::ZERO);
        let draft = Draft {
            kind: Kind::Genesis,
            data,
        };
        let first = lines.push(&prepare(&draft, None)?, sealer.as_mut());
        let mut segment = rotate::fresh(place, 1)?;
        let nothing = Tail {
            sealed: genesis.seal,
            ..Tail::nothing(clock::now())
        };
        let begun = lines.write(place, &mut segment, nothing).and_then(|tail| {
            if let Some(sealer) = &sealer {
                sealer.store(place)?;
            }
            sync_segment(place, &segment)?;
            place.sync()?;
            tail.store(&guard)
                .and_then(|_| guard.sync_data())
                .map_err(|e| LedgerError::io("write", &place.path(lock::NAME), e))
        });
        if let Err(e) = begun {
            // Nobody is shown the keys, so what stands there must not be taken for a ledger.
            segment.file.set_len(0).and_then(|()| tail::forget(&guard)).ok();
            return Err(e);
        }
        drop(guard);
        Ok(Created {
            ledger: Self::with(dir, shown, settings, lock),
            first,
            vkey,
            seal_key: seal_key.as_ref().map(seal::shown),
        })
    }
}

/// What the first entry says of the ledger as a log.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    pub(super) name: String,
    pub(super) vkey: Vkey,
    pub(super) data: Map<String, Value>,
}

/// Where the first entry's line is kept once its segment was pruned.
pub(super) const KEPT: &str = "tlog/genesis";

impl Origin {
    /// Reads the first entry, or what was kept of it.
    pub(super) fn read(place: Place<'_>) -> Result<Self, LedgerError> {
        let (name, file) = match segment::open_read(place, 1) {
            Ok((file, _)) => (segment::name(1), file),
            Err(e) if e.errno() == Some(Errno::NOENT) => {
                let kept = place.open(KEPT, OFlags::RDONLY, Mode::empty());
                (KEPT.to_owned(), kept.map_err(|_| e)?)
            }
            Err(e) => return Err(e),
        };
        let path = place.path(&name);
        let unfit = |why| LedgerError::Unfit {
            path: path.clone(),
            why,
        };
        let mut lines = scan::Lines::from(file, &path, 0, u64::MAX)?;
        let Piece::Line(line) = lines.next()? else {
            return Err(unfit("has no first entry"));
        };
        let framed = line::parse(line).map_err(unfit)?;
        Self::of(framed.data).ok_or_else(|| unfit("has no first entry that names a key"))
    }

    /// The commitment to the first seal key, where entries are sealed.
    pub(super) fn seal(&self) -> Option<&str> {
        self.data.get("seal")?.get("commitment")?.as_str()
    }

    pub(super) fn is_sealed(&self) -> bool {
        self.seal().is_some()
    }

    /// What the data of a first entry says.
    pub(super) fn of(data: &[u8]) -> Option<Self> {
        let data: Map<String, Value> = serde_json::from_slice(data).ok()?;
        let text = |name: &str| data.get(name)?.as_str();
        let fits = text("kind")? == "genesis" && text("format")? == FORMAT;
        let (name, vkey) = (text("origin")?.to_owned(), Vkey::parse(text("vkey")?).ok()?);
        fits.then_some(Self { name, vkey, data })
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
                scan::Lines::from(file, &path, 0, u64::MAX)?.next()?,
                Piece::Line(_)
            ))
        }
        _ => Ok(true),
    }
}

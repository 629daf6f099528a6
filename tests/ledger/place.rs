//! A directory of its own for each test, with a ledger in it.

use ledger::{Draft, Durability, Genesis, Kind, Ledger, Settings, verify};
use serde_json::{Map, Value, json};
use std::{
    fs::File,
    os::{
        fd::{AsFd, OwnedFd},
        unix::fs::DirBuilderExt,
    },
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// The directory; removed with the value.
pub(crate) struct Place(PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("wt-ledger-{}-{n}", std::process::id()));
        std::fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
        Self(path)
    }

    /// With a ledger of one entry.
    pub(crate) fn with_ledger() -> Self {
        let place = Self::new();
        drop(place.create(&Genesis::named("test.example/ledger")));
        place
    }

    pub(crate) fn create(&self, genesis: &Genesis) -> ledger::Created {
        Ledger::create(self.dir(), self.path(), genesis, Settings::default()).unwrap()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn dir(&self) -> OwnedFd {
        File::open(&self.0).unwrap().into()
    }

    pub(crate) fn open(&self) -> Ledger {
        Ledger::open(self.dir(), self.path(), Settings::default()).unwrap()
    }

    /// Appends `n` events.
    pub(crate) fn fill(&self, n: usize) {
        let mut ledger = self.open();
        for i in 0..n {
            ledger.append(&[event(i)], Durability::Relaxed).unwrap();
        }
    }

    pub(crate) fn segment(&self, first: u64) -> PathBuf {
        self.0.join(format!("ledger-{first:020}.jsonl"))
    }

    pub(crate) fn verify(&self) -> verify::Report {
        verify::verify(self.dir().as_fd(), self.path()).unwrap()
    }

    pub(crate) fn exit_code(&self) -> u8 {
        self.verify().state.exit_code()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let kept = std::env::var_os("WT_TEST_KEEP").is_some();
        if !kept {
            std::process::Command::new("rm")
                .arg("-r")
                .arg("--")
                .arg(&self.0)
                .status()
                .unwrap();
        }
    }
}

/// An event that says `i`.
pub(crate) fn event(i: usize) -> Draft {
    Draft {
        kind: Kind::Event,
        data: object(json!({"source": "test", "n": i})),
    }
}

pub(crate) fn object(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

/// Removes a file or tree of a test's own.
pub(crate) fn remove(path: &Path) {
    assert!(path.starts_with(std::env::temp_dir()));
    let done = std::process::Command::new("rm")
        .arg("-r")
        .arg("--")
        .arg(path)
        .status()
        .unwrap();
    assert!(done.success());
}

//! What a call stands on: Watchtower's directory, the policy in force and the workspace. Opened anew for each
//! call, so that a changed policy holds from the next call on.

use crate::{
    caller::Caller,
    checked::Checked,
    facts::workspace::{self, Root},
    home::{Home, LayerFile},
    level,
    record::Origin,
    report::Failure,
    state::State,
};
use ledger::{Durability, Ledger, LedgerError};
use policy::{Layer, Policy, Source};
use serde_json::Value as Json;
use std::{os::fd::AsFd, time::Duration};

/// The directory, policy and workspace of one call.
#[derive(Debug)]
pub struct Ground {
    /// Watchtower's directory.
    pub home: Home,
    /// The policy in force.
    pub policy: Policy,
    /// SHA-256 of each layer's bytes, hex.
    pub digests: Vec<(Layer, String)>,
    /// The workspace, where there is one.
    pub workspace: Option<Root>,
    layers: Vec<LayerFile>,
}

impl Ground {
    /// Opens what this caller's calls stand on.
    ///
    /// # Errors
    /// 78 where the directory or a policy layer cannot be trusted or read.
    pub fn of(caller: &Caller) -> Result<Self, Failure> {
        let home = Home::open(caller)?;
        let mut layers = home.layers(caller)?;
        let checked = Checked::read(home.dir.as_fd());
        let mut policy = load(&layers, &checked)?;
        let workspace = workspace::find(caller, &policy.settings().workspace.roots);
        if let Some(root) = &workspace
            && let Some(project) = home.project_layer(caller, root.dir.as_fd(), &root.path)?
        {
            layers.push(project);
            policy = load(&layers, &checked)?;
        }
        let digests = layers
            .iter()
            .map(|file| (file.layer, file.sha256.clone()))
            .collect();
        Ok(Self {
            home,
            policy,
            digests,
            workspace,
            layers,
        })
    }

    /// Whether a policy document has this word anywhere, so that a fact which costs a file is read only where a rule
    /// may ask for it.
    pub fn mentions(&self, word: &str) -> bool {
        let finder = memchr::memmem::Finder::new(word);
        self.layers.iter().any(|file| finder.find(&file.bytes).is_some())
    }

    /// The ledger in this directory, ready to append.
    ///
    /// # Errors
    /// 74 where there is none or it cannot be opened.
    pub fn ledger(&self) -> Result<Ledger, LedgerError> {
        let dir = rustix::io::fcntl_dupfd_cloexec(&self.home.dir, 0)
            .map_err(|e| LedgerError::io("open", &self.home.path, e))?;
        Ledger::open(dir, &self.home.path, self.writing())
    }

    /// What is remembered between calls.
    pub fn state(&self) -> State<'_> {
        State::new(
            self.home.dir.as_fd(),
            &self.home.path,
            &self.policy.settings().approvals,
        )
    }

    /// How policy wants the ledger written.
    pub fn writing(&self) -> ledger::Settings {
        let wanted = &self.policy.settings().ledger;
        ledger::Settings {
            rotate_bytes: wanted.rotate_bytes,
            rotate_after: Duration::from_secs(wanted.rotate_hours.saturating_mul(3600)),
            require_seal: wanted.seal,
            redact: self
                .policy
                .settings()
                .redact
                .patterns
                .iter()
                .map(pattern)
                .collect(),
            ..ledger::Settings::default()
        }
    }

    /// When an entry must be on stable storage.
    pub fn durability(&self) -> Durability {
        match self.policy.settings().ledger.durability {
            policy::Durability::Relaxed => Durability::Relaxed,
            policy::Durability::Intent => Durability::Intent,
            policy::Durability::Strict => Durability::Strict,
        }
    }

    /// What can be promised of this caller's calls (README, "Levels").
    pub fn level(&self, caller: &Caller) -> &'static str {
        level::of(self.home.owner, caller).level
    }

    /// What is recorded of a call beside its intent and decision.
    pub fn origin<'a>(&'a self, caller: &'a Caller, alerts: &'a [Json]) -> Origin<'a> {
        Origin {
            caller,
            home: &self.home,
            policies: &self.digests,
            level: self.level(caller),
            alerts,
        }
    }
}

fn pattern(wanted: &policy::RedactPattern) -> ledger::Pattern {
    ledger::Pattern {
        name: wanted.name.clone(),
        regex: wanted.regex.clone(),
    }
}

fn load(layers: &[LayerFile], checked: &Checked<'_>) -> Result<Policy, Failure> {
    let sources: Vec<Source> = layers
        .iter()
        .map(|file| Source {
            layer: file.layer,
            path: file.path.display().to_string(),
            bytes: file.bytes.clone(),
        })
        .collect();
    if layers.iter().all(|file| checked.has(&file.sha256))
        && let Ok(policy) = policy::load_again(&sources)
    {
        return Ok(policy);
    }
    let policy =
        policy::load(&sources).map_err(|problems| Failure::of_policy(&problems, "wt policy check"))?;
    checked.remember(layers.iter().map(|file| file.sha256.as_str()));
    Ok(policy)
}

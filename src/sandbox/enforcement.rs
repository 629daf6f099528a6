//! What was really enforced on one effect, as it goes into its decision record, and what policy demands.
//! Says only what the kernel confirmed; a layer that could not be had is named as missing, with the reason.

use super::SandboxError;
use serde::{Deserialize, Serialize};

/// Where an effect runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// On a thread of `wt` that restricted itself: confines wrong paths, not code execution.
    Thread,
    /// In a re-executed `wt __effect`.
    Process,
    /// In a re-executed `wt __confine` that became the pinned tool.
    Child,
}

/// Landlock, as restricted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LandlockLayer {
    /// ABI in use.
    pub abi: u8,
    /// Number of file system rights handled: all that this ABI has.
    pub handled: u32,
    /// What was granted, one entry a rule, rights by name.
    pub granted: Vec<String>,
    /// Whether TCP bind and connect are handled (ABI 4).
    pub tcp: bool,
    /// Whether signals and abstract sockets are scoped (ABI 6).
    pub scoped: bool,
}

/// seccomp, as installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeccompLayer {
    /// Profile name.
    pub profile: String,
    /// SHA-256 of the installed program, lower-case hex.
    pub sha256: String,
    /// What a call outside the profile meets.
    pub mismatch: String,
}

/// A layer that was wanted and not had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Missing {
    /// `landlock`, `seccomp`, `userns`, `mountns`, `netns`, ...
    pub layer: String,
    /// Why, in one line.
    pub why: String,
}

/// Everything that holds one effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enforcement {
    /// Where it runs.
    pub mode: Mode,
    /// Landlock, none where absent.
    pub landlock: Option<LandlockLayer>,
    /// seccomp, none where absent.
    pub seccomp: Option<SeccompLayer>,
    /// Namespaces of its own: `user`, `mount`, `net`, `pid`, `ipc`, `uts`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// Resource limits, `name=value`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<String>,
    /// Whether capabilities were dropped.
    #[serde(default, skip_serializing_if = "is_false")]
    pub capabilities_dropped: bool,
    /// Wanted and not had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Enforcement {
    /// Nothing enforced yet.
    #[must_use]
    pub fn none(mode: Mode) -> Self {
        Self {
            mode,
            landlock: None,
            seccomp: None,
            namespaces: Vec::new(),
            limits: Vec::new(),
            capabilities_dropped: false,
            missing: Vec::new(),
        }
    }

    /// Notes a layer that could not be had.
    pub fn miss(&mut self, layer: &str, why: impl Into<String>) {
        self.missing.push(Missing {
            layer: layer.to_owned(),
            why: why.into(),
        });
    }

    /// Landlock ABI in force, 0 for none.
    #[must_use]
    pub fn landlock_abi(&self) -> u8 {
        self.landlock.as_ref().map_or(0, |layer| layer.abi)
    }

    /// Whether that namespace is the effect's own.
    #[must_use]
    pub fn has_namespace(&self, name: &str) -> bool {
        self.namespaces.iter().any(|own| own == name)
    }
}

/// The least that policy accepts; below it the call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinSandbox {
    /// Least Landlock ABI; 0 asks for none.
    pub landlock_abi: u8,
    /// Whether a seccomp filter must be installed.
    pub seccomp: bool,
    /// Whether the network must be cut off where the effect needs none: by a namespace of its own or by seccomp.
    pub network: bool,
    /// Namespaces that must be the effect's own.
    pub namespaces: &'static [&'static str],
}

impl MinSandbox {
    /// The default for native effects: openat2 and seccomp, Landlock when present.
    pub const NATIVE: Self = Self {
        landlock_abi: 0,
        seccomp: true,
        network: false,
        namespaces: &[],
    };
    /// The default for tools: Landlock ABI 1, and a user namespace or seccomp.
    pub const EXEC: Self = Self {
        landlock_abi: 1,
        seccomp: false,
        network: true,
        namespaces: &[],
    };

    /// What this policy demands for tools.
    pub(crate) fn of_tools(settings: &policy::Settings) -> Self {
        let demanded = &settings.sandbox.min_sandbox.exec;
        Self {
            landlock_abi: u8::try_from(demanded.landlock_abi).unwrap_or(u8::MAX),
            seccomp: demanded.seccomp,
            network: true,
            namespaces: if demanded.namespaces {
                &["user", "mount"]
            } else {
                &[]
            },
        }
    }

    /// Refuses where less is enforced than demanded.
    ///
    /// # Errors
    /// [`SandboxError::BelowMinimum`] names the first demand that is not met.
    pub fn check(&self, enforced: &Enforcement) -> Result<(), SandboxError> {
        let below = |layer: &str, wanted: String| {
            let why = enforced
                .missing
                .iter()
                .find(|missing| missing.layer == layer)
                .map_or_else(String::new, |missing| missing.why.clone());
            Err(SandboxError::BelowMinimum { wanted, why })
        };
        if enforced.landlock_abi() < self.landlock_abi {
            return below("landlock", format!("Landlock ABI {}", self.landlock_abi));
        }
        if self.seccomp && enforced.seccomp.is_none() {
            return below("seccomp", "seccomp".to_owned());
        }
        if self.network && enforced.seccomp.is_none() && !enforced.has_namespace("user") {
            return below("userns", "a user namespace or seccomp".to_owned());
        }
        for name in self.namespaces {
            if !enforced.has_namespace(name) {
                return below(&format!("{name}ns"), format!("a {name} namespace"));
            }
        }
        Ok(())
    }
}

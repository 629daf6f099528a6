//! Confinement of effects: Landlock, seccomp, the confined thread and the confined child.
//! Knows grants, plans and profiles, never what an effect is for: it imports neither the ledger, the engine,
//! the effects nor any front end.

pub mod child;
mod enforcement;
mod error;
mod first;
mod grant;
mod inherited;
pub mod landlock;
mod launch;
mod namespaces;
pub mod native;
pub mod plan;
mod privilege;
pub mod process;
pub mod seccomp;
mod view;
mod wire;

pub use enforcement::{Enforcement, LandlockLayer, MinSandbox, Missing, Mode, SeccompLayer};
pub use error::SandboxError;
pub use grant::{Access, Grant};
pub use inherited::close_inherited;
pub use launch::{Ahead, Launcher, Running, Starting, Waiting, probe};

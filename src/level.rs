//! The levels: what each set-up promises and what it cannot, in one place. `wt status`, `wt doctor` and the
//! table in README say these words; a test holds them together.

use crate::caller::{Caller, Front};
use serde::Serialize;

/// One level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Level {
    /// `A` to `D`.
    pub level: &'static str,
    /// How the agent meets Watchtower.
    pub setup: &'static str,
    /// What holds then.
    pub promise: &'static str,
    /// What does not.
    pub not_promised: &'static str,
}

const TOOLS: Level = Level {
    level: "A",
    setup: "the agent has only Watchtower's tools (MCP, UTCP)",
    promise: "every effect passes parser, policy and ledger",
    not_promised: "what the agent's own program does beside its tools",
};
const SHELL: Level = Level {
    level: "B",
    setup: "the agent has a shell with `safe-*` on PATH",
    promise: "advisory: accidents are prevented and recorded",
    not_promised: "a hostile process of the same user can go around it, or write to the ledger's files (which \
                       `wt verify` shows against a checkpoint kept elsewhere)",
};
const INSIDE: Level = Level {
    level: "C",
    setup: "the agent runs inside `wt run` (not built yet)",
    promise: "the kernel enforces files, network and the ledger",
    not_promised: "what the kernel's own faults let through",
};
const OTHERS: Level = Level {
    level: "D",
    setup: "policy and ledger belong to another user",
    promise: "as A or C, and the record is out of the agent's reach",
    not_promised: "a compromise of that user or of root",
};

/// Every level.
pub const LEVELS: &[Level] = &[TOOLS, SHELL, INSIDE, OTHERS];

/// The level of this caller's calls, which are recorded in a directory of `owner`.
pub fn of(owner: u32, caller: &Caller) -> &'static Level {
    if owner != caller.uid {
        return &OTHERS;
    }
    match caller.front {
        Front::Server => &TOOLS,
        Front::Shell | Front::Hook => &SHELL,
    }
}

//! The approver: the person who knows a passphrase. Holds the key that signs what only a person may decide, asks
//! for the passphrase on the terminal, and checks signatures. Decides nothing itself, and no other way in exists:
//! no flag, no environment variable, no file holds the passphrase.

mod backoff;
mod digits;
mod key;
mod passphrase;
mod prompt;
mod seal;
mod statement;
mod unlock;

pub(crate) use crate::record::hex;
pub use backoff::Backoff;
pub(crate) use backoff::{boot_id, since_boot_s};
pub(crate) use digits::unhex;
pub use key::{Approver, FILE, KeyFile, MadeKey};
pub use passphrase::{MIN_CHARS, RULES, weakness};
pub use prompt::Terminal;
pub(crate) use statement::Written;
pub use statement::{PublicKey, Signed, Statement};
pub use unlock::{unlock, unlock_by_code};

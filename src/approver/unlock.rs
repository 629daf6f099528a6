//! Asking for the passphrase and opening the key with it. Each try is counted before it is made, over all
//! processes, so that stopping one half-way saves a guesser nothing.

use super::{Approver, Backoff, KeyFile, PublicKey, Terminal};
use crate::{
    report::{Exit, Failure},
    state::Held,
};
use std::{os::fd::BorrowedFd, thread::sleep};

/// Tries in one command.
const TRIES: u32 = 3;
/// The lock that lets one process try at a time.
const LOCK: &str = "state/approver.lock";

/// Opens the approver's key for what `purpose` says, by the passphrase that the person at the terminal types.
///
/// # Errors
/// 78 where the key is missing, unreadable or not the one that the ledger names; 77 without a terminal or the right
/// passphrase.
pub fn unlock(home: BorrowedFd<'_>, known: &PublicKey, purpose: &str) -> Result<Approver, Failure> {
    let file = KeyFile::read(home, known)?;
    let mut terminal = Terminal::open()?;
    terminal.say(purpose);
    for _ in 0..TRIES {
        let passphrase = terminal.ask_secret("passphrase of the approver")?;
        if let Some(approver) = attempt(home, &mut terminal, || file.open(passphrase.as_bytes()))? {
            return Ok(approver);
        }
        terminal.say("that is not the passphrase");
    }
    Err(
        Failure::new(Exit::Denied, "no right passphrase was given; nothing was done")
            .hint("`wt admin recover` sets a new one with the recovery code"),
    )
}

/// Opens the key by its recovery code.
///
/// # Errors
/// As [`unlock`].
pub fn unlock_by_code(home: BorrowedFd<'_>, known: &PublicKey) -> Result<Approver, Failure> {
    let file = KeyFile::read(home, known)?;
    let mut terminal = Terminal::open()?;
    let code = terminal.ask_secret("recovery code")?;
    attempt(home, &mut terminal, || file.open_by_code(&code))?
        .ok_or_else(|| Failure::new(Exit::Denied, "that is not the recovery code; nothing was done"))
}

/// One try: the pause that is due, the count, the try, and the count taken back where it was right.
fn attempt(
    home: BorrowedFd<'_>,
    terminal: &mut Terminal,
    open: impl FnOnce() -> Result<Option<Approver>, Failure>,
) -> Result<Option<Approver>, Failure> {
    let _held = Held::take_at(home, LOCK)?;
    let before = Backoff::read(home)?;
    let pause = before.pause();
    if !pause.is_zero() {
        terminal.say(&format!(
            "after {} wrong tries: {} s",
            before.failures,
            pause.as_secs()
        ));
        sleep(pause);
    }
    before.after_wrong().store(home)?;
    let opened = open()?;
    if opened.is_some() {
        Backoff::default().store(home)?;
    }
    Ok(opened)
}

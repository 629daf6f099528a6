//! A call that the one who asked for it takes back while it runs. A front end says so; the effect sees it, stops, and
//! its outcome is recorded like any other. Decides nothing.

use rustix::{
    event::{EventfdFlags, eventfd},
    io::{Errno, write},
};
use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// What a shell reports for a program that was told to end (SIGTERM).
pub const WITHDRAWN: u8 = 143;

/// Whether a call was taken back; all clones are about the same call.
#[derive(Clone, Debug, Default)]
pub struct Withdrawal(Option<Arc<Word>>);

#[derive(Debug)]
struct Word {
    given: AtomicBool,
    /// Readable once the word was given, for those who wait for descriptors.
    told: OwnedFd,
}

impl Withdrawal {
    /// Of a call that nobody has taken back yet. The default is one that nobody can take back.
    ///
    /// # Errors
    /// No descriptor can be had.
    pub fn new() -> Result<Self, Errno> {
        let told = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self(Some(Arc::new(Word {
            given: AtomicBool::new(false),
            told,
        }))))
    }

    /// Takes the call back, once and for good.
    pub fn withdraw(&self) {
        if let Some(word) = &self.0
            && !word.given.swap(true, Ordering::Relaxed)
        {
            // One more on a counter that was zero cannot fail.
            write(&word.told, &1_u64.to_ne_bytes()).map(drop).unwrap_or(());
        }
    }

    /// Whether it was taken back.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|word| word.given.load(Ordering::Relaxed))
    }

    /// [`Errno::CANCELED`] once it was taken back, for work in steps.
    ///
    /// # Errors
    /// That, and nothing else.
    pub fn check(&self) -> Result<(), Errno> {
        if self.is_given() {
            Err(Errno::CANCELED)
        } else {
            Ok(())
        }
    }

    /// What becomes readable once it is taken back; none where nobody can.
    #[must_use]
    pub fn told(&self) -> Option<BorrowedFd<'_>> {
        self.0.as_ref().map(|word| word.told.as_fd())
    }
}

#[cfg(test)]
mod tests {
    use super::Withdrawal;
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    #[test]
    fn who_waits_for_the_descriptor_hears_of_it_and_so_does_who_asks() {
        let withdrawal = Withdrawal::new().unwrap();
        let heard = |withdrawal: &Withdrawal| {
            let told = withdrawal.told().unwrap();
            poll(
                &mut [PollFd::new(&told, PollFlags::IN)],
                Some(&Timespec::default()),
            )
            .unwrap()
                == 1
        };
        assert!(!heard(&withdrawal) && !withdrawal.is_given() && withdrawal.check().is_ok());
        withdrawal.clone().withdraw();
        withdrawal.withdraw();
        assert!(heard(&withdrawal) && withdrawal.is_given() && withdrawal.check().is_err());
    }

    #[test]
    fn a_call_that_nobody_can_take_back_is_not_taken_back() {
        let never = Withdrawal::default();
        never.withdraw();
        assert!(!never.is_given() && never.told().is_none());
    }
}

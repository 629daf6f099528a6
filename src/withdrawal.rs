//! A call that the one who asked for it takes back while it runs. A front end says so, or a signal; the effect sees it,
//! stops, and its outcome is recorded like any other. Decides nothing.

use crate::signals::{ENDING, heard};
use nix::sys::signal::Signal;
use rustix::io::{Errno, write};
use signal_hook::{flag, low_level::pipe};
use std::{
    io::Result as IoResult,
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Whether a call was taken back; all clones are about the same call.
#[derive(Clone, Debug, Default)]
pub struct Withdrawal {
    word: Option<Arc<Word>>,
    by_signals: bool,
}

#[derive(Debug)]
struct Word {
    /// The number of the signal, or of the one that says the same as a front end; 0 as long as there was none.
    given: Arc<AtomicUsize>,
    /// Where it is told, and where it is heard by those who wait for descriptors.
    ends: (UnixStream, UnixStream),
}

impl Word {
    fn new() -> IoResult<Self> {
        let ends = UnixStream::pair()?;
        ends.0.set_nonblocking(true)?;
        Ok(Self {
            given: Arc::default(),
            ends,
        })
    }

    fn by_signals() -> IoResult<Self> {
        let word = Self::new()?;
        for signal in heard() {
            let number = signal as i32;
            flag::register_usize(number, Arc::clone(&word.given), number.unsigned_abs() as usize)?;
            pipe::register(number, word.ends.0.try_clone()?)?;
        }
        Ok(word)
    }
}

impl Withdrawal {
    /// Of a call that nobody has taken back yet. The default is one that nobody can take back.
    ///
    /// # Errors
    /// No descriptor can be had.
    pub fn new() -> IoResult<Self> {
        Ok(Self {
            word: Some(Arc::new(Word::new()?)),
            by_signals: false,
        })
    }

    /// Of a call that signals to this process take back once it [heeds](Self::heed) them; until then they end it.
    #[must_use]
    pub const fn by_signals() -> Self {
        Self {
            word: None,
            by_signals: true,
        }
    }

    /// From now on, where it is one by signals, they are heard and no longer end the process. For work that looks often
    /// whether it is still wanted.
    pub fn heed(&mut self) {
        if self.by_signals && self.word.is_none() {
            // Where they cannot be heard they end the process, as they did before.
            self.word = Word::by_signals().ok().map(Arc::new);
        }
    }

    /// Takes the call back, once and for good.
    pub fn withdraw(&self) {
        let signal = Signal::SIGTERM as usize;
        if let Some(word) = &self.word
            && word.given.swap(signal, Ordering::Relaxed) == 0
        {
            // Nothing was written to it before, so that there is room.
            write(&word.ends.0, b"!").map(drop).unwrap_or(());
        }
    }

    /// The signal that says how it was taken back.
    #[must_use]
    pub fn signal(&self) -> Option<Signal> {
        let given = self.word.as_ref()?.given.load(Ordering::Relaxed);
        ENDING.into_iter().find(|signal| *signal as usize == given)
    }

    /// What a shell reports for a program that ended by that signal; none where the call was not taken back.
    #[must_use]
    pub fn exit_code(&self) -> Option<u8> {
        self.signal()
            .and_then(|signal| u8::try_from(128 + signal as i32).ok())
    }

    /// Whether it was taken back.
    #[must_use]
    pub fn is_given(&self) -> bool {
        self.signal().is_some()
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
        self.word.as_ref().map(|word| word.ends.1.as_fd())
    }

    /// What the record says of it.
    #[must_use]
    pub fn words(&self) -> String {
        match self.signal().filter(|_| self.by_signals) {
            Some(signal) => format!("stopped by {}", signal.as_str()),
            None => "stopped: whoever asked for the call took it back".to_owned(),
        }
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

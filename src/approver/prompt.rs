//! Questions on the controlling terminal, `/dev/tty`, whatever stdin and stdout are. A passphrase is read with echo
//! off and keys that would stop the program read as characters, so that the terminal is always put right again.

use crate::report::{Exit, Failure, visible};
use rustix::{
    fs::{CWD, Mode, OFlags, openat},
    io::Errno,
    termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr},
};
use std::{
    fs::File,
    io::{Read, Write},
};
use zeroize::Zeroizing;

/// No answer is longer.
const MAX_ANSWER: usize = 1024;

/// The terminal of the person who runs the command.
#[derive(Debug)]
pub struct Terminal {
    file: File,
}

/// Echo off for as long as it lives.
struct Quiet<'a> {
    file: &'a File,
    before: Termios,
}

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        tcsetattr(self.file, OptionalActions::Flush, &self.before).ok();
    }
}

impl Terminal {
    /// Opens it.
    ///
    /// # Errors
    /// 77 where the process has no terminal: then no person can be asked, and nobody else will be.
    pub fn open() -> Result<Self, Failure> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = openat(CWD, "/dev/tty", flags, Mode::empty()).map_err(|e| {
            Failure::new(
                Exit::Denied,
                format!("cannot ask for the passphrase: no terminal (`/dev/tty`: {e})"),
            )
            .hint("run this in a terminal of your own; there is no other way to give the passphrase")
        })?;
        Ok(Self {
            file: File::from(file),
        })
    }

    /// Writes a line of its own.
    pub fn say(&mut self, text: &str) {
        drop(self.file.write_all(format!("{}\n", visible(text)).as_bytes()));
    }

    /// Asks for a line that is not shown while it is typed.
    ///
    /// # Errors
    /// 77 where the answer is broken off or the terminal is gone.
    pub fn ask_secret(&mut self, question: &str) -> Result<Zeroizing<String>, Failure> {
        // What was typed before the question is thrown away with the echo, so the question comes after that.
        let quiet = quiet(&self.file).map_err(|e| lost(&e.to_string()))?;
        let mut out = &self.file;
        drop(out.write_all(format!("{question}: ").as_bytes()));
        let answer = read_line(quiet.file);
        drop(out.write_all(b"\n"));
        drop(quiet);
        answer
    }

    /// Asks for a line that is shown.
    ///
    /// # Errors
    /// 77 where the terminal is gone.
    pub fn ask(&mut self, question: &str) -> Result<String, Failure> {
        drop(self.file.write_all(format!("{question} ").as_bytes()));
        let mut line = Vec::new();
        let mut byte = [0];
        while line.len() < MAX_ANSWER {
            match self.file.read(&mut byte) {
                Ok(0) => break,
                Ok(_) if byte == *b"\n" => break,
                Ok(_) => line.extend_from_slice(&byte),
                Err(e) => return Err(lost(&e.to_string())),
            }
        }
        Ok(String::from_utf8_lossy(&line).trim().to_owned())
    }
}

fn quiet(file: &File) -> Result<Quiet<'_>, Errno> {
    let before = tcgetattr(file)?;
    let mut silent = before.clone();
    silent
        .local_modes
        .remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
    tcsetattr(file, OptionalActions::Flush, &silent)?;
    Ok(Quiet { file, before })
}

/// Reads up to the end of the line; the keys that edit a line and break off do so.
fn read_line(mut file: &File) -> Result<Zeroizing<String>, Failure> {
    let mut line = Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
    let mut byte = Zeroizing::new([0]);
    loop {
        match file.read(byte.as_mut_slice()) {
            Ok(0) => return Err(lost("it was closed")),
            Ok(_) => {}
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(lost(&e.to_string())),
        }
        match byte.first().copied().unwrap_or_default() {
            b'\n' | b'\r' => break,
            0x03 | 0x04 | 0x1a => return Err(Failure::new(Exit::Denied, "broken off; nothing was done")),
            0x15 => line.clear(),
            0x08 | 0x7f => while line.pop().is_some_and(|dropped| dropped & 0xc0 == 0x80) {},
            other if line.len() < MAX_ANSWER => line.push(other),
            _ => return Err(Failure::new(Exit::Denied, "the answer is too long")),
        }
    }
    match std::str::from_utf8(&line) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Failure::new(Exit::Denied, "the answer is not UTF-8")),
    }
}

fn lost(why: &str) -> Failure {
    Failure::new(Exit::Denied, format!("the terminal does not answer: {why}"))
}

//! The approver's key: an Ed25519 key whose secret half is stored under a passphrase and, for the day that is
//! forgotten, under a recovery code that is shown once. Files are read and replaced through a held directory.

use super::{
    hex,
    seal::{Sealed, Secret, random},
    statement::{PublicKey, Signed, Statement},
};
use crate::{
    report::{Exit, Failure},
    state::files,
};
use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};
use std::os::fd::BorrowedFd;
use zeroize::Zeroizing;

/// Where the key is kept below Watchtower's directory.
pub const FILE: &str = "keys/approver";
/// Where a new key waits until the ledger names it.
const NEXT: &str = "keys/approver.next";
/// Characters of a recovery code: no letter that looks like a digit (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const CODE_CHARS: usize = 30;

/// The stored key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    version: u32,
    /// The public half, hex.
    public_key: String,
    by_passphrase: Sealed,
    by_code: Sealed,
}

/// A key that can sign, for as long as one command needs it.
#[derive(Debug)]
pub struct Approver {
    key: SigningKey,
}

/// A new key with its recovery code.
#[derive(Debug)]
pub struct MadeKey {
    /// To be stored.
    pub file: KeyFile,
    /// To sign with now.
    pub approver: Approver,
    /// Shown once.
    pub code: Zeroizing<String>,
}

impl KeyFile {
    /// Makes a key.
    ///
    /// # Errors
    /// No random bytes, or no memory for Argon2id.
    pub fn make(passphrase: &[u8]) -> Result<MadeKey, Failure> {
        random()
            .and_then(|secret| Self::around(&secret, passphrase))
            .map_err(unusable)
    }

    fn around(secret: &Secret, passphrase: &[u8]) -> Result<MadeKey, String> {
        let code = recovery_code()?;
        let key = SigningKey::from_bytes(secret);
        let file = Self {
            version: 1,
            public_key: hex(key.verifying_key().as_bytes()),
            by_passphrase: Sealed::new(secret, passphrase)?,
            by_code: Sealed::new(secret, normal_code(&code).as_bytes())?,
        };
        Ok(MadeKey {
            file,
            approver: Approver { key },
            code,
        })
    }

    /// Reads the key that the ledger names. Where a change of keys was cut short after the ledger had the new one,
    /// that one is put in its place.
    ///
    /// # Errors
    /// 78 where the file is missing, not ours, not private, not in the format, or of another key.
    pub fn read(dir: BorrowedFd<'_>, known: &PublicKey) -> Result<Self, Failure> {
        let file = Self::look(dir, known)?;
        if Self::read_at(dir, FILE)?.as_ref() != Some(&file) {
            file.store(dir)?;
        }
        Ok(file)
    }

    /// The public half of the key that is stored, whatever the ledger names; none where there is none.
    ///
    /// # Errors
    /// 78 where it cannot be read.
    pub fn stored(dir: BorrowedFd<'_>) -> Result<Option<PublicKey>, Failure> {
        let file = Self::read_at(dir, FILE)?;
        Ok(file.and_then(|file| PublicKey::parse(&file.public_key)))
    }

    /// As [`KeyFile::read`], and changes nothing.
    ///
    /// # Errors
    /// As [`KeyFile::read`].
    pub fn look(dir: BorrowedFd<'_>, known: &PublicKey) -> Result<Self, Failure> {
        let is_known = |file: &Self| file.public_key == known.text();
        let stored = Self::read_at(dir, FILE);
        if let Ok(Some(file)) = &stored
            && is_known(file)
        {
            return Ok(file.clone());
        }
        // Another file, or one that cannot be read, is no reason not to look for the one that was to replace it.
        if let Ok(Some(next)) = Self::read_at(dir, NEXT)
            && is_known(&next)
        {
            return Ok(next);
        }
        Err(match stored? {
            None => Failure::new(
                Exit::Config,
                format!("the approver key `{FILE}` is missing, so nothing can be approved"),
            )
            .hint("restore it from a backup"),
            Some(_) => Failure::new(
                Exit::Config,
                format!(
                    "the approver key `{FILE}` is not the one that the ledger names, so nothing can be approved"
                ),
            )
            .hint("it was replaced; restore it from a backup"),
        })
    }

    fn read_at(dir: BorrowedFd<'_>, name: &str) -> Result<Option<Self>, Failure> {
        let Some(bytes) = files::read(dir, name, 16 << 10).map_err(|e| {
            Failure::new(
                Exit::Config,
                format!("cannot read the approver key `{name}`: {e}"),
            )
        })?
        else {
            return Ok(None);
        };
        let file: Self = serde_json::from_slice(&bytes)
            .map_err(|e| unusable(format!("it is not in the format of an approver key: {e}")))?;
        if file.version != 1 {
            return Err(unusable(format!("it has version {}, 1 is known", file.version)));
        }
        Ok(Some(file))
    }

    /// Stores the key, durably, in place of the one before.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn store(&self, dir: BorrowedFd<'_>) -> Result<(), Failure> {
        self.store_at(dir, FILE)?;
        files::remove(dir, NEXT)
            .map_err(|e| Failure::new(Exit::Config, format!("cannot remove `{NEXT}`: {e}")))
    }

    /// Stores the key beside the one before, until the ledger has it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn store_next(&self, dir: BorrowedFd<'_>) -> Result<(), Failure> {
        self.store_at(dir, NEXT)
    }

    fn store_at(&self, dir: BorrowedFd<'_>, name: &str) -> Result<(), Failure> {
        let bytes = serde_json::to_vec_pretty(self).map_err(|e| unusable(e.to_string()))?;
        files::replace(dir, name, &bytes, files::Sync::Durable).map_err(|e| {
            Failure::new(
                Exit::Config,
                format!("cannot write the approver key `{name}`: {e}"),
            )
        })
    }

    /// The public half as the file claims it; who relies on it compares it with the ledger's.
    ///
    /// # Errors
    /// The file is not in the format.
    pub fn public(&self) -> Result<PublicKey, Failure> {
        PublicKey::parse(&self.public_key)
            .ok_or_else(|| unusable("its public key is no Ed25519 key".to_owned()))
    }

    /// Opens the key; none where the passphrase is wrong.
    ///
    /// # Errors
    /// The file is not in the format.
    pub fn open(&self, passphrase: &[u8]) -> Result<Option<Approver>, Failure> {
        self.opened(&self.by_passphrase, passphrase)
    }

    /// Opens the key with its recovery code; none where that is wrong.
    ///
    /// # Errors
    /// The file is not in the format.
    pub fn open_by_code(&self, code: &str) -> Result<Option<Approver>, Failure> {
        self.opened(&self.by_code, normal_code(code).as_bytes())
    }

    fn opened(&self, sealed: &Sealed, with: &[u8]) -> Result<Option<Approver>, Failure> {
        let secret = sealed.open(with).map_err(unusable)?;
        let key = SigningKey::from_bytes(&secret);
        let same = hex(key.verifying_key().as_bytes()) == self.public_key;
        Ok(same.then_some(Approver { key }))
    }
}

impl Approver {
    /// Signs a statement.
    ///
    /// # Errors
    /// The statement has no canonical form.
    pub fn sign(&self, statement: Statement) -> Result<Signed, Failure> {
        let message = statement.message().map_err(unusable)?;
        let signature = hex(&self.key.sign(&message).to_bytes());
        Ok(Signed { statement, signature })
    }

    /// The same key under another passphrase, with a new recovery code.
    ///
    /// # Errors
    /// No random bytes, or no memory for Argon2id.
    pub fn under(&self, passphrase: &[u8]) -> Result<MadeKey, Failure> {
        let secret = Zeroizing::new(self.key.to_bytes());
        KeyFile::around(&secret, passphrase).map_err(unusable)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::of(self.key.verifying_key())
    }
}

fn unusable(why: String) -> Failure {
    Failure::new(
        Exit::Config,
        format!("the approver key `{FILE}` cannot be used: {why}"),
    )
    .hint("restore it from a backup; nothing can be approved without it")
}

/// 150 random bits in groups of five characters.
fn recovery_code() -> Result<Zeroizing<String>, String> {
    let mut code = Zeroizing::new(String::with_capacity(CODE_CHARS + CODE_CHARS / 5));
    let bytes = random()?;
    for (i, byte) in bytes.iter().take(CODE_CHARS).enumerate() {
        if i > 0 && i % 5 == 0 {
            code.push('-');
        }
        let letter = ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or_default();
        code.push(char::from(letter));
    }
    Ok(code)
}

/// A code as typed: case and dashes do not matter, and look-alikes are taken for what they look like.
fn normal_code(code: &str) -> Zeroizing<String> {
    Zeroizing::new(
        code.chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c.to_ascii_lowercase() {
                'o' => '0',
                'i' | 'l' => '1',
                other => other,
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_with_its_passphrase_and_its_code_and_with_nothing_else() {
        let made = KeyFile::make(b"correct horse battery").unwrap();
        let file = made.file;
        assert!(file.open(b"correct horse battery").unwrap().is_some());
        assert!(file.open(b"correct horse batterz").unwrap().is_none());
        assert!(file.open(b"").unwrap().is_none());
        let spoken = made
            .code
            .to_uppercase()
            .replace('-', " ")
            .replace('1', "I")
            .replace('0', "O");
        assert!(file.open_by_code(&spoken).unwrap().is_some());
        assert!(file.open_by_code("correct horse battery").unwrap().is_none());
        let again = made.approver.under(b"another one entirely").unwrap().file;
        assert_eq!(again.public().unwrap(), file.public().unwrap());
        assert!(again.open(b"correct horse battery").unwrap().is_none());
        assert!(again.open(b"another one entirely").unwrap().is_some());
    }

    #[test]
    fn an_altered_key_file_opens_with_nothing() {
        let file = KeyFile::make(b"correct horse battery").unwrap().file;
        let other = KeyFile::make(b"correct horse battery").unwrap().file;
        let swapped = KeyFile {
            public_key: other.public_key,
            ..file.clone()
        };
        assert!(swapped.open(b"correct horse battery").unwrap().is_none());
        let mut text = serde_json::to_value(&file).unwrap();
        text["by_passphrase"]["memory_kib"] = serde_json::json!(1_u32 << 30);
        let greedy: KeyFile = serde_json::from_value(text).unwrap();
        assert!(greedy.open(b"correct horse battery").is_err());
    }
}

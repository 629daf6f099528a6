//! A secret of 32 bytes under a passphrase: the passphrase is stretched by Argon2id (RFC 9106) with a fresh salt
//! into 32 bytes that cover it. Whether the right passphrase was given shows only in the key that comes out.

use argon2::{Algorithm, Argon2, Params, Version};
use rustix::rand::{GetRandomFlags, getrandom};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{hex, unhex};

/// 32 secret bytes, wiped when dropped.
pub(super) type Secret = Zeroizing<[u8; 32]>;

/// Work for one guess: the second choice that RFC 9106 recommends, on one lane.
const MEMORY_KIB: u32 = 64 << 10;
const PASSES: u32 = 3;
/// A file that asks for more is not one of ours.
const MAX_MEMORY_KIB: u32 = 1 << 20;
const MAX_PASSES: u32 = 64;

/// The covered secret, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    kdf: String,
    memory_kib: u32,
    passes: u32,
    salt: String,
    secret: String,
}

impl Sealed {
    /// Covers `secret`.
    ///
    /// # Errors
    /// The kernel gives no random bytes, or the memory cannot be had.
    pub(super) fn new(secret: &Secret, passphrase: &[u8]) -> Result<Self, String> {
        let salt = random()?;
        let cover = stretch(passphrase, salt.as_slice(), MEMORY_KIB, PASSES)?;
        Ok(Self {
            kdf: "argon2id".to_owned(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            salt: hex(salt.as_slice()),
            secret: hex(joined(secret, &cover).as_slice()),
        })
    }

    /// Uncovers it; a wrong passphrase gives other bytes.
    ///
    /// # Errors
    /// The file is not in this format.
    pub(super) fn open(&self, passphrase: &[u8]) -> Result<Secret, String> {
        let known = self.kdf == "argon2id" && self.memory_kib <= MAX_MEMORY_KIB && self.passes <= MAX_PASSES;
        let salt = unhex::<32>(&self.salt).filter(|_| known);
        let covered = unhex::<32>(&self.secret).map(Zeroizing::new);
        let (Some(salt), Some(covered)) = (salt, covered) else {
            return Err("it is not in the format of an approver key".to_owned());
        };
        let cover = stretch(passphrase, &salt, self.memory_kib, self.passes)?;
        Ok(joined(&covered, &cover))
    }
}

/// 32 random bytes.
pub(super) fn random() -> Result<Secret, String> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom(bytes.as_mut_slice(), GetRandomFlags::empty())
        .map_err(|e| format!("the kernel gives no random bytes: {e}"))?;
    Ok(bytes)
}

fn stretch(passphrase: &[u8], salt: &[u8], memory_kib: u32, passes: u32) -> Result<Secret, String> {
    let failed = |e: argon2::Error| format!("cannot stretch the passphrase: {e}");
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(failed)?;
    let mut out = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase, salt, out.as_mut_slice())
        .map_err(failed)?;
    Ok(out)
}

fn joined(a: &Secret, b: &Secret) -> Secret {
    let mut out = Zeroizing::new([0; 32]);
    for ((out, a), b) in out.iter_mut().zip(a.iter()).zip(b.iter()) {
        *out = a ^ b;
    }
    out
}

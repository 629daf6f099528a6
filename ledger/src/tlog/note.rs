//! Signed notes (c2sp.org/signed-note) and the checkpoints they carry (c2sp.org/tlog-checkpoint): made, and read
//! strictly. Pure.

use crate::hash::{Hash, sha256};
use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::fmt;

/// Name of the signing key in `keys/`.
pub(crate) const KEY_NAME: &str = "ledger";
/// The signature type byte of Ed25519.
const ED25519: u8 = 1;
/// No note is longer.
const MAX_NOTE_BYTES: usize = 64 << 10;
/// No note has more signatures.
const MAX_SIGNATURES: usize = 64;

/// Why a note, checkpoint or verifier key is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteError {
    /// Not of the form of a signed note.
    Form,
    /// Its text is no checkpoint.
    Checkpoint,
    /// Not a verifier key.
    Key,
    /// No signature is by the key.
    Unsigned,
    /// The signature by the key is wrong.
    Forged,
}

impl fmt::Display for NoteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "is no signed note",
            Self::Checkpoint => "is no checkpoint",
            Self::Key => "is no verifier key",
            Self::Unsigned => "is not signed by the ledger's key",
            Self::Forged => "has a signature that does not fit",
        })
    }
}

impl std::error::Error for NoteError {}

/// Whether a text can name a key: not empty, no white space, no `+`.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// A named public key, written `NAME+ID+KEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vkey {
    name: String,
    key: VerifyingKey,
}

impl Vkey {
    pub(crate) fn new(name: &str, key: VerifyingKey) -> Self {
        Self {
            name: name.to_owned(),
            key,
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// The text has another form, or its id is not that of its name and key.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (name, id, key) = (parts.next(), parts.next(), parts.next());
        let (Some(name), Some(id), Some(key)) = (name, id, key) else {
            return Err(NoteError::Key);
        };
        let typed = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let Some((&ED25519, bytes)) = typed.split_first() else {
            return Err(NoteError::Key);
        };
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| NoteError::Key)?;
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| NoteError::Key)?;
        let vkey = Self::new(name, key);
        if !is_name(name) || format!("{:08x}", u32::from_be_bytes(vkey.id())) != id {
            return Err(NoteError::Key);
        }
        Ok(vkey)
    }

    /// The four bytes that tell keys of one name apart.
    fn id(&self) -> [u8; 4] {
        let [a, b, c, d, ..] = sha256(&[self.name.as_bytes(), b"\n", &[ED25519], self.key.as_bytes()]);
        [a, b, c, d]
    }
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut typed = vec![ED25519];
        typed.extend_from_slice(self.key.as_bytes());
        let id = u32::from_be_bytes(self.id());
        write!(f, "{}+{id:08x}+{}", self.name, STANDARD.encode(typed))
    }
}

/// A tree head as checkpoints tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The ledger's name.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The root as checkpoints write it.
    pub fn root_text(&self) -> String {
        STANDARD.encode(self.root)
    }

    /// The note's text: origin, size, root.
    fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The note, signed.
    pub(crate) fn sign(&self, key: &SigningKey) -> String {
        let text = self.text();
        let vkey = Vkey::new(&self.origin, key.verifying_key());
        let mut bytes = vkey.id().to_vec();
        bytes.extend_from_slice(&key.sign(text.as_bytes()).to_bytes());
        format!("{text}\n\u{2014} {} {}\n", self.origin, STANDARD.encode(bytes))
    }

    /// Reads a note and checks the signature by `vkey`; other signatures are passed over.
    ///
    /// # Errors
    /// The note is not of the exact form, or not signed by the key.
    pub fn open(note: &[u8], vkey: &Vkey) -> Result<Self, NoteError> {
        let (text, signatures) = parts(note)?;
        let mut signed = false;
        for line in signatures.split_terminator('\n') {
            let Signed { name, id, signature } = Signed::parse(line)?;
            if name == vkey.name && id == vkey.id() {
                let signature = Signature::from_slice(&signature).map_err(|_| NoteError::Forged)?;
                vkey.key
                    .verify_strict(text.as_bytes(), &signature)
                    .map_err(|_| NoteError::Forged)?;
                signed = true;
            }
        }
        if !signed {
            return Err(NoteError::Unsigned);
        }
        let checkpoint = Self::parse_text(text).ok_or(NoteError::Checkpoint)?;
        if checkpoint.origin != vkey.name {
            return Err(NoteError::Checkpoint);
        }
        Ok(checkpoint)
    }

    /// What a note tells, believed or not: no signature is checked.
    ///
    /// # Errors
    /// It is no signed note, or its text is no checkpoint.
    pub fn told(note: &[u8]) -> Result<Self, NoteError> {
        let (text, signatures) = parts(note)?;
        for line in signatures.split_terminator('\n') {
            Signed::parse(line)?;
        }
        Self::parse_text(text).ok_or(NoteError::Checkpoint)
    }

    /// The size that a note tells, believed or not.
    pub(crate) fn size_of(note: &[u8]) -> Option<u64> {
        Self::told(note).ok().map(|head| head.size)
    }

    fn parse_text(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let number: u64 = size.parse().ok()?;
        let root: Hash = STANDARD.decode(root).ok()?.try_into().ok()?;
        (!origin.is_empty() && number.to_string() == size).then(|| Self {
            origin: origin.to_owned(),
            size: number,
            root,
        })
    }
}

/// One signature of a note, as it says, believed or not.
struct Signed<'a> {
    name: &'a str,
    id: [u8; 4],
    signature: Vec<u8>,
}

impl<'a> Signed<'a> {
    fn parse(line: &'a str) -> Result<Self, NoteError> {
        let rest = line.strip_prefix("\u{2014} ").ok_or(NoteError::Form)?;
        let (name, encoded) = rest.split_once(' ').ok_or(NoteError::Form)?;
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::Form)?;
        let (id, signature) = bytes.split_first_chunk().ok_or(NoteError::Form)?;
        if !is_name(name) || signature.is_empty() {
            return Err(NoteError::Form);
        }
        Ok(Self {
            name,
            id: *id,
            signature: signature.to_vec(),
        })
    }
}

/// Text (its last newline included) and signature lines of a note.
fn parts(note: &[u8]) -> Result<(&str, &str), NoteError> {
    let note = std::str::from_utf8(note).map_err(|_| NoteError::Form)?;
    if note.len() > MAX_NOTE_BYTES || note.contains(|c: char| c < ' ' && c != '\n') {
        return Err(NoteError::Form);
    }
    let at = note.rfind("\n\n").ok_or(NoteError::Form)?;
    let (text, signatures) = note.split_at_checked(at + 1).ok_or(NoteError::Form)?;
    let signatures = signatures.strip_prefix('\n').ok_or(NoteError::Form)?;
    if !signatures.ends_with('\n') || signatures.matches('\n').count() > MAX_SIGNATURES {
        return Err(NoteError::Form);
    }
    Ok((text, signatures))
}

#[cfg(test)]
mod tests {
    use super::{Checkpoint, NoteError, Vkey};
    use ed25519_dalek::SigningKey;

    /// A key and note published with the Go implementation of signed notes.
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

    fn made() -> (Vkey, String, Checkpoint) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let head = Checkpoint {
            origin: "host.example/ledger".to_owned(),
            size: 42,
            root: [9; 32],
        };
        let note = head.sign(&key);
        (Vkey::new("host.example/ledger", key.verifying_key()), note, head)
    }

    #[test]
    fn a_published_verifier_key_reads_back() {
        assert_eq!(Vkey::parse(PETER).unwrap().to_string(), PETER);
        assert_eq!(Vkey::parse(&PETER.replace("c74f", "c74e")), Err(NoteError::Key));
    }

    #[test]
    fn a_signed_checkpoint_opens_with_its_key_alone() {
        let (vkey, note, head) = made();
        assert_eq!(Checkpoint::open(note.as_bytes(), &vkey), Ok(head));
        let other = Vkey::new(
            "host.example/ledger",
            SigningKey::from_bytes(&[8; 32]).verifying_key(),
        );
        assert_eq!(
            Checkpoint::open(note.as_bytes(), &other),
            Err(NoteError::Unsigned)
        );
    }

    #[test]
    fn what_a_note_tells_is_read_without_its_key_and_only_from_a_note() {
        let (_, note, head) = made();
        assert_eq!(Checkpoint::told(note.as_bytes()), Ok(head));
        for (bad, error) in [
            (String::new(), NoteError::Form),
            ("garbage\n".to_owned(), NoteError::Form),
            (note.replace('\u{2014}', "-"), NoteError::Form),
            (note.replace("\n42\n", "\n042\n"), NoteError::Checkpoint),
        ] {
            assert_eq!(Checkpoint::told(bad.as_bytes()), Err(error), "{bad}");
        }
    }

    #[test]
    fn every_flipped_bit_of_a_checkpoint_is_noticed() {
        let (vkey, note, _) = made();
        for bit in 0..note.len() * 8 {
            let mut bad = note.clone().into_bytes();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Checkpoint::open(&bad, &vkey).is_err(), "{bit}");
        }
    }
}

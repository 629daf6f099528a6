//! What must hold of any bytes that are given to the parsers of lines, heads and proofs: no panic, and what is
//! accepted is written back as it was read. Compiled for the fuzz targets and the tests that replay their corpora.

use super::{
    Hash, hash, line, seal,
    tlog::{Checkpoint, Inclusion, Vkey},
};
use ed25519_dalek::SigningKey;

/// Anyone's bytes as a line.
pub fn line(bytes: &[u8]) {
    assert!(line::redacted_seal(bytes).is_none() || line::redacted(bytes).is_some());
    let _ = seal::split(bytes);
    let Ok(framed) = line::parse(bytes) else { return };
    let mut written = Vec::new();
    line::write_with_hash(&mut written, &framed, framed.data);
    assert_eq!(
        written.strip_suffix(b"\n"),
        Some(bytes),
        "a line has one spelling"
    );
    if let Some((seq, timestamp, data)) = line::skim(bytes) {
        assert_eq!(
            (seq, timestamp.as_bytes(), data),
            (framed.seq, framed.timestamp, framed.data)
        );
    }
    let digest = hash::sha256(&[framed.data]);
    let hole = line::placeholder(framed.data, 7);
    assert_eq!(
        line::redacted(&hole),
        Some((7, digest)),
        "a placeholder stands for its data"
    );
    assert_eq!(
        line::seal_index(&hole),
        seal::split(framed.data).map(|(index, ..)| index)
    );
    // The same data under a hash that fits is an entry, and with a placeholder it still is.
    let Ok(time) = std::str::from_utf8(framed.timestamp) else {
        return;
    };
    let mut whole = Vec::new();
    line::write(&mut whole, framed.seq, time, framed.data, &framed.prev);
    let again = whole.strip_suffix(b"\n").and_then(|line| line::parse(line).ok());
    assert!(again.is_some(), "what was written is a line");
    if let Some(again) = again
        && line::redacted(framed.data).is_none()
    {
        assert!(again.holds());
        let mut taken = Vec::new();
        line::write_with_hash(&mut taken, &again, &hole);
        let taken = taken.strip_suffix(b"\n").map(line::parse);
        assert!(taken.is_some_and(|taken| taken.is_ok_and(|taken| taken.holds())));
    }
}

/// The key that signed the heads of the corpora, and the hash of the entry they prove.
fn known() -> (Vkey, Hash) {
    let key = SigningKey::from_bytes(&[7; 32]);
    (Vkey::new("host.example/ledger", key.verifying_key()), [9; 32])
}

/// Anyone's bytes as a signed head.
pub fn checkpoint(bytes: &[u8]) {
    let (vkey, _) = known();
    let told = Checkpoint::size_of(bytes);
    if let Ok(head) = Checkpoint::open(bytes, &vkey) {
        assert_eq!(told, Some(head.size));
        // Nobody signs here: what is accepted is what was signed when the corpus was made.
        assert_eq!((head.size, head.origin.as_str()), (1, "host.example/ledger"));
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(read) = Vkey::parse(text)
    {
        assert_eq!(read.to_string(), text, "a key has one spelling");
    }
}

/// Anyone's bytes as a proof.
pub fn proof(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(read) = Inclusion::parse(text) else { return };
    assert_eq!(Inclusion::parse(&read.text()).as_ref(), Ok(&read));
    let (vkey, entry) = known();
    if read.verify(&entry, &vkey).is_ok() {
        assert_eq!(
            (read.index, read.path.len()),
            (0, 0),
            "only the one leaf was signed for"
        );
    }
    assert!(
        read.verify(&[8; 32], &vkey).is_err(),
        "another entry is proven by it"
    );
}

#[cfg(test)]
mod tests {
    use crate::{
        hash::sha256,
        tlog::{Checkpoint, Inclusion, leaf},
    };
    use ed25519_dalek::SigningKey;
    use std::path::PathBuf;

    fn corpus(target: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("../fuzz/corpus")
            .join(target)
    }

    fn replay(target: &str, check: fn(&[u8])) {
        let inputs = std::fs::read_dir(corpus(target)).unwrap();
        let count = inputs
            .map(|item| check(&std::fs::read(item.unwrap().path()).unwrap()))
            .count();
        assert!(count >= 4, "{target} has {count} inputs");
    }

    #[test]
    fn the_corpus_of_lines_holds() {
        replay("line", super::line);
    }

    #[test]
    fn the_corpus_of_heads_holds_and_one_is_signed() {
        replay("checkpoint", super::checkpoint);
        let head = Checkpoint {
            origin: "host.example/ledger".to_owned(),
            size: 1,
            root: leaf(&[9; 32]),
        };
        let note = head.sign(&SigningKey::from_bytes(&[7; 32]));
        assert_eq!(
            std::fs::read_to_string(corpus("checkpoint").join("signed")).unwrap(),
            note
        );
        assert_ne!(sha256(&[note.as_bytes()]), sha256(&[]));
        let proof = Inclusion {
            index: 0,
            path: Vec::new(),
            note,
        };
        assert_eq!(
            std::fs::read_to_string(corpus("proof").join("signed")).unwrap(),
            proof.text()
        );
    }

    #[test]
    fn the_corpus_of_proofs_holds() {
        replay("proof", super::proof);
    }
}

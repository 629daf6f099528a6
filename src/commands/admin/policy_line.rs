//! Names the approver's key in the user's policy: one value is put in or exchanged and every other byte stays, and
//! the result is taken only where policy reads it as meant.

use crate::{approver::PublicKey, home::Home, state::files};
use policy::{Layer, Source};
use std::{os::fd::AsFd, path::PathBuf};

const FILE: &str = "policy.json";
const MAX_BYTES: u64 = 4 << 20;

/// Writes the key into the policy of this directory; the line to write by hand where that cannot be done.
pub(super) fn name(home: &Home, before: Option<&PublicKey>, key: &PublicKey) -> Result<PathBuf, String> {
    let by_hand = format!("\"approvals\": {{\"public_key\": \"{}\"}}", key.text());
    let path = home.path.join(FILE);
    let old = files::read(home.dir.as_fd(), FILE, MAX_BYTES).ok().flatten();
    let old = old.and_then(|bytes| String::from_utf8(bytes).ok());
    let named = |text: &str| {
        let source = Source {
            layer: Layer::User,
            path: path.display().to_string(),
            bytes: text.as_bytes().to_vec(),
        };
        policy::load(&[source]).is_ok_and(|policy| {
            policy.settings().approvals.public_key.as_deref() == Some(key.text().as_str())
        })
    };
    let old = old.ok_or_else(|| by_hand.clone())?;
    if named(&old) {
        return Ok(path);
    }
    let new = candidates(&old, before, key)
        .into_iter()
        .find(|text| named(text))
        .ok_or_else(|| by_hand.clone())?;
    files::replace(home.dir.as_fd(), FILE, new.as_bytes(), files::Sync::Durable).map_err(|_| by_hand)?;
    Ok(path)
}

/// Texts that might name the key: the old one exchanged, a member of `approvals`, a member of the document.
fn candidates(old: &str, before: Option<&PublicKey>, key: &PublicKey) -> Vec<String> {
    let member = format!("\"public_key\": \"{}\"", key.text());
    let mut found: Vec<String> = before
        .map(|before| old.replace(&before.text(), &key.text()))
        .into_iter()
        .collect();
    let into = |at: usize, text: String| {
        let (head, tail) = old.split_at_checked(at)?;
        Some(format!("{head}{text}{tail}"))
    };
    let members = old.find("\"approvals\"").and_then(|at| {
        let rest = old.get(at..)?;
        Some(at + rest.find('{')? + 1)
    });
    found.extend(members.and_then(|at| into(at, format!("{member}, "))));
    found.extend(members.and_then(|at| into(at, member.clone())));
    found.extend(
        old.find('{')
            .and_then(|at| into(at + 1, format!("\n  \"approvals\": {{{member}}},"))),
    );
    found
}

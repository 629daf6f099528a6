//! The Python predecessor's files: checked byte for byte as it wrote them, and taken in as an annex that says of
//! each entry whether its hash held. Never writes to them.

mod import;
mod json;
mod python;

use super::{
    LedgerError,
    hash::{self, sha256},
    verify::{Finding, State},
};
use json::Json;
use serde::Serialize;
use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// No line of the predecessor is read beyond this.
const MAX_LINE: u64 = 16 << 20;

/// What a check of the predecessor's files found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct LegacyReport {
    /// The worst of the findings.
    pub state: State,
    /// Files read.
    pub files: u64,
    /// Entries whose hash holds and who follow the one before.
    pub entries: u64,
    /// Hash of the last of them.
    pub head: String,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What these files cannot tell.
    pub unproven: Vec<String>,
}

/// One entry of the predecessor, and whether it is proven.
struct Legacy {
    value: Json,
    proven: bool,
}

/// Checks the predecessor's files in a directory, or one file.
///
/// # Errors
/// A file cannot be read, or there is none.
pub fn verify_legacy(path: &Path) -> Result<LegacyReport, LedgerError> {
    let mut report = LegacyReport::default();
    walk(path, &mut report, &mut |_, _| Ok(()))?;
    report.unproven = [
        "numbers and times: the predecessor's hash does not cover them",
        "that nothing was cut off the end, or the whole written anew: nothing was signed",
    ]
    .map(str::to_owned)
    .to_vec();
    Ok(report)
}

/// Whether there is something of the predecessor in a directory, or such a file.
///
/// # Errors
/// There is nothing, or it cannot be looked at.
pub fn look(path: &Path) -> Result<(), LedgerError> {
    files(path).map(drop)
}

/// The predecessor's files in their order.
fn files(path: &Path) -> Result<Vec<PathBuf>, LedgerError> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let fail = |e| LedgerError::io("list", path, e);
    let mut found = Vec::new();
    for item in std::fs::read_dir(path).map_err(fail)? {
        let item = item.map_err(fail)?;
        if item.file_name().to_str().is_some_and(is_name) {
            found.push(item.path());
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(LedgerError::NoLegacy {
            path: path.to_path_buf(),
        });
    }
    Ok(found)
}

/// `ledger-YYYYmmdd-HHMMSS.jsonl`.
fn is_name(name: &str) -> bool {
    let shape = b"ledger-00000000-000000.jsonl";
    let like = |(byte, &want): (u8, &u8)| {
        if want == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == want
        }
    };
    name.len() == shape.len() && name.bytes().zip(shape).all(like)
}

/// Follows the chain over all files. `each` sees every entry that can be read.
fn walk(
    path: &Path,
    report: &mut LegacyReport,
    each: &mut dyn FnMut(&Path, Legacy) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let mut prev = "0".repeat(64);
    let mut broken = false;
    let paths = files(path)?;
    for (index, path) in paths.iter().enumerate() {
        let file = File::open(path).map_err(|e| LedgerError::io("open", path, e))?;
        report.files += 1;
        let mut reader = BufReader::new(file);
        let (mut offset, mut number) = (0, 0_u64);
        loop {
            let mut line = Vec::new();
            let got = (&mut reader)
                .take(MAX_LINE)
                .read_until(b'\n', &mut line)
                .map_err(|e| LedgerError::io("read", path, e))?;
            if got == 0 {
                break;
            }
            number += 1;
            let last = index + 1 == paths.len() && !line.ends_with(b"\n");
            let start = offset;
            offset += got as u64;
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            if text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let mut find = |state: State, seq: Option<u64>, what: &str| {
                report.state = report.state.max(state);
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                report.findings.push(Finding {
                    state,
                    seq,
                    segment: name,
                    offset: Some(start),
                    what: format!("line {number} {what}"),
                });
            };
            let Some(value) = json::parse(text).filter(|value| value.get("data").is_some()) else {
                let state = if last { State::Torn } else { State::Tampered };
                find(state, None, if last { "is cut off" } else { "is no entry" });
                continue;
            };
            let seq = value.get("seq").and_then(Json::as_u64);
            let said = |name: &str| value.get(name).and_then(Json::as_text);
            let (told_prev, told) = (
                said("prev_hash").unwrap_or_default(),
                said("hash").unwrap_or_default(),
            );
            let digest = value
                .get("data")
                .map(|data| sha256(&[told_prev.as_bytes(), python::dumps(data).as_bytes()]));
            let holds = digest.is_some_and(|digest| hash::hex_text(&digest) == told);
            let follows = told_prev == prev;
            if !holds {
                find(State::Tampered, seq, "does not have the hash of what it says");
            } else if !follows {
                find(State::Tampered, seq, "does not follow the entry before it");
            }
            broken |= !(holds && follows);
            if !broken {
                report.entries += 1;
                report.head.clone_from(&told);
            }
            prev = told;
            let proven = holds && follows;
            each(path, Legacy { value, proven })?;
        }
    }
    Ok(())
}

//! Taking the predecessor's entries in: each becomes an `import` entry that says whether its hash held.

use super::{LegacyReport, walk};
use crate::{Draft, Durability, Kind, Ledger, LedgerError, Receipt};
use serde_json::Value;
use std::path::Path;

/// Entries in one write.
const BATCH: usize = 128;

impl Ledger {
    /// Takes the predecessor's files in, and returns what a check of them found and the entry that sums it up.
    ///
    /// # Errors
    /// A file cannot be read, or the record cannot be written; what was taken in until then stays.
    pub fn import(&mut self, path: &Path, by: &str) -> Result<(LegacyReport, Receipt), LedgerError> {
        let mut report = LegacyReport::default();
        let mut batch: Vec<Draft> = Vec::new();
        let mut total: u64 = 0;
        let shown = path.display().to_string();
        walk(path, &mut report, &mut |file, legacy| {
            total += 1;
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
            batch.push(Draft::of(
                Kind::Import,
                [
                    ("source", Value::from("opencode-watchtower")),
                    ("file", name.map_or(Value::Null, Value::from)),
                    ("proven", Value::from(legacy.proven)),
                    ("original", legacy.value.to_value()),
                ],
            ));
            if batch.len() >= BATCH {
                self.append(&std::mem::take(&mut batch), Durability::Relaxed)?;
            }
            Ok(())
        })?;
        batch.push(Draft::of(
            Kind::Import,
            [
                ("source", Value::from("opencode-watchtower")),
                ("path", Value::from(shown)),
                ("entries", Value::from(total)),
                ("proven_entries", Value::from(report.entries)),
                ("state", Value::from(report.state.word())),
                ("head", Value::from(report.head.as_str())),
                ("by", Value::from(by)),
            ],
        ));
        let receipts = self.append(&batch, Durability::Strict)?;
        let last = receipts.into_iter().last().ok_or(LedgerError::Draft {
            why: "nothing was written".to_owned(),
        })?;
        Ok((report, last))
    }
}

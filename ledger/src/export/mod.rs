//! Entries in the forms that other tools read, one at a time: no format needs the whole ledger in memory.
//! Says what the record says; decides nothing and proves nothing.

mod cef;
mod csv;
mod facts;
mod ocsf;
mod otlp;

use super::read::Entry;
use std::io::{self, Write};

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON array of entries.
    Json,
    /// One entry a line.
    Jsonl,
    /// RFC 4180, one row an entry.
    Csv,
    /// Open Cybersecurity Schema Framework events, one a line.
    Ocsf,
    /// OpenTelemetry log records as OTLP JSON, one request a line.
    Otlp,
    /// ArcSight Common Event Format, one a line.
    Cef,
}

impl Format {
    /// Every format.
    pub const ALL: &[Self] = &[
        Self::Json,
        Self::Jsonl,
        Self::Csv,
        Self::Ocsf,
        Self::Otlp,
        Self::Cef,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Ocsf => "ocsf",
            Self::Otlp => "otlp",
            Self::Cef => "cef",
        }
    }
}

/// Writes entries in one format.
pub struct Export<W: Write> {
    out: W,
    format: Format,
    host: String,
    count: u64,
    batch: Vec<serde_json::Value>,
}

/// Log records in one OTLP request.
const OTLP_BATCH: usize = 256;

impl<W: Write> Export<W> {
    /// Begins an export; `host` is the machine the ledger was written on.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn begin(mut out: W, format: Format, host: &str) -> io::Result<Self> {
        match format {
            Format::Json => out.write_all(b"[")?,
            Format::Csv => out.write_all(csv::HEADER.as_bytes())?,
            Format::Jsonl | Format::Ocsf | Format::Otlp | Format::Cef => {}
        }
        Ok(Self {
            out,
            format,
            host: host.to_owned(),
            count: 0,
            batch: Vec::new(),
        })
    }

    /// Writes one entry.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn entry(&mut self, entry: &Entry) -> io::Result<()> {
        self.count += 1;
        match self.format {
            Format::Json => {
                let before = if self.count == 1 { "\n" } else { ",\n" };
                write!(self.out, "{before}{}", entry.to_json())
            }
            Format::Jsonl => writeln!(self.out, "{}", entry.to_json()),
            Format::Csv => self.out.write_all(csv::row(entry).as_bytes()),
            Format::Ocsf => writeln!(self.out, "{}", ocsf::event(entry, &self.host)),
            Format::Cef => writeln!(self.out, "{}", cef::line(entry, &self.host)),
            Format::Otlp => {
                self.batch.push(otlp::record(entry));
                if self.batch.len() == OTLP_BATCH {
                    self.flush_batch()
                } else {
                    Ok(())
                }
            }
        }
    }

    fn flush_batch(&mut self) -> io::Result<()> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let records = std::mem::take(&mut self.batch);
        writeln!(self.out, "{}", otlp::request(records, &self.host))
    }

    /// Ends the export and returns how many entries it has.
    ///
    /// # Errors
    /// `out` cannot be written.
    pub fn end(mut self) -> io::Result<u64> {
        self.flush_batch()?;
        if self.format == Format::Json {
            self.out
                .write_all(if self.count == 0 { b"]\n" } else { b"\n]\n" })?;
        }
        self.out.flush()?;
        Ok(self.count)
    }
}

//! The exact bytes of the record: canonical JSON, secrets taken out of it, hashes, the frame of a line, times.
//! Pure: reads no file, no clock and no environment; the ledger does. Every call that is recorded passes through
//! here before its effect, and every verification over all of it, so this crate is built for speed.

mod calls;
pub mod canon;
pub mod hash;
mod headers;
pub mod line;
pub mod members;
mod names;
mod programs;
mod quotes;
pub mod seal;
pub mod secrets;
mod shapes;
pub mod time;
mod tokens;

/// No entry's data is longer, in canonical form.
pub const MAX_DATA_BYTES: usize = 1 << 20;
/// No line is longer: the data and its fixed frame.
pub const MAX_LINE_BYTES: usize = MAX_DATA_BYTES + 512;
/// Integers up to here are written as JSON numbers, beyond as strings (RFC 8785 numbers are doubles).
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

//! What a line may hold whatever its grammar: bytes of an argument, operands, and bytes to record. Beyond is a usage
//! error, told before anything is looked at.

use super::{UsageError, parser::quoted};
use policy::text::escape;
use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
};

/// Most operands a line may have: each is judged, recorded and can be taken back one by one.
pub const MAX_OPERANDS: usize = 1_000;
/// Most bytes its arguments may have together, as the record writes them: a quarter of what an entry may have, so that
/// every call can be recorded at least as it was given.
pub const MAX_LINE_BYTES: usize = 1 << 18;
/// Longest single argument, in bytes (the kernel's own limit, `MAX_ARG_STRLEN`).
pub const MAX_ARGUMENT_BYTES: usize = 131_072;

/// The way out where one call names too much.
const SPLIT: &str = "split the call, as `xargs -n 100` does, or name the directory that holds them";

/// Checks the arguments after the applet's name.
pub(super) fn check(applet: &str, args: &[OsString]) -> Result<(), UsageError> {
    for arg in args {
        plausible(arg)?;
    }
    check_recorded(applet, args)
}

/// Checks how many operands there are.
pub(super) fn check_count(applet: &str, operands: usize) -> Result<(), UsageError> {
    if operands > MAX_OPERANDS {
        return Err(UsageError::new(
            format!("too many operands for {applet}: the limit is {MAX_OPERANDS}"),
            SPLIT,
        ));
    }
    Ok(())
}

/// Refuses what no argument may hold, whatever it is for.
fn plausible(arg: &OsStr) -> Result<(), UsageError> {
    let bytes = arg.as_bytes();
    if bytes.contains(&0) {
        return Err(UsageError::new(
            format!("{} holds a NUL byte", quoted(arg)),
            "no name can hold one",
        ));
    }
    if bytes.is_empty() {
        return Err(UsageError::new(
            "an empty operand",
            "a variable may be unset: name the object",
        ));
    }
    if bytes.len() > MAX_ARGUMENT_BYTES {
        return Err(UsageError::new(
            format!(
                "an argument of {} bytes: the limit is {MAX_ARGUMENT_BYTES}",
                bytes.len()
            ),
            "",
        ));
    }
    Ok(())
}

/// Refuses a line that is too long to be recorded as it was given.
fn check_recorded(applet: &str, args: &[OsString]) -> Result<(), UsageError> {
    let bytes: usize = args.iter().map(|arg| recorded_bytes(arg)).sum();
    if bytes > MAX_LINE_BYTES {
        return Err(UsageError::new(
            format!("the arguments of {applet} take {bytes} bytes to record: the limit is {MAX_LINE_BYTES}"),
            SPLIT,
        ));
    }
    Ok(())
}

/// The length of an argument in a JSON string (RFC 8785, 3.2.2.2).
fn recorded_bytes(arg: &OsStr) -> usize {
    let in_json = |byte: u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    };
    escape(arg.as_bytes()).bytes().map(in_json).sum()
}

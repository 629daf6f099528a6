//! A proof of an entry, as anyone may send it: it proves the one entry under the one signed head, or nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| ledger::fuzzing::proof(data));

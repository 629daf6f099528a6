//! A signed head and a verifier key, as anyone may send them: nothing is accepted that nobody signed.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| ledger::fuzzing::checkpoint(data));

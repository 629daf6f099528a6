//! The shell parser and the analysis under any text: no panic, no hang, and the same answer twice.
#![no_main]

use gtfobins::shell::{ShellScope, analyse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let scope = ShellScope {
        cwd: "/home/person/project".to_owned(),
        home: "/home/person".to_owned(),
        ..ShellScope::default()
    };
    let once = analyse(text, &scope);
    let again = analyse(text, &scope);
    assert_eq!(format!("{once:?}"), format!("{again:?}"));
});

//! The shell parser and the analysis under any text: no panic, no hang, and the same answer twice. The first byte
//! says how it comes in: as shell text, as the words of one command, or as an entry of the database to import.
#![no_main]

use gtfobins::{
    Situation, analyse_argv, import,
    shell::{Rights, ShellScope, analyse},
};
use libfuzzer_sys::fuzz_target;
use std::ffi::OsString;

/// Rights that depend on the name alone, so that every context is reached.
fn rights(program: &str, search: &str) -> Rights {
    Rights {
        suid: program.len().is_multiple_of(3),
        capabilities: search
            .contains('c')
            .then(|| "CAP_SETUID".to_owned())
            .into_iter()
            .collect(),
    }
}

fn shell(text: &str) {
    let scope = ShellScope {
        cwd: "/home/person/project".to_owned(),
        home: "/home/person".to_owned(),
        root: Some("/home/person/project".to_owned()),
        search: "/usr/local/bin:/usr/bin:/bin".to_owned(),
        interactive: text.len().is_multiple_of(2),
        rights: Some(rights),
        ..ShellScope::default()
    };
    let once = analyse(text, &scope);
    assert_eq!(format!("{once:?}"), format!("{:?}", analyse(text, &scope)));
    // Whatever is answered says something of what ran.
    assert!(once.parts.iter().all(|part| {
        !part.argv.is_empty() || !part.effects.is_empty() || !part.concerns.is_empty()
    }));
}

fn words(text: &str) {
    let argv: Vec<OsString> = text.split('\0').map(OsString::from).collect();
    for sudo in [false, true] {
        let situation = Situation {
            sudo,
            fed_stdin: !sudo,
            ..Situation::default()
        };
        assert_eq!(analyse_argv(&argv, &situation), analyse_argv(&argv, &situation));
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((&kind, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    match kind {
        0 => words(text),
        1 => drop(import::facts(&[("entry".to_owned(), text.to_owned())], "")),
        _ => match std::str::from_utf8(data) {
            Ok(whole) => shell(whole),
            Err(_) => shell(text),
        },
    }
});

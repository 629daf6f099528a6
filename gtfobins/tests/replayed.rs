//! What fuzzing has reached: every committed input is answered, in time and the same twice.

use gtfobins::{
    Situation, analyse_argv, import,
    shell::{ShellScope, analyse},
};
use std::{ffi::OsString, fs, time::Instant};

#[test]
fn every_input_of_the_fuzzing_corpus_is_answered_alike_and_in_time() {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/command");
    let mut replayed = 0;
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        replayed += 1;
        let Ok(text) = std::str::from_utf8(&bytes) else {
            continue;
        };
        let start = Instant::now();
        let scope = ShellScope {
            cwd: "/home/person/project".into(),
            home: "/home/person".into(),
            interactive: true,
            ..ShellScope::default()
        };
        let once = format!("{:?}", analyse(text, &scope));
        assert_eq!(once, format!("{:?}", analyse(text, &scope)), "{}", path.display());
        let argv: Vec<OsString> = text.split('\0').map(OsString::from).collect();
        let situation = Situation {
            sudo: true,
            fed_stdin: true,
            ..Situation::default()
        };
        assert_eq!(analyse_argv(&argv, &situation), analyse_argv(&argv, &situation));
        // A document that is no entry is refused, never a panic.
        let _ = import::facts(&[("entry".to_owned(), text.to_owned())], "");
        assert!(
            start.elapsed().as_secs() < 5,
            "{} took {:?}",
            path.display(),
            start.elapsed()
        );
    }
    assert!(replayed >= 250, "{replayed}");
}

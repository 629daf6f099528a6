//! Where relative paths are judged once a text has changed directories.

use gtfobins::shell::{ShellScope, analyse};

/// The paths that a text reads, without what lies in the workspace.
fn abroad(text: &str) -> Vec<String> {
    let scope = ShellScope {
        cwd: "/w/a".into(),
        root: Some("/w".into()),
        home: "/home/u".into(),
        ..ShellScope::default()
    };
    let analysis = analyse(text, &scope);
    let effects = analysis.parts.into_iter().flat_map(|part| part.effects);
    let read = effects.filter(|effect| effect.operation == "read");
    let paths = read.filter_map(|effect| effect.path);
    paths.filter(|path| !path.starts_with("/w/")).collect()
}

fn concerns(text: &str) -> Vec<&'static str> {
    let scope = ShellScope {
        cwd: "/w/a".into(),
        home: "/home/u".into(),
        ..ShellScope::default()
    };
    let parts = analyse(text, &scope).parts;
    let concerns = parts.iter().flat_map(|part| &part.concerns);
    concerns.map(|concern| concern.rule).collect()
}

#[test]
fn a_directory_that_the_shell_may_still_be_in_is_judged() {
    for text in [
        "cd ~/.s; cat f",
        "cd ~/.s; cd -; cat ~-/f",
        "cd ~/.s; cd -; cat $OLDPWD/f",
        "cd ~/.s; cd /tmp; cd -; cat f",
        "cd ~/.s; cd /no; cat f",
        "cd ~/.s; cd $x; cat f",
        "cd ~/.s || cd /tmp; cat f",
        "cd ~/.s; no && cd /tmp; cat f",
        "if no; then cd ~/.s; else cd /tmp; fi; cat f",
        "case x in y) cd ~/.s;; x) cd /tmp;; esac; cat f",
        "pushd ~/.s; pushd /tmp; popd; cat f",
        "pushd ~/.s; pushd /tmp; pushd; cat f",
        "pushd ~/.s; pushd /tmp; popd +1; cat f",
        "pushd -n ~/.s; popd; cat f",
        "pushd ~/.s; pushd /tmp; cat ~1/f",
        "cat $(cd ~/.s; cd /tmp; cd -)/f",
        "source /dev/stdin <<< 'cd ~/.s'; cat f",
    ] {
        assert!(abroad(text).contains(&"/home/u/.s/f".to_owned()), "{text}");
    }
}

#[test]
fn a_directory_that_was_left_for_sure_is_not() {
    for text in [
        "(cd ~/.s); cat f",
        "cd ~/.s && ls; cd /w/a; cat f",
        "cd ~/.s && ls && cd - && cat f",
        "pushd ~/.s; popd; cat f",
        "bash -c 'cd ~/.s'; cat f",
        "cd b; cd $x; cat f",
    ] {
        assert_eq!(abroad(text), [""; 0], "{text}");
    }
}

#[test]
fn what_enters_directories_by_other_names_escalates() {
    for text in [
        "CDPATH=~; cd b",
        "CDPATH=~ cd b",
        "shopt -s cdable_vars",
        "shopt -s autocd",
        "bash -O cdable_vars -c 'cd X'",
        "trap 'cd ~/.s' DEBUG",
        "trap 'cd ~/.s' USR1",
        "f() { cd ~/.s; }; trap f DEBUG",
        "trap 'x=y' DEBUG",
    ] {
        assert!(!concerns(text).is_empty(), "{text}");
    }
    for text in [
        "CDPATH= cd b",
        "CDPATH=~; cd ./b",
        "trap 'cd /; ls' EXIT",
        "trap 'x=1' ERR",
        "shopt -s globstar",
    ] {
        assert_eq!(concerns(text), [""; 0], "{text}");
    }
}

//! Lines that must never be taken for what they are not.

use crate::forms::call;
use proptest::prelude::*;
use std::{ffi::OsString, os::unix::ffi::OsStringExt};

fn message(name: &str, args: &[&str]) -> (String, String) {
    let error = call(name, args).expect_err(&format!("{name} {args:?} was accepted"));
    (error.message, error.hint)
}

#[test]
fn abbreviations_and_unknown_options_are_refused_with_the_name_that_was_meant() {
    assert_eq!(
        message("safe-rm", &["--recurs", "x"]),
        (
            "unknown option `--recurs` for safe-rm".to_owned(),
            "did you mean `--recursive`? long options are never abbreviated".to_owned()
        )
    );
    assert_eq!(
        message("ssh-cat", &["-oProxyCommand=x", "h", "/f"]).0,
        "unknown option `-o` for ssh-cat"
    );
    assert_eq!(
        message("safe-rm", &["-rx"]),
        (
            "unknown option `-x` for safe-rm".to_owned(),
            "if `-rx` is a name, write it as `./-rx` or after `--`".to_owned()
        )
    );
    assert_eq!(
        message("safe-rm", &["--no-preserve-root", "/"]).0,
        "unknown option `--no-preserve-root` for safe-rm"
    );
}

#[test]
fn values_that_do_not_fit_are_refused() {
    for (name, args, expected) in [
        (
            "safe-rm",
            &["x", "--mode=all"][..],
            "`all` for `--mode` is not one of file, dir, dir-recursive",
        ),
        ("safe-rm", &["x", "--mode"], "option `--mode` needs a value"),
        (
            "safe-rm",
            &["x", "--mode", "-r"],
            "option `--mode` needs a value, and `-r` looks like an option",
        ),
        (
            "safe-rm",
            &["--force=yes", "x"],
            "option `--force` takes no value",
        ),
        ("safe-rm", &[], "operand PATH... is missing for safe-rm"),
        ("safe-rm", &[""], "an empty operand"),
        ("safe-rm", &["--mode=", "x"], "an empty value for `--mode`"),
        (
            "safe-rm",
            &["-r", "--mode=file", "x"],
            "options `--mode` and `--recursive` exclude each other",
        ),
        ("safe-cp", &["a"], "operand SOURCE... is missing for safe-cp"),
        (
            "safe-cp",
            &["a", "b", "--source=c"],
            "one operand too many for safe-cp: `b`",
        ),
        (
            "safe-cp",
            &["-nf", "a", "b"],
            "options `--no-clobber` and `--force` exclude each other",
        ),
        (
            "safe-chown",
            &["alice", "x", "--recursive=maybe"],
            "`maybe` for `--recursive` is not one of yes, no",
        ),
        (
            "safe-chmod",
            &["rwx", "x"],
            "`rwx` for `MODE` is not a mode such as `644` or `u+x,go-w`",
        ),
        (
            "safe-ln",
            &["a", "b", "c"],
            "one operand too many for safe-ln: `c`",
        ),
        (
            "safe-mkdir",
            &["-p", "--mode=single", "x"],
            "options `--parents` and `--mode=single` exclude each other",
        ),
        (
            "ssh-ps",
            &["h", "--port=0"],
            "`0` for `--port` is not a port from 1 to 65535",
        ),
        (
            "ssh-ps",
            &["h", "--port=+22"],
            "`+22` for `--port` is not a port from 1 to 65535",
        ),
        (
            "ssh-ps",
            &["h", "--port=22", "--port=23"],
            "option `--port` was given twice",
        ),
        (
            "ssh-ls",
            &["a@h", "/x", "--user=b"],
            "two users for `h`: `a` and `b`",
        ),
        (
            "kubectl-logs",
            &["--", "--kubeconfig=x"],
            "`--kubeconfig=x` for `POD` is not a DNS-1123 name such as `web-5d9f`",
        ),
        (
            "kubectl-exec-read",
            &["p", "sh", "-c"],
            "option `-c` needs a value",
        ),
        (
            "kubectl-exec-read",
            &["p", "sh", "/x"],
            "`sh` for `CMD` is not one of cat, ls, head, stat",
        ),
        (
            "kubectl-exec-read",
            &["p", "cat", "../x"],
            "`../x` for `PATH` is not an absolute path without `..`",
        ),
        (
            "kubectl-exec-read",
            &["p", "cat", "/a/../x"],
            "`/a/../x` for `PATH` is not an absolute path without `..`",
        ),
        (
            "rg-search",
            &["--pre=sh", "x"],
            "unknown option `--pre` for rg-search",
        ),
        ("rg-search", &["-z", "x"], "unknown option `-z` for rg-search"),
        (
            "jq-query",
            &["--rawfile", "a", "b", ".", "f"],
            "unknown option `--rawfile` for jq-query",
        ),
        (
            "jq-query",
            &[".", "-"],
            "`-` would be standard input, which jq-query does not read",
        ),
    ] {
        let (got, _) = message(name, args);
        assert!(
            got.starts_with(expected),
            "{name} {args:?}\n got {got}\nwant {expected}"
        );
    }
}

#[test]
fn hosts_and_users_from_the_cve_lists_are_refused() {
    for hostile in [
        "-oProxyCommand=x",
        "$(id)",
        "a;id",
        "`id`",
        "a\nb",
        "a b",
        "%h",
        "'",
        "|id",
        "a@b@c",
        "@h",
        "a@",
        "::1%lo",
    ] {
        assert!(call("ssh-ps", &["--", hostile]).is_err(), "host {hostile:?}");
        assert!(
            call("ssh-ls", &["/x", &format!("--host={hostile}")]).is_err(),
            "--host {hostile:?}"
        );
        assert!(
            call("ssh-ps", &["h", &format!("--user={hostile}")]).is_err(),
            "--user {hostile:?}"
        );
    }
    for remote in ["$(id)", "*;id", "-n", "a\nb", "%h"] {
        let call = call("ssh-cat", &["h", "--", remote]).unwrap();
        assert_eq!(
            call.intent.targets[0].path.as_deref(),
            Some(remote.as_ref()),
            "a remote path is literal"
        );
    }
}

#[test]
fn nul_bytes_and_lines_beyond_the_limits_are_refused() {
    let rm = applets::find("safe-rm").unwrap();
    let nul = rm.parse(&[OsString::from_vec(b"a\0b".to_vec())]).unwrap_err();
    assert_eq!(nul.message, "`a\\u{0}b` holds a NUL byte");
    let many = vec![OsString::from("x"); applets::grammar::MAX_OPERANDS + 1];
    assert_eq!(
        rm.parse(&many).unwrap_err().message,
        "too many operands for safe-rm: the limit is 1000"
    );
    assert!(rm.parse(&many[1..]).is_ok());
    // A byte that is no text takes five in the record, a control character six.
    for (byte, recorded) in [(b'x', 1), (0xff, 5), (0x1b, 6), (b'\\', 4), (b'\n', 2)] {
        let name = |bytes: usize| OsString::from_vec(vec![byte; bytes]);
        let most = applets::grammar::MAX_LINE_BYTES / recorded;
        let mut names: Vec<OsString> = (0..most / 2048).map(|_| name(2048)).collect();
        names.extend((!most.is_multiple_of(2048)).then(|| name(most % 2048)));
        assert!(rm.parse(&names).is_ok(), "{byte}");
        names.push(name(1));
        let error = rm.parse(&names).unwrap_err();
        let bytes = (most + 1) * recorded;
        assert_eq!(
            error.message,
            format!("the arguments of safe-rm take {bytes} bytes to record: the limit is 262144")
        );
        assert!(error.hint.contains("xargs"), "{}", error.hint);
    }
    let long = OsString::from("x".repeat(applets::grammar::MAX_ARGUMENT_BYTES + 1));
    assert_eq!(
        rm.parse(&[long]).unwrap_err().message,
        "an argument of 131073 bytes: the limit is 131072"
    );
}

#[test]
fn messages_stay_on_one_line_whatever_was_given() {
    let error = call("safe-rm", &["--a\nb\x1b[2J"]).unwrap_err();
    assert_eq!(error.message, "unknown option `--a\\nb\\u{1b}[2J` for safe-rm");
    let exact = OsString::from_vec(b"a\xff\n\x1b".to_vec());
    let applets::Request::Call(call) = applets::find("safe-rm")
        .unwrap()
        .parse(std::slice::from_ref(&exact))
        .unwrap()
    else {
        panic!("not a call")
    };
    assert_eq!(
        call.intent.targets[0].path.as_ref(),
        Some(&exact),
        "the exact bytes are the target"
    );
}

fn argument() -> impl Strategy<Value = OsString> {
    let words = applets::all()
        .iter()
        .flat_map(|applet| applet.grammar.all_options())
        .flat_map(|opt| {
            [
                format!("--{}", opt.key),
                format!("--{}=x", opt.key),
                format!("-{}", opt.shorts),
            ]
        })
        .chain(["--", "-", "a", "644", "web-1", "--=", "---", "-=", "=", "yes"].map(str::to_owned))
        .collect::<Vec<_>>();
    prop_oneof![
        proptest::sample::select(words).prop_map(OsString::from),
        proptest::collection::vec(any::<u8>(), 0..12).prop_map(OsString::from_vec),
        "-{0,3}[a-zA-Z=.@/-]{0,8}".prop_map(OsString::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_line_makes_a_parser_panic(which in 0..16_usize, args in proptest::collection::vec(argument(), 0..8)) {
        let applet = &applets::all()[which];
        if let Ok(applets::Request::Call(call)) = applet.parse(&args) {
            prop_assert_eq!(call.intent.tool.as_ref(), applet.name);
            prop_assert!(!call.intent.targets.is_empty());
            prop_assert!(applet.operations.contains(&call.intent.operation.as_ref()));
            for target in &call.intent.targets {
                if let Some(path) = &target.path {
                    prop_assert!(!path.is_empty());
                }
            }
        }
    }

    #[test]
    fn an_unknown_long_option_is_refused_wherever_it_stands(which in 0..16_usize, name in "[a-z][a-z-]{0,14}", before in 0..3_usize) {
        let applet = &applets::all()[which];
        prop_assume!(applet.grammar.long(&name).is_none());
        let mut args = vec![OsString::from("a"); before];
        args.push(format!("--{name}").into());
        let error = applet.parse(&args).unwrap_err();
        prop_assert_eq!(error.message, format!("unknown option `--{name}` for {}", applet.name));
    }

    #[test]
    fn operands_after_two_hyphens_are_exact(bytes in proptest::collection::vec(1..=255_u8, 1..40)) {
        let path = OsString::from_vec(bytes);
        let rm = applets::find("safe-rm").unwrap();
        let Ok(applets::Request::Call(call)) = rm.parse(&["--".into(), path.clone()]) else {
            return Err(TestCaseError::fail("not a call"));
        };
        prop_assert_eq!(call.intent.targets[0].path.as_ref(), Some(&path));
    }
}

//! The registry is whole: every applet has what everything else derives from.

use applets::{Request, all, find, find_tool, grammar::Kind};
use std::{collections::BTreeSet, ffi::OsString, fs};

#[test]
fn each_applet_has_a_file_of_its_own_name() {
    let files: BTreeSet<String> = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter_map(|name| name.strip_suffix(".rs").map(str::to_owned))
        .filter(|name| name != "lib")
        .collect();
    let registered: BTreeSet<String> = all().iter().map(applets::Applet::tool_name).collect();
    assert_eq!(registered, files);
    assert_eq!(all().len(), 16);
}

#[test]
fn an_applet_is_found_by_its_exact_name_only() {
    assert_eq!(find("safe-rm").map(|applet| applet.name), Some("safe-rm"));
    assert_eq!(find_tool("safe_rm").map(|applet| applet.name), Some("safe-rm"));
    for name in [
        "", "safe_rm", "rm", "xsafe-rm", "safe-rm ", "Safe-rm", "safe-r", "/safe-rm",
    ] {
        assert!(find(name).is_none(), "{name}");
    }
}

#[test]
fn every_example_parses_to_an_intent_of_the_registered_kind() {
    for applet in all() {
        assert!(!applet.examples.is_empty(), "{}", applet.name);
        for example in applet.examples {
            let args: Vec<OsString> = example.argv.iter().map(OsString::from).collect();
            let Request::Call(call) = applet
                .parse(&args)
                .unwrap_or_else(|e| panic!("{} {:?}: {e:?}", applet.name, args))
            else {
                panic!("{} {args:?} is no call", applet.name)
            };
            assert_eq!(call.intent.domain, applet.domain);
            assert!(applet.operations.contains(&call.intent.operation.as_ref()));
            assert_eq!(call.intent.tool, applet.name);
        }
    }
}

#[test]
fn no_option_is_named_twice() {
    for applet in all() {
        let mut names = BTreeSet::new();
        for opt in applet.grammar.all_options() {
            assert!(names.insert(opt.key.to_owned()), "{} --{}", applet.name, opt.key);
            assert!(opt.alias.is_none_or(|alias| names.insert(alias.to_owned())));
            for short in opt.shorts.chars() {
                assert!(names.insert(format!("-{short}")), "{} -{short}", applet.name);
            }
        }
        for key in applet.grammar.alternatives.iter().flat_map(|group| group.iter()) {
            assert!(applet.grammar.long(key).is_some(), "{} {key}", applet.name);
        }
        for form in applet.grammar.forms {
            assert!(
                form.operands
                    .iter()
                    .filter(|o| o.count != applets::grammar::Count::One)
                    .count()
                    <= 1
            );
            assert!(form.when.is_none_or(|key| applet.grammar.long(key).is_some()));
        }
    }
}

#[test]
fn help_names_every_option_operand_example_and_exit_code() {
    for applet in all() {
        let help = applet.help();
        for opt in applet.grammar.all_options().filter(|opt| opt.kind == Kind::Flag) {
            assert!(
                help.contains(&format!("--{}", opt.key)),
                "{} {}",
                applet.name,
                opt.key
            );
        }
        for example in applet.examples {
            assert!(help.contains(example.says), "{}", applet.name);
        }
        for (code, _) in applets::grammar::EXIT_CODES {
            assert!(help.contains(code));
        }
        assert!(help.lines().all(|line| line.chars().count() <= 150), "{help}");
    }
}

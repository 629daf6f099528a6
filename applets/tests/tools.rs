//! Applets as tools with named arguments: schemas, and the lines that calls stand for.

use applets::{Applet, Request, all, find_tool, grammar};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

fn tool(name: &str) -> &'static Applet {
    find_tool(name).unwrap()
}

fn line(name: &str, given: Json) -> Result<Vec<String>, String> {
    let given = given.as_object().unwrap().clone();
    let line = tool(name).arguments(&given).map_err(|error| error.message)?;
    Ok(line.into_iter().map(|word| word.into_string().unwrap()).collect())
}

#[test]
fn named_arguments_become_one_word_each() {
    for (name, given, expected) in [
        ("safe_rm", json!({"path": "a b"}), vec!["--", "a b"]),
        (
            "safe_rm",
            json!({"path": "-rf", "mode": "dir", "force": true}),
            vec!["--mode=dir", "--force", "--", "-rf"],
        ),
        (
            "safe_rm",
            json!({"path": "a", "paths": ["b", "c"], "mode": null}),
            vec!["--", "a", "b", "c"],
        ),
        ("safe_rm", json!({"path": "a", "mode": ""}), vec!["--", "a"]),
        (
            "safe_cp",
            json!({"source": "a", "dest": "b", "sources": ["c"]}),
            vec!["--source=a", "--source=c", "--", "b"],
        ),
        (
            "ssh_ls",
            json!({"host": "h", "path": "/x", "port": 22}),
            vec!["--host=h", "--port=22", "--", "/x"],
        ),
        (
            "ssh_ls",
            json!({"host": "h", "path": "/x", "port": 22.0}),
            vec!["--host=h", "--port=22", "--", "/x"],
        ),
        (
            "safe_chmod",
            json!({"path": "x", "mode": "755", "recursive": "yes"}),
            vec!["--mode=755", "--recursive=yes", "--", "x"],
        ),
        (
            "safe_chmod",
            json!({"path": "x", "mode": 755, "recursive": false}),
            vec!["--mode=755", "--recursive=no", "--", "x"],
        ),
        (
            "kubectl_exec_read",
            json!({"pod": "p", "cmd": "cat", "path": "/f"}),
            vec!["--cmd=cat", "--path=/f", "--", "p"],
        ),
        (
            "rg_search",
            json!({"pattern": "-x", "max_count": 3, "ignore_case": true}),
            vec!["--pattern=-x", "--ignore-case", "--max-count=3", "--"],
        ),
    ] {
        assert_eq!(line(name, given.clone()).unwrap(), expected, "{name} {given}");
    }
}

#[test]
fn arguments_that_do_not_fit_are_refused() {
    for (name, given, expected) in [
        ("safe_rm", json!({}), "argument `path` is missing for safe_rm"),
        (
            "safe_rm",
            json!({"path": "a", "recursive": true}),
            "unknown argument `recursive` for safe_rm",
        ),
        (
            "safe_rm",
            json!({"path": {"a": 1}}),
            "argument `path` is not text, a number, or true or false",
        ),
        (
            "safe_rm",
            json!({"path": "a", "force": "maybe"}),
            "`maybe` for `force` is not true or false",
        ),
    ] {
        assert_eq!(line(name, given.clone()).unwrap_err(), expected, "{name} {given}");
    }
}

#[test]
fn the_names_and_arguments_of_the_predecessor_are_kept() {
    let expected = [
        ("safe_rm", "path mode"),
        ("safe_cp", "dest source mode"),
        ("safe_mv", "dest source mode"),
        ("safe_mkdir", "path mode"),
        ("safe_touch", "path timestamp"),
        ("safe_chown", "path owner recursive"),
        ("safe_chmod", "path mode recursive"),
        ("safe_ln", "linkpath target mode"),
        ("ssh_ls", "path host user port"),
        ("ssh_cat", "file host user port"),
        ("ssh_ps", "host user port"),
        ("kubectl_exec_read", "pod ns cmd path"),
        ("kubectl_get_yaml", "name resource ns"),
        ("kubectl_logs", "pod ns tail"),
        ("rg_search", "path pattern type"),
        ("jq_query", "file query"),
    ];
    assert_eq!(expected.len(), all().len());
    for (name, arguments) in expected {
        let schema = tool(name).input_schema();
        for argument in arguments.split(' ') {
            let property = &schema["properties"][argument];
            assert!(property["type"].is_string(), "{name} {argument}: {property}");
            assert!(
                !property["description"].as_str().unwrap().is_empty(),
                "{name} {argument}"
            );
        }
    }
}

#[test]
fn the_utcp_manual_quotes_nothing_and_has_only_known_keys() {
    let manual = grammar::utcp_manual("0.0.0");
    let keys: Vec<&String> = manual.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["utcp_version", "manual_version", "tools"]);
    assert_eq!(manual["tools"].as_array().unwrap().len(), 16);
    for tool in manual["tools"].as_array().unwrap() {
        let command = tool["tool_call_template"]["commands"][0]["command"]
            .as_str()
            .unwrap();
        assert!(command.starts_with("wt utcp call "), "{command}");
        assert!(!command.contains(['\'', '"', '`', '$', ';', '\\']), "{command}");
        for name in tool["inputs"]["properties"].as_object().unwrap().keys() {
            assert!(
                command.contains(&format!(" {name}=UTCP_ARG_{name}_UTCP_END")),
                "{command}"
            );
        }
    }
    let given = grammar::utcp_arguments([("path", "x"), ("mode", "MISSING_ARG_mode")].into_iter());
    assert_eq!(Json::Object(given), json!({"path": "x"}));
}

#[test]
fn traits_follow_from_the_effect() {
    assert!(tool("rg_search").traits().read_only && !tool("rg_search").traits().open_world);
    assert!(tool("ssh_cat").traits().open_world);
    assert!(tool("safe_rm").traits().destructive && !tool("safe_mkdir").traits().destructive);
}

proptest! {
    #[test]
    fn whatever_the_path_is_it_arrives_as_it_was(path in "[^\0]{1,40}") {
        let mut given = Map::new();
        given.insert("path".to_owned(), Json::from(path.clone()));
        let line = tool("safe_rm").arguments(&given).unwrap();
        let Ok(Request::Call(call)) = tool("safe_rm").parse(&line) else {
            return Err(TestCaseError::fail("not a call"));
        };
        prop_assert_eq!(call.intent.targets[0].path.as_deref(), Some(path.as_ref()));
        prop_assert_eq!(call.intent.targets.len(), 1);
    }
}

//! Every message of the loader, as a person sees it. `WT_REGENERATE=1` writes the snapshots anew.

mod complete;
mod conditions;

use policy::{Layer, Source, inspect, load};
use std::{fmt::Write, path::PathBuf};

fn shown(layer: Layer, document: &str) -> String {
    let source = Source {
        layer,
        path: "policy.json".into(),
        bytes: document.as_bytes().to_vec(),
    };
    shown_of(source)
}

/// The same of a file of tests beside a policy.
fn shown_of_tests(document: &str) -> String {
    let policy = [Source {
        layer: Layer::User,
        path: "policy.json".into(),
        bytes: b"{\"version\": \"2.0.0\", \"policies\": []}".to_vec(),
    }];
    let read = |argv: &[String]| Err(format!("`{}` is not an applet", argv[0]));
    let told = policy::run_tests(
        &load(&policy).unwrap(),
        "policy.test.json",
        document.as_bytes(),
        &read,
    );
    told.problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn shown_of(source: Source) -> String {
    let loaded = load(std::slice::from_ref(&source));
    let problems = inspect(&[source], "2026-07-01T00:00:00Z", &|argv| {
        Err(format!("`{}` is not an applet", argv[0]))
    })
    .problems;
    for told in loaded.err().unwrap_or_default() {
        assert!(
            problems.contains(&told),
            "inspecting leaves out what loading tells: {told}"
        );
    }
    problems
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn rule(fields: &str) -> String {
    format!("{{\n  \"version\": \"2.0.0\",\n  \"policies\": [\n    {{\"name\": \"r\", {fields}}}\n  ]\n}}")
}

fn top(fields: &str) -> String {
    format!("{{\"version\": \"2.0.0\", \"policies\": [],\n  {fields}\n}}")
}

/// A document that does not load, with as many more faults that loading does not look for.
const ALL_AT_ONCE: &str = r#"{"version": "2.0.0", "policies": [
 {"name": "all", "priority": 9, "condition": "True", "match": {"domain": "ssh"}, "examples": [
  {"intent": {"domain": "ssh", "operation": "ps"}, "expect": "allow"},
  {"intent": {"domain": "ssh", "operation": "ps"}, "expect": "alow"},
  {"intent": {"domain": "search", "operation": "search"}, "expect": "allow"},
  {"argv": ["rm"], "expect": "deny"}]},
 {"name": "late", "priority": 5, "match": {"domain": "ssh"}},
 {"name": "slip", "match": {"domain": "filesytem"}},
 {"name": "broken", "match": {"domain": "search"}, "condition": "unknown"},
 {"name": "broken too", "priority": "x", "match": {"domain": "ssh"}}
]}"#;

#[test]
fn examples_wait_for_what_could_change_their_verdict() {
    let judged = |document: &str| {
        let source = Source {
            layer: Layer::User,
            path: "policy.json".into(),
            bytes: document.as_bytes().to_vec(),
        };
        let found = inspect(
            &[source],
            "2026-07-01T00:00:00Z",
            &|_| Err("no applet".to_owned()),
        );
        (found.examples.len(), found.unjudged)
    };
    let sound = ALL_AT_ONCE.replace("\"x\"", "1");
    assert_eq!(judged(ALL_AT_ONCE), (0, 2), "both domains have a rule at fault");
    assert_eq!(judged(&sound), (1, 1), "only that of the other domain waits");
    assert_eq!(judged(&sound.replace("unknown", "False")), (2, 0));
    assert_eq!(
        judged(&sound.replace("2.0.0", "7")),
        (0, 2),
        "a fault outside the rules touches all"
    );
    assert_eq!(judged("{"), (0, 0));
    // What a rule is for is not known where its `match` is at fault, and nothing is where not all faults are told.
    let vague = sound.replace(
        "\"match\": {\"domain\": \"filesytem\"}",
        "\"match\": {\"domain\": \"a\", \"domain\": \"b\"}",
    );
    assert_eq!(judged(&vague), (0, 2));
    let many = sound.replace("\n]}", &format!("{}\n]}}", ", {\"nme\": 1}".repeat(150)));
    assert_ne!(many, sound);
    assert_eq!(judged(&many), (0, 0));
}

#[test]
fn every_message_of_the_loader_is_as_it_was_agreed() {
    let cases: Vec<(&str, Layer, String)> = vec![
        ("not JSON", Layer::User, "{\"version\": \"2.0.0\",}".into()),
        ("nothing", Layer::User, String::new()),
        ("no value", Layer::User, "{\"version\": ?}".into()),
        ("no colon", Layer::User, "{\"version\" 5}".into()),
        ("no comma in an object", Layer::User, "{\"version\": 5 6}".into()),
        ("no comma in a list", Layer::User, "[1 2]".into()),
        ("no number", Layer::User, "[01]".into()),
        ("no digit", Layer::User, "[1.]".into()),
        ("no exponent", Layer::User, "[1e]".into()),
        ("a number without end", Layer::User, "[1e999]".into()),
        ("a control character", Layer::User, "[\"a\u{1}\"]".into()),
        ("an unknown escape", Layer::User, "[\"a\\q\"]".into()),
        ("a short escape", Layer::User, "[\"a\\u12\"]".into()),
        ("half a character", Layer::User, "[\"a\\ud800\"]".into()),
        ("a string without end", Layer::User, "[\"a".into()),
        ("too deep", Layer::User, format!("{}1{}", "[".repeat(70), "]".repeat(70))),
        ("an unknown word", Layer::User, "[nope]".into()),
        ("after the end", Layer::User, "{} {}".into()),
        ("wrong version, no rules", Layer::User, "{\"version\": \"3\"}".into()),
        ("not an object", Layer::User, "[]".into()),
        ("unknown key", Layer::User, top("\"protects\": {}")),
        ("empty name", Layer::User, "{\"version\": \"2.0.0\", \"policies\": [{\"name\": \"\"}]}".into()),
        ("key of a rule", Layer::User, rule("\"priorty\": 5")),
        ("key twice", Layer::User, rule("\"action\": \"allow\", \"action\": \"deny\"")),
        ("wrong type", Layer::User, rule("\"priority\": \"high\"")),
        ("out of range", Layer::User, rule("\"priority\": 10000000")),
        ("unknown action", Layer::User, rule("\"action\": \"alow\"")),
        ("fraction", Layer::User, rule("\"priority\": 1.5")),
        ("words", Layer::User, rule("\"match\": {\"operation\": 5}")),
        ("element of a list", Layer::User, rule("\"hosts\": [\"a\", 5]")),
        ("relative path", Layer::User, rule("\"paths\": [\"src/**\"]")),
        ("no glob", Layer::User, rule("\"paths\": [\"/a/[\"]")),
        ("workspace in protect", Layer::User, top("\"protect\": {\"paths\": [\"$WORKSPACE/x\"]}")),
        ("relative tool", Layer::User, top("\"sandbox\": {\"tools\": {\"rg\": \"rg\"}}")),
        ("capabilities missing", Layer::User, top("\"identities\": [{\"match\": {}}]")),
        ("project may not", Layer::Project, top("\"identities\": []")),
        ("expires", Layer::User, rule("\"expires\": \"tomorrow\"")),
        ("unknown name", Layer::User, rule("\"condition\": \"taget.path == '/x'\"")),
        ("unknown attribute", Layer::User, rule("\"condition\": \"target.pathh == '/x'\"")),
        ("unknown method", Layer::User, rule("\"condition\": \"target.path.startwith('/x')\"")),
        ("attribute of a dict", Layer::User, rule("\"condition\": \"params.mode == 'x'\"")),
        ("syntax", Layer::User, rule("\"condition\": \"target.path = '/x'\"")),
        ("escapes before the place", Layer::User, rule("\"condition\": \"'\\u00e9\\n\\\"' == wrong\"")),
        ("incomplete", Layer::User, rule("\"condition\": \"target.path ==\"")),
        ("underscore", Layer::User, rule("\"condition\": \"target.__class__\"")),
        ("regex", Layer::User, rule("\"condition\": \"matches(target.path, '(')\"")),
        ("generator as a value", Layer::User, rule("\"condition\": \"(p for p in targets) == 1\"")),
        ("is", Layer::User, rule("\"condition\": \"target.path is '/x'\"")),
        (
            "all at once",
            Layer::User,
            "{\"version\": \"2.0.0\", \"policies\": [\n {\"name\": \"a\", \"condition\": \"x\", \"action\": \"no\"},\n \
             {\"nme\": \"b\", \"condition\": \"1 +\"}\n]}"
                .into(),
        ),
        (
            "all at once, of one condition",
            Layer::User,
            rule("\"condition\": \"targt.path == foo and [o for t in targets if t.nme == bar] or len() > 1\""),
        ),
        ("all at once, of what is sound", Layer::User, ALL_AT_ONCE.into()),
        ("never true", Layer::User, rule("\"condition\": \"1 > 2\"")),
        ("never a value", Layer::User, rule("\"condition\": \"1 / 0\"")),
        ("a pattern and more", Layer::User, rule("\"condition\": \"matches(target.path, '(') or foo\"")),
        (
            "more than are told",
            Layer::User,
            format!("{{\"version\": \"2.0.0\", \"policies\": [{}\n  {{\"nme\": 1}}]}}", "\n  {\"name\": 1},".repeat(120)),
        ),
        (
            "in a long line",
            Layer::User,
            rule(&format!("\"reason\": \"{}\", \"condition\": \"wrong and wronger\"", "ü".repeat(2000))),
        ),
        (
            "two of one name",
            Layer::User,
            "{\"version\": \"2.0.0\", \"policies\": [{\"name\": \"a\"},\n {\"name\": \"a\"}]}".into(),
        ),
        (
            "unreachable",
            Layer::User,
            "{\"version\": \"2.0.0\", \"policies\": [\n {\"name\": \"all\", \"priority\": 9},\n \
             {\"name\": \"late\", \"priority\": 5, \"action\": \"allow\", \"match\": {\"domain\": \"ssh\"}}\n]}"
                .into(),
        ),
        (
            "empty names",
            Layer::User,
            rule("\"match\": {\"domain\": \"\", \"operation\": [\"delete\", \"\"]}"),
        ),
        ("no names", Layer::User, rule("\"match\": {\"operation\": []}")),
        ("expired", Layer::User, rule("\"expires\": \"2026-07-01T02:00:00+02:00\"")),
        (
            "misspelt domain",
            Layer::User,
            rule("\"match\": {\"domain\": \"filesytem\", \"operation\": \"delte\"}"),
        ),
        (
            "misspelt operations",
            Layer::User,
            rule("\"match\": {\"domain\": \"filesystem\", \"operation\": [\"delte\", \"copy\", \"chomd\"]}"),
        ),
        (
            "failing example",
            Layer::User,
            rule("\"examples\": [{\"intent\": {\"domain\": \"ssh\", \"operation\": \"ps\"}, \"expect\": \"allow\"}]"),
        ),
        (
            "example by another rule",
            Layer::User,
            rule("\"examples\": [{\"intent\": {\"domain\": \"ssh\", \"operation\": \"ps\"}, \"expect\": \"deny\", \"rule\": \"x\"}]"),
        ),
        ("example of nothing", Layer::User, rule("\"examples\": [{\"expect\": \"deny\"}]")),
        ("example's applet", Layer::User, rule("\"examples\": [{\"argv\": [\"rm\"], \"expect\": \"deny\"}]")),
        (
            "example's value",
            Layer::User,
            rule("\"examples\": [{\"intent\": {\"domain\": \"ssh\", \"operation\": \"ps\", \"target\": {\"port\": \"x\"}}, \"expect\": \"deny\"}]"),
        ),
        (
            "example's scope",
            Layer::User,
            rule("\"examples\": [{\"intent\": {\"domain\": \"ssh\", \"operation\": \"ps\", \"burzt\": 5}, \"expect\": \"deny\"}]"),
        ),
        ("not true or false", Layer::User, top("\"limits\": {\"cross_mounts\": 1}")),
        ("not a list", Layer::User, top("\"env\": {}")),
        ("not whole numbers", Layer::User, top("\"identities\": [{\"match\": {\"uid\": null}, \"capabilities\": []}]")),
        ("not an object but words", Layer::User, top("\"limits\": true")),
        ("no pattern in protect", Layer::User, top("\"protect\": {\"paths\": [\"/a/[\"]}")),
        ("unknown key far from all", Layer::User, top("\"kubernetes\": {\"zzzzzzzz\": 1}")),
        ("no name", Layer::User, "{\"version\": \"2.0.0\", \"policies\": [{\"action\": \"deny\"}]}".into()),
        ("nothing of what it needs", Layer::User, "{}".into()),
        ("example without a verdict", Layer::User, rule("\"examples\": [{\"argv\": [\"safe-rm\", \"a\"]}]")),
        ("example's domain", Layer::User, rule("\"examples\": [{\"intent\": {}, \"expect\": \"deny\"}]")),
        ("a redaction", Layer::User, top("\"redact\": {\"patterns\": [{}]}")),
        ("a plugin", Layer::User, top("\"kubernetes\": {\"exec_plugins\": [{}]}")),
        ("a webhook", Layer::User, top("\"approvals\": {\"webhook\": {}}")),
        ("an alert", Layer::User, top("\"alerts\": [{}]")),
        ("more than 16 MiB", Layer::User, " ".repeat(policy::MAX_POLICY_BYTES + 1)),
        (
            "example's attribute",
            Layer::User,
            rule("\"examples\": [{\"intent\": {\"domain\": \"ssh\", \"operation\": \"ps\", \"target\": {\"hots\": \"x\"}}, \"expect\": \"deny\"}]"),
        ),
    ];
    let mut all = String::new();
    for (name, layer, document) in cases {
        let mut text = shown(layer, &document);
        assert!(!text.is_empty(), "{name} is no problem");
        if name == "more than are told" {
            text = text.rsplit("\n\n").next().unwrap_or_default().to_owned();
        }
        writeln!(all, "## {name}\n{text}\n").unwrap();
    }
    let source = Source {
        layer: Layer::User,
        path: "policy.json".into(),
        bytes: b"{\n \"\xff\"}".to_vec(),
    };
    writeln!(all, "## not text\n{}\n", shown_of(source)).unwrap();
    for (name, document) in [
        ("nothing in a file of tests", "{}"),
        (
            "a test without a verdict",
            "{\"tests\": [{\"argv\": [\"safe-rm\", \"a\"]}]}",
        ),
        ("a key that no test has", "{\"tests\": [], \"zzzz\": 1}"),
        ("a test of nothing", "{\"tests\": [{\"expect\": \"deny\"}]}"),
        ("a file of tests that is none", "[]"),
    ] {
        let text = shown_of_tests(document);
        assert!(!text.is_empty(), "{name} is no problem");
        writeln!(all, "## {name}\n{text}\n").unwrap();
    }
    agreed("documents.txt", &all);
}

/// Insists on what a snapshot holds.
fn agreed(name: &str, all: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/messages")
        .join(name);
    if std::env::var_os("WT_REGENERATE").is_some() {
        std::fs::write(&path, all).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == all, "the messages differ from {name}:\n{all}");
}

#[test]
fn a_rule_that_is_switched_off_is_no_problem() {
    for fine in ["False", "True", "target.path == 'x'", "glob('/x', '/x')"] {
        let document = rule(&format!("\"condition\": \"{fine}\""));
        assert_eq!(shown(Layer::User, &document), "", "{fine}");
    }
    let later = rule("\"expires\": \"2026-07-01T00:00:01Z\"");
    assert_eq!(shown(Layer::User, &later), "");
    for idle in ["'' or False", "not 1", "None", "1 == 2 or 0"] {
        let document = rule(&format!("\"condition\": \"{idle}\""));
        assert!(shown(Layer::User, &document).contains("never decides"), "{idle}");
    }
}

#[test]
fn words_of_calls_that_this_build_does_not_have_are_no_slips() {
    for matched in [
        r#"{"domain": "calendar", "operation": "delte"}"#,
        r#"{"domain": "filesystem", "operation": ["checksum", "delete", "*"]}"#,
        r#"{"domain": "*"}"#,
    ] {
        let document = rule(&format!("\"match\": {matched}"));
        assert_eq!(shown(Layer::User, &document), "", "{matched}");
    }
}

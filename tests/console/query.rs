//! `wt query`, and `--where` of the other commands.

use super::desk::{Call, Desk, text};
use ledger::Settings;
use serde_json::{Value, json};

fn desk() -> Desk {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    desk.call(&mut ledger, &Call::removing("a b,c"));
    desk.call(&mut ledger, &Call::denied("/etc/hostname"));
    desk.call(
        &mut ledger,
        &Call {
            exit: Some(3),
            agent: "codex",
            ..Call::removing("=x\x1b[2J")
        },
    );
    desk.event(&mut ledger, json!({"source": "falco", "message": "something"}));
    desk
}

fn seqs(desk: &Desk, args: &[&str]) -> Vec<u64> {
    let args = [&["query", "--json", "--select", "seq"], args].concat();
    desk.json_lines(&args)
        .iter()
        .map(|row| row["seq"].as_u64().unwrap())
        .collect()
}

#[test]
fn questions_in_the_policy_language_find_their_entries() {
    let desk = desk();
    for (question, want) in [
        ("True", &[1, 2, 3, 4, 5, 6, 7][..]),
        ("decision.verdict == 'deny'", &[4]),
        ("kind == 'decision' and identity.agent.value == 'codex'", &[5]),
        ("kind == 'outcome' and execution.exit_code != 0", &[6]),
        (
            "any(t.path.startswith('/etc') for t in scope.targets or [])",
            &[4],
        ),
        ("seq > 5 and timestamp > '2020'", &[6, 7]),
        ("source == 'falco'", &[7]),
        ("reported_by is None", &[1, 2, 3, 4, 5, 6, 7]),
    ] {
        assert_eq!(seqs(&desk, &[question]), want, "{question}");
    }
}

#[test]
fn that_nothing_is_found_is_said_beside_the_output_and_is_no_failure() {
    let desk = desk();
    for (args, stdout) in [
        (&["query", "False"][..], ""),
        (&["query", "False", "--json"], ""),
        (&["query", "False", "--group-by", "kind", "--json"], ""),
        (&["query", "False", "--select", "seq", "--format", "csv"], "seq\n"),
        (&["query", "True", "--agent", "nobody"], ""),
    ] {
        let output = desk.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(text(&output.stdout), stdout, "{args:?}");
        assert_eq!(
            text(&output.stderr),
            "wt query: no entry is like that\n",
            "{args:?}"
        );
    }
    // Where a person looks, other commands say so too; in a pipe an empty answer speaks for itself.
    for (args, said) in [
        (
            &["tail", "--where", "False"][..],
            "wt tail: no entry is like that",
        ),
        (
            &["recent", "--agent", "nobody"],
            "wt recent: no call is like that",
        ),
        (&["gtfo"], "wt gtfo: no alert in the entries that were asked for"),
    ] {
        let (code, shown) = desk.shows(80, &[("NO_COLOR", "1")], args);
        assert_eq!((code, shown.trim_end()), (Some(0), said), "{args:?}");
        let output = desk.run(args);
        assert_eq!(
            (output.status.code(), text(&output.stdout), text(&output.stderr)),
            (Some(0), String::new(), String::new()),
            "{args:?}"
        );
    }
    let counted = desk.run(&["query", "False", "--count"]);
    assert_eq!(
        (text(&counted.stdout).as_str(), text(&counted.stderr).as_str()),
        ("0\n", "")
    );
}

#[test]
fn a_misspelt_name_is_told_of_and_changes_nothing_else() {
    let desk = desk();
    let note = "note: no entry that was looked at has `decision.verdcit`: did you mean `decision.verdict`?\n";
    let misspelt = "decision.verdcit == 'deny'";
    let none = "wt query: no entry is like that\n";
    for (args, stdout, stderr) in [
        (&["query", misspelt][..], "", format!("{none}{note}")),
        (&["query", misspelt, "--json"], "", format!("{none}{note}")),
        (
            &["query", misspelt, "--count", "--json"],
            "{\"count\":0}\n",
            note.to_owned(),
        ),
        (
            &["query", "seq == 7", "--select", "seq,decision.verdcit", "--json"],
            "{\"seq\":7,\"decision.verdcit\":null}\n",
            note.to_owned(),
        ),
        (
            &["query", "True", "--group-by", "decision.verdcit", "--json"],
            "{\"decision.verdcit\":null,\"count\":7}\n",
            note.to_owned(),
        ),
        (&["tail", "--where", misspelt], "", note.to_owned()),
        (&["recent", "--where", misspelt], "", note.to_owned()),
        (&["export", "--where", misspelt], "", note.to_owned()),
    ] {
        let output = desk.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(text(&output.stdout), stdout, "{args:?}");
        assert_eq!(text(&output.stderr), stderr, "{args:?}");
    }
    for command in ["stats", "report", "alert"] {
        let said = |condition: &str| {
            let output = desk.run(&[command, "--where", condition, "--json"]);
            (output.status.code(), text(&output.stderr))
        };
        assert_eq!(
            said("decision.verdict == 'x'"),
            (Some(0), String::new()),
            "{command}"
        );
        assert_eq!(said(misspelt), (Some(0), note.to_owned()), "{command}");
    }
}

#[test]
fn a_name_that_only_stands_elsewhere_is_told_of_and_one_that_may_be_missing_is_not() {
    let desk = desk();
    let said = |args: &[&str]| text(&desk.run(&[&["query"], args].concat()).stderr);
    assert_eq!(
        said(&["verdict == 'deny'", "--count"]),
        "note: no entry that was looked at has `verdict`: did you mean `decision.verdict`?\n"
    );
    for known in [
        "decision.hint == 'x'",
        "execution.signal == 9",
        "intent.params.no_such == 1",
        "source == 'falco' and message is not None",
        "any(t.no_such for t in scope.targets or [])",
    ] {
        assert_eq!(said(&[known, "--count"]), "", "{known}");
    }
    assert_eq!(said(&["True", "--count", "--select", "no_such"]), "");
}

#[test]
fn a_question_that_cannot_be_read_says_where_and_how_else() {
    let said = desk().refuses(64, &["query", "decision.verdict = 'deny'"]);
    assert!(said.starts_with("wt query: condition, column "), "{said}");
    assert!(said.contains("\nhint: "), "{said}");
}

#[test]
fn entries_without_an_answer_are_passed_over_and_said() {
    let output = desk().run(&["query", "len(intent.targets) > 0", "--count"]);
    assert_eq!(text(&output.stdout), "3\n");
    let said = text(&output.stderr);
    assert!(
        said.starts_with("hint: the condition has no value on 4 entries, passed over; on "),
        "{said}"
    );
}

#[test]
fn selected_fields_come_as_table_json_or_csv() {
    let desk = desk();
    let select = [
        "query",
        "kind == 'decision'",
        "--select",
        "seq,tool,intent.targets.0.path,decision.hint",
    ];
    let with = |format: &str| desk.says(&[&select[..], &["--format", format]].concat());
    assert_eq!(
        with("table"),
        "seq  tool     intent.targets.0.path  decision.hint\n\
         2    safe-rm  a b,c\n4    safe-rm  /etc/hostname\n5    safe-rm  =x\\u{1b}[2J\n"
    );
    assert_eq!(
        with("csv"),
        "seq,tool,intent.targets.0.path,decision.hint\n2,safe-rm,\"a b,c\",\n4,safe-rm,/etc/hostname,\n\
         5,safe-rm,'=x\\u{1b}[2J,\n"
    );
    let rows: Vec<Value> = with("json")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        rows[2],
        json!({"seq": 5, "tool": "safe-rm", "intent.targets.0.path": "=x\x1b[2J", "decision.hint": null})
    );
}

#[test]
fn groups_are_counted_most_frequent_first() {
    let desk = desk();
    let group = [
        "query",
        "kind == 'decision'",
        "--group-by",
        "decision.verdict,identity.agent.value",
    ];
    let rows = desk.json_lines(&[&group[..], &["--json"]].concat());
    assert_eq!(
        rows,
        [
            json!({"decision.verdict": "allow", "identity.agent.value": "claude-code", "count": 1}),
            json!({"decision.verdict": "allow", "identity.agent.value": "codex", "count": 1}),
            json!({"decision.verdict": "deny", "identity.agent.value": "claude-code", "count": 1}),
        ]
    );
    assert_eq!(
        desk.says(&["query", "True", "--group-by", "kind", "--top", "2"]),
        "kind      count\ndecision      3\noutcome       2\n"
    );
    let said = desk.refuses(64, &["query", "--select", "seq", "--group-by", "kind"]);
    assert!(said.contains("do not go together"), "{said}");
}

#[test]
fn answers_come_in_order_and_end_at_the_limit_whatever_the_segments() {
    let desk = Desk::new();
    let mut ledger = desk.ledger_with(Settings {
        rotate_bytes: 3000,
        ..Settings::default()
    });
    for n in 0..60 {
        desk.call(&mut ledger, &Call::removing(&format!("f{n}")));
    }
    let all = seqs(&desk, &["kind == 'decision'"]);
    assert_eq!(all.len(), 60);
    assert!(all.is_sorted());
    assert_eq!(seqs(&desk, &["kind == 'decision'", "-n", "7"]), all[..7]);
    assert_eq!(
        desk.says(&["query", "kind == 'decision'", "--count", "-n", "7"]),
        "7\n"
    );
}

#[test]
fn whole_entries_come_as_they_stand_and_no_answer_obeys_a_record() {
    let desk = desk();
    let rows = desk.json_lines(&["query", "seq == 5", "--json"]);
    assert_eq!(rows[0]["data"]["intent"]["targets"][0]["path"], "=x\x1b[2J");
    for args in [
        &["query"][..],
        &["query", "--json"],
        &["query", "--format", "csv"],
    ] {
        assert!(!desk.says(args).contains('\x1b'), "{args:?}");
    }
}

#[test]
fn where_chooses_for_tail_and_stats_and_an_outcome_brings_its_call() {
    let desk = desk();
    let tail = |condition: &str| -> Vec<u64> {
        let rows = desk.json_lines(&["tail", "--json", "--where", condition]);
        rows.iter().map(|row| row["seq"].as_u64().unwrap()).collect()
    };
    assert_eq!(tail("decision.verdict == 'deny'"), [4]);
    assert_eq!(tail("execution.exit_code == 3"), [5]);
    let sums: Value =
        serde_json::from_str(&desk.says(&["stats", "--json", "--where", "decision.verdict == 'deny'"]))
            .unwrap();
    assert_eq!((&sums["calls"], &sums["entries"]), (&json!(1), &json!(1)));
}

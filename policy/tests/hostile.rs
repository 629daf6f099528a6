//! Input that means harm: an error, soon, within bounded memory.

use policy::{EvalErrorKind, Expression, Layer, Names, NoAnswer, Source, evaluate, load};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, json};
use std::time::Duration;

/// The bound is 50 ms of this thread's processor time in a release build; an unoptimised one is given room.
const SOON: Duration = if cfg!(debug_assertions) {
    Duration::from_millis(2000)
} else {
    Duration::from_millis(50)
};

/// What this thread's work has taken of a processor, however many others wanted it too.
fn spent() -> Duration {
    let spent = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(spent.tv_sec as u64, spent.tv_nsec as u32)
}

fn answer(source: &str) -> Result<String, NoAnswer> {
    let scope = json!({"s": "a".repeat(1000), "xs": [1, 2, 3], "target": {"path": "/x"}});
    let begun = spent();
    let answer = evaluate(source, scope.as_object().unwrap());
    let shown: String = source.chars().take(80).collect();
    let took = spent() - begun;
    assert!(took < SOON, "{shown} took {took:?}");
    answer
}

#[test]
fn underscores_classes_and_format_tricks_are_load_errors() {
    for source in [
        "().__class__",
        "().__class__.__base__.__subclasses__()",
        "target.__dict__",
        "__import__('os')",
        "_x",
        "[_x for _x in xs]",
        "'{0.__class__}'.format(s)",
        "s.format_map(xs)",
        "s.encode()",
        "s.translate({})",
        "getattr(s, 'x')",
        "eval('1')",
        "open('/etc/passwd')",
        "lambda: 1",
        "(x := 1)",
        "f'{s!a}'",
        "f'{s:>{xs}}'",
        "print(1)",
        "*xs",
        "[*xs]",
        "dict(**xs)",
        "a @ b",
        "xs; xs",
        "1j",
        "b'x'",
    ] {
        assert!(
            matches!(answer(source), Err(NoAnswer::Expr(_))),
            "{source}: {:?}",
            answer(source)
        );
    }
}

#[test]
fn work_without_end_meets_a_limit() {
    for source in [
        "9**9**9",
        "'a'*10**9",
        "[0]*10**9",
        "'a'.ljust(10**9)",
        "'a'.zfill(10**15)",
        "'\\t'.expandtabs(10**9)",
        "list(range(10**9))",
        "sum(range(10**12))",
        "[a+b+c+d for a in range(99) for b in range(99) for c in range(99) for d in range(99)]",
        "any(a*b == -1 for a in range(9999) for b in range(9999))",
        "{a: {b: c for b in range(999) for c in range(99)} for a in range(999)}",
        "sorted(range(10**6))",
        "s.replace('a', s).replace('a', s)",
        "','.join([s] * 5000)",
        "[s.count('aaaaab') for x in range(9999)]",
        "[s.split('a') for x in range(9999)]",
        "('x' + s) * 2000 + s * 2000",
        "1 << 10**9",
        "max([s * 100 for x in range(99)])",
        "str([[s] * 100] * 100)",
        "[x for x in range(9)] * 10**7",
        "tuple(xs) * 10**8",
        "2**63",
        "[matches(s, 'a' * k) for k in range(99)]",
    ] {
        let answer = answer(source);
        assert!(
            matches!(&answer, Err(NoAnswer::Eval(e)) if e.kind == EvalErrorKind::Limit),
            "{source}: {:.200}",
            format!("{answer:?}")
        );
    }
}

#[test]
fn catastrophic_regexes_are_linear_or_refused() {
    assert_eq!(answer("matches(s, '(a+)+$')"), Ok("true".into()));
    assert_eq!(answer("matches(s + 'b', '^(a+)+$')"), Ok("false".into()));
    for source in [
        "matches(s, '((a{99}){99}){99}')",
        "matches(s, '(')",
        "matches(s, '\\\\1')",
        "glob(s, '[')",
    ] {
        assert!(matches!(answer(source), Err(NoAnswer::Expr(_))), "{source}");
    }
}

#[test]
fn depth_and_length_have_bounds() {
    let n = 1_000_000;
    for source in [
        "(".repeat(n),
        "[".repeat(n),
        "-".repeat(n),
        "not ".repeat(n / 4),
        "1+".repeat(n / 2),
        "a.".repeat(n / 2),
        "x[".repeat(n / 2),
        "1 if ".repeat(n / 5),
        "'".to_owned() + &"a".repeat(n) + "'",
        format!("{}1{}", "(".repeat(300), ")".repeat(300)),
        format!("{}1{}", "[".repeat(300), "]".repeat(300)),
        format!("x{}", "[0]".repeat(300)),
        format!("x{}", ".a()".repeat(300)),
        format!("1{}", "+1".repeat(300)),
        format!("2{}", "**2".repeat(300)),
        format!("1{}", " if 1 else 1".repeat(300)),
        "f'{".repeat(300),
    ] {
        assert!(
            matches!(answer(&source), Err(NoAnswer::Expr(_))),
            "{}",
            &source.chars().take(30).collect::<String>()
        );
    }
    assert_eq!(
        answer(&format!("{}1{}", "(".repeat(60), ")".repeat(60))),
        Ok("1".into())
    );
    assert_eq!(answer(&format!("1{}", "+1".repeat(60))), Ok("61".into()));
    assert_eq!(
        answer(&format!("{}True", "True and ".repeat(5000))),
        Ok("true".into())
    );
}

#[test]
fn a_misspelt_name_in_a_rule_is_found_at_load() {
    for (source, hint) in [
        ("taget.path == 'x'", "did you mean `target`?"),
        ("target.pth == 'x'", "did you mean `path`?"),
        ("target.path.startswth('x')", "did you mean `startswith`?"),
        ("any(t.host for t in target)", ""),
        (
            "params.mode == 'x'",
            "write `.get('mode')` for the value of a key",
        ),
        ("identity.capabilities.append('x')", ""),
        ("lenn(params)", "did you mean `len`?"),
    ] {
        let error = Expression::parse(source, Names::Rule).unwrap_err();
        assert!(error.hint.contains(hint), "{source}: {error}");
    }
}

#[test]
fn a_query_finds_none_where_a_field_is_absent() {
    let mut data = Map::new();
    data.insert("decision".into(), json!({"verdict": "deny"}));
    let holds = |source: &str| Expression::parse(source, Names::Query).unwrap().is_true(&data);
    assert_eq!(holds("decision.verdict == 'deny'"), Ok(true));
    assert_eq!(holds("execution.exit_code is None and nothing is None"), Ok(true));
    assert_eq!(holds("decision.get('verdict') == 'allow'"), Ok(false));
}

#[test]
fn a_query_finds_none_in_what_has_no_fields() {
    for value in [
        json!(7),
        json!(0.5),
        json!("x"),
        json!(true),
        json!(null),
        json!([{"verdict": "deny"}]),
    ] {
        let mut data = Map::new();
        data.insert("decision".into(), value.clone());
        for (source, held) in [
            ("decision.verdict == 'deny'", false),
            ("decision.verdict.of is None", true),
        ] {
            let holds = Expression::parse(source, Names::Query).unwrap().is_true(&data);
            assert_eq!(holds, Ok(held), "{source} of {value}");
        }
    }
}

/// Sources as long as they may be, made to cost more than their length. Each is answered in time, with whatever.
#[test]
fn long_sources_cost_no_more_than_their_length() {
    let names: Vec<String> = (0..5000).map(|n| format!("v{n}")).collect();
    let names = names.join(",");
    let regexes = |pattern: &str| {
        format!(
            "[{}]",
            format!("matches(s,'{pattern}'),").repeat(60_000 / (pattern.len() + 15))
        )
    };
    for source in [
        format!("({}1)", "\n".repeat(65_000)),
        format!("1{}", "\n".repeat(65_000)),
        format!("({}1)", " \n".repeat(32_000)),
        format!("({}1)", "#\n".repeat(32_000)),
        format!("s.{}", "a".repeat(65_000)),
        format!("s.{}()", "a".repeat(65_000)),
        format!("{}()", "a".repeat(65_000)),
        "a".repeat(65_000),
        "9".repeat(65_000),
        format!("1.{}", "9".repeat(65_000)),
        format!("float('{}')", "9".repeat(65_000)),
        format!("int('{}')", "9".repeat(65_000)),
        format!("f'{}'", "{x}".repeat(21_000)),
        format!("f'{}'", "{{".repeat(32_000)),
        format!("f'{}'", "{'".repeat(32_000)),
        "'a'".repeat(21_000),
        format!("'{}'", "\\x41".repeat(16_000)),
        format!("[{names} for {names} in x]"),
        format!("[({names}) for ({names}) in x]"),
        format!("[{}]", "[1],".repeat(16_000)),
        format!("{{{}}}", "1,".repeat(32_000)),
        format!("x({})", "1,".repeat(32_000)),
        format!("max({})", "1,".repeat(990)),
        format!("1 {}", "< 1 ".repeat(16_000)),
        format!("zip({})", "s,".repeat(900)),
        regexes("a"),
        regexes("(a+)+$"),
        regexes("(\\\\w{9}){9}"),
        regexes("\\\\w{99}"),
        regexes("\\\\pL{60}\\\\PN{60}"),
        regexes("(((a{9}){9}){9}){9}"),
        regexes("[^a]{999}"),
        regexes("("),
        regexes("(\\\\w{9}){99}"),
        regexes("((\\\\w{9}){9}"),
        format!("glob(s,'{}')", "{a,b}".repeat(10_000)),
        format!("glob(s,'{}')", "*".repeat(60_000)),
        format!("glob(s,'/{}')", "**/".repeat(20_000)),
        format!("matches(s,'{}')", "(".repeat(60_000)),
        format!("matches(s,'{}')", "a|".repeat(30_000)),
        "[matches(s, '(\\\\w{9}){9}' + str(k)) for k in range(999)]".to_owned(),
        "[matches(s, '\\\\w{99}' + str(k)) for k in range(999)]".to_owned(),
        "[matches(s, 'x' * k) for k in range(999)]".to_owned(),
        "[glob(s, '{a,b}' * 9 + str(k)) for k in range(999)]".to_owned(),
        "[glob(s, '/**/*' * k) for k in range(99)]".to_owned(),
        "[cidr(str(k), '10.0.0.0/8') for k in range(9999)]".to_owned(),
        "[round(1e308, k) for k in range(99999)]".to_owned(),
        "[round(1.7976931348623157e308, -k) for k in range(99999)]".to_owned(),
        "[round(5e-324, 323) for k in range(99999)]".to_owned(),
        "[within(s * 99, s * 99) for k in range(999)]".to_owned(),
        "[s.strip(s) for k in range(9999)]".to_owned(),
        "[('a' * 9999 + 'b') in ('a' * 99999) for k in range(9)]".to_owned(),
        "len([[k] for k in range(30000)])".to_owned(),
        "sorted([str(k) for k in range(9000)])".to_owned(),
        "{str(k): {k} for k in range(9000)}".to_owned(),
        "[list(s) for k in range(30)]".to_owned(),
    ] {
        drop(answer(&source));
    }
}

/// A document of 4,000 rules with that condition, and with what else stands in each.
fn many(more: &str, condition: &str) -> [Source; 1] {
    let rule = |n| format!("{{\"name\":\"r{n}\",{more}\"condition\":\"{condition}\"}}");
    let rules: Vec<String> = (0..4000).map(rule).collect();
    let document = format!("{{\"version\": \"2.0.0\", \"policies\": [{}]}}", rules.join(","));
    [Source {
        layer: Layer::Project,
        path: "policy.json".to_owned(),
        bytes: document.into_bytes(),
    }]
}

/// Every call reads what a project brings along.
#[test]
fn many_costly_constants_cost_nothing_to_load() {
    let source = many("\"action\":\"deny\",", "sum([x for x in range(30000)]) > 0");
    let begun = spent();
    assert!(load(&source).is_ok());
    let took = spent() - begun;
    assert!(took < SOON, "{took:?}");
}

#[test]
fn a_document_at_fault_everywhere_costs_no_more_than_its_length() {
    let names: String = (0..20).map(|n| format!("v{n},")).collect();
    for more in ["\"domain\":1,", "\"action\":\"deny\","] {
        let source = many(more, &format!("[{names}]"));
        let begun = spent();
        let told = load(&source).unwrap_err();
        let checked = policy::inspect(&source, "2026-07-01T00:00:00Z", &|_| Err("no applet".to_owned()));
        let took = spent() - begun;
        assert!(took < 2 * SOON, "{took:?}");
        assert_eq!(told.len(), 101);
        assert!(checked.problems.len() <= 202, "{}", checked.problems.len());
        let kept: usize = told.iter().map(|problem| problem.source.len()).sum();
        assert!(kept < 100_000, "{kept} bytes of source are kept");
    }
}

#[test]
fn a_condition_at_fault_everywhere_costs_no_more_than_its_length() {
    let names: String = (0..6000).map(|n| format!("v{n},")).collect();
    let attributes: String = (0..2000).map(|n| format!("target.v{n},")).collect();
    let patterns: String = (0..1500)
        .map(|n| format!("matches(operation, '\\\\w{{99}}{n}('),"))
        .collect();
    let loops = "[v for v in x] + ".repeat(3000);
    for source in [
        format!("[{names}]"),
        format!("[{attributes}]"),
        format!("[{patterns}]"),
        format!("{loops}x"),
    ] {
        let document = json!({"version": "2.0.0", "policies": [{"name": "r", "condition": source}]});
        let source = [Source {
            layer: Layer::User,
            path: "policy.json".to_owned(),
            bytes: document.to_string().into_bytes(),
        }];
        let begun = spent();
        let told = load(&source).unwrap_err();
        let took = spent() - begun;
        assert!(took < SOON, "{took:?}");
        assert!((1..=17).contains(&told.len()), "{} faults are told", told.len());
    }
}

/// Text that keeps an automaton from ever coming back to a state that it knows: each letter is compared with the whole
/// expression. Time is bounded by the text and the expression together.
#[test]
fn a_text_made_against_a_pattern_ends_at_a_limit() {
    let mut state = 1_u64;
    let text: String = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        if state >> 63 == 0 { 'a' } else { 'b' }
    })
    .take(1 << 20)
    .collect();
    let wide = "é".repeat(1 << 19);
    let ask = |source: &str| {
        let scope = json!({"s": text, "w": wide, "short": "ab".repeat(100)});
        let begun = spent();
        let answer = evaluate(source, scope.as_object().unwrap());
        let took = spent() - begun;
        assert!(took < SOON, "{source} took {took:?}");
        answer
    };
    for asked in [
        "matches(s, '[ab]*a[ab]{20}[c-z]')",
        "matches(s, '(a?){500}a{500}[c-z]')",
        "matches(s, '(?:(?:(?:a?){20}b?){50}[c-z])')",
        "matches(w, '(.{1,500})z')",
        "matches(w, r'(\\d*\\w*){10}!')",
        "matches(w, r'(?:\\W?\\w?){2}[#]')",
        "matches(s, '[ab]*a[ab]{19}' + '[c-z]')",
        "glob(s, '*a????????????????????????c')",
        "glob(s, '*a??????????????????????' + '??c')",
        "glob(s, '*{a,ab,b}{a,ab,b}{a,ab,b}{a,ab,b}[c]')",
    ] {
        let answer = ask(asked);
        assert!(
            matches!(&answer, Err(NoAnswer::Eval(e)) if e.kind == EvalErrorKind::Limit),
            "{asked}: {answer:?}"
        );
        // The same of a text as long as names are is answered.
        let short = asked.replacen("(s,", "(short,", 1).replacen("(w,", "(short,", 1);
        assert_eq!(ask(&short), Ok("false".into()), "{short}");
    }
    assert_eq!(
        ask("matches(s, 'abababab')"),
        Ok("true".into()),
        "plain text is looked for in all of it"
    );
}

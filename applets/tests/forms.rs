//! What each form of each applet means as an intent.

use applets::{Call, Request, find};
use policy::Intent;
use serde_json::{Value as Json, json};
use std::ffi::OsString;

pub(crate) fn call(name: &str, args: &[&str]) -> Result<Call, applets::grammar::UsageError> {
    let args: Vec<OsString> = args.iter().map(OsString::from).collect();
    match find(name).unwrap().parse(&args)? {
        Request::Call(call) => Ok(*call),
        other => panic!("{other:?}"),
    }
}

fn intent(line: &str) -> Intent {
    let words = shell_words::split(line).unwrap();
    let args: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    call(&words[0], &args)
        .unwrap_or_else(|error| panic!("{line}: {error:?}"))
        .intent
}

/// `role:operation:path` of each target.
fn targets(intent: &Intent) -> Vec<String> {
    let path = |target: &policy::Target| target.path.clone().unwrap_or_default().into_string().unwrap();
    intent
        .targets
        .iter()
        .map(|t| format!("{}:{}:{}", t.role, t.operation, path(t)))
        .collect()
}

fn params(intent: &Intent) -> Json {
    Json::Object(intent.params.clone())
}

#[test]
fn both_forms_of_an_applet_give_the_same_intent() {
    for (everyday, named) in [
        ("safe-rm -r a", "safe-rm a --mode=dir-recursive"),
        ("safe-rm a", "safe-rm a --mode=file"),
        ("safe-cp a b", "safe-cp b --source=a"),
        ("safe-cp -n a b", "safe-cp b --source=a --mode=no-clobber"),
        ("safe-cp -f a b", "safe-cp b --source=a --mode=force"),
        ("safe-cp -b a b", "safe-cp b --source a --mode backup"),
        ("safe-cp -a a b", "safe-cp b --source=a --mode=archive"),
        ("safe-cp a b c", "safe-cp c --source=a --source=b"),
        ("safe-mv -n a b", "safe-mv b --source=a --mode=no-clobber"),
        ("safe-mv -f a b", "safe-mv --mode=force --source=a b"),
        ("safe-mkdir -p a", "safe-mkdir a --mode=parents"),
        ("safe-mkdir a", "safe-mkdir a --mode=single"),
        (
            "safe-touch -t 202501311200 a",
            "safe-touch a --timestamp=202501311200",
        ),
        ("safe-touch -d @5 a", "safe-touch a --timestamp=@5"),
        (
            "safe-chown -R alice:staff a",
            "safe-chown a --owner=alice:staff --recursive=yes",
        ),
        ("safe-chown alice a", "safe-chown a --owner=alice --recursive=no"),
        ("safe-chmod -R u+x a", "safe-chmod a --mode=u+x --recursive=yes"),
        ("safe-chmod 644 a b", "safe-chmod a b --mode=644"),
        ("safe-ln -s t l", "safe-ln l --target=t"),
        ("safe-ln -s t l", "safe-ln l --target=t --mode=soft"),
        ("safe-ln -sf t l", "safe-ln l --target=t --mode=force-soft"),
        (
            "ssh-ls -p 2222 bob@web-1 /x",
            "ssh-ls /x --host=web-1 --user=bob --port=2222",
        ),
        (
            "ssh-cat -p2222 -lbob web-1 /x",
            "ssh-cat /x --host=web-1 --user=bob --port=2222",
        ),
        ("ssh-ps -p 2222 bob@web-1", "ssh-ps web-1 --user=bob --port=2222"),
        (
            "kubectl-get-yaml -n web deploy x",
            "kubectl-get-yaml x --resource=deployments --ns=web",
        ),
        (
            "kubectl-logs -n web --tail 5 x",
            "kubectl-logs x --ns=web --tail=5",
        ),
        (
            "kubectl-logs --namespace=web x",
            "kubectl-logs x --ns=web --tail=100",
        ),
        (
            "kubectl-exec-read -n dev x cat /f",
            "kubectl-exec-read x --ns=dev --cmd=cat --path=/f",
        ),
        (
            "rg-search -t rust -- -x src",
            "rg-search src --pattern=-x --type=rust",
        ),
        ("jq-query .a f", "jq-query f --query=.a"),
    ] {
        assert_eq!(intent(everyday), intent(named), "{everyday} / {named}");
    }
}

#[test]
fn every_operand_is_a_target_with_its_own_operation() {
    for (line, expected) in [
        ("safe-rm a b", &["path:delete:a", "path:delete:b"][..]),
        (
            "safe-cp -r a b c",
            &["source:read:a", "source:read:b", "destination:copy:c"],
        ),
        ("safe-mv a b", &["source:delete:a", "destination:move:b"]),
        ("safe-mkdir -p a/b", &["path:create_dir:a/b"]),
        ("safe-touch a", &["path:create_file:a"]),
        ("safe-chown root a", &["path:chown:a"]),
        ("safe-chmod 600 a", &["path:chmod:a"]),
        ("safe-ln t l", &["referent:read:t", "link:link:l"]),
        ("safe-ln -s t l", &["referent:read:t", "link:symlink:l"]),
        ("rg-search x", &["path:rg:."]),
        ("rg-search x a b", &["path:rg:a", "path:rg:b"]),
        ("jq-query . a b", &["file:jq:a", "file:jq:b"]),
        ("ssh-cat h a b", &["host:read:a", "host:read:b"]),
    ] {
        assert_eq!(targets(&intent(line)), expected, "{line}");
    }
}

#[test]
fn short_options_combine_and_may_stand_after_operands() {
    assert_eq!(intent("safe-rm -rfv a"), intent("safe-rm a -v -f --recursive"));
    assert_eq!(intent("rg-search -inA3 x d"), intent("rg-search -i -n -A 3 x d"));
    assert_eq!(
        targets(&intent("safe-rm -r -- -f --")),
        ["path:delete:-f", "path:delete:--"]
    );
    assert_eq!(targets(&intent("safe-rm -")), ["path:delete:-"]);
}

#[test]
fn a_mode_that_names_directories_means_no_file_as_rm_with_d_does() {
    let (everyday, named) = (intent("safe-rm -d a"), intent("safe-rm a --mode=dir"));
    assert_eq!(
        params(&everyday),
        json!({"force": false, "verbose": false, "recursive": false, "dir": true, "mode": "dir"})
    );
    let mut more = params(&everyday);
    more["only_dirs"] = json!(true);
    assert_eq!(params(&named), more);
}

#[test]
fn parameters_are_typed() {
    assert_eq!(
        params(&intent("safe-rm -rf a")),
        json!({"force": true, "verbose": false, "recursive": true, "dir": false, "mode": "dir-recursive"})
    );
    assert_eq!(
        params(&intent("safe-chmod -R u+x,go= a")),
        json!({"recursive": true, "verbose": false, "mode": "u+x,go=", "sets_ids": false, "clauses": [
            {"who": "u", "op": "+", "perms": "x"}, {"who": "go", "op": "=", "perms": ""}]})
    );
    assert_eq!(params(&intent("safe-chmod 4755 a"))["sets_ids"], json!(true));
    assert_eq!(
        params(&intent("safe-mkdir -m 700 a"))["clauses"],
        json!({"octal": "0700"})
    );
    assert_eq!(
        params(&intent("safe-chown 0:staff a")),
        json!({"recursive": false, "no_dereference": false, "verbose": false, "owner": "0:staff",
            "user": 0, "group": "staff", "login_group": false})
    );
    assert_eq!(
        params(&intent("safe-touch -d @5 a"))["time"],
        json!({"seconds": 5, "nanosecond": 0})
    );
    assert_eq!(
        params(&intent("rg-search -g *.rs -g !x -C 2 p"))["globs"],
        json!(["*.rs", "!x"])
    );
    assert_eq!(
        params(&intent("kubectl-logs p")),
        json!({"context": null, "tail": 100, "since": null, "previous": false})
    );
}

#[test]
fn remote_targets_carry_host_user_port_namespace_and_container() {
    let target = intent("ssh-ls -p 22 bob@web-1 /x").targets.remove(0);
    assert_eq!(
        (target.host.as_str(), target.user.as_str(), target.port),
        ("web-1", "bob", Some(22))
    );
    let target = intent("kubectl-exec-read -n dev -c app web-0 ls /srv")
        .targets
        .remove(0);
    assert_eq!(
        (target.namespace, target.container, target.name, target.resource),
        (
            "dev".to_owned(),
            "app".to_owned(),
            "web-0".to_owned(),
            "pods".to_owned()
        )
    );
    assert_eq!(intent("kubectl-get-yaml po x").targets[0].namespace, "default");
}

#[test]
fn common_options_are_read_by_every_applet() {
    let call = call("safe-rm", &["--json", "--wait=30", "--identity=ci-bot", "x"]).unwrap();
    assert!(call.json);
    assert_eq!(call.wait, Some(30));
    assert_eq!(call.claimed_identity.as_deref(), Some("ci-bot"));
    for applet in applets::all() {
        assert_eq!(
            applet.parse(&["--help".into()]),
            Ok(Request::Help),
            "{}",
            applet.name
        );
        assert_eq!(
            applet.parse(&["--version".into()]),
            Ok(Request::Version),
            "{}",
            applet.name
        );
    }
}

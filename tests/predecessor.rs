//! What the Python predecessor got wrong, each as a test: the numbers are the rows of its list of defects.

use crate::support::{Scratch, WT, text};
use serde_json::json;
use std::{
    ffi::{OsStr, OsString},
    fs,
    os::unix::{ffi::OsStringExt, fs::symlink},
    process::Command,
};

#[test]
fn one_every_native_applet_works_under_the_default_policy() {
    let scratch = Scratch::new();
    scratch.write("a", "x");
    let owner = format!("{}", rustix::process::getuid().as_raw());
    for args in [
        &["safe-mkdir", "d"][..],
        &["safe-touch", "d/t"],
        &["safe-cp", "a", "d/b"],
        &["safe-mv", "d/b", "d/c"],
        &["safe-chmod", "600", "d/c"],
        &["safe-chown", &owner, "d/c"],
        &["safe-ln", "-s", "c", "d/l"],
        &["safe-rm", "-r", "d"],
    ] {
        scratch.expect(0, args);
    }
    assert!(!scratch.file("d").exists());
    scratch.expect(0, &["verify"]);
}

#[test]
fn two_copy_and_move_judge_their_source() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.home().join(".ssh")).unwrap();
    let key = scratch.home().join(".ssh/id_ed25519");
    fs::write(&key, "secret").unwrap();
    for applet in ["safe-cp", "safe-mv"] {
        scratch.refused(77, &[OsStr::new(applet), key.as_os_str(), OsStr::new("stolen")]);
        scratch.refused(77, &[applet, "/etc/hostname", "taken"]);
    }
    assert_eq!(fs::read_to_string(key).unwrap(), "secret");
    assert_eq!(fs::read_dir(scratch.project()).unwrap().count(), 1);
}

#[test]
fn three_an_option_as_a_value_is_refused() {
    let scratch = Scratch::new();
    scratch.write("a", "x");
    scratch.refused(64, &["safe-cp", "/tmp", "--source=--target-directory=/tmp"]);
    scratch.refused(64, &["safe-rm", "-rf", "--no-preserve-root", "/"]);
}

#[test]
fn four_a_symlink_does_not_lead_out_of_the_workspace() {
    let scratch = Scratch::new();
    let victim = scratch.home().join("victim");
    fs::write(&victim, "x").unwrap();
    symlink(scratch.home(), scratch.file("lnk")).unwrap();
    scratch.refused(75, &["safe-rm", "lnk/victim"]);
    assert!(victim.exists());
    let entry = scratch.entries_of("decision").pop().unwrap();
    assert_eq!(entry["data"]["scope"]["targets"][0]["path"], json!(victim));
}

#[test]
fn five_the_record_names_what_was_changed() {
    let scratch = Scratch::new();
    scratch.write("sub/a", "x");
    scratch.expect(0, &["safe-rm", "./sub/../sub/a"]);
    let decision = scratch.entries_of("decision").pop().unwrap();
    let outcome = scratch.entries_of("outcome").pop().unwrap();
    assert_eq!(decision["data"]["intent"]["targets"][0]["path"], "./sub/../sub/a");
    assert_eq!(
        decision["data"]["scope"]["targets"][0]["path"],
        json!(scratch.file("sub/a"))
    );
    assert_eq!(outcome["data"]["of"], decision["seq"]);
    assert_eq!(outcome["data"]["execution"]["exit_code"], 0);
    let effects = outcome["data"]["execution"]["effects"].to_string();
    assert!(effects.contains("sub/a"), "{effects}");
}

#[test]
fn six_a_claimed_identity_is_recorded_and_changes_nothing() {
    let scratch = Scratch::new();
    fs::write(scratch.home().join("f"), "x").unwrap();
    let file = scratch.home().join("f");
    scratch.refused(
        75,
        &[
            OsStr::new("safe-rm"),
            OsStr::new("--identity=admin"),
            file.as_os_str(),
        ],
    );
    let entry = scratch.entries_of("decision").pop().unwrap();
    assert_eq!(entry["data"]["identity"]["claimed"], "admin");
    assert_ne!(entry["data"]["identity"]["principal"], "admin");
}

#[test]
fn six_a_redirected_directory_keeps_the_layer_of_the_passwd_home() {
    let scratch = Scratch::bare();
    let script = r#"
        set -e
        echo "root:x:0:0:root:$ROOT/real:/bin/sh" >$ROOT/passwd
        mount --bind $ROOT/passwd /etc/passwd
        mkdir -p $ROOT/real $ROOT/fake $ROOT/project/.git
        export HOME=$ROOT/real
        "$WT" init >/dev/null
        cat >$ROOT/real/.watchtower/policy.json <<'JSON'
        {"version": "2.0.0", "policies": [{"name": "nothing-goes", "match": {"domain": "filesystem"}, "action": "deny"}]}
JSON
        export HOME=$ROOT/fake WATCHTOWER_DIR=$ROOT/fake/.watchtower
        "$WT" init >/dev/null
        cd $ROOT/project; echo x >a
        set +e
        "$WT" safe-rm a; echo "code $?"
        "$WT" status | sed -n "s#$ROOT#ROOT#g; s/sha256 [0-9a-f]*/sha256 X/; /^policy/p"
        WATCHTOWER_DIR=$ROOT/real/.watchtower "$WT" status | grep -c '^policy'
    "#;
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", script])
        .env("ROOT", scratch.home())
        .env("WT", WT)
        .env_remove("WATCHTOWER_DIR")
        .output()
        .unwrap();
    assert_eq!(
        text(&output.stdout),
        "code 77\n\
         policy      user: ROOT/fake/.watchtower/policy.json (sha256 X...)\n\
         policy      user: ROOT/real/.watchtower/policy.json (sha256 X...), in force wherever the record lies\n\
         1\n",
        "{}",
        text(&output.stderr)
    );
    assert!(
        text(&output.stderr).contains("nothing-goes"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn seven_number_and_time_are_bound_by_the_hash() {
    for (what, with) in [("\"seq\":2,", "\"seq\":3,"), ("T", "t")] {
        let scratch = Scratch::new();
        scratch.write("a", "x");
        scratch.expect(0, &["safe-rm", "a"]);
        let segment = segment(&scratch);
        let bytes = fs::read_to_string(&segment).unwrap();
        let mut lines: Vec<String> = bytes.lines().map(str::to_owned).collect();
        let changed = lines[1].replacen(what, with, 1);
        assert_ne!(changed, lines[1]);
        lines[1] = changed;
        fs::write(&segment, lines.join("\n") + "\n").unwrap();
        assert_eq!(scratch.run(&["verify"]).status.code(), Some(1), "{what}");
    }
}

#[test]
fn eight_a_torn_last_line_stops_nobody_and_is_recorded() {
    let scratch = Scratch::new();
    scratch.write("a", "x");
    let segment = segment(&scratch);
    let mut bytes = fs::read(&segment).unwrap();
    bytes.extend_from_slice(b"{\"seq\":2,\"timest");
    fs::write(&segment, bytes).unwrap();
    scratch.expect(0, &["safe-rm", "a"]);
    scratch.expect(0, &["verify"]);
}

#[test]
fn ten_what_cannot_be_recorded_is_not_done() {
    let scratch = Scratch::new();
    let file = scratch.write("a", "x");
    let segment = segment(&scratch);
    fs::write(&segment, "").unwrap();
    scratch.refused(74, &["safe-rm", "a"]);
    assert!(file.exists());
}

#[test]
fn thirteen_the_record_says_what_the_kernel_enforced() {
    let scratch = Scratch::new();
    scratch.write("a", "x");
    scratch.expect(0, &["safe-rm", "a"]);
    let entry = scratch.entries_of("decision").pop().unwrap();
    let enforcement = &entry["data"]["enforcement"];
    assert!(
        enforcement["landlock"]["abi"].as_u64().unwrap() >= 1,
        "{enforcement}"
    );
    assert_eq!(
        enforcement["seccomp"]["sha256"].as_str().unwrap().len(),
        64,
        "{enforcement}"
    );
}

#[test]
fn fifteen_escalate_waits_for_a_person_and_shadow_is_told_from_allow() {
    let scratch = Scratch::new();
    let file = scratch.home().join("diary");
    fs::write(&file, "x").unwrap();
    let said = scratch.refused(75, &[OsStr::new("safe-rm"), file.as_os_str()]);
    assert!(said.starts_with("safe-rm: waiting for a person as `"), "{said}");
    assert!(file.exists());

    scratch.policy(
        r#"{"version": "2.0.0", "policies": [
            {"name": "watched", "match": {"domain": "filesystem"}, "action": "shadow"}]}"#,
    );
    scratch.write("a", "x");
    scratch.expect(0, &["safe-rm", "a"]);
    assert_eq!(
        scratch.entries_of("decision").pop().unwrap()["data"]["decision"]["verdict"],
        "shadow"
    );
}

#[test]
fn sixteen_names_that_are_no_utf8_act_on_the_exact_bytes() {
    let scratch = Scratch::new();
    let name = OsString::from_vec(b"odd\xff\x1b[31m\n name".to_vec());
    let near = scratch.write(OsStr::new("odd"), "kept");
    let file = scratch.write(&name, "x");
    let output = scratch.run(&[OsStr::new("safe-rm"), OsStr::new("-v"), name.as_os_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!output.stdout.contains(&0x1b), "{}", text(&output.stdout));
    assert!(!file.exists() && near.exists());
    let entry = scratch.entries_of("decision").pop().unwrap();
    assert_eq!(
        entry["data"]["intent"]["targets"][0]["path"],
        "odd\\xff\u{1b}[31m\n name"
    );
    scratch.expect(0, &["verify"]);
}

fn segment(scratch: &Scratch) -> std::path::PathBuf {
    fs::read_dir(scratch.state())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_string_lossy().starts_with("ledger-"))
        .unwrap()
}

//! What must hold when things go wrong around a call: kills, crowds, full and read-only disks, a held lock.

use crate::support::{Scratch, WT, text, within};
use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

#[test]
fn sixty_four_calls_at_once_give_dense_numbers_and_a_whole_chain() {
    let scratch = Scratch::new();
    let before = scratch.entries().len() as u64;
    let files: Vec<_> = (0..64).map(|n| scratch.write(format!("file-{n}"), "x")).collect();
    let children: Vec<_> = files
        .iter()
        .map(|file| {
            scratch
                .wt(&["safe-rm".as_ref(), file.as_os_str()])
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    let seqs: Vec<u64> = scratch
        .entries()
        .iter()
        .map(|entry| entry["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, (1..=before + 128).collect::<Vec<_>>());
    scratch.expect(0, &["verify"]);
    assert!(files.iter().all(|file| !file.exists()));
}

#[test]
fn a_kill_at_any_instant_leaves_no_effect_or_a_recorded_one() {
    let scratch = Scratch::new();
    let rounds = std::env::var("WT_KILLS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(150_u32);
    for round in 0..rounds {
        let name = format!("victim-{round}");
        let file = scratch.write(&name, "x");
        let mut child = scratch
            .wt(&["safe-rm", &name])
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_micros(u64::from(round * 37 % 1_500)));
        child.kill().unwrap();
        child.wait().unwrap();
        if !file.exists() {
            let decided = scratch.entries_of("decision").iter().any(|entry| {
                entry["data"]["decision"]["verdict"] == "allow"
                    && entry["data"]["scope"]["targets"][0]["name"] == name.as_str()
            });
            assert!(decided, "{name} is gone without a decision");
        }
    }
    scratch.write("last", "x");
    scratch.expect(0, &["safe-rm", "last"]);
    scratch.expect(0, &["verify"]);
}

#[test]
fn a_held_lock_refuses_within_its_limit_and_changes_nothing() {
    let scratch = Scratch::new();
    let file = scratch.write("keep", "x");
    let lock = fs::File::open(scratch.state().join("ledger.lock")).unwrap();
    lock.lock().unwrap();
    let started = Instant::now();
    let said = scratch.refused(74, &["safe-rm", "keep"]);
    let waited = started.elapsed();
    assert!(
        waited > Duration::from_secs(4) && waited < Duration::from_secs(7),
        "{waited:?}"
    );
    assert!(said.contains("hint: "), "{said}");
    assert!(file.exists());
}

#[test]
fn a_missing_directory_or_ledger_is_an_error_and_never_a_fresh_start() {
    let bare = Scratch::bare();
    let file = bare.write("keep", "x");
    assert!(
        bare.refused(78, &["safe-rm", "keep"])
            .contains("hint: run `wt init`")
    );
    assert!(file.exists() && !bare.state().exists());

    let emptied = Scratch::new();
    let file = emptied.write("keep", "x");
    for entry in fs::read_dir(emptied.state()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("ledger-") {
            fs::remove_file(path).unwrap();
        }
    }
    emptied.refused(74, &["safe-rm", "keep"]);
    assert!(file.exists());
    assert_eq!(emptied.entries().len(), 0);
}

/// Runs a script in a mount namespace of its own, where `$ROOT` is a tmpfs of `size` that holds home and project.
fn on_small_disk(size: &str, script: &str) -> std::process::Output {
    let scratch = Scratch::bare();
    let prelude = format!(
        "set -e; mount -t tmpfs -o size={size} tmpfs \"$ROOT\"; mkdir -p $ROOT/home $ROOT/project/.git; \
         export HOME=$ROOT/home WATCHTOWER_DIR=$ROOT/home/.watchtower; cd $ROOT/project; \
         \"$WT\" init >/dev/null\n{script}"
    );
    Command::new("unshare")
        .args(["-rm", "sh", "-c", &prelude])
        .env("ROOT", scratch.home())
        .env("WT", WT)
        .output()
        .unwrap()
}

#[test]
fn a_full_disk_refuses_the_call_and_does_nothing_unrecorded() {
    let output = on_small_disk(
        "4m",
        r#"
        for n in 1 2 3 4 5 6 7 8; do echo kept >keep$n; done
        cat /dev/zero >$ROOT/filler 2>/dev/null || true
        set +e
        for n in 1 2 3 4 5 6 7 8; do
            "$WT" safe-rm keep$n; code=$?
            decided=$(cat $WATCHTOWER_DIR/ledger-*.jsonl | grep -c "\"name\":\"keep$n\".*\"verdict\":\"allow\"\|\"verdict\":\"allow\".*\"name\":\"keep$n\"")
            [ -e keep$n ] && there=there || there=gone
            echo "$code $there decided $decided"
        done
        rm $ROOT/filler
        "$WT" safe-rm keep8; echo "code $?"
        "$WT" verify >/dev/null; echo "verify $?"
        "#,
    );
    let (said, err) = (text(&output.stdout), text(&output.stderr));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 10, "{said}{err}");
    for line in &lines[..8] {
        assert!(!line.contains("gone decided 0"), "done and not recorded: {line}");
    }
    assert_eq!(
        &lines[7..],
        ["74 there decided 0", "code 0", "verify 0"],
        "{said}{err}"
    );
    assert!(err.contains("hint: "), "{err}");
}

#[test]
fn a_read_only_directory_refuses_the_call_and_changes_nothing() {
    let output = on_small_disk(
        "8m",
        r#"
        echo kept >keep
        mkdir $ROOT/other; mv keep $ROOT/other
        mount --bind $WATCHTOWER_DIR $WATCHTOWER_DIR
        mount -o remount,bind,ro $WATCHTOWER_DIR
        set +e
        "$WT" safe-rm $ROOT/other/keep; echo "code $?"
        cat $ROOT/other/keep
        "#,
    );
    assert_eq!(
        text(&output.stdout),
        "code 74\nkept\n",
        "{}",
        text(&output.stderr)
    );
}

/// `wt ARGS...` where no file may grow beyond that many blocks of 512 bytes.
fn under_size_limit(scratch: &Scratch, blocks: u64, args: &[&str]) -> std::process::Output {
    let script = format!("ulimit -f {blocks}; exec \"$@\"");
    within("/bin/sh", &["-c", &script, "sh"], &scratch.wt(args))
        .output()
        .unwrap()
}

#[test]
fn an_entry_beyond_the_limit_on_file_sizes_refuses_the_call_and_names_the_limit() {
    let scratch = Scratch::new();
    let file = scratch.write("keep", "x");
    let segment = || {
        let sizes = fs::read_dir(scratch.state()).unwrap().map(|entry| entry.unwrap());
        let ours = sizes.filter(|entry| entry.file_name().to_string_lossy().starts_with("ledger-"));
        ours.filter_map(|entry| {
            let name = entry.file_name();
            name.to_string_lossy()
                .ends_with(".jsonl")
                .then(|| entry.metadata().unwrap().len())
        })
        .max()
        .unwrap()
    };
    // The limit comes before the next entry, and then within it.
    for _ in 0..3 {
        scratch.run(&["safe-rm", "none"]);
    }
    for (blocks, verb) in [
        (segment() / 512, "write"),
        (segment() / 512 + 1, "write all of an entry to"),
    ] {
        let output = under_size_limit(&scratch, blocks, &["safe-rm", "keep"]);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(74), "{blocks}: {output:?}");
        assert!(said.starts_with(&format!("safe-rm: cannot {verb} `")), "{said}");
        assert!(
            said.contains(": file too large\nhint: ") && said.contains("`ulimit -f`"),
            "{said}"
        );
        assert_eq!(said.lines().count(), 2, "{said}");
        assert!(file.exists());
    }
    scratch.expect(0, &["safe-rm", "keep"]);
    scratch.expect(0, &["verify"]);
}

#[test]
fn an_effect_beyond_the_limit_on_file_sizes_is_told_and_recorded() {
    let scratch = Scratch::new();
    scratch.write("big", vec![1; 2 << 20]);
    scratch.write("tree/big", vec![1; 2 << 20]);
    for (args, said) in [
        (
            &["safe-cp", "big", "copy"][..],
            "safe-cp: error writing 'copy': File too large\n",
        ),
        (
            &["safe-cp", "-r", "tree", "copies"],
            "safe-cp: cannot copy 'tree/big' to 'copies/big': File too large\n",
        ),
    ] {
        let output = under_size_limit(&scratch, 1 << 10, args);
        let hint = "hint: the limit on file sizes, `ulimit -f`, is in the way; raise it for whoever calls\n";
        assert_eq!(
            (output.status.code(), text(&output.stderr)),
            (Some(1), format!("{said}{hint}")),
            "{args:?}"
        );
        let last = scratch.entries().pop().unwrap();
        assert_eq!(last["data"]["kind"], "outcome");
        assert_eq!(last["data"]["execution"]["exit_code"], 1);
        let left: Vec<_> = fs::read_dir(scratch.project()).unwrap().collect();
        assert!(left.iter().all(|name| {
            let name = name.as_ref().unwrap().file_name();
            name != "copy" && !name.to_string_lossy().ends_with(".tmp")
        }));
    }
}

#[test]
fn a_directory_that_others_can_write_is_not_trusted() {
    let scratch = Scratch::new();
    let file = scratch.write("keep", "x");
    fs::set_permissions(scratch.state(), fs::Permissions::from_mode(0o777)).unwrap();
    assert!(
        scratch
            .refused(78, &["safe-rm", "keep"])
            .contains("can be written by others")
    );
    fs::set_permissions(scratch.state(), fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(
        scratch.state().join("policy.json"),
        fs::Permissions::from_mode(0o666),
    )
    .unwrap();
    assert!(
        scratch
            .refused(78, &["safe-rm", "keep"])
            .contains("can be changed by others")
    );
    assert!(file.exists());
}

#[test]
fn a_closed_stdout_is_quiet() {
    let scratch = Scratch::new();
    let mut child = scratch
        .wt(&["safe-rm", "--help"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(text(&output.stderr), "");
    std::io::stdout().flush().unwrap();
}

#[test]
fn a_policy_that_could_not_be_written_whole_is_none() {
    let scratch = Scratch::bare();
    let output = under_size_limit(&scratch, 8, &["init"]);
    assert_eq!(output.status.code(), Some(78), "{output:?}");
    assert!(text(&output.stderr).contains("policy.json`"), "{output:?}");
    assert_eq!(fs::read_dir(scratch.state()).unwrap().count(), 0);
    scratch.expect(0, &["init"]);
    scratch.expect(0, &["policy", "check"]);
}

#[test]
fn a_ledger_is_begun_and_its_head_signed_wherever_the_directory_lies() {
    let scratch = Scratch::bare();
    for name in ["John Doe", "c++", "100%", "tab\there"] {
        let dir = scratch.file(name);
        fs::create_dir_all(&dir).unwrap();
        let wt = |args: &[&str]| {
            let output = scratch.wt(args).env("WATCHTOWER_DIR", &dir).output().unwrap();
            assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
            text(&output.stdout)
        };
        wt(&["init"]);
        let head = wt(&["checkpoint"]);
        let origin = head.lines().next().unwrap();
        assert!(!origin.contains([' ', '+', '\t']), "{origin}");
        scratch.write("head", &head);
        wt(&["verify", "--against", "head"]);
    }
}

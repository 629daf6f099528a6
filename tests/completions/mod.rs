//! The completions, asked of the shells themselves.

mod live;

use crate::support::needs;
use std::process::Command;

/// What the shell answers, or none where it is not installed.
fn ask(shell: &str, script: &str) -> Option<String> {
    let home = tempfile::tempdir().unwrap();
    let run = Command::new("timeout")
        .args(["20", shell, "-c", script])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", home.path())
        .env("TERM", "xterm")
        .env("LC_ALL", "C.UTF-8")
        .output();
    let output = run.unwrap();
    // 127: `timeout` found no such program.
    if !needs::met(
        output.status.code() != Some(127),
        format!("`{shell}`, which is not installed"),
    ) {
        return None;
    }
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{shell}: {script}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn bash_completes_links_commands_and_enumerated_values() {
    let script = |words: &str, at: usize, cur: &str, prev: &str, function: &str| {
        format!(
            "source completions/wt.bash; COMP_WORDS=({words}); COMP_CWORD={at}; {function} wt '{cur}' '{prev}'; \
             echo \"${{COMPREPLY[@]}}\""
        )
    };
    for (words, at, cur, prev, function, expected) in [
        ("safe-rm --mo", 1, "--mo", "safe-rm", "_wt_link", "--mode"),
        (
            "safe-rm --mode d",
            2,
            "d",
            "--mode",
            "_wt_link",
            "dir dir-recursive",
        ),
        ("wt safe-cp --arch", 2, "--arch", "safe-cp", "_wt", "--archive"),
        ("wt_verify --js", 1, "--js", "wt_verify", "_wt_link", "--json"),
        (
            "/usr/bin/kubectl-exec-read pod st",
            2,
            "st",
            "pod",
            "_wt_link",
            "stat",
        ),
    ] {
        let Some(answer) = ask("bash", &script(words, at, cur, prev, function)) else {
            return;
        };
        if words.ends_with("st") {
            assert!(answer.contains(expected), "{words}: {answer}");
        } else {
            assert_eq!(answer.trim(), expected, "{words}");
        }
    }
}

#[test]
fn fish_completes_links_commands_and_enumerated_values() {
    for (line, expected) in [
        ("safe-rm --mo", "--mode"),
        ("wt safe-rm --mode d", "dir\ndir-recursive"),
        ("wt_verify --js", "--json"),
    ] {
        let script = format!("source completions/wt.fish; complete -C '{line}'");
        let Some(answer) = ask("fish", &script) else {
            return;
        };
        let words: Vec<&str> = answer
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert!(words.join("\n").contains(expected), "{line}: {answer}");
    }
}

#[test]
fn zsh_completes_links_and_commands_in_a_terminal() {
    // A terminal of its own, in which the line is typed and a tab is pressed.
    let script = r#"
        zmodload zsh/zpty
        zpty shell "zsh -f -i"
        zpty -w shell "PS1=; fpath=($PWD/completions \$fpath); autoload -Uz compinit; compinit -u -D; echo rea''dy"
        zpty -r -m shell line '*ready*'
        zpty -w -n shell $'safe-rm --recu\t'
        zpty -r -m shell line '*recursive*'
        print -r -- "$line"
        zpty -d shell
    "#;
    if let Some(answer) = ask("zsh", script) {
        assert!(answer.contains("--recursive"), "{answer:?}");
    }
}

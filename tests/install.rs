//! `install.sh`, run whole: a compiler that does nothing stands in for the build, and the program under test for what it
//! would have built.

use crate::support::{Scratch, WT, text};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A home in which `install.sh` finds a compiler.
pub(crate) struct Place {
    pub(crate) world: Scratch,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self {
            world: Scratch::bare(),
        };
        fs::create_dir_all(place.tools()).unwrap();
        place.tool("cargo", "#!/bin/sh\nexit 0\n");
        place.tool("rustc", "#!/bin/sh\necho 'host: test-triple'\n");
        let built = place.target().join("test-triple/release");
        fs::create_dir_all(&built).unwrap();
        fs::copy(WT, built.join("wt")).unwrap();
        place
    }

    fn tools(&self) -> PathBuf {
        self.world.home().join("tools")
    }

    fn target(&self) -> PathBuf {
        self.world.home().join("target")
    }

    /// A program that `install.sh` finds first.
    fn tool(&self, name: &str, script: &str) {
        let path = self.tools().join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }

    pub(crate) fn prefix(&self) -> PathBuf {
        self.world.home().join(".local")
    }

    pub(crate) fn install(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// As `install`, with that PATH.
    fn install_with(&self, path: &str, args: &[&str]) -> Output {
        self.command(args).env("PATH", path).output().unwrap()
    }

    fn command(&self, args: &[&str]) -> Command {
        let path = format!("{}:/usr/bin:/bin", self.tools().display());
        let mut command = Command::new("/bin/sh");
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh"))
            .args(args)
            .current_dir(self.world.project())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.world.home())
            .env("SHELL", "/bin/bash")
            .env("CARGO_TARGET_DIR", self.target());
        command
    }

    /// Files and links below the prefix.
    fn installed(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut dirs = vec![self.prefix()];
        while let Some(dir) = dirs.pop() {
            for entry in fs::read_dir(dir).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() && !path.is_symlink() {
                    dirs.push(path);
                } else {
                    found.push(path.strip_prefix(self.prefix()).unwrap().to_path_buf());
                }
            }
        }
        found.sort();
        found
    }
}

#[test]
fn installing_gives_links_completions_under_every_name_man_pages_and_a_policy() {
    let place = Place::new();
    let output = place.install(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let installed = place.installed();
    for name in [
        "bin/wt",
        "bin/safe-rm",
        "bin/wt_tail",
        "share/bash-completion/completions/wt",
        "share/bash-completion/completions/safe-rm",
        "share/bash-completion/completions/wt_tail",
        "share/zsh/site-functions/_wt",
        "share/fish/vendor_completions.d/wt.fish",
        "share/fish/vendor_completions.d/safe-rm.fish",
        "share/man/man1/wt.1",
        "share/man/man1/safe-rm.1",
        "share/man/man1/wt-query.1",
    ] {
        assert!(
            installed.contains(&PathBuf::from(name)),
            "{name} is missing: {installed:?}"
        );
    }
    assert!(place.world.state().join("policy.json").exists());
    assert!(
        text(&output.stdout).contains("is not on PATH"),
        "{}",
        text(&output.stdout)
    );
    // What bash loads for an applet completes it.
    let completed = Command::new("bash")
        .args([
            "-c",
            "source share/bash-completion/completions/safe-rm; COMP_WORDS=(safe-rm --mo); COMP_CWORD=1; \
            _wt_link wt --mo safe-rm; echo \"${COMPREPLY[@]}\"",
        ])
        .current_dir(place.prefix())
        .output()
        .unwrap();
    assert_eq!(text(&completed.stdout), "--mode\n");
}

#[test]
fn installing_twice_changes_nothing_and_somebody_elses_completions_stay() {
    let place = Place::new();
    assert_eq!(place.install(&[]).status.code(), Some(0));
    let first = place.installed();
    let again = place.install(&["--path"]);
    assert_eq!(again.status.code(), Some(0), "{}", text(&again.stderr));
    assert_eq!(place.installed(), first);
    place.install(&["--path"]);
    let rc = fs::read_to_string(place.world.home().join(".bashrc")).unwrap();
    assert_eq!(
        rc,
        format!("export PATH=\"{}/bin:$PATH\"\n", place.prefix().display())
    );
    let foreign = place.prefix().join("share/bash-completion/completions/safe-rm");
    fs::remove_file(&foreign).unwrap();
    fs::write(&foreign, "mine").unwrap();
    let refused = place.install(&[]);
    assert_eq!(refused.status.code(), Some(78), "{}", text(&refused.stderr));
    assert!(
        text(&refused.stderr).contains("cannot write `"),
        "{}",
        text(&refused.stderr)
    );
    assert_eq!(fs::read_to_string(&foreign).unwrap(), "mine");
}

#[test]
fn uninstalling_leaves_the_ledger_and_the_policy_and_nothing_else() {
    let place = Place::new();
    assert_eq!(place.install(&[]).status.code(), Some(0));
    let output = place.install(&["--uninstall"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(place.installed(), Vec::<PathBuf>::new());
    assert!(place.world.state().join("policy.json").exists());
    assert!(
        place
            .world
            .state()
            .join(format!("ledger-{:020}.jsonl", 1))
            .exists()
    );
}

/// Directories below a directory, by their paths in it.
fn dirs(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_path_buf()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                found.push(path.strip_prefix(root).unwrap().to_path_buf());
                open.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn uninstalling_leaves_no_empty_directory_that_installing_made_and_every_other() {
    let place = Place::new();
    let theirs = place.prefix().join("share/fish/completions");
    fs::create_dir_all(&theirs).unwrap();
    assert_eq!(place.install(&[]).status.code(), Some(0));
    let page = place.prefix().join("share/man/man1/mine.1");
    fs::write(&page, "mine").unwrap();
    assert_eq!(place.install(&["--uninstall"]).status.code(), Some(0));
    let left = [
        "bin",
        "share",
        "share/fish",
        "share/fish/completions",
        "share/man",
        "share/man/man1",
    ];
    assert_eq!(dirs(&place.prefix()), left.map(PathBuf::from));
    assert_eq!(fs::read_to_string(page).unwrap(), "mine");
    // Below a place of its own nothing of it is left.
    let own = place.world.home().join("own");
    for args in [&[][..], &["--uninstall"]] {
        let ended = place.command(args).env("PREFIX", &own).output().unwrap();
        assert_eq!(ended.status.code(), Some(0), "{}", text(&ended.stderr));
    }
    assert_eq!(dirs(&own), Vec::<PathBuf>::new());
    assert!(own.exists());
}

#[test]
fn uninstalling_switches_off_and_removes_the_unit_that_runs_it_and_no_other() {
    let place = Place::new();
    let said = place.world.home().join("systemctl.said");
    place.tool(
        "systemctl",
        &format!("#!/bin/sh\necho \"$*\" >>'{}'\n", said.display()),
    );
    let config = place.world.home().join(".config");
    let units = config.join("systemd/user");
    let unit = units.join("watchtower-alerts.service");
    let wants = units.join("default.target.wants");
    let packaged = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/packaging/watchtower-alerts.service"
    ))
    .unwrap();
    let own = packaged.replace("/usr/bin/wt", "%h/.local/bin/wt");
    for (text, goes) in [(&packaged, false), (&own, true)] {
        fs::create_dir_all(&wants).unwrap();
        fs::write(&unit, text).unwrap();
        std::os::unix::fs::symlink(&unit, wants.join("watchtower-alerts.service")).unwrap();
        assert_eq!(place.install(&[]).status.code(), Some(0));
        assert_eq!(place.install(&["--uninstall"]).status.code(), Some(0));
        let calls = fs::read_to_string(&said).unwrap_or_default();
        if goes {
            assert_eq!(
                calls,
                "--user disable --now watchtower-alerts.service\n--user daemon-reload\n"
            );
            assert_eq!(dirs(&config), Vec::<PathBuf>::new());
            assert!(config.exists());
        } else {
            assert_eq!(calls, "");
            assert_eq!(&fs::read_to_string(&unit).unwrap(), text);
            fs::remove_dir_all(&units).unwrap();
        }
    }
}

#[test]
fn uninstalling_takes_its_line_out_of_the_start_up_file_and_leaves_the_others() {
    let place = Place::new();
    let rc = place.world.home().join(".bashrc");
    for before in ["", "alias ll='ls -l'\n# mine\n\n"] {
        fs::write(&rc, before).unwrap();
        assert_eq!(place.install(&["--path"]).status.code(), Some(0));
        assert_ne!(fs::read_to_string(&rc).unwrap(), before);
        assert_eq!(place.install(&["--uninstall"]).status.code(), Some(0));
        assert_eq!(fs::read_to_string(&rc).unwrap(), before);
    }
}

#[test]
fn nothing_is_uninstalled_under_an_agent_that_still_asks() {
    let place = Place::new();
    assert_eq!(place.install(&[]).status.code(), Some(0));
    let setup = |args: &[&str]| {
        let ended = Command::new(place.prefix().join("bin/wt"))
            .args([&["setup", "claude-code"], args].concat())
            .env_clear()
            .env("HOME", place.world.home())
            .output();
        assert_eq!(ended.unwrap().status.code(), Some(0));
    };
    setup(&[]);
    let installed = place.installed();
    let output = place.install(&["--uninstall"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        "install.sh: agents still ask this wt: claude-code\nhint: `wt setup CLIENT --remove` for each, then this again\n"
    );
    assert_eq!(place.installed(), installed);
    setup(&["--remove"]);
    assert_eq!(place.install(&["--uninstall"]).status.code(), Some(0));
    assert_eq!(place.installed(), Vec::<PathBuf>::new());
}

#[test]
fn trying_shows_the_main_job_and_leaves_nothing_behind() {
    let place = Place::new();
    let output = place.install(&["--try"]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}{}", text(&output.stderr));
    for part in [
        "$ safe-rm -r build",
        "(exit 77)",
        "(exit 75)",
        "$ wt verify",
        "is removed",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(place.installed(), Vec::<PathBuf>::new());
    let left: Vec<_> = fs::read_dir(place.target())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["test-triple"]);
}

#[test]
fn a_cargo_that_only_lacks_its_place_on_path_is_told_from_one_that_is_missing() {
    let place = Place::new();
    let few = place.world.home().join("few");
    fs::create_dir(&few).unwrap();
    for name in ["dirname", "uname"] {
        std::os::unix::fs::symlink(format!("/usr/bin/{name}"), few.join(name)).unwrap();
    }
    let said = || {
        let output = place.install_with(few.to_str().unwrap(), &[]);
        assert_eq!(output.status.code(), Some(1));
        text(&output.stderr)
    };
    assert!(
        said().starts_with("install.sh: cargo is missing\nhint: install Rust"),
        "{}",
        said()
    );
    fs::create_dir(place.world.home().join(".cargo")).unwrap();
    fs::write(place.world.home().join(".cargo/env"), "").unwrap();
    assert_eq!(said(), "install.sh: cargo is not on PATH\nhint: . ~/.cargo/env\n");
}

#[test]
fn a_profile_that_comes_too_late_is_said_to_be_ignored() {
    let place = Place::new();
    let shown = |args: &[&str]| {
        let output = place.install(args);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let first = shown(&["--profile", "strict"]);
    assert!(
        !first.contains("ignored") && first.contains("takes some minutes"),
        "{first}"
    );
    assert!(!shown(&[]).contains("ignored"));
    let policy = place.world.state().join("policy.json");
    let before = fs::read(&policy).unwrap();
    let again = shown(&["--profile", "developer"]);
    let note = format!(
        "note: {} stays as it is; `--profile developer` is ignored\n",
        policy.display()
    );
    assert!(again.contains(&note), "{again}");
    assert_eq!(fs::read(&policy).unwrap(), before);
}

#[test]
fn an_unknown_option_is_refused_with_a_way_out() {
    let output = Place::new().install(&["--nonsense"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        text(&output.stderr),
        "install.sh: unknown option `--nonsense`\nhint: ./install.sh --help\n"
    );
}

//! A directory of Watchtower with entries of a test's own making, and `wt` run against it.

use ledger::{DecisionDraft, Draft, Durability, Genesis, Kind, Ledger, Ruling, Settings};
use serde_json::{Map, Value, json};
use std::{
    ffi::OsStr,
    fs::{DirBuilder, File},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

pub(crate) const WT: &str = env!("CARGO_BIN_EXE_wt");

/// One test's desk; removed when dropped.
pub(crate) struct Desk {
    root: TempDir,
}

impl Desk {
    /// A directory without a ledger.
    pub(crate) fn bare() -> Self {
        let root = tempfile::Builder::new()
            .prefix("wt-console-")
            .tempdir_in(crate::support::base())
            .unwrap();
        let desk = Self { root };
        DirBuilder::new().mode(0o700).create(desk.state()).unwrap();
        desk
    }

    /// A ledger that holds its first entry.
    pub(crate) fn new() -> Self {
        let desk = Self::bare();
        desk.policy(policy::default_document(policy::PROFILES[0]).unwrap());
        let dir = File::open(desk.state()).unwrap().into();
        let genesis = Genesis::named("test.example/ann");
        drop(Ledger::create(dir, &desk.state(), &genesis, Settings::default()).unwrap());
        desk
    }

    /// Writes the user's policy.
    pub(crate) fn policy(&self, document: &str) {
        std::fs::write(self.state().join("policy.json"), document).unwrap();
        let file = File::open(self.state().join("policy.json")).unwrap();
        file.set_permissions(PermissionsExt::from_mode(0o600)).unwrap();
    }

    pub(crate) fn home(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.root.path().join(".watchtower")
    }

    pub(crate) fn segment(&self, first: u64) -> PathBuf {
        self.state().join(format!("ledger-{first:020}.jsonl"))
    }

    /// Writes one text in the place of another into the first segment, as whoever holds the account's rights can.
    pub(crate) fn forge(&self, was: &str, now: &str) {
        let path = self.segment(1);
        let whole = std::fs::read_to_string(&path).unwrap();
        assert!(whole.contains(was), "{whole}");
        std::fs::write(&path, whole.replace(was, now)).unwrap();
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.ledger_with(Settings::default())
    }

    pub(crate) fn ledger_with(&self, settings: Settings) -> Ledger {
        Ledger::open(File::open(self.state()).unwrap().into(), &self.state(), settings).unwrap()
    }

    /// Records a call, and its outcome where it was allowed. Returns the decision's number.
    pub(crate) fn call(&self, ledger: &mut Ledger, call: &Call<'_>) -> u64 {
        let verdict = serde_json::from_value(json!(call.verdict)).unwrap();
        let draft = DecisionDraft {
            verdict,
            data: map(call.data()),
        };
        match ledger.decide(draft, Durability::Relaxed).unwrap() {
            Ruling::Refused(receipt) => receipt.seq,
            Ruling::Permitted(permit) => {
                let seq = permit.seq();
                if let Some(code) = call.exit {
                    let data = map(json!({"of": seq, "execution": {
                        "exit_code": code, "signal": null, "duration_us": 1234, "stdout_sha256": "",
                        "stdout_bytes": 0, "effects": []}}));
                    ledger
                        .append(
                            &[Draft {
                                kind: Kind::Outcome,
                                data,
                            }],
                            Durability::Relaxed,
                        )
                        .unwrap();
                }
                seq
            }
        }
    }

    /// Records an observation.
    pub(crate) fn event(&self, ledger: &mut Ledger, data: Value) {
        ledger
            .append(
                &[Draft {
                    kind: Kind::Event,
                    data: map(data),
                }],
                Durability::Relaxed,
            )
            .unwrap();
    }

    /// `wt ARGS...` with an environment of its own.
    pub(crate) fn wt<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(WT);
        command
            .args(args)
            .current_dir(self.home())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.home())
            .env("TZ", "UTC")
            .env("WATCHTOWER_DIR", self.state());
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        self.wt(args).output().unwrap()
    }

    /// Runs `wt`, insists on success and silence on stderr, gives stdout.
    pub(crate) fn says<S: AsRef<OsStr>>(&self, args: &[S]) -> String {
        let output = self.run(args);
        let shown: Vec<_> = args.iter().map(|arg| arg.as_ref().to_string_lossy()).collect();
        assert_eq!(text(&output.stderr), "", "wt {shown:?}");
        assert_eq!(output.status.code(), Some(0), "wt {shown:?}");
        text(&output.stdout)
    }

    /// Runs `wt`, insists on its exit code and on silence on stdout, gives stderr.
    pub(crate) fn refuses<S: AsRef<OsStr>>(&self, code: i32, args: &[S]) -> String {
        let output = self.run(args);
        assert_eq!(text(&output.stdout), "");
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        text(&output.stderr)
    }

    /// What reaches a terminal of this width, with the exit code.
    pub(crate) fn shows(&self, columns: usize, env: &[(&str, &str)], args: &[&str]) -> (Option<i32>, String) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/console/terminal.py");
        let output = Command::new("python3")
            .args([script, &columns.to_string(), WT])
            .args(args)
            .current_dir(self.home())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.home())
            .env("TZ", "UTC")
            .env("TERM", "xterm")
            .env("WATCHTOWER_DIR", self.state())
            .envs(env.iter().copied())
            .output()
            .unwrap();
        assert_eq!(text(&output.stderr), "");
        (output.status.code(), text(&output.stdout).replace("\r\n", "\n"))
    }

    /// Runs `wt` and parses each line of stdout.
    pub(crate) fn json_lines<S: AsRef<OsStr>>(&self, args: &[S]) -> Vec<Value> {
        self.says(args)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

/// A call as a test describes it.
#[derive(Clone)]
pub(crate) struct Call<'a> {
    pub(crate) verdict: &'a str,
    pub(crate) domain: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) tool: &'a str,
    pub(crate) target: Value,
    pub(crate) rule: &'a str,
    pub(crate) agent: &'a str,
    pub(crate) session: &'a str,
    pub(crate) exit: Option<i32>,
    pub(crate) risk: f64,
}

impl Call<'_> {
    /// An allowed deletion of a path in the workspace.
    pub(crate) fn removing(path: &str) -> Self {
        Self {
            verdict: "allow",
            domain: "filesystem",
            operation: "delete",
            tool: "safe-rm",
            target: json!({"role": "path", "domain": "filesystem", "operation": "delete", "path": path}),
            rule: "workspace-delete",
            agent: "claude-code",
            session: "s-1",
            exit: Some(0),
            risk: 0.35,
        }
    }

    /// The same, refused.
    pub(crate) fn denied(path: &str) -> Self {
        Self {
            verdict: "deny",
            rule: "system-paths",
            exit: None,
            risk: 0.7,
            ..Self::removing(path)
        }
    }

    fn data(&self) -> Value {
        let given = self.target["path"].as_str().unwrap_or_default();
        let mut facts = self.target.clone();
        facts["path"] = json!(if given.starts_with('/') {
            given.to_owned()
        } else {
            format!("/work/{given}")
        });
        json!({
            "identity": {"principal": "ann", "uid": 1000, "agent": {"value": self.agent, "learnt": "parent"},
                "session": self.session},
            "intent": {"domain": self.domain, "operation": self.operation, "targets": [self.target], "params": {}},
            "scope": {"domain": self.domain, "operation": self.operation, "targets": [facts],
                "workspace": {"root": "/work", "branch": "main"}},
            "decision": {"verdict": self.verdict, "risk_score": self.risk,
                "risk": {"score": 35, "tool": 35, "args": 0, "burst": 0},
                "matched_rules": [{"layer": "user", "rule": self.rule, "verdict": self.verdict, "target": 0}],
                "reasons": [format!("rule {} says so", self.rule)], "hint": null, "audit": "standard"},
            "annotations": {"gtfo_alerts": []},
            "enforcement": null,
            "level": "B",
            "tool": self.tool,
            "workspace": "/work",
        })
    }
}

pub(crate) fn map(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

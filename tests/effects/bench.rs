//! A scratch directory with a home, a quarantine and a policy, in which applet lines are gathered and carried out on
//! a confined thread, as the engine does it.

use policy::{Floor, Layer, Places, Policy, Source, TargetFacts, Verdict};
use serde_json::Value as Json;
use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    fs::{self, File},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tempfile::TempDir;
use watchtower::{
    caller::{Agent, Caller, Front},
    effect::carry_out_parts,
    facts::filesystem::{Surroundings, gather},
    home::{Chosen, Home},
    sandbox::{
        MinSandbox,
        native::{self, NativePlan},
    },
    withdrawal::Withdrawal,
};

/// Decisions are numbered as a ledger would.
static SEQ: AtomicU64 = AtomicU64::new(1);

/// See the module.
pub(crate) struct Bench {
    _top: TempDir,
    /// Real path of the directory that lines run in.
    pub(crate) work: PathBuf,
    /// A directory outside of it.
    pub(crate) outside: PathBuf,
    /// Watchtower's directory.
    pub(crate) home: PathBuf,
    pub(crate) policy: Policy,
    pub(crate) places: Places,
    /// Refuse every target outside the work directory, as a policy for a workspace does.
    pub(crate) only_inside: bool,
}

/// What a line gave.
#[derive(Debug, Default)]
pub(crate) struct Ran {
    /// The exit code; none where a floor refused.
    pub(crate) exit: Option<u8>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) targets: Vec<TargetFacts>,
    pub(crate) floors: Vec<Floor>,
    pub(crate) effects: Vec<Json>,
}

impl Ran {
    /// The strictest floor's rule and verdict.
    pub(crate) fn floor(&self) -> Option<(&str, Verdict)> {
        self.floors
            .iter()
            .rev()
            .max_by_key(|floor| floor.verdict)
            .map(|floor| (floor.rule.as_str(), floor.verdict))
    }

    /// Role, operation and path below the work directory of every target.
    pub(crate) fn judged(&self, bench: &Bench) -> Vec<(String, String, String)> {
        let root = format!("{}/", bench.work.display());
        let below = |path: &str| path.strip_prefix(&root).unwrap_or(path).to_owned();
        let of = |t: &TargetFacts| (t.role.clone(), t.operation.clone(), below(&t.path));
        self.targets.iter().map(of).collect()
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!((self.exit, self.stderr.as_str()), (Some(0), ""), "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn fails(self, stderr: &str) -> Self {
        assert_eq!((self.exit, self.stderr.as_str()), (Some(1), stderr), "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn refused(self, rule: &str, verdict: Verdict) -> Self {
        assert_eq!(
            (self.exit, self.floor()),
            (None, Some((rule, verdict))),
            "{self:?}"
        );
        self
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        // The kernel takes it from what effects make, in this process as in `wt`.
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
        Self::in_dir(tempfile::tempdir().unwrap())
    }

    pub(crate) fn in_dir(top: TempDir) -> Self {
        let real = top.path().canonicalize().unwrap();
        let (work, outside, home) = (real.join("work"), real.join("outside"), real.join("state"));
        for dir in [&work, &outside, &home] {
            fs::create_dir(dir).unwrap();
        }
        set_mode(&home, 0o700);
        let places = Places {
            homes: vec![real.join("person").display().to_string()],
            watchtower: vec![home.display().to_string()],
        };
        Self {
            _top: top,
            work,
            outside,
            home,
            policy: default_policy(),
            places,
            only_inside: false,
        }
    }

    pub(crate) fn caller(&self) -> Caller {
        Caller {
            principal: "tester".to_owned(),
            uid: rustix::process::getuid().as_raw(),
            cwd: open_dir(&self.work),
            root: None,
            homes: vec![],
            agent: Agent::default(),
            session: String::new(),
            request_id: String::new(),
            claimed: String::new(),
            interactive: false,
            front: Front::Shell,
            env: BTreeMap::new(),
            umask: 0o022,
        }
    }

    /// Runs a line as the default caller; floors of escalate and deny refuse it.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, line: &[S]) -> Ran {
        self.run_up_to(line, Verdict::Shadow)
    }

    /// Runs a line as if a person had approved what escalates.
    pub(crate) fn run_approved<S: AsRef<OsStr>>(&self, line: &[S]) -> Ran {
        self.run_up_to(line, Verdict::Escalate)
    }

    fn run_up_to<S: AsRef<OsStr>>(&self, line: &[S], most: Verdict) -> Ran {
        self.run_with(line, most, || ())
    }

    /// Runs a line; `between` happens after the judgement and before the effect.
    pub(crate) fn run_with<S: AsRef<OsStr>>(&self, line: &[S], most: Verdict, between: impl FnOnce()) -> Ran {
        let line: Vec<OsString> = line.iter().map(|word| word.as_ref().to_owned()).collect();
        let (name, args) = line.split_first().unwrap();
        let applet = applets::find(name.to_str().unwrap()).unwrap();
        let applets::Request::Call(call) = applet.parse(args).unwrap() else {
            panic!("no call: {line:?}")
        };
        let caller = self.caller();
        let home = Home {
            dir: open_dir(&self.home),
            path: self.home.clone(),
            chosen: Chosen::Environment,
            owner: caller.uid,
        };
        let around = Surroundings {
            caller: &caller,
            home: &home,
            policy: &self.policy,
            places: &self.places,
        };
        let gathered = match gather(&call.intent, around) {
            Ok(gathered) => gathered,
            Err(failure) => {
                return Ran {
                    exit: Some(failure.code),
                    stderr: failure.message,
                    ..Ran::default()
                };
            }
        };
        let mut ran = Ran {
            targets: gathered.targets,
            floors: gathered.floors,
            ..Ran::default()
        };
        let inside = |target: &TargetFacts| Path::new(&target.path).starts_with(&self.work);
        let outside = self.only_inside && !ran.targets.iter().all(inside);
        if outside || ran.floors.iter().any(|floor| floor.verdict > most) {
            return ran;
        }
        let mut work = gathered.work;
        work.prepare().unwrap();
        let grants = work.grants();
        let confined = native::start()
            .unwrap()
            .confine(NativePlan { grants })
            .unwrap()
            .ready(&MinSandbox::NATIVE)
            .unwrap();
        between();
        let (plan, held) = work.into_parts();
        let plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        let seq = SEQ.fetch_add(1, Ordering::Relaxed);
        let outcome = confined
            .perform(move || carry_out_parts(plan, held, seq, Withdrawal::default()))
            .unwrap();
        ran.exit = Some(outcome.exit_code);
        let told = outcome.told();
        ran.stderr = told.map_or_else(String::new, |told| told.lines(&outcome.name));
        ran.stdout = String::from_utf8(outcome.stdout).unwrap();
        ran.effects = outcome.effects;
        ran
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.work.join(name)
    }

    /// Writes a file, with the directories above it.
    pub(crate) fn file(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        self.dir(path.parent().unwrap());
        fs::write(&path, content).unwrap();
        path
    }

    pub(crate) fn dir(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.path(name);
        fs::DirBuilder::new().recursive(true).create(&path).unwrap();
        path
    }

    pub(crate) fn symlink(&self, target: impl AsRef<Path>, name: impl AsRef<Path>) {
        rustix::fs::symlink(target.as_ref(), self.path(name)).unwrap();
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    pub(crate) fn exists(&self, name: impl AsRef<Path>) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    pub(crate) fn mode(&self, name: impl AsRef<Path>) -> u32 {
        self.path(name).symlink_metadata().unwrap().mode() & 0o7777
    }

    pub(crate) fn chmod(&self, name: impl AsRef<Path>, mode: u32) {
        set_mode(&self.path(name), mode);
    }

    /// The entries of the quarantine in Watchtower's directory.
    pub(crate) fn kept(&self) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.home.join("trash")) else {
            return vec![];
        };
        let mut all: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        all.sort();
        all
    }

    /// Names directly in the work directory, to see that nothing unfinished stays.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.work).unwrap();
        let mut all: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        all.sort();
        all
    }
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    File::open(path)
        .unwrap()
        .set_permissions(fs::Permissions::from_mode(mode))
        .unwrap();
}

fn open_dir(path: &Path) -> std::os::fd::OwnedFd {
    use rustix::fs::{Mode, OFlags};
    rustix::fs::open(
        path,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
    .unwrap()
}

pub(crate) fn default_policy() -> Policy {
    static DEFAULT: OnceLock<Policy> = OnceLock::new();
    DEFAULT.get_or_init(load_default).clone()
}

fn load_default() -> Policy {
    let document = policy::default_document("default").unwrap();
    let source = Source {
        layer: Layer::User,
        path: "policy.json".to_owned(),
        bytes: document.as_bytes().to_vec(),
    };
    policy::load(&[source]).unwrap()
}

/// A policy with these members beside its version and rules.
pub(crate) fn policy_with(members: &str) -> Policy {
    let document = format!(r#"{{"version": "2.0.0", "policies": [], {members}}}"#);
    let source = Source {
        layer: Layer::User,
        path: "policy.json".to_owned(),
        bytes: document.into_bytes(),
    };
    policy::load(&[source]).unwrap()
}

//! Ways out, each in a pair: the same probe succeeds or gets another answer unconfined, and fails confined with the
//! exact errno or signal. 38 is ENOSYS, what a tool's profile answers to whatever it does not list.

use crate::{
    remote::server::refusing_port,
    support::{needs, running::until},
};
use std::{
    io::Read,
    os::{fd::OwnedFd, unix::process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};
use watchtower::sandbox::{
    Access, Enforcement, Launcher, MinSandbox,
    plan::{Bind, ChildPlan, Limits, Network, Programs, View},
};

const ENOSYS: i32 = 38;
const SIGSYS: i32 = 31;

/// The program that tries the ways out.
pub(crate) const PROBE: &str = include_str!("probe.c");

struct Probe {
    dir: tempfile::TempDir,
    program: PathBuf,
}

fn probe() -> Probe {
    let dir = tempfile::tempdir().unwrap();
    let program = super::compiled(dir.path(), "probe", PROBE);
    Probe { dir, program }
}

impl Probe {
    fn plan(&self, profile: &str, args: &[&str]) -> ChildPlan {
        ChildPlan {
            argv: ["probe"]
                .iter()
                .chain(args)
                .map(|word| word.as_bytes().to_vec())
                .collect(),
            env: vec![b"ONLY=this".to_vec()],
            profile: profile.to_owned(),
            view: View {
                cwd: b"/".to_vec(),
                ..View::default()
            },
            network: if profile == "search" {
                Network::Cut
            } else {
                Network::Ports(vec![22])
            },
            programs: Programs::None,
            limits: Limits {
                cpu_s: 2,
                memory_bytes: 256 << 20,
                file_bytes: 0,
                processes: 16,
            },
            stdin: false,
            without: Vec::new(),
        }
    }

    fn run(&self, plan: &ChildPlan) -> (ExitStatus, String, Enforcement) {
        let tool: OwnedFd = std::fs::File::open(&self.program).unwrap().into();
        let none = MinSandbox {
            landlock_abi: 0,
            seccomp: false,
            network: false,
            namespaces: &[],
        };
        let launcher = Launcher::of(env!("CARGO_BIN_EXE_wt"));
        let waiting = launcher.confine(plan, &tool, None).unwrap().ready(&none).unwrap();
        let enforcement = waiting.enforcement().clone();
        let mut running = waiting.go(&[]).unwrap();
        let mut text = String::new();
        running
            .process()
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        (running.process().wait().unwrap(), text, enforcement)
    }

    fn confined(&self, profile: &str, args: &[&str]) -> i32 {
        self.run(&self.plan(profile, args)).0.code().unwrap_or(-1)
    }

    fn free(&self, args: &[&str]) -> i32 {
        let out = Command::new(&self.program)
            .args(args)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        out.status.code().unwrap_or(-1)
    }
}

/// `wt` handles SIGXFSZ; a tool was made for what it does otherwise.
#[test]
fn a_tool_meets_the_limit_on_file_sizes_as_it_would_from_a_shell() {
    assert_eq!(probe().confined("search", &["disposition", "25"]), 0);
}

#[test]
fn no_socket_of_any_family_opens_in_a_search() {
    let probe = probe();
    for (args, what) in [
        (["socket", "2", "1", "0"], "TCP"),
        (["socket", "2", "2", "0"], "UDP"),
        (["socket", "10", "1", "0"], "TCP over IPv6"),
        (["socket", "2", "1", "262"], "MPTCP"),
        (["socket", "40", "1", "0"], "AF_VSOCK"),
        (["socket", "16", "3", "0"], "netlink"),
        (["socket", "1", "1", "0"], "local"),
        (["socket", "38", "5", "0"], "AF_ALG"),
    ] {
        assert_ne!(probe.free(&args), ENOSYS, "{what}");
        assert_eq!(probe.confined("search", &args), ENOSYS, "{what}");
    }
    assert_eq!(probe.free(&["socket", "2", "1", "0"]), 0);
}

#[test]
fn a_remote_tool_has_tcp_and_dns_to_its_ports_and_nothing_else() {
    let probe = probe();
    for profile in ["ssh", "kubectl"] {
        assert_eq!(probe.confined(profile, &["socket", "2", "1", "0"]), 0);
        assert_eq!(probe.confined(profile, &["socket", "2", "2", "17"]), 0);
        for args in [
            ["socket", "2", "1", "262"],
            ["socket", "40", "1", "0"],
            ["socket", "16", "3", "0"],
            ["socket", "1", "1", "0"],
            ["socket", "2", "3", "1"],
        ] {
            assert_eq!(probe.confined(profile, &args), ENOSYS, "{args:?}");
        }
        assert_eq!(probe.confined(profile, &["fastopen"]), ENOSYS);
    }
    assert_ne!(probe.free(&["fastopen"]), ENOSYS);
}

#[test]
fn a_remote_tool_reaches_no_other_port_than_its_own() {
    let probe = probe();
    let (_held, port) = refusing_port();
    let connect = ["connect", &port.to_string()];
    assert_eq!(probe.free(&connect), 111, "only refused by nobody there");
    for profile in ["ssh", "kubectl"] {
        let (status, _, enforcement) = probe.run(&probe.plan(profile, &connect));
        if !needs::met(
            enforcement.landlock_abi() >= 4,
            "Landlock of ABI 4, which Linux has since 6.7",
        ) {
            return;
        }
        assert_eq!(status.code(), Some(13), "EACCES");
    }
}

#[test]
fn terminals_cannot_be_typed_into_also_with_high_bits() {
    let probe = probe();
    for request in ["0x5412", "0x541c", "0xffffffff00005412", "0x10000541c"] {
        assert_eq!(probe.free(&["ioctl", "0", request]), 25, "{request}");
        for profile in ["search", "ssh", "kubectl"] {
            assert_eq!(
                probe.confined(profile, &["ioctl", "0", request]),
                ENOSYS,
                "{request}"
            );
        }
    }
    assert_eq!(probe.confined("search", &["ioctl", "0", "0x5401"]), 25);
}

#[test]
fn no_second_program_starts() {
    let probe = probe();
    assert_eq!(probe.free(&["exec", "/bin/true"]), 0);
    assert_eq!(probe.free(&["fork"]), 0);
    assert_eq!(probe.free(&["call", "319", "0", "0"]), 14);
    for profile in ["search", "ssh", "kubectl"] {
        for args in [
            &["exec", "/bin/true"][..],
            &["exec", "/lib64/ld-linux-x86-64.so.2"],
            &["fork"],
            &["call", "58"],
            &["call", "435"],
            &["call", "319"],
            &["executable"],
        ] {
            assert_eq!(probe.confined(profile, args), ENOSYS, "{args:?}");
        }
        // The number that execveat is admitted for lies above the limit of open files.
        assert_eq!(probe.confined(profile, &["tool-fd"]), 9);
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn calls_of_32_bits_are_killed() {
    let probe = probe();
    if !needs::met(
        probe.free(&["int80"]) == 0,
        "calls of 32 bits (CONFIG_IA32_EMULATION)",
    ) {
        return;
    }
    for profile in ["search", "ssh", "kubectl"] {
        assert_eq!(
            probe.run(&probe.plan(profile, &["int80"])).0.signal(),
            Some(SIGSYS)
        );
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn calls_of_x32_are_unknown() {
    let probe = probe();
    for profile in ["search", "ssh", "kubectl"] {
        // getpid with the x32 bit.
        assert_eq!(probe.confined(profile, &["call", "0x40000027"]), ENOSYS);
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn calls_that_reach_beyond_the_process_do_not_exist() {
    let probe = probe();
    for number in [
        "425", "426", "427", "101", "310", "311", "319", "321", "248", "249", "250", "323", "165", "166",
        "155", "272", "304", "303", "298", "62", "424", "434", "438", "161", "175", "313", "169", "167",
        "246", "428", "429", "432", "442", "133", "157", "447", "88", "82", "83", "87", "90", "92", "188",
        "105", "106", "160",
    ] {
        // prctl and kill are listed with other arguments or not at all; 0 is neither.
        assert_eq!(probe.confined("search", &["call", number]), ENOSYS, "{number}");
    }
}

#[test]
fn nothing_of_the_machine_is_seen_but_what_the_plan_names() {
    let probe = probe();
    let secret = probe.dir.path().join("secret");
    let shown = probe.dir.path().join("shown");
    std::fs::write(&secret, "x").unwrap();
    std::fs::write(&shown, "x").unwrap();
    let (secret, shown) = (secret.to_str().unwrap(), shown.to_str().unwrap());
    let plan = |args: &[&str], without: &[&str]| {
        let mut plan = probe.plan("search", args);
        plan.without = without.iter().map(|&layer| layer.to_owned()).collect();
        plan.view.binds.push(Bind::system(shown, Access::READ));
        plan
    };
    let code = |plan: &ChildPlan| probe.run(plan).0.code().unwrap();
    for path in [secret, "/etc/passwd", "/proc/self/environ", "/run", "/dev/kmsg"] {
        assert_eq!(code(&plan(&["read", path], &[])), 2, "{path}: not there");
        // Without namespaces Landlock holds it alone.
        if Path::new(path).exists() {
            assert_eq!(code(&plan(&["read", path], &["user"])), 13, "{path}: not granted");
        }
    }
    assert_eq!(code(&plan(&["read", shown], &[])), 0);
    assert_eq!(code(&plan(&["read", shown], &["user"])), 0);
    assert_eq!(code(&plan(&["write", shown], &[])), ENOSYS);
    assert_eq!(code(&plan(&["write", shown], &["seccomp"])), 30, "read-only");
    assert_eq!(
        code(&plan(&["write", shown], &["seccomp", "user"])),
        13,
        "not granted"
    );
}

#[test]
fn an_object_that_took_the_judged_ones_place_is_refused() {
    let probe = probe();
    let path = probe.dir.path().join("file");
    std::fs::write(&path, "x").unwrap();
    let mut plan = probe.plan("search", &["read", "/f"]);
    let source = path.to_str().unwrap().as_bytes().to_vec();
    plan.view
        .binds
        .push(Bind::judged(source, b"/f".to_vec(), (1, 1), Access::READ));
    let tool: OwnedFd = std::fs::File::open(&probe.program).unwrap().into();
    let launcher = Launcher::of(env!("CARGO_BIN_EXE_wt"));
    let error = launcher
        .confine(&plan, &tool, None)
        .unwrap()
        .ready(&MinSandbox::EXEC)
        .unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("another object has taken the place of the one that was judged"),
        "{error}"
    );
}

#[test]
fn inherited_descriptors_and_environment_end_at_the_child() {
    let probe = probe();
    let secret = std::fs::File::open("/etc/passwd").unwrap();
    let held = rustix::io::fcntl_dupfd_cloexec(&secret, 40).unwrap();
    rustix::io::fcntl_setfd(&held, rustix::io::FdFlags::empty()).unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&held).to_string();
    assert_eq!(probe.free(&["descriptor", &number]), 0);
    assert_eq!(probe.confined("search", &["descriptor", &number]), 9);
    let (_, text, _) = probe.run(&probe.plan("search", &["environment"]));
    assert_eq!(text, "ONLY=this\n");
}

#[test]
fn memory_and_processor_time_end_at_their_limits() {
    let probe = probe();
    assert_eq!(probe.confined("search", &["memory"]), 12);
    let started = std::time::Instant::now();
    assert_eq!(probe.run(&probe.plan("search", &["spin"])).0.signal(), Some(9));
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn each_layer_that_is_left_out_is_named_and_policy_decides() {
    let probe = probe();
    for (without, missing) in [
        (
            &["user"][..],
            vec!["userns", "mountns", "ipcns", "utsns", "netns"],
        ),
        (&["mount"], vec!["mountns"]),
        (&["net"], vec!["netns"]),
        (&["seccomp"], vec!["seccomp"]),
        (&["landlock"], vec!["landlock"]),
    ] {
        let mut plan = probe.plan("search", &["descriptor", "0"]);
        plan.without = without.iter().map(|&layer| layer.to_owned()).collect();
        let (status, _, enforcement) = probe.run(&plan);
        assert_eq!(status.code(), Some(0));
        assert_eq!(super::missing(&enforcement), missing);
        let refused = MinSandbox::EXEC.check(&enforcement).is_err();
        assert_eq!(refused, without == ["landlock"]);
    }
    let mut plan = probe.plan("search", &["descriptor", "0"]);
    plan.without = vec!["user".to_owned(), "seccomp".to_owned()];
    let error = MinSandbox::EXEC.check(&probe.run(&plan).2).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("policy demands a user namespace or seccomp"),
        "{error}"
    );
}

#[test]
fn the_child_dies_with_its_parent() {
    let probe = probe();
    let tool: OwnedFd = std::fs::File::open(&probe.program).unwrap().into();
    let none = MinSandbox {
        landlock_abi: 0,
        seccomp: false,
        network: false,
        namespaces: &[],
    };
    let plan = probe.plan("search", &["spin"]);
    let launcher = Launcher::of(env!("CARGO_BIN_EXE_wt"));
    // The parent is this thread: PR_SET_PDEATHSIG looks at the thread that started the child.
    let id = std::thread::spawn(move || {
        let mut running = launcher
            .confine(&plan, &tool, None)
            .unwrap()
            .ready(&none)
            .unwrap()
            .go(&[])
            .unwrap();
        let id = running.process().id();
        std::mem::forget(running);
        id
    })
    .join()
    .unwrap();
    let state = format!("/proc/{id}/stat");
    until("it dies", || {
        std::fs::read_to_string(&state).map_or(true, |text| text.contains(") Z "))
    });
}

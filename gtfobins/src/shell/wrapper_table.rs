//! The plain wrappers as a table: where their own options end and the wrapped command begins.

use super::wrapper::{Inner, Wrapper, plain, sub, text};

/// Every wrapper that only needs its options skipped.
pub(crate) const WRAPPERS: &[Wrapper] = &[
    plain("nice", "n", &["adjustment"], 0),
    plain("timeout", "ks", &["kill-after", "signal"], 1),
    plain("nohup", "", &[], 0),
    plain("setsid", "", &[], 0),
    plain("stdbuf", "ioe", &["input", "output", "error"], 0),
    plain("ionice", "cnpPu", &["class", "classdata"], 0),
    plain(
        "chrt",
        "TPD",
        &["sched-runtime", "sched-period", "sched-deadline"],
        1,
    ),
    plain("taskset", "", &[], 1),
    plain("time", "fo", &["format", "output"], 0),
    plain(
        "strace",
        "aAbeEIoOpPsSuUX",
        &["trace", "output", "attach", "user"],
        0,
    ),
    plain("ltrace", "aAeDFlLnopsuxX", &["output", "library", "config"], 0),
    plain("valgrind", "", &[], 0),
    plain(
        "numactl",
        "CNmpiPw",
        &["cpunodebind", "membind", "interleave", "physcpubind"],
        0,
    ),
    plain("prlimit", "", &[], 0),
    plain("choom", "n", &["adjust"], 0),
    plain("cpulimit", "elpP", &["limit", "exe", "path", "pid"], 0),
    plain("catchsegv", "", &[], 0),
    plain("fakeroot", "lsi", &["lib", "faked"], 0),
    plain("faketime", "", &[], 1),
    plain("unbuffer", "", &[], 0),
    plain("rlwrap", "bCDefgHlmNpPqsStwz", &[], 0),
    plain("torsocks", "", &[], 0),
    plain("torify", "", &[], 0),
    plain("proxychains", "f", &[], 0),
    plain("proxychains4", "f", &[], 0),
    plain("ssh-agent", "atO", &[], 0),
    plain("tini", "", &[], 0),
    plain("dumb-init", "", &[], 0),
    plain(
        "xvfb-run",
        "efnpsw",
        &["server-args", "server-num", "error-file"],
        0,
    ),
    plain("dbus-run-session", "", &[], 0),
    plain("sshpass", "pfdP", &[], 0),
    plain("multitime", "InfirqsbB", &[], 0),
    plain("pexec", "", &[], 0),
    plain("softlimit", "acdflmnoprst", &[], 0),
    plain("setlock", "", &[], 1),
    plain("logsave", "", &[], 1),
    plain("aoss", "", &[], 0),
    plain("padsp", "", &[], 0),
    plain("distcc", "", &[], 0),
    plain("ccache", "", &[], 0),
    plain("sccache", "", &[], 0),
    plain("grc", "ce", &["config"], 0),
    plain("aa-exec", "pni", &["profile", "namespace"], 0),
    plain("firejail", "", &[], 0),
    plain("proot", "rbwqkiS", &[], 0),
    plain("eatmydata", "", &[], 0),
    plain("caffeinate", "tw", &[], 0),
    plain("cgexec", "g", &[], 0),
    plain(
        "setpriv",
        "",
        &[
            "reuid",
            "regid",
            "groups",
            "inh-caps",
            "ambient-caps",
            "bounding-set",
            "securebits",
        ],
        0,
    ),
    plain("gtester", "omp", &[], 0),
    plain("exec", "a", &[], 0),
    plain("dotenv", "ef", &[], 0),
    plain("dotenvx", "ef", &[], 0),
    plain("pidstat", "", &[], 0),
    plain("openvt", "cf", &[], 0),
    plain(
        "start-stop-daemon",
        "xnpaucgdNkRs",
        &["exec", "name", "pidfile", "user", "chuid", "chdir"],
        0,
    ),
    Wrapper {
        assignments: true,
        ..plain("cross-env", "", &[], 0)
    },
    Wrapper {
        class: Some("root-change"),
        why: "gives the command another root directory",
        ..plain("chroot", "", &["userspec", "groups"], 1)
    },
    Wrapper {
        class: Some("namespace"),
        why: "runs the command in namespaces of its own",
        ..plain(
            "unshare",
            "SGRw",
            &[
                "root",
                "wd",
                "setuid",
                "setgid",
                "map-user",
                "map-group",
                "propagation",
            ],
            0,
        )
    },
    Wrapper {
        class: Some("namespace"),
        why: "enters the namespaces of another process",
        ..plain("nsenter", "tSGrw", &["target", "setuid", "setgid"], 0)
    },
    Wrapper {
        class: Some("service"),
        why: "hands the command to the service manager",
        ..plain(
            "systemd-run",
            "puHMtEG",
            &[
                "property",
                "unit",
                "uid",
                "gid",
                "setenv",
                "on-active",
                "on-boot",
                "on-calendar",
                "description",
                "slice",
                "host",
                "machine",
                "working-directory",
            ],
            0,
        )
    },
    plain("systemd-inhibit", "", &["what", "who", "why", "mode"], 0),
    Wrapper {
        skip: 1,
        ..text(
            "flock",
            "wEc",
            &["timeout", "wait", "conflict-exit-code", "command"],
            &["-c", "--command"],
        )
    },
    Wrapper {
        inner: Inner::Nothing,
        ..text(
            "script",
            "cEIOBTo",
            &["command", "log-in", "log-out", "log-io"],
            &["-c", "--command"],
        )
    },
    Wrapper {
        inner: Inner::Text,
        ..plain("watch", "ndqs", &["interval"], 0)
    },
    Wrapper {
        inner: Inner::Text,
        ..plain("entr", "", &[], 0)
    },
    Wrapper {
        inner: Inner::Text,
        ..text(
            "watchexec",
            "ewiofd",
            &["exts", "watch", "ignore", "shell", "delay-run"],
            &[],
        )
    },
    Wrapper {
        inner: Inner::Texts,
        ..text(
            "hyperfine",
            "wrmMpcLPDSui",
            &[
                "warmup",
                "runs",
                "min-runs",
                "max-runs",
                "prepare",
                "cleanup",
                "setup",
                "conclude",
                "parameter-list",
                "parameter-scan",
                "export-json",
                "export-markdown",
                "export-csv",
                "shell",
                "style",
                "output",
                "input",
                "command-name",
            ],
            &[
                "--prepare",
                "-p",
                "--setup",
                "-s",
                "--cleanup",
                "-c",
                "--conclude",
            ],
        )
    },
    Wrapper {
        inner: Inner::Texts,
        ..plain("concurrently", "n", &["names", "prefix"], 0)
    },
    Wrapper {
        inner: Inner::Text,
        ..plain(
            "parallel",
            "jSLNna",
            &["jobs", "sshlogin", "arg-file", "joblog", "results", "timeout"],
            0,
        )
    },
    Wrapper {
        inner: Inner::Nothing,
        ..text("genie", "c", &["command"], &["-c", "--command"])
    },
    sub("perf", &["stat"], "eoprxaC", &["event", "output", "repeat"]),
    sub("perf", &["record"], "eoFgpcC", &["event", "output", "call-graph"]),
    sub("perf", &["trace"], "eo", &[]),
    Wrapper {
        skip: 1,
        class: Some("namespace"),
        why: "enters a network namespace",
        ..sub("ip", &["netns", "exec"], "", &[])
    },
    sub(
        "uv",
        &["run"],
        "pw",
        &[
            "python",
            "with",
            "project",
            "directory",
            "extra",
            "group",
            "env-file",
            "with-requirements",
            "package",
            "index-url",
        ],
    ),
    sub("uvx", &[], "p", &["from", "with", "python"]),
    sub("poetry", &["run"], "CP", &["directory", "project"]),
    sub("pipenv", &["run"], "", &[]),
    sub("pdm", &["run"], "", &[]),
    sub("hatch", &["run"], "", &[]),
    sub("rye", &["run"], "", &[]),
    sub("bundle", &["exec"], "", &[]),
    sub("bundler", &["exec"], "", &[]),
    sub("cabal", &["exec"], "", &["project-file"]),
    sub("stack", &["exec"], "", &[]),
    Wrapper {
        text_options: &["-c", "--call"],
        ..sub("npm", &["exec"], "pcw", &["package", "call", "workspace"])
    },
    Wrapper {
        text_options: &["-c", "--call"],
        ..sub("npm", &["x"], "pcw", &["package", "call", "workspace"])
    },
    Wrapper {
        text_options: &["-c", "--call"],
        ..sub("npx", &[], "pcw", &["package", "call", "workspace"])
    },
    sub("yarn", &["exec"], "", &["cwd"]),
    sub("yarn", &["dlx"], "p", &["package"]),
    sub("pnpm", &["exec"], "C", &["dir", "filter"]),
    sub("pnpm", &["dlx"], "", &["package"]),
    sub("pnpx", &[], "", &[]),
    sub("bunx", &[], "", &[]),
    sub("mise", &["exec"], "C", &[]),
    sub("asdf", &["exec"], "", &[]),
    Wrapper {
        skip: 1,
        ..sub("direnv", &["exec"], "", &[])
    },
    Wrapper {
        skip: 1,
        ..sub("rustup", &["run"], "", &[])
    },
    Wrapper {
        skip: 1,
        ..sub("aws-vault", &["exec"], "d", &[])
    },
    sub("conda", &["run"], "np", &["name", "prefix", "cwd"]),
    sub("mamba", &["run"], "np", &["name", "prefix"]),
    sub("doppler", &["run"], "pc", &["project", "config"]),
    sub("op", &["run"], "", &["env-file"]),
    sub("infisical", &["run"], "", &["env"]),
    Wrapper {
        text_options: &["--run", "--command"],
        ..sub("nix-shell", &[], "pA", &["run", "command", "attr"])
    },
    sub("codex", &["sandbox", "linux"], "", &[]),
    Wrapper {
        text_options: &["-s", "--shell"],
        inner: Inner::Nothing,
        ..sub(
            "cargo",
            &["watch"],
            "xswiC",
            &["exec", "shell", "watch", "ignore"],
        )
    },
    sub("xdotool", &["exec"], "", &["sync"]),
    sub("task", &["execute"], "", &[]),
];

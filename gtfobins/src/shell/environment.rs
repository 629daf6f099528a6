//! Environment variables that make a program run, load or obey something else.

use crate::analysis::{Effect, Part};
use crate::shell::value;

/// Variables whose value is run as a program or a shell command.
const PROGRAMS: &[&str] = &[
    "PAGER",
    "MANPAGER",
    "GIT_PAGER",
    "SYSTEMD_PAGER",
    "BAT_PAGER",
    "DELTA_PAGER",
    "AWS_PAGER",
    "GH_PAGER",
    "PSQL_PAGER",
    "EDITOR",
    "VISUAL",
    "GIT_EDITOR",
    "GIT_SEQUENCE_EDITOR",
    "SYSTEMD_EDITOR",
    "SUDO_EDITOR",
    "KUBE_EDITOR",
    "FCEDIT",
    "BROWSER",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_EXTERNAL_DIFF",
    "GIT_ASKPASS",
    "SSH_ASKPASS",
    "SUDO_ASKPASS",
    "GIT_PROXY_COMMAND",
    "RSYNC_RSH",
    "CVS_RSH",
    "SVN_SSH",
    "LESSOPEN",
    "LESSCLOSE",
    "MANROFFSEQ",
    "AUTOM4TE",
    "CRASHPAGER",
    "RESTIC_PASSWORD_COMMAND",
    "BORG_RSH",
    "BORG_PASSCOMMAND",
    "CARGO_BUILD_RUSTC",
    "CARGO_BUILD_RUSTDOC",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC",
    "RUSTDOC",
    "MAKE",
    "SHELL",
    "CONFIG_SHELL",
    "npm_config_script_shell",
    "NPM_CONFIG_SCRIPT_SHELL",
    "TERMINAL",
    "HGEDITOR",
    "FZF_DEFAULT_COMMAND",
    "ANSIBLE_SHELL_EXECUTABLE",
    "CC",
    "CXX",
    "CPP",
    "LD",
    "AR",
    "AS",
    "FC",
];

/// Variables that name a proxy, in lower case.
const PROXIES: &[&str] = &["http_proxy", "https_proxy", "all_proxy", "ftp_proxy"];

/// Programs that such a variable may name.
const HARMLESS: &[&str] = &[
    "cat",
    "less",
    "more",
    "most",
    "bat",
    "delta",
    "true",
    ":",
    "false",
    "vim",
    "vi",
    "nvim",
    "nano",
    "emacs",
    "code",
    "subl",
    "sccache",
    "ccache",
    "gcc",
    "g++",
    "clang",
    "clang++",
    "cc",
    "c++",
    "ld",
    "lld",
    "mold",
    "ar",
    "rustc",
    "rustdoc",
    "make",
    "gmake",
    "bash",
    "sh",
    "zsh",
    "dash",
    "fish",
    "/bin/bash",
    "/bin/sh",
    "/usr/bin/bash",
    "tee",
    "echo",
    "head",
    "firefox",
    "chromium",
    "xdg-open",
    "lesspipe",
    "ninja",
    "diff",
    "difft",
    "rg",
    "fd",
];

/// Judges an assignment that a program of this text will see.
pub(crate) fn assigned(name: &str, text: &str, own: &[String], part: &mut Part) {
    let shown = value::show(text);
    if let Some(why) = library(name, text, own) {
        part.concern("foreign-library", format!("`{name}={shown}` {why}"));
        return;
    }
    if name.starts_with("GIT_TRACE") {
        traced(text, part);
    }
    if PROXIES.contains(&name.to_ascii_lowercase().as_str()) {
        proxied(text, part);
    }
    let why = match name {
        _ if PROGRAMS.contains(&name)
            || name.ends_with("_ASKPASS")
            || (name.starts_with("CARGO_TARGET_")
                && (name.ends_with("_RUNNER") || name.ends_with("_LINKER"))) =>
        {
            (!is_harmless_program(text)).then_some("names a program that others will run")
        }
        "BASH_ENV" | "ENV" | "PROMPT_COMMAND" | "PS4" | "PS1" | "ZDOTDIR" | "INPUTRC"
            if !text.is_empty() && text != "/dev/null" =>
        {
            let plain = (name == "ENV" && !text.contains('/'))
                || (name.starts_with("PS") && !text.contains(['$', '`', '(']));
            (!plain).then_some("is obeyed by every shell that starts")
        }
        "GIT_CONFIG_COUNT"
        | "GIT_CONFIG_PARAMETERS"
        | "GIT_EXEC_PATH"
        | "GIT_TEMPLATE_DIR"
        | "GIT_ALTERNATE_OBJECT_DIRECTORIES" => Some("gives git configuration that can run programs"),
        "GIT_CONFIG_GLOBAL" | "GIT_CONFIG_SYSTEM" if text != "/dev/null" => {
            Some("gives git configuration that can run programs")
        }
        name if name.starts_with("GIT_CONFIG_KEY_") || name.starts_with("GIT_CONFIG_VALUE_") => {
            Some("gives git configuration that can run programs")
        }
        "PYTHONSTARTUP" | "PYTHONHOME" | "PYTHONBREAKPOINT" | "PYTHONINSPECT"
            if !matches!(text, "" | "0" | "1") =>
        {
            Some("makes python run other code")
        }
        "PYTHONWARNINGS"
            if text
                .split(',')
                .any(|w| w.split(':').nth(2).is_some_and(|c| c.contains('.'))) =>
        {
            Some("makes python import a module")
        }
        "NODE_OPTIONS"
            if [
                "--require",
                "-r ",
                "--import",
                "--loader",
                "--experimental-loader",
                "--eval",
                "-e ",
                "--inspect",
            ]
            .iter()
            .any(|o| text.contains(o)) =>
        {
            Some("makes node load other code")
        }
        "PERL5OPT" | "PERL5DB" | "RUBYOPT" => Some("makes the interpreter load other code"),
        "PERL5LIB" | "RUBYLIB" | "PYTHONPATH" | "NODE_PATH" | "LUA_PATH" | "LUA_CPATH" | "CLASSPATH"
        | "GEM_HOME" | "FACTERLIB"
            if is_loose_dir(text, own) =>
        {
            Some("makes the interpreter load code that anyone can write")
        }
        "JAVA_TOOL_OPTIONS" | "_JAVA_OPTIONS" | "JDK_JAVA_OPTIONS" | "MAVEN_OPTS" | "GRADLE_OPTS"
            if text.contains("-javaagent") || text.contains("-agent") || text.contains("OnError") =>
        {
            Some("makes java load an agent or run a command")
        }
        "GOFLAGS" if text.contains("-toolexec") || text.contains("-exec") => {
            Some("makes go run another program")
        }
        "LESS" if text.contains('+') || text.contains("lesskey") => Some("gives the pager commands to run"),
        "RUSTFLAGS" if text.contains("linker=") => Some("makes the compiler run another linker"),
        "MAKEFLAGS" | "MFLAGS" | "TAR_OPTIONS" | "ZIPOPT" | "UNZIP" | "GREP_OPTIONS" | "MANOPT"
            if text.contains(['=', '/', '$']) =>
        {
            Some("adds options that can run programs")
        }
        "GIT_DIR"
        | "GIT_COMMON_DIR"
        | "GIT_WORK_TREE"
        | "RIPGREP_CONFIG_PATH"
        | "CURL_HOME"
        | "WGETRC"
        | "KUBECONFIG"
        | "DOCKER_CONFIG"
        | "NPM_CONFIG_USERCONFIG"
        | "npm_config_userconfig"
        | "SSH_CONFIG"
        | "PIP_CONFIG_FILE"
        | "BUNDLE_GEMFILE"
        | "GROFF_BIN_PATH"
        | "TMUX_TMPDIR"
            if is_loose_dir(text, own) || name == "GROFF_BIN_PATH" || name == "BUNDLE_GEMFILE" =>
        {
            Some("points to a configuration that can run programs")
        }
        "PATH"
            if text
                .split(':')
                .any(|dir| matches!(dir, "." | "./") || is_loose_dir(dir, own)) =>
        {
            Some("lets programs be found where anyone can write them")
        }
        "IFS" if text.chars().any(|c| !c.is_whitespace()) && text.contains('/') => {
            Some("changes how words are split")
        }
        name if name.starts_with("BASH_FUNC_") => Some("defines a function in every bash that starts"),
        "WATCHTOWER_DIR" | "WT_POLICY" | "WT_HOME" => Some("redirects Watchtower itself"),
        _ => None,
    };
    if let Some(why) = why {
        part.concern("environment", format!("`{name}={shown}` {why}"));
    }
}

/// A proxy is a machine that whatever is fetched goes through.
fn proxied(text: &str, part: &mut Part) {
    let host = crate::tools::host_of(text);
    if text.is_empty() || crate::tools::is_local(&host) {
        return;
    }
    part.effects.push(Effect {
        domain: "network",
        operation: "fetch",
        role: "host",
        host: value::show(&host),
        ..Effect::default()
    });
}

/// A trace of git is added to the file that it names: only absolute paths are one.
fn traced(text: &str, part: &mut Part) {
    let path = text.strip_prefix("af_unix:").unwrap_or(text);
    let path = path.trim_start_matches("stream:").trim_start_matches("dgram:");
    if value::is_open(text) {
        part.concern(
            "unresolved-path",
            format!(
                "git writes its trace to `{}`, which is only known when it runs",
                value::show(text)
            ),
        );
    } else if path.starts_with('/') && path != "/dev/null" {
        part.effects.push(Effect {
            domain: "filesystem",
            operation: "write",
            role: "path",
            path: Some(value::show(&value::join("/", path))),
            ..Effect::default()
        });
    }
}

/// A preload or library path from outside directories that root owns.
fn library(name: &str, text: &str, own: &[String]) -> Option<&'static str> {
    let places = match name {
        "LD_PRELOAD"
        | "LD_AUDIT"
        | "GCONV_PATH"
        | "LD_PROFILE_OUTPUT"
        | "DYLD_INSERT_LIBRARIES"
        | "OPENSSL_CONF"
        | "OPENSSL_ENGINES"
        | "LOCPATH" => text
            .split([':', ' '])
            .filter(|p| !p.is_empty())
            .collect::<Vec<_>>(),
        "LD_LIBRARY_PATH" | "DYLD_LIBRARY_PATH" => text
            .split(':')
            .filter(|p| is_loose_dir(p, own) && !p.is_empty())
            .collect(),
        _ => return None,
    };
    let rooted = |p: &str| {
        ["/usr/lib/", "/lib/", "/usr/lib64/", "/lib64/"]
            .iter()
            .any(|dir| p.starts_with(dir))
            && !p.contains("..")
    };
    let bare = |p: &str| name == "LD_PRELOAD" && !p.contains('/') && value::is_static(p);
    places
        .iter()
        .any(|p| !rooted(p) && !bare(p))
        .then_some("loads a library from outside the system's directories")
}

/// A directory that others can write, and that is not one of the caller's `own`.
pub(crate) fn is_loose_dir(dir: &str, own: &[String]) -> bool {
    let below = |base: &str| {
        dir.strip_prefix(base)
            .is_some_and(|r| r.is_empty() || r.starts_with('/'))
    };
    if own.iter().any(|base| below(base)) {
        return false;
    }
    ["/tmp", "/var/tmp", "/dev/shm", "/dev/fd"]
        .iter()
        .any(|loose| below(loose))
        || dir.contains(value::DECODED)
}

/// Whether a value that will be run as a program is one of the plain ones.
pub(crate) fn is_harmless_program(text: &str) -> bool {
    if text.is_empty() {
        return true;
    }
    if text.contains([';', '|', '&', '`', '$', '>', '<', '\n', '(']) || text.contains(value::DECODED) {
        return false;
    }
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else { return true };
    let rest: Vec<&str> = words.collect();
    let base = value::base(first);
    let trusted_dir = !first.contains('/')
        || ["/bin/", "/usr/bin/", "/usr/local/bin/"]
            .iter()
            .any(|d| first.starts_with(d));
    if !trusted_dir {
        return false;
    }
    match base {
        "sh" | "bash" | "zsh" | "dash" | "fish" => rest.is_empty(),
        "ssh" => !rest.iter().any(|w| {
            let w = w.to_ascii_lowercase();
            [
                "proxycommand",
                "localcommand",
                "knownhostscommand",
                "proxyusefdpass",
            ]
            .iter()
            .any(|k| w.contains(k))
                || w.starts_with("-f") && w.len() > 1
        }),
        "sed" => !rest
            .iter()
            .any(|w| crate::tools::sed_script_runs(w.trim_matches(['\'', '"']))),
        base => {
            let plain = base.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-'));
            HARMLESS.contains(&first) || HARMLESS.contains(&base) || HARMLESS.contains(&plain)
        }
    }
}

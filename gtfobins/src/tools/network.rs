//! Programs that talk to other machines and to containers.

use super::files::each;
use super::options::{Grammar, Options};
use crate::analysis::Effect;
use crate::shell::call::Call;
use crate::shell::environment::is_harmless_program;
use crate::shell::paths::Access;
use crate::shell::state::{Made, Stream};
use crate::shell::value::{self, CONTENT, DECODED};
use crate::shell::walk::{Place, Walk};

const KNOWN: &[&str] = &[
    "curl", "wget", "ssh", "scp", "sftp", "rsync", "nc", "ncat", "netcat", "socat", "telnet", "ping", "dig",
    "nslookup", "host", "whois", "ftp", "mosh", "autossh", "http", "https", "xh", "aria2c",
];

pub(crate) fn is_known(name: &str) -> bool {
    KNOWN.contains(&name)
}

pub(crate) fn run(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Option<Stream> {
    match name {
        "curl" => curl(walk, call),
        "wget" => wget(walk, call),
        "http" | "https" | "xh" | "aria2c" => fetcher(walk, call),
        "ssh" | "mosh" | "autossh" => ssh(walk, name, call),
        "scp" | "rsync" | "sftp" => copy(walk, name, call),
        "nc" | "ncat" | "netcat" | "socat" | "telnet" | "ftp" => raw(walk, name, call),
        "ping" | "dig" | "nslookup" | "host" | "whois" | "drill" => lookup(call),
        _ => return None,
    }
    Some(Stream::Decoded(name.to_owned()))
}

/// The host of an address.
pub(crate) fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let rest = rest.rsplit('@').next().unwrap_or(rest);
    if rest.starts_with('[') {
        return rest.split_inclusive(']').next().unwrap_or(rest).to_owned();
    }
    rest.split(':').next().unwrap_or(rest).to_owned()
}

/// Whether a host is this machine.
pub(crate) fn is_local(host: &str) -> bool {
    matches!(
        host,
        "localhost" | "127.0.0.1" | "[::1]" | "::1" | "0.0.0.0" | "" | "host.docker.internal"
    ) || host.starts_with("127.")
        || host.ends_with(".localhost")
}

fn fetch(operation: &'static str, url: &str, call: &mut Call) {
    let mut operation = operation;
    if url.contains([CONTENT, DECODED]) {
        operation = "upload";
    }
    let host = host_of(url);
    let why = match operation {
        "upload" => format!("it sends data to `{}`", value::show(&host)),
        _ => String::new(),
    };
    call.part.effects.push(Effect {
        domain: "network",
        operation: if is_local(&host) { "local" } else { operation },
        role: "url",
        url: value::show(url),
        host: value::show(&host),
        params: vec![("why", why)],
        ..Effect::default()
    });
}

fn curl(walk: &mut Walk<'_>, call: &mut Call) {
    let grammar = Grammar {
        values: "AbcCdDeEFhHKmoPQrtTuUwxXyYz",
        long_values: &[
            "output",
            "data",
            "data-raw",
            "data-binary",
            "data-urlencode",
            "data-ascii",
            "json",
            "form",
            "form-string",
            "header",
            "request",
            "user",
            "user-agent",
            "referer",
            "cookie",
            "cookie-jar",
            "config",
            "upload-file",
            "url",
            "proxy",
            "dump-header",
            "trace",
            "trace-ascii",
            "stderr",
            "max-time",
            "connect-timeout",
            "retry",
            "retry-delay",
            "cacert",
            "cert",
            "key",
            "write-out",
            "range",
            "resolve",
            "unix-socket",
            "abstract-unix-socket",
            "interface",
            "engine",
            "output-dir",
            "limit-rate",
            "netrc-file",
            "libcurl",
            "etag-save",
            "hsts",
            "alt-svc",
            "capath",
            "proxy-header",
            "url-query",
            "variable",
        ],
        ..Grammar::default()
    };
    let args = call.args().to_vec();
    let options = Options::parse(&args, &grammar);
    let dir = options.value(&["--output-dir"]).unwrap_or(".").to_owned();
    for file in options.all(&[
        "-o",
        "--output",
        "-c",
        "--cookie-jar",
        "-D",
        "--dump-header",
        "--trace",
        "--trace-ascii",
        "--stderr",
        "--libcurl",
        "--etag-save",
        "--hsts",
        "--alt-svc",
    ]) {
        if file != "-" {
            let path = if dir == "." {
                file.to_owned()
            } else {
                format!("{dir}/{file}")
            };
            written(walk, &path, call);
        }
    }
    if options.has(&["-O", "--remote-name", "--remote-name-all", "-J"]) {
        for url in options.operands.clone() {
            written(walk, &format!("{dir}/{}", value::base(&url)), call);
        }
    }
    for file in options.all(&["-K", "--config"]) {
        call.part.concern(
            "runs-program",
            format!("`curl --config` obeys the options in `{}`", value::show(file)),
        );
    }
    for file in options.all(&["--netrc-file", "-E", "--cert", "--key", "--cacert"]) {
        walk.access(file, Access::Read, &mut call.part);
    }
    if let Some(socket) = options.value(&["--unix-socket", "--abstract-unix-socket"]) {
        call.part.concern(
            "unix-socket",
            format!("`curl` speaks to the socket `{}`", value::show(socket)),
        );
    }
    let mut sends = false;
    for data in options.all(&[
        "-d",
        "--data",
        "--data-binary",
        "--data-ascii",
        "--data-urlencode",
        "--json",
        "-F",
        "--form",
        "-T",
        "--upload-file",
        "--url-query",
        "--variable",
    ]) {
        let is_upload = options.all(&["-T", "--upload-file"]).contains(&data);
        let file = if is_upload {
            Some(data)
        } else {
            data.split_once(['@', '<'])
                .filter(|(name, _)| name.is_empty() || name.ends_with('=') || !name.contains(' '))
                .map(|(_, file)| file)
        };
        if let Some(file) = file {
            let file = file.split(';').next().unwrap_or(file);
            if !file.is_empty() {
                sends = true;
                walk.access(file, Access::Read, &mut call.part);
                sends |= file == "-";
            }
        }
        sends |= data.contains([CONTENT, DECODED]);
    }
    for header in options.all(&[
        "-H",
        "--header",
        "-b",
        "--cookie",
        "-A",
        "--user-agent",
        "-e",
        "--referer",
    ]) {
        sends |= header.contains(DECODED) || header.starts_with('@');
    }
    let posts = options.has(&[
        "-d",
        "--data",
        "--data-binary",
        "--data-raw",
        "--json",
        "-F",
        "--form",
        "-T",
        "--upload-file",
    ]);
    let method = options
        .value(&["-X", "--request"])
        .unwrap_or_default()
        .to_ascii_uppercase();
    let mut urls = options.operands.clone();
    urls.extend(options.all(&["--url"]).into_iter().map(str::to_owned));
    for url in urls {
        if let Some(path) = url.strip_prefix("file://") {
            walk.access(path, Access::Read, &mut call.part);
        } else if sends
            || ["gopher://", "dict://", "telnet://"]
                .iter()
                .any(|scheme| url.starts_with(scheme))
        {
            fetch("upload", &url, call);
        } else {
            fetch(
                if posts || matches!(method.as_str(), "POST" | "PUT" | "DELETE" | "PATCH") {
                    "send"
                } else {
                    "fetch"
                },
                &url,
                call,
            );
        }
    }
}

/// A file that a download fills.
fn written(walk: &mut Walk<'_>, path: &str, call: &mut Call) {
    walk.access(path, Access::Write, &mut call.part);
    let path = walk.absolute(path);
    walk.made.insert(path, Made::default());
}

fn wget(walk: &mut Walk<'_>, call: &mut Call) {
    let grammar = Grammar {
        values: "oaeiBtOTwQPUlARDISX",
        long_values: &[
            "output-file",
            "append-output",
            "execute",
            "input-file",
            "output-document",
            "directory-prefix",
            "post-file",
            "post-data",
            "body-file",
            "body-data",
            "header",
            "user-agent",
            "timeout",
            "tries",
            "config",
            "use-askpass",
            "method",
            "user",
            "password",
            "save-cookies",
            "load-cookies",
            "level",
            "accept",
            "reject",
            "warc-file",
        ],
        ..Grammar::default()
    };
    let args = call.args().to_vec();
    let options = Options::parse(&args, &grammar);
    if let Some(program) = options.value(&["--use-askpass"]) {
        call.part.concern(
            "runs-program",
            format!("`wget --use-askpass` runs `{}`", value::show(program)),
        );
    }
    for what in options.all(&["-e", "--execute", "--config"]) {
        if what.contains("askpass") || what.contains('/') {
            call.part
                .concern("runs-program", format!("`wget` obeys `{}`", value::show(what)));
        }
    }
    for file in options.all(&[
        "-o",
        "--output-file",
        "-a",
        "--append-output",
        "--save-cookies",
        "--warc-file",
    ]) {
        walk.access(file, Access::Write, &mut call.part);
    }
    let document = options.value(&["-O", "--output-document"]).map(str::to_owned);
    match &document {
        Some(file) if file != "-" => written(walk, file, call),
        Some(_) => {}
        None => {
            let dir = options
                .value(&["-P", "--directory-prefix"])
                .unwrap_or(".")
                .to_owned();
            for url in options.operands.clone() {
                written(walk, &format!("{dir}/{}", value::base(&url)), call);
            }
        }
    }
    for file in options.all(&["-i", "--input-file"]) {
        walk.access(file, Access::Read, &mut call.part);
    }
    let files: Vec<String> = options
        .all(&["--post-file", "--body-file"])
        .into_iter()
        .map(str::to_owned)
        .collect();
    each(walk, call, &files, Access::Read);
    let data = options.all(&["--post-data", "--body-data"]);
    let operation = if !files.is_empty() || data.iter().any(|d| d.contains([CONTENT, DECODED])) {
        "upload"
    } else if data.is_empty() {
        "fetch"
    } else {
        "send"
    };
    for url in options.operands.clone() {
        fetch(operation, &url, call);
    }
}

fn fetcher(walk: &mut Walk<'_>, call: &mut Call) {
    let args = call.args().to_vec();
    let runs = args.iter().find(|a| a.starts_with("--on-"));
    if let Some(option) = runs {
        call.part.concern(
            "runs-program",
            format!("`{option}` runs a program when a download ends"),
        );
    }
    for (at, word) in args.iter().enumerate() {
        if word == "-o" || word == "--output" {
            if let Some(file) = args.get(at + 1).cloned() {
                written(walk, &file, call);
            }
        } else if word.contains("@/") || word.contains("@.") {
            call.part.class("upload", "it sends a file");
        }
    }
    if let Some(url) = args
        .iter()
        .find(|a| a.contains('.') || a.contains("localhost") || a.starts_with(':'))
        .cloned()
    {
        let url = url
            .strip_prefix(':')
            .map_or(url.clone(), |rest| format!("localhost:{rest}"));
        fetch(if call.stdin.is_fed() { "upload" } else { "fetch" }, &url, call);
    }
}

/// Options of ssh whose value runs or loads something here.
fn ssh_option(text: &str) -> bool {
    let key = text
        .split(['=', ' '])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let value = text
        .split_once(['=', ' '])
        .map(|(_, v)| v.trim().to_ascii_lowercase())
        .unwrap_or_default();
    matches!(
        key.as_str(),
        "proxycommand"
            | "localcommand"
            | "knownhostscommand"
            | "pkcs11provider"
            | "securitykeyprovider"
            | "xauthlocation"
            | "include"
            | "match"
            | "proxyusefdpass"
    ) && value != "none"
        || key == "permitlocalcommand" && value == "yes"
}

fn ssh(walk: &mut Walk<'_>, name: &str, call: &mut Call) {
    let grammar = Grammar {
        values: "bBcDEeFIiJLlmOoPpQRSwW",
        long_values: &["ssh", "server", "client"],
        in_order: true,
        ..Grammar::default()
    };
    let args = call.args().to_vec();
    let options = Options::parse(&args, &grammar);
    for option in options.all(&["-o"]) {
        if ssh_option(option) {
            call.part.concern(
                "runs-program",
                format!("`{name} -o {}` runs a program here", value::show(option)),
            );
        }
    }
    for (flag, what) in [
        ("-F", "obeys the configuration in"),
        ("-I", "loads the library"),
        ("-S", "speaks to the socket"),
        ("--ssh", "runs"),
        ("--server", "runs"),
        ("--client", "runs"),
    ] {
        if let Some(value) = options.value(&[flag])
            && value != "none"
            && value != "/dev/null"
        {
            call.part.concern(
                "runs-program",
                format!("`{name} {flag}` {what} `{}`", value::show(value)),
            );
        }
    }
    for file in options.all(&["-E"]) {
        walk.access(file, Access::Write, &mut call.part);
    }
    if options.has(&["-L", "-R", "-D", "-W", "-J", "-w"]) {
        call.part.class("tunnel", format!("`{name}` opens a tunnel"));
    }
    let Some((destination, command)) = options.operands.split_first() else {
        return super::program(call);
    };
    // More options may follow the host.
    let after = Options::parse(command, &grammar);
    let command = if command.first().is_some_and(|w| w.starts_with('-')) {
        after.operands.clone()
    } else {
        command.to_vec()
    };
    for option in after.all(&["-o"]) {
        if ssh_option(option) {
            call.part.concern(
                "runs-program",
                format!("`{name} -o {}` runs a program here", value::show(option)),
            );
        }
    }
    let (user, host) = destination
        .rsplit_once('@')
        .map_or(("", destination.as_str()), |(u, h)| (u, h));
    if destination.starts_with('-') || host.starts_with('-') {
        call.part
            .concern("runs-program", "the host name begins with a dash");
    }
    let effect = |operation: &'static str, why: &str| Effect {
        domain: "ssh",
        operation,
        role: "host",
        host: value::show(host),
        user: value::show(user),
        params: vec![("why", why.to_owned())],
        ..Effect::default()
    };
    if command.is_empty() {
        call.part
            .effects
            .push(effect("shell", "it opens a shell on another machine"));
        if call.stdin.is_fed() {
            call.part
                .class("remote-shell", "a remote shell runs what is fed to it");
        }
        return;
    }
    let text = command.join(" ");
    if value::is_open(&text) && text.contains([DECODED, CONTENT]) {
        call.part.concern(
            "unresolved-command",
            "the remote command is only known when it runs",
        );
    }
    let at = walk.out.parts.len();
    let saved = std::mem::replace(&mut walk.place, Place::Remote(value::show(host)));
    let state = walk.state.clone();
    walk.state.cwd = Some("/home/remote".to_owned());
    if walk.enter() {
        walk.nested_script(&value::show(&text), Stream::Inherited);
        walk.calls -= 1;
    }
    walk.state = state;
    walk.place = saved;
    let looks = walk
        .out
        .parts
        .get(at..)
        .unwrap_or_default()
        .iter()
        .all(remote_look);
    let feeds = matches!(
        call.stdin,
        Stream::File(_) | Stream::Paths(_) | Stream::Output(_) | Stream::Decoded(_) | Stream::Text(_)
    );
    let operation = if looks && !feeds {
        "look"
    } else if feeds && text.trim_start().starts_with("cat >") {
        "upload"
    } else {
        "exec"
    };
    call.part
        .effects
        .push(effect(operation, "it runs a command on another machine"));
}

/// Remote commands that only look.
fn remote_look(part: &crate::analysis::Part) -> bool {
    const LOOKS: &[&str] = &[
        "ls",
        "cat",
        "head",
        "tail",
        "ps",
        "df",
        "du",
        "uptime",
        "free",
        "uname",
        "whoami",
        "id",
        "hostname",
        "date",
        "stat",
        "wc",
        "grep",
        "pwd",
        "echo",
        "which",
        "w",
        "who",
        "last",
        "ss",
        "netstat",
        "lsblk",
        "cd",
        "true",
        "test",
        "docker",
        "systemctl",
        "journalctl",
        "kubectl",
        "top",
        "find",
        "sort",
        "uniq",
        "cut",
        "awk",
        "sed",
        "tr",
        "git",
        "env",
        "printf",
        "ip",
        "nproc",
        "lscpu",
        "vmstat",
        "iostat",
        "dmesg",
        "less",
    ];
    let Some(program) = part.argv.first() else {
        return true;
    };
    let writes = part.effects.iter().any(|e| {
        !matches!(
            (e.domain, e.operation),
            ("ssh", "read" | "list") | ("process", "exec")
        )
    });
    let classed = part
        .effects
        .iter()
        .any(|e| e.params.iter().any(|(k, v)| *k == "class" && !v.is_empty()));
    let systemctl = value::base(program) != "systemctl"
        || part
            .argv
            .get(1)
            .is_some_and(|w| matches!(w.as_str(), "status" | "is-active" | "list-units" | "show"));
    LOOKS.contains(&value::base(program)) && !writes && !classed && part.concerns.is_empty() && systemctl
}

fn copy(walk: &mut Walk<'_>, name: &str, call: &mut Call) {
    let grammar = if name == "rsync" {
        Grammar {
            values: "efTBM",
            long_values: &[
                "rsh",
                "rsync-path",
                "exclude",
                "include",
                "exclude-from",
                "include-from",
                "files-from",
                "filter",
                "log-file",
                "bwlimit",
                "password-file",
                "compare-dest",
                "copy-dest",
                "link-dest",
                "temp-dir",
                "partial-dir",
                "backup-dir",
                "suffix",
                "chmod",
                "chown",
                "out-format",
                "port",
                "timeout",
                "remote-option",
                "write-batch",
                "read-batch",
            ],
            ..Grammar::default()
        }
    } else {
        Grammar {
            values: "cDFiJloPSXbBsR",
            ..Grammar::default()
        }
    };
    let args = call.args().to_vec();
    let options = Options::parse(&args, &grammar);
    for program in options.all(if name == "rsync" {
        &["-e", "--rsh", "--rsync-path"][..]
    } else {
        &["-S", "-D", "-F"][..]
    }) {
        if !is_harmless_program(program) && !matches!(program, "rsync" | "sudo rsync") {
            call.part.concern(
                "runs-program",
                format!("`{name}` runs or obeys `{}`", value::show(program)),
            );
        }
    }
    for option in options.all(if name == "rsync" { &[][..] } else { &["-o"][..] }) {
        if ssh_option(option) {
            call.part.concern(
                "runs-program",
                format!("`{name} -o {}` runs a program here", value::show(option)),
            );
        }
    }
    if name == "sftp" {
        call.part.class(
            if call.stdin.is_fed() || options.has(&["-b"]) {
                "upload"
            } else {
                "remote-shell"
            },
            "`sftp` moves files to and from another machine",
        );
        return;
    }
    let remote = |word: &String| {
        word.contains("://")
            || word
                .split_once(':')
                .is_some_and(|(host, _)| !host.is_empty() && !host.contains('/'))
    };
    let mut operands = options.operands.clone();
    let destination = operands.pop();
    for source in &operands {
        if remote(source) {
            remote_effect("read", source, call);
        } else {
            walk.access(source, Access::CopySource, &mut call.part);
        }
    }
    if options.has(&[
        "--delete",
        "--delete-before",
        "--delete-after",
        "--delete-during",
        "--delete-excluded",
        "--remove-source-files",
    ]) {
        let class = format!("`{name}` deletes files that the other side does not have");
        match &destination {
            Some(dest) if !remote(dest) => {
                walk.access(&format!("{dest}/{}", value::STAR), Access::Delete, &mut call.part)
            }
            _ => call.part.class("destructive", class),
        }
    }
    if let Some(dest) = destination {
        if remote(&dest) {
            remote_effect("upload", &dest, call);
        } else {
            walk.access(&dest, Access::CopyTo, &mut call.part);
        }
    }
}

fn remote_effect(operation: &'static str, spec: &str, call: &mut Call) {
    let (host, path) = spec.split_once(':').unwrap_or((spec, ""));
    let (user, host) = host.rsplit_once('@').unwrap_or(("", host));
    call.part.effects.push(Effect {
        domain: "ssh",
        operation,
        role: "path",
        path: Some(value::show(path)),
        host: value::show(host),
        user: value::show(user),
        params: vec![(
            "why",
            if operation == "upload" {
                format!("it sends files to `{}`", value::show(host))
            } else {
                String::new()
            },
        )],
        ..Effect::default()
    });
}

fn raw(walk: &mut Walk<'_>, name: &str, call: &mut Call) {
    let args = call.args().to_vec();
    let operands: Vec<&String> = args.iter().filter(|a| !a.starts_with('-')).collect();
    let scans = args
        .iter()
        .any(|a| a.starts_with('-') && !a.starts_with("--") && a.contains('z'));
    let local = operands.iter().any(|o| is_local(o));
    let runs = args.iter().any(|a| {
        a.starts_with('-') && !a.starts_with("--") && a.contains(['e', 'c'])
            || a == "--exec"
            || a == "--sh-exec"
    }) && name != "telnet"
        || name == "socat";
    if name == "socat" {
        for word in &operands {
            let upper = word.to_ascii_uppercase();
            for kind in ["OPEN:", "CREATE:", "FILE:"] {
                if upper.starts_with(kind) {
                    let path = word
                        .get(kind.len()..)
                        .unwrap_or_default()
                        .split(',')
                        .next()
                        .unwrap_or_default()
                        .to_owned();
                    walk.access(&path, Access::Write, &mut call.part);
                }
            }
        }
    }
    if runs {
        call.part.concern(
            "runs-program",
            format!("`{name}` connects a program to the network"),
        );
    } else if !(scans || local && !call.stdin.is_fed()) {
        call.part
            .class("raw-network", format!("`{name}` opens a network connection"));
    } else {
        super::program(call);
    }
}

fn lookup(call: &mut Call) {
    let leaking = call.args().iter().any(|a| a.contains([CONTENT, DECODED]));
    if leaking {
        call.part.class("upload", "it carries data in a host name");
    } else {
        super::program(call);
    }
}

/// docker and kubectl: containers see other files, unless the host's are given to them.
pub(crate) fn contained(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Stream {
    let kubernetes = matches!(name, "kubectl" | "oc");
    let args = call.args().to_vec();
    let globals = Grammar {
        values: if kubernetes { "nsfoLlvc" } else { "cHlfp" },
        long_values: &[
            "namespace",
            "context",
            "kubeconfig",
            "server",
            "token",
            "config",
            "host",
            "log-level",
            "file",
            "project-name",
            "profile",
            "env-file",
            "project-directory",
            "as",
            "cluster",
            "user",
            "container",
        ],
        in_order: true,
        ..Grammar::default()
    };
    let mut options = Options::parse(&args, &globals);
    let mut words = std::mem::take(&mut options.operands);
    if words.first().is_some_and(|w| w == "compose" || w == "container") {
        words.remove(0);
        let more = Options::parse(&words, &globals);
        options.flags.extend(more.flags);
        words = more.operands;
    }
    let verb = words.first().cloned().unwrap_or_default();
    if value::is_open(&verb) {
        call.part.concern(
            "unresolved-command",
            format!("the `{name}` subcommand is only known when it runs"),
        );
    }
    if matches!(verb.as_str(), "exec" | "run" | "debug") && !(kubernetes && verb == "run") {
        let values = if kubernetes { "cnf" } else { "aehlmpuvwce" };
        let long: &[&str] = &[
            "volume",
            "mount",
            "env",
            "env-file",
            "name",
            "network",
            "net",
            "user",
            "workdir",
            "entrypoint",
            "publish",
            "platform",
            "memory",
            "cpus",
            "label",
            "hostname",
            "add-host",
            "device",
            "cap-add",
            "cap-drop",
            "security-opt",
            "pid",
            "ipc",
            "userns",
            "restart",
            "gpus",
            "tmpfs",
            "shm-size",
            "ulimit",
            "volumes-from",
            "container",
            "namespace",
            "image",
            "target",
            "cidfile",
            "log-driver",
            "detach-keys",
            "index",
            "pull",
            "runtime",
            "uts",
            "group-add",
            "dns",
            "expose",
        ];
        let inner = Options::parse(
            words.get(1..).unwrap_or_default(),
            &Grammar {
                values,
                long_values: long,
                in_order: true,
                ..Grammar::default()
            },
        );
        let shared = mounts(walk, name, &inner, call);
        let mut command = inner.operands.get(1..).unwrap_or_default().to_vec();
        command.retain({
            let mut first = true;
            move |w| !(std::mem::replace(&mut first, false) && w == "--")
        });
        if let Some(program) = inner.value(&["--entrypoint"]) {
            command.insert(0, program.to_owned());
        }
        if kubernetes {
            kubectl_exec(walk, &inner, &options, &command, call);
        } else if !command.is_empty() && !shared {
            in_container(walk, command, call);
        }
        return Stream::Output(name.to_owned());
    }
    super::program(call);
    if kubernetes {
        kubectl(walk, &args, call);
    } else if verb == "cp" {
        for word in words
            .iter()
            .skip(1)
            .filter(|w| !w.contains(':') && !w.starts_with('-'))
        {
            let access = if words.last() == Some(word) {
                Access::CopyTo
            } else {
                Access::CopySource
            };
            walk.access(word, access, &mut call.part);
        }
    }
    Stream::Output(name.to_owned())
}

/// What of the host a container is given. Returns whether it is the whole of it.
fn mounts(walk: &mut Walk<'_>, name: &str, options: &Options, call: &mut Call) -> bool {
    let mut whole = false;
    for flag in [
        "--privileged",
        "--cap-add",
        "--device",
        "--pid",
        "--ipc",
        "--userns",
        "--security-opt",
    ] {
        if options.has(&[flag])
            && options.value(&[flag]).is_none_or(|v| {
                v.contains("host")
                    || v.contains("SYS_")
                    || v.contains("ALL")
                    || v.contains('/')
                    || v.contains("unconfined")
            })
        {
            call.part.class(
                "host-access",
                format!("`{name} {flag}` gives the container the host"),
            );
            whole = true;
        }
    }
    let mut sources: Vec<String> = options
        .all(&["-v", "--volume"])
        .into_iter()
        .map(|v| v.split(':').next().unwrap_or_default().to_owned())
        .collect();
    for mount in options.all(&["--mount"]) {
        sources.extend(
            mount
                .split(',')
                .filter_map(|kv| kv.split_once('='))
                .filter(|(k, _)| matches!(*k, "src" | "source"))
                .map(|(_, v)| v.to_owned()),
        );
    }
    for source in sources {
        let is_path = source.starts_with(['/', '.', '~']) || value::is_open(&source);
        if is_path {
            if source.contains("docker.sock") || source == "/" {
                call.part.class(
                    "host-access",
                    format!("`{name}` gives the container `{source}` of the host"),
                );
                whole = true;
            }
            walk.access(&source, Access::Write, &mut call.part);
        }
    }
    whole
}

fn in_container(walk: &mut Walk<'_>, command: Vec<String>, call: &Call) {
    let saved = (
        std::mem::replace(&mut walk.place, Place::Container),
        walk.state.clone(),
    );
    walk.state.cwd = Some("/app".to_owned());
    if walk.enter() {
        walk.call(Call::inner(command, Stream::Text(String::new()), &call.part.text));
        walk.calls -= 1;
    }
    (walk.place, walk.state) = saved;
}

fn kubectl_exec(walk: &mut Walk<'_>, inner: &Options, outer: &Options, command: &[String], call: &mut Call) {
    let namespace = inner
        .value(&["-n", "--namespace"])
        .or_else(|| outer.value(&["-n", "--namespace"]))
        .unwrap_or("default")
        .to_owned();
    let pod = inner.operands.first().cloned().unwrap_or_default();
    let program = command
        .first()
        .map(|w| value::base(w).to_owned())
        .unwrap_or_default();
    let reads = matches!(
        program.as_str(),
        "cat" | "ls" | "head" | "tail" | "stat" | "ps" | "env" | "df" | "date" | "id" | "whoami" | "hostname"
    );
    call.part.effects.push(Effect {
        domain: "kubernetes",
        operation: if reads { "exec" } else { "exec-any" },
        role: "pod",
        name: value::show(&pod),
        namespace,
        path: command
            .iter()
            .skip(1)
            .find(|w| w.starts_with('/'))
            .map(|w| value::show(w)),
        params: vec![("why", format!("it runs `{program}` in a pod"))],
        ..Effect::default()
    });
    in_container(walk, command.to_vec(), call);
}

fn kubectl(walk: &mut Walk<'_>, args: &[String], call: &mut Call) {
    let options = Options::parse(
        args,
        &Grammar {
            values: "nsfoLlvc",
            long_values: &[
                "namespace",
                "context",
                "kubeconfig",
                "output",
                "filename",
                "selector",
                "container",
                "tail",
                "since",
                "server",
                "token",
                "profile-output",
                "raw",
                "template",
                "sort-by",
                "field-selector",
                "replicas",
                "image",
            ],
            ..Grammar::default()
        },
    );
    let verb = options.operands.first().map(String::as_str).unwrap_or_default();
    let resource = options
        .operands
        .get(1)
        .map(|r| r.split('/').next().unwrap_or(r).to_owned())
        .unwrap_or_default();
    let operation = match verb {
        "get" | "describe" | "explain" | "api-resources" | "api-versions" | "version" | "cluster-info"
        | "top" | "auth" | "diff" | "config" | "completion" | "wait" | "events" | "kustomize" | "options"
        | "plugin" => "get",
        "logs" => "logs",
        "rollout"
            if options
                .operands
                .get(1)
                .is_some_and(|w| w == "status" || w == "history") =>
        {
            "get"
        }
        "port-forward" => "port-forward",
        "" => return,
        _ if options.has(&["--help", "-h"]) => "get",
        _ if options.value(&["--dry-run"]).is_some() => "get",
        _ => "change",
    };
    for file in options.all(&["--profile-output"]) {
        walk.access(file, Access::Write, &mut call.part);
    }
    if let Some(file) = options.value(&["--kubeconfig"])
        && (file.starts_with("/tmp") || walk.made.contains_key(&walk.absolute(file)))
    {
        call.part.concern(
            "runs-program",
            format!(
                "`kubectl --kubeconfig` obeys `{}`, which can run programs",
                value::show(file)
            ),
        );
    }
    if options.has(&["--raw"]) || options.value(&["--server", "-s"]).is_some() {
        call.part.concern(
            "runs-program",
            "`kubectl` is sent to an address of the caller's choice",
        );
    }
    let name = options.operands.get(2).cloned().unwrap_or_default();
    call.part.effects.push(Effect {
        domain: "kubernetes",
        operation,
        role: "resource",
        name: value::show(&name),
        resource,
        namespace: options
            .value(&["-n", "--namespace"])
            .unwrap_or("default")
            .to_owned(),
        params: vec![
            (
                "why",
                if operation == "change" {
                    format!("`kubectl {verb}` changes the cluster")
                } else {
                    String::new()
                },
            ),
            ("verb", verb.to_owned()),
        ],
        ..Effect::default()
    });
}

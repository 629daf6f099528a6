//! Uses of programs that rules can name by their class, as a table: destructive, persistent, publishing,
//! privileged, service-changing.

use crate::shell::call::Call;
use crate::shell::value;

/// One kind of use.
struct Class {
    program: &'static str,
    /// Leading operands, each a list of alternatives.
    words: &'static [&'static [&'static str]],
    /// One of these options, or none needed.
    options: &'static [&'static str],
    class: &'static str,
    why: &'static str,
}

const fn class(
    program: &'static str,
    words: &'static [&'static [&'static str]],
    options: &'static [&'static str],
    class: &'static str,
    why: &'static str,
) -> Class {
    Class {
        program,
        words,
        options,
        class,
        why,
    }
}

const CLASSES: &[Class] = &[
    // Schedules and services: what runs later or by itself.
    class(
        "crontab",
        &[],
        &["-e", "-r", "-i"],
        "persistence",
        "changes scheduled commands",
    ),
    class("at", &[], &[], "persistence", "schedules a command"),
    class("batch", &[], &[], "persistence", "schedules a command"),
    class(
        "systemctl",
        &[&[
            "start",
            "stop",
            "restart",
            "reload",
            "enable",
            "disable",
            "mask",
            "unmask",
            "link",
            "edit",
            "set-property",
            "kill",
            "daemon-reload",
            "daemon-reexec",
            "isolate",
            "poweroff",
            "reboot",
            "halt",
            "suspend",
            "import-environment",
            "set-environment",
            "add-wants",
            "revert",
            "try-restart",
            "reload-or-restart",
        ]],
        &[],
        "service",
        "changes services",
    ),
    class("service", &[], &[], "service", "changes services"),
    class("rc-service", &[], &[], "service", "changes services"),
    class("rc-update", &[], &[], "service", "changes services"),
    class("update-rc.d", &[], &[], "service", "changes services"),
    class(
        "launchctl",
        &[&[
            "load",
            "unload",
            "bootstrap",
            "bootout",
            "submit",
            "kickstart",
            "setenv",
        ]],
        &[],
        "service",
        "changes services",
    ),
    class(
        "loginctl",
        &[&["enable-linger", "terminate-user", "kill-user"]],
        &[],
        "service",
        "changes sessions",
    ),
    class("chsh", &[], &[], "persistence", "changes a login shell"),
    class(
        "update-alternatives",
        &[],
        &["--install", "--set", "--config"],
        "persistence",
        "changes what a name runs",
    ),
    // Accounts and rights.
    class("useradd", &[], &[], "privilege", "changes accounts"),
    class("usermod", &[], &[], "privilege", "changes accounts"),
    class("userdel", &[], &[], "privilege", "changes accounts"),
    class("groupadd", &[], &[], "privilege", "changes accounts"),
    class("gpasswd", &[], &[], "privilege", "changes accounts"),
    class("passwd", &[], &[], "privilege", "changes a password"),
    class("chpasswd", &[], &[], "privilege", "changes a password"),
    class("visudo", &[], &[], "privilege", "changes who may become root"),
    class("capsh", &[], &[], "privilege", "changes capabilities"),
    // The machine.
    class("shutdown", &[], &[], "system", "stops the machine"),
    class("reboot", &[], &[], "system", "stops the machine"),
    class("poweroff", &[], &[], "system", "stops the machine"),
    class("halt", &[], &[], "system", "stops the machine"),
    class("init", &[&["0", "1", "6"]], &[], "system", "stops the machine"),
    class("telinit", &[], &[], "system", "stops the machine"),
    class("mkfs", &[], &[], "destructive", "formats a disk"),
    class("wipefs", &[], &[], "destructive", "erases a disk"),
    class("fdisk", &[], &[], "destructive", "changes partitions"),
    class("sfdisk", &[], &[], "destructive", "changes partitions"),
    class("parted", &[], &[], "destructive", "changes partitions"),
    class("blkdiscard", &[], &[], "destructive", "erases a disk"),
    class("mkswap", &[], &[], "destructive", "formats a disk"),
    class("hdparm", &[], &[], "system", "changes a disk"),
    class("cryptsetup", &[], &[], "system", "changes encrypted disks"),
    class("mount", &[&[]], &[], "system", "changes what is mounted"),
    class("umount", &[], &[], "system", "changes what is mounted"),
    class("swapoff", &[], &[], "system", "changes memory"),
    class("insmod", &[], &[], "system", "loads a kernel module"),
    class("modprobe", &[], &[], "system", "loads a kernel module"),
    class("rmmod", &[], &[], "system", "removes a kernel module"),
    class(
        "sysctl",
        &[],
        &["-w", "--write", "-p"],
        "system",
        "changes kernel settings",
    ),
    class("kexec", &[], &[], "system", "starts another kernel"),
    class(
        "iptables",
        &[],
        &["-A", "-D", "-F", "-I", "-P", "-X", "--flush"],
        "system",
        "changes the firewall",
    ),
    class(
        "ip6tables",
        &[],
        &["-A", "-D", "-F", "-I", "-P", "-X"],
        "system",
        "changes the firewall",
    ),
    class(
        "nft",
        &[&["add", "delete", "flush", "insert"]],
        &[],
        "system",
        "changes the firewall",
    ),
    class(
        "ufw",
        &[&["enable", "disable", "allow", "deny", "reset", "delete"]],
        &[],
        "system",
        "changes the firewall",
    ),
    class(
        "setenforce",
        &[],
        &[],
        "system",
        "changes mandatory access control",
    ),
    class("auditctl", &[], &[], "system", "changes auditing"),
    class("logrotate", &[], &["-f", "--force"], "system", "rotates logs"),
    class("wall", &[], &[], "system", "writes to every terminal"),
    class("ldconfig", &[], &[], "system", "changes the library cache"),
    class("gdb", &[], &["-p", "--pid"], "process", "attaches to a process"),
    class(
        "strace",
        &[],
        &["-p", "--attach"],
        "process",
        "attaches to a process",
    ),
    class("killall5", &[], &[], "process", "stops every process"),
    // Publishing: what leaves the machine for good.
    class(
        "npm",
        &[&[
            "publish",
            "unpublish",
            "deprecate",
            "login",
            "adduser",
            "token",
            "owner",
        ]],
        &[],
        "publish",
        "publishes or changes a package",
    ),
    class("yarn", &[&["publish"]], &[], "publish", "publishes a package"),
    class("pnpm", &[&["publish"]], &[], "publish", "publishes a package"),
    class(
        "cargo",
        &[&["publish", "yank", "login", "owner"]],
        &[],
        "publish",
        "publishes or changes a package",
    ),
    class("twine", &[&["upload"]], &[], "publish", "publishes a package"),
    class("poetry", &[&["publish"]], &[], "publish", "publishes a package"),
    class("uv", &[&["publish"]], &[], "publish", "publishes a package"),
    class("gem", &[&["push", "yank"]], &[], "publish", "publishes a package"),
    class(
        "docker",
        &[&["push", "login"]],
        &[],
        "publish",
        "publishes an image",
    ),
    class(
        "podman",
        &[&["push", "login"]],
        &[],
        "publish",
        "publishes an image",
    ),
    class("helm", &[&["push"]], &[], "publish", "publishes a chart"),
    class(
        "gh",
        &[&["release"], &["create", "delete", "upload", "edit"]],
        &[],
        "publish",
        "publishes a release",
    ),
    class(
        "gh",
        &[&["repo"], &["delete", "archive", "rename", "edit", "create"]],
        &[],
        "publish",
        "changes a repository for everyone",
    ),
    class(
        "gh",
        &[
            &["secret", "variable", "ssh-key", "gpg-key"],
            &["set", "delete", "add"],
        ],
        &[],
        "publish",
        "changes secrets or keys",
    ),
    class("gh", &[&["gist"], &["create"]], &[], "upload", "publishes a file"),
    class(
        "gh",
        &[&["auth"], &["token", "login", "logout"]],
        &[],
        "credentials",
        "touches the login",
    ),
    class(
        "gh",
        &[&["pr"], &["merge"]],
        &[],
        "publish",
        "merges for everyone",
    ),
    class(
        "gh",
        &[&["workflow"], &["run", "disable", "enable"]],
        &[],
        "publish",
        "starts or changes automation",
    ),
    class(
        "gh",
        &[&["extension"], &["install", "exec"]],
        &[],
        "runs",
        "installs a program",
    ),
    class(
        "gh",
        &[&["api"]],
        &["-X", "--method", "-f", "-F", "--field", "--raw-field", "--input"],
        "publish",
        "changes something over the API",
    ),
    class("vercel", &[], &["--prod"], "publish", "deploys"),
    class("netlify", &[&["deploy"]], &["--prod"], "publish", "deploys"),
    class("flyctl", &[&["deploy", "destroy"]], &[], "publish", "deploys"),
    class("heroku", &[], &[], "publish", "changes an application"),
    // Infrastructure.
    class(
        "terraform",
        &[&["apply", "destroy", "import", "taint", "force-unlock"]],
        &[],
        "infrastructure",
        "changes infrastructure",
    ),
    class(
        "terraform",
        &[&["state"], &["rm", "mv", "push"]],
        &[],
        "infrastructure",
        "changes infrastructure state",
    ),
    class(
        "tofu",
        &[&["apply", "destroy", "import"]],
        &[],
        "infrastructure",
        "changes infrastructure",
    ),
    class(
        "pulumi",
        &[&["up", "destroy", "refresh", "import"]],
        &[],
        "infrastructure",
        "changes infrastructure",
    ),
    class(
        "helm",
        &[&["install", "upgrade", "uninstall", "delete", "rollback"]],
        &[],
        "infrastructure",
        "changes the cluster",
    ),
    class("helm", &[], &["--post-renderer"], "runs", "runs a post-renderer"),
    class(
        "helm",
        &[&["plugin"], &["install"]],
        &[],
        "runs",
        "installs a program",
    ),
    class(
        "ansible-playbook",
        &[],
        &[],
        "infrastructure",
        "changes other machines",
    ),
    class(
        "ansible",
        &[],
        &[],
        "infrastructure",
        "runs commands on other machines",
    ),
    class(
        "aws",
        &[&["s3"], &["rm", "mv", "sync", "rb", "mb"]],
        &[],
        "infrastructure",
        "changes a bucket",
    ),
    class("aws", &[&["iam"]], &[], "infrastructure", "touches identities"),
    class(
        "aws",
        &[
            &["secretsmanager"],
            &["get-secret-value", "delete-secret", "put-secret-value"],
        ],
        &[],
        "credentials",
        "touches secrets",
    ),
    class(
        "aws",
        &[
            &["ssm"],
            &["start-session", "send-command", "get-parameter", "get-parameters"],
        ],
        &[],
        "infrastructure",
        "reaches machines or secrets",
    ),
    class(
        "aws",
        &[
            &["ec2"],
            &[
                "terminate-instances",
                "run-instances",
                "stop-instances",
                "delete-volume",
                "delete-snapshot",
            ],
        ],
        &[],
        "infrastructure",
        "changes machines",
    ),
    class(
        "aws",
        &[
            &["lambda"],
            &["invoke", "update-function-code", "delete-function"],
        ],
        &[],
        "infrastructure",
        "changes functions",
    ),
    class(
        "aws",
        &[
            &["rds", "dynamodb", "cloudformation", "ecs", "eks"],
            &[
                "delete-db-instance",
                "delete-table",
                "delete-stack",
                "update-service",
                "delete-cluster",
                "delete-item",
            ],
        ],
        &[],
        "infrastructure",
        "changes infrastructure",
    ),
    class(
        "gcloud",
        &[&["auth", "iam", "secrets", "kms"]],
        &[],
        "credentials",
        "touches identities or secrets",
    ),
    class(
        "gsutil",
        &[&["rm", "mv", "rsync", "cp"]],
        &[],
        "infrastructure",
        "changes a bucket",
    ),
    class(
        "az",
        &[&["ad", "role", "keyvault", "login"]],
        &[],
        "credentials",
        "touches identities or secrets",
    ),
    class(
        "rclone",
        &[&[
            "copy", "sync", "move", "delete", "purge", "copyto", "moveto", "serve",
        ]],
        &[],
        "upload",
        "moves files to or from a remote",
    ),
    class(
        "restic",
        &[&["backup", "forget", "prune", "restore"]],
        &[],
        "upload",
        "copies files to a repository",
    ),
    class("magic-wormhole", &[], &[], "upload", "sends files"),
    class("wormhole", &[&["send"]], &[], "upload", "sends files"),
    class("croc", &[&["send"]], &[], "upload", "sends files"),
    class("transfer", &[], &[], "upload", "sends files"),
    class("mail", &[], &[], "upload", "sends mail"),
    class("mailx", &[], &[], "upload", "sends mail"),
    class("sendmail", &[], &[], "upload", "sends mail"),
    class("mutt", &[], &[], "upload", "sends mail"),
    class("ngrok", &[], &[], "tunnel", "opens this machine to the internet"),
    class(
        "cloudflared",
        &[&["tunnel", "access"]],
        &[],
        "tunnel",
        "opens this machine to the internet",
    ),
    class(
        "tailscale",
        &[&["serve", "funnel", "up", "ssh", "set"]],
        &[],
        "tunnel",
        "opens this machine to others",
    ),
    class(
        "code",
        &[&["tunnel"]],
        &[],
        "tunnel",
        "opens this machine to the internet",
    ),
    class("sshfs", &[], &[], "remote-shell", "mounts another machine"),
    // Containers and databases.
    class(
        "docker",
        &[&["system"], &["prune"]],
        &["-a", "--all", "--volumes", "-f", "--force"],
        "destructive",
        "deletes images or volumes",
    ),
    class(
        "docker",
        &[&["volume"], &["rm", "prune"]],
        &[],
        "destructive",
        "deletes volumes",
    ),
    class(
        "docker",
        &[&["compose"], &["down"]],
        &["-v", "--volumes", "--rmi"],
        "destructive",
        "deletes volumes",
    ),
    class(
        "docker-compose",
        &[&["down"]],
        &["-v", "--volumes", "--rmi"],
        "destructive",
        "deletes volumes",
    ),
    class(
        "docker",
        &[&["swarm", "stack", "service", "secret", "node"]],
        &[],
        "infrastructure",
        "changes a swarm",
    ),
    class(
        "docker",
        &[&["context"], &["use", "create"]],
        &[],
        "infrastructure",
        "changes which daemon is used",
    ),
    class(
        "podman",
        &[&["system", "volume"], &["prune", "reset", "rm"]],
        &[],
        "destructive",
        "deletes images or volumes",
    ),
    class("dropdb", &[], &[], "destructive", "deletes a database"),
    class("dropuser", &[], &[], "destructive", "deletes a role"),
    class(
        "redis-cli",
        &[&[
            "flushall", "FLUSHALL", "flushdb", "FLUSHDB", "shutdown", "SHUTDOWN", "config", "CONFIG", "eval",
            "EVAL", "del", "DEL",
        ]],
        &[],
        "destructive",
        "changes or deletes data",
    ),
    class(
        "mongorestore",
        &[],
        &["--drop"],
        "destructive",
        "deletes collections",
    ),
    class(
        "pg_restore",
        &[],
        &["--clean", "-c"],
        "destructive",
        "deletes tables",
    ),
    class(
        "mysqladmin",
        &[&["drop", "shutdown", "password"]],
        &[],
        "destructive",
        "deletes a database",
    ),
    class(
        "prisma",
        &[&["migrate"], &["reset"]],
        &[],
        "destructive",
        "deletes a database",
    ),
    // Credentials.
    class("pass", &[], &[], "credentials", "reads stored secrets"),
    class(
        "security",
        &[&[
            "find-generic-password",
            "find-internet-password",
            "dump-keychain",
            "export",
        ]],
        &[],
        "credentials",
        "reads stored secrets",
    ),
    class("secret-tool", &[], &[], "credentials", "reads stored secrets"),
    class(
        "op",
        &[&["read", "item", "document", "signin"]],
        &[],
        "credentials",
        "reads stored secrets",
    ),
    class("bw", &[], &[], "credentials", "reads stored secrets"),
    class(
        "vault",
        &[&["read", "write", "kv", "delete", "login", "token"]],
        &[],
        "credentials",
        "reads stored secrets",
    ),
    class(
        "gpg",
        &[],
        &[
            "--export-secret-keys",
            "--export-secret-subkeys",
            "--delete-secret-keys",
            "--delete-keys",
        ],
        "credentials",
        "touches private keys",
    ),
    class("ssh-add", &[], &[], "credentials", "touches keys"),
    class(
        "ssh-copy-id",
        &[],
        &[],
        "persistence",
        "lets a key log in elsewhere",
    ),
    class("keyctl", &[], &[], "credentials", "touches keys"),
    class(
        "getent",
        &[&["shadow", "gshadow"]],
        &[],
        "credentials",
        "reads password hashes",
    ),
    // Recording and watching.
    class("xdotool", &[], &[], "process", "types into other programs"),
    class("xinput", &[], &[], "process", "watches input"),
    class("tcpdump", &[], &[], "process", "records network traffic"),
    class("tshark", &[], &[], "process", "records network traffic"),
    class("scrot", &[], &[], "process", "records the screen"),
    class(
        "history",
        &[],
        &["-c", "-w", "-d"],
        "destructive",
        "changes the shell's history",
    ),
    // Programs that are told another program to run.
    class(
        "npm",
        &[],
        &["--script-shell", "--node-options", "--shell"],
        "runs",
        "runs scripts with another program",
    ),
    class(
        "npm",
        &[&["config"], &["set"]],
        &[],
        "persistence",
        "changes configuration",
    ),
    class("npm", &[&["set"]], &[], "persistence", "changes configuration"),
    class(
        "yarn",
        &[&["config"], &["set"]],
        &[],
        "persistence",
        "changes configuration",
    ),
    class(
        "pip",
        &[&["config"], &["set", "edit", "unset"]],
        &[],
        "persistence",
        "changes configuration",
    ),
    class(
        "pnpm",
        &[],
        &["--script-shell", "--shell-emulator"],
        "runs",
        "runs scripts with another program",
    ),
    class("make", &[], &["--eval", "-E"], "runs", "runs text given to it"),
    class(
        "gcc",
        &[],
        &["-wrapper", "-fplugin", "-B"],
        "runs",
        "runs or loads another program",
    ),
    class(
        "clang",
        &[],
        &["-fplugin", "-Xclang", "-B"],
        "runs",
        "runs or loads another program",
    ),
    class("ld", &[], &["-plugin", "--plugin"], "runs", "loads a library"),
    class("go", &[], &["-toolexec", "-exec"], "runs", "runs another program"),
    class(
        "rg",
        &[],
        &["--pre", "--hostname-bin"],
        "runs",
        "runs a program for each file",
    ),
    class("sort", &[], &["--compress-program"], "runs", "runs a program"),
    class(
        "man",
        &[],
        &[
            "-H",
            "--html",
            "-P",
            "--pager",
            "-C",
            "--config-file",
            "-T",
            "-X",
            "--gxditview",
            "--browser",
        ],
        "runs",
        "runs a program",
    ),
    class("zip", &[], &["-TT", "--unzip-command"], "runs", "runs a program"),
    class(
        "tar",
        &[],
        &[
            "--checkpoint-action",
            "--to-command",
            "--rsh-command",
            "--rmt-command",
            "--info-script",
            "--new-volume-script",
            "-F",
        ],
        "runs",
        "runs a program",
    ),
    class(
        "bsdtar",
        &[],
        &["--use-compress-program"],
        "runs",
        "runs a program",
    ),
    class("cpio", &[], &["--rsh-command"], "runs", "runs a program"),
    class("diff", &[], &["--to-command"], "runs", "runs a program"),
    class(
        "vim",
        &[],
        &["-c", "--cmd", "-S", "-s", "-u", "-W", "-w"],
        "runs",
        "runs editor commands",
    ),
    class(
        "vi",
        &[],
        &["-c", "--cmd", "-S", "-s", "-u"],
        "runs",
        "runs editor commands",
    ),
    class(
        "nvim",
        &[],
        &["-c", "--cmd", "-S", "-s", "-u", "-l", "--headless"],
        "runs",
        "runs editor commands",
    ),
    class("ex", &[], &[], "runs", "runs editor commands"),
    class(
        "emacs",
        &[],
        &[
            "--eval",
            "-eval",
            "--batch",
            "-batch",
            "-l",
            "--load",
            "-f",
            "--funcall",
            "--script",
            "--execute",
        ],
        "runs",
        "runs editor commands",
    ),
    class("nano", &[], &["-s", "--speller"], "runs", "runs a program"),
    class(
        "less",
        &[],
        &["-k", "--lesskey-file", "--lesskey-src"],
        "runs",
        "runs pager commands",
    ),
    class(
        "openssl",
        &[],
        &["-engine", "-provider", "-provider-path"],
        "runs",
        "loads a library",
    ),
    class(
        "curl",
        &[],
        &["--engine", "--proxy-ca-native"],
        "runs",
        "loads a library",
    ),
    class("ssh-keygen", &[], &["-D", "-w"], "runs", "loads a library"),
    class("ssh-agent", &[], &["-P"], "runs", "loads a library"),
    class(
        "fzf",
        &[],
        &["--bind", "--preview", "--listen"],
        "runs",
        "runs a program",
    ),
    class("watch", &[], &[], "", ""),
    class("deno", &[], &["--allow-all", "-A", "--allow-run"], "", ""),
    class(
        "busybox",
        &[&["httpd", "telnetd", "ftpd"]],
        &[],
        "serve",
        "serves on the network",
    ),
    class(
        "pv",
        &[],
        &["--remote", "-R"],
        "process",
        "changes another process",
    ),
];

/// Adds the classes of one call.
pub(crate) fn classify(name: &str, call: &mut Call) {
    let args = call.args().to_vec();
    let operands: Vec<&str> = args
        .iter()
        .map(String::as_str)
        .filter(|a| !a.starts_with('-'))
        .collect();
    for class in CLASSES
        .iter()
        .filter(|c| c.program == name && !c.class.is_empty())
    {
        let mut rest = operands.iter();
        let words = class.words.iter().all(|alternatives| {
            if alternatives.is_empty() {
                rest.next().is_some()
            } else {
                rest.by_ref().any(|o| alternatives.contains(o))
            }
        });
        let first = class.words.first().is_none_or(|alternatives| {
            alternatives.is_empty() || operands.iter().take(3).any(|o| alternatives.contains(o))
        });
        let option = class.options.is_empty() || class.options.iter().find(|o| given(o, &args)).is_some();
        if words && first && option {
            let with = class
                .options
                .iter()
                .find(|o| given(o, &args))
                .map_or(String::new(), |o| format!(" {o}"));
            let why = format!("`{name}{with}` {}", class.why);
            if class.class == "runs" {
                if !plain_value(class, &args) {
                    call.part.concern("runs-program", why);
                }
            } else {
                call.part.class(class.class, why);
            }
        }
    }
    special(name, &args, &operands, call);
}

fn given(option: &str, args: &[String]) -> bool {
    if option.len() == 2 {
        let letter = option.trim_start_matches('-');
        return args.iter().take_while(|a| *a != "--").any(|a| {
            a.starts_with('-')
                && !a.starts_with("--")
                && (a.starts_with(option)
                    || a.len() <= 4
                        && a.contains(letter)
                        && a.chars().skip(1).all(|c| c.is_ascii_alphabetic()))
        });
    }
    crate::facts::option_given(option, args)
        && args.iter().any(|a| {
            let name = a.split_once('=').map_or(a.as_str(), |(n, _)| n);
            name == option
                || option.starts_with(name) && name.len() >= 4 && name.starts_with("--")
                || !option.starts_with("--") && name.starts_with(option)
        })
}

/// Values that make such an option harmless.
fn plain_value(class: &Class, args: &[String]) -> bool {
    const PLAIN: &[&str] = &[
        "gzip",
        "bzip2",
        "xz",
        "zstd",
        "lz4",
        "lzop",
        "pigz",
        "pbzip2",
        "pixz",
        "bash",
        "sh",
        "/bin/bash",
        "/bin/sh",
        "cat",
        "less",
        "echo",
        "dot",
        ".",
    ];
    let values: Vec<&str> = class
        .options
        .iter()
        .filter_map(|option| {
            let at = args
                .iter()
                .position(|a| a.split_once('=').map_or(a.as_str(), |(n, _)| n) == *option)?;
            let word = args.get(at)?;
            word.split_once('=')
                .map(|(_, v)| v)
                .or_else(|| args.get(at + 1).map(String::as_str))
        })
        .collect();
    match class.program {
        // A counter on the terminal, and editor commands that only move or leave.
        "tar" => {
            !values.is_empty()
                && values
                    .iter()
                    .all(|v| v.starts_with("dot") || v.starts_with("echo") || *v == "totals")
        }
        "vim" | "vi" | "nvim" => {
            !values.is_empty()
                && values.iter().all(|v| {
                    matches!(
                        v.trim_start_matches(':'),
                        "q" | "q!" | "qa" | "qa!" | "wq" | "x" | "NONE" | "set nu" | "syntax on"
                    )
                })
        }
        "sort" => !values.is_empty() && values.iter().all(|v| PLAIN.iter().take(8).any(|p| p == v)),
        "npm" | "pnpm" => {
            !values.is_empty()
                && values
                    .iter()
                    .all(|v| matches!(*v, "bash" | "sh" | "/bin/bash" | "/bin/sh" | "/usr/bin/bash"))
        }
        "man" => !values.is_empty() && values.iter().all(|v| PLAIN.contains(v)),
        "fzf" => {
            !values.is_empty()
                && values.iter().all(|v| {
                    !v.contains("execute")
                        && !v.contains("become")
                        && !v.contains("reload")
                        && !v.chars().all(|c| c.is_ascii_digit())
                })
        }
        _ => false,
    }
}

/// What a table cannot say.
#[expect(
    clippy::collapsible_match,
    reason = "a program is named first, its conditions follow"
)]
fn special(name: &str, args: &[String], operands: &[&str], call: &mut Call) {
    let all = || args.join(" ");
    match name {
        "crontab"
            if operands.iter().any(|o| *o != "-")
                || args.iter().any(|a| a == "-")
                || args.is_empty()
                || call.stdin.is_fed() =>
        {
            if !args.iter().any(|a| a == "-l") {
                call.part
                    .class("persistence", "`crontab` replaces scheduled commands");
            }
        }
        _ if name.starts_with("mkfs.") => call.part.class("destructive", format!("`{name}` formats a disk")),
        "kill" | "pkill" | "killall" => {
            let mut targets = operands.to_vec();
            let everything = args.iter().any(|a| a == "-1")
                && !operands.is_empty()
                && args.last().is_some_and(|a| a == "-1")
                || targets.iter().any(|t| matches!(*t, "1" | "0" | "-1"))
                || args.iter().skip(1).any(|a| a == "-1");
            targets.retain(|t| *t != "1");
            if everything
                || (name != "kill"
                    && operands.iter().any(|o| {
                        o.is_empty() || *o == "." || *o == ".*" || o.contains("watchtower") || *o == "wt"
                    }))
                || args.iter().any(|a| a == "-u" || a == "--uid") && name != "kill"
            {
                call.part.class(
                    "process",
                    format!("`{name}` stops processes that are not the agent's own"),
                );
            }
        }
        "make" | "gmake" => {
            for word in args {
                let Some((variable, text)) = word.split_once('=') else {
                    continue;
                };
                let other = matches!(variable, "SHELL" | "MAKE" | ".SHELLFLAGS")
                    && !matches!(value::base(text), "bash" | "sh" | "zsh" | "dash" | "make");
                if other || text.contains("$(shell") || text.contains('`') {
                    call.part.concern(
                        "runs-program",
                        format!("`make {}` runs recipes with another program", value::show(word)),
                    );
                }
            }
            if args.windows(2).any(|w| matches!(w, [f, file] if (f == "-f" || f == "--file") && (file == "-" || file.starts_with("/dev/") || file.starts_with("/tmp/")))) {
                call.part.concern("runs-program", "`make -f` runs a makefile from outside the project");
            }
        }
        "psql" | "mysql" | "mariadb" | "sqlite3" | "sqlite" | "mongosh" | "mongo" | "duckdb"
        | "clickhouse-client" | "sqlcmd" => {
            let mut text = all();
            if let crate::shell::state::Stream::Text(input) = &call.stdin {
                text.push(' ');
                text.push_str(input);
            }
            database(name, &text, call);
        }
        "aws" => {
            let copies = operands.iter().any(|o| matches!(*o, "cp"))
                && operands.last().is_some_and(|o| o.starts_with("s3://"));
            if copies {
                call.part.class("upload", "`aws s3 cp` sends files to a bucket");
            }
        }
        "pip" | "pip3" | "uv" => {
            if args.iter().any(|a| {
                a.contains("://")
                    && !a.contains("github.com")
                    && !a.contains("gitlab.com")
                    && !a.contains("pypi.org")
                    && !a.contains("download.pytorch.org")
            }) {
                call.part.class(
                    "unknown-source",
                    format!("`{name}` installs from an address of the caller's choice"),
                );
            }
        }
        "ed" | "red" | "mail" | "gdb" | "lldb" | "bc" | "dc" | "m4" | "sqlplus" | "ftp" | "sftp" | "irb"
        | "tclsh" | "wish" | "expect" | "R" | "Rscript" | "julia" | "ghci" | "octave" | "gnuplot"
        | "scheme" | "guile" | "sbcl" | "clisp" => {
            let text = all();
            let input = match &call.stdin {
                crate::shell::state::Stream::Text(input) => input.clone(),
                _ => String::new(),
            };
            let runs = |t: &str| {
                t.lines().any(|l| l.trim_start().starts_with('!'))
                    || [
                        "esyscmd",
                        "syscmd",
                        "system",
                        "exec",
                        "spawn",
                        "shell",
                        "popen",
                        "run(",
                        "run-shell",
                        "callCommand",
                        "unlink",
                        "rm(",
                    ]
                    .iter()
                    .any(|w| t.contains(w))
            };
            if runs(&input) || runs(&text) {
                call.part.concern(
                    "runs-program",
                    format!("the commands given to `{name}` run a program"),
                );
            } else if call.stdin.is_fed() && input.is_empty() {
                call.part.concern(
                    "unresolved-command",
                    format!("`{name}` obeys input that is only known when it runs"),
                );
            }
        }
        "wt" => {
            if operands.first().is_some_and(|o| {
                !matches!(
                    *o,
                    "check"
                        | "status"
                        | "recent"
                        | "stats"
                        | "tail"
                        | "verify"
                        | "gtfo"
                        | "applets"
                        | "report"
                        | "query"
                        | "doctor"
                        | "approvals"
                        | "grants"
                        | "policy"
                        | "help"
                        | "watch"
                        | "export"
                        | "alert"
                        | "prove"
                        | "checkpoint"
                        | "hook"
                        | "mcp"
                        | "utcp"
                        | "completions"
                        | "man"
                )
            }) {
                call.part.class("self", "it changes Watchtower");
            }
        }
        _ => {}
    }
}

/// SQL and client commands that destroy data, run programs or touch files.
fn database(name: &str, text: &str, call: &mut Call) {
    let upper = text.to_ascii_uppercase();
    if text.contains("\\!")
        || text.contains(".shell")
        || text.contains(".system")
        || upper.contains("TO PROGRAM")
        || upper.contains("FROM PROGRAM")
        || upper.contains("SYS_EXEC")
        || upper.contains("LOAD_EXTENSION")
        || text.contains(".load ")
        || text.contains("\\o |")
        || upper.contains("XP_CMDSHELL")
    {
        call.part.concern(
            "runs-program",
            format!("the commands given to `{name}` run a program"),
        );
    }
    let unbounded_delete = upper.contains("DELETE FROM") && !upper.contains("WHERE");
    if [
        "DROP TABLE",
        "DROP DATABASE",
        "DROP SCHEMA",
        "DROP USER",
        "DROP ROLE",
        "TRUNCATE",
        "DROPDATABASE(",
        ".DROP()",
        "ALTER USER",
        "ALTER ROLE",
        "GRANT ALL",
    ]
    .iter()
    .any(|w| upper.contains(w))
        || unbounded_delete
    {
        call.part.class(
            "destructive",
            format!("the statement given to `{name}` destroys data"),
        );
    }
    if upper.contains("INTO OUTFILE")
        || upper.contains("INTO DUMPFILE")
        || upper.contains("LOAD_FILE")
        || upper.contains("PG_READ_FILE")
    {
        call.part.concern(
            "unresolved-path",
            format!("the statement given to `{name}` touches files of the server"),
        );
    }
}

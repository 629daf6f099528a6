//! An ordinary user on a machine of their own: a mount namespace of the test in which `/home` is empty but for them,
//! `/etc/passwd` knows them, and `wt` with its links is installed for everybody. Needs root; nothing outside changes.

use crate::support::{WT, needs};
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Output, Stdio},
};

/// The user's number; their name is `ada`.
const UID: u32 = 54321;
/// Their project.
pub(crate) const PROJECT: &str = "/home/ada/project";

/// The machine, gone when dropped.
pub(crate) struct Person {
    holder: Child,
    pub(crate) top: tempfile::TempDir,
}

/// Whether this test can make a machine; otherwise it says that it was not run.
pub(crate) fn can_make() -> bool {
    needs::root("make a machine for an ordinary user")
        && ["setpriv", "nsenter", "unshare"].into_iter().all(needs::program)
}

impl Person {
    /// A machine after `wt init`. `more` is run by its root before; `$TOP` is a directory of the test.
    pub(crate) fn with(more: &str) -> Self {
        Self::made(&["--mount"], more)
    }

    /// The same with a network of its own, in which only the loopback device is.
    pub(crate) fn alone(more: &str) -> Self {
        Self::made(&["--mount", "--net"], &format!("ip link set lo up\n{more}"))
    }

    fn made(namespaces: &[&str], more: &str) -> Self {
        let top = tempfile::tempdir().unwrap();
        fs::write(
            top.path().join("passwd"),
            format!(
                "root:x:0:0:root:/root:/bin/sh\nsshd:x:105:65534::/run/sshd:/usr/sbin/nologin\n\
                 nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\nada:x:{UID}:{UID}:Ada:/home/ada:/bin/sh\n"
            ),
        )
        .unwrap();
        let script = format!(
            "set -e\n\
             exec 3<\"$WT\"\n\
             mount -t tmpfs -o mode=0755 tmpfs /home\n\
             mount --bind \"$TOP/passwd\" /etc/passwd\n\
             mkdir -p /home/bin /home/ada/.ssh {PROJECT}/.git\n\
             cat <&3 >/home/bin/wt\n\
             exec 3<&-\n\
             chmod 0755 /home/bin/wt\n\
             chown -R {UID}:{UID} /home/ada\n\
             chmod 0755 /home/ada\n\
             {more}\n\
             echo made\n\
             exec cat >/dev/null\n"
        );
        let mut holder = Command::new("unshare")
            .args(namespaces)
            .args(["--propagation", "private", "/bin/sh", "-c", &script])
            .env("TOP", top.path())
            .env("WT", WT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(holder.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert_eq!(line, "made\n");
        let person = Self { holder, top };
        person.expect(0, &["wt", "init"]);
        assert_eq!(
            person.root(&["/home/bin/wt", "links", "/home/bin"]).status.code(),
            Some(0)
        );
        person
    }

    /// Something in this machine.
    fn inside(&self) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--target={}", self.holder.id()))
            .args(["--mount", "--net"])
            .stdin(Stdio::null());
        command
    }

    /// A program run by its root.
    pub(crate) fn root(&self, args: &[&str]) -> Output {
        self.inside().args(args).output().unwrap()
    }

    /// A program that its root leaves running; gone with this value.
    pub(crate) fn served(&self, args: &[&str]) -> Served {
        let mut command = self.inside();
        command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
        Served(command.spawn().unwrap())
    }

    /// A program of the user in their project, ready to be started.
    pub(crate) fn command(&self, env: &[(&str, &str)], args: &[&str]) -> Command {
        let mut command = self.inside();
        command
            .arg("setpriv")
            .args([&format!("--reuid={UID}"), &format!("--regid={UID}")])
            .args(["--clear-groups", "--inh-caps=-all", "--bounding-set=-all"])
            .args(["env", "-i", "HOME=/home/ada", "PATH=/home/bin:/usr/bin:/bin"])
            .args(env.iter().map(|(name, value)| format!("{name}={value}")))
            .args(["/bin/sh", "-c", &format!("cd {PROJECT} && exec \"$@\""), "sh"])
            .args(args);
        command
    }

    /// A program of the user in their project.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(&[], args).output().unwrap()
    }

    /// The same, with its exit code; gives what it printed.
    pub(crate) fn expect(&self, code: i32, args: &[&str]) -> String {
        let out = self.run(args);
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        assert_eq!(
            out.status.code(),
            Some(code),
            "{args:?}: {text}{}",
            String::from_utf8_lossy(&out.stderr)
        );
        text
    }

    /// Writes a file of the user.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let put = self.top.path().join("put");
        fs::write(&put, text).unwrap();
        let script = format!("cp \"$0\" \"$1\" && chown {UID}:{UID} \"$1\" && chmod 0600 \"$1\"");
        let done = self.root(&["/bin/sh", "-c", &script, put.to_str().unwrap(), path]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// What is in a file of this machine.
    pub(crate) fn read(&self, path: &str) -> String {
        String::from_utf8(self.root(&["cat", path]).stdout).unwrap()
    }

    /// Whether something is there.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.root(&["test", "-e", path]).status.success()
    }

    /// The entries of the user's ledger of one kind.
    pub(crate) fn entries_of(&self, kind: &str) -> Vec<serde_json::Value> {
        self.read("/home/ada/.watchtower/ledger-00000000000000000001.jsonl")
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter(|entry| entry["data"]["kind"] == kind)
            .collect()
    }

    /// Gives the user a key, an sshd that knows it at `address` and `port`, and known hosts under `names`.
    pub(crate) fn sshd(&self, address: &str, port: u16, names: &[&str]) -> Served {
        fs::create_dir_all("/run/sshd").unwrap();
        let keys = format!(
            "set -e; ssh-keygen -q -t ed25519 -N '' -f /home/host\n\
             ssh-keygen -q -t ed25519 -N '' -f /home/ada/.ssh/id_ed25519\n\
             cp /home/ada/.ssh/id_ed25519.pub /home/ada/.ssh/authorized_keys\n\
             for name in {}; do echo \"[$name]:{port} $(cat /home/host.pub)\"; done >/home/ada/.ssh/known_hosts\n\
             chown -R {UID}:{UID} /home/ada/.ssh; chmod 0700 /home/ada/.ssh\n\
             cat >/home/sshd_config <<END\nListenAddress {address}\nPort {port}\nHostKey /home/host\nPidFile none\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             Subsystem sftp internal-sftp\nLogLevel ERROR\nEND\n",
            names.join(" ")
        );
        let done = self.root(&["/bin/sh", "-c", &keys]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let served = self.served(&["/usr/sbin/sshd", "-D", "-e", "-f", "/home/sshd_config"]);
        let wait = format!(
            "for n in $(seq 200); do : </dev/tcp/{address}/{port} && exit 0; sleep 0.05; done; exit 1"
        );
        assert!(self.root(&["bash", "-c", &wait]).status.success());
        served
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        self.holder.kill().unwrap();
        self.holder.wait().unwrap();
    }
}

/// A server, ended with this value.
pub(crate) struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

//! An sshd of one test: own host key, own user key, a loopback port, gone when dropped.

use rustix::net::{AddressFamily, SocketAddrV4, SocketType};
use std::{
    fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

pub(crate) struct Sshd {
    process: Child,
    pub(crate) dir: tempfile::TempDir,
    pub(crate) port: u16,
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// A port that refuses whoever connects, for as long as its socket is there: nobody else gets it, and it listens to no one.
pub(crate) fn refusing_port() -> (OwnedFd, u16) {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    rustix::net::bind(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap();
    let bound = SocketAddrV4::try_from(rustix::net::getsockname(&socket).unwrap()).unwrap();
    (socket, bound.port())
}

pub(crate) fn await_port(port: u16) {
    let end = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < end, "no server on port {port}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn key(path: &Path) {
    let done = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(path)
        .status()
        .unwrap();
    assert!(done.success());
}

impl Sshd {
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all("/run/sshd").unwrap();
        key(&dir.path().join("host"));
        key(&dir.path().join("user"));
        fs::copy(dir.path().join("user.pub"), dir.path().join("authorized")).unwrap();
        let port = free_port();
        let config = format!(
            "ListenAddress 127.0.0.1\nPort {port}\nHostKey {dir}/host\nAuthorizedKeysFile {dir}/authorized\nPidFile none\n\
             StrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n\
             Subsystem sftp internal-sftp\nLogLevel ERROR\n",
            dir = dir.path().display()
        );
        fs::write(dir.path().join("config"), config).unwrap();
        let process = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(dir.path().join("config"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, dir, port };
        await_port(port);
        let public = fs::read_to_string(server.dir.path().join("host.pub")).unwrap();
        fs::write(server.known_hosts(), format!("[127.0.0.1]:{port} {public}")).unwrap();
        server
    }

    pub(crate) fn known_hosts(&self) -> PathBuf {
        self.dir.path().join("known")
    }

    /// A policy that uses this server's keys; everything is allowed.
    pub(crate) fn policy(&self, more: &str) -> policy::Policy {
        let dir = self.dir.path().display();
        crate::sandbox::policy(&format!(
            r#"{{"version": "2.0.0",
                "policies": [{{"name": "all", "priority": 1, "match": {{}}, "condition": "True", "action": "allow"}}],
                "ssh": {{"identity_files": ["{dir}/user"], "known_hosts": ["{dir}/known"], "hosts": {{"web": {{"address": "127.0.0.1", "port": {port}, "user": "root"}}}}}}{more}}}"#,
            port = self.port
        ))
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

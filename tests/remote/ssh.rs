//! ssh-ls, ssh-cat and ssh-ps against a real sshd: what they print, and that nothing of the line, the
//! configuration or the environment ever becomes a command.

use super::server::Sshd;
use crate::sandbox::call;
use crate::support::needs;
use std::fs;

#[test]
fn files_are_printed_byte_for_byte_with_offset_and_limits() {
    if !needs::program("sshd") {
        return;
    }
    let server = Sshd::start();
    let data: Vec<u8> = (0..1_500_000u32).flat_map(|n| n.to_le_bytes()).collect();
    let path = server.dir.path().join("data");
    fs::write(&path, &data).unwrap();
    let path = path.to_str().unwrap();
    let policy = server.policy("");
    let print = |args: &[&str]| {
        let args: Vec<&str> = args.iter().copied().chain(["web", path]).collect();
        call(server.dir.path(), &policy, "ssh-cat", &args).unwrap()
    };
    let whole = print(&[]);
    assert_eq!(
        (whole.outcome.exit_code, whole.stdout.len(), whole.stderr.as_str()),
        (0, data.len(), "")
    );
    assert!(whole.stdout == data);
    assert_eq!(crate::sandbox::missing(&whole.enforcement), [] as [&str; 0]);
    assert_eq!(whole.enforcement.seccomp.unwrap().profile, "ssh");
    assert_eq!(
        print(&["--offset=1000000", "--limit=70000"]).stdout,
        data[1_000_000..1_070_000]
    );
    assert_eq!(print(&["--max-bytes=5"]).stdout, data[..5]);
    assert_eq!(print(&["--offset=6000000"]).stdout, b"");
}

#[test]
fn names_are_literal_and_no_shell_sees_them() {
    if !needs::program("sshd") {
        return;
    }
    let server = Sshd::start();
    let policy = server.policy("");
    let marker = server.dir.path().join("marker");
    for name in [
        "$(touch marker)",
        "*;touch marker",
        "-n",
        "a b'c\"d",
        "line\nfeed",
        "`touch marker`",
        "~root",
    ] {
        let path = server.dir.path().join(name);
        fs::write(&path, name).unwrap();
        let done = call(
            server.dir.path(),
            &policy,
            "ssh-cat",
            &["web", path.to_str().unwrap()],
        )
        .unwrap();
        assert_eq!(String::from_utf8(done.stdout).unwrap(), name);
    }
    assert!(!marker.exists());
    let glob = server.dir.path().join("us*");
    let done = call(
        server.dir.path(),
        &policy,
        "ssh-cat",
        &["web", glob.to_str().unwrap()],
    )
    .unwrap();
    assert_eq!(done.outcome.exit_code, 1);
    assert_eq!(
        done.stderr,
        format!("ssh-cat: {}: No such file or directory\n", glob.display())
    );
}

#[test]
fn directories_are_listed_with_escaped_names() {
    if !needs::program("sshd") {
        return;
    }
    let server = Sshd::start();
    let top = server.dir.path().join("list");
    fs::create_dir(&top).unwrap();
    fs::write(top.join("a\x1b[31m"), "12345").unwrap();
    fs::create_dir(top.join("sub")).unwrap();
    std::os::unix::fs::symlink("/nowhere", top.join("link")).unwrap();
    let done = call(
        server.dir.path(),
        &server.policy(""),
        "ssh-ls",
        &["web", top.to_str().unwrap()],
    )
    .unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 5, "{text}");
    assert!(lines[0].starts_with("drwx") && lines[0].ends_with(" ."));
    assert!(
        lines[2].starts_with("-rw-") && lines[2].contains(" 5 20") && lines[2].ends_with("a\\u{1b}[31m"),
        "{text}"
    );
    assert!(lines[3].starts_with("lrwx") && lines[3].ends_with("link -> /nowhere"));
    assert!(lines[4].ends_with(" sub"));
}

#[test]
fn processes_are_listed_by_one_constant_command() {
    if !needs::program("sshd") {
        return;
    }
    let server = Sshd::start();
    let done = call(server.dir.path(), &server.policy(""), "ssh-ps", &["web"]).unwrap();
    let text = String::from_utf8(done.stdout).unwrap();
    assert_eq!((done.outcome.exit_code, done.stderr.as_str()), (0, ""));
    assert!(text.lines().next().unwrap().starts_with("USER"));
    assert!(text.contains("ps -A -o user,pid"));
}

#[test]
fn unknown_and_changed_host_keys_are_refused_with_what_to_do() {
    if !needs::program("sshd") {
        return;
    }
    let server = Sshd::start();
    let good = fs::read_to_string(server.known_hosts()).unwrap();
    let other = fs::read_to_string(server.dir.path().join("user.pub")).unwrap();
    let marker = server.dir.path().join("file");
    fs::write(&marker, "x").unwrap();
    for (known, hint) in [
        ("# none\n".to_owned(), "hint: the host's key is not known"),
        (
            format!("[127.0.0.1]:{} {other}", server.port),
            "hint: the host's key is not the one on file",
        ),
    ] {
        fs::write(server.known_hosts(), &known).unwrap();
        let done = call(
            server.dir.path(),
            &server.policy(""),
            "ssh-cat",
            &["web", marker.to_str().unwrap()],
        )
        .unwrap();
        assert_eq!(done.outcome.exit_code, 255);
        assert_eq!(done.stdout, b"");
        assert!(done.stderr.contains(hint), "{}", done.stderr);
        assert_eq!(fs::read_to_string(server.known_hosts()).unwrap(), known);
    }
    fs::write(server.known_hosts(), good).unwrap();
    assert_eq!(
        call(
            server.dir.path(),
            &server.policy(""),
            "ssh-cat",
            &["web", marker.to_str().unwrap()]
        )
        .unwrap()
        .stdout,
        b"x"
    );
}

#[test]
fn a_server_that_never_answers_ends_at_the_timeout_with_124() {
    if !needs::program("ssh") {
        return;
    }
    let server = Sshd::start();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port().to_string();
    let policy = server.policy(r#", "limits": {"timeout_s": 2}"#);
    let done = call(server.dir.path(), &policy, "ssh-cat", &["-p", &port, "web", "/x"]).unwrap();
    assert_eq!(done.outcome.exit_code, 124, "{}", done.stderr);
    assert!(done.outcome.timed_out);
    assert!(done.stderr.contains("timed out after 2 s"));
}

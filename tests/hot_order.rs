//! Finds out which functions calls run, and in which order, for `packaging/link.ld`; run by
//! `tests/campaigns/link_order.sh` with a release build that has its symbols. A breakpoint stands at the beginning of
//! every function and goes when it was met once, in the program and in every process and thread that it starts.

use super::support::Scratch;
use nix::{
    sys::{
        ptrace::{self, Event, Options},
        signal::Signal,
        wait::{WaitPidFlag, WaitStatus, waitpid},
    },
    unistd::Pid,
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ffi::c_void,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A name that stands for functions of more bytes than this in all is left out: most of them are other instances, of
/// commands that nobody waits for.
const MOST_BYTES: u64 = 24 << 10;
/// The instruction that stops a traced process (int3).
const STOP: u8 = 0xcc;

/// Functions by their address in the file.
struct Program {
    path: PathBuf,
    functions: BTreeMap<u64, String>,
    /// Bytes of all functions that one pattern stands for.
    bytes: HashMap<String, u64>,
}

impl Program {
    fn read(path: &Path) -> Self {
        let listed = Command::new("nm").arg("-S").arg(path).output().unwrap();
        let (mut functions, mut bytes) = (BTreeMap::new(), HashMap::new());
        for line in String::from_utf8(listed.stdout).unwrap().lines() {
            if let [address, size, "t" | "T" | "w" | "W", name] = line.split(' ').collect::<Vec<_>>()[..] {
                functions.insert(u64::from_str_radix(address, 16).unwrap(), name.to_owned());
                *bytes.entry(pattern(name)).or_default() += u64::from_str_radix(size, 16).unwrap();
            }
        }
        Self {
            path: path.canonicalize().unwrap(),
            functions,
            bytes,
        }
    }

    /// Where the program lies in this process, if it runs it.
    fn base(&self, pid: Pid) -> Option<u64> {
        let maps = fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
        let line = maps
            .lines()
            .find(|line| line.ends_with(self.path.to_str().unwrap()))?;
        u64::from_str_radix(line.split('-').next()?, 16).ok()
    }
}

fn at(address: u64) -> *mut c_void {
    std::ptr::without_provenance_mut(usize::try_from(address).unwrap())
}

/// Puts a byte into another process and returns what was there.
fn put(pid: Pid, address: u64, byte: u8) -> u8 {
    let word = address & !7;
    let place = usize::try_from(address - word).unwrap();
    let mut bytes = ptrace::read(pid, at(word)).unwrap().to_le_bytes();
    let old = std::mem::replace(&mut bytes[place], byte);
    ptrace::write(pid, at(word), i64::from_le_bytes(bytes)).unwrap();
    old
}

/// Runs a call to its end and returns the functions that it met first, in order.
#[expect(
    clippy::zombie_processes,
    reason = "every process is waited for, this one among them"
)]
fn trace(program: &Program, scratch: &Scratch, applet: &str, args: &[&str]) -> Vec<String> {
    let link = scratch.file(applet);
    fs::remove_file(&link).ok();
    std::os::unix::fs::symlink(&program.path, &link).unwrap();
    let child = Command::new("/bin/sh")
        .args(["-c", "kill -STOP $$; exec \"$@\" >/dev/null", "sh"])
        .arg(&link)
        .args(args)
        .current_dir(scratch.project())
        .env("HOME", scratch.home())
        .env("WATCHTOWER_DIR", scratch.state())
        .spawn()
        .unwrap();
    let first = Pid::from_raw(child.id().try_into().unwrap());
    assert!(matches!(
        waitpid(first, Some(WaitPidFlag::WUNTRACED)).unwrap(),
        WaitStatus::Stopped(..)
    ));
    let options = Options::PTRACE_O_TRACEEXEC
        | Options::PTRACE_O_TRACECLONE
        | Options::PTRACE_O_TRACEFORK
        | Options::PTRACE_O_TRACEVFORK;
    ptrace::seize(first, options).unwrap();
    nix::sys::signal::kill(first, Signal::SIGCONT).unwrap();

    let mut met = Vec::new();
    let mut known = HashSet::new();
    // What stood at the breakpoints of each process image, by where it lies.
    let mut images: HashMap<u64, HashMap<u64, u8>> = HashMap::new();
    while let Ok(status) = waitpid(None, Some(WaitPidFlag::__WALL)) {
        match status {
            WaitStatus::Exited(pid, code) if pid == first => {
                assert!(code == 0 || code == 77, "{applet} ended with {code}");
            }
            WaitStatus::PtraceEvent(pid, _, event) if event == Event::PTRACE_EVENT_EXEC as i32 => {
                if let Some(base) = program.base(pid) {
                    let old = program
                        .functions
                        .keys()
                        .map(|address| (base + address, put(pid, base + address, STOP)));
                    images.insert(base, old.collect());
                }
                ptrace::cont(pid, None).unwrap();
            }
            WaitStatus::Stopped(pid, Signal::SIGTRAP) => {
                let mut registers = ptrace::getregs(pid).unwrap();
                let address = registers.rip - 1;
                let image = images
                    .iter_mut()
                    .find_map(|(base, old)| Some((base, old.get(&address)?)));
                if let Some((base, byte)) = image {
                    put(pid, address, *byte);
                    registers.rip = address;
                    ptrace::setregs(pid, registers).unwrap();
                    let name = &program.functions[&(address - base)];
                    if known.insert(name.clone()) {
                        met.push(name.clone());
                    }
                }
                ptrace::cont(pid, None).unwrap();
            }
            WaitStatus::Stopped(pid, Signal::SIGSTOP) | WaitStatus::PtraceEvent(pid, ..) => {
                ptrace::cont(pid, None).unwrap();
            }
            WaitStatus::Stopped(pid, signal) => ptrace::cont(pid, signal).unwrap(),
            _ => {}
        }
    }
    met
}

/// A mangled name with a wildcard for what another build would spell differently.
fn pattern(name: &str) -> String {
    let hash = name
        .strip_suffix('E')
        .filter(|short| short.len() > 19)
        .and_then(|short| short.split_at_checked(short.len() - 19))
        .filter(|(_, hash)| hash.starts_with("17h"));
    if let Some((stem, _)) = hash {
        return format!("{stem}17h*E");
    }
    // The newer scheme has the hash of a crate between `Cs` and the length of the crate's name.
    let mut out = String::new();
    let mut rest = name;
    while let Some((before, after)) = rest.split_once("Cs") {
        let end = after.find('_').unwrap_or(0);
        out.push_str(before);
        out.push_str("Cs*");
        rest = after.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    match out.rsplit_once('.') {
        Some((stem, number)) if number.bytes().all(|b| b.is_ascii_digit()) => format!("{stem}.*"),
        _ => out,
    }
}

/// The members of the C library by what they define; there its compiler puts several functions into one section.
fn c_library() -> HashMap<String, String> {
    let cc = |what: &str| Command::new("cc").arg(what).output().unwrap().stdout;
    let path = String::from_utf8(cc("-print-file-name=libc.a")).unwrap();
    let listed = Command::new("nm")
        .args(["-A", path.trim()])
        .output()
        .unwrap()
        .stdout;
    let listed = String::from_utf8(listed).unwrap();
    listed
        .lines()
        .filter_map(|line| {
            let (place, rest) = line.split_once(".o:")?;
            match rest.split(' ').collect::<Vec<_>>()[..] {
                [_, "t" | "T" | "w" | "W" | "i", name] => {
                    let member = place.rsplit_once(':')?.1;
                    Some((name.to_owned(), format!("{member}.o")))
                }
                _ => None,
            }
        })
        .collect()
}

#[test]
#[ignore = "writes packaging/link.ld from a release build with symbols"]
fn what_calls_run_is_linked_side_by_side() {
    let program = Program::read(Path::new(&std::env::var_os("WT_TRACED_PROGRAM").unwrap()));
    let scratch = Scratch::new();
    scratch.write("numbers.txt", "one\ntwo\nthree\n");
    scratch.write("data.json", "{\"a\": [1, 2, 3]}");
    scratch.write("victim", "content");
    scratch.write("other", "content");
    let calls: [(&str, &[&str]); 9] = [
        ("safe-rm", &["victim"]),
        ("safe-cp", &["other", "copy"]),
        ("safe-mv", &["copy", "moved"]),
        ("safe-mkdir", &["made"]),
        ("safe-chmod", &["644", "other"]),
        ("safe-rm", &["/etc/hostname"]),
        ("rg-search", &["two", "numbers.txt"]),
        ("jq-query", &["-c", ".a", "data.json"]),
        ("wt", &["check", "--shell", "true"]),
    ];
    let mut met = Vec::new();
    for (applet, args) in calls {
        met.extend(trace(&program, &scratch, applet, args));
    }
    let members = c_library();
    let mut known = HashSet::new();
    let ours: Vec<String> = met
        .iter()
        .filter_map(|name| {
            if name.starts_with("_ZN") || name.starts_with("_R") {
                let pattern = pattern(name);
                (program.bytes[&pattern] <= MOST_BYTES).then(|| format!("*(.text.{pattern})"))
            } else {
                members
                    .get(name)
                    .map(|member| format!("*libc.a:{member}(.text .text.*)"))
            }
        })
        .filter(|line| known.insert(line.clone()))
        .collect();
    assert!(ours.len() > 600, "only {} functions were met", ours.len());
    let mut script = String::from(
        "/* Written by tests/campaigns/link_order.sh. What an applet call runs lies side by side, so that few pages hold\n   \
         all of it; and no tables for unwinding, a tenth of the binary, since a program that aborts never unwinds. */\n\
         SECTIONS { /DISCARD/ : { *(.eh_frame) *(.eh_frame_hdr) } } INSERT AFTER .text;\n\
         OVERWRITE_SECTIONS { .text : {\n",
    );
    for line in ours {
        writeln!(script, "{line}").unwrap();
    }
    script.push_str("*(.text .text.*)\n} }\n");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/link.ld");
    fs::write(own, script).unwrap();
}

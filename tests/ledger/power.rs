//! Power loss: a file system in an image is copied while writers load it, and the copy is what a machine finds when
//! it comes up again. The writers are stopped for the copy, so that it is one instant; what the kernel had not
//! written to the image by then is lost. `WT_CUTS` sets the number of cuts.

use super::{
    crash::{acknowledged_in, writer_in},
    place::Place,
};
use crate::support::needs;
use ledger::{Genesis, Ledger, Settings, parse_seal_key, read::Reader, verify};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader, Read},
    os::fd::AsFd,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

const IMAGE: &str = "WT_TEST_POWER_DIR";
const WRITERS: usize = 8;

fn run(program: &str, args: &[&Path]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn mount(image: &Path, on: &Path) -> bool {
    run("mount", &[Path::new("-o"), Path::new("loop"), image, on])
}

#[test]
fn every_acknowledged_entry_is_there_after_the_power_went() {
    let devices = Path::new("/dev/loop-control").exists();
    if !needs::root("mount an image")
        || !needs::met(devices, "loop devices")
        || !["mke2fs", "unshare", "mount"].into_iter().all(needs::program)
    {
        return;
    }
    let place = Place::new();
    // In a mount namespace of its own: whatever happens, nothing stays mounted.
    let mut inner = Command::new("unshare");
    inner
        .args(["-m", "--propagation", "private"])
        .arg(std::env::current_exe().unwrap());
    inner.args([
        "--exact",
        "ledger::power::cuts",
        "--include-ignored",
        "--nocapture",
        "-q",
    ]);
    let out = inner.env(IMAGE, place.path()).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned() + &String::from_utf8_lossy(&out.stdout);
    assert!(
        out.status.success() && said.contains("acknowledged entries are there"),
        "{said}"
    );
    eprintln!(
        "{}",
        said.lines().find(|line| line.contains("acknowledged")).unwrap()
    );
}

/// A ledger under load on a mounted image; its copy at an instant, and what was acknowledged before that.
fn cut(dir: &Path, number: u64) -> (PathBuf, HashMap<u64, String>) {
    let (image, copy, on) = (dir.join("image"), dir.join("copy"), dir.join("on"));
    let ledger = on.join("ledger");
    let mut writers: Vec<Writer> = (0..WRITERS).map(|_| Writer::start(&ledger)).collect();
    // Every other time all of them are at work, however busy the machine; else they are wherever they are.
    if number.is_multiple_of(2) {
        writers.iter_mut().for_each(Writer::acknowledges);
    }
    std::thread::sleep(Duration::from_millis(40 + number * 37 % 160));
    writers.iter().for_each(|writer| stop(&writer.process));
    std::fs::copy(&image, &copy).unwrap();
    let mut acknowledged = HashMap::new();
    for mut writer in writers {
        writer.process.kill().unwrap();
        writer.output.read_to_end(&mut writer.said).unwrap();
        writer.process.wait().unwrap();
        acknowledged.extend(acknowledged_in(&writer.said));
    }
    (copy, acknowledged)
}

/// A process that writes, and what it has said so far.
struct Writer {
    process: Child,
    output: BufReader<ChildStdout>,
    said: Vec<u8>,
}

impl Writer {
    fn start(ledger: &Path) -> Self {
        let mut process = writer_in(ledger).spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let said = Vec::new();
        Self {
            process,
            output,
            said,
        }
    }

    /// Waits for its first acknowledged entry.
    fn acknowledges(&mut self) {
        while acknowledged_in(&self.said).is_empty() {
            let read = self.output.read_until(b'\n', &mut self.said).unwrap();
            assert!(read > 0, "the writer ended");
        }
    }
}

/// Stops a process; when this returns it says nothing more. In a system call that cannot be interrupted it stops at
/// its end, before it can say anything of it.
fn stop(process: &Child) {
    let pid = process.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-STOP", &pid])
            .status()
            .unwrap()
            .success()
    );
    loop {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let state = stat.rsplit_once(") ").unwrap().1.chars().next().unwrap();
        if matches!(state, 'T' | 'D' | 'Z') {
            return;
        }
        std::thread::yield_now();
    }
}

/// Makes the cache one of an earlier boot, as it is when a machine comes up again.
pub(crate) fn come_up_again(ledger: &Path) {
    use sha2::{Digest, Sha256};
    let lock = ledger.join("ledger.lock");
    // Behind the cache stands what was synced last, which stays as the earlier boot left it.
    let mut bytes = std::fs::read(&lock).unwrap();
    let left = bytes.split_off(bytes.len().min(320));
    let text = String::from_utf8(bytes).unwrap_or_default();
    let mut fields: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    if fields.len() != 13 {
        return;
    }
    fields[8] = u64::MAX.to_string();
    fields.pop();
    let body = fields.join(" ");
    let sum = super::forge::hex(&Sha256::digest(body.as_bytes()));
    let cache = format!("{:<319}\n", format!("{body} {}", &sum.get(..16).unwrap()));
    std::fs::write(lock, [cache.into_bytes(), left].concat()).unwrap();
}

#[test]
#[ignore = "a child of the test above"]
fn cuts() {
    let Some(dir) = std::env::var_os(IMAGE).map(PathBuf::from) else {
        return;
    };
    let cuts: u64 = std::env::var("WT_CUTS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(50);
    let (image, on, after) = (dir.join("image"), dir.join("on"), dir.join("after"));
    File::create(&image).unwrap().set_len(48 << 20).unwrap();
    assert!(run(
        "mke2fs",
        &[Path::new("-q"), Path::new("-t"), Path::new("ext4"), &image]
    ));
    std::fs::create_dir(&on).unwrap();
    std::fs::create_dir(&after).unwrap();
    assert!(mount(&image, &on));
    let ledger = on.join("ledger");
    let key = make(&ledger);
    let (mut total, mut told) = (0, 0);
    for number in 0..cuts {
        let (copy, acknowledged) = cut(&dir, number);
        assert!(mount(&copy, &after), "cut {number}: the copy cannot be mounted");
        let there = after.join("ledger");
        let open = || File::open(&there).unwrap();
        let before = Reader::open(open().as_fd(), &there).unwrap();
        let hashes: HashMap<u64, String> = before
            .from(1)
            .map(Result::unwrap)
            .map(|entry| (entry.seq, entry.hash))
            .collect();
        for (seq, hash) in &acknowledged {
            assert_eq!(
                hashes.get(seq),
                Some(hash),
                "cut {number}: entry {seq} was acknowledged"
            );
        }
        total += acknowledged.len();
        come_up_again(&there);
        let mut writer = Ledger::open(open().into(), &there, Settings::default()).unwrap();
        let receipts = writer
            .append(&[super::place::event(1)], ledger::Durability::Strict)
            .unwrap();
        assert!(
            receipts[0].seq > *acknowledged.keys().max().unwrap_or(&0),
            "cut {number}"
        );
        let reader = Reader::open(open().as_fd(), &there).unwrap();
        let options = verify::Options {
            seal_key: parse_seal_key(&key),
            deep: true,
            ..verify::Options::default()
        };
        let report = verify::verify_with(open().as_fd(), &there, options).unwrap();
        assert_eq!(
            (report.findings, report.level),
            (vec![], verify::Level::Sealed),
            "cut {number}"
        );
        let opened = reader.backwards().take(2).map(Result::unwrap);
        told += opened.filter(|entry| entry.kind() == "open").count();
        drop((writer, reader, before));
        assert!(run("umount", &[&after]), "cut {number}");
    }
    assert!(total as u64 > cuts, "only {total} entries were acknowledged");
    eprintln!("{cuts} cuts: all {total} acknowledged entries are there; {told} recoveries say so");
}

/// A sealed ledger; its key.
fn make(ledger: &Path) -> String {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().mode(0o700).create(ledger).unwrap();
    let genesis = Genesis {
        seal: true,
        ..Genesis::named("test.example/power")
    };
    let dir = File::open(ledger).unwrap().into();
    let made = Ledger::create(dir, ledger, &genesis, Settings::default()).unwrap();
    made.seal_key.unwrap().to_string()
}

//! Whether the client that runs this hook also runs this program as its server.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// A hook is a child of its client, or of a shell that the client started for it.
const MAX_ANCESTORS: usize = 4;

/// Whether one of the nearest ancestors has this program, called as `wt mcp`, among its children.
pub(super) fn run_us() -> bool {
    let Ok(here) = fs::metadata("/proc/self/exe") else {
        return false;
    };
    let is_server = |pid: &str| {
        let process = Path::new("/proc").join(pid);
        let same = fs::metadata(process.join("exe"))
            .is_ok_and(|other| (other.dev(), other.ino()) == (here.dev(), here.ino()));
        same && fs::read(process.join("cmdline")).is_ok_and(|line| {
            let mut words = line.split(|byte| *byte == 0).skip(1);
            words.next() == Some(b"mcp".as_slice())
        })
    };
    let mut pid = parent("self");
    for _ in 0..MAX_ANCESTORS {
        let Some(ancestor) = pid.filter(|pid| pid != "0" && pid != "1") else {
            return false;
        };
        if children(&ancestor).iter().any(|child| is_server(child)) {
            return true;
        }
        pid = parent(&ancestor);
    }
    false
}

fn parent(pid: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    Some(line.trim().to_owned())
}

/// Each thread lists the children that it started.
fn children(pid: &str) -> Vec<String> {
    let threads = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let lists = threads.map(|thread| -> PathBuf { thread.path().join("children") });
    let texts = lists.filter_map(|list| fs::read_to_string(list).ok());
    texts
        .flat_map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect()
}
